// SPDX-License-Identifier: MIT
// Records of submitted blocks: one hash for each epoch of sixteen blocks, docs/decisions/032-records-by-epoch.md.
// Owns how a record grows and how a block is shown to be in it; the rollup owns the storage.
pragma solidity ^0.8.28;

import {IRollup} from "./IRollup.sol";

/// @title Records of blocks by epoch.
/// @notice Epoch e has the blocks 16 e + 1 … 16 e + 16: the first block is number 1. Its record is the last of
/// h_i = keccak256(abi.encode(h_(i−1), w_i)), h_0 = 0, w_i the hash of the words of its i-th block.
library BlockHistory {
    uint64 internal constant EPOCH_BLOCKS = 16;

    /// @dev The epoch of a block; of block 0, which does not exist, the one that no block reaches.
    function epochOf(uint64 blockNumber) internal pure returns (uint64) {
        unchecked {
            return (blockNumber - 1) / EPOCH_BLOCKS;
        }
    }

    /// @dev Whether the block is its epoch's last.
    function isLast(uint64 blockNumber) internal pure returns (bool) {
        return blockNumber % EPOCH_BLOCKS == 0;
    }

    /// @dev The record after one more block: keccak256(abi.encode(record, wordsHash)), in scratch space.
    function add(bytes32 record, bytes32 wordsHash) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            mstore(0, record)
            mstore(32, wordsHash)
            result := keccak256(0, 64)
        }
    }

    /// @dev Whether block `blockNumber` of `count` has words of this hash, given the record of its epoch.
    ///
    /// Why a chain can be read in one way only. `count` says how many blocks the record has hashed, and the proof must bring
    /// exactly the hashes behind the block's place, so the number of steps from the record back to the block is not the prover's
    /// to choose. Each step back has one preimage of 64 bytes, two hashes (another would be a collision), so the steps lead to the
    /// block's own pair, h before it and the hash of its words; there is no pair of another length or kind to take for one. Another
    /// number of the same epoch has another number of steps, another epoch another record. `before` is bound too, as part of that
    /// pair; that it is zero exactly at the first block follows, and is asked for so that no proof depends on an argument about
    /// preimages of zero.
    function isBlock(
        bytes32 record,
        uint64 count,
        uint64 blockNumber,
        bytes32 wordsHash,
        IRollup.BlockProof calldata proof
    ) internal pure returns (bool) {
        if (blockNumber == 0 || blockNumber > count) return false;
        uint256 last = (uint256(epochOf(blockNumber)) + 1) * EPOCH_BLOCKS;
        if (last > count) last = count;
        if (proof.later.length != last - blockNumber) return false;
        bool isFirst = blockNumber % EPOCH_BLOCKS == 1;
        if (isFirst != (proof.before == bytes32(0))) return false;
        bytes32 hash = add(proof.before, wordsHash);
        for (uint256 i = 0; i < proof.later.length; i++) {
            hash = add(hash, proof.later[i]);
        }
        return hash == record;
    }
}
