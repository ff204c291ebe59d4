// Action: wait until a seed is in a sealed block.
import type { SeedResponse } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import type { WaitAbortedError, WaitTimeoutError } from "../errors/client.js";
import type { SequencerRequestError } from "../errors/sequencer.js";
import { drain, poll, type WaitOptions } from "../utils/wait.js";
import { getSeeds } from "./getSeeds.js";

export type WaitForSeedParameters = WaitOptions & {
  /** Cell index of the seed. */
  readonly index: number;
};
export type WaitForSeedReturnType = SeedResponse;
export type WaitForSeedErrorType = SequencerRequestError | WaitAbortedError | WaitTimeoutError;

const DEFAULT_TIMEOUT_MS = 300_000;

/** Waits until orders can name the seed. Default timeout 5 minutes. @throws {WaitTimeoutError | WaitAbortedError} */
export async function waitForSeed(
  client: BaseClient,
  parameters: WaitForSeedParameters,
): Promise<WaitForSeedReturnType> {
  const seed = await drain(
    poll<SeedResponse | undefined>({
      what: `seed ${parameters.index}`,
      timeoutMs: parameters.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      pollingIntervalMs: parameters.pollingIntervalMs ?? client.pollingIntervalMs,
      signal: parameters.signal,
      look: async () => (await getSeeds(client)).find(({ index }) => index === parameters.index),
      isLast: (value) => value !== undefined,
      describe: (value) => (value === undefined ? "no seed" : "sealed"),
    }),
  );
  return seed as SeedResponse;
}
