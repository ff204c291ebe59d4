// Verification keys whose secrets are known, so that the gas benchmark has a valid proof for any public signals: with
// gamma = 1, A = a·G1, B = b·G2 and C = ((a b − alpha beta − L) / delta)·G1. Gas does not depend on who made a proof.
import { bn254 } from "@noble/curves/bn254";
import { concatHex, keccak256, numberToHex } from "viem";

const { Fr } = bn254.fields;
const [ALPHA, BETA, DELTA, A, B] = [5n, 7n, 11n, 13n, 17n];

const g1 = (scalar) => {
  const { x, y } = bn254.G1.ProjectivePoint.BASE.multiply(scalar).toAffine();
  return [x, y];
};

const g2 = (scalar) => {
  const { x, y } = bn254.G2.ProjectivePoint.BASE.multiply(scalar).toAffine();
  return [x.c1, x.c0, y.c1, y.c0];
};

/** The points that all keys here share, as `deploy` takes them. */
export const constants = { alpha: g1(ALPHA), beta: g2(BETA), gamma: g2(1n) };

const [POINT_A, POINT_B] = [g1(A), g2(B)];

/** A key with its id and its proofs; keys of different seeds (1n and above) differ. */
export function trapdoorKey(seed) {
  const logarithms = [1n, 2n, 3n, 4n].map((i) => seed * 100n + i);
  const words = [...g2(DELTA), ...logarithms.flatMap(g1)];
  const hex = concatHex(words.map((word) => numberToHex(word, { size: 32 })));
  const prove = (signals) => {
    const l = signals.reduce(
      (sum, signal, i) => Fr.add(sum, Fr.mul(signal, logarithms[i + 1])),
      logarithms[0],
    );
    const c = Fr.div(Fr.sub(Fr.create(A * B), Fr.add(Fr.create(ALPHA * BETA), l)), DELTA);
    return [...POINT_A, ...POINT_B, ...g1(c)];
  };
  return { hex, programId: BigInt(keccak256(hex)) >> 8n, prove };
}
