// Meaning of a task batch (DESIGN §6): job trees, statements and the input of a chunk's circuit, for any program.
// Mirrors circuits/src/programs/task-batch.circom. Pure and browser-safe.
import {
  DOMAIN_JOB_INPUT,
  DOMAIN_JOB_NODE,
  DOMAIN_JOB_RESULT,
  DOMAIN_PARAMETERS,
} from "../schema/domains.js";
import { poseidon, sponge } from "./hash.js";
import type { Statement } from "./statement.js";
import { createTree, type SparseTree } from "./tree.js";

/** Levels of an order's input tree above its chunks: 4^3 = 64 chunks. */
export const CHUNK_TREE_DEPTH = 3;
/** Chunks of one order at most. */
export const MAX_CHUNKS = 4 ** CHUNK_TREE_DEPTH;

export type ProgramErrorCode =
  | "PROGRAM_BAD_JOB_COUNT"
  | "PROGRAM_BAD_CHUNK"
  | "PROGRAM_BAD_WORDS"
  | "PROGRAM_BAD_BYTES"
  | "PROGRAM_STATEMENT_MISMATCH";

/** Jobs, results or a statement do not fit a program. The message says what was given and what was expected. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
  readonly code: ProgramErrorCode;

  constructor(code: ProgramErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Sizes that fix a program's trees. */
export type ProgramShape = {
  /** Name in messages, and of the circuit's files. */
  readonly name: string;
  /** A chunk holds 4^chunkDepth jobs. */
  readonly chunkDepth: number;
  /** Words per job input. */
  readonly inputWords: number;
  /** Words per job result. */
  readonly resultWords: number;
};

/**
 * A deterministic program: what its circuit proves, as functions on bytes. Jobs and results have fixed sizes, so the
 * bytes of an order's inputs or of a chunk's results are those of the jobs one after another.
 */
export type Program<Parameters> = ProgramShape & {
  /** Bytes per job input. */
  readonly inputBytes: number;
  /** Bytes per job result. */
  readonly resultBytes: number;
  /** Words of one job input. Strict: throws a typed error for bytes that no encoder makes. */
  readonly inputToWords: (bytes: Uint8Array) => bigint[];
  /** Words of one job result. Strict: throws a typed error for bytes that no encoder makes. */
  readonly resultToWords: (bytes: Uint8Array) => bigint[];
  /** Words that the parameters commitment is over. Throws a typed error for bad parameters. */
  readonly parametersWords: (parameters: Parameters) => bigint[];
  /** Runs one job: result bytes of input bytes. */
  readonly execute: (parameters: Parameters, input: Uint8Array) => Uint8Array;
};

/** Words of one job, input or result. */
export type JobWords = readonly bigint[];

/** Jobs per chunk. */
export function chunkCapacity(shape: ProgramShape): number {
  return 4 ** shape.chunkDepth;
}

function checkJobs(
  shape: ProgramShape,
  jobs: readonly JobWords[],
  words: number,
  most: number,
  what: string,
): void {
  if (jobs.length < 1 || jobs.length > most) {
    throw new ProgramError(
      "PROGRAM_BAD_JOB_COUNT",
      `${shape.name}: ${jobs.length} ${what}; 1 to ${most} fit`,
    );
  }
  for (const [index, job] of jobs.entries()) {
    if (job.length !== words) {
      throw new ProgramError(
        "PROGRAM_BAD_WORDS",
        `${shape.name}: ${what} [${index}] has ${job.length} words, expected ${words}`,
      );
    }
  }
}

function jobTree(depth: number, domain: bigint, jobs: readonly JobWords[]): SparseTree {
  const tree = createTree({ depth, nodeDomain: DOMAIN_JOB_NODE });
  for (const [index, words] of jobs.entries()) tree.set(index, poseidon(domain, words));
  return tree;
}

/**
 * An order's tree of inputs: 4-ary, of depth chunkDepth + 3, with the jobs as its first leaves, absent ones 0.
 * Building it hashes every input once; keep it where roots and several proofs are needed.
 * @throws {ProgramError} for no jobs, too many, or jobs of a wrong size.
 */
export function inputsTree(shape: ProgramShape, inputs: readonly JobWords[]): SparseTree {
  checkJobs(shape, inputs, shape.inputWords, MAX_CHUNKS * chunkCapacity(shape), "inputs");
  return jobTree(shape.chunkDepth + CHUNK_TREE_DEPTH, DOMAIN_JOB_INPUT, inputs);
}

