// Building a block: a draft takes requests, settlements and operations one by one, each checked against the state,
// and is sealed into the block's words and the circuit's inputs. The oracle of the block circuit (docs/protocol.md).
import {
  AMOUNT_BITS,
  type BlockSize,
  INITIAL_ACCESS,
  type KIND_ACCOUNT,
  type KIND_SEED,
  MODE_ZK,
} from "../schema/index.js";
import type { DraftCancellation } from "./cancellation.js";
import { count, currentCell, requireCell, requireCells, requireOpening, requireRoom } from "./draft.js";
import { planOperation } from "./effects.js";
import { TransitionError } from "./errors.js";
import {
  type Operation,
  operationMessage,
  operationWords,
  type Request,
  type Settlement,
  type SignedOperation,
} from "./operations.js";
import { addDistribution, type Distribution, type DraftDistribution } from "./payments.js";
import {
  accessAt,
  addRequest,
  paymentOf,
  type RequestEffect,
  settledOrder,
  type Withdrawal,
} from "./requests.js";
import { type SealedBlock, sealBlock } from "./seal.js";
import { verifySignature } from "./signature.js";
import { type AccountCell, accountStatic, type Cell, getOrder, type OrderCell, type State } from "./state.js";
import { type Split, type Statement, settlementStatement, statementCommitment } from "./statement.js";
import { settlementTime } from "./times.js";

/** What is fixed before a block is filled. */
export interface BlockHeader {
  readonly size: BlockSize;
  readonly operationDomain: bigint;
  readonly statementDomain: bigint;
  /** The next block's number; the first is 1. */
  readonly number: bigint;
  /** Seconds. */
  readonly time: bigint;
  /** Account that gets the fees. */
  readonly feeAccount: number;
  /** Index of the next L1 request to consume. */
  readonly firstRequest: bigint;
}

/** A settlement as it stands in a draft. */
export interface DraftSettlement {
  readonly settlement: Settlement;
  readonly statement: Statement;
  readonly commitment: bigint;
  readonly before: OrderCell;
  readonly previousAccess: bigint;
  readonly provider: AccountCell;
  readonly split: Split;
  /** Escrow returned to the requester: only by the settlement of the last chunk. */
  readonly refund: bigint;
}

/** An operation as it stands in a draft. */
export interface DraftOperation {
  readonly signed: SignedOperation;
  readonly sequence: bigint;
  readonly message: bigint;
  readonly before: AccountCell;
  readonly effectivePriority: bigint;
  /** Cell that a posted order takes. */
  readonly orderIndex: number | undefined;
  /** Order that is cancelled. */
  readonly cancellation: DraftCancellation | undefined;
}

/** Everything a draft has gathered; read by {@link sealBlock}. */
export interface DraftContent {
  readonly header: BlockHeader;
  readonly requests: Request[];
  readonly settlements: DraftSettlement[];
  readonly operations: DraftOperation[];
  readonly distributions: DraftDistribution[];
  /** Cells after the block's debits, without its credits. */
  readonly working: Map<number, Cell>;
  readonly created: Set<number>;
  readonly touched: Set<number>;
  /** Credits in units by `creditKey`. */
  readonly credits: Map<number, bigint>;
  /** How often a new order names the cell, as its middleware or as its seed. */
  readonly presence: Map<number, bigint>;
  /** How often the static part of a cell is looked up, as a provider's or a seed's; one opening each. */
  readonly facts: Map<number, bigint>;
  /** Last access word of each order and seed cell; of a cancelled order, before its cancellation. */
  readonly orderAccess: Map<number, bigint>;
  /** Last access word of each account and seed that an L1 request read. */
  readonly requestAccess: Map<number, bigint>;
  /** What each of the requests did. */
  readonly requestEffects: RequestEffect[];
  /** What L1 requests pay out, in queue order. */
  readonly requestWithdrawals: Withdrawal[];
  burned: bigint;
  pool: bigint;
  fees: bigint;
}

