// `.zkey` files, version 1, Groth16 over BN254: the proving key as snarkjs writes and reads it.
// Points are affine, coordinates little-endian in Montgomery form (value · 2^256 mod q), infinity is all zeros;
// a G2 coordinate is (real, imaginary). Coefficients are stored as value · 2^512 mod r. Sizes are checked here
// against the header's counts; validateZkey also checks every number, which takes a pass over the whole file.

import { FileFormatError, type FileFormatReason } from "../errors.js";
import {
  BASE_FIELD_PRIME,
  FIELD_BYTES,
  fromBaseFieldMontgomery,
  readUint256,
  SCALAR_FIELD_PRIME,
  TWO_ADICITY,
  writeUint256,
} from "../field.js";
import type { G1Point, G2Point } from "../points.js";
import {
  type ByteSource,
  type Container,
  locateSection,
  readContainer,
  readSection,
  viewOf,
} from "./container.js";

/** Version of the container. */
export const ZKEY_VERSION = 1;
/** Section ids of a Groth16 key. */
export const ZKEY_SECTION = {
  protocol: 1,
  header: 2,
  publicPoints: 3,
  coefficients: 4,
  pointsA: 5,
  pointsB1: 6,
  pointsB2: 7,
  pointsC: 8,
  pointsH: 9,
  contributions: 10,
} as const;

/** Bytes of an affine point of G1. */
export const G1_BYTES = 2 * FIELD_BYTES;
/** Bytes of an affine point of G2. */
export const G2_BYTES = 4 * FIELD_BYTES;
/** Bytes of one entry of the coefficients section: matrix, constraint, wire, value. */
export const COEFFICIENT_BYTES = 12 + FIELD_BYTES;
/** Bytes of the Groth16 header section. */
export const ZKEY_HEADER_BYTES = 2 * (4 + FIELD_BYTES) + 12 + 3 * G1_BYTES + 3 * G2_BYTES;
/** Bytes of a contributions section without contributions: circuit hash and count. */
export const EMPTY_CONTRIBUTIONS_BYTES = 64 + 4;

const GROTH16_PROTOCOL = 1;
const POINTS_OFFSET = 2 * (4 + FIELD_BYTES) + 12;
const SCAN_BYTES = 1 << 22;

/** Counts and points of a proving key's header. */
export interface ZkeyHeader {
  readonly wireCount: number;
  /** Public signals, the constant one not counted. */
  readonly publicSignalCount: number;
  /** A power of two, at most 2^28. */
  readonly domainSize: number;
  readonly alpha1: G1Point;
  readonly beta1: G1Point;
  readonly beta2: G2Point;
  readonly gamma2: G2Point;
  readonly delta1: G1Point;
  readonly delta2: G2Point;
}

/** A proving key whose header has been read and whose section sizes agree with it. */
export interface Zkey {
  readonly header: ZkeyHeader;
  readonly container: Container;
}

/** The counts that the header section states. */
export interface ZkeyCounts {
  readonly wireCount: number;
  readonly publicSignalCount: number;
  readonly domainSize: number;
}

/**
 * Reads the header of a `.zkey` file and checks the sizes of all sections.
 * @throws FileFormatError
 */
