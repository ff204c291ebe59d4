// What goes to `Rollup.submitBlocks`: proven blocks as calldata. Pure.
import { statementBytes } from "@catalyze/circuits/reference";
import { type ContractProof, encodeProofForContract, proofFromJson } from "@catalyze/prover";
import type { api } from "@catalyze/sdk";
import { bytesToHex } from "viem";
import { SequencerError } from "../errors.js";
import { SUBMISSION_BYTES, SUBMISSION_GAS, TRANSACTION_GAS } from "../limits.js";
import type { StoredBlock } from "../store/blocks.js";
import type { StoredStatement } from "../store/work.js";

/** Eight words of a stored proof. @throws {SequencerError} `SEQUENCER_PROOF_INVALID` when there is none. */
export function contractProof(json: api.Groth16Proof | null): ContractProof {
  const proof = json === null ? undefined : proofFromJson(json);
  if (proof === undefined) throw new SequencerError("SEQUENCER_PROOF_INVALID", "There is no usable proof");
  return encodeProofForContract(proof);
}

/** What a transaction with some submissions takes. */
export interface SubmissionCost {
  readonly bytes: number;
  /** Undefined when L1 gave no estimate. */
  readonly gas: bigint | undefined;
}

/**
 * How many blocks to try when a transaction with `count` of them costs too much; `count` when it fits. One block alone is
 * never split.
 */
export function blocksThatFit(count: number, { bytes, gas }: SubmissionCost): number {
  if (count <= 1) return count;
  const byBytes = bytes <= SUBMISSION_BYTES ? count : Math.floor((count * SUBMISSION_BYTES) / bytes);
  const byGas =
    gas === undefined
      ? Math.floor(count / 2)
      : gas <= SUBMISSION_GAS
        ? count
        : Number((BigInt(count) * SUBMISSION_GAS) / gas);
  return Math.max(1, Math.min(byBytes, byGas));
}

/**
 * Gas to allow for a transaction of estimated gas: a fifth more, and never above what a transaction (EIP-7825) or L1's
 * latest block may have.
 */
export function gasLimit(estimate: bigint, blockGas: bigint): bigint {
  return [(estimate * 12n) / 10n, TRANSACTION_GAS, blockGas].reduce((a, b) => (a < b ? a : b));
}

/** A `BlockSubmission` of IRollup. `statements` are those that the block settles, in slot order. */
export function blockSubmission(sizeId: number, block: StoredBlock, statements: readonly StoredStatement[]) {
  return {
    sizeId: BigInt(sizeId),
    words: bytesToHex(block.words),
    commitment: block.commitment,
    proof: contractProof(block.proof),
    statements: statements.map(({ statement, proof }) => ({
      words: bytesToHex(statementBytes(statement)),
      proof: contractProof(proof),
    })),
    // Every statement brings its proof along.
    recorded: 0n,
    // The block builder makes no royalty distributions.
    distributions: [],
  };
}

/** Argument of `submitBlocks`. */
export type BlockSubmission = ReturnType<typeof blockSubmission>;
