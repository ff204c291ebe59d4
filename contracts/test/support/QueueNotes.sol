// SPDX-License-Identifier: MIT
// Keeps the words of a request aside as the contract's event says them, whatever its kind and whoever queued it.
pragma solidity ^0.8.28;

import {IRollup} from "../../src/rollup/IRollup.sol";
import {RollupFixture} from "./RollupFixture.sol";
import {Cheats} from "./Test.sol";

abstract contract QueueNotes is RollupFixture {
    /// @dev Calls `target` as `from` with this value and notes the one request that it queues. Returns the call's gas: with
    /// isolation, the whole transaction's.
    function queueBy(address target, bytes memory data, uint256 value, address from) internal returns (uint256 gas) {
        vm.recordLogs();
        vm.prank(from);
        (bool success,) = target.call{value: value}(data);
        gas = vm.lastCallGas().gasTotalUsed;
        assertTrue(success, "the request is taken");
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; i++) {
            if (logs[i].topics[0] != IRollup.RequestEnqueued.selector) continue;
            (uint256 head0, uint256 head1, uint256 route, uint256 value_) =
                abi.decode(logs[i].data, (uint256, uint256, uint256, uint256));
            queue.push(Request(head0, head1, route, value_));
        }
        assertEq(queue.length, rollup.requestCount(), "one request more");
    }
}
