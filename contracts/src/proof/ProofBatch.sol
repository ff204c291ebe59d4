// SPDX-License-Identifier: MIT
// The proofs of a submission, written once, in memory, as the verifier's calldata (IGroth16Verifier.verifyBatch).
pragma solidity ^0.8.28;

import {IGroth16Verifier} from "./IGroth16Verifier.sol";

/// @title Calldata of a batch under construction.
library ProofBatch {
    /// @notice A batch got another number of proofs than it has room for.
    error BatchIncomplete();

    /// @dev Entries are static: 12 words each, behind selector, offset and length.
    uint256 private constant ENTRY_BYTES = 384;
    uint256 private constant HEAD_BYTES = 68;

    /// @param start Where the calldata begins.
    /// @param next Where the next entry goes.
    /// @param end Behind the last entry.
    struct Batch {
        uint256 start;
        uint256 next;
        uint256 end;
    }

    /// @dev An empty batch with room for `count` proofs.
    function create(uint256 count) internal pure returns (Batch memory batch) {
        bytes4 selector = IGroth16Verifier.verifyBatch.selector;
        uint256 start;
        uint256 size = HEAD_BYTES + count * ENTRY_BYTES;
        assembly ("memory-safe") {
            start := mload(0x40)
            // Whole words.
            mstore(0x40, add(start, and(add(size, 31), not(31))))
            mstore(start, selector)
            mstore(add(start, 4), 32)
            mstore(add(start, 36), count)
        }
        return Batch(start, start + HEAD_BYTES, start + size);
    }

    /// @dev Adds a proof.
    function add(Batch memory batch, address key, uint256 commitment, uint256 y, uint256 z, uint256[8] calldata proof)
        internal
        pure
    {
        uint256 entry = batch.next;
        if (entry == batch.end) revert BatchIncomplete();
        assembly ("memory-safe") {
            // An address on the stack may have bits above it.
            mstore(entry, and(key, 0xffffffffffffffffffffffffffffffffffffffff))
            mstore(add(entry, 32), commitment)
            mstore(add(entry, 64), y)
            mstore(add(entry, 96), z)
            calldatacopy(add(entry, 128), proof, 256)
            // `next` is the second word.
            mstore(add(batch, 32), add(entry, ENTRY_BYTES))
        }
    }

    /// @dev Whether all proofs are valid. Reverts as the verifier does.
    function isValid(Batch memory batch, IGroth16Verifier verifier) internal view returns (bool valid) {
        if (batch.next != batch.end) revert BatchIncomplete();
        (uint256 start, uint256 size) = (batch.start, batch.end - batch.start);
        assembly ("memory-safe") {
            let success := staticcall(gas(), verifier, start, size, 0, 32)
            if iszero(success) {
                let free := mload(0x40)
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
            valid := and(gt(returndatasize(), 31), eq(mload(0), 1))
        }
    }
}
