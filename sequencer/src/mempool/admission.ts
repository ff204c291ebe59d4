// Whether an operation may join the mempool. Pure: the state machine judges it on the account's pending view.
import {
  type AccountCell,
  type BlockHeader,
  type Cell,
  checkSignedOperation,
  createBlockDraft,
  getAccount,
  operationDebit,
  type SignedOperation,
  type State,
} from "@catalyze/circuits/reference";
import type { BlockSize } from "@catalyze/circuits/schema";
import { fromTransitionError, SequencerError } from "../errors.js";
import { NONCE_WINDOW, OPERATIONS_PER_ACCOUNT, OPERATIONS_TOTAL } from "../limits.js";
import type { Mempool, PoolOperation } from "./mempool.js";

/** Least fees in units. */
export interface FeeSchedule {
  readonly transfer: bigint;
  readonly withdraw: bigint;
  readonly postOrder: bigint;
  readonly multiTransfer: bigint;
  readonly cancelOrder: bigint;
  readonly rotateKey: bigint;
  /** Settlement fee of an order, per chunk. */
  readonly settlement: bigint;
}

/** A schedule that asks for nothing. */
export const NO_FEES: FeeSchedule = {
  transfer: 0n,
  withdraw: 0n,
  postOrder: 0n,
  multiTransfer: 0n,
  cancelOrder: 0n,
  rotateKey: 0n,
  settlement: 0n,
};

/** What admission needs to know besides state and mempool. */
export interface AdmissionContext {
  readonly operationDomain: bigint;
  readonly size: BlockSize;
  /** Time (seconds) of a block sealed now. */
  readonly time: bigint;
  /** Account that gets the fees. */
  readonly feeAccount: number;
  readonly fees: FeeSchedule;
}

/** Runs a check of the state machine and translates what it throws. */
function translated<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw fromTransitionError(error);
  }
}

/** Message of an operation with a good signature. @throws {SequencerError} */
export function authenticate(state: State, signed: SignedOperation, context: AdmissionContext): bigint {
  return translated(() => {
    const account = getAccount(state, signed.operation.signer);
    return checkSignedOperation(account, signed, context.operationDomain, context.time);
  });
}

/** The state with one cell replaced; read only. */
class StateView extends Map<number, Cell> {
  constructor(
    readonly base: ReadonlyMap<number, Cell>,
    readonly index: number,
    readonly cell: Cell,
  ) {
    super();
  }

  override get(index: number): Cell | undefined {
    return index === this.index ? this.cell : this.base.get(index);
  }

  override has(index: number): boolean {
    return index === this.index || this.base.has(index);
  }
}

/** Least fee of a kind of operation; kinds without an entry of their own cost what a transfer does. */
function leastFee(kind: SignedOperation["operation"]["kind"], fees: FeeSchedule): bigint {
  switch (kind) {
    case "withdraw":
    case "postOrder":
      return fees[kind];
    case "transfer":
    case "multiTransfer":
    case "cancelOrder":
    case "rotateKey":
      return fees.transfer;
  }
}

function checkFees({ operation }: SignedOperation, fees: FeeSchedule): void {
  const least = leastFee(operation.kind, fees);
  if (operation.fee < least) {
    throw new SequencerError(
      "SEQUENCER_FEE_TOO_LOW",
      `The fee is ${operation.fee} units; a ${operation.kind} needs at least ${least}. Ask /v1/info for the fees.`,
    );
  }
  if (operation.kind === "postOrder" && operation.order.settlementFee < fees.settlement) {
    throw new SequencerError(
      "SEQUENCER_FEE_TOO_LOW",
      `The settlement fee is ${operation.order.settlementFee} units per chunk; at least ${fees.settlement} is needed.`,
    );
  }
}

