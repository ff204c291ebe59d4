// Sends proven blocks to L1, in order and once. A transaction is signed and stored before it is sent, so that after a
// crash the same one is sent again; the rollup takes each block number only once in any case.
import { rollupAbi } from "@catalyze/contracts";
import { BaseError, ContractFunctionRevertedError, encodeFunctionData, keccak256 } from "viem";
import { circuitOfSize } from "../block/ladder.js";
import { l1Time } from "../block/timing.js";
import { announceBlock, type Context, halt, rewind, takesBlocks } from "../core/context.js";
import {
  BLOCK_AGE_SECONDS,
  BLOCKS_PER_TRANSACTION,
  RECEIPT_WAIT_MS,
  REPLACEMENTS,
  SUBMISSION_BYTES,
} from "../limits.js";
import {
  forgetSubmissions,
  listSubmissions,
  listUnsettledBlocks,
  recordSubmission,
  type StoredBlock,
  type Submission,
} from "../store/blocks.js";
import { listBlockStatements } from "../store/work.js";
import { type BlockSubmission, blockSubmission, blocksThatFit, gasLimit } from "./submission.js";

/** Least time between two sendings of the same transaction. */
const RESEND_MS = 5_000;

/** What the submitter remembers between turns; losing it is harmless. */
interface Memory {
  resentMs: number;
  reverts: number;
}

const rollup = ({ config }: Context) => ({ address: config.deployment.rollup, abi: rollupAbi }) as const;

/** Proven blocks from the first on, without a gap. */
function readyBlocks(unsettled: readonly StoredBlock[]): StoredBlock[] {
  const end = unsettled.findIndex(({ status }) => status !== "proven");
  return unsettled.slice(0, end === -1 ? undefined : end).slice(0, BLOCKS_PER_TRANSACTION);
}

async function toSubmissions(context: Context, blocks: readonly StoredBlock[]): Promise<BlockSubmission[]> {
  return Promise.all(
    blocks.map(async (block) => {
      const { sizeId } = circuitOfSize(context.sizes, block.sizeName);
      return blockSubmission(sizeId, block, await listBlockStatements(context.driver, block.number));
    }),
  );
}

/** Name and arguments of the custom error behind a failed call; undefined when it did not revert. */
export function revertOf(error: unknown): { name: string; args: readonly unknown[] } | undefined {
  if (!(error instanceof BaseError)) return undefined;
  const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
  if (!(reverted instanceof ContractFunctionRevertedError)) return undefined;
  return {
    name: reverted.data?.errorName ?? reverted.reason ?? "unknown",
    args: reverted.data?.args ?? [],
  };
}

/** A revert is never retried blindly: late blocks are built again, anything else stops the sequencer. */
async function handleRevert(
  context: Context,
  first: StoredBlock,
  revert: { name: string; args: readonly unknown[] },
): Promise<void> {
  const text = `${revert.name}(${revert.args.map(String).join(", ")})`;
  if (revert.name === "BlockTimeOutOfRange") {
    const [earliest, , given] = revert.args as [bigint, bigint, bigint];
    if (given < earliest) {
      await context.exclusive(() =>
        rewind(context, first.number, `block ${first.number} is too old: ${text}`),
      );
      return;
    }
    context.log.warn({ block: first.number.toString() }, `L1's clock is behind the block's: ${text}`);
    return;
  }
  const message = `L1 would revert block ${first.number} with ${text}; building and submitting stopped.`;
  halt(context, "SEQUENCER_SUBMISSION_REVERTED", message);
}

/** Estimated gas of a submission, or how it would revert. @throws what else went wrong at the node */
async function estimate(
  context: Context,
  submissions: readonly BlockSubmission[],
): Promise<bigint | { readonly revert: NonNullable<ReturnType<typeof revertOf>> }> {
  const call = { ...rollup(context), functionName: "submitBlocks", args: [submissions] } as const;
  try {
    return await context.client.estimateContractGas({ ...call, account: context.operator });
  } catch (error) {
    const revert = revertOf(error);
    if (revert === undefined) throw error;
    return { revert };
  }
}

const allow = async ({ client }: Context, estimated: bigint): Promise<bigint> =>
  gasLimit(estimated, (await client.getBlock()).gasLimit);

