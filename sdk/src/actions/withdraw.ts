// Action: withdraw from the rollup to L1.
import type { BaseClient } from "../clients/types.js";
import type { OperationOptions } from "./prepareOperation.js";
import { type SendOperationErrorType, type SentOperation, sendOperation } from "./sendOperation.js";

export type WithdrawParameters = OperationOptions & {
  /** Units. */
  readonly amount: bigint;
};
export type WithdrawReturnType = SentOperation;
export type WithdrawErrorType = SendOperationErrorType;

/**
 * Withdraws to the account's owner. When the operation's block is settled, `claimWithdrawal` pays it out on L1.
 *
 * @example
 * const { message } = await withdraw(client, { amount: parseCtz("1") });
 * const { blockNumber } = await waitForOperation(client, { message, until: "settled" });
 * await claimWithdrawal(client, { blockNumber, message });
 * @throws {InsufficientBalanceError | FeeTooLowError}
 */
export async function withdraw(
  client: BaseClient,
  parameters: WithdrawParameters,
): Promise<WithdrawReturnType> {
  const { amount, ...options } = parameters;
  return sendOperation(client, { ...options, intent: { kind: "withdraw", amount } });
}
