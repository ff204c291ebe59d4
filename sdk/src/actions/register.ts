// Action: register the client's account on the rollup, with a first deposit.
import { REQUEST_REGISTER } from "@catalyze/circuits/schema";
import { enqueuedRequest, type SentRequest, sendRequest } from "../clients/l1.js";
import type { BaseClient } from "../clients/types.js";
import { rollupAbi } from "../contracts.js";
import type { AmountError } from "../errors/amount.js";
import type {
  ClientOptionMissingError,
  ContractCallError,
  SignatureMalformedError,
} from "../errors/client.js";
import type { RequestRefusedError } from "../errors/request.js";
import { unitsToWei } from "../utils/units.js";
import { approveCtz } from "./approveCtz.js";

export type RegisterParameters = {
  /** Units to deposit; may be 0. */
  readonly deposit?: bigint | undefined;
};
export type RegisterReturnType = SentRequest;
export type RegisterErrorType =
  | AmountError
  | ClientOptionMissingError
  | ContractCallError
  | RequestRefusedError
  | SignatureMalformedError;

/**
 * Registers the wallet's account with the key derived from its signature, and deposits. The account can be used when
 * the next block is sealed: `waitForAccount()`.
 *
 * @example const { index } = await register(client, { deposit: parseCtz("10") })
 * @throws {ContractCallError} `AccountExists` and others of `IRollup`; {RequestRefusedError}
 */
export async function register(
  client: BaseClient,
  parameters: RegisterParameters = {},
): Promise<RegisterReturnType> {
  const { deposit = 0n } = parameters;
  const { rollup } = await client.getDeployment();
  const { ax, ay } = await client.getAccountKey();
  if (deposit > 0n) await approveCtz(client, { amount: deposit });
  const receipt = await sendRequest(client, {
    ...{ rollup, kind: REQUEST_REGISTER },
    address: rollup,
    abi: rollupAbi,
    functionName: "register",
    args: [ax, ay, unitsToWei(deposit)],
  });
  return { ...enqueuedRequest(receipt), receipt };
}