interface Fitted {
  readonly blocks: readonly StoredBlock[];
  readonly data: `0x${string}`;
  /** Gas to allow. */
  readonly gas: bigint;
}

const calldata = (submissions: readonly BlockSubmission[]): `0x${string}` =>
  encodeFunctionData({ abi: rollupAbi, functionName: "submitBlocks", args: [submissions] });

/** Estimate for several blocks: undefined when there is none, for whatever reason. The first block alone will tell. */
async function estimateSome(
  context: Context,
  submissions: readonly BlockSubmission[],
): Promise<bigint | undefined> {
  const estimated = await estimate(context, submissions).catch(() => undefined);
  return typeof estimated === "bigint" ? estimated : undefined;
}

/**
 * As many of the blocks, from the first on, as one transaction takes, with the gas to allow. Undefined when the first one
 * would revert, which is then handled.
 */
export async function fitTransaction(
  context: Context,
  blocks: readonly StoredBlock[],
): Promise<Fitted | undefined> {
  let count = blocks.length;
  let submissions = await toSubmissions(context, blocks);
  while (count > 1) {
    submissions = submissions.slice(0, count);
    const data = calldata(submissions);
    const bytes = (data.length - 2) / 2;
    const gas = bytes > SUBMISSION_BYTES ? 0n : await estimateSome(context, submissions);
    const fits = blocksThatFit(count, { bytes, gas });
    if (fits === count) return { blocks: blocks.slice(0, count), data, gas: await allow(context, gas!) };
    count = fits;
  }
  const first = blocks[0]!;
  const alone = submissions.slice(0, 1);
  const estimated = await estimate(context, alone);
  if (typeof estimated !== "bigint") {
    await handleRevert(context, first, estimated.revert);
    return undefined;
  }
  return { blocks: [first], data: calldata(alone), gas: await allow(context, estimated) };
}

interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

async function sign(
  context: Context,
  call: { readonly data: `0x${string}`; readonly gas: bigint; readonly nonce: number },
  fees: Fees,
): Promise<{ raw: `0x${string}`; hash: `0x${string}` }> {
  const raw = await context.operator.signTransaction({
    type: "eip1559",
    chainId: Number(context.config.deployment.chainId),
    to: context.config.deployment.rollup,
    ...call,
    ...fees,
  });
  return { raw, hash: keccak256(raw) };
}

async function broadcast(context: Context, { raw, hash }: Pick<Submission, "raw" | "hash">): Promise<void> {
  try {
    await context.client.sendRawTransaction({ serializedTransaction: raw });
  } catch (error) {
    // Known already, mined already, or the node is away: the receipt or the next turn tells.
    context.log.debug({ hash, error: String(error) }, "sending was not needed or failed");
  }
}

async function send(context: Context, blocks: readonly StoredBlock[]): Promise<void> {
  const fitted = await fitTransaction(context, blocks);
  if (fitted === undefined) return;
  const { data, gas } = fitted;
  const nonce = await context.client.getTransactionCount({
    address: context.operator.address,
    blockTag: "pending",
  });
  const fees = await context.client.estimateFeesPerGas();
  const { raw, hash } = await sign(context, { data, gas, nonce }, fees);
  const [first, last] = [fitted.blocks[0]!.number, fitted.blocks.at(-1)!.number];
  const submission: Submission = {
    nonce,
    raw,
    hash,
    firstBlock: first,
    lastBlock: last,
    maxFeePerGas: fees.maxFeePerGas,
    maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
    sentMs: context.clock.nowMs(),
  };
  await context.exclusive(() =>
    context.driver.transaction((executor) => recordSubmission(executor, submission)),
  );
  await broadcast(context, submission);
  context.log.info({ first: first.toString(), last: last.toString(), hash }, "blocks submitted to L1");
  for (const { number } of fitted.blocks) await announceBlock(context, number, "submitted");
}

