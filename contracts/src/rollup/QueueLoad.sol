// SPDX-License-Identifier: MIT
// How much of the operator's capacity waits in the queue, and what a further request costs
// (docs/decisions/030-forced-queue.md). Pure arithmetic; owns no storage.
pragma solidity ^0.8.28;

import {IL1Queue} from "./IL1Queue.sol";
import {IRollup} from "./IRollup.sol";

/// @title Load, limit and fee of the L1 queue.
/// @notice The unit of load is 1/65,536 of what the smallest block can consume.
library QueueLoad {
    /// @dev One smallest block.
    uint256 internal constant BLOCK = 1 << 16;
    /// @dev The fee doubles this many times between an idle and a full queue.
    uint256 internal constant DOUBLINGS = 16;
    /// @dev The operator's part of a fee is at most this many times the base fee, and covers its gas for what the request
    /// asks. More would let an operator keep everyone out with requests of its own, whose fees come back.
    uint256 internal constant OPERATOR_FEES = 16;
    /// @dev Cells that a forced settlement touches: order, provider, middleware, seed, fee account.
    uint256 private constant CELLS_PER_ORDER_REQUEST = 5;
    uint256 private constant MINIMUM_DEADLINE = 1 hours;
    /// @dev The share of a deadline window's blocks that the level may reach. It also drains by this share per window, so any
    /// stretch as long as the deadline takes at most twice as much: a half.
    uint256 private constant SHARE = 4;

    /// @dev Most load: a quarter of the blocks of one deadline window.
    function limit(IL1Queue.QueueTerms memory terms) internal pure returns (uint256) {
        if (
            terms.deadline < MINIMUM_DEADLINE || terms.blockInterval == 0
                || terms.deadline / terms.blockInterval < SHARE
        ) {
            revert IL1Queue.QueueTermsOutOfRange(terms.deadline, terms.blockInterval);
        }
        return uint256(terms.deadline / terms.blockInterval) * BLOCK / SHARE;
    }

    /// @dev What one request takes of the smallest block, whichever kinds are queued: every request may need a cell of its own
    /// and a withdrawal; a request about an order, one of the slots for them and up to five cells.
    function weights(IRollup.BlockCircuit[] memory circuits)
        internal
        pure
        returns (uint256 requestWeight, uint256 orderWeight)
    {
        uint256 requests = type(uint256).max;
        uint256 orders = type(uint256).max;
        for (uint256 i = 0; i < circuits.length; i++) {
            IRollup.BlockCircuit memory circuit = circuits[i];
            uint256 any = _least(_least(circuit.requests, circuit.withdrawals), circuit.cells);
            uint256 order = _least(_least(any, circuit.forcedOrders), circuit.cells / CELLS_PER_ORDER_REQUEST);
            if (any != 0) requests = _least(requests, any);
            if (order != 0) orders = _least(orders, order);
        }
        if (requests == type(uint256).max || orders == type(uint256).max) {
            revert IL1Queue.NoCapacityForRequests();
        }
        return ((BLOCK + requests - 1) / requests, (BLOCK + orders - 1) / orders);
    }

    /// @dev The level after `elapsed` seconds: it drains by the limit per deadline.
    function drained(uint256 level, uint256 elapsed, uint256 limit_, uint256 deadline) internal pure returns (uint256) {
        uint256 drain = elapsed * limit_ / deadline;
        return level > drain ? level - drain : 0;
    }

    /// @dev `base` at no load, twice as much with each sixteenth of the limit, linear in between.
    function fee(uint256 base, uint256 load, uint256 limit_) internal pure returns (uint256) {
        uint256 scaled = _least(load, limit_) * DOUBLINGS;
        uint256 power = base << (scaled / limit_);
        return power + power * (scaled % limit_) / limit_;
    }

    function _least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
