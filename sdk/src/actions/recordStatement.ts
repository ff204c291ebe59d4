// Action: record a proven statement on L1.
import { type Statement, statementBytes, statementCommitment } from "@catalyze/circuits/reference";
import type { Proof } from "@catalyze/prover";
import { type TransactionReceipt, toHex } from "viem";
import type { Groth16Proof } from "../api/index.js";
import { l1Contracts } from "../clients/l1.js";
import type { BaseClient } from "../clients/types.js";
import { contractCallError, sendTransaction, statementRegistryAbi } from "../contracts.js";
import { type ClientOptionMissingError, ContractCallError } from "../errors/client.js";
import { toProof } from "../utils/proof.js";

export type RecordStatementParameters = {
  readonly programId: bigint;
  readonly statement: Statement;
  /** As snarkjs writes it, or as a job receipt has it. */
  readonly proof: Groth16Proof;
};
export type RecordStatementReturnType = {
  /** C of the statement: with the program id it names the record. */
  readonly commitment: bigint;
  /** The transaction's receipt; undefined when the statement was recorded before. */
  readonly receipt: TransactionReceipt | undefined;
};
export type RecordStatementErrorType = ClientOptionMissingError | ContractCallError;

/** Eight words in the order of `IGroth16Verifier`: A, B with imaginary parts first, C. */
const proofWords = ({ a, b, c }: Proof): bigint[] => [
  ...[a.x, a.y],
  ...[b.x[1], b.x[0], b.y[1], b.y[0]],
  ...[c.x, c.y],
];

/**
 * Verifies a statement on L1 and remembers it, unless it is there already. A recorded statement can be settled by force
 * (`forceSettle`), and is paid when the rollup freezes. Anyone may record; the statement names who is paid.
 *
 * @example
 * const { receipts } = await getResults(client, { orderId })
 * await recordStatement(client, receipts[0])
 * @throws {ContractCallError} `InvalidProof`, `StatementDomainMismatch`, `UnknownProgram`
 */
export async function recordStatement(
  client: BaseClient,
  parameters: RecordStatementParameters,
): Promise<RecordStatementReturnType> {
  const { programId, statement, proof: json } = parameters;
  const { statementRegistry } = await l1Contracts(client);
  const commitment = statementCommitment(statement);
  const contract = { address: statementRegistry, abi: statementRegistryAbi } as const;
  const { time } = await client.publicClient
    .readContract({ ...contract, functionName: "recording", args: [programId, commitment] })
    .catch((error: unknown) => {
      throw contractCallError("recording", error);
    });
  if (time !== 0n) return { commitment, receipt: undefined };
  const proof = toProof(json);
  if (proof === undefined) {
    throw new ContractCallError({
      functionName: "record",
      errorName: undefined,
      text: "the proof has a point that is not affine",
      cause: undefined,
    });
  }
  const receipt = await sendTransaction(client, {
    ...contract,
    functionName: "record",
    args: [programId, commitment, toHex(statementBytes(statement)), proofWords(proof)],
  });
  return { commitment, receipt };
}
