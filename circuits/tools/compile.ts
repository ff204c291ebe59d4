// Compiles Circom circuits. Owns the content-keyed cache of compiled circuits: an entry is written once, under
// the hash of everything that determines it, by an atomic rename, so concurrent processes can share the cache.
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CircuitBuildError } from "./errors.js";
import { generateEddsaConstants } from "./generate-eddsa.js";
import { generatePoseidonConstants } from "./generate-poseidon.js";
import { collectSources, MAIN_FILE, type StagedFiles } from "./includes.js";
import { circuitCacheFolder, compilerLocation } from "./paths.js";
import { type ConstraintCounts, readConstraintCounts } from "./r1cs.js";

/** What {@link compileCircuit} takes. */
export interface CompileCircuitParameters {
  /** Names the cache folder and the copied files: letters, digits, `-` and `_`. */
  readonly name: string;
  /**
   * Text of the main file. Its includes are relative to `circuits/src`, or start with `generated/` (for
   * `circuits/generated`) or `circomlib/`.
   */
  readonly source: string;
  /** Simplification by the compiler: `O1` (default) or `O2`. */
  readonly optimization?: "O1" | "O2";
  /** Folder that gets copies `<name>.r1cs`, `<name>.wasm`, `<name>.sym`; without it the cache's own paths are returned. */
  readonly outputDirectory?: string;
}

/** A compiled circuit on disk. */
export interface CompiledCircuit {
  readonly name: string;
  /** Constraint system. */
  readonly r1csPath: string;
  /** Witness program. */
  readonly wasmPath: string;
  /** Names of the signals. */
  readonly symPath: string;
  /** Sizes. */
  readonly constraints: ConstraintCounts;
  /** SHA-256 (hex) over compiler version, flags and all sources. */
  readonly key: string;
}

/** Files of one cache entry. */
const ENTRY = {
  r1cs: "circuit.r1cs",
  wasm: "circuit.wasm",
  sym: "circuit.sym",
  counts: "circuit.json",
};

const running = new Map<string, Promise<void>>();

/**
 * Compiles a circuit, or finds it in the cache.
 *
 * @throws CircuitBuildError CIRCUIT_INCLUDE_NOT_FOUND, CIRCUIT_COMPILATION_FAILED (with the compiler's output)
 */
export async function compileCircuit(parameters: CompileCircuitParameters): Promise<CompiledCircuit> {
  const { name, source, optimization = "O1", outputDirectory } = parameters;
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
    throw new CircuitBuildError(
      "CIRCUIT_COMPILATION_FAILED",
      `Circuit name "${name}" must be 1 to 80 letters, digits, "-" or "_".`,
    );
  }
  await Promise.all([generatePoseidonConstants(), generateEddsaConstants()]);
  const files = collectSources(source);
  const flags = ["--r1cs", "--wasm", "--sym", `--${optimization}`];
  const key = contentKey(files, flags);
  const entry = join(circuitCacheFolder(), `${name}-${key.slice(0, 32)}`);
  if (!existsSync(join(entry, ENTRY.counts))) {
    const build = running.get(entry) ?? buildEntry(name, files, flags, entry);
    running.set(entry, build);
    await build.finally(() => running.delete(entry));
  }
  const constraints = JSON.parse(await readFile(join(entry, ENTRY.counts), "utf8")) as ConstraintCounts;
  const paths = await publish(name, entry, outputDirectory);
  return { name, ...paths, constraints, key };
}

function contentKey(files: StagedFiles, flags: readonly string[]): string {
  const sorted = [...files].sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([compilerLocation().version, flags, sorted]))
    .digest("hex");
}

async function buildEntry(
  name: string,
  files: StagedFiles,
  flags: readonly string[],
  entry: string,
): Promise<void> {
  const build = join(circuitCacheFolder(), `.build-${process.pid}-${randomBytes(8).toString("hex")}`);
  const staging = join(build, "staging");
  const result = join(build, "result");
  try {
    await mkdir(result, { recursive: true });
    await mkdir(join(staging, "output"), { recursive: true });
    for (const [path, text] of files) {
      await mkdir(dirname(join(staging, path)), { recursive: true });
      await writeFile(join(staging, path), text);
    }
    await runCompiler(name, staging, [...flags, "-l", ".", "-o", "output", MAIN_FILE]);
    await rename(join(staging, "output", "main.r1cs"), join(result, ENTRY.r1cs));
    await rename(join(staging, "output", "main.sym"), join(result, ENTRY.sym));
    await rename(join(staging, "output", "main_js", "main.wasm"), join(result, ENTRY.wasm));
    const counts = readConstraintCounts(join(result, ENTRY.r1cs));
    await writeFile(join(result, ENTRY.counts), `${JSON.stringify(counts, null, 2)}\n`);
    await rename(result, entry).catch((error: NodeJS.ErrnoException) => {
      // Another process finished the same entry first; its content is the same.
      if (!existsSync(join(entry, ENTRY.counts))) throw error;
    });
  } finally {
    await rm(build, { recursive: true, force: true });
  }
}

/** Runs the compiler in its own process, below `folder`, outside of which it can't read. */
function runCompiler(name: string, folder: string, compilerArguments: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [compilerLocation().script, ...compilerArguments], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString("utf8")).slice(-100_000);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) resolve();
      else {
        reject(
          new CircuitBuildError(
            "CIRCUIT_COMPILATION_FAILED",
            `The compiler rejected circuit "${name}" (exit status ${status}):\n${output.trim()}`,
          ),
        );
      }
    });
  });
}

async function publish(
  name: string,
  entry: string,
  outputDirectory: string | undefined,
): Promise<Pick<CompiledCircuit, "r1csPath" | "wasmPath" | "symPath">> {
  const cached = {
    r1csPath: join(entry, ENTRY.r1cs),
    wasmPath: join(entry, ENTRY.wasm),
    symPath: join(entry, ENTRY.sym),
  };
  if (outputDirectory === undefined) return cached;
  await mkdir(outputDirectory, { recursive: true });
  const copies = {
    r1csPath: join(outputDirectory, `${name}.r1cs`),
    wasmPath: join(outputDirectory, `${name}.wasm`),
    symPath: join(outputDirectory, `${name}.sym`),
  };
  for (const file of ["r1csPath", "wasmPath", "symPath"] as const) {
    const temporary = `${copies[file]}.${randomBytes(8).toString("hex")}`;
    await copyFile(cached[file], temporary);
    await rename(temporary, copies[file]);
  }
  return copies;
}
