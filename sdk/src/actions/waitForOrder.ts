// Action: wait until all chunks of an order have the wanted status.
import type { OrderResponse } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import { drain } from "../utils/wait.js";
import { type WatchOrderErrorType, type WatchOrderParameters, watchOrder } from "./watchOrder.js";

export type WaitForOrderParameters = WatchOrderParameters & {
  /** Called with each change. */
  readonly onProgress?: ((order: OrderResponse) => void) | undefined;
};
export type WaitForOrderReturnType = OrderResponse;
export type WaitForOrderErrorType = WatchOrderErrorType;

/**
 * Waits until every chunk of an order is settled on L1, or has the status `until`. Default timeout 30 minutes.
 *
 * @throws {OperationDroppedError | WaitTimeoutError | WaitAbortedError}
 */
export async function waitForOrder(
  client: BaseClient,
  parameters: WaitForOrderParameters,
): Promise<WaitForOrderReturnType> {
  return drain(watchOrder(client, parameters), parameters.onProgress);
}
