// Proofs and verification keys between snarkjs' JSON, the contracts' words, and the prover's form.
import type { Proof, VerificationKey } from "@catalyze/prover";
import { bytesToBigInt, keccak256 } from "viem";
import type { Groth16Proof } from "../api/index.js";

/** Bytes of a program's key on chain: delta (4 words), IC_0 … IC_3 (2 words each). */
export const KEY_BYTES = 384;
const WORD_BYTES = 32;
const IC_POINTS = 4;

/** Points that all keys of a deployment share; G2 in precompile order (imaginary parts first). */
export interface SharedPoints {
  readonly alpha: readonly bigint[];
  readonly beta: readonly bigint[];
  readonly gamma: readonly bigint[];
}

/** A proof in snarkjs' JSON form as points; undefined unless every point is affine, as proofs for the contracts are. */
export function toProof(proof: Groth16Proof): Proof | undefined {
  const [ax, ay, az] = proof.pi_a.map(BigInt);
  const [cx, cy, cz] = proof.pi_c.map(BigInt);
  const [bx, by, bz] = proof.pi_b.map((pair) => pair.map(BigInt) as [bigint, bigint]);
  if (az !== 1n || cz !== 1n || bz?.[0] !== 1n || bz[1] !== 0n) return undefined;
  return { a: { x: ax!, y: ay! }, b: { x: bx!, y: by! }, c: { x: cx!, y: cy! } };
}

/** Id of the program with this key: keccak256(key) >> 8. */
export const programIdOfKey = (key: Uint8Array): bigint => BigInt(keccak256(key)) >> 8n;

const g1 = (x: bigint, y: bigint): string[] => [`${x}`, `${y}`, "1"];
const g2 = (words: readonly bigint[]): string[][] => {
  const [xImaginary, xReal, yImaginary, yReal] = words;
  return [
    [`${xReal}`, `${xImaginary}`],
    [`${yReal}`, `${yImaginary}`],
    ["1", "0"],
  ];
};

/** snarkjs' verification key from a program's key bytes and the deployment's shared points. */
export function toVerificationKey(key: Uint8Array, shared: SharedPoints): VerificationKey {
  const words = Array.from({ length: KEY_BYTES / WORD_BYTES }, (_, i) =>
    bytesToBigInt(key.subarray(i * WORD_BYTES, (i + 1) * WORD_BYTES)),
  );
  return {
    protocol: "groth16",
    curve: "bn128",
    nPublic: IC_POINTS - 1,
    vk_alpha_1: g1(shared.alpha[0]!, shared.alpha[1]!),
    vk_beta_2: g2(shared.beta),
    vk_gamma_2: g2(shared.gamma),
    vk_delta_2: g2(words.slice(0, 4)),
    IC: Array.from({ length: IC_POINTS }, (_, i) => g1(words[4 + 2 * i]!, words[5 + 2 * i]!)),
  };
}
