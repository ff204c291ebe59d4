// Action: a block of the rollup.
import type { BlockResponse } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import type { SequencerRequestError } from "../errors/sequencer.js";

export type GetBlockParameters = {
  /** Default the latest sealed block. */
  readonly blockNumber?: bigint | "latest" | undefined;
};
export type GetBlockReturnType = BlockResponse;
export type GetBlockErrorType = SequencerRequestError;

/** A block with its words, proof and L1 transaction. @throws {SequencerRequestError} when there is none */
export async function getBlock(
  client: BaseClient,
  parameters: GetBlockParameters = {},
): Promise<GetBlockReturnType> {
  return client.sequencer.request("getBlock", { params: { number: parameters.blockNumber ?? "latest" } });
}
