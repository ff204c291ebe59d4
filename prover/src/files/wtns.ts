// `.wtns` files, version 2: a witness, one plain little-endian field element per wire; wire 0 is the constant 1.

import { FileFormatError } from "../errors.js";
import { FIELD_BYTES, readUint256, SCALAR_FIELD_PRIME, writeUint256 } from "../field.js";
import { bytesSource, encodeContainer, readContainer, readSection, viewOf } from "./container.js";

const VERSION = 2;
const HEADER_SECTION = 1;
const VALUES_SECTION = 2;
const HEADER_BYTES = 4 + FIELD_BYTES + 4;
const PRIME_TOP_WORD = Number(SCALAR_FIELD_PRIME >> 224n);

/** A witness: `wireCount` values, 32 little-endian bytes each, every one below r. */
export interface Witness {
  readonly wireCount: number;
  readonly valueBytes: Uint8Array;
}

/**
 * Reads a `.wtns` file; the values are a view into the given bytes.
 * @throws FileFormatError, also when a value is not below r or wire 0 is not 1.
 */
export async function readWitness(bytes: Uint8Array): Promise<Witness> {
  const container = await readContainer(bytesSource(bytes), "wtns", VERSION);
  const header = await readSection(container, HEADER_SECTION, "header", HEADER_BYTES);
  const view = viewOf(header);
  if (view.getUint32(0, true) !== FIELD_BYTES || readUint256(header, 4) !== SCALAR_FIELD_PRIME) {
    throw new FileFormatError("wtns", "header", "wrong_field", "expected BN254's scalar field");
  }
  const wireCount = view.getUint32(4 + FIELD_BYTES, true);
  const valueBytes = await readSection(container, VALUES_SECTION, "values", wireCount * FIELD_BYTES);
  const values = viewOf(valueBytes);
  for (let wire = 0; wire < wireCount; wire++) {
    const inRange =
      values.getUint32(wire * FIELD_BYTES + 28, true) < PRIME_TOP_WORD ||
      readUint256(valueBytes, wire * FIELD_BYTES) < SCALAR_FIELD_PRIME;
    if (!inRange)
      throw new FileFormatError("wtns", "values", "out_of_range", `wire ${wire} is not below the prime`);
  }
  if (wireCount === 0 || readUint256(valueBytes) !== 1n) {
    throw new FileFormatError("wtns", "values", "out_of_range", "wire 0 is not the constant 1");
  }
  return { wireCount, valueBytes };
}

/** The value of one wire, 0 ≤ wire < wireCount. */
export function witnessValue(witness: Witness, wire: number): bigint {
  return readUint256(witness.valueBytes, wire * FIELD_BYTES);
}

/** Writes a `.wtns` file from values below r, or from their bytes (32 little-endian bytes each). */
export function encodeWitness(values: readonly bigint[] | Uint8Array): Uint8Array {
  const valueBytes = values instanceof Uint8Array ? values : new Uint8Array(values.length * FIELD_BYTES);
  if (!(values instanceof Uint8Array)) {
    values.forEach((value, wire) => {
      writeUint256(valueBytes, wire * FIELD_BYTES, value);
    });
  }
  const header = new Uint8Array(HEADER_BYTES);
  viewOf(header).setUint32(0, FIELD_BYTES, true);
  writeUint256(header, 4, SCALAR_FIELD_PRIME);
  viewOf(header).setUint32(4 + FIELD_BYTES, valueBytes.byteLength / FIELD_BYTES, true);
  return encodeContainer("wtns", VERSION, [
    { id: HEADER_SECTION, bytes: header },
    { id: VALUES_SECTION, bytes: valueBytes },
  ]);
}
