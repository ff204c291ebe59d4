// SPDX-License-Identifier: MIT
// The promises of the rollup that concern leaving it: blocks by proof only, forced requests served or frozen, statements paid
// first, escrows seven days later, every unit to whom it belongs and nobody in another's way.
pragma solidity ^0.8.28;

import {IRollup} from "../src/rollup/IRollup.sol";
import {EscapeHandler} from "./support/EscapeHandler.sol";
import {Test} from "./support/Test.sol";

contract RollupEscapeInvariantsTest is Test {
    uint256 private constant UNIT = 1e9;
    address private constant POOL = address(0x9001);
    EscapeHandler private handler;

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function setUp() external {
        handler = new EscapeHandler();
    }

    /// @dev Read by forge: only the handler's actions.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[17] memory list = [
            EscapeHandler.register.selector,
            EscapeHandler.deposit.selector,
            EscapeHandler.registerASeed.selector,
            EscapeHandler.force.selector,
            EscapeHandler.record.selector,
            EscapeHandler.submitBlock.selector,
            EscapeHandler.post.selector,
            EscapeHandler.hostileBlock.selector,
            EscapeHandler.stall.selector,
            EscapeHandler.freeze.selector,
            EscapeHandler.shutDown.selector,
            EscapeHandler.exit.selector,
            EscapeHandler.pay.selector,
            EscapeHandler.forge.selector,
            EscapeHandler.reclaim.selector,
            EscapeHandler.claim.selector,
            EscapeHandler.payPool.selector
        ];
        bytes4[] memory selectors = new bytes4[](list.length);
        for (uint256 i = 0; i < list.length; i++) {
            selectors[i] = list[i];
        }
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), selectors);
    }

    function _requireSolvent() private view {
        uint256 liabilities = handler.rollupAddress().liabilities();
        assertEq(handler.held(), liabilities * UNIT, "CTZ held is what is owed");
        assertEq(liabilities, handler.owed(), "and what is owed is what cells, requests, withdrawals and the pool hold");
        assertEq(handler.supply(), 1_000_000 ether - handler.burned() * UNIT, "only burns change the supply");
    }

    function _requirePaid() private view {
        for (uint256 i = 0; i < handler.ownerCount(); i++) {
            address owner = handler.owners(i);
            assertEq(handler.balanceOf(owner), handler.received(owner) * UNIT, "everyone has what is theirs");
        }
        assertEq(handler.balanceOf(POOL), handler.received(POOL) * UNIT, "the pool too");
        assertEq(handler.balanceOf(address(handler.exitsAddress())), 0, "nothing stays in the exits contract");
    }

    /// @dev At the end of each run everybody leaves, in any order, and nothing stays.
    function afterInvariant() external {
        handler.leaveAll(uint256(keccak256(abi.encode(handler.held(), handler.consumed()))));
        _requireSolvent();
        _requirePaid();
        assertEq(handler.held(), 0, "the last one is paid too");
    }

    /// forge-config: default.invariant.runs = 8
    function invariant_escape_everyUnitGoesToWhomItBelongs() external view {
        _requireSolvent();
        _requirePaid();
    }

    /// forge-config: default.invariant.runs = 8
    function invariant_escape_stateMovesByProvenBlocksOnly() external view {
        IRollup.State memory state = handler.rollupAddress().state();
        assertEq(state.root, handler.root(), "root");
        assertEq(state.blockNumber, handler.blockCount(), "number");
        assertEq(state.consumedRequests, handler.consumed(), "requests in order");
        assertEq(handler.rollupAddress().requestCount(), handler.queueLength(), "none is lost");
    }
}