/** Root of {@link inputsTree}. @throws {ProgramError} as there. */
export function inputsRoot(shape: ProgramShape, inputs: readonly JobWords[]): bigint {
  return inputsTree(shape, inputs).root;
}

/** Where a chunk's subtree hangs in the order's tree of inputs. */
export type InputsProof = {
  /** Root of the whole tree. */
  readonly root: bigint;
  /** Root of the chunk's own subtree. */
  readonly chunkRoot: bigint;
  /** 3 levels, from the chunk upwards: the four children of the node on the path. */
  readonly children: readonly (readonly bigint[])[];
};

/**
 * The path from a chunk's subtree to the root of the order's inputs.
 * @throws {ProgramError} for bad jobs or a chunk without jobs.
 */
export function inputsProof(shape: ProgramShape, inputs: readonly JobWords[], chunk: number): InputsProof {
  const { from } = chunkJobs(shape, inputs.length, chunk);
  const tree = inputsTree(shape, inputs);
  const children = tree.proof(from).children.slice(shape.chunkDepth);
  return { root: tree.root, chunkRoot: children[0]![chunk % 4]!, children };
}

/**
 * Root of a chunk's results: a 4-ary tree of depth chunkDepth, absent results 0.
 * @throws {ProgramError} for no results, too many, or results of a wrong size.
 */
export function resultsRoot(shape: ProgramShape, results: readonly JobWords[]): bigint {
  checkJobs(shape, results, shape.resultWords, chunkCapacity(shape), "results");
  return jobTree(shape.chunkDepth, DOMAIN_JOB_RESULT, results).root;
}

/** Sponge over the words of a program's parameters. */
export function parametersCommitmentOf(words: readonly bigint[]): bigint {
  return sponge(DOMAIN_PARAMETERS, words);
}

/**
 * The jobs of a chunk: from = chunk · capacity, count = min(capacity, jobs - from).
 * @throws {ProgramError} `PROGRAM_BAD_CHUNK` for a chunk outside the order.
 */
export function chunkJobs(shape: ProgramShape, jobs: number, chunk: number): { from: number; count: number } {
  const capacity = chunkCapacity(shape);
  const chunks = Math.min(Math.ceil(jobs / capacity), MAX_CHUNKS);
  if (!Number.isInteger(chunk) || chunk < 0 || chunk >= chunks) {
    throw new ProgramError(
      "PROGRAM_BAD_CHUNK",
      `${shape.name}: chunk ${chunk} of an order with ${chunks} chunks`,
    );
  }
  const from = chunk * capacity;
  return { from, count: Math.min(capacity, jobs - from) };
}

/** What {@link chunkStatement} takes. */
export type ChunkStatementParameters = {
  /** Statement domain of the deployment. */
  readonly domain: bigint;
  readonly parametersCommitment: bigint;
  /** Words of all of the order's inputs. */
  readonly inputs: readonly JobWords[];
  readonly chunk: number;
  /** Words of this chunk's results, one per job. */
  readonly results: readonly JobWords[];
  readonly provider: bigint;
  /** Price per job in units. */
  readonly price: bigint;
};

/**
 * The statement about a chunk's results.
 * @throws {ProgramError} when the results do not fit the chunk.
 */
export function chunkStatement(shape: ProgramShape, parameters: ChunkStatementParameters): Statement {
  const { domain, parametersCommitment, inputs, chunk, results, provider, price } = parameters;
  const { from, count } = chunkJobs(shape, inputs.length, chunk);
  if (results.length !== count) {
    throw new ProgramError(
      "PROGRAM_BAD_JOB_COUNT",
      `${shape.name}: chunk ${chunk} has ${count} jobs, ${results.length} results given`,
    );
  }
  return {
    domain,
    parametersCommitment,
    inputsRoot: inputsRoot(shape, inputs),
    resultsRoot: resultsRoot(shape, results),
    provider,
    from: BigInt(from),
    count: BigInt(count),
    price,
  };
}

