// Action: sign an operation with the account's key.
import {
  accountStatic,
  type Operation,
  operationMessage,
  type SignedOperation,
} from "@catalyze/circuits/reference";
import type { AccountResponse } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import { AccountKeyMismatchError, type ClientOptionMissingError } from "../errors/client.js";

export type SignOperationParameters = {
  readonly operation: Operation;
  /** The signing account, as `getAccount` gives it. */
  readonly account: AccountResponse;
};
export type SignOperationReturnType = SignedOperation & {
  /** The operation's identifier: what was signed. */
  readonly message: bigint;
};
export type SignOperationErrorType = AccountKeyMismatchError | ClientOptionMissingError;

/**
 * Signs an operation for this rollup and chain. Nothing is sent.
 *
 * @throws {AccountKeyMismatchError} when the wallet's key is not the account's
 */
export async function signOperation(
  client: BaseClient,
  parameters: SignOperationParameters,
): Promise<SignOperationReturnType> {
  const { operation, account } = parameters;
  const [deployment, key] = await Promise.all([client.getDeployment(), client.getAccountKey()]);
  if (key.ax !== account.ax || key.ay !== account.ay)
    throw new AccountKeyMismatchError({ index: account.index });
  const signerStatic = accountStatic(account.ax, account.ay, account.owner);
  const message = operationMessage(deployment.operationDomain, signerStatic, operation);
  return { operation, signature: key.sign(message), message };
}
