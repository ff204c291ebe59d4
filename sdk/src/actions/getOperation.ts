// Action: where an operation stands.
import type { OperationResponse } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import type { SequencerRequestError } from "../errors/sequencer.js";

export type GetOperationParameters = {
  /** The operation's identifier. */
  readonly message: bigint;
  readonly signal?: AbortSignal | undefined;
};
export type GetOperationReturnType = OperationResponse;
export type GetOperationErrorType = SequencerRequestError;

/** An operation and its status. @throws {SequencerRequestError} when the sequencer does not know it. */
export async function getOperation(
  client: BaseClient,
  parameters: GetOperationParameters,
): Promise<GetOperationReturnType> {
  const { message, signal } = parameters;
  return client.sequencer.request("getOperation", { params: { message }, signal });
}
