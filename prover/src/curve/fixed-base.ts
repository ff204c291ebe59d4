// Multiplication of a group's generator by many scalars: windowed tables with signed digits, and affine
// additions that share one inversion per batch (Montgomery's trick), so that an addition costs six field
// multiplications. Runs in a worker thread on raw WASM memory; all functions here are self-contained
// (see threads/script.ts). Scalars are plain 32-byte little-endian integers below r, points affine in
// Montgomery form, infinity all zeros: the form of `.zkey` files.
//
// Window j of a scalar holds a digit d in [−2^(w−1), 2^(w−1)], the table holds d · 2^(wj) · G for d ≥ 1.
// Digits are added from the lowest window up.

import type { CurveExports, CurveInstance, CurveModule, instantiateCurve } from "./wasm.js";

/** The two groups of BN254. */
export type GroupName = "g1" | "g2";

/** The functions of one group, and the size of its coordinates. */
export interface GroupFunctions {
  readonly coordinateBytes: number;
  readonly pointBytes: number;
  readonly generator: number;
  readonly multiply: (left: number, right: number, result: number) => number;
  readonly square: (value: number, result: number) => number;
  readonly add: (left: number, right: number, result: number) => number;
  readonly subtract: (left: number, right: number, result: number) => number;
  readonly negate: (value: number, result: number) => number;
  readonly inverse: (value: number, result: number) => number;
  readonly isZero: (value: number) => number;
  readonly copy: (value: number, result: number) => number;
  readonly one: (result: number) => number;
  readonly doublePoint: (point: number, result: number) => number;
  readonly toAffine: (point: number, result: number) => number;
  readonly toJacobian: (point: number, result: number) => number;
}

/** Adds `right[i]` to `left[i]` into `result[i]` for i < count; addresses of affine points. */
export type BatchAdder = (left: Int32Array, right: Int32Array, result: Int32Array, count: number) => void;

/** Number of windows for a window of `windowBits`: 254 bits and the carry. */
export function windowCountFor(windowBits: number): number {
  return Math.ceil(255 / windowBits);
}

/** The window width in bits for which table and additions together cost least. */
export function windowBitsFor(scalarCount: number): number {
  let best = 2;
  const cost = (bits: number): number => Math.ceil(255 / bits) * (2 ** (bits - 1) + scalarCount);
  for (let bits = 3; bits <= 16; bits++) if (cost(bits) < cost(best)) best = bits;
  return best;
}

/** Selects a group's functions from the module's exports. */
export function groupFunctions(exports: CurveExports, curve: CurveModule, group: GroupName): GroupFunctions {
  const field = group === "g1" ? "f1m" : "f2m";
  const coordinateBytes = group === "g1" ? 32 : 64;
  const pick = (name: string): ((...parameters: number[]) => number) => {
    const found = exports[name];
    if (found === undefined) throw new Error(`the curve module has no function ${name}`);
    return found;
  };
  return {
    coordinateBytes,
    pointBytes: 2 * coordinateBytes,
    generator: group === "g1" ? curve.generatorG1 : curve.generatorG2,
    multiply: pick(`${field}_mul`),
    square: pick(`${field}_square`),
    add: pick(`${field}_add`),
    subtract: pick(`${field}_sub`),
    negate: pick(`${field}_neg`),
    inverse: pick(`${field}_inverse`),
    isZero: pick(`${field}_isZero`),
    copy: pick(`${field}_copy`),
    one: pick(`${field}_one`),
    doublePoint: pick(`${group}m_double`),
    toAffine: pick(`${group}m_toAffine`),
    toJacobian: pick(`${group}m_toJacobian`),
  };
}

/**
 * A batch adder with scratch memory at `scratch`: (2 · capacity + 4) coordinates.
 * Pairs are distinct points or equal addresses (then the point is doubled). It throws for a pair whose sum or
 * whose slope does not exist; with generator multiples of scalars below r this does not happen.
 */
