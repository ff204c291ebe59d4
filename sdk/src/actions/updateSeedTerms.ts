// Action: change a seed's terms.
import { REQUEST_UPDATE_SEED_TERMS } from "@catalyze/circuits/schema";
import { parseEventLogs, type TransactionReceipt } from "viem";
import {
  type EnqueuedRequest,
  enqueuedRequest,
  findEnqueued,
  l1Contracts,
  type SentRequest,
  sendRequest,
} from "../clients/l1.js";
import type { BaseClient } from "../clients/types.js";
import { seedRegistryAbi } from "../contracts.js";
import type { ClientOptionMissingError, ContractCallError } from "../errors/client.js";
import type { RequestRefusedError } from "../errors/request.js";
import type { SeedShares } from "./registerSeed.js";

export type UpdateSeedTermsParameters = {
  /** Id of the seed's NFT. */
  readonly seedId: bigint;
  /** Shares of every payment in basis points. */
  readonly terms: SeedShares;
};
export type UpdateSeedTermsReturnType = {
  readonly receipt: TransactionReceipt;
  /** The request in the queue; undefined when the terms were announced, because a share rises. */
  readonly request: EnqueuedRequest | undefined;
  /** When announced terms can be put into force by `applySeedTerms`, and when they expire. Seconds. */
  readonly announced: { readonly applicableAt: bigint; readonly expiresAt: bigint } | undefined;
};
export type UpdateSeedTermsErrorType = ClientOptionMissingError | ContractCallError | RequestRefusedError;

/**
 * Changes the terms of the wallet's seed. When no share rises they are queued at once, else announced for the notice period.
 * Orders keep the terms that they were posted with.
 *
 * @example await updateSeedTerms(client, { seedId: 1n, terms: { royalty: 100, middleware: 500, burn: 500, pool: 0 } })
 * @throws {ContractCallError} `NotSeedOwner`, `TermsAboveWhole`; {RequestRefusedError}
 */
export async function updateSeedTerms(
  client: BaseClient,
  parameters: UpdateSeedTermsParameters,
): Promise<UpdateSeedTermsReturnType> {
  const { seedId, terms } = parameters;
  const { rollup, seedRegistry } = await l1Contracts(client);
  const call = { rollup, kind: REQUEST_UPDATE_SEED_TERMS, address: seedRegistry, abi: seedRegistryAbi };
  const receipt = await sendRequest(client, { ...call, functionName: "updateTerms", args: [seedId, terms] });
  const [event] = parseEventLogs({ abi: seedRegistryAbi, eventName: "TermsAnnounced", logs: receipt.logs });
  return {
    receipt,
    request: findEnqueued(receipt),
    announced:
      event === undefined
        ? undefined
        : { applicableAt: event.args.applicableAt, expiresAt: event.args.expiresAt },
  };
}

export type ApplySeedTermsParameters = { readonly seedId: bigint };
export type ApplySeedTermsReturnType = SentRequest;

/**
 * Queues announced terms after the notice period. Anyone may.
 *
 * @example await applySeedTerms(client, { seedId: 1n })
 * @throws {ContractCallError} `TermsNotApplicable`; {RequestRefusedError}
 */
export async function applySeedTerms(
  client: BaseClient,
  parameters: ApplySeedTermsParameters,
): Promise<ApplySeedTermsReturnType> {
  const { rollup, seedRegistry } = await l1Contracts(client);
  const call = { rollup, kind: REQUEST_UPDATE_SEED_TERMS, address: seedRegistry, abi: seedRegistryAbi };
  const receipt = await sendRequest(client, {
    ...call,
    functionName: "applyTerms",
    args: [parameters.seedId],
  });
  return { ...enqueuedRequest(receipt), receipt };
}
