// Accepting operations: checked, durable, then acknowledged with a signed receipt.
import type { Order, SignedOperation } from "@catalyze/circuits/reference";
import { MODE_ZK, orderId } from "@catalyze/circuits/schema";
import { api } from "@catalyze/sdk";
import { fromTransitionError, SequencerError } from "../errors.js";
import { QUEUE_DEADLINE_SECONDS, SHUTDOWN_MARGIN_SECONDS } from "../limits.js";
import { admit, authenticate } from "../mempool/admission.js";
import { promiseBlock } from "../mempool/promise.js";
import { findSeed, listChangingSeeds } from "../store/chain.js";
import { findOperation, insertOperation, insertOrder, type StoredOperation } from "../store/operations.js";
import { findArtefact } from "../store/work.js";
import {
  admissionContext,
  blockTime,
  type Context,
  type KnownProgram,
  rollupState,
  signingDomain,
} from "./context.js";
import { poolOperation } from "./ledger.js";

/** Parameters artefacts that were found to match a commitment. */
const checkedParameters = new WeakMap<Context, Set<string>>();

async function checkParameters(context: Context, program: KnownProgram, order: Order): Promise<void> {
  const checked = checkedParameters.get(context) ?? new Set<string>();
  checkedParameters.set(context, checked);
  const seed = await findSeed(context.driver, Number(order.seed));
  if (seed === undefined) {
    throw new SequencerError("SEQUENCER_SEED_NOT_FOUND", `Cell ${order.seed} is not a seed known from L1`);
  }
  const key = `${program.programId}/${order.parametersCommitment}/${seed.artefact}`;
  if (checked.has(key)) return;
  const parameters = await findArtefact(context.driver, seed.artefact);
  if (parameters === undefined) {
    throw new SequencerError(
      "SEQUENCER_PARAMETERS_MISSING",
      `The seed's artefact ${seed.artefact} is not here; upload it with PUT /v1/artefacts/${seed.artefact}`,
    );
  }
  let commitment: bigint | undefined;
  try {
    commitment = program.adapter.parametersCommitment(parameters);
  } catch {
    // Bytes that are no parameters of this program match no commitment.
  }
  if (commitment !== order.parametersCommitment) {
    throw new SequencerError(
      "SEQUENCER_PARAMETERS_MISMATCH",
      `The seed's artefact ${seed.artefact} does not give the parameters commitment ${order.parametersCommitment}`,
    );
  }
  checked.add(key);
}

function checkInputs(program: KnownProgram, order: Order, sha256: string, inputs: Uint8Array): void {
  const bytes = order.jobCount * BigInt(program.adapter.inputBytes);
  let root: bigint | undefined;
  if (BigInt(inputs.length) === bytes) {
    try {
      root = program.adapter.inputsRoot(inputs);
    } catch {
      // Bytes that are no inputs of this program match no root.
    }
  }
  if (root !== order.inputsRoot) {
    throw new SequencerError(
      "SEQUENCER_INPUTS_MISMATCH",
      `Artefact ${sha256} (${inputs.length} bytes, ${bytes} expected) does not give the order's inputs root`,
    );
  }
}

async function checkOrder(context: Context, order: Order, inputs: string | undefined): Promise<string> {
  const program = context.programs.get(order.programId);
  if (program === undefined) {
    throw new SequencerError(
      "SEQUENCER_PROGRAM_UNKNOWN",
      `Program ${order.programId} is not served here; /v1/info lists the programs`,
    );
  }
  const { chunkSize } = program.adapter;
  if (order.chunkSize !== BigInt(chunkSize)) {
    throw new SequencerError(
      "SEQUENCER_CHUNK_SIZE_MISMATCH",
      `Chunk size ${order.chunkSize} given; ${program.adapter.name} proves ${chunkSize} jobs at a time`,
    );
  }
  if ((order.modes & BigInt(MODE_ZK)) === 0n) {
    throw new SequencerError("SEQUENCER_MODE_NOT_ACCEPTED", "The order must accept zk statements (mode 1)");
  }
  if (order.deadline <= blockTime(context)) {
    throw new SequencerError("SEQUENCER_OPERATION_INVALID", `The deadline ${order.deadline} has passed`);
  }
  const bytes = inputs === undefined ? undefined : await findArtefact(context.driver, inputs);
  if (inputs === undefined || bytes === undefined) {
    throw new SequencerError(
      "SEQUENCER_INPUTS_MISSING",
      "The order's inputs are not here; upload them with PUT /v1/artefacts/<sha256> and name them in `inputs`",
    );
  }
  checkInputs(program, order, inputs, bytes);
  await checkParameters(context, program, order);
  return inputs;
}

/** Receipt of a stored operation. */
export const toReceipt = (context: Context, entry: StoredOperation): api.OperationReceipt => ({
  message: entry.message,
  sequence: entry.sequence,
  acceptedBlock: entry.acceptedBlock,
  promisedBlock: entry.promisedBlock,
  validUntil: entry.validUntil,
  operator: context.operator.address.toLowerCase() as `0x${string}`,
  signature: entry.signature,
});

/** Nothing is promised that L1 may not take any more. @throws {SequencerError} `SEQUENCER_ROLLUP_CLOSED` */
function requireOpen(context: Context): void {
  const state = rollupState(context);
  const { shutdownAt = 0n } = context.l1;
  const closing = state === "shuttingDown" && blockTime(context) + SHUTDOWN_MARGIN_SECONDS >= shutdownAt;
  if (state === "running" || (state === "shuttingDown" && !closing)) return;
  throw new SequencerError(
    "SEQUENCER_ROLLUP_CLOSED",
    state === "frozen"
      ? "The rollup is frozen: no block follows. Leave with the escape command."
      : `The rollup shuts down at ${shutdownAt}; no operation is accepted any more.`,
  );
}

