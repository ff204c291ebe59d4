// The `native` backend: the C++ prover of ../../native, loaded as a Node addon when it has been built. Proofs run on
// native threads, several at once; keys stay open in compiled form, so that only the first proof with one reads it.

import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { totalmem } from "node:os";
import { join } from "node:path";
import {
  AbortedError,
  BackendError,
  BackendUnavailableError,
  FileFormatError,
  type FileFormatReason,
  throwIfAborted,
} from "../errors.js";
import { FIELD_BYTES, readUint256, writeUint256 } from "../field.js";
import { publicSignalCount, type R1cs } from "../files/r1cs.js";
import { readWitness, type Witness, witnessValue } from "../files/wtns.js";
import { findNativeFile } from "../native-file.js";
import type { ProveParameters, ProvePhase, ProverBackend } from "./backend.js";
import type { Proof, ProvenSignals } from "./proof.js";

const PHASES: readonly ProvePhase[] = ["loading", "constraints", "transforms", "points"];
const PROGRESS_INTERVAL_MS = 50;
/** Keys that stay open, if they are small enough. */
const MAXIMUM_OPEN_KEYS = 8;
/** Share of the machine's memory that files of open keys may have together; one key is always kept. */
const OPEN_KEYS_MEMORY_SHARE = 0.25;

/** Statuses of prover.h that get an error class of their own. */
const STATUS_FILE_INVALID = 3;
const STATUS_CANCELLED = 5;

type SessionHandle = { readonly session: unique symbol };
type ControlHandle = { readonly control: unique symbol };

/** What the addon exports; see native/addon/addon.cpp. */
interface Addon {
  cpuPath(): "portable" | "mulx" | "ifma" | null;
  open(path: string, threadCount: number, cpuPath: string | null): Promise<SessionHandle>;
  close(session: SessionHandle): void;
  counts(session: SessionHandle): [wireCount: number, publicSignalCount: number];
  prove(
    session: SessionHandle,
    values: Uint8Array,
    control: ControlHandle,
    r: Uint8Array | null,
    s: Uint8Array | null,
  ): Promise<Uint8Array>;
  createControl(): ControlHandle;
  cancel(control: ControlHandle): void;
  progress(control: ControlHandle): [phase: number, fraction: number];
  setupScalars(
    counts: readonly [wires: number, publicSignals: number, constraints: number, domainSizeLog2: number],
    constraints: Uint8Array,
    trapdoor: Uint8Array,
    control: ControlHandle | null,
  ): Promise<[scalarsG1: Uint8Array, scalarsG2: Uint8Array, coefficients: Uint8Array]>;
  multiplyGenerators(
    scalarsG1: Uint8Array,
    scalarsG2: Uint8Array,
    threadCount: number,
    control: ControlHandle | null,
  ): Promise<[pointsG1: Uint8Array, pointsG2: Uint8Array]>;
}

/** What the addon rejects with. */
interface NativeFailure {
  readonly status: number;
  readonly section: string;
  readonly reason: string;
  readonly message: string;
}

/** A key in memory; closed when it has been dropped and nobody uses it. */
interface OpenKey {
  readonly session: Promise<SessionHandle>;
  readonly fileBytes: number;
  users: number;
  isDropped: boolean;
}

let loaded: { readonly addon: Addon } | { readonly problem: string } | undefined;

/** Loads the addon once; the reason when that is not possible. */
function loadAddon(): { readonly addon: Addon } | { readonly problem: string } {
  if (loaded !== undefined) return loaded;
  const path = findNativeFile(join("native", "build"), "catalyze-prover.node");
  if (path === undefined) {
    loaded = { problem: "it has not been built" };
    return loaded;
  }
  try {
    const addon = createRequire(import.meta.url)(path) as Addon;
    loaded =
      addon.cpuPath() === null
        ? { problem: "CATALYZE_CPU names no arithmetic path of this processor" }
        : { addon };
  } catch (error) {
    loaded = { problem: `it can't be loaded: ${error instanceof Error ? error.message : String(error)}` };
  }
  return loaded;
}

/** Whether the native prover has been built and this machine can run it. */
export function isNativeAvailable(): boolean {
  return "addon" in loadAddon();
}

/** The arithmetic path of the native prover: "ifma", "mulx" or "portable"; undefined when it is not available. */
export function nativeCpuPath(): string | undefined {
  const result = loadAddon();
  return "addon" in result ? (result.addon.cpuPath() ?? undefined) : undefined;
}

function requireAddon(): Addon {
  const result = loadAddon();
  if ("addon" in result) return result.addon;
  throw new BackendUnavailableError("native", result.problem, "run: node prover/native/build.mjs");
}

/** Options of the native backend. */
export interface NativeBackendOptions {
  /** Threads of each proof; default: all processors that this process may use. */
  readonly threadCount?: number;
  /** The arithmetic path; default: the environment variable CATALYZE_CPU, or else the fastest. */
  readonly cpuPath?: "portable" | "mulx" | "ifma";
}