export async function readZkey(source: ByteSource): Promise<Zkey> {
  const container = await readContainer(source, "zkey", ZKEY_VERSION);
  const protocol = viewOf(await readSection(container, ZKEY_SECTION.protocol, "protocol", 4)).getUint32(
    0,
    true,
  );
  if (protocol !== GROTH16_PROTOCOL) fail("protocol", "unsupported", `protocol ${protocol} is not Groth16`);
  const header = decodeHeader(await readSection(container, ZKEY_SECTION.header, "header", ZKEY_HEADER_BYTES));
  const { wireCount, publicSignalCount, domainSize } = header;
  locateSection(container, ZKEY_SECTION.publicPoints, "public points", (publicSignalCount + 1) * G1_BYTES);
  locateSection(container, ZKEY_SECTION.pointsA, "points A", wireCount * G1_BYTES);
  locateSection(container, ZKEY_SECTION.pointsB1, "points B1", wireCount * G1_BYTES);
  locateSection(container, ZKEY_SECTION.pointsB2, "points B2", wireCount * G2_BYTES);
  locateSection(container, ZKEY_SECTION.pointsC, "points C", (wireCount - publicSignalCount - 1) * G1_BYTES);
  locateSection(container, ZKEY_SECTION.pointsH, "points H", domainSize * G1_BYTES);
  const coefficients = locateSection(container, ZKEY_SECTION.coefficients, "coefficients");
  if (coefficients.length < 4) fail("coefficients", "truncated", "the count is missing");
  const count = viewOf(await source.read(coefficients.offset, 4)).getUint32(0, true);
  locateSection(container, ZKEY_SECTION.coefficients, "coefficients", 4 + count * COEFFICIENT_BYTES);
  const contributions = locateSection(container, ZKEY_SECTION.contributions, "contributions");
  if (contributions.length < EMPTY_CONTRIBUTIONS_BYTES) fail("contributions", "truncated", "too short");
  return { header, container };
}

function fail(section: string, reason: FileFormatReason, detail: string): never {
  throw new FileFormatError("zkey", section, reason, detail);
}

function decodeHeader(bytes: Uint8Array): ZkeyHeader {
  const view = viewOf(bytes);
  const primes = [BASE_FIELD_PRIME, SCALAR_FIELD_PRIME];
  primes.forEach((prime, index) => {
    const offset = index * (4 + FIELD_BYTES);
    if (view.getUint32(offset, true) !== FIELD_BYTES || readUint256(bytes, offset + 4) !== prime) {
      fail("header", "wrong_field", "expected the fields of BN254");
    }
  });
  const countsOffset = 2 * (4 + FIELD_BYTES);
  const wireCount = view.getUint32(countsOffset, true);
  const publicSignalCount = view.getUint32(countsOffset + 4, true);
  const domainSize = view.getUint32(countsOffset + 8, true);
  if (publicSignalCount + 1 > wireCount) {
    fail("header", "out_of_range", `${publicSignalCount} public signals in ${wireCount} wires`);
  }
  const power = Math.log2(domainSize);
  if (!Number.isInteger(power) || power > TWO_ADICITY) {
    fail("header", "out_of_range", `domain size ${domainSize} is not a power of two up to 2^${TWO_ADICITY}`);
  }
  const g1 = (offset: number): G1Point => decodeG1(bytes, POINTS_OFFSET + offset, "header");
  const g2 = (offset: number): G2Point => decodeG2(bytes, POINTS_OFFSET + offset, "header");
  return {
    wireCount,
    publicSignalCount,
    domainSize,
    alpha1: g1(0),
    beta1: g1(G1_BYTES),
    beta2: g2(2 * G1_BYTES),
    gamma2: g2(2 * G1_BYTES + G2_BYTES),
    delta1: g1(2 * G1_BYTES + 2 * G2_BYTES),
    delta2: g2(3 * G1_BYTES + 2 * G2_BYTES),
  };
}

function decodeCoordinate(bytes: Uint8Array, offset: number, section: string): bigint {
  const value = readUint256(bytes, offset);
  if (value >= BASE_FIELD_PRIME) fail(section, "out_of_range", "a coordinate is not below the prime");
  return fromBaseFieldMontgomery(value);
}

/** Decodes one affine G1 point; infinity is (0, 0). Not checked to be on the curve. */
export function decodeG1(bytes: Uint8Array, offset: number, section: string): G1Point {
  const at = (index: number): bigint => decodeCoordinate(bytes, offset + index * FIELD_BYTES, section);
  return { x: at(0), y: at(1) };
}

