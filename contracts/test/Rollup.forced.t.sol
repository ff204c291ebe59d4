// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Schema} from "../src/generated/Schema.sol";
import {ProgramRegistry} from "../src/proof/ProgramRegistry.sol";
import {StatementRegistry} from "../src/proof/StatementRegistry.sol";
import {IStatementRegistry} from "../src/proof/IStatementRegistry.sol";
import {IL1Queue} from "../src/rollup/IL1Queue.sol";
import {IRollup} from "../src/rollup/IRollup.sol";
import {L1Queue} from "../src/rollup/L1Queue.sol";
import {ISeedRegistry} from "../src/seeds/ISeedRegistry.sol";
import {ForcedFixture} from "./support/ForcedFixture.sol";
import {Trapdoor} from "./support/Trapdoor.sol";

contract RollupForcedTest is ForcedFixture {
    function setUp() external {
        deployFree();
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
        Statement memory s = statement(1);
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
            Statement memory s = statement(10 + i);
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
        exitAccount(BOB);
        exitOrder(ALICE, order);
        Statement memory s = statement(2);
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

    // Gas.

    // Each on top of the 21,000 of its transaction.

    function test_gas_requests() external {
        deployWithFees();
        exitAccount(ALICE);
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
        Statement memory s = statement(3);
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
