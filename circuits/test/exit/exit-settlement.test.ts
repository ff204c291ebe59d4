// The payment of a recorded statement after a freeze: the circuit proves the reference's split, and nothing else.
import {
  type CircuitInput,
  calculateWitness,
  checkConstraints,
  exitSettlementCircuit,
  signalWire,
} from "@catalyze/circuits/build";
import {
  ExitError,
  getAccount,
  getOrder,
  type SettlementExit,
  type State,
  type Statement,
  setCell,
  settlementExit,
  sponge,
  statementCommitment,
} from "@catalyze/circuits/reference";
import {
  DOMAIN_PUBLIC_DATA,
  evaluateVector,
  exitChunk,
  exitSettlementLayout,
  exitShares,
  expandVector,
  FIELD_MODULUS,
  withdrawalWord,
} from "@catalyze/circuits/schema";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ALICE, MIDDLEWARE, ownerOf, PROVIDER } from "../block/scenario.js";
import { changed, leaves } from "../inputs.js";
import { type LoadedCircuit, loadCircuit } from "../programs/support.js";
import { EXIT_DOMAIN, openState, orderIndexOf, statementOf, Z } from "./support.js";

let circuit: LoadedCircuit;
let state: State;

beforeAll(async () => {
  circuit = await loadCircuit(exitSettlementCircuit(2, "exit-settlement-depth-2"));
  state = openState();
});

const exitOf = (
  chunk: number,
  statement: Statement = statementOf(state, chunk),
  from = state,
): SettlementExit => settlementExit(from, { orderIndex: orderIndexOf(from), chunk, statement }, EXIT_DOMAIN);
const inputOf = (exit: SettlementExit): CircuitInput => ({ ...exit.circuitInput, z: Z });
const witnessOf = (input: Parameters<typeof calculateWitness>[1]): Promise<bigint[]> =>
  calculateWitness(circuit.compiled, input);
const holds = (witness: readonly bigint[]): boolean => checkConstraints(circuit.compiled, witness).ok;

const publicSignals = (exit: SettlementExit): bigint[] => {
  const words = expandVector(exitSettlementLayout, exit.content);
  return [sponge(DOMAIN_PUBLIC_DATA, words), evaluateVector(words, Z), Z];
};

describe("exit settlement circuit", () => {
  it("has the public signals [C, y, z]", () => {
    const { publicOutputs, publicInputs } = circuit.compiled.constraints;
    expect(["C", "y", "z"].map((name) => signalWire(circuit.wires, `main.${name}`))).toEqual([1, 2, 3]);
    expect([publicOutputs, publicInputs]).toEqual([2, 1]);
  });

  it("proves the reference's payment of a chunk and of the shorter last one", async () => {
    for (const chunk of [0, 2]) {
      const exit = exitOf(chunk);
      const witness = await witnessOf(inputOf(exit));
      expect(holds(witness)).toBe(true);
      expect(witness.slice(1, 4)).toEqual(publicSignals(exit));
    }
  });

  it("proves the split of any terms, limit and price", async () => {
    const basisPoints = fc.tuple(...[2500, 2500, 2500, 2500].map((max) => fc.integer({ min: 0, max })));
    const price = fc.bigInt(0n, (1n << 64n) - 1n);
    const property = fc.asyncProperty(
      basisPoints,
      price,
      price,
      fc.integer({ min: 0, max: 10_000 }),
      async (...drawn) => {
        const [[royalty, middleware, burn, pool], one, two, share] = drawn;
        const changedState = openState();
        const index = orderIndexOf(changedState);
        const cell = getOrder(changedState, index);
        const terms = { royalty, middleware, burn, pool, version: 3 };
        const points = Object.entries(terms).map(([name, value]) => [name, BigInt(value!)]);
        const order = {
          ...cell.order,
          terms: Object.fromEntries(points) as typeof cell.order.terms,
          priceLimit: one > two ? one : two,
          savingsShare: BigInt(share),
        };
        setCell(changedState, index, { ...cell, order, amount: 1n << 87n });
        const exit = exitOf(0, statementOf(changedState, 0, one > two ? two : one), changedState);
        const { split } = exit;
        const parts = split.provider + split.middleware + split.royalty + split.burn + split.pool;
        expect(parts + split.fee).toBe(split.debit);
        expect((await witnessOf(inputOf(exit))).slice(1, 4)).toEqual(publicSignals(exit));
      },
    );
    await fc.assert(property, { numRuns: 25, seed: 7 });
  });

  it("names what is paid and to whom", () => {
    const exit = exitOf(0);
    const [[, commitment], [, program, chunk, shares, provider, middleware]] = exit.content as [
      bigint[],
      bigint[],
    ];
    const { amount, order } = getOrder(state, exit.orderIndex);
    expect([commitment, program]).toEqual([statementCommitment(exit.statement), order.programId]);
    const named = { escrow: amount, index: BigInt(exit.orderIndex), chunk: 0n, seedId: (1n << 63n) + 2n };
    expect(exitChunk.decode(chunk!)).toEqual(named);
    expect(exitShares.decode(shares!)).toEqual({ royalty: 99n, burn: 23n, pool: 383n });
    expect(withdrawalWord.decode(provider!)).toEqual({
      amount: 3108n - 99n - 155n - 23n - 383n,
      recipient: ownerOf(PROVIDER),
    });
    expect(withdrawalWord.decode(middleware!)).toEqual({
      amount: 155n + 446n,
      recipient: ownerOf(MIDDLEWARE),
    });
  });

  it("leaves in the escrow what the other chunks need", () => {
    const { amount } = getOrder(state, orderIndexOf(state));
    const spent = [0, 2].reduce((sum, chunk) => sum + exitOf(chunk).split.debit, 0n);
    expect(spent).toBeLessThanOrEqual(amount);
  });

  it("refuses statements that are not about an open chunk of the order", () => {
    const statement = statementOf(state, 0);
    const code = (change: Partial<Statement>, chunk = 0): string => {
      try {
        exitOf(chunk, { ...statement, ...change });
      } catch (error) {
        return (error as ExitError).code;
      }
      return "none";
    };
    expect(code({})).toBe("none");
    for (const change of [
      { parametersCommitment: 1n },
      { inputsRoot: 1n },
      { from: 1n },
      { count: 3n },
      { price: 1001n },
    ])
      expect(code(change)).toBe("EXIT_STATEMENT_MISMATCH");
    expect(code({ from: 4n }, 1)).toBe("EXIT_CHUNK_SETTLED");
    expect(code({}, 3)).toBe("CHUNK_OUT_OF_RANGE");
    expect(() => exitOf(1, statementOf(state, 1))).toThrow(ExitError);
  });
});

