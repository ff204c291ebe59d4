// The exit of one cell: the circuit proves the reference's claim, and nothing else.
import {
  type CircuitInput,
  calculateWitness,
  checkConstraints,
  exitCircuit,
  signalWire,
} from "@catalyze/circuits/build";
import {
  type CellExit,
  cellExit,
  ExitError,
  getAccount,
  type State,
  setCell,
  sponge,
  stateRoot,
} from "@catalyze/circuits/reference";
import {
  DOMAIN_PUBLIC_DATA,
  evaluateVector,
  exitCell,
  exitLayout,
  expandVector,
  FIELD_MODULUS,
} from "@catalyze/circuits/schema";
import { beforeAll, describe, expect, it } from "vitest";
import { ALICE, BOB, ownerOf } from "../block/scenario.js";
import { changed, leaves } from "../inputs.js";
import { type LoadedCircuit, loadCircuit } from "../programs/support.js";
import { EXIT_DOMAIN, openState, orderIndexOf, seedIndexOf, Z } from "./support.js";

let circuit: LoadedCircuit;
let state: State;

beforeAll(async () => {
  circuit = await loadCircuit(exitCircuit(2, "exit-depth-2"));
  state = openState();
});

const inputOf = (exit: CellExit): CircuitInput => ({ ...exit.circuitInput, z: Z });
const witnessOf = (input: Parameters<typeof calculateWitness>[1]): Promise<bigint[]> =>
  calculateWitness(circuit.compiled, input);
const holds = (witness: readonly bigint[]): boolean => checkConstraints(circuit.compiled, witness).ok;

const publicSignals = (exit: CellExit): bigint[] => {
  const words = expandVector(exitLayout, exit.content);
  return [sponge(DOMAIN_PUBLIC_DATA, words), evaluateVector(words, Z), Z];
};

/** One exit of each kind. */
const exits = (): CellExit[] =>
  [ALICE, seedIndexOf(state), orderIndexOf(state)].map((index) => cellExit(state, index, EXIT_DOMAIN));

describe("exit circuit", () => {
  it("has the public signals [C, y, z]", () => {
    const { publicOutputs, publicInputs } = circuit.compiled.constraints;
    expect(["C", "y", "z"].map((name) => signalWire(circuit.wires, `main.${name}`))).toEqual([1, 2, 3]);
    expect([publicOutputs, publicInputs]).toEqual([2, 1]);
  });

  it("proves the reference's claim about every cell of a state", async () => {
    for (const index of state.cells.keys()) {
      const exit = cellExit(state, index, EXIT_DOMAIN);
      const witness = await witnessOf(inputOf(exit));
      expect(holds(witness)).toBe(true);
      expect(witness.slice(1, 4)).toEqual(publicSignals(exit));
    }
  });

  it("names the cell, its amount, and who gets it", () => {
    const [account, seed, order] = exits() as [CellExit, CellExit, CellExit];
    const decoded = (exit: CellExit) => exitCell.decode(exit.content[1]![1]!);
    expect(decoded(account)).toEqual({ amount: getAccount(state, ALICE).amount, index: 4n, kind: 1n });
    expect(account.content[1]![2]).toBe(ownerOf(ALICE));
    expect(decoded(seed)).toEqual({ amount: state.cells.get(7)!.amount, index: 7n, kind: 2n });
    expect(seed.content[1]![2]).toBe((1n << 63n) + 2n);
    expect(decoded(order)).toEqual({ amount: order.amount, index: BigInt(order.index), kind: 3n });
    expect(order.content[1]![2]).toBe(ownerOf(ALICE));
    expect(order.amount).toBeGreaterThan(0n);
    expect(seed.amount).toBeGreaterThan(0n);
  });

  it("proves amounts and fields at the ends of their ranges", async () => {
    const extreme = openState();
    const top = (bits: number): bigint => (1n << BigInt(bits)) - 1n;
    const alice = getAccount(extreme, ALICE);
    for (const [amount, nonce, owner] of [
      [top(88), top(40), top(160)],
      [0n, 0n, 0n],
    ] as const) {
      setCell(extreme, ALICE, { ...alice, amount, nonce, owner });
      for (const index of [ALICE, orderIndexOf(extreme)]) {
        const exit = cellExit(extreme, index, top(248));
        expect(exit.recipient).toBe(owner);
        expect((await witnessOf(inputOf(exit))).slice(1, 4)).toEqual(publicSignals(exit));
      }
    }
  });

  it("refuses an empty cell", () => {
    expect(() => cellExit(state, 15, EXIT_DOMAIN)).toThrow(ExitError);
    expect(() => cellExit(state, 0, EXIT_DOMAIN)).toThrow(/Cell 0 is empty/);
  });
});

/** Inputs that a kind does not read: they may take any value, and no public word depends on them. */
const FREE: Readonly<Record<CellExit["kind"], RegExp>> = {
  account: /^(vault|payload|parent|seedId|parametersCommitment|programId|order|locked)/,
  seed: /^(order|account|ax|ay|owner|balance|nonce)/,
  order: /^(parent|seedId|parametersCommitment|programId)/,
};

