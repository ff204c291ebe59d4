// SPDX-License-Identifier: MIT
// A size of the block circuit in one word: address of its key (160 bits), requests, settlements, orders, withdrawals, cells
// (16 bits each), rotations, distributions (8 bits each), from the lowest bit. What `IRollup.BlockSize` has but its program.
pragma solidity ^0.8.28;

import {IRollup} from "./IRollup.sol";

/// @title Packed sizes of the block circuit.
library BlockSizes {
    /// @dev The word of a size.
    function pack(IRollup.BlockCircuit memory circuit, address key_) internal pure returns (uint256 size) {
        size = uint160(key_) | (uint256(circuit.requests) << 160) | (uint256(circuit.settlements) << 176);
        size |= (uint256(circuit.orders) << 192) | (uint256(circuit.withdrawals) << 208);
        size |= (uint256(circuit.cells) << 224) | (uint256(circuit.rotations) << 240);
        size |= uint256(circuit.distributions) << 248;
    }

    /// @dev The word as the contract shows it.
    function unpack(uint256 size, uint256 programId) internal pure returns (IRollup.BlockSize memory) {
        return IRollup.BlockSize(
            key(size),
            uint16(requests(size)),
            uint16(settlements(size)),
            uint16(orders(size)),
            uint16(withdrawals(size)),
            uint16(cells(size)),
            uint8(rotations(size)),
            uint8(distributions(size)),
            programId
        );
    }

    function key(uint256 size) internal pure returns (address) {
        return address(uint160(size));
    }

    function requests(uint256 size) internal pure returns (uint256) {
        return uint16(size >> 160);
    }

    function settlements(uint256 size) internal pure returns (uint256) {
        return uint16(size >> 176);
    }

    function orders(uint256 size) internal pure returns (uint256) {
        return uint16(size >> 192);
    }

    function withdrawals(uint256 size) internal pure returns (uint256) {
        return uint16(size >> 208);
    }

    function cells(uint256 size) internal pure returns (uint256) {
        return uint16(size >> 224);
    }

    function rotations(uint256 size) internal pure returns (uint256) {
        return uint8(size >> 240);
    }

    function distributions(uint256 size) internal pure returns (uint256) {
        return size >> 248;
    }
}
