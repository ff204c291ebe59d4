// Action: follow an operation until it has the wanted status.
import type { OperationResponse, OperationStatus } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import type { WaitAbortedError, WaitTimeoutError } from "../errors/client.js";
import { OperationDroppedError } from "../errors/operation.js";
import type { SequencerRequestError } from "../errors/sequencer.js";
import { poll, type WaitOptions } from "../utils/wait.js";
import { getOperation } from "./getOperation.js";

export type WatchOperationParameters = WaitOptions & {
  /** The operation's identifier. */
  readonly message: bigint;
  /** Ends when this status or a later one is reached; default `settled`. */
  readonly until?: Exclude<OperationStatus, "pending" | "dropped"> | undefined;
};
export type WatchOperationReturnType = AsyncGenerator<OperationResponse, OperationResponse, void>;
export type WatchOperationErrorType =
  | OperationDroppedError
  | SequencerRequestError
  | WaitAbortedError
  | WaitTimeoutError;

const ORDER: readonly OperationStatus[] = ["pending", "sealed", "proven", "submitted", "settled"];
const DEFAULT_TIMEOUT_MS = 600_000;

/**
 * Follows an operation: an async iterator over each change of its status. Default timeout 10 minutes.
 *
 * @example for await (const { status } of watchOperation(client, { message })) console.log(status)
 * @throws {OperationDroppedError} when it can't be included any more
 */
export async function* watchOperation(
  client: BaseClient,
  parameters: WatchOperationParameters,
): WatchOperationReturnType {
  const { message, until = "settled", signal } = parameters;
  return yield* poll({
    what: `operation ${message} to be ${until}`,
    timeoutMs: parameters.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    pollingIntervalMs: parameters.pollingIntervalMs ?? client.pollingIntervalMs,
    signal,
    look: async () => {
      const operation = await getOperation(client, { message, signal });
      if (operation.status === "dropped") {
        const { code, message: reason } = operation.reason ?? { code: "UNKNOWN", message: "no reason given" };
        throw new OperationDroppedError({ message, reasonCode: code, reason });
      }
      return operation;
    },
    isLast: ({ status }) => ORDER.indexOf(status) >= ORDER.indexOf(until),
    describe: ({ status }) => status,
  });
}
