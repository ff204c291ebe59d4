// Trains the digits model. Deterministic: one seed, one thread, and only IEEE 754 operations whose result is fixed
// (+ - * / sqrt), so every machine gets the same bytes. Run this file to write model.json.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type DigitsSample, digitsDirectory, readDigits, splitDigits } from "./dataset.js";
import {
  CLASSES,
  type DigitsModel,
  formatDigitsModel,
  HIDDEN,
  HIDDEN_BIAS_BITS,
  OUTPUT_BIAS_BITS,
  PIXELS,
  parseDigitsModel,
  WEIGHT_BITS,
} from "./model.js";
import { createRandom, type Random, shuffle } from "./random.js";

/** What training can be told. The defaults give the committed model. */
export type TrainingOptions = {
  readonly hidden: number;
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Peak learning rate of Adam; falls linearly to zero. */
  readonly learningRate: number;
  /** Share of each weight taken away per step, times the learning rate; biases are spared. */
  readonly weightDecay: number;
  /** Half width of the uniform noise added to pixels, in units of the full pixel range. */
  readonly noise: number;
  /** Share of images moved by one pixel in a random direction. */
  readonly shiftShare: number;
};

/** Options of the committed model, chosen by cross-validation within the training images. */
export const TRAINING_DEFAULTS: TrainingOptions = {
  hidden: HIDDEN,
  seed: 0x5eed0002,
  epochs: 150,
  batchSize: 16,
  learningRate: 0.004,
  weightDecay: 0.1,
  noise: 0.2,
  shiftShare: 0.1,
};

/** Pixel value that the network sees as 1. */
const PIXEL_SCALE = 16;
const ADAM_BETA_1 = 0.9;
const ADAM_BETA_2 = 0.999;
const ADAM_EPSILON = 1e-8;

/** Parameters in one vector: hidden weights, hidden biases, output weights, output biases, all row by row. */
type Layout = {
  readonly hidden: number;
  readonly hiddenBiases: number;
  readonly outputWeights: number;
  readonly outputBiases: number;
  readonly size: number;
};

function createLayout(hidden: number): Layout {
  const hiddenBiases = PIXELS * hidden;
  const outputWeights = hiddenBiases + hidden;
  const outputBiases = outputWeights + CLASSES * hidden;
  return {
    hidden,
    hiddenBiases,
    outputWeights,
    outputBiases,
    size: outputBiases + CLASSES,
  };
}

/** e^x for x <= 0 from exactly rounded operations: e^(x/1024) by its series, squared ten times. */
function exponential(x: number): number {
  if (x < -60) return 0;
  const small = x / 1024;
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= 8; n++) {
    term = (term * small) / n;
    sum += term;
  }
  for (let n = 0; n < 10; n++) sum *= sum;
  return sum;
}

/** Sum of 12 uniform numbers, minus 6: mean 0, variance 1, close to normal, and exact on every machine. */
function normal(random: Random): number {
  let sum = -6;
  for (let n = 0; n < 12; n++) sum += random();
  return sum;
}

function initialise(layout: Layout, random: Random): Float64Array {
  const parameters = new Float64Array(layout.size);
  const hiddenDeviation = Math.sqrt(2 / PIXELS);
  const outputDeviation = Math.sqrt(2 / layout.hidden);
  for (let n = 0; n < layout.hiddenBiases; n++) parameters[n] = normal(random) * hiddenDeviation;
  for (let n = layout.outputWeights; n < layout.outputBiases; n++)
    parameters[n] = normal(random) * outputDeviation;
  return parameters;
}

