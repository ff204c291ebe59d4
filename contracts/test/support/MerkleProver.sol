// SPDX-License-Identifier: MIT
// Proofs in withdrawal trees, by walking the definition.
pragma solidity ^0.8.28;

library MerkleProver {
    /// @dev Sibling hashes of leaf `index` from the bottom up; an odd node at a level's end has none.
    function proof(bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory result) {
        bytes32[] memory level = leaves;
        result = new bytes32[](0);
        while (level.length > 1) {
            uint256 sibling = index ^ 1;
            if (sibling < level.length) result = _append(result, level[sibling]);
            bytes32[] memory above = new bytes32[]((level.length + 1) / 2);
            for (uint256 i = 0; i < above.length; i++) {
                above[i] = 2 * i + 1 < level.length ? _hash(level[2 * i], level[2 * i + 1]) : level[2 * i];
            }
            (level, index) = (above, index / 2);
        }
    }

    function _hash(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encodePacked(a, b)) : keccak256(abi.encodePacked(b, a));
    }

    function _append(bytes32[] memory list, bytes32 item) private pure returns (bytes32[] memory result) {
        result = new bytes32[](list.length + 1);
        for (uint256 i = 0; i < list.length; i++) {
            result[i] = list[i];
        }
        result[list.length] = item;
    }
}
