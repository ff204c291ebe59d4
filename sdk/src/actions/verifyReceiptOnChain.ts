// Action: check on L1 that a block settled a receipt's statement.
import { statementCommitment } from "@catalyze/circuits/reference";
import { keccak256, toHex } from "viem";
import { l1Contracts } from "../clients/l1.js";
import type { BaseClient } from "../clients/types.js";
import { contractCallError, rollupAbi, statementRegistryAbi } from "../contracts.js";
import type { ContractCallError } from "../errors/client.js";
import { ReceiptInvalidError, ReceiptNotSettledError } from "../errors/receipt.js";
import { type GetBlockProofErrorType, getBlockProof } from "./getBlockProof.js";
import type { JobReceipt } from "./getResults.js";

export type VerifyReceiptOnChainParameters = { readonly receipt: JobReceipt };
export type VerifyReceiptOnChainReturnType = {
  readonly blockNumber: bigint;
  /** keccak256 of the block's words; the contract's record of its epoch holds it. */
  readonly wordsHash: `0x${string}`;
};
export type VerifyReceiptOnChainErrorType =
  | ContractCallError
  | GetBlockProofErrorType
  | ReceiptInvalidError
  | ReceiptNotSettledError;

/** A chunk that was settled through L1 is not among the block's settlements: L1 has verified its statement before. */
async function requireRecorded(client: BaseClient, receipt: JobReceipt): Promise<void> {
  const { chunk, programId, statement } = receipt;
  const { statementRegistry } = await l1Contracts(client);
  const args = [programId, statementCommitment(statement)] as const;
  const contract = { address: statementRegistry, abi: statementRegistryAbi, args } as const;
  const { time } = await client.publicClient
    .readContract({ ...contract, functionName: "recording" })
    .catch((error: unknown) => {
      throw contractCallError("recording", error);
    });
  if (time !== 0n) return;
  throw new ReceiptInvalidError({ check: "chain", chunk, reason: "L1 has not recorded its statement" });
}

/**
 * Asks the rollup contract whether the receipt's block was submitted with these words and settles the statement there.
 * With `verifyReceipt` this makes the receipt independent of the sequencer.
 *
 * @throws {ReceiptInvalidError | ReceiptNotSettledError}
 */
export async function verifyReceiptOnChain(
  client: BaseClient,
  parameters: VerifyReceiptOnChainParameters,
): Promise<VerifyReceiptOnChainReturnType> {
  const { blockNumber, settlementIndex, blockWords, chunk, status, programId, statement } =
    parameters.receipt;
  if (blockNumber === null || blockWords === null) {
    throw new ReceiptNotSettledError({ chunk, status });
  }
  const { rollup } = await client.getDeployment();
  const words = toHex(blockWords);
  const wordsHash = keccak256(words);
  const found = await getBlockProof(client, { blockNumber });
  if (found === undefined) throw new ReceiptNotSettledError({ chunk, status });
  if (found.wordsHash !== wordsHash) {
    throw new ReceiptInvalidError({
      check: "chain",
      chunk,
      reason: `block ${blockNumber} has other words on chain`,
      context: { "Hash on chain": found.wordsHash, "Hash of the words given": wordsHash },
    });
  }
  if (settlementIndex === null) {
    await requireRecorded(client, parameters.receipt);
    return { blockNumber, wordsHash };
  }
  const args = [
    blockNumber,
    words,
    found.proof,
    BigInt(settlementIndex),
    programId,
    statementCommitment(statement),
  ] as const;
  // The state that the proof is for.
  const at = { address: rollup, abi: rollupAbi, blockNumber: found.l1Block } as const;
  const settled = await client.publicClient
    .readContract({ ...at, functionName: "verifySettlement", args })
    .catch((error: unknown) => {
      throw contractCallError("verifySettlement", error);
    });
  if (!settled) {
    throw new ReceiptInvalidError({
      check: "chain",
      chunk,
      reason: `block ${blockNumber} did not settle it`,
    });
  }
  return { blockNumber, wordsHash };
}
