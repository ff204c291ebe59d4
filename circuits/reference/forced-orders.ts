// L1 requests about orders: when they are carried out, and why not (docs/protocol.md §3). Whoever rebuilds the state from
// L1 decides with the same functions as the block. Pure.
import { MODE_ZK, ORDER_GRACE_PERIOD } from "../schema/index.js";
import { TransitionError } from "./errors.js";
import type { ForcedRequest } from "./operations.js";
import { chunkCount, type Order, type OrderCell } from "./state.js";
import { chunkRange, type Statement, statementCommitment } from "./statement.js";

/** Why a request about an order has no effect, in the order in which the conditions are tested. */
export type ForcedRefusal =
  | "ORDER_ABSENT"
  | "ORDER_CLOSED"
  | "OTHER_REQUESTER"
  | "TOO_EARLY"
  | "OTHER_PROGRAM"
  | "OTHER_PARAMETERS"
  | "OTHER_INPUTS"
  | "ZK_NOT_ACCEPTED"
  | "NO_SUCH_CHUNK"
  | "OTHER_RANGE"
  | "CHUNK_SETTLED"
  | "PRICE_ABOVE_LIMIT";

type ExitOrder = Extract<ForcedRequest, { kind: "exitOrder" }>;
type ForcedSettle = Extract<ForcedRequest, { kind: "forcedSettle" }>;

/**
 * Checks that `statement` is the one of the request: what L1 did when it queued it.
 * @throws {TransitionError} `STATEMENT_MISMATCH`.
 */
export function requireStatement(
  request: ForcedSettle,
  statement: Statement | undefined,
  statementDomain: bigint,
): Statement {
  if (statement === undefined)
    throw new TransitionError(
      "STATEMENT_MISMATCH",
      "A forced settlement needs the statement that L1 recorded",
    );
  if (
    statement.domain !== statementDomain ||
    statement.provider !== request.provider ||
    statementCommitment(statement) !== request.commitment
  ) {
    throw new TransitionError("STATEMENT_MISMATCH", "The statement is not the one that the request names");
  }
  return statement;
}

function exitRefusal(cell: OrderCell, request: ExitOrder): ForcedRefusal | undefined {
  if (cell.order.requester !== BigInt(request.account)) return "OTHER_REQUESTER";
  return cell.order.deadline + ORDER_GRACE_PERIOD > request.time ? "TOO_EARLY" : undefined;
}

/** Whether the statement covers exactly the chunk. */
function coversChunk(order: Order, chunk: number, statement: Statement): boolean {
  const { from, count } = chunkRange(order, chunk);
  return statement.from === from && statement.count === count;
}

function settleRefusal(
  cell: OrderCell,
  request: ForcedSettle,
  statement: Statement,
): ForcedRefusal | undefined {
  const { order } = cell;
  if (order.programId !== request.programId) return "OTHER_PROGRAM";
  if (order.parametersCommitment !== statement.parametersCommitment) return "OTHER_PARAMETERS";
  if (order.inputsRoot !== statement.inputsRoot) return "OTHER_INPUTS";
  if ((order.modes & BigInt(MODE_ZK)) === 0n) return "ZK_NOT_ACCEPTED";
  if (BigInt(request.chunk) >= chunkCount(order)) return "NO_SUCH_CHUNK";
  if (!coversChunk(order, request.chunk, statement)) return "OTHER_RANGE";
  if ((cell.bitmap >> BigInt(request.chunk)) & 1n) return "CHUNK_SETTLED";
  return statement.price > order.priceLimit ? "PRICE_ABOVE_LIMIT" : undefined;
}

/**
 * Why the request has no effect on this cell, or undefined when it is carried out. `cell` is the order at the request's
 * place in the block: after earlier requests, before settlements and operations; undefined when the cell is empty.
 * `statement` is that of a forced settlement ({@link requireStatement}).
 */
export function forcedRefusal(
  cell: OrderCell | undefined,
  request: ForcedRequest,
  statement: Statement | undefined,
): ForcedRefusal | undefined {
  if (cell === undefined) return "ORDER_ABSENT";
  if (cell.remaining === 0n) return "ORDER_CLOSED";
  if (request.kind === "exitOrder") return exitRefusal(cell, request);
  if (statement === undefined)
    throw new TransitionError(
      "STATEMENT_MISMATCH",
      "A forced settlement needs the statement that L1 recorded",
    );
  return settleRefusal(cell, request, statement);
}
