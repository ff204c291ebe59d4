// Witness generation, native or with circom's WASM programs. WASM programs are compiled once per process and run in
// worker threads, so that the event loop stays free; an idle thread is kept for the next call.

import { open } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { AbortedError, throwIfAborted, WitnessGenerationError, WitnessInputError } from "../errors.js";
import { readUint256, SCALAR_FIELD_PRIME } from "../field.js";
import { encodeWitness } from "../files/wtns.js";
import { HandlerError, ScriptWorker } from "../threads/script-worker.js";
import { type CircuitInput, encodeInput } from "./input.js";
import { tryGenerateWitnessNative } from "./native-program.js";
import {
  createWitnessHandler,
  instantiateProgram,
  setInputs,
  type WitnessFailure,
  type WitnessRequest,
  type WitnessResult,
  witnessError,
} from "./program.js";

/** Parameters of generateWitness. */
export interface GenerateWitnessParameters {
  /** Path of the `.wasm` that circom wrote. Compiled once per path, modification time and size. */
  readonly programPath: string;
  /** All input signals of the main component. */
  readonly input: CircuitInput;
  readonly signal?: AbortSignal;
}

interface CompiledProgram {
  readonly version: string;
  readonly module: Promise<WebAssembly.Module>;
}

const MAXIMUM_PROGRAMS = 32;
const MAXIMUM_PROGRAM_BYTES = 2 ** 30;
const programs = new Map<string, CompiledProgram>();

/**
 * Computes the witness of a circuit: natively where that was built and can, otherwise with the WASM program. The
 * bytes are the same.
 * @returns the bytes of a `.wtns` file
 * @throws WitnessInputError when the input does not fit the circuit's signals, WitnessGenerationError when no
 * witness exists (its message names the failing template and line) or the program can't be used, AbortedError
 */
export async function generateWitness(parameters: GenerateWitnessParameters): Promise<Uint8Array> {
  return (await tryGenerateWitnessNative(parameters)) ?? generateWitnessWasm(parameters);
}

/** The same as generateWitness, always with the WASM program. */
export async function generateWitnessWasm(parameters: GenerateWitnessParameters): Promise<Uint8Array> {
  const { programPath, signal } = parameters;
  throwIfAborted(signal, "the witness generation");
  const module = await compileProgram(programPath);
  const request: WitnessRequest = { module, input: encodeInput(parameters.input) };
  const { prime, values } = await runInThread(request, signal);
  if (readUint256(prime) !== SCALAR_FIELD_PRIME) {
    throw new WitnessGenerationError(
      `${programPath} is not over BN254's scalar field; compile it for bn128`,
      "",
    );
  }
  return encodeWitness(values);
}

async function compileProgram(path: string): Promise<WebAssembly.Module> {
  try {
    const handle = await open(path, "r");
    try {
      const { mtimeMs, size } = await handle.stat();
      const version = `${mtimeMs}/${size}`;
      const known = programs.get(path);
      if (known?.version === version) return await known.module;
      if (size > MAXIMUM_PROGRAM_BYTES) throw new Error(`${size} bytes are too many`);
      const module = WebAssembly.compile(await handle.readFile());
      programs.delete(path);
      const [oldest] = programs.keys();
      if (programs.size >= MAXIMUM_PROGRAMS && oldest !== undefined) programs.delete(oldest);
      programs.set(path, { version, module });
      return await module;
    } finally {
      await handle.close();
    }
  } catch (error) {
    programs.delete(path);
    throw new WitnessGenerationError(`${path} can't be loaded as a witness program`, "", { cause: error });
  }
}

const idleWorkers: ScriptWorker[] = [];
const busyWorkers = new Set<ScriptWorker>();
const waiting: (() => void)[] = [];

async function runInThread(request: WitnessRequest, signal: AbortSignal | undefined): Promise<WitnessResult> {
  while (busyWorkers.size >= availableParallelism()) {
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  const worker =
    idleWorkers.pop() ??
    new ScriptWorker(createWitnessHandler, { instantiateProgram, setInputs, witnessError }, undefined);
  busyWorkers.add(worker);
  try {
    return await worker.call<WitnessResult>(request, { signal });
  } catch (error) {
    throw toPublicError(error);
  } finally {
    busyWorkers.delete(worker);
    if (worker.alive) idleWorkers.push(worker);
    waiting.shift()?.();
  }
}

function toPublicError(error: unknown): unknown {
  if (error instanceof AbortedError)
    return new AbortedError("the witness generation", { cause: error.cause });
  if (!(error instanceof HandlerError)) return error;
  const { kind, trace } = (error.details ?? { kind: "program", trace: "" }) as WitnessFailure;
  if (kind === "input") return new WitnessInputError(error.message);
  const prefix = kind === "assertion" ? "there is no witness for this input: " : "";
  return new WitnessGenerationError(`${prefix}${error.message}`, trace);
}

/** Ends the witness threads. */
export async function closeWitnessThreads(): Promise<void> {
  await Promise.all([...idleWorkers.splice(0), ...busyWorkers].map((worker) => worker.close()));
}
