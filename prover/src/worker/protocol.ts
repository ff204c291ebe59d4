// The sequencer's answers as far as a worker reads them. The whole API is declared in the SDK, which this workspace may
// not import; the sequencer's tests run this worker against it.
import { z } from "zod";

const DECIMAL = /^\d{1,78}$/;
const integer = z.string().regex(DECIMAL).transform(BigInt);
const hex = z
  .string()
  .regex(/^0x([0-9a-fA-F]{2})*$/)
  .transform((text) => new Uint8Array(Buffer.from(text.slice(2), "hex")));
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const index = z.number().int().min(0);

const challengeContext = z.object({ chainId: integer, binder: integer, programId: integer });

/** A leased block proof. */
export const proofLease = z.object({
  id: z.string(),
  token: z.string(),
  circuit: z.string(),
  blockNumber: integer,
  context: challengeContext,
  commitment: integer,
  words: hex,
  size: z.string(),
  circuitInput: z.string(),
  attempt: index,
  until: z.number(),
});
/** A leased block proof. */
export type ProofLease = z.infer<typeof proofLease>;

const addressText = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((text) => text as `0x${string}`);
const order = z.object({
  requester: integer,
  nonce: integer,
  seed: integer,
  middleware: integer,
  programId: integer,
  parametersCommitment: integer,
  inputsRoot: integer,
  jobCount: integer,
  chunkSize: integer,
  priceLimit: integer,
  settlementFee: integer,
  savingsShare: integer,
  modes: integer,
  minimumBond: integer,
  deadline: integer,
  terms: z.object({ royalty: integer, middleware: integer, burn: integer, pool: integer, version: integer }),
});

/** A leased chunk of an order. */
export const chunkLease = z.object({
  id: z.string(),
  token: z.string(),
  orderId: integer,
  orderIndex: index,
  chunk: index,
  order,
  programName: z.string(),
  context: challengeContext,
  statementDomain: integer,
  provider: addressText.transform(BigInt),
  from: integer,
  count: integer,
  priceLimit: integer,
  inputs: sha256,
  parameters: sha256,
  since: integer,
  until: integer,
  /** EIP-712 by the operator. */
  signature: z
    .string()
    .regex(/^0x[0-9a-fA-F]{130}$/)
    .transform((text) => text as `0x${string}`),
});
/** A leased chunk of an order. */
export type ChunkLease = z.infer<typeof chunkLease>;

/** Answer of `POST /v1/proofs/leases`. */
export const proofLeaseAnswer = z.object({ lease: proofLease.nullable() });
/** Answer of `POST /v1/leases`. */
export const chunkLeaseAnswer = z.object({ lease: chunkLease.nullable() });
/** What a worker needs of `GET /v1/info`. */
export const infoAnswer = z.object({
  chainId: integer,
  rollup: addressText,
  operator: addressText,
  operationDomain: integer,
  programs: z.array(z.object({ name: z.string(), programId: integer })),
});
/** What a worker needs of `GET /v1/info`. */
export type SequencerInfo = z.infer<typeof infoAnswer>;
/** What a worker needs of `GET /v1/accounts/:index`. */
export const accountAnswer = z.object({ owner: addressText.transform(BigInt) });
/** Answer to a proof or a statement. */
export const acceptedAnswer = z.object({ status: z.enum(["accepted", "duplicate"]) });
/** Answer that is not read further. */
export const anyAnswer = z.object({});
/** Body of an error. */
export const errorAnswer = z.object({ code: z.string(), message: z.string() });
