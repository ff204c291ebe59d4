// Prepares, signs and submits an operation while holding the client's nonce. Used by the actions that send one.
import type { Operation } from "@catalyze/circuits/reference";
import type { OperationReceipt } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import {
  type PrepareOperationErrorType,
  type PrepareOperationParameters,
  prepareOperation,
} from "./prepareOperation.js";
import { type SignOperationErrorType, signOperation } from "./signOperation.js";
import { type SubmitOperationErrorType, submitOperation } from "./submitOperation.js";

/** A sent operation. */
export type SentOperation = {
  /** The operation's identifier. */
  readonly message: bigint;
  readonly operation: Operation;
  /** The sequencer's promise, verified. */
  readonly receipt: OperationReceipt;
  /** Units that it takes from the account in all. */
  readonly debit: bigint;
};
export type SendOperationErrorType =
  | PrepareOperationErrorType
  | SignOperationErrorType
  | SubmitOperationErrorType;

/** Sends one operation; operations of one client are sent one after another. */
export function sendOperation(
  client: BaseClient,
  parameters: PrepareOperationParameters & { readonly inputs?: string | undefined },
): Promise<SentOperation> {
  return client.nonceMutex(async () => {
    const { operation, account, debit } = await prepareOperation(client, parameters);
    const signed = await signOperation(client, { operation, account });
    const receipt = await submitOperation(client, { signed, inputs: parameters.inputs });
    return { message: signed.message, operation, receipt, debit };
  });
}
