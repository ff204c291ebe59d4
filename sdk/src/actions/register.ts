// Action: register the client's account on the rollup, with a first deposit.
import type { TransactionReceipt } from "viem";
import type { BaseClient } from "../clients/types.js";
import { rollupAbi, sendTransaction } from "../contracts.js";
import type { AmountError } from "../errors/amount.js";
import type {
  ClientOptionMissingError,
  ContractCallError,
  SignatureMalformedError,
} from "../errors/client.js";
import { unitsToWei } from "../utils/units.js";
import { approveCtz } from "./approveCtz.js";
import { type EnqueuedRequest, enqueuedRequest } from "./deposit.js";

export type RegisterParameters = {
  /** Units to deposit; may be 0. */
  readonly deposit?: bigint | undefined;
};
export type RegisterReturnType = EnqueuedRequest & { readonly receipt: TransactionReceipt };
export type RegisterErrorType =
  | AmountError
  | ClientOptionMissingError
  | ContractCallError
  | SignatureMalformedError;

/**
 * Registers the wallet's account with the key derived from its signature, and deposits. The account can be used when
 * the next block is sealed: `waitForAccount()`.
 *
 * @example const { index } = await register(client, { deposit: parseCtz("10") })
 * @throws {ContractCallError} `AccountExists` and others of `IRollup`
 */
export async function register(
  client: BaseClient,
  parameters: RegisterParameters = {},
): Promise<RegisterReturnType> {
  const { deposit = 0n } = parameters;
  const { rollup } = await client.getDeployment();
  const { ax, ay } = await client.getAccountKey();
  if (deposit > 0n) await approveCtz(client, { amount: deposit });
  const receipt = await sendTransaction(client, {
    address: rollup,
    abi: rollupAbi,
    functionName: "register",
    args: [ax, ay, unitsToWei(deposit)],
  });
  return { ...enqueuedRequest(receipt), receipt };
}
