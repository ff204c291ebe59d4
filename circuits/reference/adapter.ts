// What the sequencer, providers and requesters need to know of a program, whatever it computes. Pure and browser-safe.
import type { Statement } from "./statement.js";

/** Input object of a circuit: signal names to values or nested arrays of values. */
export type CircuitInput = { readonly [signal: string]: CircuitInputValue };
/** A value of a {@link CircuitInput}. */
export type CircuitInputValue = bigint | readonly CircuitInputValue[];

/** Everything that a circuit of one chunk needs besides the challenge z. */
export interface ChunkProvingInput {
  /** Bytes of the parameters artefact. */
  readonly parameters: Uint8Array;
  /** Bytes of all inputs of the order, `inputBytes` per job. */
  readonly inputs: Uint8Array;
  /** Bytes of this chunk's results, `resultBytes` per job. */
  readonly results: Uint8Array;
  readonly statement: Statement;
}

/** A program: how bytes become words, what it computes, and its circuit's inputs. */
export interface ProgramAdapter {
  /** Name of the circuit in the build manifest. */
  readonly name: string;
  /** Jobs per chunk; a power of 4. */
  readonly chunkSize: number;
  /** Bytes of one job's input. */
  readonly inputBytes: number;
  /** Bytes of one job's result. */
  readonly resultBytes: number;
  /** Commitment to the parameters. @throws a typed error when the bytes are no parameters of this program. */
  parametersCommitment(parameters: Uint8Array): bigint;
  /** Root over all jobs of an order. @throws a typed error when the bytes are no inputs of this program. */
  inputsRoot(inputs: Uint8Array): bigint;
  /** Root over one chunk's results. @throws a typed error when the bytes are no results of this program. */
  resultsRoot(results: Uint8Array): bigint;
  /** Results of the jobs whose inputs are given, `resultBytes` per job. */
  run(parameters: Uint8Array, inputs: Uint8Array): Uint8Array;
  /** Inputs of the circuit, without `z`. */
  circuitInput(chunk: ChunkProvingInput): CircuitInput;
}
