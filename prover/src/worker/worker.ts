// The prover worker: leases work from a sequencer, proves it, posts it; block proofs for the operator, chunks of orders
// for a provider. One proof at a time: a proof uses every core.
import { randomBytes } from "node:crypto";
import type { ProgramAdapter, Signature } from "@catalyze/circuits/reference";
import { BLOCK_SIZES } from "@catalyze/circuits/schema";
import type { ProverBackend } from "../backends/backend.js";
import { selectBackend } from "../backends/select.js";
import { proveBlock } from "./block-work.js";
import { proveChunk } from "./chunk-work.js";
import { createSequencerClient, type SequencerClient } from "./client.js";
import { WorkerError } from "./errors.js";
import type { ReportProgress, WorkerCircuit } from "./job.js";
import { checkAuthority, checkLease, type LeaseAuthority, type WorkerDeployment } from "./lease.js";
import { leaseRequestMessage } from "./lease-message.js";
import {
  accountAnswer,
  anyAnswer,
  type ChunkLease,
  chunkLeaseAnswer,
  infoAnswer,
  proofLeaseAnswer,
  type SequencerInfo,
} from "./protocol.js";

/** Pause when there is nothing to do; longest pause after failures; pause between heartbeats. */
const IDLE_MS = 300;
const MAXIMUM_BACKOFF_MS = 30_000;
const HEARTBEAT_MS = 3_000;
/** Time for giving a job back when the worker stops. */
const GIVE_BACK_MS = 2_000;

/** What a worker does: "blocks" proves blocks, "jobs" runs and proves chunks of orders. */
export type WorkerRole = "blocks" | "jobs";

/** Account of a provider. The key stays with the caller. */
export interface WorkerAccount {
  /** Cell index. */
  readonly index: number;
  /** L1 address of its owner; as the sequencer says by default. */
  readonly owner?: `0x${string}` | undefined;
  /** EdDSA-Poseidon signature of a message by the account's key. */
  sign(message: bigint): Signature | Promise<Signature>;
}

/** What happens in a worker. `job` is "block <number>" or "chunk <number> of order <id>". */
export type WorkerEvent =
  | { readonly type: "leased"; readonly role: WorkerRole; readonly job: string; readonly id: string }
  | {
      readonly type: "progress";
      readonly role: WorkerRole;
      readonly job: string;
      readonly phase: string;
      readonly percentage: number;
    }
  | { readonly type: "proved"; readonly role: WorkerRole; readonly job: string; readonly seconds: number }
  | { readonly type: "failed"; readonly role: WorkerRole; readonly job: string; readonly error: Error }
  /** The sequencer did not answer or refused a lease; tried again after `pauseMs`. */
  | { readonly type: "waiting"; readonly error: Error; readonly pauseMs: number };

/** Parameters of {@link startProverWorker}. */
export interface ProverWorkerOptions {
  readonly sequencerUrl: string;
  readonly roles: readonly WorkerRole[];
  /** Needed for the role "jobs". */
  readonly account?: WorkerAccount | undefined;
  /** Units per job that the provider asks; the order's limit by default. */
  readonly price?: bigint | undefined;
  /** The rollup and its operator, whose signature a lease must have; as the sequencer says by default. */
  readonly deployment?: WorkerDeployment | undefined;
  /** Files of a circuit by its name in the build manifest. */
  readonly circuits: (name: string) => Promise<WorkerCircuit> | WorkerCircuit;
  /** Block circuits that may be leased; every size that ships by default. */
  readonly blockCircuits?: readonly string[];
  /** Programs that the provider can run. */
  readonly programs?: readonly ProgramAdapter[];
  /** Default: {@link selectBackend}. */
  readonly backend?: ProverBackend;
  /** Operator's secret, where the sequencer asks for one. */
  readonly secret?: string | undefined;
  /** Name in the sequencer's logs. */
  readonly name?: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: WorkerEvent) => void;
}

/** A running worker. */
export interface RunningProverWorker {
  /** Resolves when the worker has stopped. */
  readonly done: Promise<void>;
  /** Gives the present job back and stops. */
  close(): Promise<void>;
}

/** A lease taken: how to report on it and how to do it. */
interface Task {
  readonly role: WorkerRole;
  readonly job: string;
  readonly id: string;
  readonly token: string;
  /** Path of the lease's routes. */
  readonly path: string;
  /** Whether a lost lease means that the work is in vain. */
  readonly stopWhenLost: boolean;
  work(signal: AbortSignal, report: ReportProgress): Promise<number>;
}

