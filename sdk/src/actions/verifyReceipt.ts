// Action: verify a receipt of work locally: bytes → roots → statement → proof → settlement in the block's words.
import {
  chunkRange,
  type Order,
  orderStatic,
  type ProgramAdapter,
  type Statement,
  statementBytes,
  statementCommitment,
  statementWords,
} from "@catalyze/circuits/reference";
import { challenge, decodeBlockVector, evaluateVector } from "@catalyze/circuits/schema";
import type { VerificationKey } from "@catalyze/prover";
import { requireVerifier } from "../clients/require.js";
import type { BaseClient, Deployment } from "../clients/types.js";
import type { ClientOptionMissingError } from "../errors/client.js";
import { type ReceiptCheck, ReceiptInvalidError, ReceiptNotSettledError } from "../errors/receipt.js";
import { toProof } from "../utils/proof.js";
import type { JobReceipt } from "./getResults.js";
import { type GetVerificationKeyErrorType, getVerificationKey } from "./getVerificationKey.js";

export type VerifyReceiptParameters = {
  readonly receipt: JobReceipt;
  /** The order that the requester signed; not the one that the receipt brings. */
  readonly order: Order;
  readonly adapter: ProgramAdapter;
  /** Inputs of all jobs of the order. */
  readonly inputs: Uint8Array;
  /** The program's key; default the one on chain. */
  readonly verificationKey?: VerificationKey | undefined;
};
export type VerifyReceiptReturnType = {
  /** Public signal C of the statement. */
  readonly commitment: bigint;
  /** Block that settled it, and its place there. */
  readonly blockNumber: bigint;
  /** Null when an L1 request settled it. */
  readonly settlementIndex: number | null;
};
export type VerifyReceiptErrorType =
  | ClientOptionMissingError
  | GetVerificationKeyErrorType
  | ReceiptInvalidError
  | ReceiptNotSettledError;

/** Segments of a block's vector, by place in its layout. */
const HEADER_SEGMENT = 1;
const REQUEST_HEADS_SEGMENT = 2;
const STATEMENT_COMMITMENTS_SEGMENT = 4;
const STATEMENT_PROGRAMS_SEGMENT = 5;

/** Throws unless `holds`. */
function makeCheck(chunk: number) {
  return (check: ReceiptCheck, holds: boolean, reason: string): void => {
    if (!holds) throw new ReceiptInvalidError({ check, chunk, reason });
  };
}

/** The statement is about this order's chunk, and the bytes are those of its roots. */
function checkStatement(parameters: VerifyReceiptParameters, deployment: Deployment): void {
  const { receipt, order, adapter, inputs } = parameters;
  const { statement, results } = receipt;
  const check = makeCheck(receipt.chunk);
  check("order", orderStatic(receipt.order) === orderStatic(order), "it is for another order");
  check("program", receipt.programId === order.programId, "another program was run");
  check("domain", statement.domain === deployment.statementDomain, "it was made for another deployment");
  check(
    "parameters",
    statement.parametersCommitment === order.parametersCommitment,
    "other parameters than the order's were used",
  );
  check("inputs", statement.inputsRoot === order.inputsRoot, "the statement names other inputs");
  check("inputs", adapter.inputsRoot(inputs) === order.inputsRoot, "the inputs given are not the order's");
  const { from, count } = chunkRange(order, receipt.chunk);
  check("range", statement.from === from && statement.count === count, "it covers other jobs");
  check("price", statement.price <= order.priceLimit, "its price is above the order's limit");
  const length = Number(count) * adapter.resultBytes;
  check(
    "results",
    results.length === length,
    `it brings ${results.length} bytes of results instead of ${length}`,
  );
  let root: bigint | undefined;
  try {
    root = adapter.resultsRoot(results);
  } catch (cause) {
    const reason = "its bytes are no results of the program";
    throw new ReceiptInvalidError({ check: "results", chunk: receipt.chunk, reason, cause });
  }
  check("results", root === statement.resultsRoot, "the results are not those proven");
}

