// Sealed blocks, the state's cells after the latest of them, and submissions to L1.
import {
  type Cell,
  cellLeaf,
  createState,
  fromJson,
  type SealedBlock,
  type State,
  setCell,
  toJson,
} from "@catalyze/circuits/reference";
import { orderId } from "@catalyze/circuits/schema";
import type { api } from "@catalyze/sdk";
import { decodeSealedBlock, encodeSealedBlock, orNull, toBigint, toBytes } from "./codec.js";
import type { SqlExecutor } from "./driver.js";
import { markDropped, markSealed, type OrderClosing } from "./operations.js";

type Row = Record<string, unknown>;

/** Where a block stands. */
export type BlockStatus = "sealed" | "proven" | "submitted" | "settled";

/** What is kept of a block, without its body. */
export interface StoredBlock {
  readonly number: bigint;
  readonly status: BlockStatus;
  /** Name of the size that it was sealed with. */
  readonly sizeName: string;
  /** Used words as they stand in calldata. */
  readonly words: Uint8Array;
  readonly newRoot: bigint;
  /** First L1 request that the next block consumes. */
  readonly nextRequest: bigint;
  readonly time: bigint;
  /** Public signal C. */
  readonly commitment: bigint;
  readonly proof: api.Groth16Proof | null;
  readonly provingSeconds: number | null;
  readonly transactionHash: `0x${string}` | null;
  readonly l1Block: bigint | null;
  readonly gasUsed: bigint | null;
  readonly blocksInTransaction: number | null;
}

const COLUMNS = `number, status, size_name, words, new_root, next_request, time, commitment, proof, proving_seconds,
  transaction_hash, l1_block, gas_used, blocks_in_transaction`;

const toBlock = (row: Row): StoredBlock => ({
  number: toBigint(row.number),
  status: row.status as BlockStatus,
  sizeName: row.size_name as string,
  words: toBytes(row.words),
  newRoot: toBigint(row.new_root),
  nextRequest: toBigint(row.next_request),
  time: toBigint(row.time),
  commitment: toBigint(row.commitment),
  proof: orNull(row.proof, (text) => JSON.parse(text as string) as api.Groth16Proof),
  provingSeconds: orNull(row.proving_seconds, Number),
  transactionHash: orNull(row.transaction_hash, (text) => text as `0x${string}`),
  l1Block: orNull(row.l1_block, toBigint),
  gasUsed: orNull(row.gas_used, toBigint),
  blocksInTransaction: orNull(row.blocks_in_transaction, Number),
});

/** Block by number. */
export async function findBlock(executor: SqlExecutor, number: bigint): Promise<StoredBlock | undefined> {
  const [row] = await executor.query(`SELECT ${COLUMNS} FROM blocks WHERE number = $1`, [number.toString()]);
  return row === undefined ? undefined : toBlock(row);
}

/** The sealed block as the state machine made it. */
export async function findSealedBlock(
  executor: SqlExecutor,
  number: bigint,
): Promise<SealedBlock | undefined> {
  const [row] = await executor.query("SELECT body FROM blocks WHERE number = $1", [number.toString()]);
  return row === undefined ? undefined : decodeSealedBlock(row.body as string);
}

/** The latest block, or undefined before the first. */
export async function latestBlock(executor: SqlExecutor): Promise<StoredBlock | undefined> {
  const [row] = await executor.query(`SELECT ${COLUMNS} FROM blocks ORDER BY number DESC LIMIT 1`);
  return row === undefined ? undefined : toBlock(row);
}

/** Number of the latest settled block; 0 before the first. */
export async function latestSettledBlock(executor: SqlExecutor): Promise<bigint> {
  const [row] = await executor.query(
    "SELECT coalesce(max(number), 0) AS last FROM blocks WHERE status = 'settled'",
  );
  return toBigint(row!.last);
}

