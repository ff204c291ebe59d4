// The exit circuits under mutation: their templates at depth 2, with exits of every kind and of open chunks.
import type { CircuitInput } from "@catalyze/circuits/build";
import { cellExit, getAccount, setCell, settlementExit } from "@catalyze/circuits/reference";
import { ALICE } from "../block/scenario.js";
import { EXIT_DOMAIN, openState, orderIndexOf, seedIndexOf, statementOf, Z } from "../exit/support.js";
import type { Component } from "./components.js";

const component = (
  name: string,
  include: string,
  template: string,
  inputs: readonly CircuitInput[],
  tampered: readonly CircuitInput[] = [],
): Component => ({
  instance: {
    name: `mutant-${name}`,
    source: `pragma circom 2.2.0;\n\ninclude "${include}";\n\ncomponent main = ${template};\n`,
  },
  ...{ inputs, tampered, pairs: false },
  places: new RegExp(`(^|\\.)${template.replace(/\(.*/, "")}$`),
});

/** Exits of an account, a seed and an order, with plain and with extreme numbers. */
function exitInputs(): CircuitInput[] {
  const plain = openState();
  const extreme = openState();
  const top = (bits: number): bigint => (1n << BigInt(bits)) - 1n;
  setCell(extreme, ALICE, {
    ...getAccount(extreme, ALICE),
    amount: top(88),
    nonce: top(40),
    owner: top(160),
  });
  return [plain, extreme].flatMap((state) =>
    [ALICE, seedIndexOf(state), orderIndexOf(state)].map((index) => ({
      ...cellExit(state, index, EXIT_DOMAIN).circuitInput,
      z: Z,
    })),
  );
}

/** Payments of the first and of the last chunk, at a price below the limit and at the limit. */
function settlementInputs(): CircuitInput[] {
  const state = openState();
  const orderIndex = orderIndexOf(state);
  const cases: [number, bigint][] = [
    [0, 777n],
    [2, 1000n],
    [0, 0n],
  ];
  return cases.map(([chunk, price]) => ({
    ...settlementExit(state, { orderIndex, chunk, statement: statementOf(state, chunk, price) }, EXIT_DOMAIN)
      .circuitInput,
    z: Z,
  }));
}

/** Flags that are no flags, of every kind's exit. */
const falseFlags = (inputs: readonly CircuitInput[]): CircuitInput[] =>
  inputs.flatMap((input) =>
    [-1n, 0n, 1n, 2n].flatMap((isAccount) =>
      [-1n, 0n, 1n, 2n].map((isSeed) => ({ ...input, isAccount, isSeed })),
    ),
  );

/** The templates of the exits. */
export function exitComponents(): Component[] {
  const exits = exitInputs();
  return [
    component("exit", "exit/exit.circom", "Exit(2)", exits, falseFlags(exits.slice(0, 3))),
    component("exit-settlement", "exit/exit-settlement.circom", "ExitSettlement(2)", settlementInputs()),
  ];
}