/** What the loop works with. */
interface Workshop {
  readonly options: ProverWorkerOptions;
  readonly client: SequencerClient;
  readonly backend: ProverBackend;
  readonly name: string;
  /** Time of the last lease request; each must be later. */
  lastRequest: bigint;
}

async function leaseBlock({ options, client, backend, name }: Workshop): Promise<Task | undefined> {
  const circuits = options.blockCircuits ?? Object.keys(BLOCK_SIZES);
  const { lease } = await client.post("/v1/proofs/leases", { worker: name, circuits }, proofLeaseAnswer);
  if (lease === null) return undefined;
  return {
    role: "blocks",
    job: `block ${lease.blockNumber}`,
    id: lease.id,
    token: lease.token,
    path: `/v1/proofs/${lease.id}`,
    stopWhenLost: true,
    async work(signal, report) {
      const circuit = await options.circuits(lease.circuit);
      return proveBlock({ client, backend, circuit }, lease, signal, report);
    },
  };
}

/** Whose signature a lease must have. @throws {WorkerError} `WORKER_LEASE_INVALID` when the sequencer is for another rollup */
async function authorityOf({ options }: Workshop, info: SequencerInfo): Promise<LeaseAuthority> {
  const { chainId, operationDomain } = info;
  const { rollup, operator } = options.deployment ?? { rollup: info.rollup, operator: () => info.operator };
  const authority = { chainId, rollup, operator: await operator() };
  checkAuthority(authority, operationDomain);
  return authority;
}

/** Checks a lease before anything is done for it. @throws {WorkerError} `WORKER_LEASE_INVALID` */
async function acceptLease(workshop: Workshop, lease: ChunkLease, info: SequencerInfo): Promise<void> {
  const { options, client } = workshop;
  const { account, price = 0n } = options;
  const authority = await authorityOf(workshop, info);
  const provider =
    account?.owner === undefined
      ? (await client.get(`/v1/accounts/${account!.index}`, accountAnswer)).owner
      : BigInt(account.owner);
  const programId = info.programs.find(({ name }) => name === lease.programName)?.programId ?? 0n;
  const now = BigInt(Math.floor(Date.now() / 1_000));
  await checkLease(lease, authority, { provider, price, programId, now });
}

async function leaseChunk(workshop: Workshop): Promise<Task | undefined> {
  const { options, client, backend } = workshop;
  const { account, price } = options;
  if (account === undefined)
    throw new WorkerError("WORKER_SETTINGS_INVALID", "The role jobs needs an account");
  const info = await client.get("/v1/info", infoAnswer);
  const adapters = new Map((options.programs ?? []).map((program) => [program.name, program]));
  const programs = info.programs
    .filter((entry) => adapters.has(entry.name))
    .map(({ programId }) => programId);
  if (programs.length === 0) {
    throw new WorkerError("WORKER_PROGRAM_UNKNOWN", "The sequencer serves none of this worker's programs");
  }
  const now = BigInt(Date.now());
  const time = now > workshop.lastRequest ? now : workshop.lastRequest + 1n;
  workshop.lastRequest = time;
  const signature = await account.sign(leaseRequestMessage(info.operationDomain, account.index, time));
  const minimum = price === undefined ? {} : { minimumPrice: price };
  const body = { account: account.index, time, signature, programs, ...minimum };
  const { lease } = await client.post("/v1/leases", body, chunkLeaseAnswer);
  if (lease === null) return undefined;
  return {
    role: "jobs",
    job: `chunk ${lease.chunk} of order ${lease.orderId}`,
    id: lease.id,
    token: lease.token,
    path: `/v1/leases/${lease.id}`,
    stopWhenLost: false,
    async work(signal, report) {
      const program = adapters.get(lease.programName);
      if (program === undefined) {
        throw new WorkerError("WORKER_PROGRAM_UNKNOWN", `Program ${lease.programName} is unknown here`);
      }
      await acceptLease(workshop, lease, info);
      const circuit = await options.circuits(program.name);
      const parts = { client, backend, circuit, program, account: account.index, price };
      return proveChunk(parts, lease, signal, report);
    },
  };
}

