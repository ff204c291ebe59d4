// Action: complete an operation with signer, nonce, fees and expiry.
import { type Operation, type Order, operationDebit, type PaymentLeg } from "@catalyze/circuits/reference";
import type { AccountResponse } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import { FeeTooLowError, InsufficientBalanceError } from "../errors/operation.js";
import { type GetAccountErrorType, getAccount } from "./getAccount.js";

/** What of an operation the sequencer quotes and the caller may set. */
export type OperationOptions = {
  /** Units; default the sequencer's quote. */
  readonly fee?: bigint | undefined;
  /** Units; higher comes earlier in a block. Default 0. */
  readonly priorityFee?: bigint | undefined;
  /** Seconds from now on in which it may be included; default 3,600. */
  readonly validForSeconds?: bigint | undefined;
};

/** What the operation does. An order's nonce is set to the operation's. */
export type OperationIntent =
  | { readonly kind: "transfer"; readonly receiver: number; readonly amount: bigint }
  | { readonly kind: "withdraw"; readonly amount: bigint }
  | { readonly kind: "multiTransfer"; readonly legs: readonly PaymentLeg[] }
  | { readonly kind: "cancelOrder"; readonly orderIndex: number; readonly orderStatic: bigint }
  | { readonly kind: "rotateKey"; readonly ax: bigint; readonly ay: bigint; readonly owner: bigint }
  | { readonly kind: "postOrder"; readonly order: (nonce: bigint, signer: number) => Order };

export type PrepareOperationParameters = OperationOptions & { readonly intent: OperationIntent };
export type PrepareOperationReturnType = {
  readonly operation: Operation;
  readonly account: AccountResponse;
  /** Units that it takes from the account in all. */
  readonly debit: bigint;
};
export type PrepareOperationErrorType = GetAccountErrorType | FeeTooLowError | InsufficientBalanceError;

const DEFAULT_VALID_FOR_SECONDS = 3_600n;

/**
 * Completes an operation of the client's account: next nonce, quoted fee, expiry. Checks what it costs against the
 * balance. Nothing is signed or sent.
 *
 * @throws {FeeTooLowError | InsufficientBalanceError | AccountNotFoundError}
 */
export async function prepareOperation(
  client: BaseClient,
  parameters: PrepareOperationParameters,
): Promise<PrepareOperationReturnType> {
  const { intent, priorityFee = 0n } = parameters;
  await client.getDeployment();
  const [account, info] = await Promise.all([getAccount(client), client.sequencer.request("getInfo")]);
  const least = info.fees[intent.kind];
  const fee = parameters.fee ?? least;
  if (fee < least) throw new FeeTooLowError({ kind: intent.kind, given: fee, least });
  const common = {
    signer: account.index,
    nonce: account.pendingNonce,
    expiry: info.time + (parameters.validForSeconds ?? DEFAULT_VALID_FOR_SECONDS),
    fee,
    priorityFee,
  };
  const operation: Operation =
    intent.kind === "postOrder"
      ? { kind: "postOrder", ...common, order: intent.order(common.nonce, common.signer) }
      : { ...intent, ...common };
  const debit = operationDebit(operation);
  if (debit > account.pendingAmount) {
    throw new InsufficientBalanceError({
      index: account.index,
      needed: debit,
      available: account.pendingAmount,
    });
  }
  return { operation, account, debit };
}
