// Writes the generated sources of the schema for Circom and Solidity. Idempotent: unchanged files are not touched.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateCircom, generateSolidity } from "../schema/generate.js";
import { generatedFolder, repositoryRoot } from "./paths.js";

function writeIfChanged(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

/** Generates `circuits/generated/schema.circom` and `contracts/src/generated/Schema.sol` from the schema. */
export function generateSchemaSources(): void {
  writeIfChanged(join(generatedFolder(), "schema.circom"), generateCircom());
  writeIfChanged(join(repositoryRoot(), "contracts", "src", "generated", "Schema.sol"), generateSolidity());
}