/** Parameters of NativeBackend.prove. */
export interface NativeProveParameters extends ProveParameters {
  /** For reproducible tests only, both below r: a proof with known randomness reveals the witness. */
  readonly randomness?: { readonly r: bigint; readonly s: bigint };
}

/** The backend that proves in this process with the native addon. */
export class NativeBackend implements ProverBackend {
  readonly name = "native";
  readonly #addon: Addon;
  readonly #options: NativeBackendOptions;
  readonly #keys = new Map<string, OpenKey>();
  readonly #running = new Set<ControlHandle>();
  readonly #closed = new WeakSet<ControlHandle>();

  /** @throws BackendUnavailableError when the addon has not been built or can't be loaded */
  constructor(options: NativeBackendOptions = {}) {
    this.#addon = requireAddon();
    this.#options = options;
  }

  async prove(parameters: NativeProveParameters): Promise<ProvenSignals> {
    const { provingKeyPath, signal, randomness } = parameters;
    throwIfAborted(signal, "the proof");
    const progress = new ProgressReporter(parameters);
    progress.report(0, 0);
    const control = this.#addon.createControl();
    this.#running.add(control);
    const cancel = (): void => this.#addon.cancel(control);
    signal?.addEventListener("abort", cancel, { once: true });
    const timer = setInterval(() => progress.report(...this.#addon.progress(control)), PROGRESS_INTERVAL_MS);
    timer.unref();
    let key: OpenKey | undefined;
    try {
      const witness = await readWitness(parameters.witness);
      key = await this.#acquire(provingKeyPath);
      const session = await key.session;
      throwIfAborted(signal, "the proof");
      if (this.#closed.has(control)) throw new BackendError(this.name, "the backend was closed");
      const [, publicSignalCount] = this.#addon.counts(session);
      const r = randomness === undefined ? null : encodeScalar(randomness.r);
      const s = randomness === undefined ? null : encodeScalar(randomness.s);
      const bytes = await this.#addon.prove(session, witness.valueBytes, control, r, s);
      progress.report(PHASES.length - 1, 1);
      return { proof: decodeProof(bytes), publicSignals: publicSignalsOf(witness, publicSignalCount) };
    } catch (error) {
      throw this.#translate(error, control, signal);
    } finally {
      clearInterval(timer);
      signal?.removeEventListener("abort", cancel);
      this.#running.delete(control);
      if (key !== undefined) this.#leave(key);
    }
  }

  /** Cancels the proofs in progress and releases the keys; the next proof opens its key again. */
  async close(): Promise<void> {
    for (const control of this.#running) {
      this.#closed.add(control);
      this.#addon.cancel(control);
    }
    for (const id of [...this.#keys.keys()]) this.#drop(id);
  }

  /** The compiled key of a file, by the identity of its content as the file system tells it; to be left later. */
  async #acquire(path: string): Promise<OpenKey> {
    const status = await stat(path, { bigint: true }).catch((error: unknown) => {
      throw new BackendError(this.name, `the proving key ${path} can't be read`, { cause: error });
    });
    const id = [path, status.dev, status.ino, status.size, status.mtimeNs].join(":");
    let key = this.#keys.get(id);
    if (key === undefined) {
      const session = this.#addon.open(path, this.#options.threadCount ?? 0, this.#options.cpuPath ?? null);
      key = { session, fileBytes: Number(status.size), users: 0, isDropped: false };
      session.catch(() => this.#drop(id));
    }
    key.users++;
    // The map keeps the order of use.
    this.#keys.delete(id);
    this.#keys.set(id, key);
    for (const surplus of this.#surplus()) this.#drop(surplus);
    return key;
  }

  /** Keys to be dropped, those not used for longest first. */
  #surplus(): string[] {
    const ids: string[] = [];
    let count = this.#keys.size;
    let bytes = [...this.#keys.values()].reduce((sum, key) => sum + key.fileBytes, 0);
    for (const [id, key] of this.#keys) {
      const fits = count <= MAXIMUM_OPEN_KEYS && bytes <= totalmem() * OPEN_KEYS_MEMORY_SHARE;
      if (fits || count <= 1) break;
      ids.push(id);
      count--;
      bytes -= key.fileBytes;
    }
    return ids;
  }

  /** Forgets a key; a proof that uses it keeps it until it ends. */
  #drop(id: string): void {
    const key = this.#keys.get(id);
    if (key === undefined) return;
    this.#keys.delete(id);
    key.isDropped = true;
    this.#closeUnused(key);
  }

  #leave(key: OpenKey): void {
    key.users--;
    this.#closeUnused(key);
  }

  #closeUnused(key: OpenKey): void {
    if (!key.isDropped || key.users > 0) return;
    key.session.then(
      (session) => this.#addon.close(session),
      () => undefined,
    );
  }

  #translate(error: unknown, control: ControlHandle, signal: AbortSignal | undefined): Error {
    if (error instanceof Error) return error;
    const failure = error as NativeFailure;
    if (signal?.aborted) return new AbortedError("the proof", { cause: signal.reason });
    if (this.#closed.has(control)) return new BackendError(this.name, "the backend was closed");
    if (failure.status === STATUS_FILE_INVALID) {
      return new FileFormatError(
        "zkey",
        failure.section,
        failure.reason as FileFormatReason,
        failure.message,
      );
    }
    const cause = failure.status === STATUS_CANCELLED ? "it was cancelled" : failure.message;
    return new BackendError(this.name, cause || `status ${failure.status}`);
  }
}

/** Turns what is polled into one report per change, without leaving out a phase. */
class ProgressReporter {
  readonly #report: ProveParameters["onProgress"];
  #phase = -1;
  #fraction = 0;

  constructor({ onProgress }: ProveParameters) {
    this.#report = onProgress;
  }

  report(phase: number, fraction: number): void {
    for (let next = this.#phase + 1; next <= phase; next++) this.#emit(next, fraction);
    if (fraction > this.#fraction) this.#emit(Math.max(phase, this.#phase), fraction);
  }

  #emit(phase: number, fraction: number): void {
    this.#phase = phase;
    this.#fraction = Math.max(this.#fraction, fraction);
    this.#report?.({ phase: PHASES[phase] ?? "points", fraction: this.#fraction * 0.98 });
  }
}

function encodeScalar(value: bigint): Uint8Array {
  const bytes = new Uint8Array(FIELD_BYTES);
  writeUint256(bytes, 0, value);
  return bytes;
}

function decodeProof(bytes: Uint8Array): Proof {
  const at = (index: number): bigint => readUint256(bytes, index * FIELD_BYTES);
  return {
    a: { x: at(0), y: at(1) },
    b: { x: [at(2), at(3)], y: [at(4), at(5)] },
    c: { x: at(6), y: at(7) },
  };
}

function publicSignalsOf(witness: Witness, count: number): bigint[] {
  return Array.from({ length: count }, (_, index) => witnessValue(witness, index + 1));
}

/** Runs a call of the addon that can be cancelled. */
async function runCancellable<T>(
  what: string,
  signal: AbortSignal | undefined,
  call: (addon: Addon, control: ControlHandle) => Promise<T>,
): Promise<T> {
  const addon = requireAddon();
  throwIfAborted(signal, what);
  const control = addon.createControl();
  const cancel = (): void => addon.cancel(control);
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    return await call(addon, control);
  } catch (error) {
    throwIfAborted(signal, what);
    if (error instanceof Error) throw error;
    const { status, section, reason, message } = error as NativeFailure;
    if (status === STATUS_FILE_INVALID)
      throw new FileFormatError("r1cs", section, reason as FileFormatReason, message);
    throw new BackendError("native", message || `status ${status}`);
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}

/**
 * Multiplies the generators of G1 and G2 by plain little-endian scalars below r, as in `.zkey` files. The arrays must
 * not be shared memory and not change meanwhile.
 * @throws AbortedError, BackendError, BackendUnavailableError
 */
export function multiplyGeneratorsNatively(
  scalarsG1: Uint8Array,
  scalarsG2: Uint8Array,
  options: { readonly threadCount?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<[pointsG1: Uint8Array, pointsG2: Uint8Array]> {
  return runCancellable("the multiplication", options.signal, (addon, control) =>
    addon.multiplyGenerators(scalarsG1, scalarsG2, options.threadCount ?? 0, control),
  );
}

/**
 * Computes the scalars of a development key: the same as computeSetupScalars of ../keys/setup-scalars.ts.
 * trapdoor: tau, alpha, beta, delta. domainSizeLog2: 1 to 27, 2^domainSizeLog2 > constraints + public signals.
 * @throws FileFormatError for a term out of range, AbortedError, BackendError, BackendUnavailableError
 */
export function computeSetupScalarsNatively(
  { header, constraintBytes }: R1cs,
  domainSizeLog2: number,
  trapdoor: readonly [tau: bigint, alpha: bigint, beta: bigint, delta: bigint],
  signal?: AbortSignal,
): Promise<[scalarsG1: Uint8Array, scalarsG2: Uint8Array, coefficients: Uint8Array]> {
  const secrets = new Uint8Array(4 * FIELD_BYTES);
  trapdoor.forEach((value, index) => {
    writeUint256(secrets, index * FIELD_BYTES, value);
  });
  const counts = [
    header.wireCount,
    publicSignalCount(header),
    header.constraintCount,
    domainSizeLog2,
  ] as const;
  return runCancellable("the development setup", signal, (addon, control) =>
    addon.setupScalars(counts, constraintBytes, secrets, control),
  );
}
