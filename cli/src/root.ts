// Where the checkout and its cache are.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the checkout: the nearest folder above this file whose package.json is named "catalyze". */
export function repositoryRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).name === "catalyze") return folder;
    if (folder === dirname(folder)) throw new Error("The root commands run inside a checkout of catalyze.");
  }
}

/** Folder of everything that is built once: `.cache` of the checkout, or the environment's CATALYZE_CACHE. */
export const cacheFolder = (): string => process.env.CATALYZE_CACHE || join(repositoryRoot(), ".cache");

/** Folder of the development keys. */
export const keyFolder = (): string => join(cacheFolder(), "keys");

/** Path of a compiled script of the checkout, from its root. Assumes that `npm run build` has run. */
export const compiledScript = (path: string): string => join(repositoryRoot(), ...path.split("/"));
