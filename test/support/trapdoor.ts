// Verification keys whose secrets are known, so that tests can make a valid proof for any public signals: with gamma = 1,
// A = a·G1, B = b·G2 and C = ((a b − alpha beta − L) / delta)·G1. For tests of what comes after the proof.
import type { VerifierConstants } from "@catalyze/contracts";
import { bn254 } from "@noble/curves/bn254";
import { bytesToHex, concatHex, type Hex, keccak256, numberToHex } from "viem";

const { Fr } = bn254.fields;
const [ALPHA, BETA, DELTA, A, B] = [5n, 7n, 11n, 13n, 17n];

const g1 = (scalar: bigint): [bigint, bigint] => {
  const { x, y } = bn254.G1.ProjectivePoint.BASE.multiply(scalar).toAffine();
  return [x, y];
};

/** Words of a multiple of G2 in the order of the pairing precompile. */
const g2 = (scalar: bigint): [bigint, bigint, bigint, bigint] => {
  const { x, y } = bn254.G2.ProjectivePoint.BASE.multiply(scalar).toAffine();
  return [x.c1, x.c0, y.c1, y.c0];
};

/** The points that all keys here share. */
export const trapdoorConstants: VerifierConstants = { alpha: g1(ALPHA), beta: g2(BETA), gamma: g2(1n) };

/** A key with its id; keys of different seeds differ. */
export function trapdoorKey(seed: bigint) {
  const logarithms = [1n, 2n, 3n, 4n].map((i) => seed * 100n + i);
  const words = [...g2(DELTA), ...logarithms.flatMap(g1)];
  const hex = concatHex(words.map((word) => numberToHex(word, { size: 32 })));
  const prove = (signals: readonly [bigint, bigint, bigint]) => {
    const l = signals.reduce(
      (sum, signal, i) => Fr.add(sum, Fr.mul(signal, logarithms[i + 1]!)),
      logarithms[0]!,
    );
    const c = Fr.div(Fr.sub(Fr.create(A * B), Fr.add(Fr.create(ALPHA * BETA), l)), DELTA);
    return [...g1(A), ...g2(B), ...g1(c)] as unknown as TrapdoorProof;
  };
  return { hex, programId: BigInt(keccak256(hex)) >> 8n, prove };
}

/** A proof as calldata. */
export type TrapdoorProof = readonly [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
/** A key with its id and its proofs. */
export type TrapdoorKey = ReturnType<typeof trapdoorKey>;

/** Bytes as hex. */
export const hexOf = (bytes: Uint8Array): Hex => bytesToHex(bytes);
