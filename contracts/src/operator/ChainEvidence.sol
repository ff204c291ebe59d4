// SPDX-License-Identifier: MIT
// Evidence about blocks and state that a challenge contract checks: words of a submitted block, cells under a state root,
// operations under an operations root, the EIP-712 signatures of operators. Owns their layout and errors, and the hashes of
// the blocks that were shown to it.
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Schema} from "../generated/Schema.sol";
import {IPoseidon} from "../hash/IPoseidon.sol";
import {IRollup} from "../rollup/IRollup.sol";

/// @title Checks shared by the challenge contracts.
abstract contract ChainEvidence {
    /// @notice A fixed address is zero.
    error EvidenceAddressZero();
    /// @notice The proof does not lead from a block with this number to the rollup's record, or {proveBlock} was not called.
    error BlockNotProven(uint64 blockNumber);
    /// @notice The words are not those of the block with this number.
    error BlockWordsMismatch(uint64 blockNumber);
    /// @notice The block is outside the range that counts here.
    error BlockOutsideRange(uint64 earliest, uint64 latest, uint64 given);
    /// @notice The path does not lead from this cell to the block's state root.
    error StateProofInvalid();
    /// @notice The path does not lead from this operation to the block's operations root.
    error OperationProofInvalid();

    /// @dev Operations of one lowest node of the operations tree, and children of a node.
    uint256 internal constant OPERATIONS_PER_NODE = 8;
    uint256 private constant CHILDREN = 16;
    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    IRollup internal immutable _rollup;
    IPoseidon internal immutable _poseidon;
    uint256 internal immutable _depth;
    mapping(uint64 blockNumber => bytes32) private _wordsHashes;

    constructor(IRollup rollup_, IPoseidon poseidon_) {
        if (address(rollup_) == address(0) || address(poseidon_) == address(0)) revert EvidenceAddressZero();
        _rollup = rollup_;
        _poseidon = poseidon_;
        _depth = rollup_.depth();
    }

    /// @notice Keeps the hash of a block's words: from then on the words are evidence. A proof is for the record of the block's
    /// epoch as it is, and another one is needed when the next block of the epoch comes in between; what was proven stays.
    /// Anyone may call.
    function proveBlock(uint64 blockNumber, bytes32 wordsHash, IRollup.BlockProof calldata proof) external {
        if (!_rollup.isBlock(blockNumber, wordsHash, proof)) revert BlockNotProven(blockNumber);
        _wordsHashes[blockNumber] = wordsHash;
    }

    /// @notice keccak256 of the words of a proven block; zero for any other.
    function provenBlock(uint64 blockNumber) external view returns (bytes32) {
        return _wordsHashes[blockNumber];
    }

    /// @notice The rollup whose operators are judged.
    function rollup() external view returns (address) {
        return address(_rollup);
    }

    /// @notice The Poseidon contract.
    function poseidon() external view returns (address) {
        return address(_poseidon);
    }

    /// @dev EIP-712 digest under the domain of the operator's signatures: name Catalyze, version 1, the rollup's address.
    function _digest(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(DOMAIN_TYPE, keccak256("Catalyze"), keccak256("1"), block.chainid, address(_rollup))
        );
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }

    /// @dev Who signed. Keys only: a contract could take its word back.
    function _signer(bytes32 digest, bytes calldata signature) internal pure returns (address) {
        return ECDSA.recover(digest, signature);
    }

    /// @dev Reverts unless these are the words of proven block `blockNumber`.
    function _requireWords(uint64 blockNumber, bytes calldata words) internal view {
        bytes32 expected = _wordsHashes[blockNumber];
        if (expected == bytes32(0)) revert BlockNotProven(blockNumber);
        if (keccak256(words) != expected) revert BlockWordsMismatch(blockNumber);
    }

    /// @dev Reverts unless the cell at `index` under `root` has these parts. `path`: the four children of each node from the
    /// leaf's parent to the root.
    function _requireCell(
        uint256 root,
        uint256 index,
        uint256 cellStatic,
        uint256 cellDynamic,
        uint256[4][] calldata path
    ) internal view {
        _requireLeaf(root, index, _poseidon.hash2(Schema.DOMAIN_CELL, cellStatic, cellDynamic), path);
    }

    /// @dev Reverts unless the leaf at `index` under `root` has this value: the hash of a cell, or 0 when there is none.
    function _requireLeaf(uint256 root, uint256 index, uint256 value, uint256[4][] calldata path) internal view {
        if (path.length != _depth) revert StateProofInvalid();
        for (uint256 i = 0; i < path.length; i++) {
            if (path[i][index & 3] != value) revert StateProofInvalid();
            value = _poseidon.hash4(Schema.DOMAIN_STATE_NODE, path[i]);
            index >>= 2;
        }
        if (value != root || index != 0) revert StateProofInvalid();
    }

    /// @dev Reverts unless `path` (the sixteen children of each node, the lowest first) leads to `root` at `position`. The
    /// lowest nodes have a domain of their own, so the number of levels can't be lied about.
    function _requireOperation(uint256 root, uint256 position, uint256[16][] calldata path) internal view {
        if (path.length == 0) revert OperationProofInvalid();
        uint256 value = _poseidon.hash16(Schema.DOMAIN_OPERATIONS, path[0]);
        uint256 index = position / OPERATIONS_PER_NODE;
        for (uint256 i = 1; i < path.length; i++) {
            if (path[i][index % CHILDREN] != value) revert OperationProofInvalid();
            value = _poseidon.hash16(Schema.DOMAIN_OPERATIONS_NODE, path[i]);
            index /= CHILDREN;
        }
        if (value != root || index != 0) revert OperationProofInvalid();
    }

    /// @dev Reverts unless nothing is at `position` of a tree of `levels` levels because a node above it is missing: the
    /// path begins with the node that has 0 in its place. An empty path says that the tree ends before the position.
    function _requireMissing(uint256 root, uint256 position, uint256[16][] calldata path, uint256 levels)
        internal
        view
    {
        if (path.length >= levels) revert OperationProofInvalid();
        uint256 index = position / OPERATIONS_PER_NODE;
        for (uint256 i = 1; i < levels - path.length; i++) {
            index /= CHILDREN;
        }
        uint256 value = 0;
        for (uint256 i = 0; i < path.length; i++) {
            if (path[i][index % CHILDREN] != value) revert OperationProofInvalid();
            value = _poseidon.hash16(Schema.DOMAIN_OPERATIONS_NODE, path[i]);
            index /= CHILDREN;
        }
        if (path.length == 0 ? index == 0 : value != root || index != 0) revert OperationProofInvalid();
    }
}
