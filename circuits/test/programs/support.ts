// Shared by the program tests: models, and compiled circuits that include the generated schema.
import {
  type CompiledCircuit,
  compileCircuit,
  loadSignalWires,
  type SignalWires,
} from "@catalyze/circuits/build";
import { CLASSES, type DigitsModel, HIDDEN, PIXELS } from "../../programs/digits/model.js";
import { generateSchemaSources } from "../../tools/generate-schema.js";

const matrix = (rows: number, columns: number, value: () => number): number[][] =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, value));

/** A model whose numbers come from the functions, row by row. */
export function modelOf(
  hiddenWeight: () => number,
  hiddenBias: () => number,
  outputWeight: () => number,
  outputBias: () => number,
): DigitsModel {
  return {
    hiddenWeights: matrix(HIDDEN, PIXELS, hiddenWeight),
    hiddenBiases: matrix(1, HIDDEN, hiddenBias)[0]!,
    outputWeights: matrix(CLASSES, HIDDEN, outputWeight),
    outputBiases: matrix(1, CLASSES, outputBias)[0]!,
  };
}

/** A model of zeros. */
export function zeroModel(): DigitsModel {
  const zero = (): number => 0;
  return modelOf(zero, zero, zero, zero);
}

/** A compiled circuit with the wires of its signals. */
export type LoadedCircuit = { readonly compiled: CompiledCircuit; readonly wires: SignalWires };

/** Compiles a main circuit, with the generated sources in place. */
export async function loadCircuit(circuit: { name: string; source: string }): Promise<LoadedCircuit> {
  generateSchemaSources();
  const compiled = await compileCircuit(circuit);
  return { compiled, wires: await loadSignalWires(compiled) };
}
