// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IL1Queue} from "../src/rollup/IL1Queue.sol";
import {IRollup} from "../src/rollup/IRollup.sol";
import {RollupFixture} from "./support/RollupFixture.sol";

contract RollupExitsTest is RollupFixture {
    function setUp() external {
        deployAll(DEPTH);
        registerAccount(ALICE, 10_000);
    }

    function _freeze() private {
        vm.warp(NOW + 7 days + 1);
        Request memory oldest = queue[0];
        rollup.freeze(IL1Queue.QueuedRequest(oldest.head0, oldest.head1, oldest.route, oldest.value));
    }

    function test_payExit_revertsIfNotTheExitsContract() external {
        assertEq(rollup.exits(), EXITS);
        _freeze();
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotExits.selector, address(this)));
        rollup.payExit(BOB, 1);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotExits.selector, OPERATOR));
        rollup.payExit(BOB, 1);
    }

    function test_payExit_revertsIfNotFrozen() external {
        vm.prank(EXITS);
        vm.expectRevert(IL1Queue.NotFrozen.selector);
        rollup.payExit(BOB, 1);
    }

    function test_payExit_paysAndCounts_andNeverMoreThanIsOwed() external {
        _freeze();
        uint256 before = ctz.balanceOf(BOB);
        vm.prank(EXITS);
        rollup.payExit(BOB, 4_000);
        assertEq(ctz.balanceOf(BOB), before + 4_000 * UNIT);
        assertEq(rollup.liabilities(), 6_000);
        assertEq(rollup.liabilities() * UNIT, ctz.balanceOf(address(rollup)));
        vm.prank(EXITS);
        vm.expectRevert(abi.encodeWithSelector(IRollup.Insolvent.selector, 6_000, 6_001));
        rollup.payExit(BOB, 6_001);
        vm.prank(EXITS);
        rollup.payExit(BOB, 6_000);
        assertEq(rollup.liabilities(), 0);
    }
}