/** Blocks that are not settled, oldest first. */
export async function listUnsettledBlocks(executor: SqlExecutor): Promise<StoredBlock[]> {
  const rows = await executor.query(
    `SELECT ${COLUMNS} FROM blocks WHERE status <> 'settled' ORDER BY number LIMIT 256`,
  );
  return rows.map(toBlock);
}

/** Names of the sizes of blocks that are not settled. */
export async function listUnsettledSizes(executor: SqlExecutor): Promise<string[]> {
  const rows = await executor.query("SELECT DISTINCT size_name FROM blocks WHERE status <> 'settled'");
  return rows.map((row) => row.size_name as string);
}

/** Number of sealed blocks without a proof. */
export async function countUnprovenBlocks(executor: SqlExecutor): Promise<number> {
  const [row] = await executor.query("SELECT count(*) AS waiting FROM blocks WHERE status = 'sealed'");
  return Number(row!.waiting);
}

/** Every cell of the latest sealed state. */
export async function loadState(executor: SqlExecutor, depth: number): Promise<State> {
  const state = createState(depth);
  const rows = await executor.query("SELECT cell_index, body FROM cells ORDER BY cell_index");
  for (const row of rows) setCell(state, Number(row.cell_index), fromJson<Cell>(row.body as string));
  return state;
}

async function writeCell(executor: SqlExecutor, index: number, cell: Cell | undefined): Promise<void> {
  if (cellLeaf(cell) === 0n) {
    await executor.query("DELETE FROM cells WHERE cell_index = $1", [index]);
    return;
  }
  await executor.query(
    `INSERT INTO cells (cell_index, body) VALUES ($1, $2)
     ON CONFLICT (cell_index) DO UPDATE SET body = excluded.body`,
    [index, toJson(cell)],
  );
}

/** An operation or settlement that a block left out for good. */
export interface Dropped<Key> {
  readonly key: Key;
  readonly code: string;
  readonly reason: string;
}

/** A chunk of an order. */
export interface ChunkKey {
  readonly orderId: bigint;
  readonly chunk: number;
}

/** Everything that sealing one block changes. */
export interface SealRecord {
  readonly block: SealedBlock;
  readonly nextRequest: bigint;
  /** Statements that it settles, in slot order. */
  readonly settled: readonly ChunkKey[];
}

/** How the block closed an order. */
function closingOf(block: SealedBlock, index: number): OrderClosing {
  if (block.cancellations.some((entry) => entry.index === index)) return "cancelled";
  const exited = block.requestEffects.some(
    (effect) =>
      effect.kind === "forced" &&
      effect.refusal === undefined &&
      effect.request.kind === "exitOrder" &&
      effect.request.index === index,
  );
  return exited ? "exited" : "complete";
}

/** Chunks that L1 requests settled; the same statement, verified here, is settled with them. */
async function recordForced(executor: SqlExecutor, block: SealedBlock): Promise<void> {
  for (const effect of block.requestEffects) {
    if (effect.kind !== "forced" || effect.refusal !== undefined || effect.before === undefined) continue;
    if (effect.request.kind !== "forcedSettle") continue;
    const { requester, nonce } = effect.before.order;
    const { chunk, commitment } = effect.request;
    const key = [orderId.encode({ nonce, requester }).toString(), chunk, block.header.number.toString()];
    await executor.query(
      "INSERT INTO forced_settlements (order_id, chunk, block_number) VALUES ($1, $2, $3)",
      key,
    );
    await executor.query(
      "UPDATE statements SET block_number = $3 WHERE order_id = $1 AND chunk = $2 AND commitment = $4",
      [...key, commitment.toString()],
    );
  }
}

/** Blocks of the chunks of an order that L1 requests settled, by chunk. */
export async function listForcedSettlements(executor: SqlExecutor, id: bigint): Promise<Map<number, bigint>> {
  const rows = await executor.query(
    "SELECT chunk, block_number FROM forced_settlements WHERE order_id = $1",
    [id.toString()],
  );
  return new Map(rows.map((row) => [Number(row.chunk), toBigint(row.block_number)]));
}