function checkNonce(account: AccountCell, signed: SignedOperation, mempool: Mempool): void {
  const { nonce, signer } = signed.operation;
  const next = mempool.pendingView(signer, account).nonce;
  const details = { given: nonce.toString(), expected: next.toString() };
  if (nonce < account.nonce) {
    throw new SequencerError(
      "SEQUENCER_NONCE_TOO_LOW",
      `Nonce ${nonce} is used already; the next is ${next}`,
      {
        details,
      },
    );
  }
  if (mempool.at(signer, nonce) !== undefined) {
    throw new SequencerError(
      "SEQUENCER_NONCE_TAKEN",
      `Another pending operation has nonce ${nonce} and can't be replaced; the next is ${next}`,
      { details },
    );
  }
  if (nonce >= next + NONCE_WINDOW) {
    throw new SequencerError("SEQUENCER_NONCE_TOO_HIGH", `Nonce ${nonce} leaves a gap; the next is ${next}`, {
      details,
    });
  }
}

/**
 * What nothing can follow before it is in a block. After a rotation the new key isn't the account's yet, the old one no more. A
 * cancellation becomes impossible when its order is closed by other means, and what stood behind it would wait for ever.
 */
function checkPredecessors(mempool: Mempool, signer: number): void {
  for (const { signed } of mempool.ofAccount(signer)) {
    if (signed.operation.kind === "rotateKey") {
      throw new SequencerError(
        "SEQUENCER_KEY_ROTATING",
        `Account ${signer} has a pending rotation of its key; wait for its block and sign with the new key.`,
      );
    }
    if (signed.operation.kind === "cancelOrder") {
      throw new SequencerError(
        "SEQUENCER_ORDER_CANCELLING",
        `Account ${signer} has a pending cancellation of an order; wait for its block.`,
      );
    }
  }
}

/** Without the account that gets the fees no block takes an operation. */
function checkFeeAccount(state: State, feeAccount: number): void {
  if (state.cells.get(feeAccount)?.kind === "account") return;
  throw new SequencerError(
    "SEQUENCER_FEE_ACCOUNT_MISSING",
    `The sequencer's fee account ${feeAccount} is not registered yet; operations are taken once it is.`,
  );
}

function checkRoom(mempool: Mempool, signer: number): void {
  if (mempool.countOf(signer) >= OPERATIONS_PER_ACCOUNT) {
    throw new SequencerError(
      "SEQUENCER_ACCOUNT_POOL_FULL",
      `Account ${signer} has ${OPERATIONS_PER_ACCOUNT} pending operations; wait for a block.`,
    );
  }
  if (mempool.size >= OPERATIONS_TOTAL) {
    throw new SequencerError(
      "SEQUENCER_POOL_FULL",
      `${OPERATIONS_TOTAL} operations are pending; try again later.`,
    );
  }
}

/**
 * Admits an operation with a good signature: room, fees, the next nonce, and everything that the state machine checks,
 * on the account as its pending operations leave it. Sequence numbers are given by the caller.
 * @throws {SequencerError}
 */
export function admit(
  state: State,
  mempool: Mempool,
  signed: SignedOperation,
  context: AdmissionContext,
): Omit<PoolOperation, "sequence"> {
  const { operation } = signed;
  const account = translated(() => getAccount(state, operation.signer));
  checkNonce(account, signed, mempool);
  checkPredecessors(mempool, operation.signer);
  checkFeeAccount(state, context.feeAccount);
  checkRoom(mempool, operation.signer);
  checkFees(signed, context.fees);
  const { amount } = mempool.pendingView(operation.signer, account);
  const cells = new StateView(state.cells, operation.signer, { ...account, amount, nonce: operation.nonce });
  const header: BlockHeader = {
    size: context.size,
    operationDomain: context.operationDomain,
    statementDomain: 0n,
    number: 1n,
    time: context.time,
    feeAccount: context.feeAccount,
    firstRequest: 0n,
  };
  const entry = translated(() =>
    createBlockDraft({ depth: state.depth, tree: state.tree, cells }, header).addOperation(signed, 1n),
  );
  return { message: entry.message, signed, debit: operationDebit(operation) };
}
