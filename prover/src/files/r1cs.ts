// `.r1cs` files, version 1: the constraint system that circom writes. Field: the scalar field of BN254.
// The constraints stay bytes; R1csCursor walks through them, checking every term, without building objects.

import { FileFormatError, type FileFormatReason } from "../errors.js";
import { FIELD_BYTES, readUint256, SCALAR_FIELD_PRIME, writeUint256 } from "../field.js";
import { type ByteSource, encodeContainer, readContainer, readSection, viewOf } from "./container.js";

const VERSION = 1;
const HEADER_SECTION = 1;
const CONSTRAINTS_SECTION = 2;
const LABELS_SECTION = 3;
const CUSTOM_GATE_SECTIONS = [4, 5] as const;
const HEADER_BYTES = 4 + FIELD_BYTES + 4 * 4 + 8 + 4;
const TERM_BYTES = 4 + FIELD_BYTES;
/** Most significant 32 bits of the scalar field's prime: a coefficient whose top word is less is in range. */
const PRIME_TOP_WORD = Number(SCALAR_FIELD_PRIME >> 224n);

/** Counts of a constraint system. Wires are ordered: one, public outputs, public inputs, private inputs, rest. */
export interface R1csHeader {
  readonly wireCount: number;
  readonly publicOutputCount: number;
  readonly publicInputCount: number;
  readonly privateInputCount: number;
  readonly labelCount: bigint;
  readonly constraintCount: number;
}

/** A constraint system: counts, and the bytes of its constraints section. */
export interface R1cs {
  readonly header: R1csHeader;
  readonly constraintBytes: Uint8Array;
}

/** A linear combination: (wire, coefficient) pairs, coefficients in [0, r). */
export type LinearCombination = readonly (readonly [wire: number, coefficient: bigint])[];
/** A constraint: A · B = C. */
export type Constraint = readonly [a: LinearCombination, b: LinearCombination, c: LinearCombination];

/** The three matrices of a constraint system. */
export type Matrix = 0 | 1 | 2;

/** Receives one term; the coefficient is 32 little-endian bytes at `coefficientOffset` of constraintBytes. */
export type TermVisitor = (
  matrix: Matrix,
  constraint: number,
  wire: number,
  coefficientOffset: number,
) => void;

/** Public signals of the system: outputs, then public inputs; the constant one does not count. */
export function publicSignalCount(header: R1csHeader): number {
  return header.publicOutputCount + header.publicInputCount;
}

/**
 * Reads an `.r1cs` file. Terms are checked when a cursor walks over them.
 * @throws FileFormatError
 */
export async function readR1cs(source: ByteSource): Promise<R1cs> {
  const container = await readContainer(source, "r1cs", VERSION);
  const header = decodeHeader(await readSection(container, HEADER_SECTION, "header", HEADER_BYTES));
  const constraintBytes = await readSection(container, CONSTRAINTS_SECTION, "constraints");
  if (header.constraintCount * 12 > constraintBytes.byteLength) {
    fail(
      "constraints",
      "wrong_size",
      `${constraintBytes.byteLength} bytes for ${header.constraintCount} constraints`,
    );
  }
  for (const id of CUSTOM_GATE_SECTIONS) {
    if (!container.sections.has(id)) continue;
    const gates = await readSection(container, id, "custom gates");
    if (gates.byteLength < 4 || viewOf(gates).getUint32(0, true) !== 0) {
      fail("custom gates", "unsupported", "custom gates can't be proven with Groth16");
    }
  }
  return { header, constraintBytes };
}

function fail(section: string, reason: FileFormatReason, detail: string): never {
  throw new FileFormatError("r1cs", section, reason, detail);
}

function decodeHeader(bytes: Uint8Array): R1csHeader {
  const view = viewOf(bytes);
  const fieldBytes = view.getUint32(0, true);
  if (fieldBytes !== FIELD_BYTES)
    fail("header", "wrong_field", `field elements of ${fieldBytes} bytes, expected 32`);
  const prime = readUint256(bytes, 4);
  if (prime !== SCALAR_FIELD_PRIME)
    fail("header", "wrong_field", `prime ${prime}, expected BN254's scalar field`);
  const word = (index: number): number => view.getUint32(4 + FIELD_BYTES + 4 * index, true);
  const header: R1csHeader = {
    wireCount: word(0),
    publicOutputCount: word(1),
    publicInputCount: word(2),
    privateInputCount: word(3),
    labelCount: view.getBigUint64(4 + FIELD_BYTES + 16, true),
    constraintCount: word(6),
  };
  const declared = 1 + header.publicOutputCount + header.publicInputCount + header.privateInputCount;
  if (declared > header.wireCount) {
    fail("header", "out_of_range", `${declared} declared signals in ${header.wireCount} wires`);
  }
  return header;
}

