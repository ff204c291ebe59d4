// Verification keys: snarkjs's JSON form, and the form in which the contracts take them.

import { SetupError, VerificationKeyError } from "../errors.js";
import { openFileSource } from "../files/container.js";
import { readPublicPoints, readZkey } from "../files/zkey.js";
import { equalG2, type G1Point, type G2Point, isOnG1, isOnTwist } from "../points.js";

/** A verification key as snarkjs writes it to JSON: decimal strings, projective with z = 1, G2 as [real, imaginary]. */
export interface VerificationKey {
  readonly protocol: "groth16";
  readonly curve: "bn128";
  readonly nPublic: number;
  readonly vk_alpha_1: string[];
  readonly vk_beta_2: string[][];
  readonly vk_gamma_2: string[][];
  readonly vk_delta_2: string[][];
  /** nPublic + 1 points. */
  readonly IC: string[][];
}

/** The points of a verification key as bigints. */
export interface VerificationKeyPoints {
  readonly alpha: G1Point;
  readonly beta: G2Point;
  readonly gamma: G2Point;
  readonly delta: G2Point;
  readonly ic: readonly G1Point[];
}

/** What of a verification key differs between circuits of one deployment, in the order of the EVM precompiles. */
export interface ContractVerificationKey {
  /** (x imaginary, x real, y imaginary, y real) */
  readonly delta: readonly [bigint, bigint, bigint, bigint];
  /** Four points (x, y): constant, C, y, z. */
  readonly ic: readonly (readonly [x: bigint, y: bigint])[];
}

/** Public signals of every circuit that is checked on chain: C, y and z (DESIGN §3). */
export const CONTRACT_PUBLIC_SIGNALS = 3;

const formatG1 = ({ x, y }: G1Point): string[] => [`${x}`, `${y}`, "1"];
const formatG2 = ({ x, y }: G2Point): string[][] => [
  [`${x[0]}`, `${x[1]}`],
  [`${y[0]}`, `${y[1]}`],
  ["1", "0"],
];

/**
 * Reads the verification key out of a proving key, without reading the rest of it.
 * @throws FileFormatError, VerificationKeyError when a point is off the curve, SetupError when it can't be opened
 */
export async function readVerificationKey(zkeyPath: string): Promise<VerificationKey> {
  const source = await openFileSource(zkeyPath, "zkey").catch((error: unknown) => {
    throw new SetupError(`${zkeyPath} can't be opened`, { cause: error });
  });
  try {
    const zkey = await readZkey(source);
    const ic = await readPublicPoints(zkey);
    const { alpha1, beta2, gamma2, delta2, publicSignalCount } = zkey.header;
    const verificationKey: VerificationKey = {
      protocol: "groth16",
      curve: "bn128",
      nPublic: publicSignalCount,
      vk_alpha_1: formatG1(alpha1),
      vk_beta_2: formatG2(beta2),
      vk_gamma_2: formatG2(gamma2),
      vk_delta_2: formatG2(delta2),
      IC: ic.map(formatG1),
    };
    verificationKeyPoints(verificationKey);
    return verificationKey;
  } finally {
    await source.close();
  }
}

/**
 * Parses and checks a verification key: protocol, counts, every point affine, in range and on its curve.
 * @throws VerificationKeyError
 */
export function verificationKeyPoints(key: VerificationKey): VerificationKeyPoints {
  if (key.protocol !== "groth16" || key.curve !== "bn128") {
    throw new VerificationKeyError(
      `expected a groth16 key over bn128, found ${key.protocol} over ${key.curve}`,
    );
  }
  if (!Number.isSafeInteger(key.nPublic) || key.nPublic < 0 || key.IC?.length !== key.nPublic + 1) {
    throw new VerificationKeyError(`${key.IC?.length} IC points for ${key.nPublic} public signals`);
  }
  const points = {
    alpha: parseG1(key.vk_alpha_1, "vk_alpha_1"),
    beta: parseG2(key.vk_beta_2, "vk_beta_2"),
    gamma: parseG2(key.vk_gamma_2, "vk_gamma_2"),
    delta: parseG2(key.vk_delta_2, "vk_delta_2"),
    ic: key.IC.map((point, index) => parseG1(point, `IC[${index}]`)),
  };
  if (equalG2(points.gamma, points.delta)) {
    throw new VerificationKeyError("delta equals gamma: a key without a contribution accepts forged proofs");
  }
  return points;
}

function parseDecimals(values: unknown, name: string, count: number): bigint[] {
  const isDecimal = (value: unknown): value is string =>
    typeof value === "string" && /^\d{1,80}$/.test(value);
  if (!Array.isArray(values) || values.length !== count || !values.every(isDecimal)) {
    throw new VerificationKeyError(`${name} is not a list of ${count} decimal strings`);
  }
  return values.map(BigInt);
}

function parseG1(values: unknown, name: string): G1Point {
  const [x, y, z] = parseDecimals(values, name, 3) as [bigint, bigint, bigint];
  const point = { x, y };
  if (z !== 1n || !isOnG1(point))
    throw new VerificationKeyError(`${name} is not an affine point of the curve`);
  return point;
}

function parseG2(values: unknown, name: string): G2Point {
  if (!Array.isArray(values) || values.length !== 3)
    throw new VerificationKeyError(`${name} has no three coordinates`);
  const [x, y, z] = values.map((value) => parseDecimals(value, name, 2) as [bigint, bigint]) as [
    [bigint, bigint],
    [bigint, bigint],
    [bigint, bigint],
  ];
  const point: G2Point = { x, y };
  if (z[0] !== 1n || z[1] !== 0n || !isOnTwist(point)) {
    throw new VerificationKeyError(`${name} is not an affine point of the twist`);
  }
  return point;
}

/**
 * The part of a key that a program registers on chain. Alpha, beta and gamma are the deployment's.
 * @throws VerificationKeyError when the circuit has not exactly three public signals
 */
export function contractVerificationKey(key: VerificationKey): ContractVerificationKey {
  const { delta, ic } = verificationKeyPoints(key);
  if (key.nPublic !== CONTRACT_PUBLIC_SIGNALS) {
    throw new VerificationKeyError(
      `the contracts take circuits with ${CONTRACT_PUBLIC_SIGNALS} public signals, this one has ${key.nPublic}`,
    );
  }
  return {
    delta: encodeG2ForContract(delta),
    ic: ic.map(({ x, y }) => [x, y] as const),
  };
}

/** A G2 point in the order of the EVM precompiles: (x imaginary, x real, y imaginary, y real). */
export function encodeG2ForContract({ x, y }: G2Point): readonly [bigint, bigint, bigint, bigint] {
  return [x[1], x[0], y[1], y[0]];
}