/** Reports progress now and then until stopped; aborts the work when the lease is lost. */
function startHeartbeats(client: SequencerClient, task: Task, lost: AbortController) {
  let latest = { phase: "leased", percentage: 0 };
  const beat = async (): Promise<void> => {
    try {
      await client.post(`${task.path}/heartbeat`, { token: task.token, ...latest }, anyAnswer);
    } catch (error) {
      const over = error instanceof WorkerError && error.code.startsWith("SEQUENCER_");
      if (over && task.stopWhenLost) lost.abort(error);
    }
  };
  const timer = setInterval(beat, HEARTBEAT_MS);
  return {
    report(phase: string, percentage: number) {
      latest = { phase, percentage: Math.max(0, Math.min(100, percentage)) };
    },
    stop: () => clearInterval(timer),
  };
}

/** Gives a job back, also while the worker is stopping. */
async function giveBack(options: ProverWorkerOptions, task: Task, reason: string): Promise<void> {
  const signal = AbortSignal.timeout(GIVE_BACK_MS);
  const client = createSequencerClient(options.sequencerUrl, { signal, secret: options.secret });
  const body = { token: task.token, reason: reason.slice(0, 2_000) };
  await client.post(`${task.path}/failure`, body, anyAnswer).catch(() => undefined);
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** Does one task. @returns whether it succeeded */
async function perform(workshop: Workshop, task: Task, signal: AbortSignal): Promise<boolean> {
  const { options, client } = workshop;
  const { role, job, id } = task;
  const emit = options.onEvent ?? (() => undefined);
  const lost = new AbortController();
  const heartbeats = startHeartbeats(client, task, lost);
  emit({ type: "leased", role, job, id });
  try {
    const seconds = await task.work(AbortSignal.any([signal, lost.signal]), (phase, percentage) => {
      heartbeats.report(phase, percentage);
      emit({ type: "progress", role, job, phase, percentage });
    });
    emit({ type: "proved", role, job, seconds });
    return true;
  } catch (error) {
    const reason = lost.signal.aborted ? toError(lost.signal.reason) : toError(error);
    emit({ type: "failed", role, job, error: reason });
    if (!lost.signal.aborted) await giveBack(options, task, reason.message);
    return false;
  } finally {
    heartbeats.stop();
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}

/** One round over the roles. @returns what was leased and done; throws when the sequencer can't be asked */
async function round(workshop: Workshop, signal: AbortSignal): Promise<"idle" | "done" | "failed"> {
  let outcome: "idle" | "done" | "failed" = "idle";
  for (const role of workshop.options.roles) {
    if (signal.aborted) break;
    const task = await (role === "blocks" ? leaseBlock(workshop) : leaseChunk(workshop));
    if (task === undefined) continue;
    outcome = (await perform(workshop, task, signal)) ? "done" : "failed";
  }
  return outcome;
}

async function runLoop(workshop: Workshop, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    let pauseMs = IDLE_MS;
    try {
      const outcome = await round(workshop, signal);
      failures = outcome === "failed" ? failures + 1 : 0;
      if (outcome === "done") continue;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      pauseMs = Math.min(IDLE_MS * 2 ** Math.min(failures, 10), MAXIMUM_BACKOFF_MS);
      workshop.options.onEvent?.({ type: "waiting", error: toError(error), pauseMs });
    }
    await pause(Math.min(IDLE_MS * 2 ** Math.min(failures, 10), MAXIMUM_BACKOFF_MS), signal);
  }
}

/**
 * Starts a worker. It runs until `close` is called or `signal` aborts; then it gives its job back.
 * @example const worker = startProverWorker({ sequencerUrl, roles: ["blocks"], circuits })
 * @throws {WorkerError} `WORKER_SETTINGS_INVALID` when the roles don't fit the other options
 */
export function startProverWorker(options: ProverWorkerOptions): RunningProverWorker {
  if (options.roles.length === 0) {
    throw new WorkerError("WORKER_SETTINGS_INVALID", "Name at least one role: blocks, jobs");
  }
  if (options.roles.includes("jobs") && (options.account === undefined || !options.programs?.length)) {
    throw new WorkerError("WORKER_SETTINGS_INVALID", "The role jobs needs an account and programs");
  }
  const stopping = new AbortController();
  const signal =
    options.signal === undefined ? stopping.signal : AbortSignal.any([options.signal, stopping.signal]);
  const workshop: Workshop = {
    options,
    client: createSequencerClient(options.sequencerUrl, { signal, secret: options.secret }),
    backend: options.backend ?? selectBackend(),
    name: options.name ?? `worker-${randomBytes(4).toString("hex")}`,
    lastRequest: 0n,
  };
  const done = runLoop(workshop, signal);
  return {
    done,
    close: () => {
      stopping.abort();
      return done;
    },
  };
}