/** Walks over the constraints in order, a slice at a time. */
export class R1csCursor {
  readonly #r1cs: R1cs;
  readonly #view: DataView;
  #position = 0;
  #constraint = 0;

  constructor(r1cs: R1cs) {
    this.#r1cs = r1cs;
    this.#view = viewOf(r1cs.constraintBytes);
  }

  /**
   * Visits whole constraints until at least `termLimit` terms have been seen or none is left.
   * @returns true while constraints are left.
   * @throws FileFormatError for a wire or a coefficient out of range, and for sizes that lie.
   */
  advance(termLimit: number, visit: TermVisitor): boolean {
    const { header, constraintBytes } = this.#r1cs;
    let terms = 0;
    while (this.#constraint < header.constraintCount && terms < termLimit) {
      for (const matrix of [0, 1, 2] as const) terms += this.#visitCombination(matrix, visit);
      this.#constraint++;
      terms++;
    }
    if (this.#constraint < header.constraintCount) return true;
    if (this.#position !== constraintBytes.byteLength) {
      fail(
        "constraints",
        "wrong_size",
        `${constraintBytes.byteLength - this.#position} bytes follow the last one`,
      );
    }
    return false;
  }

  #visitCombination(matrix: Matrix, visit: TermVisitor): number {
    const view = this.#view;
    const { wireCount } = this.#r1cs.header;
    const constraint = this.#constraint;
    let position = this.#position;
    const left = view.byteLength - position - 4;
    const count = left < 0 ? 0 : view.getUint32(position, true);
    if (left < 0 || count * TERM_BYTES > left) {
      fail("constraints", "truncated", `constraint ${constraint} overruns the section`);
    }
    position += 4;
    for (let term = 0; term < count; term++, position += TERM_BYTES) {
      const wire = view.getUint32(position, true);
      if (wire >= wireCount)
        fail("constraints", "out_of_range", `constraint ${constraint} names wire ${wire}`);
      if (
        view.getUint32(position + TERM_BYTES - 4, true) >= PRIME_TOP_WORD &&
        readUint256(this.#r1cs.constraintBytes, position + 4) >= SCALAR_FIELD_PRIME
      ) {
        fail(
          "constraints",
          "out_of_range",
          `a coefficient of constraint ${constraint} is not below the prime`,
        );
      }
      visit(matrix, constraint, wire, position + 4);
    }
    this.#position = position;
    return count;
  }
}

/**
 * Checks every term of a constraint system.
 * @throws FileFormatError
 */
export function validateR1cs(r1cs: R1cs): void {
  new R1csCursor(r1cs).advance(Number.POSITIVE_INFINITY, () => undefined);
}

/** Writes an `.r1cs` file; wire w gets label w. Counts and constraints are the caller's responsibility. */
export function encodeR1cs(header: R1csHeader, constraints: readonly Constraint[]): Uint8Array {
  const headerBytes = new Uint8Array(HEADER_BYTES);
  const view = viewOf(headerBytes);
  view.setUint32(0, FIELD_BYTES, true);
  writeUint256(headerBytes, 4, SCALAR_FIELD_PRIME);
  const counts = [
    header.wireCount,
    header.publicOutputCount,
    header.publicInputCount,
    header.privateInputCount,
  ];
  counts.forEach((count, index) => {
    view.setUint32(4 + FIELD_BYTES + 4 * index, count, true);
  });
  view.setBigUint64(4 + FIELD_BYTES + 16, header.labelCount, true);
  view.setUint32(4 + FIELD_BYTES + 24, header.constraintCount, true);

  const labels = new Uint8Array(8 * header.wireCount);
  for (let wire = 0; wire < header.wireCount; wire++)
    viewOf(labels).setBigUint64(8 * wire, BigInt(wire), true);
  return encodeContainer("r1cs", VERSION, [
    { id: HEADER_SECTION, bytes: headerBytes },
    { id: CONSTRAINTS_SECTION, bytes: encodeConstraints(constraints) },
    { id: LABELS_SECTION, bytes: labels },
  ]);
}

function encodeConstraints(constraints: readonly Constraint[]): Uint8Array {
  const combinations = constraints.flat();
  const terms = combinations.reduce((sum, combination) => sum + combination.length, 0);
  const bytes = new Uint8Array(combinations.length * 4 + terms * TERM_BYTES);
  const view = viewOf(bytes);
  let position = 0;
  for (const combination of combinations) {
    view.setUint32(position, combination.length, true);
    position += 4;
    for (const [wire, coefficient] of combination) {
      view.setUint32(position, wire, true);
      writeUint256(bytes, position + 4, coefficient);
      position += TERM_BYTES;
    }
  }
  return bytes;
}
