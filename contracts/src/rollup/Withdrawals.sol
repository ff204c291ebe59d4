// SPDX-License-Identifier: MIT
// The keccak Merkle tree of a block's withdrawals (docs/protocol.md §7). Pairs are hashed sorted; the last node of an odd
// level moves up unhashed (the shape of merkletreejs with sortPairs). Leaves are hashed twice, so that no inner node can
// be taken for one.
pragma solidity ^0.8.28;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @title Withdrawal tree.
library Withdrawals {
    /// @dev Leaf of withdrawal `index` of block `blockNumber`; `amount` in units.
    function leaf(address rollup, uint256 blockNumber, uint256 index, address recipient, uint256 amount)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(bytes.concat(keccak256(abi.encode(rollup, blockNumber, index, recipient, amount))));
    }

    /// @dev Root over the leaves, which are overwritten; zero for none.
    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        uint256 count = leaves.length;
        if (count == 0) return bytes32(0);
        while (count > 1) {
            uint256 half = count / 2;
            for (uint256 i = 0; i < half; i++) {
                leaves[i] = Hashes.commutativeKeccak256(leaves[2 * i], leaves[2 * i + 1]);
            }
            if (count % 2 == 1) leaves[half] = leaves[count - 1];
            count = half + (count % 2);
        }
        return leaves[0];
    }
}
