// The programs that ship, as sequencer, providers and requesters use them. Browser-safe.
import {
  type ChunkProvingInput,
  type CircuitInput,
  chunkCapacity,
  chunkWitnessInput,
  inputsFromBytes,
  inputsRoot,
  type Program,
  type ProgramAdapter,
  parametersCommitmentOf,
  resultsFromBytes,
  resultsRoot,
  splitInputs,
} from "../reference/index.js";
import { formatDigitsModel, parseDigitsModel } from "./digits/model.js";
import { digitsProgram } from "./digits/reference.js";

/** Joins byte strings. */
function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Adapter of a program whose parameters artefact is read by `parse`. */
export function createProgramAdapter<P>(
  program: Program<P>,
  parse: (bytes: Uint8Array) => P,
): ProgramAdapter {
  return {
    name: program.name,
    chunkSize: chunkCapacity(program),
    inputBytes: program.inputBytes,
    resultBytes: program.resultBytes,
    parametersCommitment: (parameters) => parametersCommitmentOf(program.parametersWords(parse(parameters))),
    inputsRoot: (inputs) => inputsRoot(program, inputsFromBytes(program, inputs)),
    resultsRoot: (results) => resultsRoot(program, resultsFromBytes(program, results)),
    run(parameters, inputs) {
      const parsed = parse(parameters);
      return joinBytes(splitInputs(program, inputs).map((input) => program.execute(parsed, input)));
    },
    circuitInput(chunk: ChunkProvingInput): CircuitInput {
      const { z: _z, ...input } = chunkWitnessInput(program, {
        statement: chunk.statement,
        parameterWords: program.parametersWords(parse(chunk.parameters)),
        inputs: inputsFromBytes(program, chunk.inputs),
        z: 0n,
      });
      return input;
    },
  };
}

/** Digits: the parameters artefact is the model's JSON text in UTF-8. */
export const digitsAdapter: ProgramAdapter = createProgramAdapter(digitsProgram, (bytes) =>
  parseDigitsModel(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))),
);

/** Every program that ships, by name. */
export const PROGRAMS: Readonly<Record<string, ProgramAdapter>> = { [digitsAdapter.name]: digitsAdapter };

export { type DigitsModel, parseDigitsModel } from "./digits/model.js";
export { classify, decodeResult, inputToBytes, resultFromBytes } from "./digits/reference.js";
/** Bytes of a digits model as its parameters artefact. */
export const digitsParameters = (model: Parameters<typeof formatDigitsModel>[0]): Uint8Array =>
  new TextEncoder().encode(formatDigitsModel(model));
