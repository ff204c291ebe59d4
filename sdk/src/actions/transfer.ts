// Action: pay another account of the rollup.
import type { Address } from "viem";
import type { BaseClient } from "../clients/types.js";
import { type GetAccountErrorType, getAccount } from "./getAccount.js";
import type { OperationOptions } from "./prepareOperation.js";
import { type SendOperationErrorType, type SentOperation, sendOperation } from "./sendOperation.js";

export type TransferParameters = OperationOptions & {
  /** Receiver: cell index, or the L1 owner of an account. */
  readonly to: number | Address;
  /** Units. */
  readonly amount: bigint;
};
export type TransferReturnType = SentOperation;
export type TransferErrorType = SendOperationErrorType | GetAccountErrorType;

/**
 * Pays another account. The receiver can spend it from the next block on.
 *
 * @example await transfer(client, { to: 4, amount: parseCtz("0.5") })
 * @throws {InsufficientBalanceError | FeeTooLowError | AccountNotFoundError}
 */
export async function transfer(
  client: BaseClient,
  parameters: TransferParameters,
): Promise<TransferReturnType> {
  const { to, amount, ...options } = parameters;
  const receiver = typeof to === "number" ? to : (await getAccount(client, { owner: to })).index;
  return sendOperation(client, { ...options, intent: { kind: "transfer", receiver, amount } });
}
