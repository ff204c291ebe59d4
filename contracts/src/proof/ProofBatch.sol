// SPDX-License-Identifier: MIT
// The proofs of a submission, written once, in memory, as the verifier's calldata (IGroth16Verifier.verifyBatch).
pragma solidity ^0.8.28;

import {IGroth16Verifier} from "./IGroth16Verifier.sol";

/// @title Calldata of a batch under construction.
library ProofBatch {
    /// @notice A batch got another number of proofs than it has room for.
    error BatchIncomplete();

    /// @dev Entries are static, 11 words each; runs too, 2 words each.
    uint256 private constant ENTRY_BYTES = 352;
    uint256 private constant RUN_BYTES = 64;
    /// @dev Selector, offset of the runs, offset of the entries, number of entries; the entries follow, then the runs.
    uint256 private constant HEAD_BYTES = 100;

    /// @param start Where the calldata begins.
    /// @param next Where the next entry goes.
    /// @param end Behind the last entry; there the number of runs goes, and the runs.
    /// @param run The last run; the number of runs before the first.
    /// @param key Key of the last run.
    struct Batch {
        uint256 start;
        uint256 next;
        uint256 end;
        uint256 run;
        address key;
    }

    /// @dev An empty batch with room for `count` proofs, each in a run of its own if need be.
    function create(uint256 count) internal pure returns (Batch memory batch) {
        bytes4 selector = IGroth16Verifier.verifyBatch.selector;
        uint256 start;
        uint256 end;
        assembly ("memory-safe") {
            start := mload(0x40)
            end := add(add(start, HEAD_BYTES), mul(count, ENTRY_BYTES))
            let size := add(sub(end, start), add(32, mul(count, RUN_BYTES)))
            // Whole words.
            mstore(0x40, add(start, and(add(size, 31), not(31))))
            mstore(start, selector)
            mstore(add(start, 4), sub(sub(end, start), 4))
            mstore(add(start, 36), 64)
            mstore(add(start, 68), count)
            mstore(end, 0)
        }
        // The first run goes behind their number.
        return Batch(start, start + HEAD_BYTES, end, end - 32, address(0));
    }

    /// @dev Adds a proof.
    function add(Batch memory batch, address key, uint256 commitment, uint256 y, uint256 z, uint256[8] calldata proof)
        internal
        pure
    {
        bool isFull;
        assembly ("memory-safe") {
            // `next`, `end`, `run` and `key` are the words from the second on.
            let entry := mload(add(batch, 32))
            let end := mload(add(batch, 64))
            isFull := eq(entry, end)
            if iszero(isFull) {
                let run := mload(add(batch, 96))
                // An address on the stack may have bits above it.
                key := and(key, 0xffffffffffffffffffffffffffffffffffffffff)
                if or(iszero(mload(end)), iszero(eq(key, mload(add(batch, 128))))) {
                    run := add(run, RUN_BYTES)
                    mstore(add(batch, 96), run)
                    mstore(add(batch, 128), key)
                    mstore(end, add(mload(end), 1))
                    mstore(run, key)
                    mstore(add(run, 32), 0)
                }
                mstore(add(run, 32), add(mload(add(run, 32)), 1))
                mstore(entry, commitment)
                mstore(add(entry, 32), y)
                mstore(add(entry, 64), z)
                calldatacopy(add(entry, 96), proof, 256)
                mstore(add(batch, 32), add(entry, ENTRY_BYTES))
            }
        }
        if (isFull) revert BatchIncomplete();
    }

    /// @dev Whether all proofs are valid. Reverts as the verifier does.
    function isValid(Batch memory batch, IGroth16Verifier verifier) internal view returns (bool valid) {
        if (batch.next != batch.end) revert BatchIncomplete();
        (uint256 start, uint256 end) = (batch.start, batch.run + RUN_BYTES);
        assembly ("memory-safe") {
            let success := staticcall(gas(), verifier, start, sub(end, start), 0, 32)
            if iszero(success) {
                let free := mload(0x40)
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
            valid := and(gt(returndatasize(), 31), eq(mload(0), 1))
        }
    }
}
