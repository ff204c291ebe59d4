// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Schema} from "../src/generated/Schema.sol";
import {ProgramRegistry} from "../src/proof/ProgramRegistry.sol";
import {StatementRegistry} from "../src/proof/StatementRegistry.sol";
import {IStatementRegistry} from "../src/proof/IStatementRegistry.sol";
import {IL1Queue} from "../src/rollup/IL1Queue.sol";
import {IRollup} from "../src/rollup/IRollup.sol";
import {L1Queue} from "../src/rollup/L1Queue.sol";
import {ISeedRegistry} from "../src/seeds/ISeedRegistry.sol";
import {RollupFixture} from "./support/RollupFixture.sol";
import {Trapdoor} from "./support/Trapdoor.sol";

/// @dev Accepts no coin.
contract Unpayable {
    function enter(IRollup rollup, uint256 ax, uint256 ay) external payable {
        rollup.register{value: msg.value}(ax, ay, 0);
    }
}

contract RollupForcedTest is RollupFixture {
    uint96 private constant FEE = 0.0002 ether;
    uint96 private constant REGISTER_FEE = 0.0005 ether;
    uint256 private constant BLOCK = 1 << 16;

    function setUp() external {
        deployAll(DEPTH);
        registerAccount(ALICE, 1_000);
        registerAccount(BOB, 0);
    }

    /// @dev A deployment with fees, one hour and thirty blocks of deadline: a limit of seven and a half blocks.
    function _deployWithFees() private {
        queueTerms = IL1Queue.QueueTerms(1 hours, 2 minutes, FEE, REGISTER_FEE);
        delete queue;
        deployAll(DEPTH);
        vm.deal(ALICE, 1_000 ether);
        vm.deal(BOB, 1_000 ether);
        (uint256 ax, uint256 ay) = keyOf(0);
        vm.prank(ALICE);
        rollup.register{value: REGISTER_FEE}(ax, ay, 0);
        queue.push(
            Request(ax, ay, Schema.packRequestRoute(Schema.REQUEST_REGISTER, 1, block.timestamp, uint160(ALICE)), 0)
        );
    }

    function _exitAccount(address owner) private {
        uint256 fee = rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT);
        vm.prank(owner);
        rollup.exitAccount{value: fee}();
        expectQueued(Schema.REQUEST_EXIT_ACCOUNT, rollup.accountIndex(owner), uint160(owner), 0);
    }

    function _exitOrder(address owner, uint32 order) private {
        uint256 fee = rollup.requestFee(Schema.REQUEST_EXIT_ORDER);
        vm.prank(owner);
        rollup.exitOrder{value: fee}(order);
        expectQueued(Schema.REQUEST_EXIT_ORDER, order, uint160(owner), rollup.accountIndex(owner));
    }

    function _statement(uint256 salt) private view returns (Statement memory) {
        uint256 commitment = uint256(keccak256(abi.encode("recorded", salt))) % R;
        return Statement(PROGRAM_0, programIdOf(PROGRAM_0), commitment, rollup.statementDomain(), BOB, salt);
    }

    // Deployment.

    function test_constructor_revertsIfTermsOutOfRange() external {
        IL1Queue.QueueTerms[4] memory bad = [
            IL1Queue.QueueTerms(1 hours - 1, 60, 0, 0),
            IL1Queue.QueueTerms(1 hours, 0, 0, 0),
            IL1Queue.QueueTerms(1 hours, 901, 0, 0),
            IL1Queue.QueueTerms(0, 0, 0, 0)
        ];
        IRollup.BlockCircuit[] memory list = circuits();
        for (uint256 i = 0; i < bad.length; i++) {
            queueTerms = bad[i];
            IRollup.Deployment memory d = deploymentFor(address(1), DEPTH);
            vm.expectRevert(
                abi.encodeWithSelector(IL1Queue.QueueTermsOutOfRange.selector, bad[i].deadline, bad[i].blockInterval)
            );
            new L1Queue(d, list);
        }
    }

    function test_constructor_revertsIfNoSizeServesOrders() external {
        IRollup.BlockCircuit[] memory list = circuits();
        list[0].forcedOrders = 0;
        IRollup.Deployment memory d = deploymentFor(address(1), DEPTH);
        vm.expectRevert(IL1Queue.NoCapacityForRequests.selector);
        new L1Queue(d, list);
    }

    function test_constructor_revertsIfStatementsOfOtherPrograms() external {
        IRollup.BlockCircuit[] memory list = circuits();
        ProgramRegistry others = new ProgramRegistry(verifier);
        IRollup.Deployment memory d = deploymentFor(address(1), DEPTH);
        d.statementRegistry = address(new StatementRegistry(others));
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.StatementRegistryMismatch.selector, address(others)));
        new L1Queue(d, list);
    }

    function test_queueCode_revertsIfCalledDirectly() external {
        L1Queue code = L1Queue(rollup.queueCode());
        (uint256 ax, uint256 ay) = keyOf(1);
        IL1Queue.QueuedRequest memory request;
        bytes[10] memory calls = [
            abi.encodeCall(code.register, (ax, ay, 0)),
            abi.encodeCall(code.registerFor, (ALICE, ax, ay, 0, block.timestamp, "")),
            abi.encodeCall(code.deposit, (1, UNIT)),
            abi.encodeCall(code.exitAccount, ()),
            abi.encodeCall(code.exitOrder, (firstOrderIndex())),
            abi.encodeCall(code.forcedSettle, (1, 2, firstOrderIndex(), 1, 0)),
            abi.encodeCall(code.freeze, (request)),
            abi.encodeCall(code.completeShutdown, ()),
            abi.encodeCall(code.reclaimDeposit, (0, request)),
            abi.encodeCall(code.collectFees, ())
        ];
        for (uint256 i = 0; i < calls.length; i++) {
            (bool success, bytes memory result) = address(code).call(calls[i]);
            assertFalse(success);
            assertEq(result, abi.encodeWithSelector(IL1Queue.NotDelegated.selector));
        }
    }

    // The words of each request, and who may ask.

    function test_exitAccount_queuesTheCallersAccount() external {
        vm.prank(address(0xabc));
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.NoAccount.selector, address(0xabc)));
        rollup.exitAccount();
        uint256 route = Schema.packRequestRoute(4, 2, NOW, uint160(BOB));
        vm.expectEmit(true, true, true, true, address(rollup));
        emit IRollup.RequestEnqueued(2, 4, 2, 0, 0, route, 0);
        vm.prank(BOB);
        assertEq(rollup.exitAccount(), 2);
        assertEq(
            rollup.queueHash(3), keccak256(abi.encode(rollup.queueHash(2), uint256(0), uint256(0), route, uint256(0)))
        );
    }

    function test_exitOrder_queuesTheCallersOrder() external {
        uint32 first = firstOrderIndex();
        vm.prank(address(0xabc));
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.NoAccount.selector, address(0xabc)));
        rollup.exitOrder(first);
        uint32[3] memory outside = [first - 1, 2 * first, type(uint32).max];
        for (uint256 i = 0; i < outside.length; i++) {
            vm.prank(BOB);
            vm.expectRevert(abi.encodeWithSelector(IL1Queue.NotAnOrderIndex.selector, outside[i]));
            rollup.exitOrder(outside[i]);
        }
        for (uint32 i = 0; i < 2; i++) {
            uint32 index = i == 0 ? first : 2 * first - 1;
            uint256 route = Schema.packRequestRoute(7, index, NOW, uint160(BOB));
            vm.expectEmit(true, true, true, true, address(rollup));
            emit IRollup.RequestEnqueued(2 + i, 7, index, 0, 0, route, uint256(2) << 88);
            vm.prank(BOB);
            assertEq(rollup.exitOrder(index), 2 + i);
        }
    }

    function test_forcedSettle_needsARecordedStatementOfTheProvider() external {
        uint32 order = firstOrderIndex();
        Statement memory s = _statement(1);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.NotAnOrderIndex.selector, 1));
        rollup.forcedSettle(s.programId, s.commitment, 1, 2, 0);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.ChunkOutOfRange.selector, 64));
        rollup.forcedSettle(s.programId, s.commitment, order, 2, 64);
        bytes memory unknown =
            abi.encodeWithSelector(IStatementRegistry.StatementNotRecorded.selector, s.programId, s.commitment);
        vm.expectRevert(unknown);
        rollup.forcedSettle(s.programId, s.commitment, order, 2, 0);
        recordStatement(s);
        vm.expectRevert(abi.encodeWithSelector(IRollup.UnknownAccount.selector, 3));
        rollup.forcedSettle(s.programId, s.commitment, order, 3, 0);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.ProviderMismatch.selector, BOB, ALICE));
        rollup.forcedSettle(s.programId, s.commitment, order, 1, 0);
        uint256 route = Schema.packRequestRoute(8, order, NOW, uint160(BOB));
        uint256 value = uint256(2 | (63 << 24)) << 88;
        vm.expectEmit(true, true, true, true, address(rollup));
        emit IRollup.RequestEnqueued(2, 8, order, s.commitment, s.programId, route, value);
        assertEq(rollup.forcedSettle(s.programId, s.commitment, order, 2, 63), 2);
    }

    /// @dev A statement that no block could express must not enter a queue that can't skip it.
    function test_forcedSettle_revertsIfNoBlockCouldSettle() external {
        uint32 order = firstOrderIndex();
        for (uint256 i = 0; i < 3; i++) {
            Statement memory s = _statement(10 + i);
            uint256[] memory v = statementVector(s);
            if (i == 0) v[5] = 1 << 64;
            if (i == 1) v[4] |= 1 << 208;
            if (i == 2) v[4] |= 1 << 247;
            bytes memory words = bytes.concat(
                abi.encodePacked(v[0], v[1], v[2]),
                bytes31(uint248(v[3])),
                bytes31(uint248(v[4])),
                bytes31(uint248(v[5]))
            );
            uint256 z = challengeOf(s.programId, s.commitment, words);
            uint256[8] memory proof = Trapdoor.prove(Trapdoor.key(PROGRAM_0), [s.commitment, evaluate(v, z), z], i);
            statementRegistry.record(s.programId, s.commitment, words, proof);
            vm.expectRevert(abi.encodeWithSelector(IL1Queue.StatementNotSettleable.selector, s.programId, s.commitment));
            rollup.forcedSettle(s.programId, s.commitment, order, 2, 0);
        }
    }

    function test_enqueueSeed_revertsIfNotSeedRegistry() external {
        bytes memory refused = abi.encodeWithSelector(IRollup.NotSeedRegistry.selector, ALICE);
        vm.startPrank(ALICE);
        vm.expectRevert(refused);
        rollup.enqueueSeed(1, 2, 3, 4);
        vm.expectRevert(refused);
        rollup.enqueueSeedExit(3, ALICE);
        vm.expectRevert(refused);
        rollup.enqueueSeedTerms(3, 4);
        vm.stopPrank();
    }

    /// @dev What the contract queued is what a block must present, for every kind.
    function test_everyRequest_isConsumedInOrder() external {
        uint32 order = firstOrderIndex() + 5;
        registerSeed(ALICE, 0);
        _exitAccount(BOB);
        _exitOrder(ALICE, order);
        Statement memory s = _statement(2);
        recordStatement(s);
        rollup.forcedSettle(s.programId, s.commitment, order, 2, 3);
        expectQueued(8, order, uint160(BOB), Schema.packForcedSettlePayload(2, 3), s.commitment, s.programId);
        vm.startPrank(ALICE);
        seeds.exitSeed(1);
        expectQueued(5, 3, uint160(ALICE), 0);
        seeds.updateTerms(1, ISeedRegistry.Terms(100, 500, 0, 0));
        expectQueued(6, 3, 0, Schema.packSeedPayload(100, 500, 0, 0, 2));
        vm.stopPrank();
        depositUnits(ALICE, 2, 7);
        assertEq(rollup.requestCount(), 9);
        for (uint256 i = 0; i < 3; i++) {
            Block memory b = nextBlock();
            takeRequests(b, 3);
            submit(b);
        }
        assertEq(rollup.state().consumedRequests, 9);
    }

    // Fees.

    function test_fee_revertsIfTooLow() external {
        _deployWithFees();
        uint256 fee = rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT);
        assertTrue(fee > FEE && fee < 2 * uint256(FEE), "one request waits");
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.FeeTooLow.selector, fee, fee - 1));
        rollup.exitAccount{value: fee - 1}();
        rollup.exitAccount{value: fee}();
        vm.stopPrank();
        assertEq(rollup.fees().waiting, REGISTER_FEE + fee);
        assertEq(address(rollup).balance, REGISTER_FEE + fee);
    }

    function test_fee_returnsTheRest() external {
        _deployWithFees();
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
        _deployWithFees();
        Unpayable caller = new Unpayable();
        (uint256 ax, uint256 ay) = keyOf(1);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.TransferFailed.selector, address(caller), 1));
        caller.enter{value: uint256(REGISTER_FEE) + 1}(rollup, ax, ay);
        caller.enter{value: REGISTER_FEE}(rollup, ax, ay);
    }

    function test_fee_doublesWithEachSixteenthOfTheLimit() external {
        _deployWithFees();
        (, uint256 limit, uint256 requestWeight, uint256 orderWeight) = rollup.queueLoad();
        assertEq(limit, 30 * BLOCK / 4);
        assertEq(requestWeight, BLOCK / 4, "the least of 6 requests, 4 withdrawals, 10 cells");
        assertEq(orderWeight, BLOCK, "one forced order a block");
        uint256 previous = rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT);
        for (uint256 i = 0; i < 14; i++) {
            _exitAccount(ALICE);
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

    function test_fees_areEarnedWhenConsumed() external {
        _deployWithFees();
        _exitAccount(ALICE);
        _exitAccount(ALICE);
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
        _deployWithFees();
        for (uint256 i = 0; i < 29; i++) {
            _exitAccount(ALICE);
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
        _deployWithFees();
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
        uint256 fee = rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT);
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
        _deployWithFees();
        uint256 before = ALICE.balance;
        for (uint256 i = 0; i < 29; i++) {
            _exitAccount(ALICE);
        }
        uint256 attacker = before - ALICE.balance;
        // The operator serves 30 requests at 10,000 gas each, at 50 gwei, and is paid for it.
        uint256 operatorCost = 30 * 10_000 * 50 gwei;
        assertTrue(rollup.fees().waiting > 100 * operatorCost, "the fees cover the operator's cost");
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
        Statement memory s = _statement(3);
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
        _exitAccount(ALICE);
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
        _deployWithFees();
        _exitAccount(ALICE);
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
        _exitAccount(ALICE);
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

    // Gas.

    // Each on top of the 21,000 of its transaction.

    function test_gas_requests() external {
        _deployWithFees();
        _exitAccount(ALICE);
        uint32 order = firstOrderIndex();
        _cold();
        vm.prank(ALICE);
        rollup.exitAccount{value: 1 ether}();
        vm.snapshotGasLastCall("requests", "exitAccount");
        _cold();
        vm.prank(ALICE);
        rollup.exitOrder{value: 1 ether}(order);
        vm.snapshotGasLastCall("requests", "exitOrder");
        (uint256 ax, uint256 ay) = keyOf(1);
        _cold();
        vm.prank(BOB);
        rollup.register{value: 1 ether}(ax, ay, UNIT);
        vm.snapshotGasLastCall("requests", "register with a deposit");
        _cold();
        vm.prank(BOB);
        rollup.deposit{value: 1 ether}(1, UNIT);
        vm.snapshotGasLastCall("requests", "deposit");
        Statement memory s = _statement(3);
        recordStatement(s);
        _cold();
        vm.prank(BOB);
        rollup.forcedSettle{value: 1 ether}(s.programId, s.commitment, order, 2, 0);
        vm.snapshotGasLastCall("requests", "forcedSettle");
    }

    /// @dev As at the start of a transaction.
    function _cold() private {
        vm.cool(address(rollup));
        vm.cool(rollup.queueCode());
        vm.cool(address(ctz));
        vm.cool(address(statementRegistry));
    }
}
