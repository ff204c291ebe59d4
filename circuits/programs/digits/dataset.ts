// Reads the digits data and model files of this folder (Node only), and fixes the split into training and held-out images.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { DigitsError } from "./errors.js";
import { CLASSES, type DigitsModel, PIXELS, parseDigitsModel } from "./model.js";
import { createRandom, shuffle } from "./random.js";

/** One image of the data set. */
export type DigitsSample = {
  /** 64 pixels, row by row, 0 to 16. */
  readonly pixels: readonly number[];
  /** The digit that the writer meant, 0 to 9. */
  readonly label: number;
};

/** The data set, split once and for all. */
export type DigitsSplit = {
  /** 1,297 images that the model may be trained on. */
  readonly train: readonly DigitsSample[];
  /** 500 images that training never sees. */
  readonly heldOut: readonly DigitsSample[];
};

const SAMPLE_COUNT = 1797;
const HELD_OUT_COUNT = 500;
const SPLIT_SEED = 0x5eed0001;
const MAX_TEXT_BYTES = 1 << 20;

/** Folder of the committed files, found from the sources and from `dist/` alike. */
export function digitsDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(directory, "programs", "digits");
    if (existsSync(join(candidate, "data", "digits.csv.gz"))) return candidate;
    const parent = dirname(directory);
    if (parent === directory) {
      throw new DigitsError(
        "DIGITS_FILES_NOT_FOUND",
        "programs/digits/data/digits.csv.gz is missing; reinstall",
      );
    }
    directory = parent;
  }
}

/** Parses the text of digits.csv. Throws `DigitsError` with `DIGITS_BAD_DATA`. */
export function parseDigits(text: string): DigitsSample[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line, index) => {
      const numbers = line.split(",").map((field) => (/^\d{1,2}$/.test(field) ? Number(field) : Number.NaN));
      const label = numbers[PIXELS];
      const pixels = numbers.slice(0, PIXELS);
      const sound = numbers.length === PIXELS + 1 && pixels.every((pixel) => pixel >= 0 && pixel <= 16);
      if (!sound || label === undefined || !(label < CLASSES)) {
        throw new DigitsError(
          "DIGITS_BAD_DATA",
          `line ${index + 1} is not 64 pixels (0 to 16) and a label (0 to 9)`,
        );
      }
      return { pixels, label };
    });
}

/** All 1,797 images in file order. */
export function readDigits(): DigitsSample[] {
  const packed = readFileSync(join(digitsDirectory(), "data", "digits.csv.gz"));
  const samples = parseDigits(gunzipSync(packed, { maxOutputLength: MAX_TEXT_BYTES }).toString("utf8"));
  if (samples.length !== SAMPLE_COUNT) {
    throw new DigitsError("DIGITS_BAD_DATA", `expected ${SAMPLE_COUNT} images, found ${samples.length}`);
  }
  return samples;
}

/** Shuffles with a fixed seed; the last 500 images are held out. */
export function splitDigits(samples: readonly DigitsSample[]): DigitsSplit {
  const order = shuffle(samples, createRandom(SPLIT_SEED));
  const boundary = order.length - HELD_OUT_COUNT;
  return { train: order.slice(0, boundary), heldOut: order.slice(boundary) };
}

/** The committed model. */
export function readDigitsModel(): DigitsModel {
  return parseDigitsModel(JSON.parse(readFileSync(join(digitsDirectory(), "model.json"), "utf8")));
}
