// Collects everything that a main circuit includes. Owns include resolution, which must agree with what the
// compiler does in the staging folder: first beside the including file, then below the root.
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { CircuitBuildError } from "./errors.js";
import { circomlibFolder, generatedFolder, sourceFolder } from "./paths.js";

/** Path inside the staging folder (forward slashes) to file text. */
export type StagedFiles = ReadonlyMap<string, string>;

/** Name of the main file in the staging folder. */
export const MAIN_FILE = "main.circom";

/**
 * Reads `source` and, transitively, every file it includes.
 *
 * Includes resolve beside the including file, then below `circuits/src`; `generated/` stands for
 * `circuits/generated`, `circomlib/` for circomlib's templates.
 *
 * @throws CircuitBuildError CIRCUIT_INCLUDE_NOT_FOUND
 */
export function collectSources(source: string): StagedFiles {
  const files = new Map<string, string>([[MAIN_FILE, source]]);
  const pending = [MAIN_FILE];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    for (const include of includesOf(files.get(path) ?? "")) {
      const { stagedPath, text } = resolveInclude(path, include);
      if (files.has(stagedPath)) continue;
      files.set(stagedPath, text);
      pending.push(stagedPath);
    }
  }
  return files;
}

function includesOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/[^\n]*/g, "");
  return [...code.matchAll(/\binclude\s+"([^"]+)"\s*;/g)].map((match) => match[1] as string);
}

function resolveInclude(from: string, include: string): { stagedPath: string; text: string } {
  const candidates = [posix.join(posix.dirname(from), include), posix.normalize(include)];
  for (const stagedPath of candidates) {
    const file = fileOf(stagedPath);
    if (file !== undefined && existsSync(file)) return { stagedPath, text: readFileSync(file, "utf8") };
  }
  throw new CircuitBuildError(
    "CIRCUIT_INCLUDE_NOT_FOUND",
    `${from} includes "${include}", which is neither beside it nor below circuits/src, circuits/generated ` +
      "or circomlib. If it is a generated file, run the generator that writes it.",
  );
}

function fileOf(stagedPath: string): string | undefined {
  if (stagedPath.startsWith("..")) return undefined;
  if (stagedPath.startsWith("circomlib/")) return join(circomlibFolder(), stagedPath.slice(10));
  if (stagedPath.startsWith("generated/")) return join(generatedFolder(), stagedPath.slice(10));
  return join(sourceFolder(), stagedPath);
}
