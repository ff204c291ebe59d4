// The scalars of a Groth16 key whose trapdoor is known: every point of the key is one of them times a generator.
// Runs on the calling thread in slices of a few milliseconds, in WASM memory, without an object per term.
//
// With L_c the Lagrange basis of the domain at tau: a_i = Σ A[c][i] · L_c, likewise b and c; A[n + i][i] = 1 is
// added for each public signal i (and the constant), n = number of constraints. Points: a_i, b_i,
// (beta · a_i + alpha · b_i + c_i) / gamma for public wires and / delta for the others. H: the Lagrange basis of
// the domain of twice the size at its odd points, / delta (research/provers.md §8).

import { type CurveExports, type CurveInstance, instantiateCurve, loadCurveModule } from "../curve/wasm.js";
import { throwIfAborted } from "../errors.js";
import {
  FIELD_BYTES,
  modularInverse,
  modularPower,
  ROOT_OF_UNITY,
  SCALAR_FIELD_PRIME,
  TWO_ADICITY,
  writeUint256,
} from "../field.js";
import { publicSignalCount, type R1cs, R1csCursor } from "../files/r1cs.js";
import { COEFFICIENT_BYTES } from "../files/zkey.js";

const r = SCALAR_FIELD_PRIME;
const SLICE = 8192;

/** The trapdoor; gamma is 1, as snarkjs has it. */
export interface Trapdoor {
  readonly tau: bigint;
  readonly alpha: bigint;
  readonly beta: bigint;
  readonly delta: bigint;
}

/** All scalars of a key, and its coefficients section. */
export interface SetupScalars {
  readonly domainSize: number;
  /**
   * Scalars of G1 points, 32 plain little-endian bytes each, in this order: A (wires), B1 (wires),
   * IC then C (wires), H (domain), alpha, beta, delta.
   */
  readonly g1: SharedArrayBuffer;
  /** Scalars of G2 points: B2 (wires), beta, gamma, delta. */
  readonly g2: SharedArrayBuffer;
  /** The coefficients section of the `.zkey` file: count, then entries in the order of the constraints. */
  readonly coefficients: Uint8Array;
}

interface Workspace {
  readonly instance: CurveInstance;
  readonly exports: CurveExports;
  readonly bytes: Uint8Array;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly basis: number;
  readonly values: number;
  readonly temporary: number;
}

/** Size of the evaluation domain: the smallest power of two above constraints + public signals, at least 2. */
export function domainSizeFor(constraintCount: number, publicSignals: number): number {
  return 2 ** (Math.floor(Math.log2(constraintCount + publicSignals)) + 1);
}

/**
 * Computes all scalars of the key of a constraint system.
 * @throws FileFormatError for a term out of range, AbortedError
 */
export async function computeSetupScalars(
  r1cs: R1cs,
  trapdoor: Trapdoor,
  signal?: AbortSignal,
): Promise<SetupScalars> {
  const { wireCount, constraintCount } = r1cs.header;
  const publicSignals = publicSignalCount(r1cs.header);
  const domainSize = domainSizeFor(constraintCount, publicSignals);
  const workspace = await allocate(wireCount, domainSize);
  const root = modularPower(ROOT_OF_UNITY, 2n ** BigInt(TWO_ADICITY) / BigInt(2 * domainSize), r);
  const rootInverse = modularInverse(root, r);
  const { tau, delta } = trapdoor;

  const basisScale = lagrangeScale(tau, domainSize);
  await evaluateBasis(workspace, domainSize, tau, (rootInverse * rootInverse) % r, basisScale);
  throwIfAborted(signal, "the development setup");
  const coefficients = await accumulateTerms(workspace, r1cs, signal);
  const deltaInverse = modularInverse(delta, r);
  await combine(workspace, wireCount, publicSignals, trapdoor, deltaInverse);

  const g1 = new SharedArrayBuffer((3 * wireCount + domainSize + 3) * FIELD_BYTES);
  const g2 = new SharedArrayBuffer((wireCount + 3) * FIELD_BYTES);
  const g1Bytes = new Uint8Array(g1);
  const g2Bytes = new Uint8Array(g2);
  const wireBytes = wireCount * FIELD_BYTES;
  [workspace.a, workspace.b, workspace.c].forEach((from, index) => {
    toPlain(workspace, from, wireCount);
    g1Bytes.set(workspace.bytes.subarray(from, from + wireBytes), index * wireBytes);
  });
  g2Bytes.set(g1Bytes.subarray(wireBytes, 2 * wireBytes));

  const oddScale = (lagrangeScale(tau, 2 * domainSize) * deltaInverse) % r;
  await evaluateBasis(
    workspace,
    domainSize,
    (tau * rootInverse) % r,
    (rootInverse * rootInverse) % r,
    oddScale,
  );
  throwIfAborted(signal, "the development setup");
  toPlain(workspace, workspace.basis, domainSize);
  const domainBytes = domainSize * FIELD_BYTES;
  g1Bytes.set(workspace.bytes.subarray(workspace.basis, workspace.basis + domainBytes), 3 * wireBytes);
  [trapdoor.alpha, trapdoor.beta, delta].forEach((value, index) => {
    writeUint256(g1Bytes, 3 * wireBytes + domainBytes + index * FIELD_BYTES, value);
  });
  [trapdoor.beta, 1n, delta].forEach((value, index) => {
    writeUint256(g2Bytes, wireBytes + index * FIELD_BYTES, value);
  });
  return { domainSize, g1, g2, coefficients };
}

