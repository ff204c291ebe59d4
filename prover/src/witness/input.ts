// Circuit inputs as circom's witness programs take them: signals found by a hash of their name, values flattened in
// row-major order, each a field element.

import { WitnessInputError } from "../errors.js";
import { FIELD_BYTES, SCALAR_FIELD_PRIME, writeUint256 } from "../field.js";

/** One value: an integer in (−r, r), as bigint, safe integer, or string in decimal or 0x form. */
export type InputValue = bigint | number | string;
/** A signal's value, or nested arrays of values with the signal's dimensions. */
export type InputArray = InputValue | readonly InputArray[];
/** A circuit's input: every input signal of the main component by name. */
export type CircuitInput = Readonly<Record<string, InputArray>>;

/** A signal in an encoded input. */
export interface EncodedSignal {
  readonly name: string;
  /** Upper and lower 32 bits of the FNV-1a hash of the name. */
  readonly hashHigh: number;
  readonly hashLow: number;
  readonly valueCount: number;
}

/** An encoded input: the signals, and all their values, 32 little-endian bytes each, in the same order. */
export interface EncodedInput {
  readonly signals: readonly EncodedSignal[];
  readonly values: Uint8Array;
}

const MAXIMUM_DEPTH = 16;

/**
 * Encodes a circuit's input.
 * @throws WitnessInputError naming the signal whose value is not an integer in (−r, r)
 */
export function encodeInput(input: CircuitInput): EncodedInput {
  const signals: EncodedSignal[] = [];
  const flat: bigint[] = [];
  for (const [name, value] of Object.entries(input)) {
    const before = flat.length;
    flatten(name, value, flat, 0);
    const hash = hashName(name);
    signals.push({
      name,
      hashHigh: Number(hash >> 32n) | 0,
      hashLow: Number(hash & 0xffffffffn) | 0,
      valueCount: flat.length - before,
    });
  }
  const values = new Uint8Array(flat.length * FIELD_BYTES);
  flat.forEach((value, index) => {
    writeUint256(values, index * FIELD_BYTES, value);
  });
  return { signals, values };
}

function flatten(name: string, value: InputArray, into: bigint[], depth: number): void {
  if (Array.isArray(value)) {
    if (depth === MAXIMUM_DEPTH) throw new WitnessInputError(`signal ${name}: arrays are nested too deeply`);
    for (const element of value) flatten(name, element, into, depth + 1);
    return;
  }
  into.push(toField(name, value as InputValue));
}

function toField(name: string, value: InputValue): bigint {
  let integer: bigint | undefined;
  if (typeof value === "bigint") integer = value;
  else if (typeof value === "number" && Number.isSafeInteger(value)) integer = BigInt(value);
  else if (typeof value === "string" && /^(-?\d{1,80}|0x[\da-fA-F]{1,64})$/.test(value))
    integer = BigInt(value);
  if (integer === undefined || integer >= SCALAR_FIELD_PRIME || integer <= -SCALAR_FIELD_PRIME) {
    throw new WitnessInputError(`signal ${name}: ${String(value)} is not an integer between −r and r`);
  }
  return integer < 0n ? integer + SCALAR_FIELD_PRIME : integer;
}

/** FNV-1a, 64 bits, of the UTF-8 bytes of a signal's name. */
function hashName(name: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash;
}
