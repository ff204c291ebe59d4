// SPDX-License-Identifier: MIT
// The Poseidon permutation of widths 3, 4, 5 and 17 in the optimised form with sparse partial rounds. Its parameters are the
// code of the table contracts (src/generated/PoseidonTables.sol), copied to memory for each hash. Assumes that the tables
// are the generated ones; the tests compare every width with the reference.
pragma solidity ^0.8.28;

import {IPoseidon} from "./IPoseidon.sol";

/// @title Poseidon, see {IPoseidon}.
contract Poseidon is IPoseidon {
    /// @dev Order of the scalar field; written again in the assembly below.
    uint256 private constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 private constant FULL_ROUNDS = 8;
    /// @dev Words in a table that is full, and in the last of the tables of width 17.
    uint256 private constant TABLE_WORDS = 767;
    uint256 private constant LAST_TABLE_WORDS = 725;

    address private immutable _table3;
    address private immutable _table4;
    address private immutable _table5;
    address private immutable _table17Part1;
    address private immutable _table17Part2;
    address private immutable _table17Part3;
    address private immutable _table17Part4;

    /// @param tables PoseidonTable3, 4, 5, 17Part1, 17Part2, 17Part3, 17Part4.
    constructor(address[7] memory tables) {
        uint256[7] memory words = [
            _tableWords(3),
            _tableWords(4),
            _tableWords(5),
            TABLE_WORDS,
            TABLE_WORDS,
            TABLE_WORDS,
            LAST_TABLE_WORDS
        ];
        for (uint256 i = 0; i < 7; i++) {
            uint256 expected = 1 + 32 * words[i];
            if (tables[i].code.length != expected) {
                revert TableLengthMismatch(i, expected, tables[i].code.length);
            }
        }
        (_table3, _table4, _table5) = (tables[0], tables[1], tables[2]);
        (_table17Part1, _table17Part2) = (tables[3], tables[4]);
        (_table17Part3, _table17Part4) = (tables[5], tables[6]);
    }

    /// @inheritdoc IPoseidon
    function hash(uint256 domain, uint256[] memory inputs) external view returns (uint256) {
        uint256[] memory state = new uint256[](inputs.length + 1);
        state[0] = domain;
        for (uint256 i = 0; i < inputs.length; i++) {
            state[i + 1] = inputs[i];
        }
        return _hash(state);
    }

    /// @inheritdoc IPoseidon
    function hash2(uint256 domain, uint256 a, uint256 b) external view returns (uint256) {
        uint256[] memory state = new uint256[](3);
        (state[0], state[1], state[2]) = (domain, a, b);
        return _hash(state);
    }

    /// @inheritdoc IPoseidon
    function hash3(uint256 domain, uint256 a, uint256 b, uint256 c) external view returns (uint256) {
        uint256[] memory state = new uint256[](4);
        (state[0], state[1], state[2], state[3]) = (domain, a, b, c);
        return _hash(state);
    }

    /// @inheritdoc IPoseidon
    function hash4(uint256 domain, uint256[4] memory inputs) external view returns (uint256) {
        uint256[] memory state = new uint256[](5);
        (state[0], state[1], state[2], state[3], state[4]) = (domain, inputs[0], inputs[1], inputs[2], inputs[3]);
        return _hash(state);
    }

    /// @inheritdoc IPoseidon
    function hash16(uint256 domain, uint256[16] memory inputs) external view returns (uint256) {
        uint256[] memory state = new uint256[](17);
        state[0] = domain;
        for (uint256 i = 0; i < 16; i++) {
            state[i + 1] = inputs[i];
        }
        return _hash(state);
    }

    /// @dev Constants, two matrices, and per partial round a row and a column that share their head.
    function _tableWords(uint256 width) private pure returns (uint256) {
        uint256 partialRounds = _partialRounds(width);
        return FULL_ROUNDS * width + partialRounds + 2 * width * width + partialRounds * (2 * width - 1);
    }

    function _partialRounds(uint256 width) private pure returns (uint256) {
        if (width == 3) return 57;
        if (width == 4) return 56;
        if (width == 5) return 60;
        if (width == 17) return 68;
        revert InputCountNotSupported(width - 1);
    }

    function _hash(uint256[] memory state) private view returns (uint256) {
        uint256 width = state.length;
        uint256 partialRounds = _partialRounds(width);
        for (uint256 i = 0; i < width; i++) {
            if (state[i] >= R) revert ValueNotInField(i, state[i]);
        }
        uint256[] memory other = new uint256[](width);
        return _permute(state, other, partialRounds, _load(width));
    }

    /// @dev Copies the table of a width behind the free memory and returns its address.
    function _load(uint256 width) private view returns (uint256 table) {
        assembly ("memory-safe") {
            table := mload(0x40)
        }
        uint256 end = table;
        if (width == 17) {
            end = _copy(_table17Part1, end, TABLE_WORDS);
            end = _copy(_table17Part2, end, TABLE_WORDS);
            end = _copy(_table17Part3, end, TABLE_WORDS);
            end = _copy(_table17Part4, end, LAST_TABLE_WORDS);
        } else {
            address source = width == 3 ? _table3 : width == 4 ? _table4 : _table5;
            end = _copy(source, end, _tableWords(width));
        }
        assembly ("memory-safe") {
            mstore(0x40, end)
        }
    }

    function _copy(address source, uint256 target, uint256 words) private view returns (uint256 end) {
        end = target + 32 * words;
        assembly ("memory-safe") {
            // One byte in front of the words keeps the data from being run.
            extcodecopy(source, target, 1, mul(32, words))
        }
    }

    /// @dev Output 0. `state` and `other` have the same length and are both overwritten.
    function _permute(uint256[] memory state, uint256[] memory other, uint256 partialRounds, uint256 table)
        private
        pure
        returns (uint256 result)
    {
        assembly ("memory-safe") {
            function fifthPower(x) -> y {
                let r := 21888242871839275222246405745257275088548364400416034343698204186575808495617
                y := mulmod(x, x, r)
                y := mulmod(mulmod(y, y, r), x, r)
            }
            // Fifth powers, then the round's constants.
            function substitute(values, size, constants) {
                let r := 21888242871839275222246405745257275088548364400416034343698204186575808495617
                for { let end := add(values, size) } lt(values, end) { values := add(values, 32) } {
                    mstore(values, addmod(fifthPower(mload(values)), mload(constants), r))
                    constants := add(constants, 32)
                }
            }
            // Scalar product. Up to five summands below r fit into a word.
            function product(row, values, size) -> sum {
                let r := 21888242871839275222246405745257275088548364400416034343698204186575808495617
                let end := add(values, size)
                sum := mulmod(mload(row), mload(values), r)
                row := add(row, 32)
                values := add(values, 32)
                for {} gt(sub(end, values), 127) {} {
                    sum := add(sum, mulmod(mload(row), mload(values), r))
                    sum := add(sum, mulmod(mload(add(row, 32)), mload(add(values, 32)), r))
                    sum := add(sum, mulmod(mload(add(row, 64)), mload(add(values, 64)), r))
                    sum := mod(add(sum, mulmod(mload(add(row, 96)), mload(add(values, 96)), r)), r)
                    row := add(row, 128)
                    values := add(values, 128)
                }
                for {} lt(values, end) {} {
                    sum := addmod(sum, mulmod(mload(row), mload(values), r), r)
                    row := add(row, 32)
                    values := add(values, 32)
                }
            }
            // target = matrix · values, row by row.
            function mix(values, target, size, matrix) {
                for { let end := add(target, size) } lt(target, end) { target := add(target, 32) } {
                    mstore(target, product(matrix, values, size))
                    matrix := add(matrix, size)
                }
            }
            // One partial round: power and constant of element 0; its new value; its share in the others.
            function partialRound(values, size, constant_, sparse) {
                let r := 21888242871839275222246405745257275088548364400416034343698204186575808495617
                let head := addmod(fifthPower(mload(values)), constant_, r)
                mstore(values, head)
                let first := product(sparse, values, size)
                mstore(values, first)
                let end := add(values, size)
                sparse := add(sparse, size)
                values := add(values, 32)
                for {} gt(sub(end, values), 127) {} {
                    let next := add(values, 32)
                    mstore(values, addmod(mload(values), mulmod(head, mload(sparse), r), r))
                    mstore(next, addmod(mload(next), mulmod(head, mload(add(sparse, 32)), r), r))
                    next := add(values, 64)
                    mstore(next, addmod(mload(next), mulmod(head, mload(add(sparse, 64)), r), r))
                    next := add(values, 96)
                    mstore(next, addmod(mload(next), mulmod(head, mload(add(sparse, 96)), r), r))
                    sparse := add(sparse, 128)
                    values := add(values, 128)
                }
                for {} lt(values, end) { values := add(values, 32) } {
                    mstore(values, addmod(mload(values), mulmod(head, mload(sparse), r), r))
                    sparse := add(sparse, 32)
                }
            }
            // Three full rounds; they end in the other of the two arrays.
            function threeRounds(values, target, size, constants, matrix) {
                substitute(values, size, constants)
                mix(values, target, size, matrix)
                substitute(target, size, add(constants, size))
                mix(target, values, size, matrix)
                substitute(values, size, add(constants, add(size, size)))
                mix(values, target, size, matrix)
            }

            let size := mul(32, mload(state))
            let a := add(state, 32)
            let b := add(other, 32)
            let constants := table
            let matrix := add(table, add(mul(8, size), mul(32, partialRounds)))
            let area := mul(size, mload(state))
            let sparse := add(matrix, add(area, area))

            for { let i := 0 } lt(i, size) { i := add(i, 32) } {
                let r := 21888242871839275222246405745257275088548364400416034343698204186575808495617
                mstore(add(a, i), addmod(mload(add(a, i)), mload(add(constants, i)), r))
            }
            constants := add(constants, size)
            threeRounds(a, b, size, constants, matrix)
            constants := add(constants, mul(3, size))
            substitute(b, size, constants)
            mix(b, a, size, add(matrix, area))
            constants := add(constants, size)
            for { let end := add(constants, mul(32, partialRounds)) } lt(constants, end) {} {
                partialRound(a, size, mload(constants), sparse)
                constants := add(constants, 32)
                sparse := add(sparse, sub(add(size, size), 32))
            }
            threeRounds(a, b, size, constants, matrix)
            for { let i := 0 } lt(i, size) { i := add(i, 32) } {
                mstore(add(b, i), fifthPower(mload(add(b, i))))
            }
            result := product(matrix, b, size)
        }
    }
}
