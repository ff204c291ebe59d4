// Artefacts, chunk leases, verified statements and proof jobs.
import {
  fromJson,
  type Settlement,
  type Statement,
  statementCommitment,
  toJson,
} from "@catalyze/circuits/reference";
import type { api } from "@catalyze/sdk";
import { orNull, toBigint, toBytes } from "./codec.js";
import type { SqlExecutor } from "./driver.js";

type Row = Record<string, unknown>;

/** Stores an artefact; storing it again changes nothing. */
export async function insertArtefact(executor: SqlExecutor, sha256: string, data: Uint8Array): Promise<void> {
  await executor.query(
    "INSERT INTO artefacts (sha256, size, data) VALUES ($1, $2, $3) ON CONFLICT (sha256) DO NOTHING",
    [sha256, data.length, data],
  );
}

/** Bytes of an artefact. */
export async function findArtefact(executor: SqlExecutor, sha256: string): Promise<Uint8Array | undefined> {
  const [row] = await executor.query("SELECT data FROM artefacts WHERE sha256 = $1", [sha256]);
  return row === undefined ? undefined : toBytes(row.data);
}

/** Size of an artefact, without reading it. */
export async function artefactSize(executor: SqlExecutor, sha256: string): Promise<number | undefined> {
  const [row] = await executor.query("SELECT size FROM artefacts WHERE sha256 = $1", [sha256]);
  return row === undefined ? undefined : Number(row.size);
}

/** Bytes of all artefacts. */
export async function artefactBytes(executor: SqlExecutor): Promise<number> {
  const [row] = await executor.query("SELECT coalesce(sum(size), 0) AS total FROM artefacts");
  return Number(row!.total);
}

/** A lease of a chunk. */
export interface StoredLease {
  readonly id: string;
  readonly token: string;
  readonly orderId: bigint;
  readonly chunk: number;
  readonly account: number;
  readonly untilMs: number;
  /** Given back or used before its time. */
  readonly ended: boolean;
  readonly phase: string | null;
  readonly percentage: number | null;
}

const toLease = (row: Row): StoredLease => ({
  id: row.id as string,
  token: row.token as string,
  orderId: toBigint(row.order_id),
  chunk: Number(row.chunk),
  account: Number(row.account),
  untilMs: Number(row.until_ms),
  ended: row.ended as boolean,
  phase: orNull(row.phase, String),
  percentage: orNull(row.percentage, Number),
});

/** Stores a lease. */
export async function insertLease(executor: SqlExecutor, lease: StoredLease): Promise<void> {
  await executor.query(
    `INSERT INTO leases (id, token, order_id, chunk, account, until_ms, ended) VALUES ($1, $2, $3, $4, $5, $6, false)`,
    [lease.id, lease.token, lease.orderId.toString(), lease.chunk, lease.account, lease.untilMs],
  );
}

/** Lease by id. */
export async function findLease(executor: SqlExecutor, id: string): Promise<StoredLease | undefined> {
  const [row] = await executor.query("SELECT * FROM leases WHERE id = $1", [id]);
  return row === undefined ? undefined : toLease(row);
}

/** Leases that hold at `nowMs`, of one order or of all. */
export async function listActiveLeases(
  executor: SqlExecutor,
  nowMs: number,
  orderId?: bigint,
): Promise<StoredLease[]> {
  const rows =
    orderId === undefined
      ? await executor.query("SELECT * FROM leases WHERE NOT ended AND until_ms > $1", [nowMs])
      : await executor.query("SELECT * FROM leases WHERE NOT ended AND until_ms > $1 AND order_id = $2", [
          nowMs,
          orderId.toString(),
        ]);
  return rows.map(toLease);
}

/**
 * Leases whose time is not over at `nowMs`, ended ones too, of one order or of all: the operator has signed that until
 * then nobody else is paid for the chunk.
 */
export async function listBindingLeases(
  executor: SqlExecutor,
  nowMs: number,
  orderId?: bigint,
): Promise<StoredLease[]> {
  const rows = await executor.query("SELECT * FROM leases WHERE until_ms >= $1", [nowMs]);
  return rows.map(toLease).filter((lease) => orderId === undefined || lease.orderId === orderId);
}

