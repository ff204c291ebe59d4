// Runs a witness program (the `.wasm` that circom writes, version 2) in a worker thread. Self-contained, see
// threads/script.ts. Each run gets a fresh instance, so that a failed run leaves nothing behind.

import type { EncodedInput } from "./input.js";

/** A request to the witness thread. */
export interface WitnessRequest {
  readonly module: WebAssembly.Module;
  readonly input: EncodedInput;
}

/** What failed in the thread. */
export interface WitnessFailure {
  readonly kind: "input" | "assertion" | "program";
  /** What the program printed. */
  readonly trace: string;
}

/** What the thread returns: the prime and the values, as plain 32-byte little-endian integers. */
export interface WitnessResult {
  readonly prime: Uint8Array;
  readonly values: Uint8Array;
}

/** Functions that circom exports. */
interface WitnessExports {
  getVersion(): number;
  getFieldNumLen32(): number;
  getRawPrime(): void;
  getWitnessSize(): number;
  getInputSize(): number;
  getInputSignalSize(hashHigh: number, hashLow: number): number;
  getWitness(wire: number): void;
  getMessageChar(): number;
  init(sanityCheck: number): void;
  readSharedRWMemory(index: number): number;
  writeSharedRWMemory(index: number, value: number): void;
  setInputSignal(hashHigh: number, hashLow: number, index: number): void;
}

/** An error that carries a WitnessFailure to the calling thread. */
export function witnessError(kind: WitnessFailure["kind"], message: string, trace: string): Error {
  return Object.assign(new Error(message), { details: { kind, trace } });
}

/** Instantiates a program; what it prints on failure is collected in `lines`. */
export function instantiateProgram(module: WebAssembly.Module, lines: string[]): WitnessExports {
  const reasons = [
    "unknown error",
    "signal not found",
    "too many signals set",
    "signal already set",
    "assertion failed",
    "not enough memory",
    "input array is longer than the signal",
    "not enough values for a signal",
  ];
  const readMessage = (): string => {
    let message = "";
    for (let code = exports.getMessageChar(); code !== 0; code = exports.getMessageChar()) {
      message += String.fromCharCode(code);
    }
    return message;
  };
  const instance = new WebAssembly.Instance(module, {
    runtime: {
      exceptionHandler: (code: number) => {
        const trace = lines.join("\n");
        const reason = reasons[code] ?? `error ${code}`;
        const kind = code === 4 ? "assertion" : code === 5 || code === 0 ? "program" : "input";
        throw witnessError(kind, lines[0] === undefined ? reason : `${reason}: ${lines[0]}`, trace);
      },
      printErrorMessage: () => {
        const line = readMessage().trim();
        if (line !== "" && lines.length < 64) lines.push(line);
      },
      // log() in a circuit: of no use here, but the message must be consumed.
      writeBufferMessage: () => {
        readMessage();
      },
      showSharedRWMemory: () => undefined,
    },
  });
  const exports = instance.exports as unknown as WitnessExports;
  return exports;
}

/** Sets all input signals; the program computes the witness with the last of them. */
export function setInputs(exports: WitnessExports, input: EncodedInput): void {
  const words = new Uint32Array(input.values.buffer, input.values.byteOffset, input.values.byteLength / 4);
  const expected = exports.getInputSize();
  const given = words.length / 8;
  for (const { name, hashHigh, hashLow, valueCount } of input.signals) {
    const size = exports.getInputSignalSize(hashHigh, hashLow);
    if (size <= 0 && valueCount > 0)
      throw witnessError("input", `the circuit has no input signal ${name}`, "");
    if (size !== valueCount) {
      throw witnessError("input", `input signal ${name} has ${size} values, ${valueCount} were given`, "");
    }
  }
  if (given !== expected) {
    throw witnessError("input", `the circuit has ${expected} input values, ${given} were given`, "");
  }
  let position = 0;
  for (const { hashHigh, hashLow, valueCount } of input.signals) {
    for (let index = 0; index < valueCount; index++, position++) {
      for (let word = 0; word < 8; word++) exports.writeSharedRWMemory(word, words[position * 8 + word] ?? 0);
      exports.setInputSignal(hashHigh, hashLow, index);
    }
  }
}

/** The handler of the witness thread. */
export function createWitnessHandler(): (request: WitnessRequest) => WitnessResult {
  const readElement = (exports: WitnessExports, into: Uint32Array, offset: number): void => {
    for (let word = 0; word < 8; word++) into[offset + word] = exports.readSharedRWMemory(word);
  };
  return ({ module, input }) => {
    const lines: string[] = [];
    let exports: WitnessExports;
    try {
      exports = instantiateProgram(module, lines);
      if (exports.getVersion() !== 2 || exports.getFieldNumLen32() !== 8)
        throw new Error("not circom 2 over 254 bits");
    } catch (error) {
      throw witnessError("program", `not a usable witness program: ${(error as Error).message}`, "");
    }
    const prime = new Uint32Array(8);
    exports.getRawPrime();
    readElement(exports, prime, 0);
    try {
      exports.init(1);
      setInputs(exports, input);
    } catch (error) {
      if ((error as { details?: unknown }).details !== undefined) throw error;
      throw witnessError(
        "program",
        `the witness program failed: ${(error as Error).message}`,
        lines.join("\n"),
      );
    }
    const wireCount = exports.getWitnessSize();
    const values = new Uint32Array(wireCount * 8);
    for (let wire = 0; wire < wireCount; wire++) {
      exports.getWitness(wire);
      readElement(exports, values, wire * 8);
    }
    return { prime: new Uint8Array(prime.buffer), values: new Uint8Array(values.buffer) };
  };
}
