// SPDX-License-Identifier: MIT
// An attacker who floods the L1 queue with one kind of request, an operator who makes one smallest block per interval and no
// more, and a user who looks at the queue once per interval; what each of them pays. Gas is that of whole transactions: tests
// that use this run with isolation.
pragma solidity ^0.8.28;

import {Schema} from "../../src/generated/Schema.sol";
import {IL1Queue} from "../../src/rollup/IL1Queue.sol";
import {ISeedRegistry} from "../../src/seeds/ISeedRegistry.sol";
import {QueueNotes} from "./QueueNotes.sol";

abstract contract FloodFixture is QueueNotes {
    /// @dev What a flood cost. Gas of whole transactions, fees in wei.
    /// @param places Intervals in which a user found a place before the attacker took it.
    /// @param placeFees Sum of what these places cost at that moment.
    /// @param refused Intervals in which the queue was full for a user after the attacker's move.
    /// @param longestWait Longest time between a request and its block.
    struct Costs {
        uint256 requests;
        uint256 attackerGas;
        uint256 attackerFees;
        uint256 blocks;
        uint256 operatorGas;
        uint256 places;
        uint256 placeFees;
        uint256 refused;
        uint256 longestWait;
    }

    uint96 internal constant FEE = 0.0002 ether;
    uint96 internal constant REGISTER_FEE = 0.0005 ether;
    uint256 internal constant DEADLINE = 1 hours;
    uint256 internal constant INTERVAL = 2 minutes;
    /// @dev Block intervals of one deadline window.
    uint256 internal constant WINDOW = DEADLINE / INTERVAL;
    /// @dev Proving one smallest block, in wei: 40 core-seconds at 0.1 dollars an hour and 1,000 dollars an ether. Our prover
    /// takes about two (docs/performance.md).
    uint256 internal constant PROVING = 0.0000011 ether;

    address internal constant ATTACKER = address(0xa77ac);
    uint32 internal order;
    Statement internal recorded;
    uint256 private newcomers;

    /// @dev One hour of deadline, two minutes of block interval, the default fees; nothing waits and the level is zero.
    function deployIdle() internal {
        queueTerms = IL1Queue.QueueTerms(uint32(DEADLINE), uint32(INTERVAL), FEE, REGISTER_FEE);
        deployAll(DEPTH);
        vm.deal(ATTACKER, type(uint128).max);
        ctz.transfer(ATTACKER, 1_000 ether);
        vm.prank(ATTACKER);
        ctz.approve(address(rollup), type(uint256).max);
        order = firstOrderIndex();
        recorded = Statement(PROGRAM_0, programIdOf(PROGRAM_0), 4711, rollup.statementDomain(), ATTACKER, 1);
        recordStatement(recorded);
        (uint256 ax, uint256 ay) = keyOf(0);
        _call(address(rollup), abi.encodeCall(IL1Queue.register, (ax, ay, 0)), Schema.REQUEST_REGISTER, ATTACKER);
        request(Schema.REQUEST_REGISTER_SEED);
        honestBlock();
        vm.warp(block.timestamp + DEADLINE);
        rollup.collectFees();
    }

    /// @dev Queues a request of this kind for its exact fee, as cheaply as it can be had. Returns gas and fee.
    function request(uint256 kind) internal returns (uint256 gas, uint256 fee) {
        if (kind == Schema.REQUEST_REGISTER) {
            (uint256 ax, uint256 ay) = keyOf(1);
            address newcomer = address(uint160(0x70000000 + newcomers++));
            vm.deal(newcomer, 100 ether);
            return _call(address(rollup), abi.encodeCall(IL1Queue.register, (ax, ay, 0)), kind, newcomer);
        }
        bytes memory call;
        address target = address(rollup);
        if (kind == Schema.REQUEST_DEPOSIT) {
            call = abi.encodeCall(IL1Queue.deposit, (1, UNIT));
        } else if (kind == Schema.REQUEST_EXIT_ACCOUNT) {
            call = abi.encodeCall(IL1Queue.exitAccount, ());
        } else if (kind == Schema.REQUEST_EXIT_ORDER) {
            call = abi.encodeCall(IL1Queue.exitOrder, (order));
        } else if (kind == Schema.REQUEST_FORCED_SETTLE) {
            (uint256 programId, uint256 commitment) = (recorded.programId, recorded.commitment);
            call = abi.encodeCall(IL1Queue.forcedSettle, (programId, commitment, order, 1, 0));
        } else {
            target = address(seeds);
            call = _seedCall(kind);
        }
        return _call(target, call, kind, ATTACKER);
    }

    function _seedCall(uint256 kind) private view returns (bytes memory) {
        ISeedRegistry.Terms memory terms = ISeedRegistry.Terms(0, 0, 0, 0);
        if (kind == Schema.REQUEST_EXIT_SEED) return abi.encodeCall(ISeedRegistry.exitSeed, (1));
        if (kind == Schema.REQUEST_UPDATE_SEED_TERMS) return abi.encodeCall(ISeedRegistry.updateTerms, (1, terms));
        return abi.encodeCall(ISeedRegistry.register, (0, "", programIdOf(PROGRAM_0), 1, 0, terms));
    }

    function _call(address target, bytes memory data, uint256 kind, address from)
        private
        returns (uint256 gas, uint256 fee)
    {
        fee = rollup.requestFee(kind);
        gas = queueBy(target, data, fee, from);
    }

    function isAboutOrder(uint256 kind) internal pure returns (bool) {
        return kind == Schema.REQUEST_EXIT_ORDER || kind == Schema.REQUEST_FORCED_SETTLE;
    }

    /// @dev Whether the queue takes a request of this kind now.
    function hasPlace(uint256 kind) internal view returns (bool) {
        (uint256 load, uint256 limit, uint256 requestWeight, uint256 orderWeight) = rollup.queueLoad();
        return load + (isAboutOrder(kind) ? orderWeight : requestWeight) <= limit;
    }

    /// @dev The operator's next block: as many requests as the smallest block has room for, with the cells and withdrawals that
    /// they may need at most. Returns its gas, the requests in it and the longest time that one of them waited.
    function honestBlock() internal returns (uint256 gas, uint256 count, uint256 waited) {
        Block memory b = nextBlock();
        uint256[4] memory used; // requests, withdrawals, cells, requests about orders
        while (b.firstRequest + used[0] < queue.length) {
            uint256 route = queue[b.firstRequest + used[0]].route;
            uint256 kind = Schema.requestRoute_kind(route);
            bool pays = kind == Schema.REQUEST_EXIT_ACCOUNT || kind == Schema.REQUEST_EXIT_SEED
                || kind == Schema.REQUEST_EXIT_ORDER;
            uint256 orders = isAboutOrder(kind) ? 1 : 0;
            uint256 cells = kind == Schema.REQUEST_FORCED_SETTLE ? 5 : 1;
            if (used[0] == 6 || used[1] + (pays ? 1 : 0) > 4 || used[2] + cells > 10 || used[3] + orders > 1) break;
            used = [used[0] + 1, used[1] + (pays ? 1 : 0), used[2] + cells, used[3] + orders];
            uint256 wait = block.timestamp - Schema.requestRoute_time(route);
            if (wait > waited) waited = wait;
        }
        count = used[0];
        takeRequests(b, count);
        addOrdersAndCells(b, 0, used[2]);
        addWithdrawals(b, new address[](used[1]), 7);
        submit(b);
        gas = vm.lastCallGas().gasTotalUsed;
    }

    /// @dev Nobody can freeze now.
    function requireNotFreezable() internal {
        uint256 oldest = rollup.state().consumedRequests;
        if (oldest == queue.length) return;
        uint256 due = Schema.requestRoute_time(queue[oldest].route) + DEADLINE;
        assertTrue(block.timestamp <= due, "overdue");
        IL1Queue.QueuedRequest memory request_ = queued(oldest);
        vm.expectRevert(abi.encodeWithSelector(IL1Queue.NotOverdue.selector, due));
        rollup.freeze(request_);
    }

    /// @dev Fills the queue with this kind as fast as the limit lets it, for `intervals` block intervals. The operator makes
    /// a block at the end of each interval, and only where a request waits.
    function flood(uint256 kind, uint256 intervals) internal returns (Costs memory costs) {
        for (uint256 i = 0; i < intervals; i++) {
            if (hasPlace(Schema.REQUEST_EXIT_ACCOUNT)) {
                costs.places++;
                costs.placeFees += rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT);
            }
            while (hasPlace(kind)) {
                (uint256 gas, uint256 fee) = request(kind);
                costs.requests++;
                costs.attackerGas += gas;
                costs.attackerFees += fee;
            }
            if (!hasPlace(Schema.REQUEST_EXIT_ACCOUNT)) costs.refused++;
            vm.warp(block.timestamp + INTERVAL);
            serve(costs);
        }
    }

    /// @dev One block of the operator, if a request waits.
    function serve(Costs memory costs) internal {
        requireNotFreezable();
        if (rollup.state().consumedRequests == queue.length) return;
        (uint256 gas,, uint256 waited) = honestBlock();
        costs.blocks++;
        costs.operatorGas += gas;
        if (waited > costs.longestWait) costs.longestWait = waited;
    }

    /// @dev What an attacker or an operator pays at this gas price, in wei.
    function attackerWei(Costs memory costs, uint256 gasPrice) internal pure returns (uint256) {
        return costs.attackerGas * gasPrice + costs.attackerFees;
    }

    function operatorWei(Costs memory costs, uint256 gasPrice) internal pure returns (uint256) {
        return costs.operatorGas * gasPrice + costs.blocks * PROVING;
    }

    function gasPrices() internal pure returns (uint256[4] memory) {
        return [uint256(1 gwei), 10 gwei, 50 gwei, 500 gwei];
    }
}
