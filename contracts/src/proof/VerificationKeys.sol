// SPDX-License-Identifier: MIT
// Verification keys as contract code: checks, storing and loading. Layout: delta (4 words, precompile order),
// IC_0 … IC_3 (2 words each), 384 bytes.
pragma solidity ^0.8.28;

import {BN254} from "../curve/BN254.sol";

/// @title Verification keys of circuits with three public signals.
library VerificationKeys {
    /// @notice A key has 384 bytes.
    error KeyLengthMismatch(uint256 length);
    /// @notice delta is gamma or its negative: the key has no contribution and accepts forged proofs.
    error DeltaIsGamma();
    /// @notice The key could not be stored.
    error KeyNotStored();

    uint256 internal constant LENGTH = 384;
    uint256 private constant IC_POINTS = 4;

    /// @dev keccak256(key) >> 8.
    function programId(bytes memory key) internal pure returns (uint256) {
        return uint256(keccak256(key)) >> 8;
    }

    /// @dev Requires a key whose every point is finite, reduced and in its group, and whose delta is not ± gamma,
    /// the generator of G2.
    function requireValid(bytes memory key) internal view {
        if (key.length != LENGTH) revert KeyLengthMismatch(key.length);
        uint256[12] memory words;
        for (uint256 i = 0; i < 12; i++) {
            assembly ("memory-safe") {
                mstore(add(words, mul(i, 32)), mload(add(add(key, 32), mul(i, 32))))
            }
        }
        BN254.requireG2(words[0], words[1], words[2], words[3]);
        if (words[0] == BN254.G2_X_IMAGINARY && words[1] == BN254.G2_X_REAL) revert DeltaIsGamma();
        for (uint256 i = 0; i < IC_POINTS; i++) {
            BN254.requireG1(words[4 + 2 * i], words[5 + 2 * i]);
        }
    }

    /// @dev Stores the key as the code of a new contract: a zero byte (STOP), then the key. Call {requireValid} before.
    function store(bytes memory key) internal returns (address pointer) {
        // PUSH2 385, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN; then the code.
        bytes memory initialisation = abi.encodePacked(hex"61018180600a5f395ff300", key);
        assembly ("memory-safe") {
            pointer := create(0, add(initialisation, 32), mload(initialisation))
        }
        if (pointer == address(0)) revert KeyNotStored();
    }

    /// @dev The key stored at `pointer`; false when there is none.
    function load(address pointer) internal view returns (bool found, bytes memory key) {
        // A word of room for the zero byte that the code begins with.
        bytes memory room = new bytes(LENGTH + 32);
        uint256 target;
        assembly ("memory-safe") {
            key := add(room, 32)
            target := add(room, 64)
        }
        found = loadInto(pointer, target);
        assembly ("memory-safe") {
            mstore(key, LENGTH)
        }
    }

    /// @dev Writes the key stored at `pointer` to the 384 bytes at `target`, and a zero to the byte before; false when there is no
    /// key.
    function loadInto(address pointer, uint256 target) internal view returns (bool found) {
        assembly ("memory-safe") {
            if eq(extcodesize(pointer), add(LENGTH, 1)) {
                extcodecopy(pointer, sub(target, 1), 0, add(LENGTH, 1))
                found := iszero(byte(31, mload(sub(target, 32))))
            }
        }
    }
}
