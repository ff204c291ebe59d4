// What was seen on L1: block hashes, queued requests, registered seeds. Nothing here is trusted before it is confirmed.
import {
  fromJson,
  type Request,
  type Statement,
  statementCommitment,
  toJson,
} from "@catalyze/circuits/reference";
import { L1_HASHES_KEPT } from "../limits.js";
import { toBigint } from "./codec.js";
import type { SqlExecutor } from "./driver.js";

/** An L1 block that was processed. */
export interface L1Block {
  readonly number: bigint;
  readonly hash: string;
  /** Seconds. */
  readonly time: bigint;
}

/** A queued request with the L1 block that holds its event. */
export interface StoredRequest {
  readonly requestIndex: bigint;
  readonly request: Request;
  readonly l1Block: bigint;
}

/** A seed as its L1 event shows it. */
export interface StoredSeed {
  readonly cellIndex: number;
  readonly creator: `0x${string}`;
  /** SHA-256 of the parameters, hex without prefix. */
  readonly artefact: string;
  readonly pointer: string;
  readonly l1Block: bigint;
}

/** Remembers a processed L1 block; forgets the oldest beyond the limit. */
export async function insertL1Block(executor: SqlExecutor, block: L1Block): Promise<void> {
  await executor.query(
    `INSERT INTO l1_blocks (number, hash, time) VALUES ($1, $2, $3)
     ON CONFLICT (number) DO UPDATE SET hash = excluded.hash, time = excluded.time`,
    [block.number.toString(), block.hash, block.time.toString()],
  );
  await executor.query(
    "DELETE FROM l1_blocks WHERE number < (SELECT min(number) FROM (SELECT number FROM l1_blocks ORDER BY number DESC LIMIT $1) AS kept)",
    [L1_HASHES_KEPT],
  );
}

/** The latest processed L1 block. */
export async function latestL1Block(executor: SqlExecutor): Promise<L1Block | undefined> {
  const [row] = await executor.query("SELECT number, hash, time FROM l1_blocks ORDER BY number DESC LIMIT 1");
  return row === undefined
    ? undefined
    : { number: toBigint(row.number), hash: row.hash as string, time: toBigint(row.time) };
}

/** Processed L1 blocks, newest first. */
export async function listL1Blocks(executor: SqlExecutor): Promise<L1Block[]> {
  const rows = await executor.query("SELECT number, hash, time FROM l1_blocks ORDER BY number DESC");
  return rows.map((row) => ({
    number: toBigint(row.number),
    hash: row.hash as string,
    time: toBigint(row.time),
  }));
}

/** Stores a queued request; storing it again changes nothing but its L1 block. */
export async function insertRequest(executor: SqlExecutor, entry: StoredRequest): Promise<void> {
  await executor.query(
    `INSERT INTO l1_requests (request_index, body, l1_block) VALUES ($1, $2, $3)
     ON CONFLICT (request_index) DO UPDATE SET body = excluded.body, l1_block = excluded.l1_block`,
    [entry.requestIndex.toString(), toJson(entry.request), entry.l1Block.toString()],
  );
}

/** Requests from `first` on in L1 blocks up to `lastL1Block`, at most `limit`. */
export async function listRequests(
  executor: SqlExecutor,
  first: bigint,
  lastL1Block: bigint,
  limit: number,
): Promise<StoredRequest[]> {
  const rows = await executor.query(
    "SELECT * FROM l1_requests WHERE request_index >= $1 AND l1_block <= $2 ORDER BY request_index LIMIT $3",
    [first.toString(), lastL1Block.toString(), limit],
  );
  return rows.map((row) => ({
    requestIndex: toBigint(row.request_index),
    request: fromJson<Request>(row.body as string),
    l1Block: toBigint(row.l1_block),
  }));
}

/** Cells of the seeds whose terms are changed by requests from `first` on, confirmed or not. */
export async function listChangingSeeds(executor: SqlExecutor, first: bigint): Promise<Set<number>> {
  const rows = await executor.query(
    "SELECT body FROM l1_requests WHERE request_index >= $1 AND body LIKE '%\"updateSeedTerms\"%'",
    [first.toString()],
  );
  return new Set(rows.map((row) => fromJson<Request>(row.body as string).index));
}

/** A statement that L1 has recorded. */
export interface RecordedStatement {
  readonly programId: bigint;
  readonly statement: Statement;
  readonly l1Block: bigint;
}

/** Stores a recorded statement; storing it again changes nothing but its L1 block. */
export async function insertRecordedStatement(
  executor: SqlExecutor,
  entry: RecordedStatement,
): Promise<void> {
  const { programId, statement, l1Block } = entry;
  await executor.query(
    `INSERT INTO l1_statements (program_id, commitment, body, l1_block) VALUES ($1, $2, $3, $4)
     ON CONFLICT (program_id, commitment) DO UPDATE SET l1_block = excluded.l1_block`,
    [programId.toString(), statementCommitment(statement).toString(), toJson(statement), l1Block.toString()],
  );
}

/** The recorded statement with this program and commitment. */
export async function findRecordedStatement(
  executor: SqlExecutor,
  programId: bigint,
  commitment: bigint,
): Promise<Statement | undefined> {
  const [row] = await executor.query(
    "SELECT body FROM l1_statements WHERE program_id = $1 AND commitment = $2",
    [programId.toString(), commitment.toString()],
  );
  return row === undefined ? undefined : fromJson<Statement>(row.body as string);
}

/** Stores a seed of L1. */
export async function insertSeed(executor: SqlExecutor, seed: StoredSeed): Promise<void> {
  await executor.query(
    `INSERT INTO l1_seeds (cell_index, creator, artefact, pointer, l1_block) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (cell_index) DO UPDATE SET creator = excluded.creator, artefact = excluded.artefact,
       pointer = excluded.pointer, l1_block = excluded.l1_block`,
    [seed.cellIndex, seed.creator, seed.artefact, seed.pointer, seed.l1Block.toString()],
  );
}

/** Seed by its cell. */
export async function findSeed(executor: SqlExecutor, cellIndex: number): Promise<StoredSeed | undefined> {
  const [row] = await executor.query("SELECT * FROM l1_seeds WHERE cell_index = $1", [cellIndex]);
  return row === undefined
    ? undefined
    : {
        cellIndex,
        creator: row.creator as `0x${string}`,
        artefact: row.artefact as string,
        pointer: row.pointer as string,
        l1Block: toBigint(row.l1_block),
      };
}

/**
 * Forgets everything of L1 blocks after `lastL1Block`. Returns the smallest request index that was forgotten.
 * Blocks settled there go back to proven: they are submitted again unless they are found again.
 */
export async function forgetL1After(executor: SqlExecutor, lastL1Block: bigint): Promise<bigint | undefined> {
  const after = [lastL1Block.toString()];
  const [first] = await executor.query(
    "SELECT min(request_index) AS first FROM l1_requests WHERE l1_block > $1",
    after,
  );
  await executor.query("DELETE FROM l1_requests WHERE l1_block > $1", after);
  await executor.query("DELETE FROM l1_seeds WHERE l1_block > $1", after);
  await executor.query("DELETE FROM l1_statements WHERE l1_block > $1", after);
  await executor.query("DELETE FROM l1_blocks WHERE number > $1", after);
  await executor.query(
    `UPDATE blocks SET status = 'proven', transaction_hash = NULL, l1_block = NULL, gas_used = NULL,
       blocks_in_transaction = NULL WHERE l1_block > $1`,
    after,
  );
  return first?.first === null || first?.first === undefined ? undefined : toBigint(first.first);
}
