// The digits task batch: accepts real images with the reference's statement, and nothing else.
import { calculateWitness, checkConstraints, signalWire, unpinnedWires } from "@catalyze/circuits/build";
import { beforeAll, describe, expect, it } from "vitest";
import { digitsCircuit } from "../../programs/digits/circuit.js";
import { readDigits, readDigitsModel, splitDigits } from "../../programs/digits/dataset.js";
import {
  classify,
  digitsProgram,
  encodeInput,
  encodeResult,
  parametersCommitment,
  parametersWords,
} from "../../programs/digits/reference.js";
import {
  chunkJobs,
  chunkStatement,
  chunkWitnessInput,
  type TaskBatchInput,
} from "../../reference/program.js";
import { type Statement, statementCommitment, statementWords } from "../../reference/statement.js";
import { evaluateVector } from "../../schema/public-data.js";
import { type LoadedCircuit, loadCircuit } from "./support.js";

const model = readDigitsModel();
const parameterWords = parametersWords(model);
const images = splitDigits(readDigits()).heldOut.map(({ pixels }) => pixels);
const inputs = images.slice(0, 37).map((pixels) => encodeInput(pixels));
const labels = images.slice(0, 37).map((pixels) => classify(model, pixels).label);
const z = 0x1234567890abcdef1234567890abcdef1234567890abcdefn;
const maxima = { domain: (1n << 248n) - 1n, provider: (1n << 160n) - 1n, price: (1n << 64n) - 1n };
const terms = { domain: (1n << 247n) + 3n, provider: (1n << 159n) + 5n, price: 1_000_000n };

/** The circuit's wrapper alone, with the results as inputs: what a dishonest prover would like to prove with. */
const WRAPPER = {
  name: "task-batch-alone",
  source: `pragma circom 2.2.0;
include "programs/task-batch.circom";
component main { public [z] } = TaskBatch(2, 2, 1, 31);
`,
};

let circuit: LoadedCircuit;
let wrapper: LoadedCircuit;

beforeAll(async () => {
  circuit = await loadCircuit(digitsCircuit);
  wrapper = await loadCircuit(WRAPPER);
});

function statementOf(chunk: number, changes: Partial<typeof terms> = {}): Statement {
  const { from, count } = chunkJobs(digitsProgram, inputs.length, chunk);
  const results = labels.slice(from, from + count).map((label) => encodeResult(label));
  const commitment = parametersCommitment(model);
  return chunkStatement(digitsProgram, {
    ...{ ...terms, ...changes, parametersCommitment: commitment },
    ...{ inputs, chunk, results },
  });
}

const inputOf = (statement: Statement): TaskBatchInput =>
  chunkWitnessInput(digitsProgram, { statement, parameterWords, inputs, z });

const witnessOf = (input: object, loaded = circuit): Promise<bigint[]> =>
  calculateWitness(loaded.compiled, input as Parameters<typeof calculateWitness>[1]);

const holds = (witness: readonly bigint[], loaded = circuit): boolean =>
  checkConstraints(loaded.compiled, witness).ok;

/** Public signals that the contract would compute for a statement. */
const publicSignals = (statement: Statement): bigint[] => [
  statementCommitment(statement),
  evaluateVector(statementWords(statement), z),
  z,
];

