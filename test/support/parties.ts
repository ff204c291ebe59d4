// Who takes part in a rollup on which digits are paid for, and what they do first: four accounts and a seed by number, an
// order of digits, its chunks, signed operations. For rollups of `startRollup`.
import { digitsAdapter, digitsParameters } from "@catalyze/circuits/programs";
import { readDigitsModel } from "@catalyze/circuits/programs/dataset";
import {
  accountStatic,
  getAccount,
  getSeed,
  type Operation,
  type Order,
  operationMessage,
  type SealedBlock,
  type Settlement,
  type State,
  signMessage,
} from "@catalyze/circuits/reference";
import { MODE_ZK } from "@catalyze/circuits/schema";
import {
  domains,
  queuedRequests,
  type RollupParts,
  register,
  registerDigitsSeed,
  rollupKey,
  sealNext,
} from "./rollup.js";

/** Cells of the parties, in the order in which {@link registerParties} registers them. */
export const [OPERATOR, MIDDLEWARE, PROVIDER, REQUESTER, SEED] = [1, 2, 3, 4, 5] as const;
/** Requests that {@link registerParties} queues. */
export const PARTY_REQUESTS = 5n;

/** Registers four accounts with a deposit each, in units, and the creator's seed; nothing consumes the requests. */
export async function registerParties(parts: RollupParts, deposit: bigint): Promise<void> {
  const roles = [
    ["operator", OPERATOR],
    ["middleware", MIDDLEWARE],
    ["provider", PROVIDER],
    ["requesterA", REQUESTER],
  ] as const;
  for (const [role, index] of roles) await register(parts, role, rollupKey(index), deposit);
  await registerDigitsSeed(parts, "creator");
}

/** Seals the first block: every request that is queued. */
export async function sealRegistrations(parts: RollupParts, state: State): Promise<SealedBlock> {
  const requests = await queuedRequests(parts);
  return sealNext(parts, state, { number: 1n, firstRequest: 0n }, (draft) => {
    for (const request of requests) draft.addRequest(request);
  });
}

/** An operation with its signer's signature. */
export async function signOperation(parts: RollupParts, state: State, operation: Operation) {
  const { ax, ay, owner } = getAccount(state, operation.signer);
  const { operationDomain } = await domains(parts);
  const message = operationMessage(operationDomain, accountStatic(ax, ay, owner), operation);
  return { operation, signature: signMessage(rollupKey(operation.signer), message) };
}

/** The requester's first order: these images under the creator's seed, accepting zk. */
export function digitsOrder(
  state: State,
  inputs: Uint8Array,
  terms: Pick<Order, "priceLimit" | "settlementFee" | "deadline">,
): Order {
  const seed = getSeed(state, SEED);
  return {
    requester: BigInt(REQUESTER),
    nonce: 0n,
    seed: BigInt(SEED),
    middleware: BigInt(MIDDLEWARE),
    programId: seed.programId,
    parametersCommitment: seed.parametersCommitment,
    terms: seed.terms,
    inputsRoot: digitsAdapter.inputsRoot(inputs),
    jobCount: BigInt(inputs.length / digitsAdapter.inputBytes),
    chunkSize: BigInt(digitsAdapter.chunkSize),
    savingsShare: 5_000n,
    modes: BigInt(MODE_ZK),
    minimumBond: 0n,
    ...terms,
  };
}

/** Runs the digits program on a chunk of the inputs: its results, and the provider's settlement at a price per job. */
export function runChunk(
  inputs: Uint8Array,
  { orderIndex, chunk, price }: Pick<Settlement, "orderIndex" | "chunk" | "price">,
): { readonly results: Uint8Array; readonly settlement: Settlement } {
  const bytes = digitsAdapter.inputBytes * digitsAdapter.chunkSize;
  const results = digitsAdapter.run(
    digitsParameters(readDigitsModel()),
    inputs.slice(bytes * chunk, bytes * (chunk + 1)),
  );
  const resultsRoot = digitsAdapter.resultsRoot(results);
  return { results, settlement: { orderIndex, chunk, price, provider: PROVIDER, resultsRoot } };
}
