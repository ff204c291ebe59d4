// Packed words: a declaration of named bit fields, least significant first, with encoder and strict decoder.
// The same declarations generate the Circom decoders and the Solidity library.
import { assertBits, SchemaError } from "./field.js";

/** Most bits that a packed word may have: it travels as 31 bytes (DESIGN §3). */
export const WORD_BITS = 248;

/** Field names with their widths in bits, in order from the least significant bit. */
export type WordFields = Readonly<Record<string, number>>;

/** A declared packed word. */
export interface Word<F extends WordFields> {
  readonly name: string;
  readonly fields: F;
  /** Sum of the widths, gaps included. */
  readonly bits: number;
  /** Bit offset of each field. */
  readonly offsets: { readonly [K in keyof F]: number };
  /** Packs the values. @throws {SchemaError} `SCHEMA_OUT_OF_RANGE` for a value that does not fit its field. */
  encode(values: { readonly [K in keyof F]: bigint }): bigint;
  /** Unpacks a word. @throws {SchemaError} `SCHEMA_OUT_OF_RANGE` when bits of a gap or above the last field are set. */
  decode(word: bigint): { [K in keyof F]: bigint };
}

/**
 * Declares a packed word. `gaps` names fields with bits above them that are always zero: a circuit that only shows a
 * field to lie within a few times its range (a balance before a debit, a time before another) still decodes the
 * word in one way, since nothing can carry into the next field or borrow from it.
 * @throws {SchemaError} `SCHEMA_BAD_LENGTH` when the fields need more than 248 bits.
 */
export function defineWord<const F extends WordFields>(
  name: string,
  fields: F,
  gaps: { readonly [K in keyof F]?: number } = {},
): Word<F> {
  const names = Object.keys(fields);
  const offsets: Record<string, number> = {};
  let bits = 0;
  for (const field of names) {
    offsets[field] = bits;
    bits += fields[field]! + (gaps[field] ?? 0);
  }
  if (bits > WORD_BITS)
    throw new SchemaError("SCHEMA_BAD_LENGTH", `${name} has ${bits} bits; at most ${WORD_BITS} fit`);
  return {
    name,
    fields,
    bits,
    offsets: offsets as Word<F>["offsets"],
    encode(values) {
      let word = 0n;
      for (const field of names) {
        const value = assertBits(`${name}.${field}`, values[field]!, fields[field]!);
        word |= value << BigInt(offsets[field]!);
      }
      return word;
    },
    decode(word) {
      assertBits(name, word, bits);
      const values: Record<string, bigint> = {};
      for (const field of names) {
        const width = fields[field]! + (gaps[field] ?? 0);
        const value = (word >> BigInt(offsets[field]!)) & ((1n << BigInt(width)) - 1n);
        values[field] = assertBits(`${name}.${field}`, value, fields[field]!);
      }
      return values as { [K in keyof F]: bigint };
    },
  };
}
