// Action: every seed of the rollup.
import type { SeedResponse } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import type { SequencerRequestError } from "../errors/sequencer.js";

export type GetSeedsReturnType = readonly SeedResponse[];
export type GetSeedsErrorType = SequencerRequestError;

/** Every seed as of the latest sealed block. */
export async function getSeeds(client: BaseClient): Promise<GetSeedsReturnType> {
  return (await client.sequencer.request("getSeeds")).seeds;
}
