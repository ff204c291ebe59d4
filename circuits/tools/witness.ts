// Calculates witnesses with the compiler's WebAssembly programs, and checks witnesses against the constraint
// system. Owns the host side of the program's interface; assumes that the program comes from the compiler of
// `compile.ts` (interface version 2). The checker is independent of the program: it evaluates every constraint,
// so a changed witness shows whether the *constraints* reject it.
import { readFile } from "node:fs/promises";
import type { CompiledCircuit } from "./compile.js";
import { CircuitBuildError } from "./errors.js";
import { type ConstraintSystem, type LinearForm, readConstraintSystem } from "./r1cs.js";

/** Inputs of a circuit by signal name; arrays may be nested and are read in row order. */
export interface CircuitInput {
  readonly [signal: string]: CircuitInputValue;
}

/** A field element, or (nested) arrays of them. Negative numbers mean their residue. */
export type CircuitInputValue = bigint | number | string | readonly CircuitInputValue[];

/** Wires by full signal name, for example `main.out[2]`; -1 for a signal that the compiler removed. */
export type SignalWires = ReadonlyMap<string, number>;

/** A loaded witness program. */
export interface WitnessCalculator {
  /** Field modulus of the program. */
  readonly modulus: bigint;
  /** Number of wires of a witness. */
  readonly size: number;
  /**
   * Calculates the witness.
   *
   * @returns one field element per wire, wire 0 is the constant 1
   * @throws CircuitBuildError CIRCUIT_INPUT_INVALID, CIRCUIT_WITNESS_FAILED
   */
  calculate(input: CircuitInput): bigint[];
}

interface WitnessProgram {
  init(sanityCheck: number): void;
  getFieldNumLen32(): number;
  getRawPrime(): void;
  getWitnessSize(): number;
  getInputSize(): number;
  getInputSignalSize(hashHigh: number, hashLow: number): number;
  setInputSignal(hashHigh: number, hashLow: number, position: number): void;
  getWitness(wire: number): void;
  readSharedRWMemory(word: number): number;
  writeSharedRWMemory(word: number, value: number): void;
  getMessageChar(): number;
}

/** What the program's exception codes mean. */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: "a signal is not found",
  2: "too many signals are set",
  3: "a signal is already set",
  4: "an assertion or constraint does not hold",
  5: "not enough memory",
  6: "an input array has the wrong size",
};

/**
 * Loads the witness program of a compiled circuit.
 *
 * @throws CircuitBuildError CIRCUIT_WITNESS_FAILED when the file is no witness program
 */
export async function loadWitnessCalculator(
  compiled: Pick<CompiledCircuit, "name" | "wasmPath">,
): Promise<WitnessCalculator> {
  const messages: string[] = [];
  const module = await WebAssembly.compile(await readFile(compiled.wasmPath));
  let program: WitnessProgram | undefined;
  const readMessage = (): void => {
    let text = "";
    for (let char = program!.getMessageChar(); char !== 0; char = program!.getMessageChar()) {
      text += String.fromCharCode(char);
    }
    messages.push(text);
  };
  const instance = await WebAssembly.instantiate(module, {
    runtime: {
      exceptionHandler: (code: number) => {
        throw new CircuitBuildError(
          "CIRCUIT_WITNESS_FAILED",
          `Circuit "${compiled.name}": ${EXCEPTIONS[code] ?? `exception ${code}`}. ${messages.join(" ").trim()}`,
        );
      },
      printErrorMessage: readMessage,
      writeBufferMessage: readMessage,
      showSharedRWMemory: () => {},
    },
  });
  program = instance.exports as unknown as WitnessProgram;
  return createCalculator(compiled.name, program, messages);
}

function createCalculator(name: string, program: WitnessProgram, messages: string[]): WitnessCalculator {
  const words = program.getFieldNumLen32();
  const readShared = (): bigint => {
    let value = 0n;
    for (let word = words - 1; word >= 0; word -= 1) {
      value = (value << 32n) | BigInt(program.readSharedRWMemory(word) >>> 0);
    }
    return value;
  };
  const writeShared = (value: bigint): void => {
    for (let word = 0; word < words; word += 1) {
      program.writeSharedRWMemory(word, Number((value >> BigInt(32 * word)) & 0xffffffffn));
    }
  };
  program.getRawPrime();
  const modulus = readShared();
  const size = program.getWitnessSize();
  const calculate = (input: CircuitInput): bigint[] => {
    messages.length = 0;
    program.init(1);
    let set = 0;
    for (const [signal, value] of Object.entries(input)) {
      const [high, low] = signalHash(signal);
      const values = flatten(value, modulus);
      const expected = program.getInputSignalSize(high, low);
      if (expected < 0) throw invalidInput(name, `there is no input "${signal}"`);
      if (values.length !== expected) {
        throw invalidInput(name, `input "${signal}" has ${values.length} elements, expected ${expected}`);
      }
      for (const [position, element] of values.entries()) {
        writeShared(element);
        program.setInputSignal(high, low, position);
        set += 1;
      }
    }
    if (set < program.getInputSize()) {
      throw invalidInput(name, `${set} input elements given, ${program.getInputSize()} expected`);
    }
    const witness: bigint[] = [];
    for (let wire = 0; wire < size; wire += 1) {
      program.getWitness(wire);
      witness.push(readShared());
    }
    return witness;
  };
  return { modulus, size, calculate };
}

const invalidInput = (name: string, reason: string): CircuitBuildError =>
  new CircuitBuildError(
    "CIRCUIT_INPUT_INVALID",
    `Circuit "${name}": ${reason}; compare the input with the main template.`,
  );

