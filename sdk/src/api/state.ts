// Cells of the rollup's state as the API shows them: accounts, seeds and orders.
import { z } from "zod";
import {
  address,
  addressNumber,
  amount,
  cellIndex,
  fieldElement,
  groth16Proof,
  hash32,
  hexBytes,
  sha256Text,
  unsigned,
} from "./primitives.js";

/** Most bytes of one chunk's results, and of one block's words. */
export const MAXIMUM_RESULT_BYTES = 2 ** 20;
export const MAXIMUM_WORD_BYTES = 2 ** 20;

/** Terms of a seed in basis points, and their version; the reference's `SeedTerms`. */
export const seedTerms = z.strictObject({
  royalty: unsigned(14),
  middleware: unsigned(14),
  burn: unsigned(14),
  pool: unsigned(14),
  version: unsigned(32),
});

/** Everything that an order fixes at posting; the reference's `Order`. */
export const order = z.strictObject({
  requester: unsigned(24),
  nonce: unsigned(40),
  seed: unsigned(24),
  middleware: unsigned(24),
  programId: unsigned(248),
  parametersCommitment: fieldElement,
  inputsRoot: fieldElement,
  jobCount: unsigned(32),
  chunkSize: unsigned(16),
  priceLimit: unsigned(64),
  settlementFee: unsigned(64),
  savingsShare: unsigned(14),
  modes: unsigned(4),
  minimumBond: unsigned(64),
  deadline: unsigned(40),
  terms: seedTerms,
});

/**
 * An account in the latest sealed block, and what its pending operations leave of it: `pendingNonce` is the nonce to
 * sign next; `pendingAmount` what a new operation can spend (units).
 */
export const accountResponse = z.object({
  index: cellIndex,
  ax: fieldElement,
  ay: fieldElement,
  owner: addressNumber,
  amount,
  nonce: unsigned(40),
  pendingNonce: unsigned(40),
  pendingAmount: amount,
  /** Latest sealed block, 0 before the first. */
  blockNumber: unsigned(40),
});
/** Answer of `GET /v1/accounts/:index` and `GET /v1/owners/:owner/account`. */
export type AccountResponse = z.infer<typeof accountResponse>;

/** A seed in the latest sealed block; `amount` is its vault in units. */
export const seedResponse = z.object({
  index: cellIndex,
  parametersCommitment: fieldElement,
  programId: unsigned(248),
  seedId: unsigned(64),
  parent: unsigned(64),
  amount,
  terms: seedTerms,
  /** L1 address that registered it, SHA-256 of its artefact (the parameters), and where that is found. */
  creator: address.nullable(),
  artefact: sha256Text.nullable(),
  pointer: z.string().nullable(),
});
/** Answer of `GET /v1/seeds/:index`. */
export type SeedResponse = z.infer<typeof seedResponse>;
/** Every seed. */
export const seedsResponse = z.object({ seeds: z.array(seedResponse) });

/** Where a chunk of an order stands; `closed` when the order was cancelled or left through L1 before it was settled. */
export const chunkStatus = z.enum([
  "open",
  "leased",
  "verified",
  "sealed",
  "proven",
  "submitted",
  "settled",
  "closed",
]);

/**
 * An order. `pending` until its operation is in a sealed block, `open` while chunks remain, `complete` after the last
 * is in a sealed block; `cancelled` or `exited` when its requester took the rest back by an operation or through L1;
 * `dropped` when its operation was.
 */
export const orderResponse = z.object({
  /** `OrderId` word: nonce and requester. */
  id: unsigned(64),
  /** Message of its operation. */
  message: fieldElement,
  status: z.enum(["pending", "open", "complete", "cancelled", "exited", "dropped"]),
  order,
  /** Artefact with the bytes of its inputs. */
  inputs: sha256Text,
  /** Cell that it takes, once sealed. */
  index: cellIndex.nullable(),
  /** Block that posted it. */
  blockNumber: unsigned(40).nullable(),
  /** Escrow left in units; 0 when complete. */
  amount,
  chunks: z.array(
    z.object({
      chunk: z.number().int().min(0),
      status: chunkStatus,
      /** Phase and percentage of the provider that holds the lease, as last reported. */
      phase: z.string().nullable(),
      percentage: z.number().nullable(),
    }),
  ),
});
/** Answer of `GET /v1/orders/:id`. */
export type OrderResponse = z.infer<typeof orderResponse>;
/** Orders, newest first, at most 100. */
export const ordersResponse = z.object({ orders: z.array(orderResponse) });

/** What a provider claims and proves: the reference's `Statement`. */
export const statement = z.strictObject({
  domain: unsigned(248),
  parametersCommitment: fieldElement,
  inputsRoot: fieldElement,
  resultsRoot: fieldElement,
  provider: addressNumber,
  from: unsigned(32),
  count: unsigned(16),
  price: unsigned(64),
});

/** One receipt of proven work: enough to verify the statement locally and its settlement on chain. */
export const chunkResult = z.object({
  chunk: z.number().int().min(0),
  status: chunkStatus,
  programId: unsigned(248),
  statement,
  /** Public signal C of the statement. */
  commitment: fieldElement,
  proof: groth16Proof,
  /** Account of the provider. */
  providerIndex: cellIndex,
  /** Results of the chunk's jobs, one after another. */
  results: hexBytes(MAXIMUM_RESULT_BYTES),
  /** Block of the settlement, and its place among the block's settlements; null until sealed. */
  blockNumber: unsigned(40).nullable(),
  settlementIndex: z.number().int().nullable(),
  /** All words of that block as in calldata, for `Rollup.verifySettlement`; null until sealed. */
  blockWords: hexBytes(MAXIMUM_WORD_BYTES).nullable(),
  /** L1 transaction that settled the block; null until submitted. */
  transactionHash: hash32.nullable(),
});

/** Verified chunks of an order, by chunk. */
export const orderResultsResponse = z.object({
  id: unsigned(64),
  order,
  /** True when every chunk's settlement is on L1. */
  settled: z.boolean(),
  results: z.array(chunkResult),
});
/** Answer of `GET /v1/orders/:id/results`: the job receipts. */
export type OrderResultsResponse = z.infer<typeof orderResultsResponse>;
/** One entry of {@link OrderResultsResponse}. */
export type ChunkResult = z.infer<typeof chunkResult>;
