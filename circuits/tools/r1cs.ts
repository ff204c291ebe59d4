// Reads iden3's binary `.r1cs` format. Owns bounds checks on it: any malformed file gives a typed error.
// Format: https://github.com/iden3/r1csfile/blob/master/doc/r1cs_bin_format.md
import { readFileSync } from "node:fs";
import { CircuitBuildError } from "./errors.js";

/** Sizes of a compiled circuit. */
export interface ConstraintCounts {
  /** Rank-1 constraints. */
  readonly constraints: number;
  /** Wires, with the constant wire 0. */
  readonly wires: number;
  /** Public outputs, the first wires after the constant. */
  readonly publicOutputs: number;
  /** Public inputs, the wires after the public outputs. */
  readonly publicInputs: number;
  /** Private inputs of the main component. */
  readonly privateInputs: number;
  /** Non-zero entries of the matrices A, B and C. */
  readonly nonZeros: {
    readonly a: number;
    readonly b: number;
    readonly c: number;
  };
}

/** One linear form: pairs of wire and coefficient. */
export type LinearForm = ReadonlyArray<readonly [wire: number, coefficient: bigint]>;

/** One constraint a · b = c. */
export interface Constraint {
  readonly a: LinearForm;
  readonly b: LinearForm;
  readonly c: LinearForm;
}

/** A whole constraint system. */
export interface ConstraintSystem {
  readonly modulus: bigint;
  readonly wires: number;
  readonly constraints: readonly Constraint[];
}

interface Section {
  readonly start: number;
  readonly end: number;
}

interface Header {
  readonly fieldBytes: number;
  readonly modulus: bigint;
  readonly wires: number;
  readonly publicOutputs: number;
  readonly publicInputs: number;
  readonly privateInputs: number;
  readonly constraints: number;
}

const malformed = (path: string, reason: string): CircuitBuildError =>
  new CircuitBuildError("CIRCUIT_R1CS_MALFORMED", `${path}: ${reason}; compile the circuit again.`);

function readSections(path: string, bytes: Buffer): Map<number, Section> {
  if (bytes.length < 12 || bytes.toString("latin1", 0, 4) !== "r1cs")
    throw malformed(path, "not an r1cs file");
  if (bytes.readUInt32LE(4) !== 1) throw malformed(path, `unknown r1cs version ${bytes.readUInt32LE(4)}`);
  const sections = new Map<number, Section>();
  let offset = 12;
  for (let index = 0; index < bytes.readUInt32LE(8); index += 1) {
    if (offset + 12 > bytes.length) throw malformed(path, `section ${index} lies beyond the end of the file`);
    const start = offset + 12;
    const end = start + Number(bytes.readBigUInt64LE(offset + 4));
    if (end > bytes.length) throw malformed(path, `section ${index} lies beyond the end of the file`);
    sections.set(bytes.readUInt32LE(offset), { start, end });
    offset = end;
  }
  return sections;
}

function readHeader(path: string, bytes: Buffer, sections: Map<number, Section>): Header {
  const section = sections.get(1);
  if (!section || section.end - section.start < 36) throw malformed(path, "no header section");
  const fieldBytes = bytes.readUInt32LE(section.start);
  const afterField = section.start + 4 + fieldBytes;
  if (fieldBytes === 0 || fieldBytes > 64 || afterField + 28 > section.end)
    throw malformed(path, "bad header");
  return {
    fieldBytes,
    modulus: readField(bytes, section.start + 4, fieldBytes),
    wires: bytes.readUInt32LE(afterField),
    publicOutputs: bytes.readUInt32LE(afterField + 4),
    publicInputs: bytes.readUInt32LE(afterField + 8),
    privateInputs: bytes.readUInt32LE(afterField + 12),
    constraints: bytes.readUInt32LE(afterField + 24),
  };
}

function readField(bytes: Buffer, offset: number, length: number): bigint {
  return BigInt(
    `0x${Buffer.from(bytes.subarray(offset, offset + length))
      .reverse()
      .toString("hex")}`,
  );
}

/**
 * Counts constraints, wires and non-zero entries of a `.r1cs` file.
 *
 * @throws CircuitBuildError CIRCUIT_R1CS_MALFORMED
 */
export function readConstraintCounts(path: string): ConstraintCounts {
  const bytes = readFileSync(path);
  const sections = readSections(path, bytes);
  const header = readHeader(path, bytes, sections);
  const section = sections.get(2);
  if (!section) throw malformed(path, "no constraint section");
  const totals: [number, number, number] = [0, 0, 0];
  let offset = section.start;
  for (let row = 0; row < header.constraints; row += 1) {
    for (let matrix = 0; matrix < 3; matrix += 1) {
      if (offset + 4 > section.end) throw malformed(path, `constraint ${row} is cut off`);
      const terms = bytes.readUInt32LE(offset);
      totals[matrix as 0 | 1 | 2] += terms;
      offset += 4 + terms * (4 + header.fieldBytes);
    }
  }
  if (offset !== section.end) throw malformed(path, "the constraint section has a wrong length");
  const { constraints, wires, publicOutputs, publicInputs, privateInputs } = header;
  return {
    constraints,
    wires,
    publicOutputs,
    publicInputs,
    privateInputs,
    nonZeros: { a: totals[0], b: totals[1], c: totals[2] },
  };
}

/**
 * Reads a whole constraint system into memory, with bigint coefficients; meant for tests of small circuits.
 *
 * @throws CircuitBuildError CIRCUIT_R1CS_MALFORMED
 */
export function readConstraintSystem(path: string): ConstraintSystem {
  const bytes = readFileSync(path);
  const sections = readSections(path, bytes);
  const header = readHeader(path, bytes, sections);
  const section = sections.get(2);
  if (!section) throw malformed(path, "no constraint section");
  let offset = section.start;
  const readForm = (): LinearForm => {
    if (offset + 4 > section.end) throw malformed(path, "the constraint section is cut off");
    const terms = bytes.readUInt32LE(offset);
    offset += 4;
    if (offset + terms * (4 + header.fieldBytes) > section.end) {
      throw malformed(path, "the constraint section is cut off");
    }
    const form: [number, bigint][] = [];
    for (let term = 0; term < terms; term += 1) {
      const wire = bytes.readUInt32LE(offset);
      if (wire >= header.wires) throw malformed(path, `wire ${wire} does not exist`);
      form.push([wire, readField(bytes, offset + 4, header.fieldBytes)]);
      offset += 4 + header.fieldBytes;
    }
    return form;
  };
  const constraints: Constraint[] = [];
  for (let row = 0; row < header.constraints; row += 1) {
    constraints.push({ a: readForm(), b: readForm(), c: readForm() });
  }
  return { modulus: header.modulus, wires: header.wires, constraints };
}