/** Writes the image into `target`, sometimes moved by one pixel, with noise. */
function augment(sample: DigitsSample, options: TrainingOptions, random: Random, target: Float64Array): void {
  let right = 0;
  let down = 0;
  if (random() < options.shiftShare) {
    const direction = Math.floor(random() * 4);
    right = [1, -1, 0, 0][direction]!;
    down = [0, 0, 1, -1][direction]!;
  }
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 8; column++) {
      const fromRow = row - down;
      const fromColumn = column - right;
      const inside = fromRow >= 0 && fromRow < 8 && fromColumn >= 0 && fromColumn < 8;
      const pixel = inside ? sample.pixels[8 * fromRow + fromColumn]! : 0;
      target[8 * row + column] = pixel / PIXEL_SCALE + options.noise * (2 * random() - 1);
    }
  }
}

/** Scratch space of one forward and backward pass. */
type Workspace = {
  readonly pixels: Float64Array;
  readonly hidden: Float64Array;
  readonly hiddenGradient: Float64Array;
  readonly scores: Float64Array;
};

/** Adds the gradient of the cross-entropy of one image to `gradient`. */
function accumulateGradient(
  layout: Layout,
  parameters: Float64Array,
  gradient: Float64Array,
  label: number,
  work: Workspace,
): void {
  const { pixels, hidden, hiddenGradient, scores } = work;
  for (let j = 0; j < layout.hidden; j++) {
    let sum = parameters[layout.hiddenBiases + j]!;
    for (let i = 0; i < PIXELS; i++) sum += parameters[PIXELS * j + i]! * pixels[i]!;
    hidden[j] = Math.max(sum, 0);
    hiddenGradient[j] = 0;
  }
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < CLASSES; k++) {
    let sum = parameters[layout.outputBiases + k]!;
    for (let j = 0; j < layout.hidden; j++) {
      sum += parameters[layout.outputWeights + layout.hidden * k + j]! * hidden[j]!;
    }
    scores[k] = sum;
    if (sum > highest) highest = sum;
  }
  let total = 0;
  for (let k = 0; k < CLASSES; k++) {
    scores[k] = exponential(scores[k]! - highest);
    total += scores[k]!;
  }
  for (let k = 0; k < CLASSES; k++) {
    const error = scores[k]! / total - (k === label ? 1 : 0);
    gradient[layout.outputBiases + k]! += error;
    for (let j = 0; j < layout.hidden; j++) {
      const at = layout.outputWeights + layout.hidden * k + j;
      gradient[at]! += error * hidden[j]!;
      hiddenGradient[j]! += error * parameters[at]!;
    }
  }
  for (let j = 0; j < layout.hidden; j++) {
    if (hidden[j]! <= 0) continue;
    const error = hiddenGradient[j]!;
    gradient[layout.hiddenBiases + j]! += error;
    for (let i = 0; i < PIXELS; i++) gradient[PIXELS * j + i]! += error * pixels[i]!;
  }
}

/** One step of Adam with bias corrections, updating `parameters` and the moments in place. */
function adamStep(
  state: {
    parameters: Float64Array;
    first: Float64Array;
    second: Float64Array;
    power1: number;
    power2: number;
  },
  gradient: Float64Array,
  rate: number,
): void {
  state.power1 *= ADAM_BETA_1;
  state.power2 *= ADAM_BETA_2;
  const correction1 = 1 / (1 - state.power1);
  const correction2 = 1 / (1 - state.power2);
  for (let n = 0; n < gradient.length; n++) {
    const slope = gradient[n]!;
    const first = ADAM_BETA_1 * state.first[n]! + (1 - ADAM_BETA_1) * slope;
    const second = ADAM_BETA_2 * state.second[n]! + (1 - ADAM_BETA_2) * slope * slope;
    state.first[n] = first;
    state.second[n] = second;
    state.parameters[n]! -= (rate * first * correction1) / (Math.sqrt(second * correction2) + ADAM_EPSILON);
  }
}

/** Shrinks the weights, not the biases, by the given share. */
function decayWeights(layout: Layout, parameters: Float64Array, share: number): void {
  for (let n = 0; n < layout.outputBiases; n++) {
    const isBias = n >= layout.hiddenBiases && n < layout.outputWeights;
    if (!isBias) parameters[n]! -= share * parameters[n]!;
  }
}