/** A waiting change of the seed's terms would make the orders impossible. @throws {SequencerError} */
async function requireStableSeeds(context: Context, orders: readonly Order[]): Promise<void> {
  if (orders.length === 0) return;
  const changing = await listChangingSeeds(context.driver, context.ledger.head.nextRequest);
  const order = orders.find(({ seed }) => changing.has(Number(seed)));
  if (order === undefined) return;
  throw new SequencerError(
    "SEQUENCER_SEED_CHANGING",
    `New terms of seed ${order.seed} wait on L1; wait for the next block and make the order anew with them.`,
  );
}

/**
 * Last block time of the promise (docs/receipts.md §3): the earliest expiry of the operation and of those pending before it,
 * without which it can't be in a block. With an order among them, also the time up to which a change of its seed's terms that
 * isn't on L1 yet waits for it.
 */
async function promiseTime(context: Context, { operation }: SignedOperation): Promise<bigint> {
  const pending = context.ledger.mempool.ofAccount(operation.signer).map(({ signed }) => signed.operation);
  const chain = [...pending.filter(({ nonce }) => nonce < operation.nonce), operation];
  const orders = chain.flatMap((entry) => (entry.kind === "postOrder" ? [entry.order] : []));
  await requireStableSeeds(context, orders);
  const limits = chain.map(({ expiry }) => expiry);
  if (orders.length > 0) {
    limits.push(blockTime(context) + (context.l1.deadline ?? QUEUE_DEADLINE_SECONDS) / 2n);
  }
  return limits.reduce((least, limit) => (limit < least ? limit : least));
}

async function store(
  context: Context,
  signed: SignedOperation,
  inputs: string | undefined,
): Promise<StoredOperation> {
  const { ledger } = context;
  const entry = admit(ledger.state, ledger.mempool, signed, admissionContext(context));
  const sequence = ledger.sequence + 1n;
  const acceptedBlock = ledger.head.number;
  const promisedBlock = promiseBlock(context.block.size, ledger.mempool, { signed, sequence }, acceptedBlock);
  const validUntil = await promiseTime(context, signed);
  const signature = await context.operator.signTypedData({
    domain: signingDomain(context),
    types: api.operationReceiptTypes,
    primaryType: "OperationReceipt",
    message: { message: entry.message, sequence, acceptedBlock, promisedBlock, validUntil },
  });
  const stored: StoredOperation = {
    message: entry.message,
    sequence,
    signed,
    acceptedBlock,
    promisedBlock,
    validUntil,
    signature,
    status: "pending",
    blockNumber: null,
    reason: null,
  };
  await context.driver.transaction(async (executor) => {
    await insertOperation(executor, stored);
    const { operation } = signed;
    if (operation.kind !== "postOrder" || inputs === undefined) return;
    const { order, nonce } = operation;
    const id = orderId.encode({ nonce, requester: BigInt(operation.signer) });
    const unplaced = { cellIndex: null, blockNumber: null, completedBlock: null, closedAs: null };
    await insertOrder(executor, { id, message: entry.message, order, inputs, sequence, ...unplaced });
  });
  ledger.sequence = sequence;
  ledger.mempool.add(poolOperation(entry.message, sequence, signed, promisedBlock));
  return stored;
}

/**
 * The stored operation with this message. One that was dropped is not accepted again: its message would get a second
 * sequence number, and two receipts of one message with different numbers are evidence against the operator.
 * @throws {SequencerError} `SEQUENCER_OPERATION_INVALID` when it was dropped
 */
async function known(context: Context, message: bigint): Promise<StoredOperation | undefined> {
  const stored = await findOperation(context.driver, message);
  if (stored?.status !== "dropped") return stored;
  throw new SequencerError(
    "SEQUENCER_OPERATION_INVALID",
    `The operation was dropped (${stored.reason?.message ?? "it had become invalid"}); sign it with another expiry`,
  );
}

/**
 * Accepts a signed operation and returns its receipt; the same operation again gives the same receipt.
 * @throws {SequencerError} naming what is wrong with it
 */
export async function submitOperation(
  context: Context,
  body: api.SubmitOperationRequest,
): Promise<api.OperationReceipt> {
  const signed: SignedOperation = { operation: body.operation, signature: body.signature };
  if (signed.operation.kind !== "postOrder" && body.inputs !== undefined) {
    throw new SequencerError("SEQUENCER_REQUEST_MALFORMED", "Only a postOrder names inputs");
  }
  try {
    // Expiry is judged below: an accepted operation keeps its receipt after it has expired.
    const message = authenticate(context.ledger.state, signed, { ...admissionContext(context), time: 0n });
    const before = await known(context, message);
    if (before !== undefined) return toReceipt(context, before);
    requireOpen(context);
    const { operation } = signed;
    const inputs =
      operation.kind === "postOrder" ? await checkOrder(context, operation.order, body.inputs) : undefined;
    const { entry, fresh } = await context.exclusive(async () => {
      const again = await known(context, message);
      if (again !== undefined) return { entry: again, fresh: false };
      return { entry: await store(context, signed, inputs), fresh: true };
    });
    if (fresh) {
      context.metrics.operations.inc({ outcome: "accepted" });
      context.metrics.poolOperations.set(context.ledger.mempool.size);
      context.events.emit({ type: "operation", message, status: "pending", blockNumber: null });
      context.wake();
    }
    return toReceipt(context, entry);
  } catch (error) {
    const translated = fromTransitionError(error);
    if (translated instanceof SequencerError) context.metrics.operations.inc({ outcome: translated.code });
    throw translated;
  }
}
