// Accepted operations and the orders that they post.
import { fromJson, type Order, type SignedOperation, toJson } from "@catalyze/circuits/reference";
import { orNull, toBigint } from "./codec.js";
import type { SqlExecutor } from "./driver.js";

/** Status as stored; the later ones are those of the operation's block. */
export type StoredOperationStatus = "pending" | "sealed" | "dropped";

/** An accepted operation. */
export interface StoredOperation {
  readonly message: bigint;
  readonly sequence: bigint;
  readonly signed: SignedOperation;
  /** Last block when it was accepted. */
  readonly acceptedBlock: bigint;
  readonly promisedBlock: bigint;
  /** Last block time (seconds) of the promise. */
  readonly validUntil: bigint;
  /** Operator's signature of the receipt. */
  readonly signature: `0x${string}`;
  readonly status: StoredOperationStatus;
  readonly blockNumber: bigint | null;
  readonly reason: { readonly code: string; readonly message: string } | null;
}

/** How an order was closed: all chunks settled, cancelled by its requester, or left through L1. */
export type OrderClosing = "complete" | "cancelled" | "exited";

/** A posted order. */
export interface StoredOrder {
  readonly id: bigint;
  readonly message: bigint;
  readonly order: Order;
  /** SHA-256 of the inputs artefact. */
  readonly inputs: string;
  readonly sequence: bigint;
  readonly cellIndex: number | null;
  readonly blockNumber: bigint | null;
  /** Block that closed it. */
  readonly completedBlock: bigint | null;
  readonly closedAs: OrderClosing | null;
}

type Row = Record<string, unknown>;

function toOperation(row: Row): StoredOperation {
  const signed = fromJson<SignedOperation>(row.body as string);
  return {
    message: toBigint(row.message),
    sequence: toBigint(row.sequence),
    signed,
    acceptedBlock: toBigint(row.accepted_block),
    promisedBlock: toBigint(row.promised_block),
    // Receipts of before the column was there name none.
    validUntil: orNull(row.valid_until, toBigint) ?? signed.operation.expiry,
    signature: row.signature as `0x${string}`,
    status: row.status as StoredOperationStatus,
    blockNumber: orNull(row.block_number, toBigint),
    reason:
      row.reason_code === null
        ? null
        : { code: row.reason_code as string, message: row.reason_message as string },
  };
}

const toOrder = (row: Row): StoredOrder => ({
  id: toBigint(row.order_id),
  message: toBigint(row.message),
  order: fromJson<Order>(row.body as string),
  inputs: row.inputs as string,
  sequence: toBigint(row.sequence),
  cellIndex: orNull(row.cell_index, Number),
  blockNumber: orNull(row.block_number, toBigint),
  completedBlock: orNull(row.completed_block, toBigint),
  closedAs: orNull(row.completed_block, () => (row.closed_as ?? "complete") as OrderClosing),
});

/** Stores an accepted operation. */
export async function insertOperation(executor: SqlExecutor, entry: StoredOperation): Promise<void> {
  const { operation } = entry.signed;
  await executor.query(
    `INSERT INTO operations (message, sequence, signer, nonce, body, accepted_block, promised_block, valid_until,
       signature, status)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending')`,
    [
      entry.message.toString(),
      entry.sequence.toString(),
      operation.signer,
      operation.nonce.toString(),
      toJson(entry.signed),
      entry.acceptedBlock.toString(),
      entry.promisedBlock.toString(),
      entry.validUntil.toString(),
      entry.signature,
    ],
  );
}

/** Stores the order of an accepted operation; a dropped one with the same id gives way. */
export async function insertOrder(executor: SqlExecutor, entry: StoredOrder): Promise<void> {
  await executor.query(
    `INSERT INTO orders (order_id, message, requester, sequence, body, inputs) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (order_id) DO UPDATE SET message = excluded.message, sequence = excluded.sequence,
       body = excluded.body, inputs = excluded.inputs`,
    [
      entry.id.toString(),
      entry.message.toString(),
      Number(entry.order.requester),
      entry.sequence.toString(),
      toJson(entry.order),
      entry.inputs,
    ],
  );
}

/** Operation by message. */
export async function findOperation(
  executor: SqlExecutor,
  message: bigint,
): Promise<StoredOperation | undefined> {
  const [row] = await executor.query("SELECT * FROM operations WHERE message = $1", [message.toString()]);
  return row === undefined ? undefined : toOperation(row);
}

/** Operations that wait for a block, by sequence number. */
export async function listPendingOperations(executor: SqlExecutor): Promise<StoredOperation[]> {
  const rows = await executor.query("SELECT * FROM operations WHERE status = 'pending' ORDER BY sequence");
  return rows.map(toOperation);
}

/** Largest sequence number given; 0 before the first. */
export async function lastSequence(executor: SqlExecutor): Promise<bigint> {
  const [row] = await executor.query("SELECT coalesce(max(sequence), 0) AS last FROM operations");
  return toBigint(row!.last);
}

/** Puts an operation into a block. */
export async function markSealed(
  executor: SqlExecutor,
  message: bigint,
  blockNumber: bigint,
  position: number,
): Promise<void> {
  await executor.query(
    "UPDATE operations SET status = 'sealed', block_number = $2, position = $3 WHERE message = $1",
    [message.toString(), blockNumber.toString(), position],
  );
}

/** Records why an operation can't be in a block any more. */
export async function markDropped(
  executor: SqlExecutor,
  message: bigint,
  code: string,
  reason: string,
): Promise<void> {
  await executor.query(
    "UPDATE operations SET status = 'dropped', reason_code = $2, reason_message = $3 WHERE message = $1",
    [message.toString(), code, reason],
  );
}

/** Order by id. */
export async function findOrder(executor: SqlExecutor, id: bigint): Promise<StoredOrder | undefined> {
  const [row] = await executor.query("SELECT * FROM orders WHERE order_id = $1", [id.toString()]);
  return row === undefined ? undefined : toOrder(row);
}

/** Orders, newest first. */
export async function listOrders(
  executor: SqlExecutor,
  requester: number | undefined,
  limit: number,
): Promise<StoredOrder[]> {
  const rows =
    requester === undefined
      ? await executor.query("SELECT * FROM orders ORDER BY sequence DESC LIMIT $1", [limit])
      : await executor.query("SELECT * FROM orders WHERE requester = $2 ORDER BY sequence DESC LIMIT $1", [
          limit,
          requester,
        ]);
  return rows.map(toOrder);
}

/** Orders with chunks to settle, oldest first. */
export async function listOpenOrders(executor: SqlExecutor, limit: number): Promise<StoredOrder[]> {
  const rows = await executor.query(
    `SELECT * FROM orders WHERE block_number IS NOT NULL AND completed_block IS NULL ORDER BY sequence LIMIT $1`,
    [limit],
  );
  return rows.map(toOrder);
}

/** The open order in a cell. */
export async function findOpenOrderByCell(
  executor: SqlExecutor,
  cellIndex: number,
): Promise<StoredOrder | undefined> {
  const [row] = await executor.query(
    "SELECT * FROM orders WHERE cell_index = $1 AND completed_block IS NULL ORDER BY block_number DESC LIMIT 1",
    [cellIndex],
  );
  return row === undefined ? undefined : toOrder(row);
}