/** Inputs of a task-batch circuit by signal name. */
export type TaskBatchInput = {
  readonly z: bigint;
  readonly statementDomain: bigint;
  readonly provider: bigint;
  readonly price: bigint;
  readonly count: bigint;
  readonly chunkIndex: bigint;
  /** [3][4]: `children` of {@link InputsProof}. */
  readonly inputsPath: readonly (readonly bigint[])[];
  /** [capacity][inputWords], absent jobs zero. */
  readonly inputWords: readonly (readonly bigint[])[];
  readonly parameterWords: readonly bigint[];
};

/** What {@link chunkWitnessInput} takes. */
export type ChunkWitnessParameters = {
  readonly statement: Statement;
  /** Words of the program's parameters. */
  readonly parameterWords: readonly bigint[];
  /** Words of all of the order's inputs. */
  readonly inputs: readonly JobWords[];
  /** Challenge of the public-data interface (DESIGN §3), a function of the statement and the deployment. */
  readonly z: bigint;
};

/**
 * The input of the program's circuit for a statement. The circuit computes the results itself.
 * @throws {ProgramError} `PROGRAM_STATEMENT_MISMATCH` when inputs or parameters are not the statement's.
 */
export function chunkWitnessInput(shape: ProgramShape, parameters: ChunkWitnessParameters): TaskBatchInput {
  const { statement, parameterWords, inputs, z } = parameters;
  const capacity = chunkCapacity(shape);
  const chunk = Number(statement.from) / capacity;
  const { from, count } = chunkJobs(shape, inputs.length, chunk);
  const proof = inputsProof(shape, inputs, chunk);
  if (BigInt(count) !== statement.count || proof.root !== statement.inputsRoot) {
    throw new ProgramError("PROGRAM_STATEMENT_MISMATCH", `${shape.name}: the inputs are not the statement's`);
  }
  if (parametersCommitmentOf(parameterWords) !== statement.parametersCommitment) {
    throw new ProgramError(
      "PROGRAM_STATEMENT_MISMATCH",
      `${shape.name}: the parameters are not the statement's`,
    );
  }
  const absent = new Array<bigint>(shape.inputWords).fill(0n);
  return {
    z,
    statementDomain: statement.domain,
    provider: statement.provider,
    price: statement.price,
    count: BigInt(count),
    chunkIndex: BigInt(chunk),
    inputsPath: proof.children,
    inputWords: Array.from({ length: capacity }, (_, job) => (job < count ? inputs[from + job]! : absent)),
    parameterWords,
  };
}

/** Cuts bytes into jobs of `size` bytes. */
function splitBytes(name: string, bytes: Uint8Array, size: number, most: number, what: string): Uint8Array[] {
  const jobs = bytes.length / size;
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > most) {
    throw new ProgramError(
      "PROGRAM_BAD_BYTES",
      `${name}: ${bytes.length} bytes of ${what}; expected ${size} for each of 1 to ${most} jobs`,
    );
  }
  return Array.from({ length: jobs }, (_, job) => bytes.slice(job * size, (job + 1) * size));
}

/**
 * The inputs of an order, job by job, from their artefact bytes.
 * @throws {ProgramError} `PROGRAM_BAD_BYTES` for a wrong length.
 */
export function splitInputs<P>(program: Program<P>, bytes: Uint8Array): Uint8Array[] {
  return splitBytes(program.name, bytes, program.inputBytes, MAX_CHUNKS * chunkCapacity(program), "inputs");
}

/**
 * The results of a chunk, job by job, from their artefact bytes.
 * @throws {ProgramError} `PROGRAM_BAD_BYTES` for a wrong length.
 */
export function splitResults<P>(program: Program<P>, bytes: Uint8Array): Uint8Array[] {
  return splitBytes(program.name, bytes, program.resultBytes, chunkCapacity(program), "results");
}

/**
 * Words of an order's inputs from their artefact bytes.
 * @throws {ProgramError} for a wrong length, or the program's own error for bytes that are no input.
 */
export function inputsFromBytes<P>(program: Program<P>, bytes: Uint8Array): bigint[][] {
  return splitInputs(program, bytes).map((job) => program.inputToWords(job));
}

/**
 * Words of a chunk's results from their artefact bytes.
 * @throws {ProgramError} for a wrong length, or the program's own error for bytes that are no result.
 */
export function resultsFromBytes<P>(program: Program<P>, bytes: Uint8Array): bigint[][] {
  return splitResults(program, bytes).map((job) => program.resultToWords(job));
}