describe("changed inputs of the exit circuit", () => {
  it.each([0, 1, 2])("have no witness, or change nothing that is public: kind %i", async (position) => {
    const exit = exits()[position]!;
    const input = inputOf(exit);
    const expected = publicSignals(exit).slice(0, 2);
    const { z: _, root, exitDomain, ...rest } = input;
    for (const path of leaves(rest)) {
      for (const by of [1n, -1n, 1n << 64n]) {
        const witness = await witnessOf(changed(input, [[path, (value) => value + by]])).catch(
          () => undefined,
        );
        const label = `${exit.kind} ${path.join(".")} ${by}`;
        if (!FREE[exit.kind].test(String(path[0]))) expect(witness, label).toBeUndefined();
        else if (witness !== undefined) expect(witness.slice(1, 3), label).toEqual(expected);
      }
    }
    // The root needs a path, the domain is the contract's to compare: it changes the public words.
    await expect(witnessOf({ ...input, root: (root as bigint) + 1n })).rejects.toThrow();
    await expect(witnessOf({ ...input, exitDomain: 1n << 248n })).rejects.toThrow();
    const other = await witnessOf({ ...input, exitDomain: (exitDomain as bigint) + 1n });
    expect(other[1]).not.toBe(expected[0]);
  });

  it.each([
    ["two kinds", { isAccount: 1n, isSeed: 1n }],
    ["an account as an order", { isAccount: 0n, isSeed: 0n }],
    ["an account as a seed", { isAccount: 0n, isSeed: 1n }],
    ["flags that are no flags", { isAccount: 2n, isSeed: -1n }],
  ])("have no witness for %s", async (_, change) => {
    await expect(witnessOf({ ...inputOf(exits()[0]!), ...change })).rejects.toThrow();
  });

  it("have no witness for another account's owner, or a cell of another state", async () => {
    const [, , order] = exits() as [CellExit, CellExit, CellExit];
    const bob = cellExit(state, BOB, EXIT_DOMAIN).circuitInput;
    const names = ["accountBits", "accountChildren", "ax", "ay", "owner", "balance", "nonce"];
    const theft = Object.fromEntries(names.map((name) => [name, bob[name]!]));
    await expect(witnessOf({ ...inputOf(order), ...theft })).rejects.toThrow();
    const other = openState();
    setCell(other, ALICE, { ...getAccount(other, ALICE), amount: 1n << 80n });
    const foreign = cellExit(other, ALICE, EXIT_DOMAIN);
    await expect(witnessOf({ ...inputOf(foreign), root: stateRoot(state) })).rejects.toThrow();
  });
});

/** The same leaf word split otherwise: amount and payload that carry into each other, which the ranges forbid. */
describe("other decodings of a cell's word", () => {
  const inverse = (value: bigint): bigint => {
    let result = 1n;
    for (let exponent = FIELD_MODULUS - 2n, base = value; exponent > 0n; exponent >>= 1n) {
      if (exponent & 1n) result = (result * base) % FIELD_MODULUS;
      base = (base * base) % FIELD_MODULUS;
    }
    return result;
  };

  it.each([
    [0, "balance", "nonce"],
    [1, "vault", "payload"],
    [2, "vault", "payload"],
  ] as const)("have no witness: kind %i", async (position, amount, payload) => {
    const input = inputOf(exits()[position]!);
    for (const more of [1n, 1n << 87n, 1n << 92n, -(1n << 92n), 1n << 91n]) {
      // amount + more, payload - more / 2^92: the same word.
      const rest = (more * inverse(1n << 92n)) % FIELD_MODULUS;
      const split = {
        [amount]: (input[amount] as bigint) + more,
        [payload]: (input[payload] as bigint) - rest,
      };
      await expect(witnessOf({ ...input, ...split })).rejects.toThrow();
    }
  });

  it("have no witness: parent and seed id", async () => {
    const input = inputOf(exits()[1]!);
    const split = { parent: (input.parent as bigint) + (1n << 64n), seedId: (input.seedId as bigint) - 1n };
    await expect(witnessOf({ ...input, ...split })).rejects.toThrow();
  });
});

describe("changed witnesses of the exit circuit", () => {
  it("break a constraint for every signal that the kind reads, changed after the fact", {
    timeout: 300_000,
  }, async () => {
    for (const exit of exits()) {
      const witness = await witnessOf(inputOf(exit));
      const names = [
        "C",
        "y",
        "z",
        "root",
        "exitDomain",
        "isAccount",
        "isSeed",
        "amount",
        "index",
        "recipient",
        "cell",
      ];
      for (const name of names) {
        const wire = signalWire(circuit.wires, `main.${name}`);
        for (const by of [1n, -1n]) {
          expect([exit.kind, name, holds(witness.with(wire, (witness[wire]! + by) % FIELD_MODULUS))]).toEqual(
            [...[exit.kind, name], false],
          );
        }
      }
    }
  });
});
