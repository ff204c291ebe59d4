// Cancelling an order: after its deadline and the grace period, what is left in escrow goes back to its requester
// (docs/protocol.md §4).
import { accessOrder, INITIAL_ACCESS, ORDER_GRACE_PERIOD } from "../schema/index.js";
import type { DraftContent } from "./block.js";
import { count, currentCell, requireCell, requireRoom } from "./draft.js";
import type { Effect } from "./effects.js";
import { TransitionError } from "./errors.js";
import type { Operation } from "./operations.js";
import type { SealedOperation } from "./seal.js";
import { type OrderCell, orderStatic, type State } from "./state.js";

/** A cancelled order as it stands in a draft. */
export interface DraftCancellation {
  readonly index: number;
  /** The order's cell as the cancellation finds it. */
  readonly before: OrderCell;
  readonly previousAccess: bigint;
}

/** A cancelled order in a sealed block; `time` is its operation's. */
export interface SealedCancellation extends DraftCancellation {
  readonly time: bigint;
}

type CancelOrder = Extract<Operation, { kind: "cancelOrder" }>;

/** First block time (seconds) at which an order can be cancelled. */
export const cancellableFrom = (deadline: bigint): bigint => deadline + ORDER_GRACE_PERIOD;

/** The order that the operation may cancel now. @throws {TransitionError} */
function cancelledOrder(state: State, content: DraftContent, operation: CancelOrder): OrderCell {
  const { orderIndex } = operation;
  const cell = requireCell(currentCell(state, content, orderIndex), "order", orderIndex);
  const refuse = (code: "ORDER_MISMATCH" | "ORDER_NOT_CANCELLABLE", text: string): never => {
    throw new TransitionError(code, `Order in cell ${orderIndex}: ${text}`);
  };
  if (orderStatic(cell.order) !== operation.orderStatic)
    refuse("ORDER_MISMATCH", "it is not the order that the operation names");
  if (cell.order.requester !== BigInt(operation.signer))
    refuse("ORDER_MISMATCH", `only its requester, account ${cell.order.requester}, can cancel it`);
  if (content.created.has(orderIndex))
    refuse("ORDER_NOT_CANCELLABLE", "it is posted in this block; cancel it in a later one");
  if (cell.remaining === 0n) refuse("ORDER_NOT_CANCELLABLE", "this block closes it already");
  const from = cancellableFrom(cell.order.deadline);
  if (content.header.time < from)
    refuse("ORDER_NOT_CANCELLABLE", `it can be cancelled from ${from}; it is ${content.header.time}`);
  return cell;
}

/** Checks a cancellation. @throws {TransitionError} `ORDER_NOT_FOUND`, `ORDER_MISMATCH`, `ORDER_NOT_CANCELLABLE`, `BLOCK_FULL`. */
export function planCancellation(state: State, content: DraftContent, operation: CancelOrder): Effect {
  const cancelled = content.operations.filter((entry) => entry.cancellation !== undefined).length;
  requireRoom("cancelled orders", cancelled + 1, content.header.size.cancellations);
  const before = cancelledOrder(state, content, operation);
  const index = operation.orderIndex;
  const requester = Number(before.order.requester);
  return {
    touched: [index, requester],
    cancellation: { index, before, previousAccess: content.orderAccess.get(index) ?? INITIAL_ACCESS },
    commit: () => {
      content.working.set(index, { ...before, amount: 0n, bitmap: 0n, remaining: 0n });
      count(content.credits, requester, before.amount);
    },
  };
}

/** The cancelled orders of a block, in the order of its operations. */
export const sealedCancellations = (operations: readonly SealedOperation[]): SealedCancellation[] =>
  operations.flatMap(({ cancellation, time }) =>
    cancellation === undefined ? [] : [{ ...cancellation, time }],
  );

/** Access with which a cancellation leaves the order's cell. */
export const cancellationAccess = ({ time }: SealedCancellation): bigint =>
  accessOrder.encode({ ...accessOrder.decode(INITIAL_ACCESS), time });
