// The two prime fields of BN254 as bigints, and their little-endian byte forms.
// For headers, keys and proofs only; everything long runs in WASM.

/** Prime of the coordinate field of BN254. */
export const BASE_FIELD_PRIME =
  21888242871839275222246405745257275088696311157297823662689037894645226208583n;
/** Prime of the scalar field of BN254: the field of witnesses and public signals. */
export const SCALAR_FIELD_PRIME =
  21888242871839275222246405745257275088548364400416034343698204186575808495617n;
/** Bytes of one field element. */
export const FIELD_BYTES = 32;
/** The scalar field has roots of unity of order 2^28 and no further. */
export const TWO_ADICITY = 28;
/** A generator of the 2^28-th roots of unity: 5^((r − 1) / 2^28). */
export const ROOT_OF_UNITY = 19103219067921713944291392827692070036145651957329286315305642004821462161904n;

const WORD = 64n;
const WORD_MASK = (1n << WORD) - 1n;

/** Reads a 32-byte little-endian integer. */
export function readUint256(bytes: Uint8Array, offset = 0): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, FIELD_BYTES);
  let value = 0n;
  for (let word = 3; word >= 0; word--) value = (value << WORD) | view.getBigUint64(word * 8, true);
  return value;
}

/** Writes a 32-byte little-endian integer; the value is below 2^256. */
export function writeUint256(bytes: Uint8Array, offset: number, value: bigint): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, FIELD_BYTES);
  for (let word = 0; word < 4; word++) {
    view.setBigUint64(word * 8, (value >> (BigInt(word) * WORD)) & WORD_MASK, true);
  }
}

/** value^exponent mod modulus, exponent ≥ 0. */
export function modularPower(value: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let base = ((value % modulus) + modulus) % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  return result;
}

/** value^−1 mod a prime modulus; the value is not a multiple of it. */
export function modularInverse(value: bigint, modulus: bigint): bigint {
  return modularPower(value, modulus - 2n, modulus);
}

const BASE_FIELD_R_INVERSE = modularInverse(1n << 256n, BASE_FIELD_PRIME);

/** From the Montgomery form value · 2^256 mod q, as `.zkey` files hold coordinates, to the plain value. */
export function fromBaseFieldMontgomery(value: bigint): bigint {
  return (value * BASE_FIELD_R_INVERSE) % BASE_FIELD_PRIME;
}
