// Action: send a signed operation to the sequencer.
import type { SignedOperation } from "@catalyze/circuits/reference";
import type { OperationReceipt } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import type { OperatorReceiptError, SequencerRequestError } from "../errors/sequencer.js";
import { verifyOperationReceipt } from "./verifyOperationReceipt.js";

export type SubmitOperationParameters = {
  readonly signed: SignedOperation & { readonly message: bigint };
  /** SHA-256 of the uploaded inputs; only for orders. */
  readonly inputs?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};
export type SubmitOperationReturnType = OperationReceipt;
export type SubmitOperationErrorType = OperatorReceiptError | SequencerRequestError;

/**
 * Submits a signed operation; submitting it again gives the same receipt. The receipt's signature is verified.
 *
 * @throws {SequencerRequestError} with the sequencer's code, such as `SEQUENCER_NONCE_TOO_LOW`
 */
export async function submitOperation(
  client: BaseClient,
  parameters: SubmitOperationParameters,
): Promise<SubmitOperationReturnType> {
  const { signed, inputs, signal } = parameters;
  const { operation, signature, message } = signed;
  const body = inputs === undefined ? { operation, signature } : { operation, signature, inputs };
  const receipt = await client.sequencer.request("submitOperation", { body: body as never, signal });
  return verifyOperationReceipt(client, { receipt, message });
}
