// Action: wait until an account is in a sealed block.
import type { AccountResponse } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import { AccountNotFoundError, type WaitAbortedError, type WaitTimeoutError } from "../errors/client.js";
import { drain, poll, type WaitOptions } from "../utils/wait.js";
import { type GetAccountErrorType, type GetAccountParameters, getAccount } from "./getAccount.js";

export type WaitForAccountParameters = GetAccountParameters &
  WaitOptions & {
    /** Wait until it has at least this many units. */
    readonly minimumAmount?: bigint | undefined;
  };
export type WaitForAccountReturnType = AccountResponse;
export type WaitForAccountErrorType = GetAccountErrorType | WaitTimeoutError | WaitAbortedError;

const DEFAULT_TIMEOUT_MS = 300_000;

/**
 * Waits until an account exists on the rollup, and has `minimumAmount`. Default timeout 5 minutes.
 *
 * @throws {WaitTimeoutError | WaitAbortedError}
 */
export async function waitForAccount(
  client: BaseClient,
  parameters: WaitForAccountParameters = {},
): Promise<WaitForAccountReturnType> {
  const { minimumAmount = 0n } = parameters;
  const account = await drain(
    poll<AccountResponse | undefined>({
      what: "the account",
      timeoutMs: parameters.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      pollingIntervalMs: parameters.pollingIntervalMs ?? client.pollingIntervalMs,
      signal: parameters.signal,
      look: () =>
        getAccount(client, parameters).catch((error: unknown) => {
          if (error instanceof AccountNotFoundError) return undefined;
          throw error;
        }),
      isLast: (value) => value !== undefined && value.amount >= minimumAmount,
      describe: (value) => (value === undefined ? "no account" : `${value.amount} units`),
    }),
  );
  return account as AccountResponse;
}
