// Action: take a seed's vault out through L1.
import { REQUEST_EXIT_SEED } from "@catalyze/circuits/schema";
import { enqueuedRequest, l1Contracts, type SentRequest, sendRequest } from "../clients/l1.js";
import type { BaseClient } from "../clients/types.js";
import { seedRegistryAbi } from "../contracts.js";
import type { ClientOptionMissingError, ContractCallError } from "../errors/client.js";
import type { RequestRefusedError } from "../errors/request.js";

export type ExitSeedParameters = {
  /** Id of the seed's NFT. */
  readonly seedId: bigint;
};
export type ExitSeedReturnType = SentRequest;
export type ExitSeedErrorType = ClientOptionMissingError | ContractCallError | RequestRefusedError;

/**
 * Asks for the seed's whole vault as a withdrawal to its splitter: the NFT's owner, or the contract that the owner has named.
 *
 * @example await exitSeed(client, { seedId: 1n })
 * @throws {ContractCallError} `NotOwnerOrSplitter`; {RequestRefusedError}
 */
export async function exitSeed(
  client: BaseClient,
  parameters: ExitSeedParameters,
): Promise<ExitSeedReturnType> {
  const { rollup, seedRegistry } = await l1Contracts(client);
  const call = { rollup, kind: REQUEST_EXIT_SEED, address: seedRegistry, abi: seedRegistryAbi };
  const receipt = await sendRequest(client, {
    ...call,
    functionName: "exitSeed",
    args: [parameters.seedId],
  });
  return { ...enqueuedRequest(receipt), receipt };
}
