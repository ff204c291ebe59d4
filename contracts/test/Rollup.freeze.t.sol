// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IL1Queue} from "../src/rollup/IL1Queue.sol";
import {IRollup} from "../src/rollup/IRollup.sol";
import {ISeedRegistry} from "../src/seeds/ISeedRegistry.sol";
import {ForcedFixture} from "./support/ForcedFixture.sol";

contract RollupFreezeTest is ForcedFixture {
    function setUp() external {
        deployFree();
    }

    // Freeze.

    function _overdue() private {
        vm.warp(NOW + 7 days + 1);
    }

    function test_freeze_revertsIfNothingWaits() external {
        Block memory b = nextBlock();
        takeRequests(b, 2);
        submit(b);
        IL1Queue.QueuedRequest memory first = queued(0);
        _overdue();
        vm.expectRevert(IL1Queue.NothingWaiting.selector);
        rollup.freeze(first);
    }

    function test_freeze_revertsIfNotTheOldestRequest() external {
        _overdue();
        IL1Queue.QueuedRequest memory second = queued(1);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.NotTheRequest.selector, 0));
        rollup.freeze(second);
        IL1Queue.QueuedRequest memory first = queued(0);
        first.route -= 1 << 28; // an earlier time
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.NotTheRequest.selector, 0));
        rollup.freeze(first);
    }

    function test_freeze_revertsIfNotOverdue() external {
        vm.warp(NOW + 7 days);
        IL1Queue.QueuedRequest memory first = queued(0);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.NotOverdue.selector, NOW + 7 days));
        rollup.freeze(first);
        vm.warp(NOW + 7 days + 1);
        vm.expectEmit(true, true, true, true, address(rollup));
        emit IL1Queue.Frozen(GENESIS, 0, 0, uint64(NOW + 7 days + 1), true);
        vm.prank(address(0xabc));
        rollup.freeze(first);
        assertEq(rollup.frozenAt(), NOW + 7 days + 1);
    }

    function test_freeze_stopsEverythingThatMovesTheState() external {
        registerSeed(ALICE, 0);
        Statement memory s = statement(3);
        recordStatement(s);
        _overdue();
        IRollup.BlockSubmission[] memory list = one(prove(nextBlock()));
        rollup.freeze(queued(0));
        bytes memory frozen = abi.encodeWithSelector(IL1Queue.RollupFrozen.selector, block.timestamp);
        submitReverts(list, frozen);
        IL1Queue.QueuedRequest memory first = queued(0);
        vm.expectRevert(frozen);
        rollup.freeze(first);
        (uint256 ax, uint256 ay) = keyOf(1);
        vm.expectRevert(frozen);
        rollup.register(ax, ay, 0);
        uint32 order = firstOrderIndex();
        vm.expectRevert(frozen);
        rollup.forcedSettle(s.programId, s.commitment, order, 2, 0);
        vm.startPrank(ALICE);
        vm.expectRevert(frozen);
        rollup.deposit(1, UNIT);
        vm.expectRevert(frozen);
        rollup.exitAccount();
        vm.expectRevert(frozen);
        rollup.exitOrder(order);
        vm.expectRevert(frozen);
        seeds.exitSeed(1);
        vm.expectRevert(frozen);
        seeds.updateTerms(1, ISeedRegistry.Terms(0, 0, 0, 0));
        vm.stopPrank();
        vm.prank(OPERATOR);
        vm.expectRevert(frozen);
        rollup.announceShutdown();
        assertEq(rollup.state().root, GENESIS);
    }

    // Deposits that no block consumed.

    function test_reclaimDeposit_returnsWhatWasNotConsumed() external {
        depositUnits(BOB, 1, 40);
        registerSeed(ALICE, 0);
        exitAccount(ALICE);
        Block memory b = nextBlock();
        takeRequests(b, 2);
        submit(b);
        IL1Queue.QueuedRequest memory deposit = queued(2);
        vm.expectRevert(IL1Queue.NotFrozen.selector);
        rollup.reclaimDeposit(2, deposit);
        _overdue();
        rollup.freeze(deposit);
        IL1Queue.QueuedRequest memory consumed = queued(0);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.RequestConsumed.selector, 0));
        rollup.reclaimDeposit(0, consumed);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.NotTheRequest.selector, 3));
        rollup.reclaimDeposit(3, deposit);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.NotTheRequest.selector, 5));
        rollup.reclaimDeposit(5, deposit);
        deposit.value += 1;
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.NotTheRequest.selector, 2));
        rollup.reclaimDeposit(2, deposit);
        deposit.value -= 1;
        for (uint64 i = 3; i < 5; i++) {
            IL1Queue.QueuedRequest memory other = queued(i);
            vm.expectRevert(abi.encodeWithSelector(IL1Queue.NothingToReclaim.selector, i));
            rollup.reclaimDeposit(i, other);
        }
        uint256 before = ctz.balanceOf(BOB);
        rollup.reclaimDeposit(2, deposit);
        assertEq(ctz.balanceOf(BOB), before + 40 * UNIT);
        assertEq(rollup.liabilities(), 1_000);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.AlreadyReclaimed.selector, 2));
        rollup.reclaimDeposit(2, deposit);
    }

    function test_reclaimDeposit_returnsARegistrationsDepositToTheOwner() external {
        _overdue();
        rollup.freeze(queued(0));
        uint256 before = ctz.balanceOf(ALICE);
        rollup.reclaimDeposit(0, queued(0));
        assertEq(ctz.balanceOf(ALICE), before + 1_000 * UNIT);
        assertEq(rollup.liabilities(), 0);
    }

    function test_freeze_givesUnservedFeesToThePool() external {
        deployWithFees();
        exitAccount(ALICE);
        Block memory b = nextBlock();
        takeRequests(b, 1);
        submit(b);
        (uint256 waiting, uint256 earned) = (rollup.fees().waiting, rollup.fees().earned);
        vm.warp(NOW + 1 hours + 1);
        rollup.freeze(queued(1));
        (uint256 pool, uint256 operator) = (POOL.balance, OPERATOR.balance);
        rollup.collectFees();
        assertEq(POOL.balance, pool + waiting);
        assertEq(OPERATOR.balance, operator + earned);
        assertEq(address(rollup).balance, 0);
    }

    /// @dev An operator that accepts no coin keeps nobody from what is theirs, and finds its part when it accepts again.
    function test_collectFees_paysThePoolWhateverTheOperatorDoes() external {
        deployWithFees();
        exitAccount(ALICE);
        Block memory b = nextBlock();
        takeRequests(b, 1);
        submit(b);
        (uint256 waiting, uint256 earned) = (rollup.fees().waiting, rollup.fees().earned);
        assertTrue(waiting != 0 && earned != 0, "both are owed something");
        vm.warp(NOW + 1 hours + 1);
        rollup.freeze(queued(1));
        // Code that reverts: INVALID.
        vm.etch(OPERATOR, hex"fe");
        uint256 before = POOL.balance;
        assertEq(rollup.collectFees(), 0);
        assertEq(POOL.balance, before + waiting);
        assertEq(rollup.fees().earned, earned);
        vm.etch(OPERATOR, "");
        before = OPERATOR.balance;
        assertEq(rollup.collectFees(), earned);
        assertEq(OPERATOR.balance, before + earned);
        assertEq(address(rollup).balance, 0);
    }

    // Shutdown.

    function test_shutdown_isAnnouncedAndEndsInAFreeze() external {
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this)));
        rollup.announceShutdown();
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.ShutdownNotDue.selector, 0));
        rollup.completeShutdown();
        vm.prank(OPERATOR);
        assertEq(rollup.announceShutdown(), NOW + 14 days);
        bytes memory closing = abi.encodeWithSelector(IL1Queue.ShuttingDown.selector, NOW + 14 days);
        vm.prank(OPERATOR);
        vm.expectRevert(closing);
        rollup.announceShutdown();
        // Nothing new comes in; what is inside can leave, and blocks go on.
        (uint256 ax, uint256 ay) = keyOf(1);
        vm.expectRevert(closing);
        rollup.register(ax, ay, 0);
        uint256 programId = programIdOf(PROGRAM_0);
        vm.expectRevert(closing);
        seeds.register("", "", programId, 1, 0, ISeedRegistry.Terms(0, 0, 0, 0));
        vm.startPrank(ALICE);
        vm.expectRevert(closing);
        rollup.deposit(1, UNIT);
        vm.stopPrank();
        exitAccount(ALICE);
        vm.warp(NOW + 14 days - 1);
        Block memory b = nextBlock();
        takeRequests(b, 3);
        submit(b);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.ShutdownNotDue.selector, NOW + 14 days));
        rollup.completeShutdown();
        vm.warp(NOW + 14 days);
        submitReverts(one(prove(nextBlock())), closing);
        vm.expectEmit(true, true, true, true, address(rollup));
        emit IL1Queue.Frozen(b.roots[1], 1, 3, uint64(NOW + 14 days), false);
        rollup.completeShutdown();
        assertEq(rollup.frozenAt(), NOW + 14 days);
    }
}
