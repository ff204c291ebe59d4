// Meaning of the digits program: exact integer inference, its words and its bytes. Mirrors
// circuits/src/programs/digits*.circom. Pure and browser-safe.
import { chunkCapacity, type Program, parametersCommitmentOf } from "../../reference/program.js";
import { DigitsError } from "./errors.js";
import {
  CLASSES,
  type DigitsModel,
  HIDDEN_BIAS_BITS,
  OUTPUT_BIAS_BITS,
  PIXEL_BITS,
  PIXELS,
  parseDigitsModel,
  WEIGHT_BITS,
} from "./model.js";

/** Pixels per input word. */
const PIXELS_PER_WORD = 32;
/** Bits of a parameter word that fields may use. */
const PARAMETER_WORD_BITS = 248;
/** Jobs per chunk: 4^2. */
const CHUNK_DEPTH = 2;

/** What the network makes of an image. */
export type Classification = {
  /** Class with the highest score; the lowest such class on a tie. */
  readonly label: number;
  /** One integer per class. */
  readonly scores: readonly number[];
};

function checkPixels(pixels: ArrayLike<number>): void {
  if (pixels.length !== PIXELS) {
    throw new DigitsError("DIGITS_BAD_IMAGE", `an image has ${PIXELS} pixels, ${pixels.length} given`);
  }
  for (let index = 0; index < PIXELS; index++) {
    const pixel = pixels[index]!;
    if (!Number.isInteger(pixel) || pixel < 0 || pixel >= 2 ** PIXEL_BITS) {
      throw new DigitsError(
        "DIGITS_BAD_IMAGE",
        `pixel ${index} is ${pixel}, expected an integer from 0 to 31`,
      );
    }
  }
}

/** bias + sum of weights times values; all exact, far below 2^53. */
function weightedSum(bias: number, weights: readonly number[], values: ArrayLike<number>): number {
  return weights.reduce((sum, weight, index) => sum + weight * values[index]!, bias);
}

/**
 * Runs the network on 64 pixels (row by row, 0 to 31; the data set uses 0 to 16).
 * @throws {DigitsError} `DIGITS_BAD_IMAGE`.
 */
export function classify(model: DigitsModel, pixels: ArrayLike<number>): Classification {
  checkPixels(pixels);
  const hidden = model.hiddenWeights.map((weights, unit) =>
    Math.max(0, weightedSum(model.hiddenBiases[unit]!, weights, pixels)),
  );
  const scores = model.outputWeights.map((weights, k) =>
    weightedSum(model.outputBiases[k]!, weights, hidden),
  );
  return { label: scores.indexOf(Math.max(...scores)), scores };
}

/**
 * Packs an image into two words: pixel i is bits 5·(i mod 32) … of word i div 32.
 * @throws {DigitsError} `DIGITS_BAD_IMAGE`.
 */
export function encodeInput(pixels: ArrayLike<number>): [bigint, bigint] {
  checkPixels(pixels);
  const words: [bigint, bigint] = [0n, 0n];
  for (let index = 0; index < PIXELS; index++) {
    const shift = BigInt(PIXEL_BITS * (index % PIXELS_PER_WORD));
    words[index < PIXELS_PER_WORD ? 0 : 1] |= BigInt(pixels[index]!) << shift;
  }
  return words;
}

/**
 * Inverse of {@link encodeInput}.
 * @throws {DigitsError} `DIGITS_BAD_IMAGE` for a wrong number of words or bits above 160.
 */
export function decodeInput(words: readonly bigint[]): number[] {
  const limit = 1n << BigInt(PIXEL_BITS * PIXELS_PER_WORD);
  if (words.length !== 2 || words.some((word) => word < 0n || word >= limit)) {
    throw new DigitsError("DIGITS_BAD_IMAGE", "an image is two words of 160 bits");
  }
  return Array.from({ length: PIXELS }, (_, index) => {
    const word = words[index < PIXELS_PER_WORD ? 0 : 1]!;
    return Number((word >> BigInt(PIXEL_BITS * (index % PIXELS_PER_WORD))) & 31n);
  });
}

