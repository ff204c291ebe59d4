// A small program for campaigns, so that statements are cheap to prove: the square of each job plus the parameter.
import type { CircuitInstance } from "@catalyze/circuits/build";
import {
  type ChunkStatementParameters,
  chunkJobs,
  chunkStatement,
  chunkWitnessInput,
  type JobWords,
  type ProgramShape,
  parametersCommitmentOf,
  type Statement,
} from "@catalyze/circuits/reference";
import { FIELD_MODULUS } from "@catalyze/circuits/schema";

/** Chunks of 4 jobs, one word in, one out. */
export const SQUARES: ProgramShape = { name: "squares", chunkDepth: 1, inputWords: 1, resultWords: 1 };

/** Main circuit of the program. */
export const squaresCircuit: CircuitInstance = {
  name: SQUARES.name,
  source: `pragma circom 2.2.0;

include "programs/task-batch.circom";

template Squares() {
    signal input z;
    signal input statementDomain;
    signal input provider;
    signal input price;
    signal input count;
    signal input chunkIndex;
    signal input inputsPath[3][4];
    signal input inputWords[4][1];
    signal input parameterWords[1];
    signal output C;
    signal output y;
    component batch = TaskBatch(1, 1, 1, 1);
    for (var i = 0; i < 4; i++) {
        batch.resultWords[i][0] <== inputWords[i][0] * inputWords[i][0] + parameterWords[0];
    }
    batch.z <== z;
    batch.statementDomain <== statementDomain;
    batch.provider <== provider;
    batch.price <== price;
    batch.count <== count;
    batch.chunkIndex <== chunkIndex;
    batch.inputsPath <== inputsPath;
    batch.inputWords <== inputWords;
    batch.parameterWords <== parameterWords;
    C <== batch.C;
    y <== batch.y;
}

component main { public [z] } = Squares();
`,
};

/** Commitment to a parameter. */
export const squaresParameters = (parameter: bigint): bigint => parametersCommitmentOf([parameter]);

/** What a statement about a chunk is made of. */
export type Chunk = Pick<ChunkStatementParameters, "domain" | "inputs" | "chunk" | "provider" | "price"> & {
  readonly parameter: bigint;
};

/** The true statement about a chunk. */
export function squaresStatement(chunk: Chunk): Statement {
  const { from, count } = chunkJobs(SQUARES, chunk.inputs.length, chunk.chunk);
  const square = ([word]: JobWords): JobWords => [(word! * word! + chunk.parameter) % FIELD_MODULUS];
  const results = chunk.inputs.slice(from, from + count).map(square);
  return chunkStatement(SQUARES, {
    ...chunk,
    parametersCommitment: squaresParameters(chunk.parameter),
    results,
  });
}

/** Input of the circuit for a statement, without its challenge. */
export function squaresInput(statement: Statement, parameter: bigint, inputs: readonly JobWords[]) {
  const { z: _z, ...input } = chunkWitnessInput(SQUARES, {
    statement,
    parameterWords: [parameter],
    inputs,
    z: 0n,
  });
  return input;
}
