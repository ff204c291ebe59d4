// Witness programs without assertions: they calculate every signal of a circuit from any input, so that a tampered
// input gives a whole witness and the constraint system alone says which constraints refuse it. Also which names of
// signals stand for the same wire. Owns its cache entries; assumes that `===` only states and never assigns.
import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type CompiledCircuit, compileCircuit } from "./compile.js";
import { CircuitBuildError } from "./errors.js";
import { collectSources, MAIN_FILE } from "./includes.js";
import type { CircuitInstance } from "./manifest.js";
import { circuitCacheFolder, compilerLocation } from "./paths.js";
import { readConstraintSystem } from "./r1cs.js";
import {
  type CircuitInput,
  constraintSystemOf,
  loadSignalWires,
  loadWitnessCalculator,
  type SignalWires,
} from "./witness.js";

/** A circuit ready for mutation. */
export interface MutationSubject {
  readonly circuit: CircuitInstance;
  readonly compiled: CompiledCircuit;
  /** All names of each wire, `main.` included. */
  readonly names: ReadonlyMap<number, readonly string[]>;
  /** Wire of each name that has one, through equalities that the compiler removed too. */
  readonly wires: SignalWires;
  /** Witness that the program without assertions calculates; it need not satisfy anything. */
  calculate(input: CircuitInput): bigint[];
}

const blank = (text: string): string => text.replace(/[^\n]/g, " ");

/**
 * The text with `===` statements and comments blanked out; lines stay where they are.
 *
 * @throws CircuitBuildError CIRCUIT_COMPILATION_FAILED when a statement can't be taken out
 */
export function withoutAssertions(source: string): string {
  let text = source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, blank);
  for (let at = text.indexOf("==="); at >= 0; at = text.indexOf("===")) {
    const start = 1 + Math.max(...[";", "{", "}"].map((separator) => text.lastIndexOf(separator, at)));
    const end = text.indexOf(";", at) + 1;
    const statement = text.slice(start, end);
    if (end === 0 || /signal|<--|<==|var /.test(statement)) {
      throw new CircuitBuildError(
        "CIRCUIT_COMPILATION_FAILED",
        `The assertion "${statement.trim()}" is no statement of its own.`,
      );
    }
    text = text.slice(0, start) + blank(statement) + text.slice(end);
  }
  return text;
}

const run = promisify(execFile);

async function compileInto(
  folder: string,
  files: ReadonlyMap<string, string>,
  flags: readonly string[],
): Promise<void> {
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await mkdir(join(folder, "output"), { recursive: true });
  const options = [...flags, "--O0", "-l", ".", "-o", "output", MAIN_FILE];
  await run(process.execPath, [compilerLocation().script, ...options], {
    cwd: folder,
    maxBuffer: 1 << 26,
  });
}

/** How the program without assertions is to differ from the circuit: it may lie where the circuit calculates. */
export interface Lies {
  /** Names the cache entry; letters, digits and `-`. */
  readonly name: string;
  /** Changes the text of any file; declares at most signals named `lie`. */
  patch(text: string): string;
}

/** Compiles the unsimplified system and the program without assertions, or finds them. */
async function buildUnsimplified(name: string, source: string, lies: Lies | undefined): Promise<string> {
  const files = collectSources(source);
  const patch = (text: string): string => (lies === undefined ? text : lies.patch(text));
  const key = createHash("sha256")
    .update(
      JSON.stringify([
        compilerLocation().version,
        [...files].map(([path, text]) => [path, text, patch(text)]).sort(),
        withoutAssertions.toString(),
      ]),
    )
    .digest("hex");
  const entry = join(
    circuitCacheFolder(),
    `mutation-${name}${lies === undefined ? "" : `-${lies.name}`}-${key.slice(0, 32)}`,
  );
  if (existsSync(entry)) return entry;
  const build = join(circuitCacheFolder(), `.mutation-${process.pid}-${randomBytes(8).toString("hex")}`);
  try {
    const stripped = new Map([...files].map(([path, text]) => [path, withoutAssertions(patch(text))]));
    await compileInto(join(build, "system"), files, ["--r1cs", "--sym"]);
    await compileInto(join(build, "program"), stripped, ["--wasm", "--sym"]);
    await mkdir(join(build, "result"));
    await rename(join(build, "system", "output", "main.r1cs"), join(build, "result", "main.r1cs"));
    await rename(join(build, "system", "output", "main.sym"), join(build, "result", "main.sym"));
    await rename(join(build, "program", "output", "main.sym"), join(build, "result", "program.sym"));
    await rename(
      join(build, "program", "output", "main_js", "main.wasm"),
      join(build, "result", "program.wasm"),
    );
    await rename(join(build, "result"), entry).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(entry)) throw error;
    });
  } finally {
    await rm(build, { recursive: true, force: true });
  }
  return entry;
}