/** Ends a lease before its time. */
export async function endLease(executor: SqlExecutor, id: string): Promise<void> {
  await executor.query("UPDATE leases SET ended = true WHERE id = $1", [id]);
}

/** Records what a provider reports. */
export async function updateLeaseProgress(
  executor: SqlExecutor,
  id: string,
  phase: string,
  percentage: number,
): Promise<void> {
  await executor.query("UPDATE leases SET phase = $2, percentage = $3 WHERE id = $1", [
    id,
    phase,
    percentage,
  ]);
}

/** Time of an account's last lease request; 0 before the first. */
export async function lastLeaseRequest(executor: SqlExecutor, account: number): Promise<bigint> {
  const [row] = await executor.query("SELECT time_ms FROM lease_requests WHERE account = $1", [account]);
  return row === undefined ? 0n : toBigint(row.time_ms);
}

/** Remembers the time of an account's lease request. */
export async function setLeaseRequest(executor: SqlExecutor, account: number, timeMs: bigint): Promise<void> {
  await executor.query(
    `INSERT INTO lease_requests (account, time_ms) VALUES ($1, $2)
     ON CONFLICT (account) DO UPDATE SET time_ms = excluded.time_ms`,
    [account, timeMs.toString()],
  );
}

/** A verified statement: the settlement it allows, its proof and the delivered bytes. */
export interface StoredStatement {
  readonly orderId: bigint;
  readonly chunk: number;
  readonly programId: bigint;
  readonly providerIndex: number;
  readonly settlement: Settlement;
  readonly statement: Statement;
  /** Public signal C. */
  readonly commitment: bigint;
  readonly proof: api.Groth16Proof;
  readonly results: Uint8Array;
  readonly provingSeconds: number;
  readonly blockNumber: bigint | null;
  readonly settlementIndex: number | null;
}

const toStatement = (row: Row): StoredStatement => {
  const statement = fromJson<Statement>(row.statement as string);
  return {
    orderId: toBigint(row.order_id),
    chunk: Number(row.chunk),
    programId: toBigint(row.program_id),
    providerIndex: Number(row.provider_index),
    settlement: fromJson<Settlement>(row.settlement as string),
    statement,
    commitment: toBigint(row.commitment),
    proof: JSON.parse(row.proof as string) as api.Groth16Proof,
    results: toBytes(row.results),
    provingSeconds: Number(row.proving_seconds),
    blockNumber: orNull(row.block_number, toBigint),
    settlementIndex: orNull(row.settlement_index, Number),
  };
};

