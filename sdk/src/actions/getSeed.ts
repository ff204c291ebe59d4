// Action: a seed of the rollup.
import type { SeedResponse } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import type { SequencerRequestError } from "../errors/sequencer.js";

export type GetSeedParameters = {
  /** Cell index of the seed. */
  readonly index: number;
};
export type GetSeedReturnType = SeedResponse;
export type GetSeedErrorType = SequencerRequestError;

/** A seed as of the latest sealed block; `amount` is its vault. @throws {SequencerRequestError} when there is none */
export async function getSeed(client: BaseClient, parameters: GetSeedParameters): Promise<GetSeedReturnType> {
  return client.sequencer.request("getSeed", { params: { index: parameters.index } });
}
