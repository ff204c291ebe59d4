// Finds what the C++ compiler made below prover/native, however the sources that ask were built.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Set by `npm run test:sanitize`: the addons built with sanitizers are meant. */
const isSanitized = process.env.CATALYZE_SANITIZED === "1";

/**
 * The path of a built file, given by its folder below prover/ and its name; undefined when it has not been built.
 * Sources run from prover/src, compiled files from prover/dist/src.
 */
export function findNativeFile(folder: string, name: string): string | undefined {
  for (let above = dirname(fileURLToPath(import.meta.url)); ; above = dirname(above)) {
    const path = join(above, folder, isSanitized ? "sanitized" : "", name);
    if (existsSync(path)) return path;
    if (above === dirname(above)) return undefined;
  }
}
