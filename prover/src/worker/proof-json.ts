// Proofs as JSON, in snarkjs' form, which any Groth16 tool reads.
import type { Proof } from "../backends/proof.js";

/** A Groth16 proof as snarkjs writes it: projective points with z = 1, G2 as [real, imaginary], decimal strings. */
export interface ProofJson {
  readonly protocol: "groth16";
  readonly curve: "bn128";
  readonly pi_a: string[];
  readonly pi_b: string[][];
  readonly pi_c: string[];
}

/** JSON form of a proof. */
export function proofToJson({ a, b, c }: Proof): ProofJson {
  return {
    protocol: "groth16",
    curve: "bn128",
    pi_a: [`${a.x}`, `${a.y}`, "1"],
    pi_b: [
      [`${b.x[0]}`, `${b.x[1]}`],
      [`${b.y[0]}`, `${b.y[1]}`],
      ["1", "0"],
    ],
    pi_c: [`${c.x}`, `${c.y}`, "1"],
  };
}

/**
 * Inverse of {@link proofToJson} for affine points. Undefined when a coordinate is missing, is no decimal number of at
 * most 78 digits, or a point is not affine; whether the points are on the curve is for `verifyProof`.
 */
export function proofFromJson(json: ProofJson): Proof | undefined {
  const numbers = [json.pi_a, ...json.pi_b, json.pi_c].flat();
  if (json.pi_b.length !== 3 || numbers.length !== 12) return undefined;
  if (!numbers.every((text) => /^\d{1,78}$/.test(text))) return undefined;
  const values = numbers.map(BigInt);
  const [ax, ay, az, bx0, bx1, by0, by1, bz0, bz1, cx, cy, cz] = values as [bigint, ...bigint[]] & bigint[];
  if (az !== 1n || bz0 !== 1n || bz1 !== 0n || cz !== 1n) return undefined;
  return {
    a: { x: ax, y: ay! },
    b: { x: [bx0!, bx1!], y: [by0!, by1!] },
    c: { x: cx!, y: cy! },
  };
}
