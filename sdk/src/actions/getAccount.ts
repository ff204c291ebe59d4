// Action: an account of the rollup.
import type { Address } from "viem";
import type { AccountResponse } from "../api/index.js";
import { requireWallet } from "../clients/require.js";
import type { BaseClient } from "../clients/types.js";
import { AccountNotFoundError, type ClientOptionMissingError } from "../errors/client.js";
import { SequencerRequestError } from "../errors/sequencer.js";

/** Whose account: by cell index, by L1 owner, or the client's own. */
export type GetAccountParameters = {
  readonly index?: number | undefined;
  readonly owner?: Address | undefined;
};
export type GetAccountReturnType = AccountResponse;
export type GetAccountErrorType = AccountNotFoundError | ClientOptionMissingError | SequencerRequestError;

const NOT_FOUND_STATUS = 404;

/**
 * An account as of the latest sealed block, and what its pending operations leave of it.
 *
 * @example const { amount } = await getAccount(client)
 * @throws {AccountNotFoundError} when there is none (yet)
 */
export async function getAccount(
  client: BaseClient,
  parameters: GetAccountParameters = {},
): Promise<GetAccountReturnType> {
  const { index } = parameters;
  const owner =
    parameters.owner ?? (index === undefined ? requireWallet(client, "getAccount").account.address : "0x");
  try {
    return index === undefined
      ? await client.sequencer.request("getAccountByOwner", { params: { owner: owner.toLowerCase() } })
      : await client.sequencer.request("getAccount", { params: { index } });
  } catch (error) {
    if (error instanceof SequencerRequestError && error.status === NOT_FOUND_STATUS) {
      throw new AccountNotFoundError({ account: index ?? owner, cause: error });
    }
    throw error;
  }
}
