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

/** A leased chunk of an order. */
export const chunkLease = z.object({
  id: z.string(),
  token: z.string(),
  orderId: integer,
  orderIndex: index,
  chunk: index,
  order: z.object({ parametersCommitment: integer, inputsRoot: integer, jobCount: integer }),
  programName: z.string(),
  context: challengeContext,
  statementDomain: integer,
  provider: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/)
    .transform(BigInt),
  from: integer,
  count: integer,
  priceLimit: integer,
  inputs: sha256,
  parameters: sha256,
  until: integer,
});
/** A leased chunk of an order. */
export type ChunkLease = z.infer<typeof chunkLease>;

/** Answer of `POST /v1/proofs/leases`. */
export const proofLeaseAnswer = z.object({ lease: proofLease.nullable() });
/** Answer of `POST /v1/leases`. */
export const chunkLeaseAnswer = z.object({ lease: chunkLease.nullable() });
/** What a worker needs of `GET /v1/info`. */
export const infoAnswer = z.object({
  operationDomain: integer,
  programs: z.array(z.object({ name: z.string(), programId: integer })),
});
/** Answer to a proof or a statement. */
export const acceptedAnswer = z.object({ status: z.enum(["accepted", "duplicate"]) });
/** Answer that is not read further. */
export const anyAnswer = z.object({});
/** Body of an error. */
export const errorAnswer = z.object({ code: z.string(), message: z.string() });
