// The WASM arithmetic of BN254 (wasmcurves, built by ffjavascript): compiled once per process, instantiated
// with an own memory wherever it is needed. Functions take addresses; field elements are 32 bytes in
// Montgomery form; the 32-bit word at address 0 is the module's stack pointer.

import { buildBn128 } from "ffjavascript";

/** The compiled module and the addresses of its constants; can be posted to a worker thread. */
export interface CurveModule {
  readonly module: WebAssembly.Module;
  /** First address that is free after instantiation. */
  readonly heapStart: number;
  readonly generatorG1: number;
  readonly generatorG2: number;
}

/** Functions of the module, all on addresses and 32-bit integers. */
export type CurveExports = Record<string, (...parameters: number[]) => number>;

/** An instance with an own memory. */
export interface CurveInstance {
  readonly exports: CurveExports;
  readonly memory: WebAssembly.Memory;
}

let loading: Promise<CurveModule> | undefined;

/** The curve module, built once per process (about 0.2 s). */
export function loadCurveModule(): Promise<CurveModule> {
  loading ??= buildModule();
  return loading;
}

async function buildModule(): Promise<CurveModule> {
  const engine = await buildBn128(true);
  return {
    module: await WebAssembly.compile(new Uint8Array(engine.tm.code)),
    heapStart: engine.tm.initalPFree,
    generatorG1: engine.tm.pG1gen,
    generatorG2: engine.tm.pG2gen,
  };
}

/**
 * Instantiates the module with room for `heapBytes` after its constants, and as much stack.
 * Self-contained: it also runs in worker threads.
 */
export function instantiateCurve(curve: CurveModule, heapBytes: number, stackBytes: number): CurveInstance {
  // The module asks for 25 pages at least.
  const pages = Math.max(25, Math.ceil((curve.heapStart + heapBytes + stackBytes) / 65536) + 1);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536 });
  const instance = new WebAssembly.Instance(curve.module, { env: { memory } });
  // The module's own stack starts after the heap.
  new Uint32Array(memory.buffer, 0, 1)[0] = (curve.heapStart + heapBytes + 63) & ~63;
  return { exports: instance.exports as CurveExports, memory };
}