function checkLabel(label: number): number {
  if (!Number.isInteger(label) || label < 0 || label >= CLASSES) {
    throw new DigitsError("DIGITS_BAD_RESULT", `a label is an integer from 0 to 9, ${label} given`);
  }
  return label;
}

/** The one word of a result: the label. @throws {DigitsError} `DIGITS_BAD_RESULT`. */
export function encodeResult(label: number): [bigint] {
  return [BigInt(checkLabel(label))];
}

/** Inverse of {@link encodeResult}. @throws {DigitsError} `DIGITS_BAD_RESULT`. */
export function decodeResult(words: readonly bigint[]): number {
  const [word] = words;
  if (words.length !== 1 || word === undefined || word < 0n || word >= BigInt(CLASSES)) {
    throw new DigitsError("DIGITS_BAD_RESULT", "a result is one word from 0 to 9");
  }
  return Number(word);
}

/** An image as 64 bytes, one per pixel. @throws {DigitsError} `DIGITS_BAD_IMAGE`. */
export function inputToBytes(pixels: ArrayLike<number>): Uint8Array {
  checkPixels(pixels);
  return Uint8Array.from(pixels);
}

/** Inverse of {@link inputToBytes}. @throws {DigitsError} `DIGITS_BAD_IMAGE`. */
export function inputFromBytes(bytes: Uint8Array): number[] {
  checkPixels(bytes);
  return Array.from(bytes);
}

/** A label as one byte. @throws {DigitsError} `DIGITS_BAD_RESULT`. */
export function resultToBytes(label: number): Uint8Array {
  return Uint8Array.of(checkLabel(label));
}

/** Inverse of {@link resultToBytes}. @throws {DigitsError} `DIGITS_BAD_RESULT`. */
export function resultFromBytes(bytes: Uint8Array): number {
  const [label] = bytes;
  if (bytes.length !== 1 || label === undefined) {
    throw new DigitsError("DIGITS_BAD_RESULT", `a result is one byte, ${bytes.length} given`);
  }
  return checkLabel(label);
}

/**
 * Words of a model, in this order: hidden weights unit by unit (8 bits each), hidden biases (14), output weights class
 * by class (8), output biases (26). Each number is stored as itself plus half of its range, so non-negative. Fields fill
 * a word from its lowest bit; one that would cross bit 248 starts the next word. 31 words.
 * @throws {DigitsError} `DIGITS_BAD_MODEL`.
 */
export function parametersWords(model: DigitsModel): bigint[] {
  const { hiddenWeights, hiddenBiases, outputWeights, outputBiases } = parseDigitsModel(model);
  const fields: [values: readonly number[], bits: number][] = [
    [hiddenWeights.flat(), WEIGHT_BITS],
    [hiddenBiases, HIDDEN_BIAS_BITS],
    [outputWeights.flat(), WEIGHT_BITS],
    [outputBiases, OUTPUT_BIAS_BITS],
  ];
  const words = [0n];
  let used = 0;
  for (const [values, bits] of fields) {
    for (const value of values) {
      if (used + bits > PARAMETER_WORD_BITS) {
        words.push(0n);
        used = 0;
      }
      words[words.length - 1]! |= BigInt(value + 2 ** (bits - 1)) << BigInt(used);
      used += bits;
    }
  }
  return words;
}

/** Commitment of a model: the sponge over its words. @throws {DigitsError} `DIGITS_BAD_MODEL`. */
export function parametersCommitment(model: DigitsModel): bigint {
  return parametersCommitmentOf(parametersWords(model));
}

/** The digits program: one image per job, 16 jobs per chunk, one label per result. */
export const digitsProgram: Program<DigitsModel> = {
  name: "digits",
  chunkDepth: CHUNK_DEPTH,
  inputWords: 2,
  resultWords: 1,
  inputBytes: PIXELS,
  resultBytes: 1,
  inputToWords: (bytes) => encodeInput(inputFromBytes(bytes)),
  resultToWords: (bytes) => encodeResult(resultFromBytes(bytes)),
  parametersWords,
  execute: (model, input) => resultToBytes(classify(model, inputFromBytes(input)).label),
};

/** Jobs per chunk of the digits program: 16. */
export const DIGITS_CHUNK_CAPACITY = chunkCapacity(digitsProgram);
