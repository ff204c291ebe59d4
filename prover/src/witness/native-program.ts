// Runs witness programs natively: the `.wasm` is translated once per process to a straight-line program, which
// computes the same witness, byte for byte. Whatever it can't do (a circuit whose control flow depends on the input
// beyond selects, another compiler, an input without a witness) is left to the WASM program, which also names errors.

import { open } from "node:fs/promises";
import { AbortedError, throwIfAborted } from "../errors.js";
import { FIELD_BYTES } from "../field.js";
import { encodeWitness } from "../files/wtns.js";
import { type CircuitInput, encodeInput } from "./input.js";
import { loadWitnessAddon, type NativeProgramHandle, WITNESS_STATUS } from "./native-addon.js";

/** Parameters of tryGenerateWitnessNative; those of generateWitness, and a switch for tests. */
export interface TryGenerateWitnessNativeParameters {
  /** Path of the `.wasm` that circom wrote. Translated once per path, modification time and size. */
  readonly programPath: string;
  /** All input signals of the main component. */
  readonly input: CircuitInput;
  readonly signal?: AbortSignal;
  /** Multiply without BMI2 and ADX even where the CPU has them. */
  readonly portable?: boolean;
}

/** Whether a program runs natively, and if not, why. */
export type NativeWitnessSupport =
  | { readonly supported: true; readonly wireCount: number; readonly stepCount: number }
  | { readonly supported: false; readonly reason: string };

interface TranslatedProgram {
  readonly handle: NativeProgramHandle;
  readonly wireCount: number;
  readonly stepCount: number;
  /** The bytes of a `.wtns` file in front of the values. */
  readonly fileHeader: Uint8Array;
}

type Translation = TranslatedProgram | { readonly reason: string };

const MAXIMUM_PROGRAMS = 16;
const MAXIMUM_PROGRAM_BYTES = 2 ** 28;
const translations = new Map<string, { readonly version: string; readonly result: Promise<Translation> }>();

/** Whether the native witness generator was built and is not switched off by CATALYZE_BACKEND=snarkjs. */
export function nativeWitnessAvailable(): boolean {
  return process.env.CATALYZE_BACKEND !== "snarkjs" && loadWitnessAddon() !== undefined;
}

/** Whether a witness program runs natively; translates it when that was not done yet. */
export async function nativeWitnessSupport(programPath: string): Promise<NativeWitnessSupport> {
  if (!nativeWitnessAvailable()) return { supported: false, reason: "the native generator is not available" };
  const translation = await translate(programPath);
  if (!("handle" in translation)) return { supported: false, reason: translation.reason };
  return { supported: true, wireCount: translation.wireCount, stepCount: translation.stepCount };
}

/**
 * Computes the witness of a circuit natively.
 * @returns the bytes of a `.wtns` file, the same as generateWitness gives; undefined when the WASM program has to be
 * asked: there is no native generator, the program has no native form, or no witness was found
 * @throws WitnessInputError when a value is not a field element, AbortedError
 */
export async function tryGenerateWitnessNative(
  parameters: TryGenerateWitnessNativeParameters,
): Promise<Uint8Array | undefined> {
  const { programPath, input, signal, portable = false } = parameters;
  throwIfAborted(signal, "the witness generation");
  const addon = nativeWitnessAvailable() ? loadWitnessAddon() : undefined;
  if (addon === undefined) return undefined;
  const { signals, values } = encodeInput(input);
  const translation = await abortable(translate(programPath), signal);
  if (!("handle" in translation)) return undefined;
  const { handle, wireCount, fileHeader } = translation;
  const hashes = BigUint64Array.from(
    signals,
    ({ hashHigh, hashLow }) => (BigInt(hashHigh >>> 0) << 32n) | BigInt(hashLow >>> 0),
  );
  const counts = Uint32Array.from(signals, ({ valueCount }) => valueCount);
  const file = new Uint8Array(fileHeader.byteLength + wireCount * FIELD_BYTES);
  file.set(fileHeader);
  const output = file.subarray(fileHeader.byteLength);
  const { status } = await abortable(addon.run(handle, hashes, counts, values, output, portable), signal);
  return status === WITNESS_STATUS.ok ? file : undefined;
}

async function translate(path: string): Promise<Translation> {
  try {
    const handle = await open(path, "r");
    try {
      const { mtimeMs, size } = await handle.stat();
      const version = `${mtimeMs}/${size}`;
      const known = translations.get(path);
      if (known?.version === version) return await known.result;
      if (size > MAXIMUM_PROGRAM_BYTES) return { reason: `${size} bytes are too many` };
      const result = handle.readFile().then(translateBytes);
      translations.delete(path);
      const [oldest] = translations.keys();
      if (translations.size >= MAXIMUM_PROGRAMS && oldest !== undefined) translations.delete(oldest);
      translations.set(path, { version, result });
      return await result;
    } finally {
      await handle.close();
    }
  } catch (error) {
    translations.delete(path);
    return { reason: `the program can't be read: ${(error as Error).message}` };
  }
}

async function translateBytes(bytes: Uint8Array): Promise<Translation> {
  const answer = await loadWitnessAddon()?.open(bytes);
  const { program, wireCount, stepCount } = answer ?? {};
  if (program === undefined || wireCount === undefined || stepCount === undefined) {
    return { reason: answer?.message ?? "the native generator is not available" };
  }
  const valueBytes = wireCount * FIELD_BYTES;
  const file = encodeWitness(new Uint8Array(valueBytes));
  const fileHeader = file.slice(0, file.byteLength - valueBytes);
  return { handle: program, wireCount, stepCount, fileHeader };
}

/** The promise, or AbortedError as soon as the signal aborts; the work goes on and its result is dropped. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new AbortedError("the witness generation", { cause: signal.reason }));
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