/** The proof is valid for the statement, under the program's key. */
async function checkProof(
  client: BaseClient,
  parameters: VerifyReceiptParameters,
  statement: Statement,
  deployment: Deployment,
): Promise<void> {
  const { receipt } = parameters;
  const verify = requireVerifier(client, "verifyReceipt");
  const { programId } = receipt;
  const key = parameters.verificationKey ?? (await getVerificationKey(client, { programId }));
  const commitment = statementCommitment(statement);
  const context = { chainId: deployment.chainId, binder: BigInt(deployment.programRegistry), programId };
  const z = challenge(context, commitment, statementBytes(statement));
  const y = evaluateVector(statementWords(statement), z);
  const proof = toProof(receipt.proof);
  const isValid = proof !== undefined && (await verify(key, [commitment, y, z], proof));
  makeCheck(receipt.chunk)("proof", isValid, "its proof does not verify");
}

/** Whether one of the block's L1 requests names the statement: its two head words are commitment and program id. */
const isRequested = (heads: readonly bigint[], commitment: bigint, programId: bigint): boolean =>
  heads.some((head, i) => i % 2 === 0 && head === commitment && heads[i + 1] === programId);

/** The block's words list the statement at the receipt's place, or as an L1 request that settles it. */
function checkSettlement(
  receipt: JobReceipt,
  commitment: bigint,
  deployment: Deployment,
): VerifyReceiptReturnType {
  const { blockNumber, settlementIndex, blockWords, chunk, status } = receipt;
  if (blockNumber === null || blockWords === null) {
    throw new ReceiptNotSettledError({ chunk, status });
  }
  const check = makeCheck(chunk);
  const { size: name, ...capacities } = deployment.block;
  let content: bigint[][];
  try {
    content = decodeBlockVector({ name, ...capacities }, blockWords);
  } catch (cause) {
    throw new ReceiptInvalidError({
      check: "settlement",
      chunk,
      reason: "its block's words are malformed",
      cause,
    });
  }
  const [operationDomain, statementDomain] = content[HEADER_SEGMENT]!;
  check(
    "settlement",
    operationDomain === deployment.operationDomain && statementDomain === deployment.statementDomain,
    "its block is of another rollup",
  );
  if (settlementIndex === null) {
    const requested = isRequested(content[REQUEST_HEADS_SEGMENT]!, commitment, receipt.programId);
    check("settlement", requested, `block ${blockNumber} has no request that settles it`);
    return { commitment, blockNumber, settlementIndex };
  }
  const listed =
    content[STATEMENT_COMMITMENTS_SEGMENT]![settlementIndex] === commitment &&
    content[STATEMENT_PROGRAMS_SEGMENT]![settlementIndex] === receipt.programId;
  check("settlement", listed, `block ${blockNumber} does not settle it at ${settlementIndex}`);
  return { commitment, blockNumber, settlementIndex };
}

/**
 * Verifies a receipt without believing the sequencer: the bytes have the statement's roots, the statement is about the
 * order that the requester signed, its proof is valid under the program's key, and the block's words settle it. That
 * these words are a block's on chain is `verifyReceiptOnChain`.
 *
 * @throws {ReceiptInvalidError} with `check` saying what is wrong; {ReceiptNotSettledError}
 */
export async function verifyReceipt(
  client: BaseClient,
  parameters: VerifyReceiptParameters,
): Promise<VerifyReceiptReturnType> {
  const { receipt } = parameters;
  const deployment = await client.getDeployment();
  checkStatement(parameters, deployment);
  const commitment = statementCommitment(receipt.statement);
  makeCheck(receipt.chunk)(
    "commitment",
    commitment === receipt.commitment,
    "its commitment is not the statement's",
  );
  await checkProof(client, parameters, receipt.statement, deployment);
  return checkSettlement(receipt, commitment, deployment);
}