function flatten(value: CircuitInputValue, modulus: bigint): bigint[] {
  if (typeof value === "object") return value.flatMap((element) => flatten(element, modulus));
  const residue = BigInt(value) % modulus;
  return [residue < 0n ? residue + modulus : residue];
}

/** The program names inputs by the 64-bit FNV-1a hash of their names. */
function signalHash(name: string): [high: number, low: number] {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(name, "utf8")) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return [Number(hash >> 32n), Number(hash & 0xffffffffn)];
}

const calculators = new WeakMap<object, Promise<WitnessCalculator>>();
const systems = new WeakMap<object, ConstraintSystem>();

/**
 * Calculates the witness of a compiled circuit; the loaded program is kept for further calls.
 *
 * @throws CircuitBuildError CIRCUIT_INPUT_INVALID, CIRCUIT_WITNESS_FAILED
 */
export async function calculateWitness(compiled: CompiledCircuit, input: CircuitInput): Promise<bigint[]> {
  let calculator = calculators.get(compiled);
  if (!calculator) {
    calculator = loadWitnessCalculator(compiled);
    calculators.set(compiled, calculator);
  }
  return (await calculator).calculate(input);
}

/** Reads the names of a compiled circuit's signals. */
export async function loadSignalWires(compiled: Pick<CompiledCircuit, "symPath">): Promise<SignalWires> {
  const wires = new Map<string, number>();
  for (const line of (await readFile(compiled.symPath, "utf8")).split("\n")) {
    const [, wire, , signal] = line.split(",");
    if (wire !== undefined && signal !== undefined) wires.set(signal, Number(wire));
  }
  return wires;
}

/**
 * Wire of a signal.
 *
 * @throws CircuitBuildError CIRCUIT_SYMBOL_NOT_FOUND when there is no such signal or the compiler removed it
 */
export function signalWire(wires: SignalWires, signal: string): number {
  const wire = wires.get(signal);
  if (wire === undefined || wire < 0) {
    throw new CircuitBuildError(
      "CIRCUIT_SYMBOL_NOT_FOUND",
      `Signal "${signal}" ${wire === undefined ? "does not exist" : "was removed by the compiler"}; full names start with "main.".`,
    );
  }
  return wire;
}

/**
 * Value of a signal in a witness.
 *
 * @throws CircuitBuildError CIRCUIT_SYMBOL_NOT_FOUND
 */
export function readSignal(witness: readonly bigint[], wires: SignalWires, signal: string): bigint {
  return witness[signalWire(wires, signal)]!;
}

/** Result of checking a witness; `constraint` is the first one that does not hold. */
export type ConstraintCheck = { readonly ok: true } | { readonly ok: false; readonly constraint: number };

/** The constraint system of a compiled circuit; kept for further calls. */
export function constraintSystemOf(compiled: CompiledCircuit): ConstraintSystem {
  let system = systems.get(compiled);
  if (!system) {
    system = readConstraintSystem(compiled.r1csPath);
    systems.set(compiled, system);
  }
  return system;
}

/** Evaluates every constraint on a witness. Independent of the witness program. */
export function checkConstraints(compiled: CompiledCircuit, witness: readonly bigint[]): ConstraintCheck {
  const { constraints, modulus, wires } = constraintSystemOf(compiled);
  if (witness.length !== wires || witness[0] !== 1n) {
    throw new CircuitBuildError(
      "CIRCUIT_INPUT_INVALID",
      `Circuit "${compiled.name}": a witness has ${wires} elements, the first is 1; given ${witness.length}.`,
    );
  }
  for (const [index, { a, b, c }] of constraints.entries()) {
    const difference = evaluate(a, witness) * evaluate(b, witness) - evaluate(c, witness);
    if (difference % modulus !== 0n) return { ok: false, constraint: index };
  }
  return { ok: true };
}

/**
 * Wires that can be changed, one at a time, without breaking a constraint: each is tried with `changes` added.
 * Inputs that nothing else pins are found too, so callers say which wires to try.
 *
 * @param changes amounts to add; by default 1 and a large one
 */
export function unpinnedWires(
  compiled: CompiledCircuit,
  witness: readonly bigint[],
  tried: Iterable<number> = Array.from({ length: witness.length - 1 }, (_, index) => index + 1),
  changes: readonly bigint[] = [1n, 0x1234567890abcdef1234567890abcdefn],
): number[] {
  const { constraints, modulus } = constraintSystemOf(compiled);
  const rowsOfWire = new Map<number, Set<number>>();
  for (const [row, constraint] of constraints.entries()) {
    for (const [wire] of [...constraint.a, ...constraint.b, ...constraint.c]) {
      const rows = rowsOfWire.get(wire) ?? new Set();
      rowsOfWire.set(wire, rows.add(row));
    }
  }
  const changed = [...witness];
  const holds = (row: number): boolean => {
    const { a, b, c } = constraints[row]!;
    return (evaluate(a, changed) * evaluate(b, changed) - evaluate(c, changed)) % modulus === 0n;
  };
  const unpinned: number[] = [];
  for (const wire of tried) {
    const free = changes.some((change) => {
      changed[wire] = (witness[wire]! + change) % modulus;
      return [...(rowsOfWire.get(wire) ?? [])].every(holds);
    });
    if (free) unpinned.push(wire);
    changed[wire] = witness[wire]!;
  }
  return unpinned;
}

function evaluate(form: LinearForm, witness: readonly bigint[]): bigint {
  let sum = 0n;
  for (const [wire, coefficient] of form) sum += coefficient * witness[wire]!;
  return sum;
}
