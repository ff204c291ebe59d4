// Action: pay several accounts of the rollup with one signature.
import type { Address } from "viem";
import type { BaseClient } from "../clients/types.js";
import { type GetAccountErrorType, getAccount } from "./getAccount.js";
import type { OperationOptions } from "./prepareOperation.js";
import { type SendOperationErrorType, type SentOperation, sendOperation } from "./sendOperation.js";

/** One payment. */
export type Payment = {
  /** Receiver: cell index, or the L1 owner of an account. */
  readonly to: number | Address;
  /** Units, at most 80 bits. */
  readonly amount: bigint;
};

export type MultiTransferParameters = OperationOptions & {
  /** 1 to 64 payments. */
  readonly payments: readonly Payment[];
};
export type MultiTransferReturnType = SentOperation;
export type MultiTransferErrorType = SendOperationErrorType | GetAccountErrorType;

/**
 * Pays up to 64 accounts at once: all of them or none. The receivers can spend it from the next block on.
 *
 * @example await multiTransfer(client, { payments: [{ to: 4, amount: parseCtz("0.5") }, { to: 5, amount: parseCtz("2") }] })
 * @throws {InsufficientBalanceError | FeeTooLowError | AccountNotFoundError}
 */
export async function multiTransfer(
  client: BaseClient,
  parameters: MultiTransferParameters,
): Promise<MultiTransferReturnType> {
  const { payments, ...options } = parameters;
  const legs = await Promise.all(
    payments.map(async ({ to, amount }) => ({
      receiver: typeof to === "number" ? to : (await getAccount(client, { owner: to })).index,
      amount,
    })),
  );
  return sendOperation(client, { ...options, intent: { kind: "multiTransfer", legs } });
}
