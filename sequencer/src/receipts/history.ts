// Shows the challenge contract that L1 has a block: the record of its epoch (docs/protocol.md §7) from the words in the store.
import { rollupAbi } from "@catalyze/contracts";
import { concatHex, type Hex, keccak256, zeroHash } from "viem";
import type { Context } from "../core/context.js";
import { findBlock } from "../store/blocks.js";

const EPOCH_BLOCKS = 16n;

/** Hash of a block's words, and the `BlockProof` that goes with it. */
export interface StoredBlockProof {
  readonly wordsHash: Hex;
  readonly proof: { readonly before: Hex; readonly later: readonly Hex[] };
}

/** The record after one more block. */
const grow = (record: Hex, wordsHash: Hex): Hex => keccak256(concatHex([record, wordsHash]));

/**
 * Proof of a block for the record of its epoch as L1 has it now; undefined when the store lacks a block that L1 has. The next
 * block of the epoch makes it worthless: then it is made again.
 */
export async function findBlockProof(
  context: Context,
  number: bigint,
): Promise<StoredBlockProof | undefined> {
  const { client, config, driver } = context;
  const rollup = { address: config.deployment.rollup, abi: rollupAbi } as const;
  const { blockNumber: count } = await client.readContract({ ...rollup, functionName: "state" });
  const first = ((number - 1n) / EPOCH_BLOCKS) * EPOCH_BLOCKS + 1n;
  const end = first + EPOCH_BLOCKS - 1n;
  const hashes: Hex[] = [];
  for (let block = first; block <= (end < count ? end : count); block++) {
    const stored = await findBlock(driver, block);
    if (stored === undefined) return undefined;
    hashes.push(keccak256(stored.words));
  }
  const place = Number(number - first);
  const wordsHash = hashes[place];
  if (wordsHash === undefined) return undefined;
  return {
    wordsHash,
    proof: { before: hashes.slice(0, place).reduce(grow, zeroHash), later: hashes.slice(place + 1) },
  };
}
