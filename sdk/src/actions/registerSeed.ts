// Action: register a seed (a model or an algorithm) on L1 and queue its cell on the rollup.
import { REQUEST_REGISTER_SEED } from "@catalyze/circuits/schema";
import { sha256 } from "@noble/hashes/sha2.js";
import { parseEventLogs, type TransactionReceipt, toHex } from "viem";
import { type EnqueuedRequest, enqueuedRequest, sendRequest } from "../clients/l1.js";
import type { BaseClient } from "../clients/types.js";
import { seedRegistryAbi } from "../contracts.js";
import type { ClientOptionMissingError, ContractCallError } from "../errors/client.js";
import type { RequestRefusedError } from "../errors/request.js";
import { type ProgramReference, programIdOf, type ResolveProgramErrorType } from "./resolveProgram.js";

/** Shares of every payment in basis points; their sum is at most 10,000. */
export type SeedShares = {
  readonly royalty: number;
  readonly middleware: number;
  readonly burn: number;
  readonly pool: number;
};
export type RegisterSeedParameters = {
  readonly program: ProgramReference;
  /** Bytes of the program's parameters (a model's weights). */
  readonly parameters: Uint8Array;
  readonly terms: SeedShares;
  /** Seed id that it is forked from; default none. */
  readonly parent?: bigint | undefined;
  /** Where the artefact is found; default the sequencer's artefact store. */
  readonly pointer?: string | undefined;
};
export type RegisterSeedReturnType = EnqueuedRequest & {
  readonly seedId: bigint;
  readonly receipt: TransactionReceipt;
};
export type RegisterSeedErrorType =
  | ClientOptionMissingError
  | ContractCallError
  | RequestRefusedError
  | ResolveProgramErrorType;

/**
 * Uploads a seed's parameters and registers it: an NFT for the wallet, and a cell on the rollup that collects its
 * royalties. Orders can name it when the next block is sealed: `waitForSeed(...)`.
 *
 * @example
 * const { index } = await registerSeed(client, {
 *   program, parameters, terms: { royalty: 200, middleware: 500, burn: 500, pool: 0 },
 * });
 * @throws {ContractCallError} `TermsAboveWhole` and others of `ISeedRegistry`
 */
export async function registerSeed(
  client: BaseClient,
  parameters: RegisterSeedParameters,
): Promise<RegisterSeedReturnType> {
  const { program, terms, parent = 0n } = parameters;
  const deployment = await client.getDeployment();
  const programId = programIdOf(deployment, program);
  const commitment = program.adapter.parametersCommitment(parameters.parameters);
  const digest = await client.sequencer.putArtefact(parameters.parameters);
  const pointer = parameters.pointer ?? `catalyze-artefact:sha256:${digest}`;
  const receipt = await sendRequest(client, {
    ...{ rollup: deployment.rollup, kind: REQUEST_REGISTER_SEED },
    address: deployment.seedRegistry,
    abi: seedRegistryAbi,
    functionName: "register",
    args: [toHex(sha256(parameters.parameters)), pointer, programId, commitment, parent, terms],
  });
  const request = enqueuedRequest(receipt);
  const events = parseEventLogs({ abi: seedRegistryAbi, eventName: "SeedRegistered", logs: receipt.logs });
  const event = events.find(({ args }) => args.index === request.index)!;
  return { ...request, seedId: event.args.seedId, receipt };
}
