// Filling and timing of blocks.
import {
  type BlockHeader,
  createState,
  type Order,
  type Request,
  type State,
  setCell,
} from "@catalyze/circuits/reference";
import { operationDomain, SMALL_BLOCK } from "@catalyze/circuits/schema";
import { beforeEach, describe, expect, it } from "vitest";
import { fillBlock } from "../src/block/builder.js";
import { l1Time, nextBlockTime, settlementLingerMs, shouldSeal } from "../src/block/timing.js";
import { L1_IDLE_SECONDS, PIPELINE_BLOCKS } from "../src/limits.js";
import { Mempool } from "../src/mempool/mempool.js";
import { CHAIN_ID, ROLLUP, TestKey, transfer } from "./support/keys.js";

const people = [0, 1, 2, 3, 4].map((number) => new TestKey(number));
let state: State;
let mempool: Mempool;
let sequence: bigint;

const header = (more: Partial<BlockHeader> = {}): BlockHeader => ({
  size: SMALL_BLOCK,
  operationDomain: operationDomain(CHAIN_ID, BigInt(ROLLUP)),
  statementDomain: 0n,
  number: 1n,
  time: 1_000n,
  feeAccount: 0,
  firstRequest: 0n,
  ...more,
});

function add(signer: number, nonce: bigint, priorityFee: bigint, expiry = 2_000n, amount = 1n): bigint {
  const signed = people[signer]!.sign(
    transfer(signer, nonce, (signer + 1) % 4, amount, { priorityFee, expiry }),
  );
  sequence += 1n;
  mempool.add({ message: sequence, sequence, signed, debit: amount + priorityFee });
  return sequence;
}

const DEADLINE = 1_000n;
const fill = (more: Partial<BlockHeader> = {}, requests: readonly Request[] = []) =>
  fillBlock(state, header(more), {
    requests: requests.map((request) => ({ request })),
    deadline: DEADLINE,
    settlements: [],
    mempool,
  });

beforeEach(() => {
  state = createState(SMALL_BLOCK.depth);
  for (const index of [0, 1, 2, 3]) setCell(state, index, people[index]!.cell(100n));
  mempool = new Mempool();
  sequence = 0n;
});

describe("operations", () => {
  it("stand by effective priority, then by sequence number", () => {
    add(1, 0n, 5n);
    add(2, 0n, 9n);
    add(3, 0n, 5n);
    const block = fill().seal();
    expect(block.operations.map(({ sequence: number }) => number)).toEqual([2n, 1n, 3n]);
  });

  it("of one account keep their order, and a later one never has more priority than an earlier one", () => {
    add(1, 0n, 1n);
    add(1, 1n, 50n);
    add(2, 0n, 2n);
    const block = fill().seal();
    expect(block.operations.map(({ sequence: number }) => number)).toEqual([3n, 1n, 2n]);
  });

  it("leave what does not fit, the lowest priority first", () => {
    for (const nonce of [0n, 1n, 2n]) for (const signer of [1, 2, 3]) add(signer, nonce, BigInt(signer));
    const filled = fill();
    expect(filled.operations).toHaveLength(SMALL_BLOCK.operations);
    expect(new Set(filled.operations.map(({ signed }) => signed.operation.signer))).toEqual(new Set([2, 3]));
    expect(filled.refusedOperations).toEqual([]);
  });

  it("behind a gap wait", () => {
    add(1, 1n, 0n);
    expect(fill().empty).toBe(true);
    add(1, 0n, 0n);
    const filled = fill();
    // The earlier nonce came later: they can't share a block, because sequence numbers follow nonces.
    expect(filled.operations.map(({ sequence: number }) => number)).toEqual([2n]);
    expect(filled.refusedOperations).toEqual([]);
  });

  it("that became invalid are refused with the rule", () => {
    add(1, 0n, 0n, 999n);
    add(2, 0n, 0n, 1_000n);
    add(3, 0n, 0n, 2_000n, 101n);
    const filled = fill();
    expect(filled.operations.map(({ sequence: number }) => number)).toEqual([2n]);
    expect(filled.refusedOperations.map(({ item, code }) => [item.sequence, code])).toEqual([
      [1n, "OPERATION_EXPIRED"],
      [3n, "INSUFFICIENT_BALANCE"],
    ]);
  });

  it("wait until the fee account exists", () => {
    add(1, 0n, 1n);
    expect(fill({ feeAccount: 4 }).empty).toBe(true);
    const { ax, ay, owner } = people[4]!;
    const request: Request = { kind: "register", index: 4, time: 1n, ax, ay, owner, amount: 0n };
    const filled = fill({ feeAccount: 4 }, [request]);
    expect(filled.requests).toBe(1);
    expect(filled.operations).toHaveLength(1);
    expect(filled.seal().fees).toBe(1n);
  });
});

