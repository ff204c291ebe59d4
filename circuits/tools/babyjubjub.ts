// BabyJubJub over bigints, for generating constants and as a test oracle; not constant-time. Parameters from
// EIP-2494: a x^2 + y^2 = 1 + d x^2 y^2 over BN254's scalar field; Montgomery form v^2 = u^3 + 168698 u^2 + u.
import { createHash } from "node:crypto";

/** Field of the curve. */
export const CURVE_FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
/** Order of the prime subgroup, l; the curve has 8 · l points. */
export const SUBGROUP_ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;

const A = 168700n;
const D = 168696n;

/** An affine point of the twisted Edwards form. */
export interface EdwardsPoint {
  readonly x: bigint;
  readonly y: bigint;
}

/** An affine point of the Montgomery form; the neutral element has none. */
export interface MontgomeryPoint {
  readonly u: bigint;
  readonly v: bigint;
}

/** Neutral element. */
export const IDENTITY: EdwardsPoint = { x: 0n, y: 1n };
/** Generator of the prime subgroup that circomlib signs with. */
export const BASE_POINT: EdwardsPoint = {
  x: 5299619240641551281634865583518297030282874472190772894086521144482721001553n,
  y: 16950150798460657717958625567821834550301663161624707787222815936182638968203n,
};

/** Residue from 0 to the field modulus - 1. */
export const reduce = (value: bigint): bigint => ((value % CURVE_FIELD) + CURVE_FIELD) % CURVE_FIELD;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = reduce(base), rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = reduce(result * square);
    square = reduce(square * square);
  }
  return result;
}

/** Inverse in the field; 0 has none. */
export function invert(value: bigint): bigint {
  if (reduce(value) === 0n) throw new RangeError("0 has no inverse in the curve's field.");
  return power(value, CURVE_FIELD - 2n);
}

/** Square root by Tonelli and Shanks, or undefined. */
export function squareRoot(value: bigint): bigint | undefined {
  const square = reduce(value);
  if (square === 0n) return 0n;
  if (power(square, (CURVE_FIELD - 1n) / 2n) !== 1n) return undefined;
  // field - 1 = 2^28 · odd; 5 is no square.
  const odd = (CURVE_FIELD - 1n) >> 28n;
  let root = power(square, (odd + 1n) / 2n);
  let rest = power(square, odd);
  let generator = power(5n, odd);
  for (let order = 28; rest !== 1n; ) {
    let exponent = 0;
    for (let probe = rest; probe !== 1n; probe = reduce(probe * probe)) exponent += 1;
    const factor = power(generator, 1n << BigInt(order - exponent - 1));
    root = reduce(root * factor);
    generator = reduce(factor * factor);
    rest = reduce(rest * generator);
    order = exponent;
  }
  return root;
}

/** True when both coordinates are field elements and the point satisfies the curve's equation. */
export function isOnCurve({ x, y }: EdwardsPoint): boolean {
  if (x < 0n || y < 0n || x >= CURVE_FIELD || y >= CURVE_FIELD) return false;
  const [xx, yy] = [reduce(x * x), reduce(y * y)];
  return reduce(A * xx + yy - 1n - D * reduce(xx * yy)) === 0n;
}

/** Sum of two points of the curve; complete. */
export function add(left: EdwardsPoint, right: EdwardsPoint): EdwardsPoint {
  const product = reduce(D * reduce(left.x * right.x) * reduce(left.y * right.y));
  return {
    x: reduce((left.x * right.y + left.y * right.x) * invert(1n + product)),
    y: reduce((left.y * right.y - A * left.x * right.x) * invert(1n - product)),
  };
}

/** Inverse of a point. */
export const negate = ({ x, y }: EdwardsPoint): EdwardsPoint => ({ x: reduce(-x), y });

/** Multiple of a point by a non-negative integer. */
export function multiply(point: EdwardsPoint, scalar: bigint): EdwardsPoint {
  let result = IDENTITY;
  for (let doubled = point, rest = scalar; rest > 0n; rest >>= 1n, doubled = add(doubled, doubled)) {
    if (rest & 1n) result = add(result, doubled);
  }
  return result;
}

/** Montgomery form of a point with x ≠ 0. */
export function toMontgomery({ x, y }: EdwardsPoint): MontgomeryPoint {
  const u = reduce((1n + y) * invert(1n - y));
  return { u, v: reduce(u * invert(x)) };
}

/**
 * A point of the prime subgroup, not the neutral element, whose discrete logarithm nobody knows: 8 times the first
 * point whose y coordinate is SHA-256(text | "/" | counter) mod the field, counter = 0, 1, …, with the smaller x.
 */
export function hashToSubgroup(text: string): EdwardsPoint {
  for (let counter = 0; ; counter += 1) {
    const y = reduce(BigInt(`0x${createHash("sha256").update(`${text}/${counter}`).digest("hex")}`));
    const denominator = reduce(A - D * reduce(y * y));
    if (denominator === 0n) continue;
    const root = squareRoot((1n - y * y) * invert(denominator));
    if (root === undefined) continue;
    const point = multiply({ x: root < CURVE_FIELD - root ? root : CURVE_FIELD - root, y }, 8n);
    if (point.x !== 0n) return point;
  }
}