/** Sends a submission again at a higher fee, with the same nonce: at most one of them can be mined. */
async function replace(context: Context, submission: Submission): Promise<void> {
  const raise = (fee: bigint): bigint => (fee * 125n) / 100n + 1n;
  const fees = {
    maxFeePerGas: raise(submission.maxFeePerGas),
    maxPriorityFeePerGas: raise(submission.maxPriorityFeePerGas),
  };
  const unsettled = await listUnsettledBlocks(context.driver);
  const blocks = unsettled.filter(
    ({ number }) => number >= submission.firstBlock && number <= submission.lastBlock,
  );
  const submissions = await toSubmissions(context, blocks);
  const estimated = await estimate(context, submissions);
  if (typeof estimated !== "bigint") {
    await handleRevert(context, blocks[0]!, estimated.revert);
    return;
  }
  const gas = await allow(context, estimated);
  const call = { data: calldata(submissions), gas, nonce: submission.nonce };
  const signed = await sign(context, call, fees);
  const replacement = { ...submission, ...fees, ...signed, sentMs: context.clock.nowMs() };
  await context.exclusive(() =>
    context.driver.transaction((executor) => recordSubmission(executor, replacement)),
  );
  await broadcast(context, replacement);
  context.log.warn({ hash: signed.hash, replaces: submission.hash }, "submission replaced at a higher fee");
}

async function receiptStatus(
  context: Context,
  hash: `0x${string}`,
): Promise<"success" | "reverted" | undefined> {
  try {
    return (await context.client.getTransactionReceipt({ hash })).status;
  } catch {
    return undefined;
  }
}

async function forget(context: Context, first: bigint, reason: string): Promise<void> {
  context.log.warn(
    { block: first.toString(), reason },
    "submission forgotten; the blocks are submitted anew",
  );
  await context.exclusive(() => context.driver.transaction((executor) => forgetSubmissions(executor, first)));
}

/** Looks after a submission that L1 has not confirmed. The watcher is who marks blocks as settled. */
async function follow(context: Context, first: StoredBlock, memory: Memory): Promise<void> {
  const submissions = await listSubmissions(context.driver, first.number);
  const latest = submissions[0];
  if (latest === undefined) return forget(context, first.number, "its transaction is not stored");
  for (const { hash } of submissions) {
    const status = await receiptStatus(context, hash);
    if (status === "success") return;
    if (status === "reverted") {
      memory.reverts += 1;
      if (memory.reverts >= 3) {
        halt(context, "SEQUENCER_SUBMISSION_REVERTED", `Transaction ${hash} reverted, the third in a row.`);
        return;
      }
      return forget(context, first.number, `transaction ${hash} reverted`);
    }
  }
  const mined = await context.client.getTransactionCount({ address: context.operator.address });
  if (mined > latest.nonce) return forget(context, first.number, `nonce ${latest.nonce} was used otherwise`);
  const now = context.clock.nowMs();
  if (now - latest.sentMs > RECEIPT_WAIT_MS && submissions.length <= REPLACEMENTS) {
    return replace(context, latest);
  }
  if (now - memory.resentMs < RESEND_MS) return;
  memory.resentMs = now;
  await broadcast(context, latest);
}

/** A block that L1 would refuse for its age is built again, with all after it. */
async function rebuildLate(context: Context, first: StoredBlock): Promise<boolean> {
  const now = l1Time({ latest: context.l1.latest, pending: context.l1.pending });
  if (first.status === "submitted" || first.time + BLOCK_AGE_SECONDS >= now) return false;
  await context.exclusive(() => rewind(context, first.number, `block ${first.number} is too old`));
  return true;
}

/** A turn of the submitter's loop. */
export function createSubmitter(context: Context): () => Promise<void> {
  const memory: Memory = { resentMs: 0, reverts: 0 };
  return async () => {
    if (context.halted !== undefined || !takesBlocks(context)) return;
    const unsettled = await listUnsettledBlocks(context.driver);
    const first = unsettled[0];
    if (first === undefined) return;
    if (first.status === "sealed") {
      await rebuildLate(context, first);
      return;
    }
    const state = await context.client.readContract({ ...rollup(context), functionName: "state" });
    // L1 is ahead of what the watcher has seen, or went back: it will tell.
    if (state.blockNumber !== first.number - 1n) return;
    if (first.status === "submitted") return follow(context, first, memory);
    if (await rebuildLate(context, first)) return;
    const ready = readyBlocks(unsettled);
    if (ready.length === 0) return;
    await send(context, ready);
  };
}
