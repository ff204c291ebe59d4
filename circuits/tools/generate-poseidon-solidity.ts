// Generates `contracts/src/generated/PoseidonTables.sol`: the parameters of circomlib's Poseidon, in the optimised form
// (sparse partial rounds), as contracts whose code is the data. `Poseidon.sol` reads them with extcodecopy in the order in
// which it uses them. A width that needs more than one contract's code is cut.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type PoseidonParameters, readPoseidonParameters } from "./generate-poseidon.js";
import { repositoryRoot } from "./paths.js";

/** Widths (inputs + 1) that have tables. */
export const POSEIDON_SOLIDITY_WIDTHS: readonly number[] = [3, 4, 5, 17];
/** Words in one table: with the leading zero byte they fit the limit of 24,576 bytes of code. */
const WORDS_PER_TABLE = 767;
/** Changes when the generated text changes. */
const FORMAT = "catalyze poseidon tables, format 1";

const transpose = (matrix: readonly (readonly bigint[])[]): bigint[] =>
  matrix.flatMap((row, i) => row.map((_, j) => matrix[j]![i]!));

/**
 * All numbers of one width: constants; mix matrix and the matrix before the partial rounds, by output; then per partial
 * round the row of output 0 and the column of the others.
 */
function tableWords({ constants, mix, preSparse, sparse }: PoseidonParameters): bigint[] {
  return [...constants, ...transpose(mix), ...transpose(preSparse), ...sparse];
}

function contractText(name: string, words: readonly bigint[]): string {
  const data = words.map((word) => word.toString(16).padStart(64, "0")).join("");
  return [
    `/// @title ${name}: ${words.length} words behind one zero byte, which stops any call.`,
    `contract ${name} {`,
    "    constructor() {",
    `        bytes memory code = hex"00${data}";`,
    '        assembly ("memory-safe") {',
    "            return(add(code, 32), mload(code))",
    "        }",
    "    }",
    "}",
    "",
  ].join("\n");
}

function widthText(parameters: PoseidonParameters): string[] {
  const words = tableWords(parameters);
  const parts = Math.ceil(words.length / WORDS_PER_TABLE);
  return Array.from({ length: parts }, (_, i) => {
    const part = words.slice(i * WORDS_PER_TABLE, (i + 1) * WORDS_PER_TABLE);
    return contractText(`PoseidonTable${parameters.width}${parts > 1 ? `Part${i + 1}` : ""}`, part);
  });
}

/**
 * Writes the tables unless a file of the current format is there. Safe for concurrent processes.
 *
 * @returns the path of the file
 */
export async function generatePoseidonSolidity(): Promise<string> {
  const path = join(repositoryRoot(), "contracts", "src", "generated", "PoseidonTables.sol");
  const mark = `// ${FORMAT};`;
  if (existsSync(path) && readFileSync(path, "utf8").includes(mark)) return path;
  const all = await readPoseidonParameters();
  const chosen = all.filter(({ width }) => POSEIDON_SOLIDITY_WIDTHS.includes(width));
  const text = [
    "// SPDX-License-Identifier: MIT",
    `${mark} written by circuits/tools/generate-poseidon-solidity.ts.`,
    "pragma solidity ^0.8.28;",
    "",
    ...chosen.flatMap(widthText),
  ].join("\n");
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
  return path;
}