describe("digits circuit", () => {
  it("fits 2^16 rows and has the public signals [C, y, z]", () => {
    const { constraints, publicOutputs, publicInputs } = circuit.compiled.constraints;
    expect(constraints + 4).toBeLessThanOrEqual(2 ** 16);
    expect(constraints).toBeLessThanOrEqual(38_400);
    expect(["C", "y", "z"].map((name) => signalWire(circuit.wires, `main.${name}`))).toEqual([1, 2, 3]);
    expect([publicOutputs, publicInputs]).toEqual([2, 1]);
  });

  it.each([0, 1, 2])("proves the reference's statement about chunk %i of 37 jobs", async (chunk) => {
    const statement = statementOf(chunk);
    const witness = await witnessOf(inputOf(statement));
    expect(holds(witness)).toBe(true);
    expect(witness.slice(1, 4)).toEqual(publicSignals(statement));
    expect(statement.count).toBe(chunk === 2 ? 5n : 16n);
  });

  it("proves one job, the last chunk of a full order, and terms at the ends of their ranges", async () => {
    for (const ends of [maxima, { domain: 0n, provider: 0n, price: 0n }]) {
      const statement = statementOf(2, ends);
      expect((await witnessOf(inputOf(statement))).slice(1, 4)).toEqual(publicSignals(statement));
    }
    const full = Array.from({ length: 1024 - 15 }, (_, job) => inputs[job % 37]!);
    const statement = chunkStatement(digitsProgram, {
      ...{ ...terms, parametersCommitment: parametersCommitment(model) },
      ...{ inputs: full, chunk: 63, results: [encodeResult(labels[1008 % 37]!)] },
    });
    const input = chunkWitnessInput(digitsProgram, { statement, parameterWords, inputs: full, z });
    expect([statement.from, statement.count]).toEqual([1008n, 1n]);
    expect((await witnessOf(input)).slice(1, 4)).toEqual(publicSignals(statement));
  });

  it("gives other public signals for other parameters", async () => {
    const other = parametersWords({ ...model, outputBiases: model.outputBiases.map((bias) => bias + 1) });
    const witness = await witnessOf({ ...inputOf(statementOf(0)), parameterWords: other });
    expect(witness[1]).not.toBe(statementCommitment(statementOf(0)));
    expect(witness[2]).not.toBe(publicSignals(statementOf(0))[1]);
  });

  it.each([
    ["count 0", { count: 0n }],
    ["count 17", { count: 17n }],
    ["count -1", { count: -1n }],
    ["a count that leaves jobs out", { count: 15n }],
    ["another chunk", { chunkIndex: 1n }],
    ["a chunk index of 7 bits", { chunkIndex: 64n }],
    ["a provider of 161 bits", { provider: 1n << 160n }],
    ["a price of 65 bits", { price: 1n << 64n }],
    ["a domain of 249 bits", { statementDomain: 1n << 248n }],
    ["a negative price", { price: -1n }],
  ])("has no witness for %s", async (_, change) => {
    await expect(witnessOf({ ...inputOf(statementOf(0)), ...change })).rejects.toThrow();
  });

  it("has no witness for more jobs than the order has, or for swapped, changed or foreign inputs", async () => {
    const input = inputOf(statementOf(2));
    await expect(witnessOf({ ...input, count: 6n })).rejects.toThrow();
    const [first, second, ...rest] = input.inputWords as [bigint[], bigint[], ...bigint[][]];
    await expect(witnessOf({ ...input, inputWords: [second, first, ...rest] })).rejects.toThrow();
    await expect(
      witnessOf({ ...input, inputWords: [[first[0]! ^ 1n, first[1]!], second, ...rest] }),
    ).rejects.toThrow();
    const chunk0 = inputOf(statementOf(0));
    await expect(witnessOf({ ...input, inputWords: chunk0.inputWords })).rejects.toThrow();
    const words = input.inputWords.with(15, [1n, 0n]);
    await expect(witnessOf({ ...input, inputWords: words })).rejects.toThrow();
  });
});

