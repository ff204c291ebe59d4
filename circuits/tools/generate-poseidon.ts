// Generates `circuits/generated/poseidon_constants.circom`: the parameters of circomlib's Poseidon in the
// optimised form (sparse partial rounds) that circomlibjs ships, with the inverses that `hash/poseidon.circom`
// needs. Every inverse is checked by multiplication before it is written; a change of the shipped parameters
// shows in the known-answer tests.
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generatedFolder, poseidonParametersFile } from "./paths.js";

const MODULUS = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** Changes when the generated text changes, so that old files are written again. */
const FORMAT = "catalyze poseidon constants, format 2";

type Matrix = readonly (readonly bigint[])[];

/** Parameters of one width, as circomlibjs ships them. */
export interface PoseidonParameters {
  readonly width: number;
  /** Constants added after the S-boxes; the first `width` before them. */
  readonly constants: readonly bigint[];
  /** Full rounds: output i is the sum of entry [j][i] times input j. */
  readonly mix: Matrix;
  /** The mix of the last full round before the partial ones. */
  readonly preSparse: Matrix;
  /** Partial round r: `2 · width - 1` numbers, first row then first column without its head. */
  readonly sparse: readonly bigint[];
}

const reduce = (value: bigint): bigint => ((value % MODULUS) + MODULUS) % MODULUS;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = reduce(base), rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = reduce(result * square);
    square = reduce(square * square);
  }
  return result;
}

function inverse(value: bigint): bigint {
  if (reduce(value) === 0n) throw new Error("Poseidon parameters: a matrix is singular.");
  return power(value, MODULUS - 2n);
}

function invertMatrix(matrix: Matrix): Matrix {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1n : 0n))]);
  for (let column = 0; column < size; column += 1) {
    const pivot = rows.findIndex((row, index) => index >= column && row[column] !== 0n);
    if (pivot < 0) throw new Error("Poseidon parameters: a matrix is singular.");
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const scale = inverse(rows[column]![column]!);
    rows[column] = rows[column]!.map((entry) => reduce(entry * scale));
    for (let index = 0; index < size; index += 1) {
      const factor = rows[index]![column]!;
      if (index === column || factor === 0n) continue;
      rows[index] = rows[index]!.map((entry, j) => reduce(entry - factor * rows[column]![j]!));
    }
  }
  const result = rows.map((row) => row.slice(size));
  assertInverse(matrix, result);
  return result;
}

function assertInverse(matrix: Matrix, candidate: Matrix): void {
  for (let i = 0; i < matrix.length; i += 1) {
    for (let j = 0; j < matrix.length; j += 1) {
      const entry = reduce(matrix[i]!.reduce((sum, value, k) => sum + value * candidate[k]![j]!, 0n));
      if (entry !== (i === j ? 1n : 0n)) throw new Error("Poseidon parameters: a matrix inverse is wrong.");
    }
  }
}

/** Per partial round: the inverse of the determinant of its sparse matrix. */
function sparseInverses({ width, sparse }: PoseidonParameters): bigint[] {
  const stride = 2 * width - 1;
  return Array.from({ length: sparse.length / stride }, (_, round) => {
    const numbers = sparse.slice(round * stride, (round + 1) * stride);
    let determinant = numbers[0]!;
    for (let k = 1; k < width; k += 1) determinant -= numbers[k]! * numbers[width + k - 1]!;
    return inverse(determinant);
  });
}

/** Parameters of the widths 2 to 17. */
export async function readPoseidonParameters(): Promise<PoseidonParameters[]> {
  const shipped = JSON.parse(await readFile(poseidonParametersFile(), "utf8")) as {
    C: string[][];
    M: string[][][];
    P: string[][][];
    S: string[][];
  };
  return shipped.C.map((constants, index) => ({
    width: index + 2,
    constants: constants.map(BigInt),
    mix: shipped.M[index]!.map((row) => row.map(BigInt)),
    preSparse: shipped.P[index]!.map((row) => row.map(BigInt)),
    sparse: shipped.S[index]!.map(BigInt),
  }));
}

/** All numbers of one width, in the order in which `hash/poseidon.circom` reads them. */
function flatten(parameters: PoseidonParameters): bigint[] {
  const { constants, mix, preSparse, sparse } = parameters;
  return [
    constants,
    mix.flat(),
    invertMatrix(mix).flat(),
    preSparse.flat(),
    invertMatrix(preSparse).flat(),
    sparse,
    sparseInverses(parameters),
  ].flat();
}

/** One function per width: a function for all widths would copy the largest result at every call. */
function circomFunction(parameters: PoseidonParameters): string {
  const numbers = flatten(parameters).map((value) => `0x${value.toString(16)}`);
  return `function poseidonParameters${parameters.width}() {\n    return [${numbers.join(",\n")}];\n}\n`;
}

/** Text of the generated file. */
async function poseidonConstantsText(): Promise<string> {
  const all = await readPoseidonParameters();
  const header = `// ${FORMAT}; written by circuits/tools/generate-poseidon.ts.\n\npragma circom 2.2.0;\n`;
  return [header, ...all.map(circomFunction)].join("\n");
}

/**
 * Writes the constants unless a file of the current format is there. Safe for concurrent processes.
 *
 * @returns the path of the file
 */
export async function generatePoseidonConstants(): Promise<string> {
  const path = join(generatedFolder(), "poseidon_constants.circom");
  if (existsSync(path) && (await readFile(path, "utf8")).startsWith(`// ${FORMAT};`)) return path;
  await mkdir(generatedFolder(), { recursive: true });
  const temporary = `${path}.${randomBytes(8).toString("hex")}`;
  await writeFile(temporary, await poseidonConstantsText());
  await rename(temporary, path);
  return path;
}
