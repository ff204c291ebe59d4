// Action: take the escrow of an order out through L1.
import { REQUEST_EXIT_ORDER } from "@catalyze/circuits/schema";
import { enqueuedRequest, l1Contracts, type SentRequest, sendRequest } from "../clients/l1.js";
import type { BaseClient } from "../clients/types.js";
import { rollupAbi } from "../contracts.js";
import type { ClientOptionMissingError, ContractCallError } from "../errors/client.js";
import type { RequestRefusedError } from "../errors/request.js";

export type ExitOrderParameters = {
  /** Cell of the order: `index` of `getOrder`. */
  readonly orderIndex: number;
};
export type ExitOrderReturnType = SentRequest;
export type ExitOrderErrorType = ClientOptionMissingError | ContractCallError | RequestRefusedError;

/**
 * Asks L1 for what is left in escrow of an order of the wallet's account. It has an effect one day after the order's deadline,
 * as the order is when the request is served; else nothing happens. The fee is paid in any case.
 *
 * @example
 * const { index } = await getOrder(client, { orderId })
 * await exitOrder(client, { orderIndex: index })
 * @throws {ContractCallError} `NoAccount`, `NotAnOrderIndex`; {RequestRefusedError}
 */
export async function exitOrder(
  client: BaseClient,
  parameters: ExitOrderParameters,
): Promise<ExitOrderReturnType> {
  const { rollup } = await l1Contracts(client);
  const call = { rollup, kind: REQUEST_EXIT_ORDER, address: rollup, abi: rollupAbi };
  const args = [parameters.orderIndex];
  const receipt = await sendRequest(client, { ...call, functionName: "exitOrder", args });
  return { ...enqueuedRequest(receipt), receipt };
}
