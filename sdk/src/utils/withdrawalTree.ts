// Merkle tree of a block's withdrawals, as `Rollup` checks it (docs/protocol.md §7): double-hashed leaves, nodes hash
// their children in sorted order, a node without sibling rises unchanged.
import { MerkleTree } from "merkletreejs";
import { type Address, encodeAbiParameters, type Hex, keccak256 } from "viem";
import { WithdrawalNotFoundError } from "../errors/withdrawal.js";

/** One withdrawal of a block. */
export interface Withdrawal {
  /** Who receives it on L1. */
  readonly recipient: Address;
  /** Units. */
  readonly amount: bigint;
}

/** What {@link withdrawalLeaf} takes. */
export interface WithdrawalLeafParameters extends Withdrawal {
  readonly rollup: Address;
  readonly blockNumber: bigint;
  /** Place among the block's withdrawals, from 0. */
  readonly index: number;
}

const LEAF_TYPES = [
  { type: "address" },
  { type: "uint256" },
  { type: "uint256" },
  { type: "address" },
  { type: "uint256" },
] as const;

/** keccak256(keccak256(abi.encode(rollup, block number, index, recipient, amount))). */
export function withdrawalLeaf(parameters: WithdrawalLeafParameters): Hex {
  const { rollup, blockNumber, index, recipient, amount } = parameters;
  const encoded = encodeAbiParameters(LEAF_TYPES, [rollup, blockNumber, BigInt(index), recipient, amount]);
  return keccak256(keccak256(encoded));
}

/** What {@link withdrawalTree} takes. */
export interface WithdrawalTreeParameters {
  readonly rollup: Address;
  readonly blockNumber: bigint;
  /** All withdrawals of the block, in its order. */
  readonly withdrawals: readonly Withdrawal[];
}

/** Root and proofs of a block's withdrawals. */
export interface WithdrawalTree {
  /** 32 zero bytes when the block has no withdrawal. */
  readonly root: Hex;
  /** Sibling hashes from the leaf upwards. @throws {WithdrawalNotFoundError} */
  proof(index: number): Hex[];
}

const ZERO_ROOT: Hex = `0x${"00".repeat(32)}`;

/** Builds the tree of a block's withdrawals. */
export function withdrawalTree(parameters: WithdrawalTreeParameters): WithdrawalTree {
  const { rollup, blockNumber, withdrawals } = parameters;
  const leaves = withdrawals.map((withdrawal, index) =>
    withdrawalLeaf({ rollup, blockNumber, index, ...withdrawal }),
  );
  const hash = (data: unknown): string => keccak256(data as Uint8Array);
  // The library types its hash function by Node's Buffer, and takes anything that it can turn into one.
  const tree = new MerkleTree(leaves, hash as never, { sortPairs: true });
  return {
    root: leaves.length === 0 ? ZERO_ROOT : (tree.getHexRoot() as Hex),
    proof(index) {
      const leaf = leaves[index];
      if (leaf === undefined) throw new WithdrawalNotFoundError({ blockNumber, index });
      return tree.getHexProof(leaf as never, index) as Hex[];
    },
  };
}
