// SPDX-License-Identifier: MIT
// A flood of the L1 queue in numbers: docs/exit.md has the table that these tests print with -vv.
pragma solidity ^0.8.28;

import {Schema} from "../src/generated/Schema.sol";
import {IL1Queue} from "../src/rollup/IL1Queue.sol";
import {IRollup} from "../src/rollup/IRollup.sol";
import {QueueLoad} from "../src/rollup/QueueLoad.sol";
import {FloodFixture} from "./support/FloodFixture.sol";

contract RollupFloodTest is FloodFixture {
    event log_named_uint(string name, uint256 value);

    uint256 private constant WINDOWS = 3;

    function setUp() external {
        deployIdle();
    }

    function _print(string memory name, Costs memory costs) private {
        emit log_named_uint(string.concat(name, ": requests"), costs.requests);
        emit log_named_uint(string.concat(name, ": attacker, gas of a request"), costs.attackerGas / costs.requests);
        emit log_named_uint(string.concat(name, ": attacker, fees in gwei"), costs.attackerFees / 1 gwei);
        emit log_named_uint(string.concat(name, ": operator, blocks"), costs.blocks);
        emit log_named_uint(string.concat(name, ": operator, gas"), costs.operatorGas);
        emit log_named_uint(string.concat(name, ": places a user could take"), costs.places);
        emit log_named_uint(string.concat(name, ": their fees in gwei"), costs.placeFees / 1 gwei);
        emit log_named_uint(string.concat(name, ": refused after the attacker's move"), costs.refused);
        emit log_named_uint(string.concat(name, ": longest wait"), costs.longestWait);
    }

    /// @dev Three deadline windows, as fast as the limit lets it. The attacker pays more than twice what all blocks cost the
    /// operator, at any gas price, although the operator is charged for them as if it made none without the flood. And its fees alone
    /// are more than what every place of the three windows would have cost users at the price that the flood made.
    function _flood(uint256 kind, string memory name) private returns (Costs memory costs) {
        costs = flood(kind, WINDOWS * WINDOW);
        _print(name, costs);
        for (uint256 i = 0; i < 4; i++) {
            uint256 price = gasPrices()[i];
            assertTrue(attackerWei(costs, price) > 2 * operatorWei(costs, price), "more than twice the operator's cost");
        }
        assertTrue(costs.longestWait <= DEADLINE, "every request is served in time");
        assertTrue(costs.attackerFees > costs.placeFees, "more than all users together");
    }

    /// @dev In addition, while it lasts it takes each place before a user who does not outbid its gas price.
    function _floodByLight(uint256 kind, string memory name) private {
        Costs memory costs = _flood(kind, name);
        assertEq(costs.places, WINDOWS * WINDOW, "a place drains in every interval");
        assertEq(costs.refused, WINDOWS * WINDOW, "and the attacker takes it");
    }

    /// forge-config: default.isolate = true
    function test_flood_byExitAccount() external {
        _floodByLight(Schema.REQUEST_EXIT_ACCOUNT, "exitAccount");
    }

    /// forge-config: default.isolate = true
    function test_flood_byDeposit() external {
        _floodByLight(Schema.REQUEST_DEPOSIT, "deposit");
    }

    /// forge-config: default.isolate = true
    function test_flood_byRegister() external {
        _floodByLight(Schema.REQUEST_REGISTER, "register");
    }

    /// forge-config: default.isolate = true
    function test_flood_byRegisterSeed() external {
        _floodByLight(Schema.REQUEST_REGISTER_SEED, "registerSeed");
    }

    /// forge-config: default.isolate = true
    function test_flood_byExitSeed() external {
        _floodByLight(Schema.REQUEST_EXIT_SEED, "exitSeed");
    }

    /// forge-config: default.isolate = true
    function test_flood_byUpdateSeedTerms() external {
        _floodByLight(Schema.REQUEST_UPDATE_SEED_TERMS, "updateSeedTerms");
    }

    /// @dev Each takes the only slot for orders of a block.
    /// forge-config: default.isolate = true
    function test_flood_byExitOrder() external {
        _flood(Schema.REQUEST_EXIT_ORDER, "exitOrder");
    }

    /// @dev And half of its cells.
    /// forge-config: default.isolate = true
    function test_flood_byForcedSettle() external {
        _flood(Schema.REQUEST_FORCED_SETTLE, "forcedSettle");
    }

    /// @dev The operator floods its own queue, serves itself and collects the fees: almost nothing comes back.
    function test_flood_byTheOperatorItself() external {
        uint256 before = OPERATOR.balance;
        Costs memory costs = flood(Schema.REQUEST_EXIT_ACCOUNT, WINDOWS * WINDOW);
        assertEq(costs.refused, WINDOWS * WINDOW, "a user is refused in every interval");
        while (rollup.state().consumedRequests != queue.length) {
            vm.warp(block.timestamp + INTERVAL);
            serve(costs);
        }
        rollup.collectFees();
        uint256 back = OPERATOR.balance - before;
        emit log_named_uint("operator floods itself: fees in gwei", costs.attackerFees / 1 gwei);
        emit log_named_uint("operator floods itself: what comes back", back / 1 gwei);
        assertTrue(back < costs.attackerFees / 1_000, "the rest is burned");
        assertTrue(costs.attackerFees - back > costs.placeFees, "it loses more than all users together");
    }

    /// @dev The price a user finds when the flood stops: it halves with each sixteenth of the deadline.
    /// forge-config: default.isolate = true
    function test_flood_leavesThePriceToFallWithinADeadline() external {
        flood(Schema.REQUEST_EXIT_ACCOUNT, WINDOW);
        // The interval after the last move has drained one of the thirty places.
        uint256 start = rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT);
        assertTrue(start > uint256(FEE) << 15 && start < uint256(FEE) << 16);
        Costs memory costs;
        for (uint256 i = 1; i <= WINDOW; i++) {
            vm.warp(block.timestamp + INTERVAL);
            serve(costs);
            assertTrue(hasPlace(Schema.REQUEST_EXIT_ACCOUNT), "there is a place at once");
            if (i == WINDOW / 2) assertTrue(rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT) <= uint256(FEE) << 8);
        }
        assertEq(rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT), FEE, "a deadline later as before");
        assertEq(rollup.state().consumedRequests, rollup.requestCount(), "and everything is served");
    }

    // A trickle: requests into an idle queue, one whenever the last has drained. It raises no price and refuses nobody.

    /// @dev What such a request adds to a block that the operator makes anyway is less than its own gas.
    /// forge-config: default.isolate = true
    function test_trickle_costsMoreThanItAddsToBlocks() external {
        Costs memory empty;
        (empty.operatorGas,,) = honestBlock();
        uint256[4] memory kinds = [
            uint256(Schema.REQUEST_EXIT_ACCOUNT),
            Schema.REQUEST_DEPOSIT,
            Schema.REQUEST_EXIT_ORDER,
            Schema.REQUEST_FORCED_SETTLE
        ];
        for (uint256 k = 0; k < 4; k++) {
            Costs memory costs;
            for (uint256 i = 0; i < 8; i++) {
                (uint256 gas, uint256 fee) = request(kinds[k]);
                (costs.attackerGas, costs.attackerFees) = (costs.attackerGas + gas, costs.attackerFees + fee);
                vm.warp(block.timestamp + 4 * INTERVAL);
                serve(costs);
            }
            emit log_named_uint("trickle, kind", kinds[k]);
            emit log_named_uint("gas of a request", costs.attackerGas / 8);
            emit log_named_uint("gas of its block", costs.operatorGas / 8);
            emit log_named_uint("more than an empty block", costs.operatorGas / 8 - empty.operatorGas);
            assertTrue(costs.attackerFees >= 8 * uint256(FEE), "the base fee at least");
            uint256 added = costs.operatorGas - 8 * empty.operatorGas;
            assertTrue(costs.attackerGas > added, "gas against gas, without the fee");
        }
    }

    /// @dev An operator that has no other reason for blocks gathers a deadline's requests and serves them in one transaction.
    /// Up to the gas price that is printed the fees cover the difference: those that were paid, which rise while the operator
    /// gathers, and the base fee alone.
    /// forge-config: default.isolate = true
    function test_trickle_isServedInOneTransaction() external {
        uint256 attackerGas;
        uint256 fees;
        uint256 count = 7;
        for (uint256 i = 0; i < count; i++) {
            (uint256 gas, uint256 fee) = request(Schema.REQUEST_FORCED_SETTLE);
            (attackerGas, fees) = (attackerGas + gas, fees + fee);
            vm.warp(block.timestamp + 4 * INTERVAL);
        }
        requireNotFreezable();
        IRollup.BlockSubmission[] memory list = new IRollup.BlockSubmission[](count);
        Block memory b = nextBlock();
        for (uint256 i = 0; i < count; i++) {
            if (i != 0) b = blockAfter(b);
            takeRequests(b, 1);
            addOrdersAndCells(b, 0, 5);
            list[i] = prove(b);
        }
        submit(list);
        uint256 operatorGas = vm.lastCallGas().gasTotalUsed;
        uint256 difference = operatorGas - attackerGas;
        emit log_named_uint("one transaction, attacker, gas of a request", attackerGas / count);
        emit log_named_uint("one transaction, operator, gas of a request", operatorGas / count);
        emit log_named_uint("covered by the fees up to a gas price of (wei)", fees / difference);
        emit log_named_uint("by the base fee alone up to (wei)", count * uint256(FEE) / difference);
        assertTrue(fees > difference * 10 gwei, "the fees cover the blocks up to 10 gwei");
        assertTrue(count * uint256(FEE) > difference * 2 gwei, "and base fees up to 2 gwei");
        assertEq(rollup.state().consumedRequests, rollup.requestCount());
    }

    // The default terms, by the same arithmetic: seven days, two minutes.

    /// @dev Fees of filling an idle queue, and of every place that drains in a deadline while it is full.
    function _fillAndHold(uint256 limit, uint256 weight) private pure returns (uint256 fill, uint256 hold) {
        uint256 level;
        for (; level + weight <= limit; level += weight) {
            fill += QueueLoad.fee(FEE, level, limit);
        }
        hold = limit / weight * QueueLoad.fee(FEE, level - weight, limit);
    }

    function test_flood_atTheDefaultTerms() external {
        uint256 limit = QueueLoad.limit(IL1Queue.QueueTerms(7 days, 2 minutes, FEE, REGISTER_FEE));
        (,, uint256 requestWeight, uint256 orderWeight) = rollup.queueLoad();
        (uint256 fill, uint256 hold) = _fillAndHold(limit, requestWeight);
        (uint256 orderFill, uint256 orderHold) = _fillAndHold(limit, orderWeight);
        emit log_named_uint("7 days: places", limit / requestWeight);
        emit log_named_uint("7 days: filling, gwei", fill / 1 gwei);
        emit log_named_uint("7 days: keeping full for 7 days, gwei", hold / 1 gwei);
        emit log_named_uint("7 days, requests about orders: filling, gwei", orderFill / 1 gwei);
        emit log_named_uint("7 days, requests about orders: keeping full, gwei", orderHold / 1 gwei);
        assertTrue(fill > 5_000 ether && hold > 60_000 ether);
        // All 5,040 blocks of seven days at 400,000 gas and 50 gwei, and their proofs.
        uint256 operator = 5_040 * (400_000 * 50 gwei + PROVING);
        assertTrue(orderFill > 10 * operator, "even the cheapest filling pays for all blocks of the window");
    }

    // Whatever is queued when: an operator that makes one smallest block per interval is never overdue.

    /// @dev All kinds in any mix at any time, by an attacker without a budget.
    /// forge-config: default.fuzz.runs = 8
    function testFuzz_flood_ofAnyKindsAtAnyTime_neverFreezes(uint256 seed) external {
        Costs memory costs;
        for (uint256 i = 0; i < 2 * WINDOW; i++) {
            uint256 moves = seed % 3;
            for (uint256 j = 0; j <= moves; j++) {
                for (uint256 tries = 0; tries < 12; tries++) {
                    seed = uint256(keccak256(abi.encode(seed)));
                    uint256 kind = 1 + seed % 8;
                    if (hasPlace(kind)) request(kind);
                }
                vm.warp(block.timestamp + INTERVAL / (moves + 1));
            }
            serve(costs);
        }
        assertTrue(costs.longestWait <= DEADLINE);
        assertTrue(queue.length > WINDOW, "the queue was kept busy");
    }
}

