// SPDX-License-Identifier: MIT
// Records of blocks by epoch: how they grow over single and several blocks, and which proofs they accept.
pragma solidity ^0.8.28;

import {IRollup} from "../src/rollup/IRollup.sol";
import {RollupFixture} from "./support/RollupFixture.sol";

contract RollupHistoryTest is RollupFixture {
    /// @dev Hash of the words of each block from number 1 on.
    bytes32[] private _hashes;

    function setUp() external {
        deployAll(DEPTH);
    }

    /// @dev Submits the next `count` blocks in one transaction.
    function _submitBlocks(uint256 count) private {
        IRollup.BlockSubmission[] memory list = new IRollup.BlockSubmission[](count);
        Block memory b;
        for (uint256 i = 0; i < count; i++) {
            b = i == 0 ? nextBlock() : blockAfter(b);
            _hashes.push(keccak256(encodeWords(b)));
            list[i] = prove(b);
        }
        submit(list);
    }

    /// @dev Record of an epoch, hashed from scratch.
    function _record(uint256 epoch) private view returns (bytes32 record) {
        for (uint256 number = 16 * epoch + 1; number <= 16 * (epoch + 1) && number <= _hashes.length; number++) {
            record = keccak256(abi.encode(record, _hashes[number - 1]));
        }
    }

    function _proof(uint256 number) private view returns (IRollup.BlockProof memory proof) {
        uint256 first = 16 * ((number - 1) / 16) + 1;
        for (uint256 i = first; i < number; i++) {
            proof.before = keccak256(abi.encode(proof.before, _hashes[i - 1]));
        }
        uint256 last = first + 15 < _hashes.length ? first + 15 : _hashes.length;
        proof.later = new bytes32[](last - number);
        for (uint256 i = 0; i < proof.later.length; i++) {
            proof.later[i] = _hashes[number + i];
        }
    }

    function _isBlock(uint256 number, bytes32 wordsHash, IRollup.BlockProof memory proof) private view returns (bool) {
        return rollup.isBlock(uint64(number), wordsHash, proof);
    }

    function _requireRecords() private view {
        for (uint256 epoch = 0; epoch < 4; epoch++) {
            assertEq(rollup.history(uint64(epoch)), _record(epoch));
        }
        assertEq(rollup.history(type(uint64).max / 16), bytes32(0));
        for (uint256 number = 1; number <= _hashes.length; number++) {
            IRollup.BlockProof memory proof = _proof(number);
            assertTrue((proof.before == bytes32(0)) == (number % 16 == 1));
            for (uint256 other = 0; other <= _hashes.length + 17; other++) {
                assertTrue(_isBlock(other, _hashes[number - 1], proof) == (other == number));
            }
        }
    }

    function test_history_growsOverSingleBlocks() external {
        for (uint256 i = 0; i < 18; i++) {
            _submitBlocks(1);
            assertEq(rollup.history(uint64(i / 16)), _record(i / 16));
        }
        _requireRecords();
    }

    function test_history_growsOverSeveralBlocksThatEndEpochs() external {
        _submitBlocks(15);
        _requireRecords();
        // The sixteenth and the first of the next epoch; then up to an end exactly; then over a whole epoch.
        _submitBlocks(2);
        _requireRecords();
        _submitBlocks(15);
        _requireRecords();
        assertEq(rollup.history(2), bytes32(0));
        _submitBlocks(17);
        _requireRecords();
    }

    function test_history_isStoredOnceForEachEpochOfATransaction() external {
        _submitBlocks(14);
        IRollup.BlockSubmission[] memory list = new IRollup.BlockSubmission[](4);
        Block memory b;
        for (uint256 i = 0; i < 4; i++) {
            b = i == 0 ? nextBlock() : blockAfter(b);
            list[i] = prove(b);
        }
        vm.record();
        submit(list);
        (, bytes32[] memory writes) = vm.accesses(address(rollup));
        // Two records and the two words of the state.
        assertEq(writes.length, 4);
    }

    function test_isBlock_rejectsOtherHashesAndProofs() external {
        _submitBlocks(5);
        for (uint256 number = 1; number <= 5; number++) {
            bytes32 hash = _hashes[number - 1];
            IRollup.BlockProof memory proof = _proof(number);
            assertFalse(_isBlock(number, hash ^ bytes32(uint256(1)), proof), "other words");
            assertFalse(_isBlock(number, bytes32(0), proof), "no words");
            proof.before ^= bytes32(uint256(1));
            assertFalse(_isBlock(number, hash, proof), "other record before");
            proof = _proof(number);
            for (uint256 i = 0; i < proof.later.length; i++) {
                proof.later[i] ^= bytes32(uint256(1));
                assertFalse(_isBlock(number, hash, proof), "other block later");
                proof.later[i] ^= bytes32(uint256(1));
            }
            assertTrue(_isBlock(number, hash, proof));
        }
    }

    function test_isBlock_bindsTheNumberOfLaterBlocks() external {
        _submitBlocks(5);
        // The chain from block 3 on, told of every other number: its end is the record, only its length is wrong.
        IRollup.BlockProof memory proof = _proof(3);
        for (uint256 number = 0; number < 20; number++) {
            assertTrue(_isBlock(number, _hashes[2], proof) == (number == 3));
        }
        // The record itself as "before" of a block that is not there yet, and as the words of the last one.
        proof = IRollup.BlockProof(_record(0), new bytes32[](0));
        assertFalse(_isBlock(6, _hashes[4], proof));
        assertFalse(_isBlock(5, _record(0), proof));
        // One hash less, one more.
        proof = _proof(3);
        proof.later = new bytes32[](1);
        proof.later[0] = _hashes[3];
        assertFalse(_isBlock(3, _hashes[2], proof));
        proof.later = new bytes32[](3);
        (proof.later[0], proof.later[1]) = (_hashes[3], _hashes[4]);
        assertFalse(_isBlock(3, _hashes[2], proof));
    }

    function test_isBlock_asksForAnotherProofWhenTheEpochGrows() external {
        _submitBlocks(2);
        IRollup.BlockProof memory proof = _proof(1);
        assertTrue(_isBlock(1, _hashes[0], proof));
        _submitBlocks(1);
        assertFalse(_isBlock(1, _hashes[0], proof), "one more block");
        _submitBlocks(13);
        proof = _proof(1);
        // A full epoch's proofs stay.
        _submitBlocks(2);
        assertTrue(_isBlock(1, _hashes[0], proof));
    }
}