/** A block being filled. Every `add` either takes its argument whole or throws and leaves the draft as it was. */
export interface BlockDraft {
  /**
   * Takes the next L1 request, which comes before settlements and operations when it reads a cell. A forced settlement
   * needs the statement that L1 recorded. Says what it did. @throws {TransitionError}
   */
  addRequest(request: Request, statement?: Statement): RequestEffect;
  /** Takes the settlement of one chunk; the caller has the statement's proof. @throws {TransitionError} */
  addSettlement(settlement: Settlement): DraftSettlement;
  /** Takes an operation with its sequence number. Operations of one account come in nonce order. @throws {TransitionError} */
  addOperation(signed: SignedOperation, sequence: bigint): DraftOperation;
  /** Takes a distribution of a seed's vault; the caller has its royalty proof. @throws {TransitionError} */
  addDistribution(distribution: Distribution): DraftDistribution;
  /** Whether nothing was added. */
  isEmpty(): boolean;
  /** Applies the block to the state and returns it; the draft takes nothing more. */
  seal(): SealedBlock;
}

function newContent(header: BlockHeader): DraftContent {
  return {
    header,
    requests: [],
    settlements: [],
    operations: [],
    distributions: [],
    working: new Map(),
    created: new Set(),
    touched: new Set(),
    credits: new Map(),
    presence: new Map(),
    facts: new Map(),
    orderAccess: new Map(),
    requestAccess: new Map(),
    requestEffects: [],
    requestWithdrawals: [],
    burned: 0n,
    pool: 0n,
    fees: 0n,
  };
}

/**
 * Begins a block on the current state. The state changes only when the draft is sealed.
 * One draft at a time: sealing a second draft of the same state is an error of the caller.
 */
export function createBlockDraft(state: State, header: BlockHeader): BlockDraft {
  const content = newContent(header);
  let sealed = false;
  const open = (): void => {
    if (sealed) throw new TransitionError("BLOCK_SEALED", "The block is sealed; begin a new draft");
  };
  return {
    addRequest(request, statement) {
      open();
      return addRequest(state, content, request, statement);
    },
    addSettlement(settlement) {
      open();
      return addSettlement(state, content, settlement);
    },
    addOperation(signed, sequence) {
      open();
      return addOperation(state, content, signed, sequence);
    },
    addDistribution(distribution) {
      open();
      return addDistribution(state, content, distribution);
    },
    isEmpty: () =>
      [content.requests, content.settlements, content.operations, content.distributions].every(
        (entries) => entries.length === 0,
      ),
    seal() {
      open();
      if (content.fees > 0n) {
        content.touched.add(header.feeAccount);
        count(content.credits, header.feeAccount, content.fees);
      }
      sealed = true;
      return sealBlock(state, content);
    },
  };
}

/** Checks that the chunk can be settled now. */
function checkSettlement(order: OrderCell, settlement: Settlement): void {
  if ((order.order.modes & BigInt(MODE_ZK)) === 0n) {
    throw new TransitionError("MODE_NOT_ACCEPTED", "The order does not accept zk statements");
  }
  if (settlement.price > order.order.priceLimit || settlement.price < 0n) {
    throw new TransitionError(
      "PRICE_ABOVE_LIMIT",
      `Price ${settlement.price} is outside [0, ${order.order.priceLimit}]`,
    );
  }
  // An order that this block has closed has an empty bitmap and nothing remaining.
  if (order.remaining === 0n || (order.bitmap >> BigInt(settlement.chunk)) & 1n) {
    throw new TransitionError("CHUNK_ALREADY_SETTLED", `Chunk ${settlement.chunk} is settled already`);
  }
}

function addSettlement(state: State, content: DraftContent, settlement: Settlement): DraftSettlement {
  const slot = content.settlements.length;
  requireRoom("settlements", slot + 1, content.header.size.settlements);
  if (content.created.has(settlement.orderIndex)) {
    throw new TransitionError(
      "ORDER_NOT_YET_SETTLEABLE",
      "An order can be settled from the block after its posting",
    );
  }
  getOrder(state, settlement.orderIndex);
  const before = requireCell(
    currentCell(state, content, settlement.orderIndex),
    "order",
    settlement.orderIndex,
  );
  const statement = settlementStatement(state, settlement, content.header.statementDomain);
  checkSettlement(before, settlement);
  const provider = requireCell(state.cells.get(settlement.provider), "account", settlement.provider);
  const { split, refund, left, paid } = paymentOf(
    before,
    settlement.provider,
    statement.count,
    settlement.price,
  );
  const touched = [settlement.orderIndex, settlement.provider, ...paid.map(([index]) => index)];
  requireCells(content, touched, split.fee);
  requireOpening(content, settlement.provider);

  for (const index of touched) content.touched.add(index);
  for (const [index, amount] of paid) count(content.credits, index, amount);
  count(content.facts, settlement.provider, 1n);
  content.burned += split.burn;
  content.pool += split.pool;
  content.fees += split.fee;
  content.working.set(settlement.orderIndex, settledOrder(before, settlement.chunk, left));
  const previousAccess = content.orderAccess.get(settlement.orderIndex) ?? INITIAL_ACCESS;
  content.orderAccess.set(settlement.orderIndex, accessAt(settlementTime(content.header.size, slot)));
  const entry = {
    settlement,
    statement,
    commitment: statementCommitment(statement),
    before,
    previousAccess,
    provider,
    split,
    refund,
  };
  content.settlements.push(entry);
  return entry;
}

