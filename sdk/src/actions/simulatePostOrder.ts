// Action: build an order and show what it costs, before anything is signed.
import { chunkCount, type Order, orderEscrow } from "@catalyze/circuits/reference";
import { MAXIMUM_CHUNKS, MODE_ZK } from "@catalyze/circuits/schema";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { SeedResponse } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import { FeeTooLowError, InputsInvalidError } from "../errors/operation.js";
import {
  type OperationOptions,
  type PrepareOperationErrorType,
  prepareOperation,
} from "./prepareOperation.js";
import {
  type ProgramReference,
  programIdOf,
  type ResolveProgramErrorType,
  resolveSeed,
} from "./resolveProgram.js";

export type SimulatePostOrderParameters = OperationOptions & {
  readonly program: ProgramReference;
  /** Inputs of all jobs, one after another, `adapter.inputBytes` each. */
  readonly inputs: Uint8Array;
  /** Most units per job. */
  readonly limit: bigint;
  /** Cell index of the seed; default the only one of the program. */
  readonly seed?: number | undefined;
  /** Account that gets the seed's middleware share; default the sequencer's fee account. */
  readonly middleware?: number | undefined;
  /** Basis points of (limit − price) that the middleware gets; default 0. */
  readonly savingsShare?: bigint | undefined;
  /** Units per chunk for its settlement; default the sequencer's quote. */
  readonly settlementFee?: bigint | undefined;
  /** Seconds from now on until the order's deadline; default 86,400. */
  readonly deadlineSeconds?: bigint | undefined;
};

/** What an order takes from the account, in units. `total` is the sum; what is not used of the escrow comes back. */
export type OrderCost = {
  readonly escrow: bigint;
  /** Part of the escrow: settlement fee times chunks. */
  readonly settlementFees: bigint;
  readonly fee: bigint;
  readonly priorityFee: bigint;
  readonly total: bigint;
};

/** An order ready to be signed with the account's next nonce. */
export type PostOrderRequest = OperationOptions & {
  readonly program: ProgramReference;
  readonly inputs: Uint8Array;
  /** SHA-256 of the inputs. */
  readonly inputsDigest: string;
  /** The order, but for signer and nonce. */
  readonly terms: Omit<Order, "requester" | "nonce">;
};

export type SimulatePostOrderReturnType = {
  readonly request: PostOrderRequest;
  readonly cost: OrderCost;
  readonly seed: SeedResponse;
  /** Jobs and chunks. */
  readonly jobs: number;
  readonly chunks: number;
};
export type SimulatePostOrderErrorType =
  | FeeTooLowError
  | InputsInvalidError
  | PrepareOperationErrorType
  | ResolveProgramErrorType;

const DEFAULT_DEADLINE_SECONDS = 86_400n;

function countJobs(program: ProgramReference, inputs: Uint8Array): number {
  const { inputBytes, chunkSize } = program.adapter;
  const maximumJobs = MAXIMUM_CHUNKS * chunkSize;
  const jobs = inputs.length / inputBytes;
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > maximumJobs) {
    throw new InputsInvalidError({ given: inputs.length, inputBytes, maximumJobs });
  }
  return jobs;
}

/**
 * Builds an order: inputs root, the seed's terms, the sequencer's fees; and says what it will take from the account.
 * Nothing is signed or sent. Give `request` to `postOrder`.
 *
 * @example
 * const { request, cost } = await simulatePostOrder(client, { program, inputs, limit: parseCtz("0.01") });
 * if (cost.total < budget) await postOrder(client, request);
 * @throws {InputsInvalidError | InsufficientBalanceError | ProgramUnavailableError}
 */
export async function simulatePostOrder(
  client: BaseClient,
  parameters: SimulatePostOrderParameters,
): Promise<SimulatePostOrderReturnType> {
  const { program, inputs, limit, savingsShare = 0n, fee, priorityFee, validForSeconds } = parameters;
  const jobs = countJobs(program, inputs);
  const deployment = await client.getDeployment();
  const programId = programIdOf(deployment, program);
  const [seed, info] = await Promise.all([
    resolveSeed(client, programId, parameters.seed),
    client.sequencer.request("getInfo"),
  ]);
  const least = info.fees.settlement;
  const settlementFee = parameters.settlementFee ?? least;
  if (settlementFee < least) throw new FeeTooLowError({ kind: "settlement", given: settlementFee, least });
  const terms: Omit<Order, "requester" | "nonce"> = {
    seed: BigInt(seed.index),
    middleware: BigInt(parameters.middleware ?? info.feeAccount),
    programId,
    parametersCommitment: seed.parametersCommitment,
    inputsRoot: program.adapter.inputsRoot(inputs),
    jobCount: BigInt(jobs),
    chunkSize: BigInt(program.adapter.chunkSize),
    priceLimit: limit,
    settlementFee,
    savingsShare,
    modes: BigInt(MODE_ZK),
    minimumBond: 0n,
    deadline: info.time + (parameters.deadlineSeconds ?? DEFAULT_DEADLINE_SECONDS),
    terms: seed.terms,
  };
  const options = { fee, priorityFee, validForSeconds };
  const { operation, debit } = await prepareOperation(client, {
    ...options,
    intent: { kind: "postOrder", order: (nonce, signer) => ({ ...terms, nonce, requester: BigInt(signer) }) },
  });
  const order = (operation as Extract<typeof operation, { kind: "postOrder" }>).order;
  const chunks = chunkCount(order);
  return {
    request: { ...options, program, inputs, inputsDigest: bytesToHex(sha256(inputs)), terms },
    cost: {
      escrow: orderEscrow(order),
      settlementFees: settlementFee * chunks,
      fee: operation.fee,
      priorityFee: operation.priorityFee,
      total: debit,
    },
    seed,
    jobs,
    chunks: Number(chunks),
  };
}
