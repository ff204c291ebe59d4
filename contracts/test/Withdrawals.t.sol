// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Withdrawals} from "../src/rollup/Withdrawals.sol";
import {Test} from "./support/Test.sol";
import {WithdrawalVectors} from "./vectors/WithdrawalVectors.sol";

contract WithdrawalsTest is Test {
    function test_root_matchesMerkletreejs() external pure {
        bytes32[10] memory roots = WithdrawalVectors.roots();
        for (uint256 count = 0; count < roots.length; count++) {
            bytes32[] memory leaves = new bytes32[](count);
            for (uint256 i = 0; i < count; i++) {
                leaves[i] = Withdrawals.leaf(
                    address(uint160(WithdrawalVectors.ROLLUP)),
                    WithdrawalVectors.BLOCK_NUMBER,
                    i,
                    address(uint160(2000 + i)),
                    1000 + i
                );
            }
            assertEq(Withdrawals.root(leaves), roots[count]);
        }
    }

    function testFuzz_leaf_bindsEveryInput(address rollup, uint64 number, uint128 i, address to, uint128 amount)
        external
        pure
    {
        bytes32 leaf = Withdrawals.leaf(rollup, number, i, to, amount);
        assertTrue(leaf != Withdrawals.leaf(address(uint160(rollup) ^ 1), number, i, to, amount), "rollup");
        assertTrue(leaf != Withdrawals.leaf(rollup, uint256(number) + 1, i, to, amount), "block");
        assertTrue(leaf != Withdrawals.leaf(rollup, number, uint256(i) + 1, to, amount), "index");
        assertTrue(leaf != Withdrawals.leaf(rollup, number, i, address(uint160(to) ^ 1), amount), "recipient");
        assertTrue(leaf != Withdrawals.leaf(rollup, number, i, to, uint256(amount) + 1), "amount");
    }
}
