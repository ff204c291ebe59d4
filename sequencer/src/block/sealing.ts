// Seals blocks: reads what waits, fills a draft, stores block and state change in one transaction.
import { createHash } from "node:crypto";
import type { BlockHeader, SealedBlock } from "@catalyze/circuits/reference";
import { announceBlock, blockTime, type Context, reloadLedger, takesBlocks } from "../core/context.js";
import { SequencerError } from "../errors.js";
import { QUEUE_DEADLINE_SECONDS } from "../limits.js";
import { countUnprovenBlocks, recordDropped, recordSealedBlock } from "../store/blocks.js";
import { findRecordedStatement, listRequests } from "../store/chain.js";
import {
  countVerifiedStatements,
  insertProofJob,
  listActiveLeases,
  listVerifiedStatements,
} from "../store/work.js";
import { type FilledBlock, fillBlock, type QueuedRequest, type QueuedSettlement } from "./builder.js";
import { circuitOfSize } from "./ladder.js";
import { settlementLingerMs, shouldSeal } from "./timing.js";

/** Id of a block's proof job: digest of circuit and statement to prove. */
export function proofJobId(circuit: string, block: Pick<SealedBlock, "commitment" | "bytes">): string {
  const digest = createHash("sha256").update(circuit).update("\n");
  return digest.update(`${block.commitment}\n`).update(block.bytes).digest("hex");
}

/** Latest L1 block whose requests may be used. */
const confirmedL1Block = ({ l1, config }: Context): bigint => l1.number - BigInt(config.confirmations ?? 0);

async function nextRequests(context: Context): Promise<QueuedRequest[]> {
  const { nextRequest } = context.ledger.head;
  const { requests } = context.block.size;
  const rows = await listRequests(context.driver, nextRequest, confirmedL1Block(context), requests);
  rows.forEach((row, i) => {
    if (row.requestIndex === nextRequest + BigInt(i)) return;
    throw new SequencerError(
      "SEQUENCER_QUEUE_INVALID",
      `L1 request ${nextRequest + BigInt(i)} is missing; ${row.requestIndex} is there`,
    );
  });
  return Promise.all(
    rows.map(async ({ request }) => {
      if (request.kind !== "forcedSettle") return { request };
      const { programId, commitment } = request;
      return { request, statement: await findRecordedStatement(context.driver, programId, commitment) };
    }),
  );
}

async function nextSettlements(context: Context): Promise<QueuedSettlement[]> {
  const { settlements } = context.block.size;
  const rows = await listVerifiedStatements(context.driver, 4 * settlements);
  return rows.map(({ orderId, chunk, commitment, settlement }) => ({
    orderId,
    chunk,
    commitment,
    settlement,
  }));
}

async function storeBlock(context: Context, filled: FilledBlock, block: SealedBlock | undefined) {
  const { head } = context.ledger;
  await context.driver.transaction(async (executor) => {
    await recordDropped(
      executor,
      filled.refusedOperations.map(({ item, code, message }) => ({
        key: item.message,
        code,
        reason: message,
      })),
      filled.refusedSettlements.map(({ item, code, message }) => ({ key: item, code, reason: message })),
    );
    if (block === undefined) return;
    const nextRequest = head.nextRequest + BigInt(filled.requests);
    await recordSealedBlock(executor, { block, nextRequest, settled: filled.settlements });
    const { circuit } = circuitOfSize(context.sizes, block.header.size.name);
    await insertProofJob(executor, {
      id: proofJobId(circuit, block),
      blockNumber: block.header.number,
      circuit,
    });
  });
}

function applyToLedger(context: Context, filled: FilledBlock, block: SealedBlock | undefined): void {
  const { ledger } = context;
  for (const { item } of filled.refusedOperations) ledger.mempool.remove(item.message);
  for (const { message } of filled.operations) ledger.mempool.remove(message);
  if (block === undefined) return;
  ledger.head = {
    number: block.header.number,
    time: block.header.time,
    nextRequest: ledger.head.nextRequest + BigInt(filled.requests),
  };
}

