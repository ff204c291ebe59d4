// What a signed operation does besides its debit, by kind: checked first, then committed as a whole
// (docs/protocol.md §4).
import { BASIS_POINTS } from "../schema/index.js";
import type { DraftContent } from "./block.js";
import { type DraftCancellation, planCancellation } from "./cancellation.js";
import { count, currentCell, requireCell, requireOpening, requireRoom } from "./draft.js";
import { TransitionError } from "./errors.js";
import type { Operation } from "./operations.js";
import { planMultiTransfer } from "./payments.js";
import { accessAt } from "./requests.js";
import { planRotation } from "./rotation.js";
import { chunkCount, findOrderIndex, type Order, type SeedCell, type State } from "./state.js";
import { postedOrderTime } from "./times.js";

/** Effect of an operation that passed its checks. */
export interface Effect {
  /** Cells that it touches besides the signer's. */
  readonly touched: readonly number[];
  /** Cell that a posted order takes. */
  readonly orderIndex?: number;
  /** Order that is cancelled. */
  readonly cancellation?: DraftCancellation;
  /** Applies the effect to the draft, after the signer was debited. */
  commit(): void;
}

/** Checks an order against what it names. @throws {TransitionError} `ORDER_MISMATCH` and others. */
function checkOrder(order: Order, seed: SeedCell, operation: Operation): void {
  const mismatch = (text: string): never => {
    throw new TransitionError("ORDER_MISMATCH", text);
  };
  if (order.requester !== BigInt(operation.signer)) mismatch("The order's requester is not the signer");
  if (order.nonce !== operation.nonce) mismatch("The order's nonce is not the operation's");
  if (order.programId !== seed.programId) mismatch("The order's program is not the seed's");
  if (order.parametersCommitment !== seed.parametersCommitment)
    mismatch("The order's parameters are not the seed's");
  for (const name of ["royalty", "middleware", "burn", "pool", "version"] as const) {
    if (order.terms[name] !== seed.terms[name]) mismatch(`The order's ${name} is not the seed's`);
  }
  if (order.savingsShare > BASIS_POINTS) mismatch("The savings share is above 10,000 basis points");
}

function planOrder(
  state: State,
  content: DraftContent,
  operation: Operation,
  order: Order,
  amount: bigint,
): Effect {
  const posted = content.operations.filter((entry) => entry.orderIndex !== undefined).length;
  requireRoom("new orders", posted + 1, content.header.size.orders);
  const seedIndex = Number(order.seed);
  const middleware = Number(order.middleware);
  checkOrder(order, requireCell(currentCell(state, content, seedIndex), "seed", seedIndex), operation);
  requireCell(currentCell(state, content, middleware), "account", middleware);
  const index = findOrderIndex(state, content.created);
  requireOpening(content, seedIndex);
  return {
    touched: [seedIndex, middleware, index],
    orderIndex: index,
    commit: () => {
      count(content.facts, seedIndex, 1n);
      count(content.presence, seedIndex, 1n);
      count(content.presence, middleware, 1n);
      content.created.add(index);
      content.working.set(index, { kind: "order", order, amount, bitmap: 0n, remaining: chunkCount(order) });
      const time = postedOrderTime(content.header.size);
      content.orderAccess.set(index, accessAt(time));
    },
  };
}

/** Checks what an operation of `amount` units does besides its debit. @throws {TransitionError} */
export function planOperation(
  state: State,
  content: DraftContent,
  operation: Operation,
  amount: bigint,
): Effect {
  switch (operation.kind) {
    case "transfer": {
      const { receiver } = operation;
      requireCell(currentCell(state, content, receiver), "account", receiver);
      const touched = amount > 0n ? [receiver] : [];
      return { touched, commit: () => count(content.credits, receiver, amount) };
    }
    case "withdraw": {
      const withdrawals = content.operations.filter(
        (entry) => entry.signed.operation.kind === "withdraw",
      ).length;
      const requested = content.requestWithdrawals.length;
      requireRoom("withdrawals", withdrawals + requested + 1, content.header.size.withdrawals);
      return { touched: [], commit: () => undefined };
    }
    case "postOrder":
      return planOrder(state, content, operation, operation.order, amount);
    case "multiTransfer":
      return planMultiTransfer(state, content, operation.legs);
    case "cancelOrder":
      return planCancellation(state, content, operation);
    case "rotateKey":
      return planRotation(state, content, operation);
  }
}
