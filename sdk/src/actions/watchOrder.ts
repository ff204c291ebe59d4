// Action: follow an order until all of its chunks have the wanted status.
import type { OrderResponse } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import type { WaitAbortedError, WaitTimeoutError } from "../errors/client.js";
import { OperationDroppedError, OrderClosedError } from "../errors/operation.js";
import type { SequencerRequestError } from "../errors/sequencer.js";
import { poll, type WaitOptions } from "../utils/wait.js";
import { getOperation } from "./getOperation.js";
import { getOrder } from "./getOrder.js";

/** Status of a chunk. */
export type ChunkStatus = OrderResponse["chunks"][number]["status"];

export type WatchOrderParameters = WaitOptions & {
  readonly orderId: bigint;
  /** Ends when every chunk has this status or a later one; default `settled`. */
  readonly until?: Exclude<ChunkStatus, "open" | "leased" | "closed"> | undefined;
};
export type WatchOrderReturnType = AsyncGenerator<OrderResponse, OrderResponse, void>;
export type WatchOrderErrorType =
  | OperationDroppedError
  | OrderClosedError
  | SequencerRequestError
  | WaitAbortedError
  | WaitTimeoutError;

const ORDER: readonly ChunkStatus[] = [
  "open",
  "leased",
  "verified",
  "sealed",
  "proven",
  "submitted",
  "settled",
];
const DEFAULT_TIMEOUT_MS = 1_800_000;

const describe = ({ status, chunks }: OrderResponse): string =>
  [status, ...chunks.map((chunk) => `${chunk.status} ${chunk.phase ?? ""} ${chunk.percentage ?? ""}`)].join(
    "|",
  );

/**
 * Follows an order: an async iterator over each change of its chunks, with the provider's phase and percentage.
 * Default timeout 30 minutes.
 *
 * @throws {OperationDroppedError} when the order was not accepted into a block; {OrderClosedError} when it was cancelled or
 *   left through L1 before
 */
export async function* watchOrder(
  client: BaseClient,
  parameters: WatchOrderParameters,
): WatchOrderReturnType {
  const { orderId, until = "settled", signal } = parameters;
  return yield* poll({
    what: `order ${orderId} to be ${until}`,
    timeoutMs: parameters.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    pollingIntervalMs: parameters.pollingIntervalMs ?? client.pollingIntervalMs,
    signal,
    look: async () => {
      const order = await getOrder(client, { orderId, signal });
      if (order.status === "dropped") {
        const { reason } = await getOperation(client, { message: order.message, signal });
        throw new OperationDroppedError({
          message: order.message,
          reasonCode: reason?.code ?? "UNKNOWN",
          reason: reason?.message ?? "no reason given",
        });
      }
      if (order.chunks.some(({ status }) => status === "closed")) {
        throw new OrderClosedError({ id: orderId, status: order.status });
      }
      return order;
    },
    isLast: ({ chunks }) =>
      chunks.length > 0 && chunks.every(({ status }) => ORDER.indexOf(status) >= ORDER.indexOf(until)),
    describe,
  });
}
