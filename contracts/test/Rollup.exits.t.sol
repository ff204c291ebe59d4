// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Schema} from "../src/generated/Schema.sol";
import {IL1Queue} from "../src/rollup/IL1Queue.sol";
import {IRollup} from "../src/rollup/IRollup.sol";
import {ExitFixture} from "./support/ExitFixture.sol";
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

/// @dev Gas of leaving: whole transactions, with their 21,000 and calldata, on the real rollup.
contract RollupExitsGasTest is ExitFixture {
    function setUp() external {
        deployAll(DEPTH);
        deployExits();
        registerAccount(ALICE, 20_000);
        registerSeed(ALICE, 0);
        depositUnits(BOB, 1, 10_000);
        for (uint256 i = 0; i < 2; i++) {
            recordStatement(_payment(i).statement);
        }
    }

    function _payment(uint256 chunk) private view returns (Payment memory) {
        uint256 commitment = uint256(keccak256(abi.encode("exit statement", chunk))) % R;
        Statement memory s =
            Statement(PROGRAM_0, programIdOf(PROGRAM_0), commitment, programs.statementDomain(), BOB, chunk);
        uint256 order = firstOrderIndex();
        return Payment(GENESIS, exits.exitDomain(), s, order, 8_000, chunk, 1, 40, 50, 60, 3_000, 350, address(0xca201));
    }

    function _send(bytes memory call, string memory name) private {
        (bool success,) = address(exits).call(call);
        vm.snapshotGasLastCall("exits", name);
        assertTrue(success, name);
    }

    /// forge-config: default.isolate = true
    function test_gas_exits() external {
        IL1Queue.QueuedRequest memory oldest = queued(0);
        vm.warp(NOW + 7 days + 1);
        rollup.freeze(oldest);
        vm.snapshotGasLastCall("exits", "freeze");
        IL1Queue.QueuedRequest memory deposit = queued(2);
        rollup.reclaimDeposit(2, deposit);
        vm.snapshotGasLastCall("exits", "reclaimDeposit");
        uint256 domain = exits.exitDomain();
        address[2] memory owners = [ALICE, address(0xd3)];
        for (uint256 i = 0; i < 2; i++) {
            uint256 cell = Schema.packExitCell(1_000, 1 + 300 * i, Schema.KIND_ACCOUNT);
            string memory name = i == 0 ? "exitCell, account" : "exitCell, account of an owner without CTZ";
            _send(exitCellCall(GENESIS, domain, cell, uint160(owners[i])), name);
        }
        uint256 vault = Schema.packExitCell(500, 2, Schema.KIND_SEED);
        _send(exitCellCall(GENESIS, domain, vault, 1), "exitCell, seed");
        _send(payStatementCall(_payment(0)), "payStatement");
        _send(payStatementCall(_payment(1)), "payStatement, another of the order");
        vm.warp(block.timestamp + 7 days);
        uint256 escrow = Schema.packExitCell(8_000, firstOrderIndex(), Schema.KIND_ORDER);
        _send(exitCellCall(GENESIS, domain, escrow, uint160(ALICE)), "exitCell, order with paid statements");
    }
}
