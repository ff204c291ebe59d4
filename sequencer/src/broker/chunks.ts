// Leases chunks of open orders to providers.
import {
  chunkCount,
  chunkRange,
  getAccount,
  type OrderCell,
  orderStatic,
  verifySignature,
} from "@catalyze/circuits/reference";
import { leaseRequestMessage } from "@catalyze/prover";
import { api } from "@catalyze/sdk";
import type { z } from "zod";
import { randomHex } from "../clock.js";
import {
  blockTime,
  type Context,
  challengeContext,
  type KnownProgram,
  leaseTimeMs,
  signingDomain,
} from "../core/context.js";
import { fromTransitionError, SequencerError } from "../errors.js";
import { LEASE_REQUEST_SKEW_MS, LEASES_PER_ACCOUNT, ORDERS_SCANNED } from "../limits.js";
import { findSeed } from "../store/chain.js";
import { listOpenOrders, type StoredOrder } from "../store/operations.js";
import {
  endLease,
  findLease,
  insertLease,
  lastLeaseRequest,
  listActiveLeases,
  listBindingLeases,
  listStatements,
  type StoredLease,
  setLeaseRequest,
  updateLeaseProgress,
} from "../store/work.js";

type LeaseRequest = z.infer<typeof api.leaseChunkRequest>;

/** A chunk that can be leased. */
interface OpenChunk {
  readonly stored: StoredOrder;
  readonly cell: OrderCell;
  readonly cellIndex: number;
  readonly chunk: number;
  readonly program: KnownProgram;
}

/** Checks who asks. @throws {SequencerError} */
function authenticateRequest(context: Context, request: LeaseRequest): void {
  const now = context.clock.nowMs();
  if (Math.abs(Number(request.time) - now) > LEASE_REQUEST_SKEW_MS) {
    throw new SequencerError(
      "SEQUENCER_LEASE_REQUEST_STALE",
      `The request is of ${request.time} ms; the clock here is at ${now} ms and may differ by ${LEASE_REQUEST_SKEW_MS} ms`,
    );
  }
  try {
    const { ax, ay } = getAccount(context.ledger.state, request.account);
    const message = leaseRequestMessage(context.operationDomain, request.account, request.time);
    if (verifySignature({ ax, ay }, message, request.signature)) return;
  } catch (error) {
    throw fromTransitionError(error);
  }
  throw new SequencerError(
    "SEQUENCER_BAD_SIGNATURE",
    `The signature is not account ${request.account}'s for this lease request`,
  );
}

function isServed(context: Context, request: LeaseRequest, stored: StoredOrder): KnownProgram | undefined {
  const { order } = stored;
  const program = context.programs.get(order.programId);
  if (program === undefined || !request.programs.includes(order.programId)) return undefined;
  if (order.priceLimit < (request.minimumPrice ?? 0n) || order.deadline < blockTime(context))
    return undefined;
  return program;
}

async function findChunk(
  context: Context,
  request: LeaseRequest,
  active: readonly StoredLease[],
): Promise<OpenChunk | undefined> {
  // A chunk that was given back stays the provider's until the lease's last second: the operator has signed it.
  const binding = await listBindingLeases(context.driver, leaseTimeMs(context));
  const foreign = binding.filter(({ account }) => account !== request.account);
  const leased = new Set([...active, ...foreign].map(({ orderId, chunk }) => `${orderId}/${chunk}`));
  for (const stored of await listOpenOrders(context.driver, ORDERS_SCANNED)) {
    const program = isServed(context, request, stored);
    const cellIndex = stored.cellIndex;
    const cell = cellIndex === null ? undefined : context.ledger.state.cells.get(cellIndex);
    if (program === undefined || cellIndex === null || cell?.kind !== "order") continue;
    const verified = new Set((await listStatements(context.driver, stored.id)).map(({ chunk }) => chunk));
    for (let chunk = 0; chunk < Number(chunkCount(cell.order)); chunk++) {
      const settled = (cell.bitmap >> BigInt(chunk)) & 1n;
      if (settled === 1n || verified.has(chunk) || leased.has(`${stored.id}/${chunk}`)) continue;
      return { stored, cell, cellIndex, chunk, program };
    }
  }
  return undefined;
}