/** Trains in floating point and returns the parameters in the order of `Layout`. */
function trainParameters(
  train: readonly DigitsSample[],
  options: TrainingOptions,
  layout: Layout,
): Float64Array {
  const random = createRandom(options.seed);
  const parameters = initialise(layout, random);
  const moments = () => new Float64Array(layout.size);
  const state = {
    parameters,
    first: moments(),
    second: moments(),
    power1: 1,
    power2: 1,
  };
  const work: Workspace = {
    pixels: new Float64Array(PIXELS),
    hidden: new Float64Array(layout.hidden),
    hiddenGradient: new Float64Array(layout.hidden),
    scores: new Float64Array(CLASSES),
  };
  const stepsPerEpoch = Math.ceil(train.length / options.batchSize);
  const steps = options.epochs * stepsPerEpoch;
  let step = 0;
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    const order = shuffle(train, random);
    for (let start = 0; start < order.length; start += options.batchSize) {
      const batch = order.slice(start, start + options.batchSize);
      const gradient = new Float64Array(layout.size);
      for (const sample of batch) {
        augment(sample, options, random, work.pixels);
        accumulateGradient(layout, parameters, gradient, sample.label, work);
      }
      const rate = options.learningRate * (1 - step / steps);
      decayWeights(layout, parameters, rate * options.weightDecay);
      adamStep(state, gradient, rate);
      step++;
    }
  }
  return parameters;
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/**
 * Rounds to integers. Scales are chosen so that every weight and bias fits its width; pixels stay 0 to 16, the hidden
 * sums stay exact, and nothing is rescaled between the layers, so the integer network needs no rounding at all.
 */
function quantise(parameters: Float64Array, layout: Layout): DigitsModel {
  const weightLimit = 2 ** (WEIGHT_BITS - 1) - 1;
  const hiddenWeights = parameters.slice(0, layout.hiddenBiases);
  const hiddenBiases = parameters.slice(layout.hiddenBiases, layout.outputWeights);
  const outputWeights = parameters.slice(layout.outputWeights, layout.outputBiases);
  const outputBiases = parameters.slice(layout.outputBiases);
  const hiddenScale = Math.min(
    weightLimit / largest(hiddenWeights),
    (2 ** (HIDDEN_BIAS_BITS - 1) - 1) / (PIXEL_SCALE * largest(hiddenBiases)),
  );
  const sumScale = hiddenScale * PIXEL_SCALE;
  const outputScale = Math.min(
    weightLimit / largest(outputWeights),
    (2 ** (OUTPUT_BIAS_BITS - 1) - 1) / (sumScale * largest(outputBiases)),
  );
  // Adding 0 turns -0 into 0, which JSON would write alike but equality tests would not.
  const round = (values: Float64Array, scale: number): number[] =>
    Array.from(values, (value) => Math.round(value * scale) + 0);
  const rows = (values: number[], width: number): number[][] =>
    Array.from({ length: values.length / width }, (_, row) => values.slice(row * width, (row + 1) * width));
  return {
    hiddenWeights: rows(round(hiddenWeights, hiddenScale), PIXELS),
    hiddenBiases: round(hiddenBiases, sumScale),
    outputWeights: rows(round(outputWeights, outputScale), layout.hidden),
    outputBiases: round(outputBiases, sumScale * outputScale),
  };
}

/** Trains and quantises a model on the given images. Pure: the same images and options give the same model. */
export function trainDigitsModel(
  train: readonly DigitsSample[],
  options: TrainingOptions = TRAINING_DEFAULTS,
): DigitsModel {
  const layout = createLayout(options.hidden);
  return quantise(trainParameters(train, options, layout), layout);
}

/** Trains on the training images of the data set and writes model.json. */
function main(): void {
  const model = parseDigitsModel(trainDigitsModel(splitDigits(readDigits()).train));
  writeFileSync(join(digitsDirectory(), "model.json"), formatDigitsModel(model));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main();
