// The digits model: a network 64 -> hidden (ReLU) -> 10 with integer weights, its bounds and its JSON form.
// Pure and browser-safe. The bounds are what makes the circuit's ranges sufficient: they must stay equal to those
// in circuits/src/programs/digits-network.circom.
import { DigitsError } from "./errors.js";

/** Pixels per image, row by row. */
export const PIXELS = 64;
/** Number of classes; labels are 0 to 9. */
export const CLASSES = 10;
/** Width of the hidden layer of the shipped program. */
export const HIDDEN = 12;
/** A pixel is an unsigned integer of 5 bits; the data set uses 0 to 16. */
export const PIXEL_BITS = 5;
/** Weights of both layers: signed, -128 to 127. */
export const WEIGHT_BITS = 8;
/** Biases of the hidden layer: signed, -8,192 to 8,191, so that a hidden sum is in [-2^18, 2^18). */
export const HIDDEN_BIAS_BITS = 14;
/** Biases of the output layer: signed, -2^25 to 2^25 - 1, so that a score is in [-2^29, 2^29). */
export const OUTPUT_BIAS_BITS = 26;

/** A quantised network. All numbers are integers within the bounds above. */
export type DigitsModel = {
  /** `hidden[j][i]`: weight from pixel i to hidden unit j. 12 × 64. */
  readonly hiddenWeights: readonly (readonly number[])[];
  /** `hiddenBiases[j]`: 12. */
  readonly hiddenBiases: readonly number[];
  /** `outputWeights[k][j]`: weight from hidden unit j to class k. 10 × 12. */
  readonly outputWeights: readonly (readonly number[])[];
  /** `outputBiases[k]`: 10. */
  readonly outputBiases: readonly number[];
};

function checkVector(value: unknown, where: string, length: number, bits: number): readonly number[] {
  if (!Array.isArray(value) || value.length !== length) {
    throw new DigitsError("DIGITS_BAD_MODEL", `${where} must be a list of ${length} integers`);
  }
  const limit = 2 ** (bits - 1);
  for (const [index, entry] of value.entries()) {
    if (!Number.isInteger(entry) || entry < -limit || entry >= limit) {
      throw new DigitsError(
        "DIGITS_BAD_MODEL",
        `${where}[${index}] is ${String(entry)}, expected an integer in [${-limit}, ${limit - 1}]`,
      );
    }
  }
  return value as readonly number[];
}

function checkMatrix(
  value: unknown,
  where: string,
  rows: number,
  columns: number,
): readonly (readonly number[])[] {
  if (!Array.isArray(value) || value.length !== rows) {
    throw new DigitsError("DIGITS_BAD_MODEL", `${where} must be a list of ${rows} rows`);
  }
  return value.map((row, index) => checkVector(row, `${where}[${index}]`, columns, WEIGHT_BITS));
}

/**
 * Checks shape and ranges of a model from outside (a parsed model.json).
 * Throws `DigitsError` with `DIGITS_BAD_MODEL`.
 */
export function parseDigitsModel(value: unknown): DigitsModel {
  if (typeof value !== "object" || value === null) {
    throw new DigitsError("DIGITS_BAD_MODEL", "a model must be an object with weights and biases");
  }
  const model = value as Record<string, unknown>;
  return {
    hiddenWeights: checkMatrix(model.hiddenWeights, "hiddenWeights", HIDDEN, PIXELS),
    hiddenBiases: checkVector(model.hiddenBiases, "hiddenBiases", HIDDEN, HIDDEN_BIAS_BITS),
    outputWeights: checkMatrix(model.outputWeights, "outputWeights", CLASSES, HIDDEN),
    outputBiases: checkVector(model.outputBiases, "outputBiases", CLASSES, OUTPUT_BIAS_BITS),
  };
}

/** Widest line of model.json; equal to the formatter's setting, so that formatting never changes the file. */
const LINE_WIDTH = 110;

/** A list of integers as JSON, on one line when it fits after `used` characters, else filled line by line. */
function formatVector(values: readonly number[], indent: string, used: number): string {
  const line = `[${values.join(", ")}]`;
  // One more character for the comma that may follow.
  if (used + line.length + 1 <= LINE_WIDTH) return line;
  const lines: string[] = [];
  let current = "";
  for (const [index, value] of values.entries()) {
    const text = index + 1 < values.length ? `${value},` : `${value}`;
    const extended = current === "" ? `${indent}  ${text}` : `${current} ${text}`;
    if (extended.length > LINE_WIDTH) {
      lines.push(current);
      current = `${indent}  ${text}`;
    } else {
      current = extended;
    }
  }
  return `[\n${[...lines, current].join("\n")}\n${indent}]`;
}

/** The canonical text of a model; the committed model.json is exactly this text. */
export function formatDigitsModel(model: DigitsModel): string {
  const matrix = (rows: readonly (readonly number[])[]): string =>
    `[\n${rows.map((row) => `    ${formatVector(row, "    ", 4)}`).join(",\n")}\n  ]`;
  const vector = (name: string, values: readonly number[]): string =>
    `  "${name}": ${formatVector(values, "  ", name.length + 6)}`;
  const parts = [
    `  "hiddenWeights": ${matrix(model.hiddenWeights)}`,
    vector("hiddenBiases", model.hiddenBiases),
    `  "outputWeights": ${matrix(model.outputWeights)}`,
    vector("outputBiases", model.outputBiases),
  ];
  return `{\n${parts.join(",\n")}\n}\n`;
}