/** Inputs that only the commitment binds: another value is another statement, which the contract does not know. */
const COMMITTED = /^(provider|resultsRoot|statementDomain|price|exitDomain)$/;

describe("changed inputs of the exit settlement circuit", () => {
  it("have no witness, or are another statement", { timeout: 300_000 }, async () => {
    const exit = exitOf(0);
    const input = inputOf(exit);
    const { z: _, ...rest } = input;
    for (const path of leaves(rest)) {
      for (const by of [1n, -1n, 1n << 64n]) {
        const witness = await witnessOf(changed(input, [[path, (value) => value + by]])).catch(
          () => undefined,
        );
        const label = `${path.join(".")} ${by}`;
        if (COMMITTED.test(String(path[0]))) {
          if (witness !== undefined) expect(witness[1], label).not.toBe(exit.commitment);
        } else expect(witness, label).toBeUndefined();
      }
    }
  });

  it.each([
    ["a price above the limit", { price: 1001n }],
    ["a negative price", { price: -1n }],
    ["a price that is negative and small in the field", { price: 1000n - (1n << 63n) }],
    ["a provider of 161 bits", { provider: 1n << 160n }],
    ["a domain of 249 bits", { exitDomain: 1n << 248n }],
    ["a settled chunk", { chunk: 1n }],
    ["a chunk that the order does not have", { chunk: 3n }],
    ["a chunk above 63", { chunk: 64n }],
  ])("have no witness for %s", async (_, change) => {
    await expect(witnessOf({ ...inputOf(exitOf(0)), ...change })).rejects.toThrow();
  });

  it("have no witness for an order that does not accept zk", async () => {
    const other = openState();
    const index = orderIndexOf(other);
    const cell = getOrder(other, index);
    setCell(other, index, { ...cell, order: { ...cell.order, modes: 6n } });
    expect(() => exitOf(0, statementOf(other, 0), other)).toThrow(/does not accept zk/);
    setCell(other, index, { ...cell, order: { ...cell.order, modes: 7n } });
    const input = inputOf(exitOf(0, statementOf(other, 0), other));
    expect(holds(await witnessOf(input))).toBe(true);
    const terms = (input.terms as bigint[]).with(6, 6n);
    await expect(witnessOf({ ...input, terms })).rejects.toThrow();
  });

  it("have no witness for another middleware or another seed", async () => {
    const other = openState();
    setCell(other, MIDDLEWARE, { ...getAccount(other, MIDDLEWARE), owner: 5n });
    const stolen = exitOf(0, statementOf(other, 0), other).circuitInput;
    await expect(witnessOf({ ...inputOf(exitOf(0)), owner: stolen.owner! })).rejects.toThrow();
    const alice = state.tree.proof(ALICE);
    const { ax, ay, owner, amount, nonce } = getAccount(state, ALICE);
    const account = { ax, ay, owner, balance: amount, nonce };
    const path = { middlewareBits: alice.bits, middlewareChildren: alice.children };
    await expect(witnessOf({ ...inputOf(exitOf(0)), ...account, ...path })).rejects.toThrow();
  });

  it("have no witness for another split of the order's word into escrow, bitmap and remaining", async () => {
    const input = inputOf(exitOf(0));
    const plus = (name: string, by: bigint): CircuitInput => ({ [name]: (input[name] as bigint) + by });
    await expect(
      witnessOf({ ...input, ...plus("escrow", 1n << 92n), ...plus("bitmap", -1n) }),
    ).rejects.toThrow();
    await expect(
      witnessOf({ ...input, ...plus("bitmap", 1n << 64n), ...plus("remaining", -1n) }),
    ).rejects.toThrow();
    await expect(
      witnessOf({ ...input, ...plus("bitmap", -(1n << 64n)), ...plus("remaining", 1n) }),
    ).rejects.toThrow();
  });
});

describe("changed witnesses of the exit settlement circuit", () => {
  it("break a constraint for every public word changed after the fact", async () => {
    const witness = await witnessOf(inputOf(exitOf(0)));
    const names = [
      "C",
      "y",
      "z",
      "root",
      "exitDomain",
      "chunkWord",
      "shares",
      "providerWord",
      "middlewareWord",
    ];
    for (const name of names) {
      const wire = signalWire(circuit.wires, `main.${name}`);
      for (const by of [1n, -1n]) {
        expect([name, holds(witness.with(wire, (witness[wire]! + by) % FIELD_MODULUS))]).toEqual([
          name,
          false,
        ]);
      }
    }
  });
});
