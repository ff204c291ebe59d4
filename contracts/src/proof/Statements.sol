// SPDX-License-Identifier: MIT
// The statement's vector (docs/protocol.md §1): 3 head words, 3 tail words, 189 bytes, no unused words.
pragma solidity ^0.8.28;

import {Schema} from "../generated/Schema.sol";
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

    /// @dev Public signals y and z. Checks length and heads; the domain, which is returned too, is the caller's to check.
    function signals(address binder, uint256 programId, uint256 commitment, bytes calldata words)
        internal
        view
        returns (uint256 y, uint256 z, uint256 domain_)
    {
        if (words.length != LENGTH) revert PublicData.WordsLengthMismatch(LENGTH, words.length);
        z = PublicData.challenge(binder, programId, commitment, words);
        uint256 r = Schema.FIELD_MODULUS;
        bool inField;
        assembly ("memory-safe") {
            let start := words.offset
            let claim0 := calldataload(start)
            let claim1 := calldataload(add(start, 32))
            let claim2 := calldataload(add(start, 64))
            inField := and(and(lt(claim0, r), lt(claim1, r)), lt(claim2, r))
            domain_ := shr(8, calldataload(add(start, 96)))
            // Horner from the last word; a tail word, below 2^248, added to a reduced value does not overflow.
            y := shr(8, calldataload(add(start, 158)))
            y := add(mulmod(y, z, r), shr(8, calldataload(add(start, 127))))
            y := add(mulmod(y, z, r), domain_)
            y := addmod(mulmod(y, z, r), claim2, r)
            y := addmod(mulmod(y, z, r), claim1, r)
            y := addmod(mulmod(y, z, r), claim0, r)
        }
        if (!inField) {
            for (uint256 i = 0; i < HEADS; i++) {
                if (claim(words, i) >= r) revert PublicData.WordNotInField(32 * i, claim(words, i));
            }
        }
    }
}
