// Action: the withdrawals of a block, from its words, checked against their root on chain.
import { blockLayout, decodeBlockVector, withdrawalWord } from "@catalyze/circuits/schema";
import { numberToHex } from "viem";
import type { BaseClient } from "../clients/types.js";
import { contractCallError, rollupAbi } from "../contracts.js";
import type { ContractCallError } from "../errors/client.js";
import type { SequencerRequestError } from "../errors/sequencer.js";
import { BlockWordsMismatchError } from "../errors/withdrawal.js";
import { type Withdrawal, type WithdrawalTree, withdrawalTree } from "../utils/withdrawalTree.js";
import { getBlock } from "./getBlock.js";

export type GetWithdrawalsParameters = {
  readonly blockNumber: bigint;
  /** The block's words, from its calldata; default the sequencer's copy. Their withdrawals are checked against the chain. */
  readonly words?: Uint8Array | undefined;
};
export type GetWithdrawalsReturnType = {
  readonly withdrawals: readonly Withdrawal[];
  readonly tree: WithdrawalTree;
};
export type GetWithdrawalsErrorType = BlockWordsMismatchError | ContractCallError | SequencerRequestError;

const ADDRESS_BYTES = 20;

/**
 * The withdrawals of a settled block and their Merkle tree, whose root the contract has recorded: it binds rollup, block,
 * order, recipients and amounts. The contract has none for a block without withdrawals.
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
  const contract = { address: rollup, abi: rollupAbi } as const;
  const [expected, state] = await Promise.all([
    client.publicClient.readContract({ ...contract, functionName: "withdrawalsRoot", args: [blockNumber] }),
    client.publicClient.readContract({ ...contract, functionName: "state" }),
  ]).catch((error: unknown) => {
    throw contractCallError("withdrawalsRoot", error);
  });
  const { size: name, ...capacities } = deployment.block;
  const blockSize = { name, ...capacities };
  const segment = blockLayout(blockSize).segments.findIndex((entry) => entry.name === "withdrawals");
  const withdrawals = decodeBlockVector(blockSize, words)[segment]!.map((word) => {
    const { amount, recipient } = withdrawalWord.decode(word);
    return { amount, recipient: numberToHex(recipient, { size: ADDRESS_BYTES }) };
  });
  const tree = withdrawalTree({ rollup, blockNumber, withdrawals });
  if (blockNumber > state.blockNumber || expected !== tree.root) {
    throw new BlockWordsMismatchError({ blockNumber, expected, given: tree.root });
  }
  return { withdrawals, tree };
}