/** (tau^size − 1) / size: the factor common to the Lagrange basis of a domain of this size. */
function lagrangeScale(tau: bigint, size: number): bigint {
  return ((modularPower(tau, BigInt(size), r) + r - 1n) * modularInverse(BigInt(size), r)) % r;
}

async function allocate(wireCount: number, domainSize: number): Promise<Workspace> {
  const curve = await loadCurveModule();
  const a = (curve.heapStart + 63) & ~63;
  const b = a + wireCount * FIELD_BYTES;
  const c = b + wireCount * FIELD_BYTES;
  const basis = c + wireCount * FIELD_BYTES;
  const values = basis + domainSize * FIELD_BYTES;
  const temporary = values + 4 * SLICE * FIELD_BYTES;
  const end = temporary + 16 * FIELD_BYTES;
  const instance = instantiateCurve(curve, end - curve.heapStart, (SLICE + 64) * FIELD_BYTES);
  const bytes = new Uint8Array(instance.memory.buffer);
  return {
    instance,
    exports: instance.exports,
    bytes,
    a,
    b,
    c,
    basis,
    values,
    temporary,
  };
}

/** Lets other work of this thread run. */
function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Writes a constant in Montgomery form. */
function writeConstant(workspace: Workspace, address: number, value: bigint): void {
  writeUint256(workspace.bytes, address, value);
  workspace.exports.frm_toMontgomery!(address, address);
}

function toPlain(workspace: Workspace, address: number, count: number): void {
  workspace.exports.frm_batchFromMontgomery!(address, count, address);
}

/** basis[i] = scale / (start · step^i − 1), which is the Lagrange basis for start = tau, step = 1 / root. */
async function evaluateBasis(
  { exports, basis, temporary, ...workspace }: Workspace,
  count: number,
  start: bigint,
  step: bigint,
  scale: bigint,
): Promise<void> {
  const {
    frm_mul: multiply,
    frm_sub: subtract,
    frm_batchInverse: invert,
  } = exports as Required<typeof exports>;
  const [current, stepAt, one, scaleAt] = [0, 1, 2, 3].map((index) => temporary + index * FIELD_BYTES) as [
    number,
    number,
    number,
    number,
  ];
  const whole = { exports, basis, temporary, ...workspace };
  writeConstant(whole, current, start);
  writeConstant(whole, stepAt, step);
  writeConstant(whole, one, 1n);
  writeConstant(whole, scaleAt, scale);
  for (let first = 0; first < count; first += SLICE) {
    const end = Math.min(count, first + SLICE);
    for (let i = first; i < end; i++) {
      subtract!(current, one, basis + i * FIELD_BYTES);
      multiply!(current, stepAt, current);
    }
    const address = basis + first * FIELD_BYTES;
    invert!(address, FIELD_BYTES, end - first, address, FIELD_BYTES);
    for (let i = first; i < end; i++) multiply!(basis + i * FIELD_BYTES, scaleAt, basis + i * FIELD_BYTES);
    await yieldToEventLoop();
  }
}

