// Reference of task batches and of the digits program: words, bytes, job trees, statements, and what they refuse.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDigits, readDigitsModel } from "../../programs/digits/dataset.js";
import { DigitsError } from "../../programs/digits/errors.js";
import type { DigitsModel } from "../../programs/digits/model.js";
import {
  classify,
  decodeInput,
  decodeResult,
  digitsProgram,
  encodeInput,
  encodeResult,
  inputFromBytes,
  inputToBytes,
  parametersCommitment,
  parametersWords,
  resultFromBytes,
  resultToBytes,
} from "../../programs/digits/reference.js";
import { poseidon } from "../../reference/hash.js";
import {
  chunkJobs,
  chunkStatement,
  chunkWitnessInput,
  inputsFromBytes,
  inputsProof,
  inputsRoot,
  ProgramError,
  resultsFromBytes,
  resultsRoot,
} from "../../reference/program.js";
import { rootOfLeaves } from "../../reference/tree.js";
import { DOMAIN_JOB_INPUT, DOMAIN_JOB_NODE, DOMAIN_JOB_RESULT } from "../../schema/domains.js";
import { zeroModel } from "./support.js";

const model = readDigitsModel();
const images = readDigits().map(({ pixels }) => pixels);
const pixelsArbitrary = fc.array(fc.integer({ min: 0, max: 31 }), { minLength: 64, maxLength: 64 });

