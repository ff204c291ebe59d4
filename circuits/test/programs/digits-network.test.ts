// The digits network as a circuit, against the reference: random and extreme models and images, ranges, ties.
import { calculateWitness, checkConstraints, readSignal, unpinnedWires } from "@catalyze/circuits/build";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { readDigits, readDigitsModel } from "../../programs/digits/dataset.js";
import type { DigitsModel } from "../../programs/digits/model.js";
import { classify, encodeInput, parametersWords } from "../../programs/digits/reference.js";
import { FIELD_MODULUS } from "../../schema/field.js";
import { type LoadedCircuit, loadCircuit, modelOf, zeroModel } from "./support.js";

const SOURCE = `pragma circom 2.2.0;
include "programs/digits-network.circom";
include "programs/digits-parameters.circom";
template OneImage(hidden) {
    signal input parameterWords[digitsParameterWords(hidden)];
    signal input image[2];
    signal output label;
    component parameters = DigitsParameters(hidden);
    parameters.words <== parameterWords;
    component network = DigitsNetwork(hidden);
    network.words <== image;
    network.hiddenRows <== parameters.hiddenRows;
    network.hiddenBias <== parameters.hiddenBias;
    network.outputWeights <== parameters.outputWeights;
    network.outputBiases <== parameters.outputBiases;
    label <== network.label;
}
component main = OneImage(12);
`;

let circuit: LoadedCircuit;

beforeAll(async () => {
  circuit = await loadCircuit({ name: "digits-one-image", source: SOURCE });
});

const witnessOf = (parameterWords: readonly bigint[], image: readonly bigint[]): Promise<bigint[]> =>
  calculateWitness(circuit.compiled, { parameterWords, image });

const runCircuit = async (model: DigitsModel, pixels: readonly number[]): Promise<bigint> =>
  (await witnessOf(parametersWords(model), encodeInput(pixels)))[1]!;

/** A model of random numbers in the full range of each width, from a seed. */
const modelArbitrary = fc
  .tuple(fc.infiniteStream(fc.integer({ min: 0, max: 2 ** 26 - 1 })))
  .map(([stream]): DigitsModel => {
    const within = (bits: number) => (): number =>
      ((stream.next().value as number) % 2 ** bits) - 2 ** (bits - 1);
    return modelOf(within(8), within(14), within(8), within(26));
  });

const pixelsArbitrary = fc.array(fc.integer({ min: 0, max: 31 }), { minLength: 64, maxLength: 64 });

describe("digits network circuit", () => {
  it("gives the reference's label for real images", async () => {
    const model = readDigitsModel();
    for (const { pixels } of readDigits().slice(0, 12)) {
      expect(await runCircuit(model, pixels)).toBe(BigInt(classify(model, pixels).label));
    }
  });

  it("gives the reference's label for random models and images", async () => {
    await fc.assert(
      fc.asyncProperty(modelArbitrary, pixelsArbitrary, async (model, pixels) => {
        expect(await runCircuit(model, pixels)).toBe(BigInt(classify(model, pixels).label));
      }),
      { numRuns: 15 },
    );
  });

  it("holds at the ends of every range", async () => {
    const low = (bits: number) => (): number => -(2 ** (bits - 1));
    const high = (bits: number) => (): number => 2 ** (bits - 1) - 1;
    const white = new Array<number>(64).fill(31);
    for (const first of [low, high]) {
      for (const second of [low, high]) {
        const model = modelOf(first(8), first(14), second(8), second(26));
        for (const pixels of [white, new Array<number>(64).fill(0)]) {
          expect(await runCircuit(model, pixels)).toBe(BigInt(classify(model, pixels).label));
        }
      }
    }
    // Widest difference of two scores: the largest against the smallest, both ways round.
    const wide = modelOf(high(8), high(14), low(8), low(26));
    for (const k of [0, 5, 9]) {
      const outputWeights = wide.outputWeights.map((row, at) => (at === k ? row.map(() => 127) : row));
      const outputBiases = wide.outputBiases.map((bias, at) => (at === k ? 2 ** 25 - 1 : bias));
      expect(await runCircuit({ ...wide, outputWeights, outputBiases }, white)).toBe(BigInt(k));
    }
  });

  it("gives the lowest class on a tie, and the higher one when it is greater by one", async () => {
    const tie = (outputBiases: number[]): DigitsModel => ({ ...zeroModel(), outputBiases });
    const pixels = new Array<number>(64).fill(7);
    expect(await runCircuit(tie([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), pixels)).toBe(0n);
    expect(await runCircuit(tie([1, 2, 3, 9, 3, 9, 0, 9, -1, -9]), pixels)).toBe(3n);
    expect(await runCircuit(tie([1, 2, 3, 9, 3, 9, 0, 9, -1, 10]), pixels)).toBe(9n);
  });

  it("refuses words with bits above their fields", async () => {
    const words = parametersWords(readDigitsModel());
    const image = encodeInput(readDigits()[0]!.pixels);
    await expect(witnessOf(words, [image[0] + (1n << 160n), image[1]])).rejects.toThrow();
    await expect(witnessOf(words, [image[0], FIELD_MODULUS - 1n])).rejects.toThrow();
    // The last word holds four biases of 26 bits.
    await expect(witnessOf(words.with(-1, words.at(-1)! + (1n << 104n)), image)).rejects.toThrow();
    await expect(witnessOf(words.with(0, words[0]! + (1n << 248n)), image)).rejects.toThrow();
  });

  it("leaves no signal free: each changed alone breaks a constraint", async () => {
    const { compiled, wires } = circuit;
    const witness = await witnessOf(parametersWords(readDigitsModel()), encodeInput(readDigits()[3]!.pixels));
    expect(checkConstraints(compiled, witness)).toEqual({ ok: true });
    expect(unpinnedWires(compiled, witness)).toEqual([]);
    expect(readSignal(witness, wires, "main.label")).toBe(witness[1]);
  });
});
