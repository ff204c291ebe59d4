// The exit circuits under mutation: their templates at depth 2, with exits of every kind and of open chunks.
import type { CircuitInput } from "@catalyze/circuits/build";
import {
  cellExit,
  createTree,
  getAccount,
  poseidon,
  seedStatic,
  setCell,
  settlementExit,
} from "@catalyze/circuits/reference";
import {
  DOMAIN_CELL,
  DOMAIN_ORDER,
  DOMAIN_STATE_NODE,
  FIELD_MODULUS,
  KIND_ORDER,
  KIND_SEED,
  seedSubject,
} from "@catalyze/circuits/schema";
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

/**
 * An exit whose flags are no choice of one kind, with a locked cell of the static part and of the kind that they add up
 * to, over a tree that has it. Without the flags' constraints the first is a cell of a kind that does not exist, the
 * second pays an account's balance to a recipient of the prover's choice, the third any amount at all.
 */
function falseKind(base: CircuitInput, isAccount: bigint, isSeed: bigint): CircuitInput {
  const input = base as Record<string, bigint> & { readonly order: readonly bigint[] };
  const bits = base.accountBits as readonly bigint[];
  const holder = bits.reduce((sum, bit, i) => sum + (bit << BigInt(i)), 0n);
  const order = [...input.order].with(0, holder);
  const fixed = {
    seed: seedStatic(
      input.parametersCommitment!,
      input.programId!,
      seedSubject.encode({ parent: input.parent!, seedId: input.seedId! }),
    ),
    order: poseidon(DOMAIN_ORDER, order),
  };
  const kind = BigInt(KIND_SEED) * isSeed + BigInt(KIND_ORDER) * (1n - isAccount - isSeed);
  const dynamic = input.vault! + (input.payload! << 92n) + (kind << 220n);
  const modulo = (value: bigint): bigint => ((value % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS;
  const locked = modulo(fixed.order + isSeed * (fixed.seed - fixed.order));
  const tree = createTree({ depth: 2, nodeDomain: DOMAIN_STATE_NODE });
  tree.set(6, poseidon(DOMAIN_CELL, [locked, modulo(dynamic)]));
  const path = { lockedBits: tree.proof(6).bits, lockedChildren: tree.proof(6).children };
  const root = isAccount === 1n ? input.root! : tree.root;
  return { ...base, ...path, order, root, isAccount: modulo(isAccount), isSeed: modulo(isSeed) };
}

/** Divisions of totals with every digit, and what whole payments divide. */
function paymentComponents(settlements: readonly CircuitInput[]): Component[] {
  const divisions = [
    [777n, 4n],
    [123_456_789n, 43_691n],
    [(1n << 64n) - 1n, 65_535n],
    [0n, 9n],
  ].map(([left, right]) => ({ left: left!, right: right! }));
  const shares = [
    [12_345n, 6789n, 321n],
    [1n << 66n, 9999n, 9999n],
    [3n, 4321n, 10_000n],
    [0n, 0n, 5n],
  ].map(([quotient, remainder, basisPoints]) => ({
    ...{ quotient: quotient!, remainder: remainder!, basisPoints: basisPoints! },
  }));
  const payments = settlements.map(
    ({ order, terms, provider, resultsRoot, statementDomain, price, chunk }): CircuitInput => {
      const [, , , , , , , earlierChunks, lastChunk, chunkSize] = terms as bigint[];
      const count = chunk === earlierChunks ? lastChunk! : chunkSize!;
      const range = { from: (chunk as bigint) * chunkSize!, count };
      return { order, terms, provider, resultsRoot, statementDomain, price, ...range } as CircuitInput;
    },
  );
  return [
    {
      ...component("division", "block/share.circom", "Division()", divisions),
      places: /(^|\.)(Division|total)$/,
    },
    component("share-of-division", "block/share.circom", "ShareOfDivision()", shares),
    {
      ...component("statement-payment", "exit/exit-settlement.circom", "StatementPayment()", payments),
      places: /^main\.payment$/,
    },
  ];
}

/** The templates of the exits. */
export function exitComponents(): Component[] {
  const exits = exitInputs();
  const settlements = settlementInputs();
  const [account, seed] = exits as [CircuitInput, CircuitInput];
  const kinds = [falseKind(seed, -1n, 1n), falseKind(account, 1n, -1n), falseKind(seed, 1n, 1n)];
  const tampered = [...kinds, ...falseFlags(exits.slice(0, 3))];
  return [
    component("exit", "exit/exit.circom", "Exit(2)", exits, tampered),
    ...paymentComponents(settlements),
    component("exit-settlement", "exit/exit-settlement.circom", "ExitSettlement(2)", settlements),
  ];
}
