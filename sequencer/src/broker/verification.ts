// Verifying submitted proofs: one at a time, a bounded number waiting.

import {
  type Statement,
  statementBytes,
  statementCommitment,
  statementContent,
} from "@catalyze/circuits/reference";
import {
  type BlockSize,
  blockLayout,
  type ChallengeContext,
  challenge,
  decodeBlockVector,
  evaluateVector,
  expandVector,
  statementLayout,
} from "@catalyze/circuits/schema";
import { proofFromJson, type VerificationKey } from "@catalyze/prover";
import type { api } from "@catalyze/sdk";
import type { ProofVerifier } from "../config.js";
import { createExclusive, type Exclusive } from "../core/exclusive.js";
import { SequencerError } from "../errors.js";
import { VERIFICATIONS_QUEUED } from "../limits.js";

/** Public signals [C, y, z] of any proof of this deployment. */
function publicSignals(
  context: ChallengeContext,
  commitment: bigint,
  words: readonly bigint[],
  bytes: Uint8Array,
): [bigint, bigint, bigint] {
  const z = challenge(context, commitment, bytes);
  return [commitment, evaluateVector(words, z), z];
}

/** Public signals of a statement, with z from its bytes as they will stand in calldata. */
export function statementSignals(context: ChallengeContext, statement: Statement): bigint[] {
  const words = expandVector(statementLayout, statementContent(statement));
  return publicSignals(context, statementCommitment(statement), words, statementBytes(statement));
}

/** Public signals of a block. */
export function blockSignals(
  context: ChallengeContext,
  size: BlockSize,
  commitment: bigint,
  bytes: Uint8Array,
): bigint[] {
  const words = expandVector(blockLayout(size), decodeBlockVector(size, bytes));
  return publicSignals(context, commitment, words, bytes);
}

/** Checks proofs. */
export interface ProofChecker {
  /** @throws {SequencerError} `SEQUENCER_PROOF_INVALID` */
  check(
    key: VerificationKey,
    signals: readonly bigint[],
    proof: api.Groth16Proof,
    what: string,
  ): Promise<void>;
}

/** Makes a checker that verifies one proof at a time. */
export function createProofChecker(verify: ProofVerifier): ProofChecker {
  const queue: Exclusive = createExclusive(VERIFICATIONS_QUEUED);
  return {
    async check(key, signals, json, what) {
      const proof = proofFromJson(json);
      if (proof === undefined || !(await queue(() => verify(key, signals, proof)))) {
        throw new SequencerError(
          "SEQUENCER_PROOF_INVALID",
          `The proof does not verify for ${what}: another statement, key or challenge was proven.`,
          { details: { commitment: signals[0]!.toString(), challenge: signals[2]!.toString() } },
        );
      }
    },
  };
}