/** Fills, seals and stores one block. Only inside `exclusive`. */
async function sealOne(context: Context): Promise<{ filled: FilledBlock; block: SealedBlock | undefined }> {
  const { ledger } = context;
  const header: BlockHeader = {
    size: context.block.size,
    operationDomain: context.operationDomain,
    statementDomain: context.statementDomain,
    number: ledger.head.number + 1n,
    time: blockTime(context),
    feeAccount: context.config.feeAccount,
    firstRequest: ledger.head.nextRequest,
  };
  const filled = fillBlock(ledger.state, header, {
    requests: await nextRequests(context),
    deadline: context.l1.deadline ?? QUEUE_DEADLINE_SECONDS,
    settlements: await nextSettlements(context),
    mempool: ledger.mempool,
    smaller: context.sizes.slice(0, -1).map(({ size }) => size),
  });
  const nothing = filled.refusedOperations.length + filled.refusedSettlements.length === 0;
  if (filled.empty && nothing) return { filled, block: undefined };
  try {
    const block = filled.empty ? undefined : filled.seal();
    await storeBlock(context, filled, block);
    applyToLedger(context, filled, block);
    return { filled, block };
  } catch (error) {
    // The state may hold a block that the store does not: the store is right.
    await reloadLedger(context);
    throw error;
  }
}

/**
 * Seals the next block if there is work for one. Returns the sealed block.
 * @throws {SequencerError} `SEQUENCER_QUEUE_INVALID`
 */
export async function sealNextBlock(context: Context): Promise<SealedBlock | undefined> {
  const { filled, block } = await context.exclusive(() => sealOne(context));
  const { metrics, log, events } = context;
  metrics.poolOperations.set(context.ledger.mempool.size);
  for (const { item, code, message } of filled.refusedOperations) {
    log.info({ message: item.message.toString(), code }, `operation dropped: ${message}`);
    metrics.operations.inc({ outcome: "dropped" });
    events.emit({ type: "operation", message: item.message, status: "dropped", blockNumber: null });
  }
  for (const { item, code, message } of filled.refusedSettlements) {
    log.warn({ order: item.orderId.toString(), chunk: item.chunk, code }, `settlement dropped: ${message}`);
  }
  if (block === undefined) return undefined;
  const { number, time } = block.header;
  metrics.latestBlock.set(Number(number));
  const counts = {
    requests: block.requests.length,
    settlements: block.settlements.length,
    operations: block.operations.length,
    cells: block.changes.length,
  };
  const size = block.header.size.name;
  log.info({ block: number.toString(), size, time: time.toString(), ...counts }, "block sealed");
  await announceBlock(context, number, "sealed");
  return block;
}

/** Decides at every turn whether to seal. */
export function createBlockBuilder(context: Context): () => Promise<void> {
  let workSinceMs: number | undefined;
  let busyUntilMs = 0;
  let seen = -1;
  return async () => {
    if (context.halted !== undefined || !takesBlocks(context)) return;
    if (workSinceMs === undefined && seen === context.changes) return;
    seen = context.changes;
    const { size } = context.block;
    const { ledger, driver, clock } = context;
    const [unprovenBlocks, settlements, requests] = await Promise.all([
      countUnprovenBlocks(driver),
      countVerifiedStatements(driver),
      listRequests(driver, ledger.head.nextRequest, confirmedL1Block(context), size.requests),
    ]);
    const waiting = ledger.mempool.size + settlements + requests.length;
    if (waiting === 0) workSinceMs = undefined;
    else workSinceMs ??= clock.nowMs();
    const full =
      requests.length >= size.requests ||
      settlements >= size.settlements ||
      ledger.mempool.size >= size.operations;
    const nowMs = clock.nowMs();
    let lingerMs = context.config.lingerMs ?? 1_500;
    if (!full && workSinceMs !== undefined && settlements === waiting) {
      const isBusy = unprovenBlocks > 0 || (await listActiveLeases(driver, nowMs)).length > 0;
      if (isBusy) busyUntilMs = nowMs;
      lingerMs = Math.max(lingerMs, settlementLingerMs(workSinceMs, busyUntilMs));
    }
    if (!shouldSeal({ nowMs, workSinceMs, lingerMs, unprovenBlocks, full })) return;
    if ((await sealNextBlock(context)) === undefined) workSinceMs = clock.nowMs();
    else {
      workSinceMs = undefined;
      context.wake();
    }
  };
}
