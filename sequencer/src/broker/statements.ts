// Takes delivered and proven results. What passes here is queued for settlement; nothing else ever is.
import {
  getOrder,
  type Settlement,
  type Statement,
  settlementStatement,
  statementCommitment,
} from "@catalyze/circuits/reference";
import type { api } from "@catalyze/sdk";
import type { z } from "zod";
import { type Context, challengeContext, type KnownProgram, leaseTimeMs } from "../core/context.js";
import { fromTransitionError, SequencerError } from "../errors.js";
import { SETTLEMENTS_QUEUED } from "../limits.js";
import { findOrder, type StoredOrder } from "../store/operations.js";
import {
  countVerifiedStatements,
  endLease,
  findStatement,
  insertStatement,
  listActiveLeases,
  listBindingLeases,
  type StoredLease,
} from "../store/work.js";
import { requireLease } from "./chunks.js";
import { type ProofChecker, statementSignals } from "./verification.js";

type Submission = z.infer<typeof api.submitStatementRequest>;

/** A submission whose every part fits its order. */
interface CheckedSubmission {
  readonly lease: StoredLease;
  readonly program: KnownProgram;
  readonly settlement: Settlement;
  readonly statement: Statement;
}

/**
 * Only the holder of the chunk's running lease may deliver; when none runs, whoever leased it before. A lease that was
 * given back still keeps others away until its last second.
 */
async function checkLease(context: Context, lease: StoredLease, submission: Submission): Promise<void> {
  if (lease.account !== submission.provider) {
    throw new SequencerError(
      "SEQUENCER_PROVIDER_MISMATCH",
      `The lease is account ${lease.account}'s, the statement is for account ${submission.provider}`,
    );
  }
  const active = await listActiveLeases(context.driver, context.clock.nowMs(), lease.orderId);
  const binding = await listBindingLeases(context.driver, leaseTimeMs(context), lease.orderId);
  const holder =
    active.find(({ chunk, id }) => chunk === lease.chunk && id !== lease.id) ??
    binding.find(({ chunk, account }) => chunk === lease.chunk && account !== lease.account);
  if (holder !== undefined) {
    throw new SequencerError(
      "SEQUENCER_CHUNK_LEASED",
      `Chunk ${lease.chunk} is leased to account ${holder.account} until ${Math.floor(holder.untilMs / 1_000)}`,
    );
  }
}

/** The delivered bytes must be those of the statement. */
function checkResults(program: KnownProgram, statement: Statement, results: Uint8Array): void {
  const bytes = statement.count * BigInt(program.adapter.resultBytes);
  let root: bigint | undefined;
  if (BigInt(results.length) === bytes) {
    try {
      root = program.adapter.resultsRoot(results);
    } catch {
      // Bytes that are no results of this program match no root.
    }
  }
  if (root !== statement.resultsRoot) {
    throw new SequencerError(
      "SEQUENCER_RESULTS_MISMATCH",
      `The delivered ${results.length} bytes (${bytes} expected) do not give the statement's results root`,
    );
  }
}

const STATEMENT_FIELDS = [
  "domain",
  "parametersCommitment",
  "inputsRoot",
  "from",
  "count",
  "provider",
] as const satisfies readonly (keyof Statement)[];

/** The statement must be the one that the order asks of this provider for this chunk. */
function checkStatement(given: Statement, expected: Statement): void {
  for (const field of STATEMENT_FIELDS) {
    if (given[field] === expected[field]) continue;
    const code = field === "provider" ? "SEQUENCER_PROVIDER_MISMATCH" : "SEQUENCER_STATEMENT_MISMATCH";
    throw new SequencerError(
      code,
      `The statement's ${field} is ${given[field]}; this chunk needs ${expected[field]}`,
      { details: { field, given: `${given[field]}`, expected: `${expected[field]}` } },
    );
  }
}

