// Action: wait until an operation has the wanted status.
import type { OperationResponse } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import { drain } from "../utils/wait.js";
import {
  type WatchOperationErrorType,
  type WatchOperationParameters,
  watchOperation,
} from "./watchOperation.js";

export type WaitForOperationParameters = WatchOperationParameters;
/** The operation with the block that holds it. */
export type WaitForOperationReturnType = OperationResponse & { readonly blockNumber: bigint };
export type WaitForOperationErrorType = WatchOperationErrorType;

/**
 * Waits until an operation is settled on L1, or has the status `until`. Default timeout 10 minutes.
 *
 * @throws {OperationDroppedError | WaitTimeoutError | WaitAbortedError}
 */
export async function waitForOperation(
  client: BaseClient,
  parameters: WaitForOperationParameters,
): Promise<WaitForOperationReturnType> {
  return (await drain(watchOperation(client, parameters))) as WaitForOperationReturnType;
}
