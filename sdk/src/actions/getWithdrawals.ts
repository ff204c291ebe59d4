// Action: the withdrawals of a block, from its words on chain.
import { blockLayout, decodeBlockVector, withdrawalWord } from "@catalyze/circuits/schema";
import { type Hex, keccak256, numberToHex, toHex } from "viem";
import type { BaseClient } from "../clients/types.js";
import { contractCallError, rollupAbi } from "../contracts.js";
import type { ContractCallError } from "../errors/client.js";
import type { SequencerRequestError } from "../errors/sequencer.js";
import { BlockWordsMismatchError } from "../errors/withdrawal.js";
import { type Withdrawal, type WithdrawalTree, withdrawalTree } from "../utils/withdrawalTree.js";
import { getBlock } from "./getBlock.js";

export type GetWithdrawalsParameters = {
  readonly blockNumber: bigint;
  /** The block's words, from its calldata; default the sequencer's copy. Either is checked against the chain. */
  readonly words?: Uint8Array | undefined;
};
export type GetWithdrawalsReturnType = {
  readonly withdrawals: readonly Withdrawal[];
  readonly tree: WithdrawalTree;
};
export type GetWithdrawalsErrorType = BlockWordsMismatchError | ContractCallError | SequencerRequestError;

const ADDRESS_BYTES = 20;

/**
 * The withdrawals of a settled block and their Merkle tree. Words and root are those that the contract has recorded.
 *
 * @throws {BlockWordsMismatchError} also when the block is not on chain yet
 */
export async function getWithdrawals(
  client: BaseClient,
  parameters: GetWithdrawalsParameters,
): Promise<GetWithdrawalsReturnType> {
  const { blockNumber } = parameters;
  const deployment = await client.getDeployment();
  const { rollup } = deployment;
  const words = parameters.words ?? (await getBlock(client, { blockNumber })).words;
  const record = await client.publicClient
    .readContract({ address: rollup, abi: rollupAbi, functionName: "blockRecord", args: [blockNumber] })
    .catch((error: unknown) => {
      throw contractCallError("blockRecord", error);
    });
  const requireEqual = (expected: Hex, given: Hex): void => {
    if (expected !== given) throw new BlockWordsMismatchError({ blockNumber, expected, given });
  };
  requireEqual(record.wordsHash, keccak256(toHex(words)));
  const { size: name, ...capacities } = deployment.block;
  const blockSize = { name, ...capacities };
  const segment = blockLayout(blockSize).segments.findIndex((entry) => entry.name === "withdrawals");
  const withdrawals = decodeBlockVector(blockSize, words)[segment]!.map((word) => {
    const { amount, recipient } = withdrawalWord.decode(word);
    return { amount, recipient: numberToHex(recipient, { size: ADDRESS_BYTES }) };
  });
  const tree = withdrawalTree({ rollup, blockNumber, withdrawals });
  requireEqual(record.withdrawalsRoot, tree.root);
  return { withdrawals, tree };
}
