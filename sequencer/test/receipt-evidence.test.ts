// The search for an answer to a challenged receipt: the block that excuses the operator lies between acceptance and promise, and
// neither the latest state nor the latest block shows anything.
import { accountStatic, type Operation, type Request } from "@catalyze/circuits/reference";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sealNextBlock } from "../src/block/sealing.js";
import { submitOperation } from "../src/core/accept.js";
import type { Context } from "../src/core/context.js";
import { type ChallengedReceipt, findReceiptAnswer } from "../src/receipts/evidence.js";
import { markSettled } from "../src/store/blocks.js";
import { transfer } from "./support/keys.js";
import { enqueue, firstRequests, openWorld, requester, START_SECONDS } from "./support/world.js";

let context: Context;
let requests = 0n;

const signerStatic = accountStatic(requester.ax, requester.ay, requester.owner);

/** Seals a block with these L1 requests and what waits, and has it settled unless told otherwise. */
async function seal(more: readonly Request[], settled = true): Promise<void> {
  await enqueue(context, requests, more);
  requests += BigInt(more.length);
  const block = await sealNextBlock(context);
  if (!settled) return;
  const l1 = { transactionHash: "0x1", l1Block: 1n, gasUsed: 1n, blocksInTransaction: 1 };
  await markSettled(context.driver, block!.header.number, l1);
}

const deposit = (index: number): Request => ({
  kind: "deposit",
  index,
  time: START_SECONDS,
  depositor: 1n,
  amount: 1_000n,
});

const submit = (operation: Operation) =>
  submitOperation(context, { operation, signature: requester.sign(operation).signature });

const find = (receipt: ChallengedReceipt, more: Partial<ChallengedReceipt> = {}) =>
  findReceiptAnswer(context, { receipt: { ...receipt, ...more }, signerStatic });

beforeEach(async () => {
  context = await openWorld();
  requests = 0n;
  await seal(firstRequests());
});

afterEach(() => context.driver.close());

it("finds an exit between blocks in which the operation was possible, and only where it counts", async () => {
  const receipt = await submit(transfer(2, 0n, 3, 10n));
  const exit: Request = { kind: "exitAccount", index: 2, time: START_SECONDS, recipient: requester.owner };
  // The deposit makes the account rich enough again, in the same block.
  await seal([exit, deposit(2)]);
  await seal([deposit(2)]);
  await seal([deposit(3)], false);
  expect(await find(receipt)).toMatchObject({ kind: "exit", blockNumber: 2n, position: 0n });
  expect(await find(receipt, { promisedBlock: 2n })).toMatchObject({ kind: "exit", blockNumber: 2n });
  expect(await find(receipt, { acceptedBlock: 2n })).toBeUndefined();
  expect(await find(receipt, { promisedBlock: 1n })).toBeUndefined();
  expect(await find(receipt, { validUntil: START_SECONDS - 1n })).toMatchObject({
    kind: "expiry",
    blockNumber: 3n,
  });
  expect(await find(receipt, { message: 5n })).toBeUndefined();
});

it("finds the operation's block once it is settled, up to the promised one", async () => {
  const receipt = await submit(transfer(2, 0n, 3, 10n));
  await seal([], false);
  expect(await find(receipt)).toBeUndefined();
  await markSettled(context.driver, 2n, {
    transactionHash: "0x1",
    l1Block: 1n,
    gasUsed: 1n,
    blocksInTransaction: 1,
  });
  expect(await find(receipt)).toMatchObject({ place: { blockNumber: 2n, position: 0n } });
  expect(await find(receipt, { promisedBlock: 1n })).toBeUndefined();
});