export function createBatchAdder(group: GroupFunctions, scratch: number, capacity: number): BatchAdder {
  const { multiply, square, add, subtract, copy, coordinateBytes: size } = group;
  const temporary = scratch;
  const slope = scratch + size;
  const product = scratch + 2 * size;
  const x3 = scratch + 3 * size;
  const differences = scratch + 4 * size;
  const prefixes = differences + capacity * size;
  return (left, right, result, count) => {
    group.one(product);
    for (let i = 0; i < count; i++) {
      const a = left[i] as number;
      const b = right[i] as number;
      const difference = differences + i * size;
      if (a === b) add(a + size, a + size, difference);
      else subtract(b, a, difference);
      copy(product, prefixes + i * size);
      multiply(product, difference, product);
    }
    if (group.isZero(product) !== 0) throw new Error("two points of a batch have the same x coordinate");
    group.inverse(product, product);
    for (let i = count - 1; i >= 0; i--) {
      const a = left[i] as number;
      const b = right[i] as number;
      const out = result[i] as number;
      const difference = differences + i * size;
      multiply(product, prefixes + i * size, slope);
      multiply(product, difference, product);
      if (a === b) {
        square(a, temporary);
        add(temporary, temporary, x3);
        add(temporary, x3, temporary);
      } else {
        subtract(b + size, a + size, temporary);
      }
      multiply(slope, temporary, slope);
      square(slope, x3);
      subtract(x3, a, x3);
      subtract(x3, b, x3);
      subtract(a, x3, temporary);
      multiply(slope, temporary, temporary);
      subtract(temporary, a + size, out + size);
      copy(x3, out);
    }
  };
}

/**
 * Writes the tables of `windowCount` windows from `firstWindow` on to `table`: for each window the points
 * d · 2^(windowBits · window) · G, d = 1 … 2^(windowBits − 1).
 */
export function buildWindowTables(
  group: GroupFunctions,
  addBatch: BatchAdder,
  table: number,
  scratch: number,
  windowBits: number,
  firstWindow: number,
  windowCount: number,
): void {
  const half = 2 ** (windowBits - 1);
  const left = new Int32Array(half);
  const right = new Int32Array(half);
  const result = new Int32Array(half);
  group.toJacobian(group.generator, scratch);
  for (let i = 0; i < windowBits * firstWindow; i++) group.doublePoint(scratch, scratch);
  for (let window = 0; window < windowCount; window++) {
    const start = table + window * half * group.pointBytes;
    group.toAffine(scratch, start);
    for (let known = 1; known < half; known *= 2) {
      for (let i = 0; i < known; i++) {
        left[i] = start + (known - 1) * group.pointBytes;
        right[i] = start + i * group.pointBytes;
        result[i] = start + (known + i) * group.pointBytes;
      }
      addBatch(left, right, result, known);
    }
    for (let i = 0; i < windowBits; i++) group.doublePoint(scratch, scratch);
  }
}

/** Signed digits of `count` scalars: digit of window j of scalar i at [j · count + i]. */
export function signedDigits(
  scalars: Uint32Array,
  count: number,
  windowBits: number,
  windowCount: number,
): Int32Array {
  const digits = new Int32Array(count * windowCount);
  const half = 2 ** (windowBits - 1);
  const mask = 2 ** windowBits - 1;
  for (let i = 0; i < count; i++) {
    let carry = 0;
    for (let window = 0; window < windowCount; window++) {
      const bit = window * windowBits;
      const word = bit >>> 5;
      const shift = bit & 31;
      const low = word < 8 ? (scalars[i * 8 + word] as number) >>> shift : 0;
      const high = shift !== 0 && word < 7 ? (scalars[i * 8 + word + 1] as number) << (32 - shift) : 0;
      let digit = ((low | high) & mask) + carry;
      carry = digit > half ? 1 : 0;
      if (carry === 1) digit -= mask + 1;
      digits[window * count + i] = digit;
    }
  }
  return digits;
}

/**
 * result[i] = scalar[i] · G for i < count, to consecutive affine points at `output`; `negatives` is room for
 * `count` points. Infinity (scalar 0) stays as `output` has it, so it must have been zeroed.
 */
