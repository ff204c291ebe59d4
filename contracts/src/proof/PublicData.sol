// SPDX-License-Identifier: MIT
// Public data of circuits (docs/protocol.md §1): the challenge z, and y = Σ d_i zⁱ over a vector of which only the used
// words stand in calldata. Assumes nothing about the words; the caller binds C, y and z by the proof.
pragma solidity ^0.8.28;

import {Schema} from "../generated/Schema.sol";

/// @title Evaluation of public-data vectors.
library PublicData {
    /// @notice A head word is not below r. `offset` is its place in the bytes.
    error WordNotInField(uint256 offset, uint256 word);
    /// @notice The bytes are not exactly the used words.
    error WordsLengthMismatch(uint256 expected, uint256 given);
    /// @notice A segment uses more words than it has.
    error TooManyWords(uint256 segment, uint256 used, uint256 capacity);

    uint256 private constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 private constant CAPACITY_SHIFT = 64;
    uint256 private constant HEAD_SHIFT = 128;
    uint256 private constant FIELD_MASK = type(uint64).max;

    /// @dev A segment of head words (32 bytes, below r).
    function headSegment(uint256 capacity, uint256 used) internal pure returns (uint256) {
        return (1 << HEAD_SHIFT) | (capacity << CAPACITY_SHIFT) | used;
    }

    /// @dev A segment of tail words (31 bytes).
    function tailSegment(uint256 capacity, uint256 used) internal pure returns (uint256) {
        return (capacity << CAPACITY_SHIFT) | used;
    }

    /// @dev z of one proof: binds chain, deployment, circuit, C and the used words.
    function challenge(address binder, uint256 programId, uint256 commitment, bytes32 wordsHash)
        internal
        view
        returns (uint256)
    {
        // keccak256(abi.encode(domain, chain id, binder, program id, C, hash of the words)), in memory that stays free.
        bytes32 domain = Schema.CHALLENGE_DOMAIN;
        uint256 z;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, domain)
            mstore(add(free, 32), chainid())
            mstore(add(free, 64), binder)
            mstore(add(free, 96), programId)
            mstore(add(free, 128), commitment)
            mstore(add(free, 160), wordsHash)
            z := mod(keccak256(free, 192), R)
        }
        return z;
    }

    /// @dev z of one proof, from its words.
    function challenge(address binder, uint256 programId, uint256 commitment, bytes calldata words)
        internal
        view
        returns (uint256 z)
    {
        bytes32 domain = Schema.CHALLENGE_DOMAIN;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, words.offset, words.length)
            let wordsHash := keccak256(free, words.length)
            mstore(free, domain)
            mstore(add(free, 32), chainid())
            mstore(add(free, 64), binder)
            mstore(add(free, 96), programId)
            mstore(add(free, 128), commitment)
            mstore(add(free, 160), wordsHash)
            z := mod(keccak256(free, 192), R)
        }
    }

    /// @dev keccak256 of the words, in memory that stays free.
    function hash(bytes calldata words) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, words.offset, words.length)
            digest := keccak256(free, words.length)
        }
    }

    /// @dev keccak256(abi.encode(domain, chain id, account)) >> 8: operation and statement domains.
    function addressDomain(bytes32 domain, address account) internal view returns (uint256) {
        return uint256(keccak256(abi.encode(domain, block.chainid, account))) >> 8;
    }

    /// @dev Where an evaluation from the last word to the first stands.
    /// @param y Value of the words read, as if the next one had the power 0.
    /// @param end Place in calldata behind the words to come.
    /// @param unused Words since the last used one.
    /// @param z The challenge.
    /// @param inField Whether all heads were below r.
    struct Cursor {
        uint256 y;
        uint256 end;
        uint256 unused;
        uint256 z;
        bool inField;
    }

    /// @dev Before the last word.
    function start(bytes calldata words, uint256 z) internal pure returns (Cursor memory) {
        uint256 end;
        assembly ("memory-safe") {
            end := add(words.offset, words.length)
        }
        return Cursor(0, end, 0, z, true);
    }

    /// @dev Reads a segment of which words are used; the caller has checked that they are not more than it has.
    function read(Cursor memory cursor, bool head, uint256 capacity, uint256 used) internal pure {
        unchecked {
            uint256 unused = cursor.unused + capacity - used;
            uint256 z = cursor.z;
            uint256 y = cursor.y;
            // A zero y stays zero, so the unused rest at the end of the vector costs nothing.
            if (unused != 0 && y != 0) y = mulmod(y, power(z, unused), R);
            cursor.unused = 0;
            uint256 end = cursor.end;
            uint256 begin;
            if (head) {
                bool inField;
                begin = end - used * Schema.HEAD_BYTES;
                (cursor.y, inField) = _evaluateHeads(begin, end, z, y);
                if (!inField) cursor.inField = false;
            } else {
                begin = end - used * Schema.TAIL_BYTES;
                cursor.y = _evaluateTails(begin, end, z, y);
            }
            cursor.end = begin;
        }
    }

    /// @dev y over all segments, in their order in the vector. Checks counts, exact length, and heads below r.
    function evaluate(bytes calldata words, uint256[] memory segments, uint256 z) internal pure returns (uint256 y) {
        _requireLength(words, segments);
        Cursor memory cursor = start(words, z);
        unchecked {
            for (uint256 i = segments.length; i > 0; i--) {
                uint256 segment = segments[i - 1];
                read(cursor, segment >> HEAD_SHIFT != 0, (segment >> CAPACITY_SHIFT) & FIELD_MASK, segment & FIELD_MASK);
            }
        }
        if (!cursor.inField) revertAtWord(words, segments);
        return cursor.y;
    }

    function _requireLength(bytes calldata words, uint256[] memory segments) private pure {
        uint256 expected;
        for (uint256 i = 0; i < segments.length; i++) {
            uint256 segment = segments[i];
            uint256 used = segment & FIELD_MASK;
            uint256 capacity = (segment >> CAPACITY_SHIFT) & FIELD_MASK;
            if (used > capacity) revert TooManyWords(i, used, capacity);
            expected += used * (segment >> HEAD_SHIFT != 0 ? Schema.HEAD_BYTES : Schema.TAIL_BYTES);
        }
        if (words.length != expected) revert WordsLengthMismatch(expected, words.length);
    }

    /// @dev Horner from the last word to the first. A tail word is below 2^248, so the sum with a reduced value does not
    /// overflow and is reduced by the next multiplication.
    function _evaluateTails(uint256 first, uint256 end, uint256 z, uint256 y) private pure returns (uint256) {
        assembly ("memory-safe") {
            let r := R
            // Four words at a time while there are four.
            for { let limit := add(first, 123) } gt(end, limit) {} {
                y := add(mulmod(y, z, r), shr(8, calldataload(sub(end, 31))))
                y := add(mulmod(y, z, r), shr(8, calldataload(sub(end, 62))))
                y := add(mulmod(y, z, r), shr(8, calldataload(sub(end, 93))))
                end := sub(end, 124)
                y := add(mulmod(y, z, r), shr(8, calldataload(end)))
            }
            for {} gt(end, first) {} {
                end := sub(end, 31)
                y := add(mulmod(y, z, r), shr(8, calldataload(end)))
            }
            y := mod(y, r)
        }
        return y;
    }

    function _evaluateHeads(uint256 first, uint256 end, uint256 z, uint256 y) private pure returns (uint256, bool) {
        bool inField = true;
        assembly ("memory-safe") {
            let r := R
            for {} gt(end, first) {} {
                end := sub(end, 32)
                let word := calldataload(end)
                inField := and(inField, lt(word, r))
                y := addmod(mulmod(y, z, r), word, r)
            }
        }
        return (y, inField);
    }

    /// @dev Names the first head word that is not below r.
    function revertAtWord(bytes calldata words, uint256[] memory segments) internal pure {
        uint256 offset;
        for (uint256 i = 0; i < segments.length; i++) {
            uint256 used = segments[i] & FIELD_MASK;
            bool head = segments[i] >> HEAD_SHIFT != 0;
            for (uint256 j = 0; head && j < used; j++) {
                uint256 word = uint256(bytes32(words[offset + 32 * j:offset + 32 * j + 32]));
                if (word >= R) revert WordNotInField(offset + 32 * j, word);
            }
            offset += used * (head ? Schema.HEAD_BYTES : Schema.TAIL_BYTES);
        }
    }

    /// @dev base^exponent mod r.
    function power(uint256 base, uint256 exponent) internal pure returns (uint256 result) {
        result = 1;
        assembly ("memory-safe") {
            let r := R
            for {} exponent { exponent := shr(1, exponent) } {
                if and(exponent, 1) { result := mulmod(result, base, r) }
                base := mulmod(base, base, r)
            }
        }
    }
}
