// SPDX-License-Identifier: MIT
// Poseidon against the reference's vectors, its refusals, and its gas.
pragma solidity ^0.8.28;

import {Schema} from "../src/generated/Schema.sol";
import {IPoseidon} from "../src/hash/IPoseidon.sol";
import {Poseidon} from "../src/hash/Poseidon.sol";
import {PoseidonFixture} from "./support/PoseidonFixture.sol";
import {Test} from "./support/Test.sol";
import {PoseidonVectors} from "./vectors/PoseidonVectors.sol";

contract PoseidonTest is Test, PoseidonFixture {
    Poseidon private poseidon;

    function setUp() external {
        poseidon = deployPoseidon();
    }

    function test_hash_matchesReference() external view {
        for (uint256 i = 0; i < PoseidonVectors.COUNT; i++) {
            PoseidonVectors.Vector memory v = PoseidonVectors.vector(i);
            assertEq(poseidon.hash(v.domain, v.inputs), v.result, "hash");
            uint256[] memory x = v.inputs;
            if (x.length == 2) assertEq(poseidon.hash2(v.domain, x[0], x[1]), v.result, "hash2");
            if (x.length == 3) assertEq(poseidon.hash3(v.domain, x[0], x[1], x[2]), v.result, "hash3");
            if (x.length == 4) assertEq(poseidon.hash4(v.domain, [x[0], x[1], x[2], x[3]]), v.result, "hash4");
            if (x.length == 16) assertEq(poseidon.hash16(v.domain, sixteen(x)), v.result, "hash16");
        }
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_hash_revertsIfValueNotInField(uint256 seed, uint256 excess) external {
        uint256[4] memory counts = [uint256(2), 3, 4, 16];
        uint256[] memory inputs = new uint256[](counts[seed % 4]);
        uint256 position = (seed / 4) % (inputs.length + 1);
        uint256 value = bound(excess, Schema.FIELD_MODULUS, type(uint256).max);
        if (position > 0) inputs[position - 1] = value;
        vm.expectRevert(abi.encodeWithSelector(IPoseidon.ValueNotInField.selector, position, value));
        poseidon.hash(position == 0 ? value : 0, inputs);
    }

    function test_hash_revertsIfInputCountNotSupported() external {
        uint256[6] memory counts = [uint256(0), 1, 5, 15, 17, 40];
        for (uint256 i = 0; i < counts.length; i++) {
            vm.expectRevert(abi.encodeWithSelector(IPoseidon.InputCountNotSupported.selector, counts[i]));
            poseidon.hash(0, new uint256[](counts[i]));
        }
    }

    function test_constructor_revertsIfTableLengthWrong() external {
        for (uint256 i = 0; i < 7; i++) {
            address[7] memory tables = poseidonTables();
            uint256 expected = tables[i].code.length;
            tables[i] = address(0xdead);
            vm.expectRevert(abi.encodeWithSelector(IPoseidon.TableLengthMismatch.selector, i, expected, 0));
            new Poseidon(tables);
        }
    }

    function test_gas_hash() external {
        poseidon.hash2(1, 2, 3);
        vm.snapshotGasLastCall("poseidon", "2 inputs");
        poseidon.hash3(1, 2, 3, 4);
        vm.snapshotGasLastCall("poseidon", "3 inputs");
        poseidon.hash4(1, [uint256(2), 3, 4, 5]);
        uint256 four = vm.snapshotGasLastCall("poseidon", "4 inputs");
        uint256[16] memory inputs;
        poseidon.hash16(1, inputs);
        uint256 many = vm.snapshotGasLastCall("poseidon", "16 inputs");
        assertTrue(four < 150_000 && many < 1_500_000, "too much gas");
    }

    function sixteen(uint256[] memory x) private pure returns (uint256[16] memory y) {
        for (uint256 i = 0; i < 16; i++) {
            y[i] = x[i];
        }
    }
}