function checkContent(
  context: Context,
  lease: StoredLease,
  stored: StoredOrder,
  submission: Submission,
): CheckedSubmission {
  if (stored.cellIndex === null || stored.completedBlock !== null) {
    throw new SequencerError("SEQUENCER_CHUNK_ALREADY_SETTLED", `Order ${stored.id} has no open chunks`);
  }
  const { statement, provider } = submission;
  const { chunk } = lease;
  const settlement: Settlement = {
    orderIndex: stored.cellIndex,
    chunk,
    provider,
    resultsRoot: statement.resultsRoot,
    price: statement.price,
  };
  try {
    const cell = getOrder(context.ledger.state, stored.cellIndex);
    if ((cell.bitmap >> BigInt(chunk)) & 1n) {
      throw new SequencerError("SEQUENCER_CHUNK_ALREADY_SETTLED", `Chunk ${chunk} is settled already`);
    }
    checkStatement(statement, settlementStatement(context.ledger.state, settlement, context.statementDomain));
    if (statement.price > cell.order.priceLimit) {
      throw new SequencerError(
        "SEQUENCER_PRICE_ABOVE_LIMIT",
        `The price is ${statement.price} units per job; the order pays at most ${cell.order.priceLimit}`,
      );
    }
  } catch (error) {
    throw fromTransitionError(error);
  }
  const program = context.programs.get(stored.order.programId);
  if (program === undefined) {
    throw new SequencerError("SEQUENCER_PROGRAM_UNKNOWN", `Program ${stored.order.programId} is not served`);
  }
  checkResults(program, statement, submission.results);
  return { lease, program, settlement, statement };
}

async function requireOrder(context: Context, id: bigint): Promise<StoredOrder> {
  const stored = await findOrder(context.driver, id);
  if (stored !== undefined) return stored;
  throw new SequencerError("SEQUENCER_ORDER_NOT_FOUND", `There is no order ${id}`);
}

async function storeStatement(
  context: Context,
  submission: Submission,
  checked: CheckedSubmission,
): Promise<"accepted" | "duplicate"> {
  const { lease, program, settlement, statement } = checked;
  const { driver } = context;
  const before = await findStatement(driver, lease.orderId, lease.chunk);
  if (before !== undefined) {
    if (before.commitment === statementCommitment(statement)) return "duplicate";
    throw new SequencerError(
      "SEQUENCER_CHUNK_ALREADY_SETTLED",
      `Chunk ${lease.chunk} has a verified statement already`,
    );
  }
  await checkLease(context, lease, submission);
  checkContent(context, lease, await requireOrder(context, lease.orderId), submission);
  if ((await countVerifiedStatements(driver)) >= SETTLEMENTS_QUEUED) {
    throw new SequencerError("SEQUENCER_OVERLOADED", "Too many settlements wait; try again later.");
  }
  await driver.transaction(async (executor) => {
    await insertStatement(executor, {
      orderId: lease.orderId,
      chunk: lease.chunk,
      programId: program.programId,
      providerIndex: submission.provider,
      settlement,
      statement,
      proof: submission.proof,
      results: submission.results,
      provingSeconds: submission.provingSeconds,
    });
    await endLease(executor, lease.id);
  });
  return "accepted";
}

async function submit(context: Context, checker: ProofChecker, submission: Submission) {
  const lease = await requireLease(context, submission.lease, submission.token);
  const commitment = statementCommitment(submission.statement);
  const known = await findStatement(context.driver, lease.orderId, lease.chunk);
  if (known?.commitment === commitment) return { status: "duplicate" as const, commitment, lease };
  await checkLease(context, lease, submission);
  const stored = await requireOrder(context, lease.orderId);
  const checked = checkContent(context, lease, stored, submission);
  const { program, statement } = checked;
  const signals = statementSignals(challengeContext(context, program.programId), statement);
  const what = `chunk ${lease.chunk} of order ${lease.orderId}`;
  await checker.check(program.verificationKey, signals, submission.proof, what);
  const status = await context.exclusive(() => storeStatement(context, submission, checked));
  return { status, commitment, lease };
}

/**
 * Takes a chunk's results with their proof; durable when this resolves. The same statement again is a duplicate.
 * @throws {SequencerError} naming what does not fit; then nothing was queued
 */
export async function submitStatement(
  context: Context,
  checker: ProofChecker,
  submission: Submission,
): Promise<z.infer<typeof api.submitStatementResponse>> {
  try {
    const { status, commitment, lease } = await submit(context, checker, submission);
    context.metrics.statements.inc({ outcome: status });
    if (status === "accepted") {
      const { orderId, chunk, account } = lease;
      context.log.info({ order: orderId.toString(), chunk, account }, "statement verified");
      const progress = { phase: null, percentage: null };
      context.events.emit({ type: "chunk", orderId, chunk, status: "verified", ...progress });
      context.wake();
    }
    return { status, commitment };
  } catch (error) {
    const translated = fromTransitionError(error);
    if (translated instanceof SequencerError) context.metrics.statements.inc({ outcome: translated.code });
    throw translated;
  }
}