describe("L1 requests", () => {
  it("come in queue order up to the size", () => {
    const requests = Array.from(
      { length: SMALL_BLOCK.requests + 1 },
      (): Request => ({ kind: "deposit", index: 1, time: 1n, depositor: 1n, amount: 1n }),
    );
    expect(fill({}, requests).requests).toBe(SMALL_BLOCK.requests);
  });

  it("that change a seed's terms wait for a pending order of the seed, for half of the deadline", () => {
    const terms = { royalty: 1n, middleware: 0n, burn: 0n, pool: 0n, version: 1n };
    const seed = { parametersCommitment: 1n, programId: 2n, subject: 3n, amount: 0n };
    setCell(state, 4, { kind: "seed", ...seed, terms });
    const requests: Request[] = [
      { kind: "deposit", index: 1, time: 500n, depositor: 1n, amount: 1n },
      { kind: "updateSeedTerms", index: 4, time: 500n, terms: { ...terms, version: 2n } },
      { kind: "deposit", index: 1, time: 500n, depositor: 1n, amount: 1n },
    ];
    expect(fill({}, requests).requests).toBe(3);
    const order: Order = {
      ...{ requester: 1n, nonce: 0n, seed: 4n, middleware: 0n, programId: 2n, parametersCommitment: 1n },
      ...{ inputsRoot: 1n, jobCount: 1n, chunkSize: 1n, priceLimit: 1n, settlementFee: 0n, savingsShare: 0n },
      ...{ modes: 1n, minimumBond: 0n, deadline: 5_000n, terms },
    };
    const common = { signer: 1, nonce: 0n, fee: 0n, priorityFee: 0n, expiry: 9_000n };
    const signed = people[1]!.sign({ kind: "postOrder", ...common, order });
    mempool.add({ message: 1n, sequence: 1n, signed, debit: 1n });
    const waiting = fill({ time: 1_000n }, requests);
    expect([waiting.requests, waiting.operations.length]).toEqual([1, 1]);
    const forced = fill({ time: 1_001n }, requests);
    expect([forced.requests, forced.operations.length]).toEqual([3, 0]);
    // Without a fee account nothing would end the wait.
    expect(fill({ time: 1_000n, feeAccount: 9 }, requests).requests).toBe(3);
  });

  it("that contradict the state stop the builder", () => {
    const request: Request = { kind: "deposit", index: 77, time: 1n, depositor: 1n, amount: 1n };
    expect(() => fill({}, [request])).toThrowError(
      expect.objectContaining({ code: "SEQUENCER_QUEUE_INVALID" }),
    );
  });
});

describe("timing", () => {
  const situation = {
    nowMs: 1_500,
    workSinceMs: 0,
    lingerMs: 1_500,
    unprovenBlocks: 0,
    full: false,
  };

  it("seals when the linger is over and not before", () => {
    expect(shouldSeal(situation)).toBe(true);
    expect(shouldSeal({ ...situation, nowMs: 1_499 })).toBe(false);
  });

  it("seals a full block at once, never without work, never beyond the pipeline", () => {
    expect(shouldSeal({ ...situation, nowMs: 0, full: true })).toBe(true);
    expect(shouldSeal({ ...situation, workSinceMs: undefined, full: true })).toBe(false);
    expect(shouldSeal({ ...situation, unprovenBlocks: PIPELINE_BLOCKS, full: true })).toBe(false);
    expect(shouldSeal({ ...situation, unprovenBlocks: PIPELINE_BLOCKS - 1, full: true })).toBe(true);
    expect(shouldSeal({ ...situation, unprovenBlocks: 1 })).toBe(false);
  });

  it("lets settlements wait for those that are being worked on, for a minute at most", () => {
    expect(settlementLingerMs(10_000, 0)).toBe(4_000);
    expect(settlementLingerMs(10_000, 30_000)).toBe(24_000);
    expect(settlementLingerMs(10_000, 500_000)).toBe(60_000);
  });

  it("takes L1's latest time, the pending block's only after a long silence", () => {
    const latest = 1_000n;
    expect(l1Time({ latest, pending: latest + L1_IDLE_SECONDS })).toBe(latest);
    expect(l1Time({ latest, pending: latest + L1_IDLE_SECONDS + 1n })).toBe(latest + L1_IDLE_SECONDS + 1n);
    expect(l1Time({ latest, pending: undefined })).toBe(latest);
    expect(nextBlockTime(1_001n, 1_000n)).toBe(1_001n);
    expect(nextBlockTime(1_000n, 1_001n)).toBe(1_001n);
  });
});
