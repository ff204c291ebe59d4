// Action: take the whole balance of the account out through L1.
import { REQUEST_EXIT_ACCOUNT } from "@catalyze/circuits/schema";
import { enqueuedRequest, l1Contracts, type SentRequest, sendRequest } from "../clients/l1.js";
import type { BaseClient } from "../clients/types.js";
import { rollupAbi } from "../contracts.js";
import type { ClientOptionMissingError, ContractCallError } from "../errors/client.js";
import type { RequestRefusedError } from "../errors/request.js";

export type ExitAccountReturnType = SentRequest;
export type ExitAccountErrorType = ClientOptionMissingError | ContractCallError | RequestRefusedError;

/**
 * Asks L1 for the whole balance of the wallet's account. The operator must serve the request within the queue's deadline, or
 * anyone may freeze the rollup. When its block is settled, `claimWithdrawal` pays it out. Operations that are pending fail for
 * want of balance. With the client's option `rollup` no sequencer is needed.
 *
 * @example
 * const { requestIndex } = await exitAccount(client)
 * await waitForRequest(client, { requestIndex })
 * @throws {ContractCallError} `NoAccount`; {RequestRefusedError}
 */
export async function exitAccount(client: BaseClient): Promise<ExitAccountReturnType> {
  const { rollup } = await l1Contracts(client);
  const call = { rollup, kind: REQUEST_EXIT_ACCOUNT, address: rollup, abi: rollupAbi };
  const receipt = await sendRequest(client, { ...call, functionName: "exitAccount", args: [] });
  return { ...enqueuedRequest(receipt), receipt };
}
