// Groth16 proofs: their form here, their verification, and their encoding for the contracts.

import { checkPairing } from "../curve/pairing-check.js";
import { SCALAR_FIELD_PRIME } from "../field.js";
import {
  encodeG2ForContract,
  type VerificationKey,
  verificationKeyPoints,
} from "../keys/verification-key.js";
import { type G1Point, type G2Point, isOnG1, isOnTwist } from "../points.js";

/** A Groth16 proof: affine points. Proofs can be re-randomised by anyone: never use one as an identifier. */
export interface Proof {
  readonly a: G1Point;
  readonly b: G2Point;
  readonly c: G1Point;
}

/** A proof and the public signals that it is for, each in [0, r), in the circuit's order. */
export interface ProvenSignals {
  readonly proof: Proof;
  readonly publicSignals: readonly bigint[];
}

/** A proof as eight words in the order of the EVM precompiles: a, b with imaginary parts first, c. */
export type ContractProof = readonly [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];

/** Encodes a proof for a contract call: (a.x, a.y, b.x imaginary, b.x real, b.y imaginary, b.y real, c.x, c.y). */
export function encodeProofForContract({ a, b, c }: Proof): ContractProof {
  return [a.x, a.y, ...encodeG2ForContract(b), c.x, c.y];
}

/** Reverses encodeProofForContract; nothing is checked. */
export function decodeProofFromContract(words: ContractProof): Proof {
  const [ax, ay, bx1, bx0, by1, by0, cx, cy] = words;
  return { a: { x: ax, y: ay }, b: { x: [bx0, bx1], y: [by0, by1] }, c: { x: cx, y: cy } };
}

/**
 * Verifies a proof. False for anything that is wrong with the proof or the public signals: their number, a value
 * out of range, a point at infinity, off its curve or outside the subgroup, or the equation.
 * @throws VerificationKeyError when the key is malformed, ThreadError
 */
export async function verifyProof(
  verificationKey: VerificationKey,
  publicSignals: readonly bigint[],
  proof: Proof,
): Promise<boolean> {
  const key = verificationKeyPoints(verificationKey);
  if (publicSignals.length !== verificationKey.nPublic) return false;
  if (!publicSignals.every((signal) => signal >= 0n && signal < SCALAR_FIELD_PRIME)) return false;
  if (!isOnG1(proof.a) || !isOnTwist(proof.b) || !isOnG1(proof.c)) return false;
  return checkPairing({ ...proof, ...key, publicSignals });
}
