// Action: wait until a request of the L1 queue is on the rollup.

import type { BaseClient } from "../clients/types.js";
import { rollupAbi } from "../contracts.js";
import type { WaitAbortedError, WaitTimeoutError } from "../errors/client.js";
import type { SequencerRequestError } from "../errors/sequencer.js";
import { drain, poll, type WaitOptions } from "../utils/wait.js";

export type WaitForRequestParameters = WaitOptions & {
  /** Place in the queue, from 0, as `register`, `deposit` and `registerSeed` return it. */
  readonly requestIndex: bigint;
};
export type WaitForRequestReturnType = {
  /** Requests consumed by proven blocks. */
  readonly consumedRequests: bigint;
};
export type WaitForRequestErrorType = SequencerRequestError | WaitTimeoutError | WaitAbortedError;

const DEFAULT_TIMEOUT_MS = 600_000;

/**
 * Waits until a proven block on L1 has consumed the request. Default timeout 10 minutes. To go on as soon as a block
 * is sealed, wait for the account or seed itself instead.
 *
 * @throws {WaitTimeoutError | WaitAbortedError}
 */
export async function waitForRequest(
  client: BaseClient,
  parameters: WaitForRequestParameters,
): Promise<WaitForRequestReturnType> {
  const { requestIndex } = parameters;
  const { rollup } = await client.getDeployment();
  const consumedRequests = await drain(
    poll({
      what: `request ${requestIndex}`,
      timeoutMs: parameters.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      pollingIntervalMs: parameters.pollingIntervalMs ?? client.pollingIntervalMs,
      signal: parameters.signal,
      look: async () => {
        const state = await client.publicClient.readContract({
          address: rollup,
          abi: rollupAbi,
          functionName: "state",
        });
        return state.consumedRequests;
      },
      isLast: (consumed) => consumed > requestIndex,
      describe: (consumed) => `${consumed} requests consumed`,
    }),
  );
  return { consumedRequests };
}
