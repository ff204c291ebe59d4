// Action: what shows the contract that a block was submitted with certain words. Blocks share a record by epochs of sixteen
// (docs/protocol.md §7); the proof is made from the events of the block's epoch, found by their topics.
import { concatHex, type Hex, keccak256, zeroHash } from "viem";
import type { BaseClient } from "../clients/types.js";
import { contractCallError, rollupAbi } from "../contracts.js";
import { BlockHistoryMismatchError } from "../errors/block.js";
import type { ContractCallError } from "../errors/client.js";

export type GetBlockProofParameters = {
  readonly blockNumber: bigint;
  /** L1 block from which on to look for the epoch's events; default the first. */
  readonly fromL1Block?: bigint | undefined;
};
export type GetBlockProofReturnType =
  | {
      /** keccak256 of the block's words. */
      readonly wordsHash: Hex;
      /** For `Rollup.isBlock` and `verifySettlement`, until the next block of the epoch; for ever once the epoch is full. */
      readonly proof: { readonly before: Hex; readonly later: readonly Hex[] };
      /** L1 block at whose state the proof is valid. */
      readonly l1Block: bigint;
    }
  | undefined;
export type GetBlockProofErrorType = BlockHistoryMismatchError | ContractCallError;

const EPOCH_BLOCKS = 16n;

/** The record after one more block. */
const grow = (record: Hex, wordsHash: Hex): Hex => keccak256(concatHex([record, wordsHash]));

/** Hashes of the words of blocks `first` to `last`, as far as the node has their events. */
async function readWordsHashes(
  client: Pick<BaseClient, "publicClient">,
  range: { rollup: Hex; first: bigint; last: bigint; fromBlock: bigint; toBlock: bigint },
): Promise<Hex[]> {
  const { rollup, first, last, fromBlock, toBlock } = range;
  const blockNumber = Array.from({ length: Number(last - first) + 1 }, (_, i) => first + BigInt(i));
  const events = await client.publicClient.getContractEvents({
    address: rollup,
    abi: rollupAbi,
    eventName: "BlockSubmitted",
    args: { blockNumber },
    strict: true,
    fromBlock,
    toBlock,
  });
  return blockNumber.flatMap(
    (number) => events.find(({ args }) => args.blockNumber === number)?.args.wordsHash ?? [],
  );
}

/**
 * Hash of a block's words with its proof, from L1 alone and checked against the record that the contract holds; undefined when
 * L1 has no such block yet.
 *
 * @throws {BlockHistoryMismatchError} when the node lacks events of the epoch
 */
export async function getBlockProof(
  client: Pick<BaseClient, "publicClient" | "rollup" | "getDeployment">,
  parameters: GetBlockProofParameters,
): Promise<GetBlockProofReturnType> {
  const { blockNumber: number, fromL1Block = 0n } = parameters;
  const rollup = client.rollup ?? (await client.getDeployment()).rollup;
  const l1Block = await client.publicClient.getBlockNumber({ cacheTime: 0 });
  const at = { address: rollup, abi: rollupAbi, blockNumber: l1Block } as const;
  const epoch = (number - 1n) / EPOCH_BLOCKS;
  const first = epoch * EPOCH_BLOCKS + 1n;
  try {
    const { blockNumber: count } = await client.publicClient.readContract({ ...at, functionName: "state" });
    if (number < 1n || number > count) return undefined;
    const end = first + EPOCH_BLOCKS - 1n;
    const range = { rollup, first, last: end < count ? end : count };
    const [expected, hashes] = await Promise.all([
      client.publicClient.readContract({ ...at, functionName: "history", args: [epoch] }),
      readWordsHashes(client, { ...range, fromBlock: fromL1Block, toBlock: l1Block }),
    ]);
    const given = hashes.reduce(grow, zeroHash);
    if (given !== expected) throw new BlockHistoryMismatchError({ epoch, expected, given });
    const place = Number(number - first);
    const before = hashes.slice(0, place).reduce(grow, zeroHash);
    return { wordsHash: hashes[place]!, proof: { before, later: hashes.slice(place + 1) }, l1Block };
  } catch (error) {
    if (error instanceof BlockHistoryMismatchError) throw error;
    throw contractCallError("history", error);
  }
}
