// Where the circuit tools find sources and keep results. Owns the layout of `circuits/` and of the cache;
// assumes that the tools run inside a checkout whose root package.json is named "catalyze".
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CircuitBuildError } from "./errors.js";

const require = createRequire(import.meta.url);

let cachedRoot: string | undefined;

/** Absolute path of the checkout: the nearest folder above this file whose package.json is named "catalyze". */
export function repositoryRoot(): string {
  cachedRoot ??= findRoot(dirname(fileURLToPath(import.meta.url)));
  return cachedRoot;
}

function findRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).name === "catalyze") return folder;
    if (folder === dirname(folder)) break;
  }
  throw new CircuitBuildError(
    "CIRCUIT_REPOSITORY_NOT_FOUND",
    `No package.json named "catalyze" above ${start}; run the circuit tools from a checkout.`,
  );
}

/** Folder of the Circom sources that includes are relative to. */
export const sourceFolder = (): string => join(repositoryRoot(), "circuits", "src");

/** Folder of generated Circom files, included as `generated/...`. */
export const generatedFolder = (): string => join(repositoryRoot(), "circuits", "generated");

/** Folder of circomlib's templates, included as `circomlib/...`. */
export const circomlibFolder = (): string =>
  join(dirname(require.resolve("circomlib/package.json")), "circuits");

/** Folder of compiled circuits. The environment variable CATALYZE_CACHE replaces the root's `.cache`. */
export function circuitCacheFolder(): string {
  const base = process.env.CATALYZE_CACHE;
  return join(base ? base : join(repositoryRoot(), ".cache"), "circuits");
}

/** The compiler: path of its command-line script and its package version. */
export function compilerLocation(): { script: string; version: string } {
  const manifest = require.resolve("circom2/package.json");
  return {
    script: join(dirname(manifest), "cli.js"),
    version: `circom2@${JSON.parse(readFileSync(manifest, "utf8")).version}`,
  };
}

/** File with the optimised Poseidon parameters that circomlibjs ships. */
export const poseidonParametersFile = (): string =>
  join(dirname(require.resolve("circomlibjs")), "..", "src", "poseidon_constants_opt.json");
