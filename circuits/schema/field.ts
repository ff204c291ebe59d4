// The scalar field of BN254 and the error type of the schema. Assumes nothing.

/** Order r of the BN254 groups: every circuit signal and public signal is an integer in [0, r). EIP-197. */
export const FIELD_MODULUS = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** Codes of {@link SchemaError}. */
export type SchemaErrorCode =
  | "SCHEMA_OUT_OF_RANGE"
  | "SCHEMA_BAD_LENGTH"
  | "SCHEMA_BAD_COUNT"
  | "SCHEMA_NOT_CANONICAL";

/** A value does not fit the schema. `code` is stable; the message names the field, what was given and what is allowed. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
  readonly code: SchemaErrorCode;

  constructor(code: SchemaErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Checks that `value` is an unsigned integer of at most `bits` bits.
 * @throws {SchemaError} `SCHEMA_OUT_OF_RANGE`, naming `label`.
 */
export function assertBits(label: string, value: bigint, bits: number): bigint {
  if (typeof value !== "bigint" || value < 0n || value >> BigInt(bits) !== 0n) {
    throw new SchemaError(
      "SCHEMA_OUT_OF_RANGE",
      `${label} is ${value}; it must be an integer in [0, 2^${bits})`,
    );
  }
  return value;
}

/**
 * Checks that `value` is a canonical field element, in [0, r).
 * @throws {SchemaError} `SCHEMA_OUT_OF_RANGE`, naming `label`.
 */
export function assertField(label: string, value: bigint): bigint {
  if (typeof value !== "bigint" || value < 0n || value >= FIELD_MODULUS) {
    throw new SchemaError("SCHEMA_OUT_OF_RANGE", `${label} is ${value}; it must be an integer in [0, r)`);
  }
  return value;
}
