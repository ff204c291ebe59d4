// Inputs of the circuits that ship, for tests and benchmarks of witness generation: blocks from the block circuit's
// scenario, with random actions of a fixed seed, and chunks of classified digits.

import { blockCircuitInput, type SealedBlock } from "@catalyze/circuits/reference";
import fc from "fast-check";
import type { CircuitInput } from "../src/witness/input.js";

/** Modules of the circuits workspace that it does not export: tests load the sources, benchmarks the built files. */
export interface BlockModules {
  readonly random: typeof import("../../circuits/test/block/random.js");
  readonly scenario: typeof import("../../circuits/test/block/scenario.js");
}

/** The same for the digits program. */
export interface DigitsModules {
  readonly dataset: typeof import("../../circuits/programs/digits/dataset.js");
  readonly digits: typeof import("../../circuits/programs/digits/reference.js");
  readonly program: typeof import("../../circuits/reference/program.js");
}

/** Inputs of the circuit "small": an empty block, a block of registrations, then blocks of random actions. */
export function blockInputs(modules: BlockModules, randomBlocks: number): CircuitInput[] {
  const { attempt, randomAction } = modules.random;
  const { emptyScenario, registerAll, runBlock, zOf } = modules.scenario;
  const inputOf = (block: SealedBlock): CircuitInput => ({ ...blockCircuitInput(block), z: zOf(block) });
  const empty = runBlock(emptyScenario(), () => undefined);
  const scenario = emptyScenario();
  const blocks = [empty, runBlock(scenario, (draft) => registerAll(draft, 1_000_000n))];
  const plans = fc.sample(fc.array(randomAction, { minLength: 4, maxLength: 14 }), {
    numRuns: randomBlocks,
    seed: 20261120,
  });
  let sequence = 1n;
  for (const actions of plans) {
    const nonces = new Map<number, bigint>();
    const block = runBlock(scenario, (draft) => {
      for (const action of actions) attempt(scenario, draft, nonces, sequence++, action);
    });
    blocks.push(block);
  }
  return blocks.map(inputOf);
}

/** Inputs of the circuit "digits": the chunks of an order of `jobs` held-out images. */
export function digitsInputs(modules: DigitsModules, jobs: number): CircuitInput[] {
  const { readDigits, readDigitsModel, splitDigits } = modules.dataset;
  const { classify, digitsProgram, encodeInput, encodeResult } = modules.digits;
  const { parametersCommitment, parametersWords } = modules.digits;
  const { chunkJobs, chunkStatement, chunkWitnessInput } = modules.program;
  const model = readDigitsModel();
  const images = splitDigits(readDigits())
    .heldOut.slice(0, jobs)
    .map(({ pixels }) => pixels);
  const inputs = images.map((pixels) => encodeInput(pixels));
  const labels = images.map((pixels) => classify(model, pixels).label);
  const witnessInputs: CircuitInput[] = [];
  for (let chunk = 0, done = 0; done < jobs; chunk++) {
    const { from, count } = chunkJobs(digitsProgram, inputs.length, chunk);
    done += count;
    const results = labels.slice(from, from + count).map((label) => encodeResult(label));
    const statement = chunkStatement(digitsProgram, {
      domain: (1n << 247n) + 3n,
      provider: (1n << 159n) + 5n,
      price: 1_000_000n,
      parametersCommitment: parametersCommitment(model),
      inputs,
      chunk,
      results,
    });
    const z = 0x1234567890abcdef1234567890abcdef1234567890abcdefn + BigInt(chunk);
    const parameterWords = parametersWords(model);
    witnessInputs.push({ ...chunkWitnessInput(digitsProgram, { statement, parameterWords, inputs, z }) });
  }
  return witnessInputs;
}
