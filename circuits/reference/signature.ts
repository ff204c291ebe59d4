// Signatures of operations: EdDSA-Poseidon over BabyJubJub, circomlib compatible. Owns which keys and signatures
// count as valid, the same for everyone: `circuits/src/signature` proves it, the registry checks keys. Browser-safe
// where circomlibjs is.
import { buildEddsa, type FieldElement, type Point } from "circomlibjs";
import { FIELD_MODULUS } from "./hash.js";

/** Order of the prime subgroup of BabyJubJub, l; S is below it. */
export const SUBGROUP_ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;

/** A public key: an affine point of BabyJubJub. */
export interface PublicKey {
  readonly ax: bigint;
  readonly ay: bigint;
}

/** A signature: an affine point and a scalar below {@link SUBGROUP_ORDER}. */
export interface Signature {
  readonly r8x: bigint;
  readonly r8y: bigint;
  readonly s: bigint;
}

/** Thrown when a private key or a message has a wrong form. */
export class SignatureInputError extends Error {
  /** Stable identifier. */
  readonly code = "SIGNATURE_INPUT_INVALID";

  constructor(message: string) {
    super(message);
    this.name = "SignatureInputError";
  }
}

const eddsa = await buildEddsa();
const { babyJub, F: field } = eddsa;

const isFieldElement = (value: unknown): value is bigint =>
  typeof value === "bigint" && value >= 0n && value < FIELD_MODULUS;

function toPoint(x: bigint, y: bigint): Point | undefined {
  return isFieldElement(x) && isFieldElement(y) ? [field.e(x), field.e(y)] : undefined;
}

function checkPrivateKey(privateKey: Uint8Array): void {
  if (!(privateKey instanceof Uint8Array) || privateKey.length !== 32) {
    throw new SignatureInputError("A private key is a Uint8Array of 32 bytes.");
  }
}

function toMessage(message: bigint): FieldElement {
  if (!isFieldElement(message)) {
    throw new SignatureInputError("A message is a bigint from 0 to the field modulus - 1; hash longer ones.");
  }
  return field.e(message);
}

/**
 * Public key of a private key.
 *
 * @param privateKey 32 random bytes
 * @throws SignatureInputError
 */
export function publicKey(privateKey: Uint8Array): PublicKey {
  checkPrivateKey(privateKey);
  const [ax, ay] = eddsa.prv2pub(privateKey);
  return { ax: field.toObject(ax), ay: field.toObject(ay) };
}

/**
 * Signs a field element; deterministic.
 *
 * @param privateKey 32 random bytes
 * @throws SignatureInputError
 */
export function signMessage(privateKey: Uint8Array, message: bigint): Signature {
  checkPrivateKey(privateKey);
  const { R8, S } = eddsa.signPoseidon(privateKey, toMessage(message));
  return { r8x: field.toObject(R8[0]), r8y: field.toObject(R8[1]), s: S };
}

/** True when the point is on the curve and both coordinates are reduced. */
export function isOnCurve(x: bigint, y: bigint): boolean {
  const point = toPoint(x, y);
  return point !== undefined && babyJub.inCurve(point);
}

/** True when the point is on the curve and 8 times it is the neutral element. */
export function isSmallOrder(x: bigint, y: bigint): boolean {
  const point = toPoint(x, y);
  if (!point || !babyJub.inCurve(point)) return false;
  return field.toObject(babyJub.mulPointEscalar(point, 8n)[0]) === 0n;
}

/** What a key must fulfil to be registered: on the curve, not of small order. */
export function isValidPublicKey({ ax, ay }: PublicKey): boolean {
  return isOnCurve(ax, ay) && !isSmallOrder(ax, ay);
}

/**
 * Verifies S · B8 = R8 + h · 8A with h = Poseidon(R8, A, message): true exactly when key and signature are in range,
 * the key is valid, R8 is on the curve and not the neutral element, S is below the subgroup order, and the
 * equation holds. The circuit proves all of it but for the range of S, which means nothing there, and the key's
 * validity, which it assumes. Never throws.
 */
export function verifySignature(key: PublicKey, message: bigint, signature: Signature): boolean {
  const { r8x, r8y, s } = signature;
  if (!isFieldElement(message) || typeof s !== "bigint" || s < 0n || s >= SUBGROUP_ORDER) return false;
  const r8 = toPoint(r8x, r8y);
  const a = toPoint(key.ax, key.ay);
  if (!r8 || !a || r8x === 0n || !isValidPublicKey(key)) return false;
  return eddsa.verifyPoseidon(field.e(message), { R8: r8, S: s }, a);
}