/** Stores a verified statement. Only one per chunk can be there. */
export async function insertStatement(
  executor: SqlExecutor,
  entry: Omit<StoredStatement, "commitment" | "blockNumber" | "settlementIndex">,
): Promise<void> {
  await executor.query(
    `INSERT INTO statements (order_id, chunk, commitment, program_id, provider_index, settlement, statement, proof,
       results, proving_seconds) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      entry.orderId.toString(),
      entry.chunk,
      statementCommitment(entry.statement).toString(),
      entry.programId.toString(),
      entry.providerIndex,
      toJson(entry.settlement),
      toJson(entry.statement),
      JSON.stringify(entry.proof),
      entry.results,
      entry.provingSeconds,
    ],
  );
}

/** Statement of a chunk. */
export async function findStatement(
  executor: SqlExecutor,
  orderId: bigint,
  chunk: number,
): Promise<StoredStatement | undefined> {
  const [row] = await executor.query("SELECT * FROM statements WHERE order_id = $1 AND chunk = $2", [
    orderId.toString(),
    chunk,
  ]);
  return row === undefined ? undefined : toStatement(row);
}

/** Statements of an order by chunk. */
export async function listStatements(executor: SqlExecutor, orderId: bigint): Promise<StoredStatement[]> {
  const rows = await executor.query("SELECT * FROM statements WHERE order_id = $1 ORDER BY chunk", [
    orderId.toString(),
  ]);
  return rows.map(toStatement);
}

/** Statements that wait for a block, in order of arrival. */
export async function listVerifiedStatements(
  executor: SqlExecutor,
  limit: number,
): Promise<StoredStatement[]> {
  const rows = await executor.query(
    "SELECT * FROM statements WHERE block_number IS NULL ORDER BY arrival LIMIT $1",
    [limit],
  );
  return rows.map(toStatement);
}

/** Number of statements that wait for a block. */
export async function countVerifiedStatements(executor: SqlExecutor): Promise<number> {
  const [row] = await executor.query("SELECT count(*) AS waiting FROM statements WHERE block_number IS NULL");
  return Number(row!.waiting);
}

/** Statements that a block settles, by settlement index. */
export async function listBlockStatements(
  executor: SqlExecutor,
  blockNumber: bigint,
): Promise<StoredStatement[]> {
  const rows = await executor.query(
    `SELECT * FROM statements WHERE block_number = $1 AND settlement_index IS NOT NULL ORDER BY settlement_index`,
    [blockNumber.toString()],
  );
  return rows.map(toStatement);
}

/** Where a proof job stands. */
export type ProofJobStatus = "queued" | "proving" | "proved" | "failed";

/** A block to prove. */
export interface StoredProofJob {
  readonly id: string;
  readonly blockNumber: bigint;
  readonly circuit: string;
  readonly status: ProofJobStatus;
  /** Leases given out; also the fencing number of the latest. */
  readonly attempts: number;
  readonly token: string | null;
  readonly worker: string | null;
  readonly untilMs: number | null;
  /** When the latest lease began. */
  readonly leasedMs: number | null;
  readonly phase: string | null;
  readonly percentage: number | null;
  readonly reason: string | null;
}

const toProofJob = (row: Row): StoredProofJob => ({
  id: row.id as string,
  blockNumber: toBigint(row.block_number),
  circuit: row.circuit as string,
  status: row.status as ProofJobStatus,
  attempts: Number(row.attempts),
  token: orNull(row.token, String),
  worker: orNull(row.worker, String),
  untilMs: orNull(row.until_ms, Number),
  leasedMs: orNull(row.leased_ms, Number),
  phase: orNull(row.phase, String),
  percentage: orNull(row.percentage, Number),
  reason: orNull(row.reason, String),
});

/** Queues a job; queueing an identical one again changes nothing. */
export async function insertProofJob(
  executor: SqlExecutor,
  job: { readonly id: string; readonly blockNumber: bigint; readonly circuit: string },
): Promise<void> {
  await executor.query(
    `INSERT INTO proof_jobs (id, block_number, circuit, status, attempts) VALUES ($1, $2, $3, 'queued', 0)
     ON CONFLICT (id) DO NOTHING`,
    [job.id, job.blockNumber.toString(), job.circuit],
  );
}

/** Job by id. */
export async function findProofJob(executor: SqlExecutor, id: string): Promise<StoredProofJob | undefined> {
  const [row] = await executor.query("SELECT * FROM proof_jobs WHERE id = $1", [id]);
  return row === undefined ? undefined : toProofJob(row);
}

/** Jobs that are not proved, oldest block first. */
export async function listOpenProofJobs(executor: SqlExecutor): Promise<StoredProofJob[]> {
  const rows = await executor.query(
    "SELECT * FROM proof_jobs WHERE status <> 'proved' ORDER BY block_number",
  );
  return rows.map(toProofJob);
}

/** Replaces what changes of a job. */
export async function updateProofJob(executor: SqlExecutor, job: StoredProofJob): Promise<void> {
  await executor.query(
    `UPDATE proof_jobs SET status = $2, attempts = $3, token = $4, worker = $5, until_ms = $6, leased_ms = $7,
       phase = $8, percentage = $9, reason = $10 WHERE id = $1`,
    [
      job.id,
      job.status,
      job.attempts,
      job.token,
      job.worker,
      job.untilMs,
      job.leasedMs,
      job.phase,
      job.percentage,
      job.reason,
    ],
  );
}
