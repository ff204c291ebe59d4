// What a receipt promises: blocks are filled as long as it takes, and none of the promises may be broken, whatever is accepted
// later. Only operations compete here; the state machine and the builder are the real ones.
import {
  createState,
  getAccount,
  type Operation,
  type SignedOperation,
  type State,
  setCell,
} from "@catalyze/circuits/reference";
import { operationDomain, SMALL_BLOCK } from "@catalyze/circuits/schema";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fillBlock } from "../src/block/builder.js";
import { sealNextBlock } from "../src/block/sealing.js";
import { submitOperation } from "../src/core/accept.js";
import type { Context } from "../src/core/context.js";
import { poolOperation } from "../src/core/ledger.js";
import { SequencerError } from "../src/errors.js";
import { PROMISE_MARGIN_BLOCKS, QUEUE_DEADLINE_SECONDS, SHUTDOWN_MARGIN_SECONDS } from "../src/limits.js";
import { Mempool } from "../src/mempool/mempool.js";
import { promiseBlock } from "../src/mempool/promise.js";
import { insertArtefact } from "../src/store/work.js";
import { CHAIN_ID, EXPIRY, ROLLUP, TestKey, transfer } from "./support/keys.js";
import {
  enqueue,
  firstRequests,
  openWorld,
  PARAMETERS,
  requester,
  SEED,
  START_SECONDS,
  sha256,
  testOrder,
} from "./support/world.js";

const ACCOUNTS = 24;
const people = Array.from({ length: ACCOUNTS }, (_, number) => new TestKey(number));
let state: State;
let mempool: Mempool;
let sequence: bigint;
let head: bigint;
/** Promised blocks by sequence number of what waits. */
let promises: Map<bigint, bigint>;

/** Accepts an operation as the sequencer does once it was admitted; undefined when it would break a promise. */
function accept(operation: Operation): bigint | undefined {
  const signed: SignedOperation = { operation, signature: { r8x: 0n, r8y: 0n, s: 0n } };
  const given = { signed, sequence: sequence + 1n };
  try {
    const promised = promiseBlock(SMALL_BLOCK, mempool, given, head);
    sequence += 1n;
    const { signature } = people[operation.signer]!.sign(operation);
    mempool.add(poolOperation(sequence, sequence, { operation, signature }, promised));
    promises.set(sequence, promised);
    return promised;
  } catch (error) {
    if (error instanceof SequencerError && error.code === "SEQUENCER_POOL_FULL") return undefined;
    throw error;
  }
}

/** Fills and applies the next block; throws when a promise is broken. */
function seal(): number {
  head += 1n;
  const filled = fillBlock(
    state,
    {
      size: SMALL_BLOCK,
      operationDomain: operationDomain(CHAIN_ID, BigInt(ROLLUP)),
      statementDomain: 0n,
      number: head,
      time: 1_000n,
      feeAccount: 0,
      firstRequest: 0n,
    },
    { requests: [], deadline: 1_000n, settlements: [], mempool },
  );
  expect(filled.refusedOperations).toEqual([]);
  filled.seal();
  for (const entry of filled.operations) {
    mempool.remove(entry.message);
    promises.delete(entry.sequence);
  }
  const broken = [...promises].filter(([, promised]) => promised <= head);
  expect(broken, `after block ${head}`).toEqual([]);
  return filled.operations.length;
}

