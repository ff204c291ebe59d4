// Action: deposit CTZ into an account of the rollup.
import { parseEventLogs, type TransactionReceipt } from "viem";
import type { BaseClient } from "../clients/types.js";
import { rollupAbi, sendTransaction } from "../contracts.js";
import type { AmountError } from "../errors/amount.js";
import { type ClientOptionMissingError, ContractCallError } from "../errors/client.js";
import { unitsToWei } from "../utils/units.js";
import { approveCtz } from "./approveCtz.js";
import { type GetAccountErrorType, getAccount } from "./getAccount.js";

export type DepositParameters = {
  /** Units above 0. */
  readonly amount: bigint;
  /** Account to deposit into; default the client's own. */
  readonly index?: number | undefined;
};
/** A request in the L1 queue. */
export type EnqueuedRequest = {
  /** Place in the queue, from 0. */
  readonly requestIndex: bigint;
  /** Cell that it concerns. */
  readonly index: number;
};
export type DepositReturnType = EnqueuedRequest & { readonly receipt: TransactionReceipt };
export type DepositErrorType =
  | AmountError
  | ClientOptionMissingError
  | ContractCallError
  | GetAccountErrorType;

/** The request that a transaction enqueued. @throws {ContractCallError} when it enqueued none. */
export function enqueuedRequest(receipt: TransactionReceipt): EnqueuedRequest {
  const [event] = parseEventLogs({ abi: rollupAbi, eventName: "RequestEnqueued", logs: receipt.logs });
  if (event === undefined) {
    throw new ContractCallError({
      functionName: "enqueue",
      errorName: undefined,
      text: "the transaction enqueued no request",
      cause: undefined,
    });
  }
  return { requestIndex: event.args.requestIndex, index: event.args.index };
}

/**
 * Deposits CTZ from the wallet, allowing it first when needed. It can be spent when the block that holds the request
 * is sealed: `waitForRequest(...)`.
 *
 * @example await deposit(client, { amount: parseCtz("5") })
 * @throws {ContractCallError}
 */
export async function deposit(client: BaseClient, parameters: DepositParameters): Promise<DepositReturnType> {
  const { amount } = parameters;
  const { rollup } = await client.getDeployment();
  const index = parameters.index ?? (await getAccount(client)).index;
  await approveCtz(client, { amount });
  const receipt = await sendTransaction(client, {
    address: rollup,
    abi: rollupAbi,
    functionName: "deposit",
    args: [index, unitsToWei(amount)],
  });
  return { ...enqueuedRequest(receipt), receipt };
}