async function grant(context: Context, account: number, open: OpenChunk): Promise<api.ChunkLease> {
  const { stored, cell, cellIndex, chunk, program } = open;
  const seed = await findSeed(context.driver, Number(cell.order.seed));
  if (seed === undefined) {
    throw new SequencerError(
      "SEQUENCER_SEED_NOT_FOUND",
      `Cell ${cell.order.seed} is not a seed known from L1`,
    );
  }
  const range = chunkRange(cell.order, chunk);
  const since = BigInt(Math.floor(context.clock.nowMs() / 1_000));
  const untilMs = context.clock.nowMs() + 1_000 * (context.config.leaseSeconds ?? 300);
  const until = BigInt(Math.floor(untilMs / 1_000));
  const provider =
    `0x${getAccount(context.ledger.state, account).owner.toString(16).padStart(40, "0")}` as const;
  const signature = await context.operator.signTypedData({
    domain: signingDomain(context),
    types: api.leaseTypes,
    primaryType: "Lease",
    message: {
      orderId: stored.id,
      orderIndex: cellIndex,
      orderStatic: orderStatic(cell.order),
      chunk,
      programId: cell.order.programId,
      parametersCommitment: cell.order.parametersCommitment,
      inputsRoot: cell.order.inputsRoot,
      from: Number(range.from),
      count: Number(range.count),
      provider,
      price: cell.order.priceLimit,
      since,
      until,
    },
  });
  const lease = { id: randomHex(context.random, 16), token: randomHex(context.random, 32) };
  const progress = { ended: false, phase: null, percentage: null };
  const record = {
    ...lease,
    orderId: stored.id,
    chunk,
    account,
    untilMs: Number(until) * 1_000,
    ...progress,
  };
  await insertLease(context.driver, record);
  return {
    ...lease,
    orderId: stored.id,
    orderIndex: cellIndex,
    chunk,
    order: cell.order,
    programName: program.adapter.name,
    context: challengeContext(context, program.programId),
    statementDomain: context.statementDomain,
    provider,
    ...range,
    priceLimit: cell.order.priceLimit,
    inputs: stored.inputs,
    parameters: seed.artefact,
    since,
    until,
    operator: context.operator.address.toLowerCase() as `0x${string}`,
    signature,
  };
}

/**
 * Leases an open chunk to the account that signed the request; undefined when none fits.
 * @throws {SequencerError} `SEQUENCER_BAD_SIGNATURE`, `SEQUENCER_LEASE_REQUEST_STALE`, `SEQUENCER_LEASE_LIMIT`
 */
export async function leaseChunk(
  context: Context,
  request: LeaseRequest,
): Promise<api.ChunkLease | undefined> {
  authenticateRequest(context, request);
  const lease = await context.exclusive(async () => {
    const last = await lastLeaseRequest(context.driver, request.account);
    if (request.time <= last) {
      throw new SequencerError(
        "SEQUENCER_LEASE_REQUEST_STALE",
        `The account's last request was of ${last} ms; each must be later than the one before`,
      );
    }
    await setLeaseRequest(context.driver, request.account, request.time);
    const active = await listActiveLeases(context.driver, context.clock.nowMs());
    if (active.filter(({ account }) => account === request.account).length >= LEASES_PER_ACCOUNT) {
      throw new SequencerError(
        "SEQUENCER_LEASE_LIMIT",
        `Account ${request.account} holds ${LEASES_PER_ACCOUNT} leases; finish or give back one.`,
      );
    }
    const open = await findChunk(context, request, active);
    return open === undefined ? undefined : await grant(context, request.account, open);
  });
  if (lease !== undefined) {
    const { orderId, chunk } = lease;
    context.log.info({ order: orderId.toString(), chunk, account: request.account }, "chunk leased");
    const progress = { phase: null, percentage: null };
    context.events.emit({ type: "chunk", orderId, chunk, status: "leased", ...progress });
  }
  return lease;
}

/** Lease by id, for who knows its token. @throws {SequencerError} `SEQUENCER_LEASE_NOT_FOUND` */
export async function requireLease(context: Context, id: string, token: string): Promise<StoredLease> {
  const lease = await findLease(context.driver, id);
  if (lease === undefined || lease.token !== token) {
    throw new SequencerError("SEQUENCER_LEASE_NOT_FOUND", `There is no lease ${id} with this token`);
  }
  return lease;
}

/** Records a provider's progress; returns the lease's end in milliseconds. @throws {SequencerError} */
export async function reportChunkProgress(
  context: Context,
  id: string,
  report: z.infer<typeof api.progressReport>,
): Promise<number> {
  const lease = await requireLease(context, id, report.token);
  if (lease.ended || lease.untilMs <= context.clock.nowMs()) {
    throw new SequencerError("SEQUENCER_LEASE_LOST", `Lease ${id} is over`);
  }
  const { phase, percentage } = report;
  await updateLeaseProgress(context.driver, id, phase, percentage);
  const { orderId, chunk } = lease;
  context.events.emit({ type: "chunk", orderId, chunk, status: "leased", phase, percentage });
  return lease.untilMs;
}

/** Gives a chunk back. @throws {SequencerError} */
export async function reportChunkFailure(
  context: Context,
  id: string,
  report: z.infer<typeof api.failureReport>,
): Promise<void> {
  const { orderId, chunk } = await requireLease(context, id, report.token);
  await endLease(context.driver, id);
  context.log.warn({ order: orderId.toString(), chunk, reason: report.reason }, "provider gave a chunk back");
  context.events.emit({ type: "chunk", orderId, chunk, status: "open", phase: null, percentage: null });
}
