// The Groth16 equation e(−A, B) · e(IC, gamma) · e(C, delta) · e(alpha, beta) = 1, in a worker thread, so that a
// verification (some 20 ms) does not hold up the event loop. The handler checks what needs curve arithmetic: that
// the proof's points are on their curves and that B is in the subgroup; ranges are checked before.

import { SCALAR_FIELD_PRIME, writeUint256 } from "../field.js";
import type { G1Point, G2Point } from "../points.js";
import { ScriptWorker } from "../threads/script-worker.js";
import { type CurveModule, instantiateCurve, loadCurveModule } from "./wasm.js";

/** A verification as bytes: points affine with plain little-endian coordinates, scalars plain. */
export interface PairingCheckRequest {
  /** A and C of the proof, alpha, IC[0], then an IC point for each public signal; 64 bytes each. */
  readonly g1: Uint8Array;
  /** B of the proof, beta, gamma, delta; 128 bytes each. */
  readonly g2: Uint8Array;
  /** Public signals, 32 bytes each. */
  readonly scalars: Uint8Array;
  /** The group order, 32 bytes. */
  readonly order: Uint8Array;
}

/** The handler of the verification thread: true when the proof is valid. Self-contained (threads/script.ts). */
export function createPairingCheckHandler(
  curve: CurveModule,
  functions: { readonly instantiateCurve: typeof instantiateCurve },
): (request: PairingCheckRequest) => boolean {
  // Room for 2^10 public signals; the module's own stack takes the pairing's line functions.
  const heapBytes = 1 << 18;
  const { exports, memory } = functions.instantiateCurve(curve, heapBytes, 1 << 20);
  const bytes = new Uint8Array(memory.buffer);
  const run = (name: string, ...parameters: number[]): number => {
    const found = exports[name];
    if (found === undefined) throw new Error(`the curve module has no function ${name}`);
    return found(...parameters);
  };
  return (request) => {
    const g1Count = request.g1.byteLength / 64;
    const jacobianG1 = curve.heapStart;
    const jacobianG2 = jacobianG1 + g1Count * 96;
    const scalars = jacobianG2 + 4 * 192;
    const order = scalars + request.scalars.byteLength;
    const affine = order + 32;
    const temporary = affine + 128;
    if (temporary + 4 * 384 > curve.heapStart + heapBytes) throw new Error("too many public signals");
    bytes.set(request.scalars, scalars);
    bytes.set(request.order, order);
    for (let i = 0; i < g1Count; i++) {
      bytes.set(request.g1.subarray(i * 64, i * 64 + 64), affine);
      run("g1m_toMontgomeryAffine", affine, affine);
      if (run("g1m_inCurveAffine", affine) === 0) return false;
      run("g1m_toJacobian", affine, jacobianG1 + i * 96);
    }
    for (let i = 0; i < 4; i++) {
      bytes.set(request.g2.subarray(i * 128, i * 128 + 128), affine);
      run("g2m_toMontgomeryAffine", affine, affine);
      if (run("g2m_inCurveAffine", affine) === 0) return false;
      run("g2m_toJacobian", affine, jacobianG2 + i * 192);
      run("g2m_timesScalarAffine", affine, order, 32, temporary);
      if (run("g2m_isZero", temporary) === 0) return false;
    }
    const combined = jacobianG1 + 3 * 96;
    for (let i = 4; i < g1Count; i++) {
      run("g1m_timesScalar", jacobianG1 + i * 96, scalars + (i - 4) * 32, 32, temporary);
      run("g1m_add", combined, temporary, combined);
    }
    run("g1m_neg", jacobianG1, jacobianG1);
    run("ftm_one", temporary);
    const [a, c, alpha] = [jacobianG1, jacobianG1 + 96, jacobianG1 + 192] as const;
    const [b, beta, gamma, delta] = [0, 1, 2, 3].map((i) => jacobianG2 + i * 192) as [
      number,
      number,
      number,
      number,
    ];
    return run("bn128_pairingEq4", a, b, combined, gamma, c, delta, alpha, beta, temporary) !== 0;
  };
}

/** What a Groth16 verification needs; coordinates in [0, q), public signals in [0, r), no point at infinity. */
export interface PairingCheck {
  readonly a: G1Point;
  readonly b: G2Point;
  readonly c: G1Point;
  readonly alpha: G1Point;
  readonly beta: G2Point;
  readonly gamma: G2Point;
  readonly delta: G2Point;
  readonly ic: readonly G1Point[];
  readonly publicSignals: readonly bigint[];
}

let worker: ScriptWorker | undefined;
let starting: Promise<ScriptWorker> | undefined;

async function startWorker(): Promise<ScriptWorker> {
  if (worker?.alive) return worker;
  starting ??= loadCurveModule()
    .then((curve) => {
      worker = new ScriptWorker(createPairingCheckHandler, { instantiateCurve }, curve);
      return worker;
    })
    .finally(() => {
      starting = undefined;
    });
  return starting;
}

/**
 * Runs the check in the verification thread, which is started when it is first needed.
 * @throws ThreadError when the thread fails
 */
export async function checkPairing(check: PairingCheck): Promise<boolean> {
  const g1 = [check.a, check.c, check.alpha, ...check.ic].flatMap(({ x, y }) => [x, y]);
  const g2 = [check.b, check.beta, check.gamma, check.delta].flatMap(({ x, y }) => [...x, ...y]);
  const request: PairingCheckRequest = {
    g1: encodeAll(g1),
    g2: encodeAll(g2),
    scalars: encodeAll(check.publicSignals),
    order: encodeAll([SCALAR_FIELD_PRIME]),
  };
  return (await startWorker()).call<boolean>(request);
}

function encodeAll(values: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 32);
  values.forEach((value, index) => {
    writeUint256(bytes, index * 32, value);
  });
  return bytes;
}

/** Ends the verification thread, if there is one. */
export async function closePairingCheck(): Promise<void> {
  await starting?.catch(() => undefined);
  await worker?.close();
  worker = undefined;
}
