// SPDX-License-Identifier: MIT
// The statement's vector (docs/protocol.md §1): 3 head words, 3 tail words, 189 bytes, no unused words.
pragma solidity ^0.8.28;

import {Schema} from "../generated/Schema.sol";
import {IGroth16Verifier} from "./IGroth16Verifier.sol";
import {PublicData} from "./PublicData.sol";

/// @title Reading statements and turning them into what the verifier takes.
library Statements {
    uint256 private constant HEADS = 3;
    uint256 private constant TAILS = 3;
    /// @dev Bytes of a statement.
    uint256 internal constant LENGTH = HEADS * Schema.HEAD_BYTES + TAILS * Schema.TAIL_BYTES;
    uint256 private constant TERMS = HEADS * Schema.HEAD_BYTES;

    /// @dev Domain of statements for the deployment of `binder` on this chain.
    function domain(address binder) internal view returns (uint256) {
        return PublicData.addressDomain(Schema.STATEMENT_DOMAIN, binder);
    }

    /// @dev Head word 0 … 2: parameters commitment, inputs root, results root.
    function claim(bytes calldata words, uint256 i) internal pure returns (uint256) {
        return uint256(bytes32(words[i * 32:i * 32 + 32]));
    }

    /// @dev Tail word 0 … 2: statement domain, `StatementRange`, price per job.
    function term(bytes calldata words, uint256 i) internal pure returns (uint256) {
        uint256 offset = TERMS + i * Schema.TAIL_BYTES;
        return uint248(bytes31(words[offset:offset + Schema.TAIL_BYTES]));
    }

    /// @dev The verifier's entry. Checks length and heads; the domain is the caller's to check.
    function toEntry(
        address binder,
        address key,
        uint256 programId,
        uint256 commitment,
        bytes calldata words,
        uint256[8] calldata proof
    ) internal view returns (IGroth16Verifier.BatchEntry memory) {
        uint256[] memory segments = new uint256[](2);
        segments[0] = PublicData.headSegment(HEADS, HEADS);
        segments[1] = PublicData.tailSegment(TAILS, TAILS);
        uint256 z = PublicData.challenge(binder, programId, commitment, keccak256(words));
        uint256 y = PublicData.evaluate(words, segments, z);
        return IGroth16Verifier.BatchEntry(key, commitment, y, z, proof);
    }
}
