// Generates `circuits/generated/eddsa_constants.circom`: the offset and the fixed-base tables of
// `signature/eddsa.circom`. docs/decisions/004-eddsa.md says what each is for.
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  add,
  BASE_POINT,
  type EdwardsPoint,
  hashToSubgroup,
  isOnCurve,
  type MontgomeryPoint,
  multiply,
  negate,
  reduce,
  SUBGROUP_ORDER,
  toMontgomery,
} from "./babyjubjub.js";
import { generatedFolder } from "./paths.js";

/** Changes when the generated text changes, so that old files are written again. */
const FORMAT = "catalyze eddsa constants, format 1";

/** Where the accumulator starts; the text is all that went into the choice. */
export const OFFSET_TEXT = "Catalyze/1/eddsa-offset";
/** Digits of the hash: doublings of the ladder. */
const LADDER_STEPS = 251n;
/** Signed 3-bit windows of S below the last one. */
const WINDOWS = 83;

interface Tables {
  readonly offset: MontgomeryPoint;
  /** Entry 4 · j + m is (2m + 1) · 8^j times the base point. */
  readonly windows: readonly MontgomeryPoint[];
  /** Entry t is (2t - 3) · 8^83 times the base point, minus 2^251 times the offset. */
  readonly last: readonly MontgomeryPoint[];
}

function buildTables(): Tables {
  const offset = hashToSubgroup(OFFSET_TEXT);
  if (!isOnCurve(offset) || multiply(offset, SUBGROUP_ORDER).x !== 0n) {
    throw new Error("EdDSA constants: the offset is not in the prime subgroup.");
  }
  const windows: EdwardsPoint[] = [];
  let unit = BASE_POINT;
  for (let window = 0; window < WINDOWS; window += 1) {
    const double = add(unit, unit);
    let multiple = unit;
    for (let magnitude = 0; magnitude < 4; magnitude += 1) {
      windows.push(multiple);
      multiple = add(multiple, double);
    }
    unit = add(add(double, double), add(double, double));
  }
  const correction = negate(multiply(offset, 1n << LADDER_STEPS));
  const triple = add(unit, add(unit, unit));
  const last = [negate(triple), negate(unit), unit, triple].map((point) => add(point, correction));
  return {
    offset: toMontgomery(offset),
    windows: windows.map(toMontgomery),
    last: last.map(toMontgomery),
  };
}

const circomFunction = (name: string, values: readonly bigint[]): string =>
  `function ${name}() {\n    return [${values.map((value) => `0x${value.toString(16)}`).join(",\n")}];\n}\n`;

function eddsaConstantsText(): string {
  const { offset, windows, last } = buildTables();
  return [
    `// ${FORMAT}; written by circuits/tools/generate-eddsa.ts.\n`,
    "pragma circom 2.2.0;\n",
    circomFunction("eddsaOffset", [offset.u, offset.v]),
    circomFunction(
      "eddsaWindowU",
      windows.map(({ u }) => u),
    ),
    circomFunction(
      "eddsaWindowV",
      windows.map(({ v }) => v),
    ),
    circomFunction(
      "eddsaWindowVSquared",
      windows.map(({ v }) => reduce(v * v)),
    ),
    circomFunction(
      "eddsaLastU",
      last.map(({ u }) => u),
    ),
    circomFunction(
      "eddsaLastV",
      last.map(({ v }) => v),
    ),
  ].join("\n");
}

/**
 * Writes the constants unless a file of the current format is there. Safe for concurrent processes.
 *
 * @returns the path of the file
 */
export async function generateEddsaConstants(): Promise<string> {
  const path = join(generatedFolder(), "eddsa_constants.circom");
  if (existsSync(path) && (await readFile(path, "utf8")).startsWith(`// ${FORMAT};`)) return path;
  await mkdir(generatedFolder(), { recursive: true });
  const temporary = `${path}.${randomBytes(8).toString("hex")}`;
  await writeFile(temporary, eddsaConstantsText());
  await rename(temporary, path);
  return path;
}
