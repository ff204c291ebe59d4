// The block circuit against the reference: valid blocks have a witness whose public signals are the reference's.
import {
  type CompiledCircuit,
  calculateWitness,
  checkConstraints,
  ensureCircuit,
} from "@catalyze/circuits/build";
import { blockCircuitInput, type SealedBlock, totalAmount } from "@catalyze/circuits/reference";
import { blockLayout, evaluateVector, expandVector } from "@catalyze/circuits/schema";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { attempt, randomAction } from "./random.js";
import {
  ALICE,
  BOB,
  common,
  emptyScenario,
  MIDDLEWARE,
  makeOrder,
  OPERATOR,
  PROVIDER,
  registerAll,
  runBlock,
  SEED,
  sign,
  zOf,
} from "./scenario.js";

let circuit: CompiledCircuit;

beforeAll(async () => {
  circuit = await ensureCircuit("small");
});

/** Calculates the witness and checks every constraint and the three public signals. */
async function expectProvable(block: SealedBlock): Promise<void> {
  const z = zOf(block);
  const witness = await calculateWitness(circuit, { ...blockCircuitInput(block), z });
  expect(checkConstraints(circuit, witness)).toEqual({ ok: true });
  const words = expandVector(blockLayout(block.header.size), block.content);
  expect(witness.slice(1, 4)).toEqual([block.commitment, evaluateVector(words, z), z]);
}

describe("block circuit", () => {
  it("accepts a whole life: registration, orders, transfers, settlements, refund, withdrawal", async () => {
    const scenario = emptyScenario();
    const { state } = scenario;
    const supply = 5n * 1_000_000n;
    await expectProvable(runBlock(scenario, (draft) => registerAll(draft, 1_000_000n)));
    expect(totalAmount(state)).toBe(supply);

    const posted = runBlock(scenario, (draft) => {
      draft.addOperation(
        sign(state, { kind: "postOrder", ...common(ALICE, 0n), order: makeOrder(state, ALICE, 0n) }),
        1n,
      );
      draft.addOperation(
        sign(state, { kind: "transfer", ...common(ALICE, 1n), receiver: BOB, amount: 777n, priorityFee: 9n }),
        2n,
      );
      draft.addOperation(
        sign(state, { kind: "transfer", ...common(BOB, 0n), receiver: BOB, amount: 3n, priorityFee: 7n }),
        3n,
      );
      draft.addOperation(
        sign(state, { kind: "postOrder", ...common(BOB, 1n), order: makeOrder(state, BOB, 1n) }),
        4n,
      );
    });
    await expectProvable(posted);
    expect(totalAmount(state)).toBe(supply);

    const [first, second] = posted.orders.map(({ index }) => index);
    const settled = runBlock(scenario, (draft) => {
      for (const [orderIndex, chunk] of [
        [first!, 1],
        [second!, 0],
        [first!, 0],
      ] as const) {
        draft.addSettlement({ orderIndex, chunk, provider: PROVIDER, resultsRoot: 99n, price: 801n });
      }
      draft.addOperation(sign(state, { kind: "withdraw", ...common(PROVIDER, 0n), amount: 1000n }), 5n);
      draft.addRequest({ kind: "deposit", index: ALICE, time: 5n, depositor: 1n, amount: 11n });
    });
    await expectProvable(settled);
    expect([state.cells.has(first!), state.cells.has(second!)]).toEqual([false, true]);
    expect(totalAmount(state)).toBe(supply + 11n - 1000n - settled.burned - settled.pool);
    expect(settled.burned).toBeGreaterThan(0n);
    expect(settled.changes.map(({ index }) => index)).toEqual(
      expect.arrayContaining([OPERATOR, MIDDLEWARE, PROVIDER, ALICE, SEED]),
    );
  });

  it("accepts what the reference accepts, over random sequences of blocks", async () => {
    const plans = fc.sample(fc.array(randomAction, { minLength: 3, maxLength: 12 }), {
      numRuns: 6,
      seed: 20261120,
    });
    const scenario = emptyScenario();
    runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
    let sequence = 1n;
    for (const actions of plans) {
      const nonces = new Map<number, bigint>();
      const block = runBlock(scenario, (draft) => {
        for (const action of actions) attempt(scenario, draft, nonces, sequence++, action);
      });
      await expectProvable(block);
    }
  });

  it("accepts an empty block", async () => {
    await expectProvable(runBlock(emptyScenario(), () => undefined));
  });
});