/** Numbers from 0 on below `end`, the same in every run. */
function numbers(seed: number): (end: number) => number {
  let value = seed;
  return (end) => {
    value = (value * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((value / 2 ** 31) * end);
  };
}

function randomOperation(next: (end: number) => number): Operation {
  const signer = 1 + next(ACCOUNTS - 1);
  const { nonce } = mempool.pendingView(signer, getAccount(state, signer));
  const common = {
    signer,
    nonce,
    fee: BigInt(next(2)),
    priorityFee: BigInt(next(4) ** 3),
    expiry: 2_000n,
  };
  const receiver = () => 1 + next(ACCOUNTS - 1);
  switch (next(5)) {
    case 0:
      return { kind: "withdraw", ...common, amount: 1n };
    case 1: {
      const legs = Array.from({ length: 1 + next(6) }, () => ({ receiver: receiver(), amount: 1n }));
      return { kind: "multiTransfer", ...common, legs };
    }
    case 2: {
      const { ax, ay } = people[receiver()]!;
      if (mempool.ofAccount(signer).length > 0) break;
      return { kind: "rotateKey", ...common, ax, ay, owner: people[signer]!.owner };
    }
  }
  return { kind: "transfer", ...common, receiver: receiver(), amount: 1n };
}

beforeEach(() => {
  state = createState(SMALL_BLOCK.depth);
  people.forEach((key, index) => {
    setCell(state, index, key.cell(1_000_000n));
  });
  mempool = new Mempool();
  [sequence, head] = [0n, 0n];
  promises = new Map();
});

const pay = (signer: number, priorityFee: bigint, nonce = 0n): Operation =>
  transfer(signer, nonce, 1, 1n, { priorityFee, expiry: 2_000n });

describe("promised blocks", () => {
  it("count what each operation may have to wait for", () => {
    const margin = 1n + PROMISE_MARGIN_BLOCKS;
    expect(accept(pay(2, 5n))).toBe(margin);
    // Seven before it may fill a block's six slots for operations, and its nine cells beside the fee account's: two blocks.
    for (let signer = 3; signer < 9; signer++) accept(pay(signer, 5n));
    expect(accept(pay(9, 5n))).toBe(2n + margin);
    // Behind nothing but itself when it pays more than all of them.
    expect(accept(pay(10, 6n))).toBe(margin);
  });

  it("count scarce slots for those who need them: one rotation of a key in each block", () => {
    for (let signer = 1; signer < 12; signer++) {
      const { ax, ay } = people[0]!;
      const common = { signer, nonce: 0n, fee: 0n, priorityFee: 0n, expiry: 2_000n };
      const { owner } = people[signer]!;
      const promised = accept({ kind: "rotateKey", ...common, ax, ay, owner });
      expect(promised).toBeGreaterThanOrEqual(BigInt(signer) + PROMISE_MARGIN_BLOCKS);
    }
    expect(accept(pay(13, 0n))).toBeLessThanOrEqual(4n + PROMISE_MARGIN_BLOCKS);
    while (seal() > 0);
    expect(promises.size).toBe(0);
  });

  it("are kept whoever pays more: what would delay an operation beyond its block is refused", () => {
    const first = accept(pay(1, 1n))!;
    let taken = 0;
    for (let nonce = 0n; nonce < 3n; nonce++) {
      for (let signer = 2; signer < ACCOUNTS; signer++) {
        if (accept(pay(signer, 9n, nonce)) !== undefined) taken += 1;
      }
    }
    expect(taken).toBeGreaterThan(2 * SMALL_BLOCK.operations);
    expect(taken).toBeLessThan(8 * SMALL_BLOCK.operations);
    expect(accept(pay(ACCOUNTS - 1, 1n, getPending(ACCOUNTS - 1)))).toBeDefined();
    while (promises.has(1n)) seal();
    expect(head).toBeLessThanOrEqual(first);
  });

  it.each([1, 2])("are kept with random operations, accepted between blocks (seed %i)", (seed) => {
    const next = numbers(seed);
    let refused = 0n;
    for (let round = 0; round < 10; round++) {
      for (let i = next(14); i > 0; i--) {
        const operation = randomOperation(next);
        const rotating = mempool
          .ofAccount(operation.signer)
          .some(({ signed }) => signed.operation.kind === "rotateKey");
        // As admission has it: nothing follows a rotation. The keys of these tests don't follow it either.
        if (rotating || people[operation.signer]!.ax !== getAccount(state, operation.signer).ax) continue;
        if (accept(operation) === undefined) refused += 1n;
      }
      seal();
    }
    while (seal() > 0);
    expect(promises.size).toBe(0);
    expect(refused).toBeLessThan(sequence);
  });
});

const getPending = (signer: number): bigint => mempool.pendingView(signer, getAccount(state, signer)).nonce;

describe("the time of a promise", () => {
  const INPUTS = Uint8Array.from([1, 2, 3, 4]);
  const half = START_SECONDS + QUEUE_DEADLINE_SECONDS / 2n;
  let context: Context;

  const submit = async (operation: Operation): Promise<bigint> => {
    const inputs = operation.kind === "postOrder" ? { inputs: sha256(INPUTS) } : {};
    const { signature } = requester.sign(operation);
    return (await submitOperation(context, { operation, signature, ...inputs })).validUntil;
  };
  const order = (nonce: bigint, expiry = EXPIRY): Operation => {
    const common = { signer: 2, nonce, fee: 0n, priorityFee: 0n, expiry };
    return { kind: "postOrder", ...common, order: testOrder(nonce, INPUTS) };
  };

  beforeEach(async () => {
    context = await openWorld();
    await enqueue(context, 0n, firstRequests());
    await sealNextBlock(context);
    for (const bytes of [INPUTS, PARAMETERS]) await insertArtefact(context.driver, sha256(bytes), bytes);
  });

  afterEach(() => context.driver.close());

  it("is the earliest expiry of the operation and of those pending before it", async () => {
    const soon = START_SECONDS + 100n;
    expect(await submit(transfer(2, 0n, 3, 1n))).toBe(EXPIRY);
    expect(await submit(transfer(2, 1n, 3, 1n, { expiry: soon }))).toBe(soon);
    expect(await submit(transfer(2, 2n, 3, 1n))).toBe(soon);
    expect(await submit(transfer(2, 3n, 3, 1n, { expiry: soon - 1n }))).toBe(soon - 1n);
    // Once the block is sealed, nothing is pending.
    while ((await sealNextBlock(context)) !== undefined);
    expect(await submit(transfer(2, 4n, 3, 1n))).toBe(EXPIRY);
  });

  it("ends for orders, and what stands behind them, when a change of the seed's terms waits no longer", async () => {
    expect(await submit(order(0n))).toBe(half);
    expect(await submit(transfer(2, 1n, 3, 1n))).toBe(half);
    expect(await submit(order(2n, half - 1n))).toBe(half - 1n);
  });

  it("is not given in the last hour before an announced shutdown", async () => {
    const shutdownAt = START_SECONDS + SHUTDOWN_MARGIN_SECONDS;
    context.l1 = { ...context.l1, shutdownAt: shutdownAt + 1n };
    expect(await submit(transfer(2, 0n, 3, 1n))).toBe(EXPIRY);
    context.l1 = { ...context.l1, shutdownAt };
    await expect(submit(transfer(2, 1n, 3, 1n))).rejects.toMatchObject({ code: "SEQUENCER_ROLLUP_CLOSED" });
  });

  it("is not given behind an order whose seed is changing already", async () => {
    await submit(order(0n));
    const terms = { royalty: 1n, middleware: 1n, burn: 1n, pool: 1n, version: 2n };
    await enqueue(context, 4n, [{ kind: "updateSeedTerms", index: SEED, time: START_SECONDS, terms }]);
    await expect(submit(transfer(2, 1n, 3, 1n))).rejects.toMatchObject({ code: "SEQUENCER_SEED_CHANGING" });
    while ((await sealNextBlock(context)) !== undefined);
    expect(await submit(transfer(2, 1n, 3, 1n))).toBe(EXPIRY);
  });
});