async function recordOrders(executor: SqlExecutor, block: SealedBlock): Promise<void> {
  const number = block.header.number.toString();
  for (const { index, order } of block.orders) {
    const id = orderId.encode({ nonce: order.nonce, requester: order.requester });
    await executor.query("UPDATE orders SET cell_index = $2, block_number = $3 WHERE order_id = $1", [
      id.toString(),
      index,
      number,
    ]);
  }
  for (const { index, before, after } of block.changes) {
    if (before?.kind !== "order" || after !== undefined) continue;
    const { requester, nonce } = before.order;
    const id = orderId.encode({ nonce, requester });
    await executor.query("UPDATE orders SET completed_block = $2, closed_as = $3 WHERE order_id = $1", [
      id.toString(),
      number,
      closingOf(block, index),
    ]);
  }
}

/** Stores a sealed block and its effects. Call inside a transaction. */
export async function recordSealedBlock(executor: SqlExecutor, record: SealRecord): Promise<void> {
  const { block } = record;
  const { number, time } = block.header;
  await executor.query(
    `INSERT INTO blocks (number, status, body, words, new_root, next_request, time, commitment, size_name)
     VALUES ($1, 'sealed', $2, $3, $4, $5, $6, $7, $8)`,
    [
      number.toString(),
      encodeSealedBlock(block),
      block.bytes,
      block.newRoot.toString(),
      record.nextRequest.toString(),
      time.toString(),
      block.commitment.toString(),
      block.header.size.name,
    ],
  );
  for (const { index, after } of block.changes) await writeCell(executor, index, after);
  for (const [position, { message }] of block.operations.entries()) {
    await markSealed(executor, message, number, position);
  }
  for (const [index, { orderId: id, chunk }] of record.settled.entries()) {
    await executor.query(
      "UPDATE statements SET block_number = $3, settlement_index = $4 WHERE order_id = $1 AND chunk = $2",
      [id.toString(), chunk, number.toString(), index],
    );
  }
  await recordForced(executor, block);
  await recordOrders(executor, block);
}

/** Stores what can never be in a block, with the reasons. Call inside a transaction. */
export async function recordDropped(
  executor: SqlExecutor,
  operations: readonly Dropped<bigint>[],
  statements: readonly Dropped<ChunkKey & { readonly commitment: bigint }>[],
): Promise<void> {
  for (const { key, code, reason } of operations) await markDropped(executor, key, code, reason);
  for (const { key, code, reason } of statements) {
    const chunk = [key.orderId.toString(), key.chunk];
    await executor.query(
      `INSERT INTO dropped_statements (order_id, chunk, commitment, reason_code, reason_message)
       VALUES ($1, $2, $3, $4, $5)`,
      [...chunk, key.commitment.toString(), code, reason],
    );
    await executor.query("DELETE FROM statements WHERE order_id = $1 AND chunk = $2", chunk);
  }
}

/** Takes back every block from `first` on: cells, operations and statements are as before. Call inside a transaction. */
export async function rewindBlocks(executor: SqlExecutor, first: bigint): Promise<void> {
  const from = [first.toString()];
  const rows = await executor.query("SELECT body FROM blocks WHERE number >= $1 ORDER BY number DESC", from);
  for (const row of rows) {
    const { changes } = decodeSealedBlock(row.body as string);
    for (const { index, before } of changes) await writeCell(executor, index, before);
  }
  await executor.query(
    `UPDATE operations SET status = 'pending', block_number = NULL, position = NULL WHERE block_number >= $1`,
    from,
  );
  await executor.query(
    "UPDATE statements SET block_number = NULL, settlement_index = NULL WHERE block_number >= $1",
    from,
  );
  await executor.query("DELETE FROM forced_settlements WHERE block_number >= $1", from);
  await executor.query(
    "UPDATE orders SET completed_block = NULL, closed_as = NULL WHERE completed_block >= $1",
    from,
  );
  await executor.query(
    "UPDATE orders SET block_number = NULL, cell_index = NULL WHERE block_number >= $1",
    from,
  );
  await executor.query("DELETE FROM proof_jobs WHERE block_number >= $1", from);
  await executor.query("DELETE FROM submissions WHERE last_block >= $1", from);
  await executor.query("DELETE FROM blocks WHERE number >= $1", from);
}

