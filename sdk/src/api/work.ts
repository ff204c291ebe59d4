// The broker's two queues: block proofs for the operator's workers, and chunks of orders for providers.
import { z } from "zod";
import {
  address,
  cellIndex,
  ecdsaSignature,
  eddsaSignature,
  fieldElement,
  groth16Proof,
  hexBytes,
  identifier,
  leaseToken,
  seconds,
  sha256Text,
  unsigned,
} from "./primitives.js";
import { MAXIMUM_RESULT_BYTES, order, statement } from "./state.js";

/** Phase and percentage of a worker. */
export const progressReport = z.strictObject({
  token: leaseToken,
  /** What the worker does now, such as "witness" or "proof". */
  phase: z.string().max(40),
  percentage: z.number().min(0).max(100),
});

/** Answer to a heartbeat: until when the lease holds now (milliseconds since 1970). */
export const heartbeatResponse = z.object({ until: z.number().int() });

/** Why a worker gave a job back. */
export const failureReport = z.strictObject({
  token: leaseToken,
  reason: z.string().max(2000),
});

/** What a challenge binds besides the words (`ChallengeContext` of circuits/schema). */
export const challengeContext = z.object({
  chainId: unsigned(64),
  binder: unsigned(160),
  programId: unsigned(248),
});

/** Body of `POST /v1/proofs/leases`: who asks, and the circuits that it can prove. */
export const leaseProofRequest = z.strictObject({
  worker: identifier,
  circuits: z.array(z.string().max(80)).min(1).max(32),
});

/** A block to prove. Public signals are [commitment, y, z]; z and y follow from `context` and `words`. */
export const proofLease = z.object({
  /** Id of the job: digest of its content. */
  id: identifier,
  token: leaseToken,
  /** Name of the circuit in the build manifest. */
  circuit: z.string(),
  blockNumber: unsigned(40),
  context: challengeContext,
  commitment: fieldElement,
  /** The used words as they stand in calldata. */
  words: hexBytes(2 ** 20),
  /** Name of the block size, whose layout gives the vector. */
  size: z.string(),
  /** Input object of the circuit without `z`, as the reference's `toJson` text. */
  circuitInput: z.string(),
  attempt: z.number().int(),
  /** Milliseconds since 1970. */
  until: z.number().int(),
});
/** A leased block proof. */
export type ProofLease = z.infer<typeof proofLease>;
/** Answer of `POST /v1/proofs/leases`; null when there is nothing to prove. */
export const leaseProofResponse = z.object({ lease: proofLease.nullable() });

/** Body of `POST /v1/proofs/:id/proof`. The token may be of a lease that ended. */
export const submitProofRequest = z.strictObject({
  token: leaseToken,
  proof: groth16Proof,
  /** Seconds spent on the proof, for statistics. */
  provingSeconds: z.number().min(0).max(1e7),
});
/** Answer to a proof: `duplicate` when another was accepted before. */
export const submitProofResponse = z.object({
  status: z.enum(["accepted", "duplicate"]),
});

/** Where a proof job stands. */
export const proofJobResponse = z.object({
  id: identifier,
  blockNumber: unsigned(40),
  circuit: z.string(),
  status: z.enum(["queued", "proving", "proved", "failed"]),
  attempts: z.number().int(),
  phase: z.string().nullable(),
  percentage: z.number().nullable(),
  reason: z.string().nullable(),
});

/**
 * Body of `POST /v1/leases`. `signature` by the account's key over the lease request message of
 * `@catalyze/prover` (`leaseRequestMessage`): domain, operation domain, account, time.
 */
export const leaseChunkRequest = z.strictObject({
  account: cellIndex,
  /** Milliseconds since 1970: within a minute of the sequencer's clock and above the account's last request. */
  time: unsigned(48),
  signature: eddsaSignature,
  /** Programs that the provider can run and prove. */
  programs: z.array(unsigned(248)).min(1).max(32),
  /** Least price per job in units that the provider asks; orders with a lower limit are passed over. */
  minimumPrice: unsigned(64).optional(),
});

/** A chunk to run and prove. */
export const chunkLease = z.object({
  id: identifier,
  token: leaseToken,
  orderId: unsigned(64),
  orderIndex: cellIndex,
  chunk: z.number().int().min(0),
  order,
  programName: z.string(),
  context: challengeContext,
  statementDomain: unsigned(248),
  /** L1 address that the statement must name. */
  provider: address,
  /** First job and number of jobs. */
  from: unsigned(32),
  count: unsigned(16),
  /** Most units per job. */
  priceLimit: unsigned(64),
  /** Artefact with the bytes of all inputs of the order. */
  inputs: sha256Text,
  /** Artefact with the program's parameters. */
  parameters: sha256Text,
  /** First second of the lease (sequencer's clock, seconds since 1970). */
  since: seconds,
  /** Last second of the lease (sequencer's clock, seconds since 1970). */
  until: seconds,
  /** EIP-712 by the operator over `leaseTypes`. */
  operator: address,
  signature: ecdsaSignature,
});
/** A leased chunk. */
export type ChunkLease = z.infer<typeof chunkLease>;
/** Answer of `POST /v1/leases`; null when no open chunk fits. */
export const leaseChunkResponse = z.object({ lease: chunkLease.nullable() });

/** Body of `POST /v1/statements`. */
export const submitStatementRequest = z.strictObject({
  lease: identifier,
  token: leaseToken,
  statement,
  /** Account whose owner is the statement's provider. */
  provider: cellIndex,
  results: hexBytes(MAXIMUM_RESULT_BYTES),
  proof: groth16Proof,
  provingSeconds: z.number().min(0).max(1e7),
});
/** Answer of `POST /v1/statements`: the commitment C that names the fact. */
export const submitStatementResponse = z.object({
  status: z.enum(["accepted", "duplicate"]),
  commitment: fieldElement,
});

/** Answer of `PUT /v1/artefacts/:sha256`. */
export const artefactResponse = z.object({
  sha256: sha256Text,
  bytes: z.number().int(),
});
