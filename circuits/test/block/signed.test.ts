// Multi-transfers, cancellations, rotations and distributions: the block circuit against the reference.
import {
  blockCircuit,
  type CompiledCircuit,
  calculateWitness,
  checkConstraints,
  compileCircuit,
  generateSchemaSources,
} from "@catalyze/circuits/build";
import { type BlockDraft, type SealedBlock, totalAmount } from "@catalyze/circuits/reference";
import { type BlockSize, blockLayout, evaluateVector, expandVector } from "@catalyze/circuits/schema";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { attempt, randomAction } from "./random.js";
import { emptyScenario, registerAll, runBlock } from "./scenario.js";
import { inputOf, SIGNED, signedBlock } from "./signed.js";

/** Calculates the witness and checks every constraint and the three public signals. */
async function expectProvable(circuit: CompiledCircuit, block: SealedBlock): Promise<void> {
  const input = inputOf(block);
  const witness = await calculateWitness(circuit, input);
  expect(checkConstraints(circuit, witness)).toEqual({ ok: true });
  const words = expandVector(blockLayout(block.header.size), block.content);
  const z = input.z as bigint;
  expect(witness.slice(1, 4)).toEqual([block.commitment, evaluateVector(words, z), z]);
}

/** Runs random sequences of blocks over a size; returns how many of each slot were used. */
async function randomBlocks(size: BlockSize, circuit: CompiledCircuit, seed: number): Promise<number[]> {
  const used = [0, 0, 0, 0];
  const actions = fc.array(randomAction, { minLength: 6, maxLength: 14 });
  const scenario = emptyScenario(size);
  runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
  let sequence = 1n;
  for (const plan of fc.sample(actions, { numRuns: 12, seed })) {
    const nonces = new Map<number, bigint>();
    const fill = (draft: BlockDraft): void => {
      for (const action of plan) attempt(scenario, draft, nonces, sequence++, action);
    };
    const before = totalAmount(scenario.state);
    const block = runBlock(scenario, fill);
    const sum = (entries: readonly object[]): bigint =>
      entries.reduce((total, entry) => total + ("amount" in entry ? (entry.amount as bigint) : 0n), 0n);
    expect(totalAmount(scenario.state)).toBe(
      before + sum(block.requests) - sum(block.withdrawals) - block.burned - block.pool,
    );
    await expectProvable(circuit, block);
    const multi = block.operations.filter(({ signed }) => signed.operation.kind === "multiTransfer");
    [multi, block.cancellations, block.rotations, block.distributions].forEach((entries, i) => {
      used[i]! += entries.length;
    });
  }
  return used;
}

describe("block circuit with every signed operation", () => {
  let circuit: CompiledCircuit;
  beforeAll(async () => {
    generateSchemaSources();
    circuit = await compileCircuit(blockCircuit(SIGNED));
  });

  it("accepts a block with each of them", async () => {
    await expectProvable(circuit, signedBlock().block);
  });

  it("accepts what the reference accepts, over random sequences", async () => {
    for (const count of await randomBlocks(SIGNED, circuit, 20261120)) expect(count).toBeGreaterThan(0);
  });
});

describe("block circuit without their slots", () => {
  it("compiles, and accepts what the reference accepts", async () => {
    generateSchemaSources();
    const none = { legGroups: 0, cancellations: 0, rotations: 0, distributions: 0 };
    const size: BlockSize = { ...SIGNED, name: "unsigned", ...none };
    const circuit = await compileCircuit(blockCircuit(size));
    expect(await randomBlocks(size, circuit, 7)).toEqual([0, 0, 0, 0]);
  });
});
