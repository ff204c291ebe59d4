// Action: the latest orders.
import type { OrderResponse } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import type { SequencerRequestError } from "../errors/sequencer.js";

export type GetOrdersParameters = {
  /** Account index; default everybody's. */
  readonly requester?: number | undefined;
};
export type GetOrdersReturnType = readonly OrderResponse[];
export type GetOrdersErrorType = SequencerRequestError;

/** At most 100 orders, newest first. */
export async function getOrders(
  client: BaseClient,
  parameters: GetOrdersParameters = {},
): Promise<GetOrdersReturnType> {
  const { requester } = parameters;
  return (await client.sequencer.request("getOrders", { query: { requester } })).orders;
}