describe("changed witnesses of the digits circuit", () => {
  it("break a constraint for every signal changed alone", { timeout: 300_000 }, async () => {
    const witness = await witnessOf(inputOf(statementOf(2)));
    expect(unpinnedWires(circuit.compiled, witness)).toEqual([]);
  });

  it("break a constraint for every public word and term changed after the fact", async () => {
    const witness = await witnessOf(inputOf(statementOf(0)));
    const signals = [
      ...["batch.parametersCommitment", "batch.inputsRoot", "batch.resultsRoot", "batch.range"],
      ...["C", "y", "z", "provider", "price", "statementDomain", "count", "chunkIndex"],
    ];
    for (const name of signals) {
      const signal = `main.${name}`;
      for (const change of [1n, -1n]) {
        const wire = signalWire(circuit.wires, signal);
        expect([signal, holds(witness.with(wire, witness[wire]! + change))]).toEqual([signal, false]);
      }
    }
  });

  /** Signals of the whole circuit that stand for a signal of the wrapper alone; the compiler keeps one of them. */
  function counterparts(name: string): string[] {
    const result = /^main\.resultWords\[(\d+)\]\[0\]$/.exec(name);
    if (result) return [`main.network[${result[1]}].bestLabel[9]`, `main.network[${result[1]}].label`, name];
    return [name, name.replace(/^main\./, "main.batch.")];
  }

  /** Puts a witness of the wrapper alone in the place of the wrapper's signals, its inputs and outputs included. */
  function transplant(witness: readonly bigint[], part: readonly bigint[]): bigint[] {
    const result = [...witness];
    for (const [name, wire] of wrapper.wires) {
      if (wire < 0) continue;
      const targets = counterparts(name).map((target) => circuit.wires.get(target) ?? -1);
      const kept = targets.find((target) => target >= 0);
      if (kept === undefined) throw new Error(`nothing in the circuit stands for ${name}`);
      result[kept] = part[wire]!;
    }
    return result;
  }

  it("with a wrong label fail, though everything else about the statement is consistent", async () => {
    const input = inputOf(statementOf(0));
    const witness = await witnessOf(input);
    const right = labels.slice(0, 16).map((label) => [BigInt(label)]);
    const honest = await witnessOf({ ...input, resultWords: right }, wrapper);
    expect(holds(transplant(witness, honest))).toBe(true);
    for (const job of [0, 15]) {
      const wrong = right.with(job, [(right[job]![0]! + 1n) % 10n]);
      const forged = await witnessOf({ ...input, resultWords: wrong }, wrapper);
      expect(holds(forged, wrapper)).toBe(true);
      const whole = transplant(witness, forged);
      expect(whole.slice(1, 4)).toEqual(forged.slice(1, 4));
      expect(holds(whole)).toBe(false);
    }
  });

  it("with another model's words, image or terms in the wrapper only fail in the same way", async () => {
    const input = inputOf(statementOf(0));
    const witness = await witnessOf(input);
    const resultWords = labels.slice(0, 16).map((label) => [BigInt(label)]);
    // The statement that each of these would prove is consistent; only the network does not give these labels.
    const other = parametersWords({ ...model, hiddenBiases: model.hiddenBiases.map((bias) => bias + 1) });
    const foreignModel = await witnessOf({ ...input, parameterWords: other, resultWords }, wrapper);
    expect(holds(transplant(witness, foreignModel))).toBe(false);
    const foreignImages = inputOf(statementOf(1));
    const images1 = await witnessOf({ ...foreignImages, resultWords }, wrapper);
    expect(holds(transplant(witness, images1))).toBe(false);
  });

  it("drop the results of jobs that are not active", async () => {
    const input = inputOf(statementOf(2));
    const resultWords = Array.from({ length: 16 }, (_, job) => [job < 5 ? BigInt(labels[32 + job]!) : 999n]);
    const witness = await witnessOf({ ...input, resultWords }, wrapper);
    expect(witness.slice(1, 4)).toEqual(publicSignals(statementOf(2)));
  });

  it("with active flags that are no prefix of the count fail", async () => {
    const witness = await witnessOf(inputOf(statementOf(2)));
    const flag = (job: number): number => signalWire(circuit.wires, `main.batch.active[${job}]`);
    const count = signalWire(circuit.wires, "main.count");
    // The sum stays 5: job 5 instead of job 4; a flag of 2 instead of two flags; one more with the count adapted.
    expect(holds(witness.with(flag(4), 0n).with(flag(5), 1n))).toBe(false);
    expect(holds(witness.with(flag(4), 0n).with(flag(3), 2n))).toBe(false);
    expect(holds(witness.with(flag(5), 1n).with(count, 6n))).toBe(false);
  });
});
