// Action: an order and where its chunks stand.
import type { OrderResponse } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import type { SequencerRequestError } from "../errors/sequencer.js";

export type GetOrderParameters = {
  readonly orderId: bigint;
  readonly signal?: AbortSignal | undefined;
};
export type GetOrderReturnType = OrderResponse;
export type GetOrderErrorType = SequencerRequestError;

/** An order, its escrow and its chunks. @throws {SequencerRequestError} when the sequencer does not know it */
export async function getOrder(
  client: BaseClient,
  parameters: GetOrderParameters,
): Promise<GetOrderReturnType> {
  const { orderId, signal } = parameters;
  return client.sequencer.request("getOrder", { params: { id: orderId }, signal });
}