export function multiplyFixedBase(
  group: GroupFunctions,
  addBatch: BatchAdder,
  digits: Int32Array,
  count: number,
  memory: {
    readonly table: number;
    readonly output: number;
    readonly negatives: number;
    readonly bytes: Uint8Array;
  },
  windowBits: number,
): void {
  const half = 2 ** (windowBits - 1);
  const { coordinateBytes: size, pointBytes } = group;
  const started = new Uint8Array(count);
  const left = new Int32Array(count);
  const right = new Int32Array(count);
  for (let window = 0; window * count < digits.length; window++) {
    let pairs = 0;
    for (let i = 0; i < count; i++) {
      const digit = digits[window * count + i] as number;
      if (digit === 0) continue;
      let entry = memory.table + (window * half + Math.abs(digit) - 1) * pointBytes;
      const target = memory.output + i * pointBytes;
      if (digit < 0) {
        const negative = started[i] === 0 ? target : memory.negatives + pairs * pointBytes;
        memory.bytes.copyWithin(negative, entry, entry + size);
        group.negate(entry + size, negative + size);
        entry = negative;
      } else if (started[i] === 0) {
        memory.bytes.copyWithin(target, entry, entry + pointBytes);
      }
      if (started[i] === 0) {
        started[i] = 1;
        continue;
      }
      left[pairs] = target;
      right[pairs] = entry;
      pairs++;
    }
    addBatch(left, right, left, pairs);
  }
}

/** A request to the fixed-base handler. */
export type FixedBaseRequest =
  | {
      readonly kind: "table";
      readonly group: GroupName;
      readonly windowBits: number;
      readonly firstWindow: number;
      readonly windowCount: number;
      /** Whole table of the group; the windows are written at their place. */
      readonly table: SharedArrayBuffer;
    }
  | {
      readonly kind: "multiply";
      readonly group: GroupName;
      readonly windowBits: number;
      readonly table: SharedArrayBuffer;
      /** Scalars of 32 bytes and results of one point each; `first` and `count` count scalars. */
      readonly scalars: SharedArrayBuffer;
      readonly results: SharedArrayBuffer;
      readonly first: number;
      readonly count: number;
    };

/**
 * The handler of a fixed-base worker thread. It keeps one WASM instance for the table it has last been given.
 */
export function createFixedBaseHandler(
  curve: CurveModule,
  functions: { readonly instantiateCurve: typeof instantiateCurve },
): (request: FixedBaseRequest) => void {
  const BATCH = 2048;
  let current: { readonly table: SharedArrayBuffer; readonly instance: CurveInstance } | undefined;
  const instanceFor = (request: FixedBaseRequest, pointBytes: number, needsTable: boolean): CurveInstance => {
    if (needsTable && current?.table === request.table) return current.instance;
    const heap = request.table.byteLength + (6 * BATCH + 2 ** request.windowBits + 64) * pointBytes;
    const instance = functions.instantiateCurve(curve, heap, 1 << 16);
    if (needsTable) {
      new Uint8Array(instance.memory.buffer, curve.heapStart).set(new Uint8Array(request.table));
      current = { table: request.table, instance };
    }
    return instance;
  };
  return (request) => {
    const pointBytes = request.group === "g1" ? 64 : 128;
    const instance = instanceFor(request, pointBytes, request.kind === "multiply");
    const group = groupFunctions(instance.exports, curve, request.group);
    const table = curve.heapStart;
    const scratch = table + request.table.byteLength;
    const bytes = new Uint8Array(instance.memory.buffer);
    if (request.kind === "table") {
      const { windowBits, firstWindow, windowCount } = request;
      const tableBytes = 2 ** (windowBits - 1) * pointBytes;
      const addBatch = createBatchAdder(group, scratch + 2 * pointBytes, 2 ** (windowBits - 1));
      buildWindowTables(group, addBatch, table, scratch, windowBits, firstWindow, windowCount);
      new Uint8Array(request.table).set(
        bytes.subarray(table, table + windowCount * tableBytes),
        firstWindow * tableBytes,
      );
      return;
    }
    const addBatch = createBatchAdder(group, scratch, BATCH);
    const output = scratch + (BATCH + 8) * pointBytes;
    const memory = {
      table,
      output,
      negatives: output + BATCH * pointBytes,
      bytes,
    };
    const windowCount = windowCountFor(request.windowBits);
    for (let done = 0; done < request.count; done += BATCH) {
      const count = Math.min(BATCH, request.count - done);
      const first = request.first + done;
      bytes.fill(0, output, output + count * pointBytes);
      const scalars = new Uint32Array(request.scalars, first * 32, count * 8);
      const digits = signedDigits(scalars, count, request.windowBits, windowCount);
      multiplyFixedBase(group, addBatch, digits, count, memory, request.windowBits);
      new Uint8Array(request.results).set(
        bytes.subarray(output, output + count * pointBytes),
        first * pointBytes,
      );
    }
  };
}
