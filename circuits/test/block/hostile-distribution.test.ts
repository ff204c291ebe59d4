// A hostile operator against distributions of a seed's vault, one attack per test.
import type { CircuitInput } from "@catalyze/circuits/build";
import { getSeed, type SealedBlock } from "@catalyze/circuits/reference";
import { beforeAll, describe, expect, it } from "vitest";
import { fullList } from "./random-signed.js";
import { ALICE, BOB, OPERATOR, PROVIDER, runBlock, type Scenario, SEED } from "./scenario.js";
import { expiringOrder, inputOf } from "./signed.js";
import {
  cellOf,
  column,
  credited,
  type Edit,
  edit,
  type Judge,
  loadJudge,
  withPaths,
} from "./signed-attack.js";

let judge: Judge;
beforeAll(async () => {
  judge = await loadJudge();
});

interface Attacked {
  readonly scenario: Scenario;
  readonly block: SealedBlock;
  readonly input: CircuitInput;
  /** What the seed's vault held before the block. */
  readonly vault: bigint;
}

/** The last chunk of the seed's order is settled, which pays the vault; 20 and then 10 units of it are distributed. */
function distributed(): Attacked {
  const { scenario, orderIndex } = expiringOrder();
  const vault = getSeed(scenario.state, SEED).amount;
  const block = runBlock(scenario, (draft) => {
    draft.addSettlement({ orderIndex, chunk: 0, provider: PROVIDER, resultsRoot: 6n, price: 900n });
    const first = fullList([{ receiver: ALICE, amount: 15n }]);
    first[31] = { receiver: BOB, amount: 5n };
    draft.addDistribution({ seed: SEED, legs: first, total: 20n });
    draft.addDistribution({ seed: SEED, legs: fullList([{ receiver: BOB, amount: 10n }]), total: 10n });
  });
  return { scenario, block, input: inputOf(block), vault };
}

/** Time of the first distribution: after requests, settlements, operations and posted orders. */
const TIME = 6n + 2n + 4n + 1n;

