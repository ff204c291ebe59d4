// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Schema} from "../src/generated/Schema.sol";
import {IL1Queue} from "../src/rollup/IL1Queue.sol";
import {IRollup} from "../src/rollup/IRollup.sol";
import {ISeedRegistry} from "../src/seeds/ISeedRegistry.sol";
import {ForcedFixture} from "./support/ForcedFixture.sol";

/// @dev Accepts no coin.
contract Unpayable {
    function enter(IRollup rollup, uint256 ax, uint256 ay) external payable {
        rollup.register{value: msg.value}(ax, ay, 0);
    }
}

contract RollupFeesTest is ForcedFixture {
    function setUp() external {
        deployFree();
    }

    // Fees.

    function test_fee_revertsIfTooLow() external {
        deployWithFees();
        uint256 fee = rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT);
        assertTrue(fee > FEE && fee < 2 * uint256(FEE), "one request waits");
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.FeeTooLow.selector, fee, fee - 1));
        rollup.exitAccount{value: fee - 1}();
        rollup.exitAccount{value: fee}();
        vm.stopPrank();
        assertEq(rollup.fees().waiting, REGISTER_FEE + fee, "all of it may be the operator's, as long as it is low");
        assertEq(address(rollup).balance, REGISTER_FEE + fee);
    }

    function test_fee_returnsTheRest() external {
        deployWithFees();
        uint256 fee = rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT);
        uint256 before = ALICE.balance;
        vm.prank(ALICE);
        rollup.exitAccount{value: 1 ether}();
        assertEq(ALICE.balance, before - fee);
        // Through the seed registry too, which keeps nothing.
        fee = rollup.requestFee(Schema.REQUEST_REGISTER_SEED);
        assertEq(fee, REGISTER_FEE);
        before = BOB.balance;
        uint256 programId = programIdOf(PROGRAM_0);
        vm.prank(BOB);
        seeds.register{value: 1 ether}("", "", programId, 1, 0, ISeedRegistry.Terms(0, 0, 0, 0));
        assertEq(BOB.balance, before - fee);
        assertEq(address(seeds).balance, 0);
        fee = rollup.requestFee(Schema.REQUEST_EXIT_SEED);
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.FeeTooLow.selector, fee, 1));
        seeds.exitSeed{value: 1}(1);
    }

    function test_fee_revertsIfRestCannotBeReturned() external {
        deployWithFees();
        Unpayable caller = new Unpayable();
        (uint256 ax, uint256 ay) = keyOf(1);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.TransferFailed.selector, address(caller), 1));
        caller.enter{value: uint256(REGISTER_FEE) + 1}(rollup, ax, ay);
        caller.enter{value: REGISTER_FEE}(rollup, ax, ay);
    }

    function test_fee_doublesWithEachSixteenthOfTheLimit() external {
        deployWithFees();
        (, uint256 limit, uint256 requestWeight, uint256 orderWeight) = rollup.queueLoad();
        assertEq(limit, 30 * BLOCK / 4);
        assertEq(requestWeight, BLOCK / 4, "the least of 6 requests, 4 withdrawals, 10 cells");
        assertEq(orderWeight, BLOCK, "one forced order a block");
        uint256 previous = rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT);
        for (uint256 i = 0; i < 14; i++) {
            exitAccount(ALICE);
            uint256 fee = rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT);
            assertTrue(fee > previous);
            previous = fee;
        }
        // Fifteen of thirty requests: half of the limit, eight doublings.
        assertEq(previous, uint256(FEE) << 8);
        // It falls as the level drains, once the operator has consumed the requests: half of the limit in half an hour.
        while (rollup.state().consumedRequests < queue.length) {
            Block memory b = nextBlock();
            takeRequests(b, queue.length - b.firstRequest < 4 ? queue.length - b.firstRequest : 4);
            submit(b);
        }
        assertEq(rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT), uint256(FEE) << 8);
        vm.warp(NOW + 15 minutes);
        assertEq(rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT), uint256(FEE) << 4);
        vm.warp(NOW + 30 minutes);
        assertEq(rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT), FEE);
    }

    /// @dev A request about an order takes four of the thirty places and pays for each what it would cost alone.
    function test_fee_aboutAnOrderIsThatOfItsPlaces() external {
        deployWithFees();
        uint256 fee = rollup.requestFee(Schema.REQUEST_EXIT_ORDER);
        assertEq(fee, rollup.requestFee(Schema.REQUEST_FORCED_SETTLE));
        uint256 alone;
        for (uint256 i = 0; i < 4; i++) {
            alone += rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT);
            exitAccount(ALICE);
        }
        assertEq(fee, alone);
    }

    /// @dev Above sixteen base fees a place, four doublings, the fee is burned: nobody has it, the operator least of all.
    function test_fees_aboveTheOperatorsPartAreBurned() external {
        deployWithFees();
        uint256 paid = REGISTER_FEE;
        for (uint256 i = 0; i < 14; i++) {
            uint256 fee = rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT);
            exitAccount(ALICE);
            paid += fee < 16 * uint256(FEE) ? fee : 16 * uint256(FEE);
        }
        uint256 surplus = address(rollup).balance - paid;
        assertTrue(surplus > 100 * uint256(FEE), "fees rose above it");
        assertEq(rollup.fees().waiting, paid);
        uint256 zero = address(0).balance;
        assertEq(rollup.collectFees(), 0);
        assertEq(address(0).balance, zero + surplus);
        assertEq(address(rollup).balance, paid);
        rollup.collectFees();
        assertEq(address(rollup).balance, paid, "once");
    }

    function test_fees_areEarnedWhenConsumed() external {
        deployWithFees();
        exitAccount(ALICE);
        exitAccount(ALICE);
        uint256 paid = rollup.fees().waiting;
        assertEq(rollup.collectFees(), 0);
        Block memory b = nextBlock();
        takeRequests(b, 2);
        submit(b);
        assertEq(rollup.fees().earned, paid * 2 / 3);
        assertEq(rollup.fees().waiting, paid - paid * 2 / 3);
        uint256 before = OPERATOR.balance;
        assertEq(rollup.collectFees(), paid * 2 / 3);
        assertEq(OPERATOR.balance, before + paid * 2 / 3);
        b = nextBlock();
        takeRequests(b, 1);
        submit(b);
        rollup.collectFees();
        assertEq(OPERATOR.balance, before + paid);
        assertEq(address(rollup).balance, 0);
    }

    // The limit.

    function test_limit_refusesMoreThanAQuarterOfTheBlocks() external {
        deployWithFees();
        for (uint256 i = 0; i < 29; i++) {
            exitAccount(ALICE);
        }
        uint256 fee = rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT);
        assertEq(fee, uint256(FEE) << 16);
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.QueueFull.selector, 30 * BLOCK / 4, BLOCK / 4, 30 * BLOCK / 4));
        rollup.exitAccount{value: fee}();
        // A quarter of a block drains in one block interval.
        vm.warp(NOW + 2 minutes - 1);
        vm.expectPartialRevert(IL1Queue.QueueFull.selector);
        rollup.exitAccount{value: fee}();
        vm.warp(NOW + 2 minutes);
        rollup.exitAccount{value: fee}();
        vm.stopPrank();
    }

    /// @dev Takes as many requests as the smallest block has room for: four, of which one is about an order.
    function _honestBlock(bool[] memory aboutOrder) private {
        Block memory b = nextBlock();
        uint256 count;
        uint256 orders;
        while (b.firstRequest + count < queue.length && count < 4) {
            if (aboutOrder[b.firstRequest + count] && ++orders > 1) break;
            count++;
        }
        takeRequests(b, count);
        submit(b);
    }

    /// @dev An attacker without a budget fills the queue at every instant, in the worst order it can draw; an operator who
    /// makes one smallest block per interval, and the next only after the interval, is never overdue.
    /// forge-config: default.fuzz.runs = 8
    function testFuzz_flood_neverFreezesAnHonestOperator(uint256 seed) external {
        deployWithFees();
        vm.deal(ALICE, type(uint128).max);
        bool[] memory aboutOrder = new bool[](400);
        uint32 order = firstOrderIndex();
        for (uint256 i = 0; i < 45; i++) {
            bool full = false;
            while (!full) {
                seed = uint256(keccak256(abi.encode(seed)));
                bool isOrder = seed % 3 == 0;
                full = !_tryRequest(isOrder, order) && !_tryRequest(isOrder = false, order);
                if (!full) aboutOrder[queue.length - 1] = isOrder;
            }
            vm.warp(block.timestamp + 2 minutes);
            uint256 oldest = rollup.state().consumedRequests;
            if (oldest < queue.length) {
                uint256 due = Schema.requestRoute_time(queue[oldest].route) + 1 hours;
                assertTrue(block.timestamp <= due, "overdue");
                vm.expectRevert(abi.encodeWithSelector(IL1Queue.NotOverdue.selector, due));
                rollup.freeze(queued(oldest));
            }
            _honestBlock(aboutOrder);
        }
    }

    /// @dev Queues a request of ALICE's if the queue takes it.
    function _tryRequest(bool isOrder, uint32 order) private returns (bool success) {
        uint256 fee = rollup.requestFee(isOrder ? Schema.REQUEST_EXIT_ORDER : Schema.REQUEST_EXIT_ACCOUNT);
        bytes memory call =
            isOrder ? abi.encodeCall(IL1Queue.exitOrder, (order)) : abi.encodeCall(IL1Queue.exitAccount, ());
        vm.prank(ALICE);
        (success,) = address(rollup).call{value: fee}(call);
        if (!success) return false;
        if (isOrder) expectQueued(Schema.REQUEST_EXIT_ORDER, order, uint160(ALICE), 1);
        else expectQueued(Schema.REQUEST_EXIT_ACCOUNT, 1, uint160(ALICE), 0);
    }

    /// @dev What it costs to keep everyone else out for one deadline, against what it costs everyone else.
    function test_flood_costsTheAttackerMoreThanEveryoneElse() external {
        deployWithFees();
        uint256 before = ALICE.balance;
        for (uint256 i = 0; i < 29; i++) {
            exitAccount(ALICE);
        }
        uint256 attacker = before - ALICE.balance;
        // The operator serves 30 requests at 10,000 gas each, at 50 gwei, and is paid for it.
        uint256 operatorCost = 30 * 10_000 * 50 gwei;
        assertTrue(rollup.fees().waiting > 4 * operatorCost, "the operator's part covers its cost");
        assertTrue(attacker > 20 ether, "filling 30 places costs over 100,000 ordinary fees");
        // Whoever must leave now waits half an hour and pays 256 ordinary fees, or an hour and pays one.
        vm.warp(NOW + 30 minutes);
        while (rollup.state().consumedRequests < queue.length) {
            Block memory b = nextBlock();
            takeRequests(b, queue.length - b.firstRequest < 4 ? queue.length - b.firstRequest : 4);
            submit(b);
        }
        uint256 user = rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT);
        assertEq(user, uint256(FEE) << 8);
        // All thirty places of the following hour, bought by users at this price, cost them less than the flood cost.
        assertTrue(attacker > 30 * user, "the attacker pays more than everyone who could use the places");
    }
}