/**
 * Checks a signed operation against an account, apart from nonce and balance: range of its fields, expiry at `time`,
 * signature. Returns its message. @throws {TransitionError} or {SchemaError}.
 */
export function checkSignedOperation(
  account: AccountCell,
  signed: SignedOperation,
  operationDomain: bigint,
  time: bigint,
): bigint {
  const { operation, signature } = signed;
  if (operation.expiry < time) {
    throw new TransitionError(
      "OPERATION_EXPIRED",
      `The operation expired at ${operation.expiry}; it is ${time}`,
    );
  }
  const signerStatic = accountStatic(account.ax, account.ay, account.owner);
  const message = operationMessage(operationDomain, signerStatic, operation);
  if (!verifySignature({ ax: account.ax, ay: account.ay }, message, signature)) {
    throw new TransitionError(
      "BAD_SIGNATURE",
      `The signature is not account ${operation.signer}'s for this operation`,
    );
  }
  return message;
}

function checkNonceAndBalance(account: AccountCell, operation: Operation, debit: bigint): void {
  if (operation.nonce !== account.nonce) {
    const code = operation.nonce < account.nonce ? "NONCE_TOO_LOW" : "NONCE_TOO_HIGH";
    throw new TransitionError(code, `Nonce ${operation.nonce} given, ${account.nonce} expected`);
  }
  if (account.amount < debit) {
    throw new TransitionError(
      "INSUFFICIENT_BALANCE",
      `The operation needs ${debit} units, ${account.amount} are there`,
    );
  }
}

function addOperation(
  state: State,
  content: DraftContent,
  signed: SignedOperation,
  sequence: bigint,
): DraftOperation {
  const { operation } = signed;
  const { size } = content.header;
  requireRoom("operations", content.operations.length + 1, size.operations);
  const before = requireCell(currentCell(state, content, operation.signer), "account", operation.signer);
  const words = operationWords(operation);
  const fees = operation.fee + operation.priorityFee;
  checkNonceAndBalance(before, operation, words.amount + fees);
  const previous = content.operations.findLast((entry) => entry.signed.operation.signer === operation.signer);
  if (sequence <= (previous?.sequence ?? 0n)) {
    throw new TransitionError(
      "SEQUENCE_NOT_RISING",
      `Sequence number ${sequence} does not follow the account's last`,
    );
  }
  const message = checkSignedOperation(before, signed, content.header.operationDomain, content.header.time);
  const effect = planOperation(state, content, operation, words.amount);
  requireCells(content, [operation.signer, ...effect.touched], fees);

  content.touched.add(operation.signer);
  for (const index of effect.touched) content.touched.add(index);
  content.fees += fees;
  content.working.set(operation.signer, {
    ...before,
    amount: before.amount - words.amount - fees,
    nonce: before.nonce + 1n,
  });
  effect.commit();
  const own = operation.priorityFee;
  const entry: DraftOperation = {
    signed,
    sequence,
    message,
    before,
    effectivePriority:
      previous !== undefined && previous.effectivePriority < own ? previous.effectivePriority : own,
    orderIndex: effect.orderIndex,
    cancellation: effect.cancellation,
  };
  content.operations.push(entry);
  return entry;
}

/** Key of a blind credit: a cell and its kind. */
export const creditKey = (index: number, kind: typeof KIND_ACCOUNT | typeof KIND_SEED): bigint =>
  BigInt(index) * 16n + BigInt(kind);

/** Largest amount of a cell, in units. */
export const MAXIMUM_AMOUNT = (1n << BigInt(AMOUNT_BITS)) - 1n;
