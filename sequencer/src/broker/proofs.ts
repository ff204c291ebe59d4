// Leases block proofs to workers and takes proofs from them.
import { blockCircuitInput, toJson } from "@catalyze/circuits/reference";
import type { api } from "@catalyze/sdk";
import type { z } from "zod";
import { circuitOfSize } from "../block/ladder.js";
import { randomHex } from "../clock.js";
import { announceBlock, type Context, challengeContext } from "../core/context.js";
import { SequencerError } from "../errors.js";
import { findBlock, findSealedBlock, markProven } from "../store/blocks.js";
import { findProofJob, listOpenProofJobs, type StoredProofJob, updateProofJob } from "../store/work.js";
import { complete, expire, fail, heartbeat, lease, release, revive } from "./proof-queue.js";
import { blockSignals, type ProofChecker } from "./verification.js";

async function requireJob(context: Context, id: string): Promise<StoredProofJob> {
  const job = await findProofJob(context.driver, id);
  if (job !== undefined) return job;
  throw new SequencerError("SEQUENCER_PROOF_JOB_NOT_FOUND", `There is no proof job ${id}`);
}

async function change(
  context: Context,
  id: string,
  transition: (job: StoredProofJob) => StoredProofJob,
): Promise<StoredProofJob> {
  return context.exclusive(async () => {
    const before = await requireJob(context, id);
    const after = transition(expire(before, context.clock.nowMs()));
    await updateProofJob(context.driver, after);
    if (after.status === "failed" && before.status !== "failed") {
      context.log.error({ block: after.blockNumber.toString(), reason: after.reason }, "block proof failed");
      context.metrics.proofs.inc({ outcome: "parked" });
    }
    return after;
  });
}

async function takeJob(context: Context, worker: string, circuits: readonly string[]) {
  return context.exclusive(async () => {
    const now = context.clock.nowMs();
    let taken: StoredProofJob | undefined;
    for (const before of await listOpenProofJobs(context.driver)) {
      const job = expire(before, now);
      if (taken === undefined && job.status === "queued" && circuits.includes(job.circuit)) {
        taken = lease(job, now, worker, randomHex(context.random, 32));
        await updateProofJob(context.driver, taken);
      } else if (job !== before) await updateProofJob(context.driver, job);
    }
    return taken;
  });
}

/** Leases the oldest block that one of the circuits can prove; undefined when there is none. */
export async function leaseProof(
  context: Context,
  request: { readonly worker: string; readonly circuits: readonly string[] },
): Promise<api.ProofLease | undefined> {
  const job = await takeJob(context, request.worker, request.circuits);
  if (job === undefined) return undefined;
  const block = await findSealedBlock(context.driver, job.blockNumber);
  if (block === undefined) return undefined;
  const { blockNumber, circuit, attempts, worker } = job;
  const { size } = block.header;
  context.log.info({ block: blockNumber.toString(), worker, attempt: attempts }, "block proof leased");
  return {
    id: job.id,
    token: job.token!,
    circuit,
    blockNumber,
    context: challengeContext(context, circuitOfSize(context.sizes, size.name).programId),
    commitment: block.commitment,
    words: block.bytes,
    size: size.name,
    circuitInput: toJson(blockCircuitInput(block)),
    attempt: attempts,
    until: job.untilMs!,
  };
}

/** Extends a lease; returns until when it holds (milliseconds). @throws {SequencerError} `SEQUENCER_LEASE_LOST` */
export async function reportProofProgress(
  context: Context,
  id: string,
  report: z.infer<typeof api.progressReport>,
): Promise<number> {
  const job = await change(context, id, (before) => heartbeat(before, context.clock.nowMs(), report));
  const { phase, percentage } = report;
  context.events.emit({ type: "proof", blockNumber: job.blockNumber, phase, percentage });
  return job.untilMs!;
}

/** Gives a job back. @throws {SequencerError} `SEQUENCER_LEASE_LOST` */
export async function reportProofFailure(
  context: Context,
  id: string,
  report: z.infer<typeof api.failureReport>,
): Promise<void> {
  const job = await change(context, id, (before) => fail(before, report.token, report.reason));
  context.log.warn({ block: job.blockNumber.toString(), reason: report.reason }, "worker gave a proof back");
}

/**
 * Takes the proof of a block: the first valid one counts, whoever made it and whether or not its lease has ended.
 * @throws {SequencerError} `SEQUENCER_PROOF_INVALID`, `SEQUENCER_PROOF_JOB_NOT_FOUND`
 */
export async function submitProof(
  context: Context,
  checker: ProofChecker,
  id: string,
  body: z.infer<typeof api.submitProofRequest>,
): Promise<"accepted" | "duplicate"> {
  const job = await requireJob(context, id);
  if (job.status === "proved") return "duplicate";
  const block = await findBlock(context.driver, job.blockNumber);
  if (block === undefined) {
    throw new SequencerError("SEQUENCER_PROOF_JOB_NOT_FOUND", `Block ${job.blockNumber} was taken back`);
  }
  const { programId, size, verificationKey } = circuitOfSize(context.sizes, block.sizeName);
  const signals = blockSignals(challengeContext(context, programId), size, block.commitment, block.words);
  try {
    await checker.check(verificationKey, signals, body.proof, `block ${job.blockNumber}`);
  } catch (error) {
    context.metrics.proofs.inc({ outcome: "invalid" });
    await change(context, id, (before) =>
      before.token === body.token ? release(before, "The worker's proof did not verify") : before,
    );
    throw error;
  }
  const accepted = await context.exclusive(async () => {
    const now = await requireJob(context, id);
    if (now.status === "proved") return false;
    await context.driver.transaction(async (executor) => {
      await markProven(executor, job.blockNumber, body.proof, body.provingSeconds);
      await updateProofJob(executor, complete(now));
    });
    return true;
  });
  if (!accepted) return "duplicate";
  context.metrics.proofs.inc({ outcome: "accepted" });
  context.metrics.provingSeconds.observe(body.provingSeconds);
  context.log.info({ block: job.blockNumber.toString(), seconds: body.provingSeconds }, "block proven");
  await announceBlock(context, job.blockNumber, "proven");
  context.wake();
  return "accepted";
}

/** Status of a job. @throws {SequencerError} `SEQUENCER_PROOF_JOB_NOT_FOUND` */
export async function getProofJob(
  context: Context,
  id: string,
): Promise<z.infer<typeof api.proofJobResponse>> {
  const job = expire(await requireJob(context, id), context.clock.nowMs());
  const { blockNumber, circuit, status, attempts, phase, percentage, reason } = job;
  return { id, blockNumber, circuit, status, attempts, phase, percentage, reason };
}

/** Gives parked jobs their attempts back; at every start. */
export async function reviveProofJobs(context: Context): Promise<void> {
  for (const job of await listOpenProofJobs(context.driver)) {
    const revived = revive(job);
    if (revived !== job) await updateProofJob(context.driver, revived);
  }
}
