// Hashes of the protocol: circomlib's Poseidon with a domain constant as initial capacity, and the sponge over
// longer lists. Owns their meaning; `circuits/src/hash` proves the same. Pure and browser-safe.
import { buildPoseidon, type FieldElement } from "circomlibjs";

/** Order of BN254's scalar field, which Poseidon works in. */
export const FIELD_MODULUS = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** Words that one permutation of the sponge absorbs. */
export const SPONGE_RATE = 16;

/** Thrown when a value to hash is no field element, or a list has a wrong length. */
export class HashInputError extends Error {
  /** Stable identifier. */
  readonly code = "HASH_INPUT_INVALID";

  constructor(message: string) {
    super(message);
    this.name = "HashInputError";
  }
}

const permutation = await buildPoseidon();
const field = permutation.F;

function toField(value: bigint, what: string): FieldElement {
  if (typeof value !== "bigint" || value < 0n || value >= FIELD_MODULUS) {
    throw new HashInputError(`${what} is ${String(value)}; give a bigint from 0 to the field modulus - 1.`);
  }
  return field.e(value);
}

function toInputs(inputs: readonly bigint[]): FieldElement[] {
  if (inputs.length < 1 || inputs.length > 16) {
    throw new HashInputError(
      `Poseidon takes 1 to 16 inputs, given ${inputs.length}; use sponge for longer lists.`,
    );
  }
  return inputs.map((input, index) => toField(input, `Hash input ${index}`));
}

/**
 * Poseidon of 1 to 16 field elements: element 0 of circomlib's permutation of (domain, inputs).
 *
 * @param domain initial capacity, a field element; 0 gives circomlib's plain Poseidon
 * @throws HashInputError
 */
export function poseidon(domain: bigint, inputs: readonly bigint[]): bigint {
  return field.toObject(permutation(toInputs(inputs), toField(domain, "Domain")));
}

/**
 * The first `outputCount` (1 to inputs + 1) elements of circomlib's permutation of (domain, inputs).
 *
 * @throws HashInputError
 */
export function poseidonOutputs(domain: bigint, inputs: readonly bigint[], outputCount: number): bigint[] {
  const elements = toInputs(inputs);
  if (!Number.isInteger(outputCount) || outputCount < 1 || outputCount > inputs.length + 1) {
    throw new HashInputError(`Poseidon of ${inputs.length} inputs gives 1 to ${inputs.length + 1} outputs.`);
  }
  const result = permutation(elements, toField(domain, "Domain"), outputCount);
  return (Array.isArray(result) ? result : [result]).map((element) => field.toObject(element));
}

/**
 * Sponge over a list of at least one field element, in overwrite mode with t = 17 and rate 16:
 * s_0 = domain + length; s_{i+1} = element 0 of the permutation of (s_i, words 16·i … 16·i + 15), missing words 0;
 * the result is the last s.
 *
 * @param domain domain constant; those of different uses are at least 2^32 apart
 * @throws HashInputError
 */
export function sponge(domain: bigint, words: readonly bigint[]): bigint {
  if (words.length < 1) throw new HashInputError("The sponge takes at least one word.");
  toField(domain, "Domain");
  let state = field.e((domain + BigInt(words.length)) % FIELD_MODULUS);
  for (let start = 0; start < words.length; start += SPONGE_RATE) {
    const block = Array.from({ length: SPONGE_RATE }, (_, index) =>
      start + index < words.length ? toField(words[start + index]!, `Word ${start + index}`) : field.zero,
    );
    state = permutation(block, state);
  }
  return field.toObject(state);
}