describe("hostile distributions", () => {
  it("are nothing that an honest operator does", () => {
    const { input, vault } = distributed();
    expect(vault).toBeGreaterThan(30n);
    expect(column(input, "distributionPreviousTime")).toEqual([0n, TIME]);
    expect(judge.refusals(input)).toEqual([]);
  });

  it("pays another list than the royalty proof's, or another total", () => {
    const { scenario, block, input } = distributed();
    const list = edit(
      input,
      ["legGroupReceiver.0.0", BigInt(OPERATOR)],
      ...credited(block, OPERATOR, 15n),
      ...credited(block, ALICE, -15n),
    );
    expect(judge.refusals(withPaths(list, scenario, block))).toEqual(["messages"]);
    const cell = `cellAmount.${cellOf(block, SEED)}`;
    const less: Edit[] = [
      ["distributionTotal.1", 9n],
      [cell, (amount) => amount + 1n],
    ];
    const other = distributed();
    expect(judge.refusals(withPaths(edit(other.input, ...less), other.scenario, other.block))).toEqual([
      "messages",
    ]);
  });

  it("pays without taking it from the vault, or takes it and does not pay", () => {
    const { scenario, block, input } = distributed();
    const kept = edit(input, [`cellAmount.${cellOf(block, SEED)}`, (amount) => amount + 10n]);
    expect(judge.refusals(withPaths(kept, scenario, block))).toEqual(["memory"]);
    const unpaid = distributed();
    const groups: Edit[] = [2, 3].flatMap((group): Edit[] => [
      [`legGroupUsed.${group}`, 0n],
      [`legGroupContinues.${group}`, 0n],
      [`legGroupAmount.${group}.0`, 0n],
    ]);
    const taken = edit(unpaid.input, ...groups, ...credited(unpaid.block, BOB, -10n));
    expect(judge.refusals(withPaths(taken, unpaid.scenario, unpaid.block))).toEqual(["messages"]);
  });

  it("pays more than the vault held, by what the block credits or by a lie", () => {
    const { input, vault } = distributed();
    expect(judge.refusals(edit(input, ["distributionTotal.1", vault - 19n]))).toContain(
      "distribution.RangeCheck",
    );
    const credit = edit(input, ["distributionVault.0", (held) => held + 50n]);
    expect(judge.refusals(credit)).toContain("memory");
  });

  it("reads the vault before an earlier distribution again", () => {
    const { scenario, block, input, vault } = distributed();
    const again = edit(
      input,
      ["distributionVault.1", vault],
      ["distributionPreviousTime.1", 0n],
      [`cellAmount.${cellOf(block, SEED)}`, (amount) => amount + 20n],
    );
    expect(judge.refusals(withPaths(again, scenario, block))).toEqual(["memory"]);
    // Each reads what the other wrote.
    const cycle = edit(input, ["distributionPreviousTime.0", TIME + 1n]);
    expect(judge.refusals(cycle)).toEqual(["distribution.RangeCheck", "memory"]);
  });

  it("empties an account or an order instead of a vault", () => {
    const { block, input } = distributed();
    expect(judge.refusals(edit(input, ["distributionSeed.0", BigInt(ALICE)]))).toEqual(["memory"]);
    const alice = edit(
      input,
      ["distributionSeed.0", BigInt(ALICE)],
      ["distributionStatic.0", column(input, "cellStatic")[cellOf(block, ALICE)]!],
      ["distributionVault.0", 1_000_000n],
      ["distributionPayload.0", 0n],
    );
    expect(judge.refusals(alice)).toEqual(["memory"]);
  });

  it("changes the seed's terms on the way", () => {
    const { scenario, block, input } = distributed();
    const terms = edit(
      input,
      ["distributionPayload.1", (payload) => payload + 1n],
      [`cellPayload.${cellOf(block, SEED)}`, (payload) => payload + 1n],
    );
    expect(judge.refusals(withPaths(terms, scenario, block))).toEqual(["memory"]);
  });

  it("distributes without public words, publishes words of an unused slot, or leaves a gap", () => {
    const { input } = distributed();
    const unused = edit(input, ["distributionUsed.1", 0n]);
    expect(judge.refusals(unused)).toEqual(["distribution", "memory", "messages"]);
    const silent = edit(
      unused,
      ["distributionTotal.1", 0n],
      ["distributionSeed.1", 0n],
      ["distributionPayouts.1", 0n],
    );
    expect(judge.refusals(silent)).toEqual(["memory", "messages"]);
    expect(judge.refusals(edit(silent, ["distributionPayouts.1", 5n]))).toContain("distribution");
    expect(judge.refusals(edit(silent, ["distributionTotal.1", 5n]))).toContain("distribution");
    expect(judge.refusals(edit(input, ["distributionUsed.0", 0n]))).toContain("Prefix");
  });

  it("splits the access word and the public word otherwise", () => {
    const { input } = distributed();
    const before = judge.challenge(input);
    const splits: [string, bigint, string, bigint][] = [
      // A later previous time is a smaller distance.
      ["Payload", 1n << 88n, "PreviousTime", 1n],
      ["PreviousTime", -(1n << 16n), "Vault", -1n],
      ["Total", 1n << 80n, "Seed", -1n],
    ];
    for (const [lower, up, higher, down] of splits) {
      const split = edit(
        input,
        [`distribution${lower}.0`, (value) => value + up],
        [`distribution${higher}.0`, (value) => value + down],
      );
      expect(judge.challenge(split), `${lower} and ${higher}`).toBe(before);
      const reasons = judge.refusals(split);
      expect(
        reasons.some((reason) => /^distribution\..*RangeCheck$/.test(reason)),
        `${lower} and ${higher}`,
      ).toBe(true);
    }
  });

  it("borrows from the terms for the vault", () => {
    const { input } = distributed();
    const place = 1n << 92n;
    const borrowed = edit(
      input,
      ["distributionVault.0", (vault) => vault + place],
      ["distributionPayload.0", (payload) => payload - 1n],
    );
    expect(judge.refusals(borrowed)).toContain("distribution.RangeCheck");
  });

  it("has no witness for any changed field, and draws another challenge", () => {
    const { input } = distributed();
    const before = judge.challenge(input);
    for (const name of ["Used", "Seed", "Static", "Vault", "Payload", "PreviousTime", "Payouts", "Total"]) {
      const changed = edit(input, [`distribution${name}.0`, (value) => value + 1n]);
      expect(judge.refusals(changed), name).not.toEqual([]);
      expect(judge.challenge(changed), name).not.toBe(before);
    }
  });
});
