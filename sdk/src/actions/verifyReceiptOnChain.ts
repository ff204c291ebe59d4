// Action: check on L1 that a block settled a receipt's statement.
import { statementCommitment } from "@catalyze/circuits/reference";
import { keccak256, toHex } from "viem";
import { l1Contracts } from "../clients/l1.js";
import type { BaseClient } from "../clients/types.js";
import { contractCallError, rollupAbi, statementRegistryAbi } from "../contracts.js";
import type { ContractCallError } from "../errors/client.js";
import { ReceiptInvalidError, ReceiptNotSettledError } from "../errors/receipt.js";
import type { JobReceipt } from "./getResults.js";

export type VerifyReceiptOnChainParameters = { readonly receipt: JobReceipt };
export type VerifyReceiptOnChainReturnType = {
  readonly blockNumber: bigint;
  /** keccak256 of the block's words, as the contract has recorded it. */
  readonly wordsHash: `0x${string}`;
};
export type VerifyReceiptOnChainErrorType = ContractCallError | ReceiptInvalidError | ReceiptNotSettledError;

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
 * Asks the rollup contract whether the receipt's block is recorded with these words and settles the statement there.
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
  const contract = { address: rollup, abi: rollupAbi } as const;
  const words = toHex(blockWords);
  const wordsHash = keccak256(words);
  const record = await client.publicClient
    .readContract({ ...contract, functionName: "blockRecord", args: [blockNumber] })
    .catch((error: unknown) => {
      throw contractCallError("blockRecord", error);
    });
  if (BigInt(record.wordsHash) === 0n) throw new ReceiptNotSettledError({ chunk, status });
  if (record.wordsHash !== wordsHash) {
    throw new ReceiptInvalidError({
      check: "chain",
      chunk,
      reason: `block ${blockNumber} has other words on chain`,
      context: { "Hash on chain": record.wordsHash, "Hash of the words given": wordsHash },
    });
  }
  if (settlementIndex === null) {
    await requireRecorded(client, parameters.receipt);
    return { blockNumber, wordsHash };
  }
  const args = [
    blockNumber,
    words,
    BigInt(settlementIndex),
    programId,
    statementCommitment(statement),
  ] as const;
  const settled = await client.publicClient
    .readContract({ ...contract, functionName: "verifySettlement", args })
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