/** Attaches the accepted proof. */
export async function markProven(
  executor: SqlExecutor,
  number: bigint,
  proof: api.Groth16Proof,
  provingSeconds: number,
): Promise<void> {
  await executor.query(
    "UPDATE blocks SET status = 'proven', proof = $2, proving_seconds = $3 WHERE number = $1 AND status = 'sealed'",
    [number.toString(), JSON.stringify(proof), provingSeconds],
  );
}

/** Records that L1 holds a block. */
export async function markSettled(
  executor: SqlExecutor,
  number: bigint,
  l1: {
    readonly transactionHash: string;
    readonly l1Block: bigint;
    readonly gasUsed: bigint;
    readonly blocksInTransaction: number;
  },
): Promise<void> {
  await executor.query(
    `UPDATE blocks SET status = 'settled', transaction_hash = $2, l1_block = $3, gas_used = $4,
       blocks_in_transaction = $5 WHERE number = $1`,
    [
      number.toString(),
      l1.transactionHash,
      l1.l1Block.toString(),
      l1.gasUsed.toString(),
      l1.blocksInTransaction,
    ],
  );
}

/** A transaction that was signed, and stored before it was sent. */
export interface Submission {
  readonly nonce: number;
  readonly hash: `0x${string}`;
  readonly raw: `0x${string}`;
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
  /** Wei per gas. */
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  readonly sentMs: number;
}

/** Stores a signed transaction and marks its blocks as submitted. Call inside a transaction. */
export async function recordSubmission(executor: SqlExecutor, submission: Submission): Promise<void> {
  await executor.query(
    `INSERT INTO submissions (nonce, hash, raw, first_block, last_block, max_fee, priority_fee, sent_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      submission.nonce,
      submission.hash,
      submission.raw,
      submission.firstBlock.toString(),
      submission.lastBlock.toString(),
      submission.maxFeePerGas.toString(),
      submission.maxPriorityFeePerGas.toString(),
      submission.sentMs,
    ],
  );
  await executor.query(
    `UPDATE blocks SET status = 'submitted', transaction_hash = $3
     WHERE number >= $1 AND number <= $2 AND status IN ('proven', 'submitted')`,
    [submission.firstBlock.toString(), submission.lastBlock.toString(), submission.hash],
  );
}

/** Submissions that begin with this block, latest first. */
export async function listSubmissions(executor: SqlExecutor, firstBlock: bigint): Promise<Submission[]> {
  const rows = await executor.query(
    "SELECT * FROM submissions WHERE first_block = $1 ORDER BY sent_ms DESC",
    [firstBlock.toString()],
  );
  return rows.map((row) => ({
    nonce: Number(row.nonce),
    hash: row.hash as `0x${string}`,
    raw: row.raw as `0x${string}`,
    firstBlock: toBigint(row.first_block),
    lastBlock: toBigint(row.last_block),
    maxFeePerGas: toBigint(row.max_fee),
    maxPriorityFeePerGas: toBigint(row.priority_fee),
    sentMs: Number(row.sent_ms),
  }));
}

/** Forgets submissions of blocks from `first` on; the blocks are proven again, not submitted. Call inside a transaction. */
export async function forgetSubmissions(executor: SqlExecutor, first: bigint): Promise<void> {
  const from = [first.toString()];
  await executor.query("DELETE FROM submissions WHERE last_block >= $1", from);
  await executor.query(
    "UPDATE blocks SET status = 'proven', transaction_hash = NULL WHERE number >= $1 AND status = 'submitted'",
    from,
  );
}
