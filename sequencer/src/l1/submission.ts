// What goes to `Rollup.submitBlocks`: proven blocks as calldata. Pure.
import { statementBytes } from "@catalyze/circuits/reference";
import { type ContractProof, encodeProofForContract, proofFromJson } from "@catalyze/prover";
import type { api } from "@catalyze/sdk";
import { bytesToHex } from "viem";
import { SequencerError } from "../errors.js";
import type { StoredBlock } from "../store/blocks.js";
import type { StoredStatement } from "../store/work.js";

/** Eight words of a stored proof. @throws {SequencerError} `SEQUENCER_PROOF_INVALID` when there is none. */
export function contractProof(json: api.Groth16Proof | null): ContractProof {
  const proof = json === null ? undefined : proofFromJson(json);
  if (proof === undefined) throw new SequencerError("SEQUENCER_PROOF_INVALID", "There is no usable proof");
  return encodeProofForContract(proof);
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