/** Representatives of wires that linear constraints x = y make equal. */
function equalWires(r1csPath: string): (wire: number) => number {
  const { constraints, modulus } = readConstraintSystem(r1csPath);
  const parent = new Map<number, number>();
  const find = (wire: number): number => {
    let root = wire;
    for (let next = parent.get(root); next !== undefined; next = parent.get(root)) root = next;
    return root;
  };
  for (const { a, b, c } of constraints) {
    if (a.length > 0 && b.length > 0) continue;
    const [left, right] = c;
    if (c.length !== 2 || left === undefined || right === undefined || left[0] === 0 || right[0] === 0)
      continue;
    if ((left[1] + right[1]) % modulus !== 0n) continue;
    const [one, two] = [find(left[0]), find(right[0])];
    if (one !== two) parent.set(one, two);
  }
  return find;
}

/** A signal's name without the numbers that the compiler gives to anonymous components. */
export const anonymous = (name: string): string => name.replace(/_\d+_\d+/g, "");

/**
 * Prepares a circuit for mutation.
 *
 * @param lies makes the program calculate something false; inputs of its own are named `lie`
 * @throws CircuitBuildError CIRCUIT_COMPILATION_FAILED
 */
export async function loadMutationSubject(circuit: CircuitInstance, lies?: Lies): Promise<MutationSubject> {
  const compiled = await compileCircuit(circuit);
  const entry = await buildUnsimplified(circuit.name, circuit.source, lies);
  const simplified = await loadSignalWires(compiled);
  const unsimplified = await loadSignalWires({ symPath: join(entry, "main.sym") });
  const program = await loadSignalWires({ symPath: join(entry, "program.sym") });
  const find = equalWires(join(entry, "main.r1cs"));
  // The program declares the same signals in the same order; only numbers of anonymous components differ.
  const programWires = [...program].filter(([name]) => !name.startsWith("main.lie"));
  const programWire = new Map(
    [...unsimplified.keys()].map((name, position) => {
      const [counterpart, wire] = programWires[position]!;
      if (anonymous(name) !== anonymous(counterpart)) {
        throw new CircuitBuildError(
          "CIRCUIT_COMPILATION_FAILED",
          `Circuit "${circuit.name}": signal ${name} became ${counterpart} without assertions.`,
        );
      }
      return [name, wire];
    }),
  );
  const wireOfClass = new Map<number, number>();
  const source = new Map<number, number>();
  for (const [name, wire] of simplified) {
    if (wire < 0) continue;
    wireOfClass.set(find(unsimplified.get(name)!), wire);
    source.set(wire, programWire.get(name)!);
  }
  const names = new Map<number, string[]>();
  const wires = new Map<string, number>();
  for (const [name, unsimplifiedWire] of unsimplified) {
    const wire = wireOfClass.get(find(unsimplifiedWire));
    if (wire === undefined) continue;
    wires.set(name, wire);
    const known = names.get(wire);
    if (known === undefined) names.set(wire, [name]);
    else known.push(name);
  }
  const calculator = await loadWitnessCalculator({
    name: circuit.name,
    wasmPath: join(entry, "program.wasm"),
  });
  const size = constraintSystemOf(compiled).wires;
  const calculate = (input: CircuitInput): bigint[] => {
    const all = calculator.calculate(input);
    const witness = new Array<bigint>(size).fill(0n);
    witness[0] = 1n;
    for (const [wire, from] of source) witness[wire] = all[from]!;
    return witness;
  };
  return { circuit, compiled, names, wires, calculate };
}