describe("digits reference", () => {
  it("packs images and unpacks them", () => {
    fc.assert(
      fc.property(pixelsArbitrary, (pixels) => {
        expect(decodeInput(encodeInput(pixels))).toEqual(pixels);
        expect(inputFromBytes(inputToBytes(pixels))).toEqual(pixels);
        expect(digitsProgram.inputToWords(inputToBytes(pixels))).toEqual(encodeInput(pixels));
      }),
      { numRuns: 50 },
    );
    const single = (position: number): number[] =>
      Array.from({ length: 64 }, (_, i) => (i === position ? 1 : 0));
    expect(encodeInput(single(0))).toEqual([1n, 0n]);
    expect(encodeInput(single(31))).toEqual([1n << 155n, 0n]);
    expect(encodeInput(single(32))).toEqual([0n, 1n]);
  });

  it("packs labels and unpacks them", () => {
    for (let label = 0; label < 10; label++) {
      expect(decodeResult(encodeResult(label))).toBe(label);
      expect(resultFromBytes(resultToBytes(label))).toBe(label);
    }
  });

  it("refuses what no encoder makes", () => {
    const bad: (() => unknown)[] = [
      () => encodeInput(new Array(63).fill(0)),
      () => encodeInput(new Array(64).fill(32)),
      () => encodeInput(new Array(64).fill(-1)),
      () => encodeInput(new Array(64).fill(0.5)),
      () => decodeInput([0n]),
      () => decodeInput([1n << 160n, 0n]),
      () => decodeInput([0n, -1n]),
      () => inputFromBytes(new Uint8Array(65)),
      () => inputFromBytes(new Uint8Array(64).fill(32)),
      () => encodeResult(10),
      () => decodeResult([10n]),
      () => decodeResult([]),
      () => resultFromBytes(Uint8Array.of(10)),
      () => resultFromBytes(new Uint8Array(0)),
      () => resultFromBytes(new Uint8Array(2)),
    ];
    for (const call of bad) expect(call).toThrow(DigitsError);
  });

  it("gives the lowest class on a tie", () => {
    const tie = (biases: number[]): DigitsModel => ({ ...zeroModel(), outputBiases: biases });
    expect(classify(tie([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), images[0]!).label).toBe(0);
    expect(classify(tie([1, 2, 3, 9, 3, 9, 0, 9, -1, -9]), images[0]!).label).toBe(3);
    expect(classify(tie([1, 2, 3, 9, 3, 9, 0, 9, -1, 10]), images[0]!).label).toBe(9);
  });

  it("packs a model into 31 words below 2^248 that tell models apart", () => {
    const words = parametersWords(model);
    expect(words).toHaveLength(31);
    expect(words.every((word) => word >= 0n && word < 1n << 248n)).toBe(true);
    expect(words[0]! & 255n).toBe(BigInt(model.hiddenWeights[0]![0]! + 128));
    const outputBiases = [...model.outputBiases];
    outputBiases[9]! += 1;
    expect(parametersCommitment({ ...model, outputBiases })).not.toBe(parametersCommitment(model));
    expect(() => parametersWords({ ...model, outputBiases: [] })).toThrow(DigitsError);
  });
});

describe("job trees", () => {
  const words = images.slice(0, 37).map((pixels) => encodeInput(pixels));

  it("are full 4-ary trees with absent leaves 0", () => {
    const leaves = (jobs: readonly (readonly bigint[])[], domain: bigint, size: number): bigint[] =>
      Array.from({ length: size }, (_, i) => (i < jobs.length ? poseidon(domain, jobs[i]!) : 0n));
    expect(inputsRoot(digitsProgram, words)).toBe(
      rootOfLeaves(leaves(words, DOMAIN_JOB_INPUT, 1024), DOMAIN_JOB_NODE),
    );
    const results = [3, 1, 4].map((label) => encodeResult(label));
    expect(resultsRoot(digitsProgram, results)).toBe(
      rootOfLeaves(leaves(results, DOMAIN_JOB_RESULT, 16), DOMAIN_JOB_NODE),
    );
  });

  it("hold each chunk's subtree where its proof says", () => {
    const root = inputsRoot(digitsProgram, words);
    for (const chunk of [0, 1, 2]) {
      const proof = inputsProof(digitsProgram, words, chunk);
      expect(proof.root).toBe(root);
      expect(proof.children[0]![chunk]).toBe(proof.chunkRoot);
      const top = proof.children.map((children) => poseidon(DOMAIN_JOB_NODE, children));
      expect([proof.children[1]![0], proof.children[2]![0], root]).toEqual(top);
    }
  });

  it("cut an order into chunks, the last one short", () => {
    expect(chunkJobs(digitsProgram, 37, 0)).toEqual({ from: 0, count: 16 });
    expect(chunkJobs(digitsProgram, 37, 2)).toEqual({ from: 32, count: 5 });
    expect(chunkJobs(digitsProgram, 1024, 63)).toEqual({ from: 1008, count: 16 });
    for (const chunk of [3, -1, 0.5, 64]) {
      expect(() => chunkJobs(digitsProgram, 37, chunk)).toThrow(ProgramError);
    }
  });

  it("refuse no jobs, too many and jobs of a wrong size", () => {
    expect(() => inputsRoot(digitsProgram, [])).toThrow(ProgramError);
    expect(() => inputsRoot(digitsProgram, new Array(1025).fill([0n, 0n]))).toThrow(ProgramError);
    expect(() => inputsRoot(digitsProgram, [[0n]])).toThrow(ProgramError);
    expect(() => resultsRoot(digitsProgram, new Array(17).fill([0n]))).toThrow(ProgramError);
  });
});

describe("artefact bytes", () => {
  it("are the jobs one after another, decoded strictly", () => {
    const chosen = images.slice(0, 20);
    const bytes = Uint8Array.from(chosen.flat());
    expect(inputsFromBytes(digitsProgram, bytes)).toEqual(chosen.map((pixels) => encodeInput(pixels)));
    expect(resultsFromBytes(digitsProgram, Uint8Array.of(7, 0, 9))).toEqual([[7n], [0n], [9n]]);
    expect(() => inputsFromBytes(digitsProgram, bytes.slice(1))).toThrow(ProgramError);
    expect(() => inputsFromBytes(digitsProgram, new Uint8Array(0))).toThrow(ProgramError);
    expect(() => resultsFromBytes(digitsProgram, new Uint8Array(17))).toThrow(ProgramError);
    expect(() => resultsFromBytes(digitsProgram, Uint8Array.of(7, 10))).toThrow(DigitsError);
  });

  it("of results are what execute gives on the bytes of inputs", () => {
    for (const pixels of images.slice(0, 20)) {
      const result = digitsProgram.execute(model, inputToBytes(pixels));
      expect(resultFromBytes(result)).toBe(classify(model, pixels).label);
    }
  });
});

describe("statements", () => {
  const inputs = images.slice(0, 20).map((pixels) => encodeInput(pixels));
  const results = images.slice(16, 20).map((pixels) => encodeResult(classify(model, pixels).label));
  const parameters = {
    domain: 5n,
    parametersCommitment: parametersCommitment(model),
    inputs,
    chunk: 1,
    results,
    provider: 6n,
    price: 7n,
  };

  it("cover exactly the jobs of their chunk", () => {
    const statement = chunkStatement(digitsProgram, parameters);
    expect([statement.from, statement.count]).toEqual([16n, 4n]);
    expect(() => chunkStatement(digitsProgram, { ...parameters, chunk: 0 })).toThrow(ProgramError);
    expect(() => chunkStatement(digitsProgram, { ...parameters, results: results.slice(1) })).toThrow(
      ProgramError,
    );
  });

  it("get a witness input only for their own inputs and parameters", () => {
    const statement = chunkStatement(digitsProgram, parameters);
    const parameterWords = parametersWords(model);
    const input = chunkWitnessInput(digitsProgram, { statement, parameterWords, inputs, z: 1n });
    expect(input.inputWords.slice(0, 5)).toEqual([...inputs.slice(16), [0n, 0n]]);
    const other = { statement, parameterWords, inputs: [...inputs].reverse(), z: 1n };
    expect(() => chunkWitnessInput(digitsProgram, other)).toThrow(ProgramError);
    const foreign = { statement, parameterWords: parametersWords(zeroModel()), inputs, z: 1n };
    expect(() => chunkWitnessInput(digitsProgram, foreign)).toThrow(ProgramError);
  });
});
