// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Schema} from "../src/generated/Schema.sol";
import {PublicData} from "../src/proof/PublicData.sol";
import {Test} from "./support/Test.sol";
import {PublicDataVectors} from "./vectors/PublicDataVectors.sol";

contract PublicDataHarness {
    function evaluate(bytes calldata words, uint256[] memory segments, uint256 z) external pure returns (uint256) {
        return PublicData.evaluate(words, segments, z);
    }

    function challenge(address binder, uint256 programId, uint256 commitment, bytes calldata words)
        external
        view
        returns (uint256)
    {
        return PublicData.challenge(binder, programId, commitment, keccak256(words));
    }
}

contract PublicDataTest is Test {
    uint256 private constant R = Schema.FIELD_MODULUS;
    PublicDataHarness private harness = new PublicDataHarness();

    function test_evaluate_matchesTypeScript() external view {
        for (uint256 i = 0; i < PublicDataVectors.COUNT; i++) {
            PublicDataVectors.Vector memory vector = PublicDataVectors.vector(i);
            address binder = address(uint160(PublicDataVectors.BINDER));
            uint256 z = harness.challenge(binder, vector.programId, vector.commitment, vector.words);
            assertEq(z, vector.z, "z");
            assertEq(harness.evaluate(vector.words, vector.segments, z), vector.y, "y");
        }
    }

    function test_addressDomain_matchesTypeScript() external view {
        address binder = address(uint160(PublicDataVectors.BINDER));
        uint256 operation = PublicData.addressDomain(Schema.OPERATION_DOMAIN, binder);
        uint256 statement = PublicData.addressDomain(Schema.STATEMENT_DOMAIN, binder);
        assertEq(operation, PublicDataVectors.OPERATION_DOMAIN);
        assertEq(statement, PublicDataVectors.STATEMENT_DOMAIN);
    }

    function test_challenge_bindsEveryInput() external {
        PublicDataVectors.Vector memory v = PublicDataVectors.vector(1);
        address binder = address(uint160(PublicDataVectors.BINDER));
        assertTrue(harness.challenge(address(1), v.programId, v.commitment, v.words) != v.z, "binder");
        assertTrue(harness.challenge(binder, v.programId + 1, v.commitment, v.words) != v.z, "program");
        assertTrue(harness.challenge(binder, v.programId, v.commitment + 1, v.words) != v.z, "commitment");
        v.words[3] = bytes1(uint8(v.words[3]) + 1);
        assertTrue(harness.challenge(binder, v.programId, v.commitment, v.words) != v.z, "words");
        v.words[3] = bytes1(uint8(v.words[3]) - 1);
        vm.chainId(1);
        assertTrue(harness.challenge(binder, v.programId, v.commitment, v.words) != v.z, "chain");
    }

    function test_evaluate_revertsIfSegmentTooFull() external {
        uint256[] memory segments = new uint256[](2);
        segments[0] = PublicData.headSegment(1, 1);
        segments[1] = PublicData.tailSegment(2, 3);
        vm.expectRevert(abi.encodeWithSelector(PublicData.TooManyWords.selector, 1, 3, 2));
        harness.evaluate(new bytes(32 + 93), segments, 5);
    }

    function test_evaluate_revertsIfLengthDiffers() external {
        uint256[] memory segments = new uint256[](2);
        segments[0] = PublicData.headSegment(2, 1);
        segments[1] = PublicData.tailSegment(3, 2);
        for (uint256 length = 93; length < 96; length++) {
            if (length == 94) continue;
            vm.expectRevert(abi.encodeWithSelector(PublicData.WordsLengthMismatch.selector, 94, length));
            harness.evaluate(new bytes(length), segments, 5);
        }
        assertEq(harness.evaluate(new bytes(94), segments, 5), 0);
    }

    function test_evaluate_revertsIfHeadNotInField() external {
        uint256[] memory segments = new uint256[](3);
        segments[0] = PublicData.headSegment(1, 1);
        segments[1] = PublicData.tailSegment(1, 1);
        segments[2] = PublicData.headSegment(2, 2);
        bytes memory words = abi.encodePacked(R - 1, bytes31(type(uint248).max), R - 1, R);
        vm.expectRevert(abi.encodeWithSelector(PublicData.WordNotInField.selector, 95, R));
        harness.evaluate(words, segments, 5);
        words = abi.encodePacked(R + 1, bytes31(0), R, R - 1);
        vm.expectRevert(abi.encodeWithSelector(PublicData.WordNotInField.selector, 0, R + 1));
        harness.evaluate(words, segments, 5);
        words = abi.encodePacked(R - 1, bytes31(type(uint248).max), R - 1, R - 1);
        harness.evaluate(words, segments, 5);
    }

    function testFuzz_evaluate_matchesReference(uint256 seed, uint256 z) external view {
        z %= R;
        uint256 count = seed % 7;
        uint256[] memory segments = new uint256[](count);
        uint256[] memory vector = new uint256[](7 * 12);
        uint256 length;
        bytes memory words;
        for (uint256 s = 0; s < count; s++) {
            uint256 random = uint256(keccak256(abi.encode(seed, s)));
            uint256 capacity = random % 12;
            uint256 used = (random >> 8) % (capacity + 1);
            bool head = (random >> 16) % 2 == 0;
            segments[s] = head ? PublicData.headSegment(capacity, used) : PublicData.tailSegment(capacity, used);
            for (uint256 i = 0; i < used; i++) {
                uint256 word = uint256(keccak256(abi.encode(seed, s, i)));
                word = head ? word % R : word >> 8;
                vector[length + i] = word;
                words = head ? abi.encodePacked(words, word) : abi.encodePacked(words, bytes31(uint248(word)));
            }
            length += capacity;
        }
        uint256 y;
        for (uint256 i = length; i > 0; i--) {
            y = addmod(mulmod(y, z, R), vector[i - 1] % R, R);
        }
        assertEq(harness.evaluate(words, segments, z), y);
    }

    function testFuzz_power_matchesRepeatedMultiplication(uint256 base, uint256 exponent) external pure {
        exponent %= 300;
        base %= R;
        uint256 expected = 1;
        for (uint256 i = 0; i < exponent; i++) {
            expected = mulmod(expected, base, R);
        }
        assertEq(PublicData.power(base, exponent), expected);
    }
}
