// Life of a block-proof job: queued → proving → proved | failed. Pure transitions; the service stores what they return.
import { SequencerError } from "../errors.js";
import { PROOF_ATTEMPTS, PROOF_LEASE_MS, PROOF_LEASE_TOTAL_MS } from "../limits.js";
import type { StoredProofJob } from "../store/work.js";

const released = { token: null, worker: null, untilMs: null, leasedMs: null, phase: null, percentage: null };

/** The job after its lease ended without a proof: queued again, or parked as failed after the last attempt. */
export function release(job: StoredProofJob, reason: string): StoredProofJob {
  const status = job.attempts >= PROOF_ATTEMPTS ? "failed" : "queued";
  return { ...job, ...released, status, reason };
}

/** The job as time has left it: a lease that ran out is released. */
export function expire(job: StoredProofJob, nowMs: number): StoredProofJob {
  if (job.status !== "proving" || (job.untilMs ?? 0) > nowMs) return job;
  return release(job, `The lease of worker ${job.worker} ran out in phase ${job.phase ?? "none"}`);
}

/** Leases a queued job; the attempt's number and the token fence off every earlier holder. */
export function lease(job: StoredProofJob, nowMs: number, worker: string, token: string): StoredProofJob {
  return {
    ...job,
    status: "proving",
    attempts: job.attempts + 1,
    token,
    worker,
    untilMs: nowMs + PROOF_LEASE_MS,
    leasedMs: nowMs,
    phase: null,
    percentage: null,
  };
}

/** Checks that `token` is the present lease's. @throws {SequencerError} `SEQUENCER_LEASE_LOST` */
function requireHolder(job: StoredProofJob, token: string): void {
  if (job.status === "proving" && job.token === token) return;
  throw new SequencerError(
    "SEQUENCER_LEASE_LOST",
    `The lease of job ${job.id} is over (${job.status}, attempt ${job.attempts}); stop and lease again.`,
  );
}

/** Extends the holder's lease, up to its total length. @throws {SequencerError} `SEQUENCER_LEASE_LOST` */
export function heartbeat(
  job: StoredProofJob,
  nowMs: number,
  report: { readonly token: string; readonly phase: string; readonly percentage: number },
): StoredProofJob {
  requireHolder(job, report.token);
  const latest = (job.leasedMs ?? nowMs) + PROOF_LEASE_TOTAL_MS;
  const untilMs = Math.min(nowMs + PROOF_LEASE_MS, latest);
  return { ...job, untilMs, phase: report.phase, percentage: report.percentage };
}

/** The holder gives up. @throws {SequencerError} `SEQUENCER_LEASE_LOST` */
export function fail(job: StoredProofJob, token: string, reason: string): StoredProofJob {
  requireHolder(job, token);
  return release(job, reason);
}

/** The job after a valid proof, whoever made it. */
export const complete = (job: StoredProofJob): StoredProofJob => ({
  ...job,
  ...released,
  status: "proved",
  reason: null,
});

/** A parked or interrupted job, given all its attempts again: at every start. */
export const revive = (job: StoredProofJob): StoredProofJob =>
  job.status === "failed" ? { ...job, ...released, status: "queued", attempts: 0 } : job;
