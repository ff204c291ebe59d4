// Action: give the client's account another key.
import type { BaseClient } from "../clients/types.js";
import type { AccountKey } from "../utils/accountKey.js";
import { type GetAccountErrorType, getAccount } from "./getAccount.js";
import type { OperationOptions } from "./prepareOperation.js";
import { type SendOperationErrorType, type SentOperation, sendOperation } from "./sendOperation.js";

export type RotateKeyParameters = OperationOptions & {
  /** The new key: `deriveAccountKey` with another number, or a key of one's own. Keep it: the old one signs nothing any more. */
  readonly newKey: Pick<AccountKey, "ax" | "ay">;
};
export type RotateKeyReturnType = SentOperation;
export type RotateKeyErrorType = SendOperationErrorType | GetAccountErrorType;

/**
 * Replaces the account's key; the L1 owner stays. When the operation's block is sealed, make a new client with
 * `accountKey: newKey`. Until then the sequencer takes no further operation of the account.
 *
 * @example
 * const newKey = await deriveAccountKey({ chainId, rollup, owner, number: 1, signTypedData });
 * const { message } = await rotateKey(client, { newKey });
 * await waitForOperation(client, { message, until: "sealed" });
 * @throws {SequencerError} for a key off the curve or of small order
 */
export async function rotateKey(
  client: BaseClient,
  parameters: RotateKeyParameters,
): Promise<RotateKeyReturnType> {
  const { newKey, ...options } = parameters;
  const { owner } = await getAccount(client);
  return sendOperation(client, {
    ...options,
    intent: { kind: "rotateKey", ax: newKey.ax, ay: newKey.ay, owner },
  });
}