/** Sums the terms of each wire into a, b and c, and writes the coefficients section. */
async function accumulateTerms(workspace: Workspace, r1cs: R1cs, signal?: AbortSignal): Promise<Uint8Array> {
  const { exports, bytes, a, b, c, basis, temporary } = workspace;
  const { frm_mul: multiply, frm_add: add } = exports;
  const { constraintCount } = r1cs.header;
  const publicSignals = publicSignalCount(r1cs.header);
  const storedTerms = await countStoredTerms(r1cs);
  const section = new CoefficientsWriter(storedTerms + publicSignals + 1);
  const targets = [a, b, c];
  const value = temporary;
  const product = temporary + FIELD_BYTES;
  const cursor = new R1csCursor(r1cs);
  for (let more = true; more; ) {
    throwIfAborted(signal, "the development setup");
    more = cursor.advance(SLICE, (matrix, constraint, wire, offset) => {
      for (let i = 0; i < FIELD_BYTES; i++) bytes[value + i] = r1cs.constraintBytes[offset + i]!;
      exports.frm_toMontgomery!(value, value);
      multiply!(value, basis + constraint * FIELD_BYTES, product);
      const target = targets[matrix]! + wire * FIELD_BYTES;
      add!(target, product, target);
      if (matrix === 2) return;
      exports.frm_toMontgomery!(value, value);
      section.append(matrix, constraint, wire, bytes, value);
    });
    await yieldToEventLoop();
  }
  writeConstant(workspace, value, 1n);
  exports.frm_toMontgomery!(value, value);
  for (let wire = 0; wire <= publicSignals; wire++) {
    const target = a + wire * FIELD_BYTES;
    add!(target, basis + (constraintCount + wire) * FIELD_BYTES, target);
    section.append(0, constraintCount + wire, wire, bytes, value);
  }
  return section.bytes;
}

async function countStoredTerms(r1cs: R1cs): Promise<number> {
  let count = 0;
  const cursor = new R1csCursor(r1cs);
  const visit = (matrix: number): void => {
    if (matrix < 2) count++;
  };
  while (cursor.advance(64 * SLICE, visit)) await yieldToEventLoop();
  return count;
}

class CoefficientsWriter {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #position = 4;

  constructor(count: number) {
    this.bytes = new Uint8Array(4 + count * COEFFICIENT_BYTES);
    this.#view = new DataView(this.bytes.buffer);
    this.#view.setUint32(0, count, true);
  }

  append(matrix: number, constraint: number, wire: number, memory: Uint8Array, value: number): void {
    const position = this.#position;
    this.#view.setUint32(position, matrix, true);
    this.#view.setUint32(position + 4, constraint, true);
    this.#view.setUint32(position + 8, wire, true);
    for (let i = 0; i < FIELD_BYTES; i++) this.bytes[position + 12 + i] = memory[value + i]!;
    this.#position = position + COEFFICIENT_BYTES;
  }
}

/** c[i] ← (beta · a[i] + alpha · b[i] + c[i]) · (1 for public wires, 1 / delta for others). */
async function combine(
  workspace: Workspace,
  wireCount: number,
  publicSignals: number,
  trapdoor: Trapdoor,
  deltaInverse: bigint,
): Promise<void> {
  const { exports, a, b, c, temporary } = workspace;
  const { frm_mul: multiply, frm_add: add } = exports;
  const [alpha, beta, inverse, product] = [0, 1, 2, 3].map((index) => temporary + index * FIELD_BYTES) as [
    number,
    number,
    number,
    number,
  ];
  writeConstant(workspace, alpha, trapdoor.alpha);
  writeConstant(workspace, beta, trapdoor.beta);
  writeConstant(workspace, inverse, deltaInverse);
  for (let wire = 0; wire < wireCount; wire++) {
    const offset = wire * FIELD_BYTES;
    multiply!(beta, a + offset, product);
    add!(c + offset, product, c + offset);
    multiply!(alpha, b + offset, product);
    add!(c + offset, product, c + offset);
    if (wire > publicSignals) multiply!(c + offset, inverse, c + offset);
    if (wire % SLICE === SLICE - 1) await yieldToEventLoop();
  }
}