/** Decodes one affine G2 point; infinity is all zeros. Not checked to be on the curve. */
export function decodeG2(bytes: Uint8Array, offset: number, section: string): G2Point {
  const at = (index: number): bigint => decodeCoordinate(bytes, offset + index * FIELD_BYTES, section);
  return { x: [at(0), at(1)], y: [at(2), at(3)] };
}

/** The IC points: one for the constant, then one for each public signal. */
export async function readPublicPoints(zkey: Zkey): Promise<G1Point[]> {
  const bytes = await readSection(zkey.container, ZKEY_SECTION.publicPoints, "public points");
  const points: G1Point[] = [];
  for (let offset = 0; offset < bytes.byteLength; offset += G1_BYTES) {
    points.push(decodeG1(bytes, offset, "public points"));
  }
  return points;
}

/**
 * Checks every number of a key: coordinates below q, matrices, constraints, wires and values in range.
 * @throws FileFormatError
 */
export async function validateZkey(zkey: Zkey): Promise<void> {
  const { wireCount, domainSize } = zkey.header;
  await scan(zkey, ZKEY_SECTION.coefficients, "coefficients", 4, COEFFICIENT_BYTES, (bytes, view, offset) => {
    if (view.getUint32(offset, true) > 1) fail("coefficients", "out_of_range", "a matrix is neither A nor B");
    if (view.getUint32(offset + 4, true) >= domainSize)
      fail("coefficients", "out_of_range", "a row is too large");
    if (view.getUint32(offset + 8, true) >= wireCount)
      fail("coefficients", "out_of_range", "a wire is too large");
    if (readUint256(bytes, offset + 12) >= SCALAR_FIELD_PRIME) {
      fail("coefficients", "out_of_range", "a value is not below the prime");
    }
  });
  for (const name of ["publicPoints", "pointsA", "pointsB1", "pointsB2", "pointsC", "pointsH"] as const) {
    await scan(zkey, ZKEY_SECTION[name], name, 0, FIELD_BYTES, (bytes, _view, offset) => {
      if (readUint256(bytes, offset) >= BASE_FIELD_PRIME) {
        fail(name, "out_of_range", "a coordinate is not below the prime");
      }
    });
  }
}

async function scan(
  zkey: Zkey,
  id: number,
  name: string,
  skip: number,
  stride: number,
  check: (bytes: Uint8Array, view: DataView, offset: number) => void,
): Promise<void> {
  const location = locateSection(zkey.container, id, name);
  const end = location.offset + location.length;
  const step = Math.floor(SCAN_BYTES / stride) * stride;
  for (let position = location.offset + skip; position < end; position += step) {
    const bytes = await zkey.container.source.read(position, Math.min(step, end - position));
    const view = viewOf(bytes);
    for (let offset = 0; offset < bytes.byteLength; offset += stride) check(bytes, view, offset);
  }
}

/** The protocol section: Groth16. */
export function encodeZkeyProtocol(): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, GROTH16_PROTOCOL, true);
  return bytes;
}

/**
 * The header section. `points` are alpha1, beta1, beta2, gamma2, delta1, delta2 as they stand in the file
 * (Montgomery form): 3 · 64 + 3 · 128 bytes in that order.
 */
export function encodeZkeyHeader(counts: ZkeyCounts, points: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(ZKEY_HEADER_BYTES);
  const view = viewOf(bytes);
  [BASE_FIELD_PRIME, SCALAR_FIELD_PRIME].forEach((prime, index) => {
    view.setUint32(index * (4 + FIELD_BYTES), FIELD_BYTES, true);
    writeUint256(bytes, index * (4 + FIELD_BYTES) + 4, prime);
  });
  const countsOffset = 2 * (4 + FIELD_BYTES);
  view.setUint32(countsOffset, counts.wireCount, true);
  view.setUint32(countsOffset + 4, counts.publicSignalCount, true);
  view.setUint32(countsOffset + 8, counts.domainSize, true);
  bytes.set(points, POINTS_OFFSET);
  return bytes;
}
