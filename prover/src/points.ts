// Affine points of BN254 as bigints, and the checks that headers, keys and proofs need.

import { BASE_FIELD_PRIME } from "./field.js";

/** An affine point of G1, coordinates in [0, q); (0, 0) is infinity. */
export interface G1Point {
  readonly x: bigint;
  readonly y: bigint;
}

/** An affine point of G2; each coordinate is [real, imaginary], each part in [0, q); all zeros is infinity. */
export interface G2Point {
  readonly x: readonly [real: bigint, imaginary: bigint];
  readonly y: readonly [real: bigint, imaginary: bigint];
}

/** b of the twist y² = x³ + 3 / (9 + u). */
const TWIST_B: readonly [bigint, bigint] = [
  19485874751759354771024239261021720505790618469301721065564631296452457478373n,
  266929791119991161246907387137283842545076965332900288569378510910307636690n,
];

const q = BASE_FIELD_PRIME;
const inField = (value: bigint): boolean => value >= 0n && value < q;
const reduce = (value: bigint): bigint => ((value % q) + q) % q;

/** True when the point is affine (not infinity), in range and on y² = x³ + 3. */
export function isOnG1(point: G1Point): boolean {
  const { x, y } = point;
  return inField(x) && inField(y) && reduce(y * y - x * x * x - 3n) === 0n;
}

/** True when the point is affine (not infinity), in range and on the twist. The subgroup is not checked. */
export function isOnTwist(point: G2Point): boolean {
  const { x, y } = point;
  if (![...x, ...y].every(inField)) return false;
  const square = ([a, b]: readonly [bigint, bigint]): [bigint, bigint] => [
    reduce(a * a - b * b),
    reduce(2n * a * b),
  ];
  const xSquared = square(x);
  const ySquared = square(y);
  const xCubed = [
    reduce(xSquared[0] * x[0] - xSquared[1] * x[1]),
    reduce(xSquared[0] * x[1] + xSquared[1] * x[0]),
  ] as const;
  return (
    reduce(ySquared[0] - xCubed[0] - TWIST_B[0]) === 0n && reduce(ySquared[1] - xCubed[1] - TWIST_B[1]) === 0n
  );
}

/** True when both points have the same coordinates. */
export function equalG1(left: G1Point, right: G1Point): boolean {
  return left.x === right.x && left.y === right.y;
}

/** True when both points have the same coordinates. */
export function equalG2(left: G2Point, right: G2Point): boolean {
  return (
    left.x[0] === right.x[0] &&
    left.x[1] === right.x[1] &&
    left.y[0] === right.y[0] &&
    left.y[1] === right.y[1]
  );
}
