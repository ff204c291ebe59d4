// SPDX-License-Identifier: MIT
// What the tests of forced requests, of their fees and of the freeze share: a free queue with two accounts waiting, or one with
// fees; requests whose expected words are kept aside.
pragma solidity ^0.8.28;

import {Schema} from "../../src/generated/Schema.sol";
import {IL1Queue} from "../../src/rollup/IL1Queue.sol";
import {RollupFixture} from "./RollupFixture.sol";

abstract contract ForcedFixture is RollupFixture {
    uint96 internal constant FEE = 0.0002 ether;
    uint96 internal constant REGISTER_FEE = 0.0005 ether;
    uint256 internal constant BLOCK = 1 << 16;

    function deployFree() internal {
        deployAll(DEPTH);
        registerAccount(ALICE, 1_000);
        registerAccount(BOB, 0);
    }

    /// @dev A deployment with fees, one hour and thirty blocks of deadline: a limit of seven and a half blocks.
    function deployWithFees() internal {
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

    function exitAccount(address owner) internal {
        uint256 fee = rollup.requestFee(Schema.REQUEST_EXIT_ACCOUNT);
        vm.prank(owner);
        rollup.exitAccount{value: fee}();
        expectQueued(Schema.REQUEST_EXIT_ACCOUNT, rollup.accountIndex(owner), uint160(owner), 0);
    }

    function exitOrder(address owner, uint32 order) internal {
        uint256 fee = rollup.requestFee(Schema.REQUEST_EXIT_ORDER);
        vm.prank(owner);
        rollup.exitOrder{value: fee}(order);
        expectQueued(Schema.REQUEST_EXIT_ORDER, order, uint160(owner), rollup.accountIndex(owner));
    }

    function statement(uint256 salt) internal view returns (Statement memory) {
        uint256 commitment = uint256(keccak256(abi.encode("recorded", salt))) % R;
        return Statement(PROGRAM_0, programIdOf(PROGRAM_0), commitment, rollup.statementDomain(), BOB, salt);
    }
}