/// @dev The same with the arithmetic alone: any deployment, many more requests.
contract QueueLoadModelTest is FloodFixture {
    struct Model {
        uint256 deadline;
        uint256 interval;
        uint256 limit;
        uint256 requestWeight;
        uint256 orderWeight;
        uint256 level;
        uint256 levelTime;
        uint256 head;
        uint256 tail;
        uint256 now_;
        uint256 seed;
    }

    uint256 private constant MOST = 4_096;

    function _draw(Model memory m, uint256 below) private pure returns (uint256) {
        unchecked {
            m.seed = m.seed * 0x5851f42d4c957f2d14057b7ef767814f9e3779b97f4a7c15f39cc0605cedc835 + 1;
        }
        return (m.seed >> 128) % below;
    }

    /// @dev Queues as much as `tries` draws and the limit allow. A request is its time, its kind in the lowest two bits: 0 needs a
    /// cell, 1 a withdrawal too, 2 is about an order and needs a withdrawal, 3 five cells.
    function _enqueue(Model memory m, uint256[] memory times, uint256 bias, uint256 tries) private pure {
        for (uint256 i = 0; i < tries && m.tail < MOST; i++) {
            uint256 kind = _draw(m, 4);
            if (_draw(m, 4) < bias) kind |= 2;
            uint256 weight = kind < 2 ? m.requestWeight : m.orderWeight;
            uint256 level = QueueLoad.drained(m.level, m.now_ - m.levelTime, m.limit, m.deadline);
            if (level + weight > m.limit) continue;
            (m.level, m.levelTime) = (level + weight, m.now_);
            times[m.tail++] = (m.now_ << 2) | kind;
        }
    }

    /// @dev A block takes the longest prefix that it has room for.
    function _serve(Model memory m, uint256[] memory times, IRollup.BlockCircuit memory size) private pure {
        (uint256 requests, uint256 withdrawals, uint256 cells, uint256 orders) = (0, 0, 0, 0);
        for (; m.head < m.tail; m.head++) {
            uint256 kind = times[m.head] & 3;
            requests += 1;
            withdrawals += kind % 3 == 0 ? 0 : 1;
            cells += kind == 3 ? 5 : 1;
            orders += kind >> 1;
            if (requests > size.requests || withdrawals > size.withdrawals) return;
            if (cells > size.cells || orders > size.forcedOrders) return;
            assertTrue(m.now_ <= (times[m.head] >> 2) + m.deadline, "overdue");
        }
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_limit_neverFreezesAnHonestOperator(uint256 seed) external pure {
        Model memory m;
        m.seed = seed;
        IRollup.BlockCircuit[] memory sizes = new IRollup.BlockCircuit[](1);
        sizes[0] = IRollup.BlockCircuit("", 0, 0, 0, 0, 0, 0, 0, 0);
        (sizes[0].requests, sizes[0].withdrawals) = (uint16(1 + _draw(m, 12)), uint16(1 + _draw(m, 12)));
        (sizes[0].cells, sizes[0].forcedOrders) = (uint16(5 + _draw(m, 40)), uint8(1 + _draw(m, 8)));
        m.interval = 900 + _draw(m, 2_700);
        m.deadline = m.interval * (4 + _draw(m, 5)) + _draw(m, m.interval);
        m.limit = QueueLoad.limit(IL1Queue.QueueTerms(uint32(m.deadline), uint32(m.interval), 0, 0));
        (m.requestWeight, m.orderWeight) = QueueLoad.weights(sizes);
        m.now_ = NOW;
        m.levelTime = NOW;
        uint256[] memory times = new uint256[](MOST);
        uint256 bias = _draw(m, 5);
        for (uint256 i = 0; i < 48; i++) {
            uint256 end = m.now_ + m.interval;
            // Right after a block, and at other times of the interval.
            for (uint256 moves = _draw(m, 3) + 1; moves > 0; moves--) {
                _enqueue(m, times, bias, 4 + _draw(m, 64));
                if (moves > 1) m.now_ += _draw(m, end - m.now_);
            }
            m.now_ = end;
            if (m.head < m.tail) assertTrue(end <= (times[m.head] >> 2) + m.deadline, "overdue");
            _serve(m, times, sizes[0]);
        }
    }
}
