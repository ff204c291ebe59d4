// Action: cancel an order whose deadline and grace period have passed.
import { orderStatic } from "@catalyze/circuits/reference";
import type { BaseClient } from "../clients/types.js";
import { OrderNotOpenError } from "../errors/operation.js";
import { type GetOrderErrorType, getOrder } from "./getOrder.js";
import type { OperationOptions } from "./prepareOperation.js";
import { type SendOperationErrorType, type SentOperation, sendOperation } from "./sendOperation.js";

export type CancelOrderParameters = OperationOptions & {
  /** The order's id. */
  readonly orderId: bigint;
};
export type CancelOrderReturnType = SentOperation;
export type CancelOrderErrorType = SendOperationErrorType | GetOrderErrorType | OrderNotOpenError;

/**
 * Closes an order of the client's account and returns what is left of its escrow to the account. Possible one day after the
 * order's deadline; chunks settled before are paid.
 *
 * @example await cancelOrder(client, { orderId })
 * @throws {OrderNotOpenError} when it is not posted yet or complete, {SequencerError} before the time
 */
export async function cancelOrder(
  client: BaseClient,
  parameters: CancelOrderParameters,
): Promise<CancelOrderReturnType> {
  const { orderId, ...options } = parameters;
  const { index, order, status } = await getOrder(client, { orderId });
  if (index === null || status !== "open") throw new OrderNotOpenError({ id: orderId, status });
  return sendOperation(client, {
    ...options,
    intent: { kind: "cancelOrder", orderIndex: index, orderStatic: orderStatic(order) },
  });
}
