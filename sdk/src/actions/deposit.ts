// Action: deposit CTZ into an account of the rollup.
import { REQUEST_DEPOSIT } from "@catalyze/circuits/schema";
import { type EnqueuedRequest, enqueuedRequest, type SentRequest, sendRequest } from "../clients/l1.js";
import type { BaseClient } from "../clients/types.js";
import { rollupAbi } from "../contracts.js";
import type { AmountError } from "../errors/amount.js";
import type { ClientOptionMissingError, ContractCallError } from "../errors/client.js";
import type { RequestRefusedError } from "../errors/request.js";
import { unitsToWei } from "../utils/units.js";
import { approveCtz } from "./approveCtz.js";
import { type GetAccountErrorType, getAccount } from "./getAccount.js";

export type DepositParameters = {
  /** Units above 0. */
  readonly amount: bigint;
  /** Account to deposit into; default the client's own. */
  readonly index?: number | undefined;
};
export type { EnqueuedRequest, SentRequest };
export type DepositReturnType = SentRequest;
export type DepositErrorType =
  | AmountError
  | ClientOptionMissingError
  | ContractCallError
  | GetAccountErrorType
  | RequestRefusedError;

/**
 * Deposits CTZ from the wallet, allowing it first when needed, and pays the queue's fee. It can be spent when the block that holds the request
 * is sealed: `waitForRequest(...)`.
 *
 * @example await deposit(client, { amount: parseCtz("5") })
 * @throws {ContractCallError | RequestRefusedError}
 */
export async function deposit(client: BaseClient, parameters: DepositParameters): Promise<DepositReturnType> {
  const { amount } = parameters;
  const { rollup } = await client.getDeployment();
  const index = parameters.index ?? (await getAccount(client)).index;
  await approveCtz(client, { amount });
  const receipt = await sendRequest(client, {
    ...{ rollup, kind: REQUEST_DEPOSIT },
    address: rollup,
    abi: rollupAbi,
    functionName: "deposit",
    args: [index, unitsToWei(amount)],
  });
  return { ...enqueuedRequest(receipt), receipt };
}
