// SPDX-License-Identifier: MIT
// What the queue should give and does not (docs/exit.md): these tests fail until its fees change.
pragma solidity ^0.8.28;

import {Schema} from "../src/generated/Schema.sol";
import {IL1Queue} from "../src/rollup/IL1Queue.sol";
import {FloodFixture} from "./support/FloodFixture.sol";

/// @dev Accepts no coin.
contract NoCoin {
    receive() external payable {
        revert();
    }
}

contract RollupUnmetTest is FloodFixture {
    uint256 private constant WINDOWS = 3;

    function setUp() external {
        deployIdle();
    }

    /// @dev A request about an order takes the room of four others and pays for one.
    function _costsMoreThanItsPlaces(uint256 kind) private {
        Costs memory costs = flood(kind, WINDOWS * WINDOW);
        assertTrue(
            costs.attackerFees > costs.placeFees,
            string.concat(
                "the attacker paid ",
                vm.toString(costs.attackerFees / 1 gwei),
                " gwei, the places at its price cost ",
                vm.toString(costs.placeFees / 1 gwei)
            )
        );
    }

    function test_flood_byExitOrder_costsMoreThanAllPlaces() external {
        _costsMoreThanItsPlaces(Schema.REQUEST_EXIT_ORDER);
    }

    function test_flood_byForcedSettle_costsMoreThanAllPlaces() external {
        _costsMoreThanItsPlaces(Schema.REQUEST_FORCED_SETTLE);
    }

    /// @dev The operator fills its own queue, serves itself and collects the fees: it keeps everyone out for gas alone.
    function test_flood_byTheOperatorItself_costsIt() external {
        uint256 before = OPERATOR.balance;
        Costs memory costs = flood(Schema.REQUEST_EXIT_ACCOUNT, WINDOWS * WINDOW);
        assertEq(costs.refused, WINDOWS * WINDOW, "a user is refused in every interval");
        while (rollup.state().consumedRequests != queue.length) {
            vm.warp(block.timestamp + INTERVAL);
            serve(costs);
        }
        rollup.collectFees();
        uint256 back = OPERATOR.balance - before;
        assertTrue(
            back < costs.attackerFees / 2,
            string.concat(
                "of ",
                vm.toString(costs.attackerFees / 1 gwei),
                " gwei paid the operator gets back ",
                vm.toString(back / 1 gwei)
            )
        );
    }

    /// @dev An operator that accepts no coin keeps the pool from the fees of requests that it did not serve.
    function test_collectFees_paysThePoolWhateverTheOperatorDoes() external {
        (, uint256 earnedFee) = request(Schema.REQUEST_EXIT_ACCOUNT);
        (, uint256 fee) = request(Schema.REQUEST_EXIT_ACCOUNT);
        Block memory b = nextBlock();
        takeRequests(b, 1);
        submit(b);
        assertTrue(earnedFee != 0 && rollup.fees().earned != 0, "the operator is owed something");
        vm.warp(block.timestamp + DEADLINE + 1);
        IL1Queue.QueuedRequest memory oldest = queued(queue.length - 1);
        rollup.freeze(oldest);
        vm.etch(OPERATOR, type(NoCoin).runtimeCode);
        uint256 before = POOL.balance;
        (bool success,) = address(rollup).call(abi.encodeCall(IL1Queue.collectFees, ()));
        assertTrue(success && POOL.balance > before && fee != 0, "the pool gets what is the pool's");
    }
}
