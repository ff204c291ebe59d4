// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRollup} from "../src/rollup/IRollup.sol";
import {Withdrawals} from "../src/rollup/Withdrawals.sol";
import {RollupFixture} from "./support/RollupFixture.sol";
import {MerkleProver} from "./support/MerkleProver.sol";

contract RollupWithdrawalsTest is RollupFixture {
    function setUp() external {
        deployAll(DEPTH);
        registerAccount(ALICE, 10_000);
    }

    /// @dev Submits a block with withdrawals of 100 + i units to the recipients.
    function _withdraw(address[] memory recipients) private returns (bytes32[] memory leaves) {
        Block memory b = nextBlock();
        addWithdrawals(b, recipients, 100);
        submit(b);
        leaves = new bytes32[](recipients.length);
        for (uint256 i = 0; i < leaves.length; i++) {
            leaves[i] = Withdrawals.leaf(address(rollup), b.number, i, recipients[i], 100 + i);
        }
    }

    function _recipients(uint256 count) private pure returns (address[] memory recipients) {
        recipients = new address[](count);
        for (uint256 i = 0; i < count; i++) {
            recipients[i] = i % 2 == 0 ? ALICE : BOB;
        }
    }

    function test_claimWithdrawal_paysEveryPlaceOfEveryTree() external {
        for (uint64 count = 0; count <= 4; count++) {
            bytes32[] memory leaves = _withdraw(_recipients(count));
            for (uint256 i = 0; i < count; i++) {
                address recipient = _recipients(count)[i];
                uint256 before = ctz.balanceOf(recipient);
                vm.expectEmit(true, true, true, true, address(rollup));
                emit IRollup.WithdrawalClaimed(count + 1, i, recipient, 100 + i);
                rollup.claimWithdrawal(count + 1, i, recipient, 100 + i, MerkleProver.proof(leaves, i));
                assertEq(ctz.balanceOf(recipient), before + (100 + i) * UNIT);
                assertTrue(rollup.isClaimed(count + 1, i));
            }
        }
        assertEq(rollup.liabilities() * UNIT, ctz.balanceOf(address(rollup)));
    }

    function test_claimWithdrawal_revertsIfClaimed() external {
        bytes32[] memory leaves = _withdraw(_recipients(2));
        bytes32[] memory proof = MerkleProver.proof(leaves, 1);
        rollup.claimWithdrawal(1, 1, BOB, 101, proof);
        vm.expectRevert(abi.encodeWithSelector(IRollup.WithdrawalAlreadyClaimed.selector, 1, 1));
        rollup.claimWithdrawal(1, 1, BOB, 101, proof);
    }

    function test_claimWithdrawal_revertsIfNotInTheTree() external {
        bytes32[] memory leaves = _withdraw(_recipients(3));
        bytes32[] memory proof = MerkleProver.proof(leaves, 1);
        bytes memory refused = abi.encodeWithSelector(IRollup.InvalidWithdrawalProof.selector, 1, 1);
        vm.expectRevert(refused);
        rollup.claimWithdrawal(1, 1, BOB, 102, proof);
        vm.expectRevert(refused);
        rollup.claimWithdrawal(1, 1, ALICE, 101, proof);
        vm.expectRevert(refused);
        rollup.claimWithdrawal(1, 1, BOB, 101, MerkleProver.proof(leaves, 0));
        vm.expectRevert(refused);
        rollup.claimWithdrawal(1, 1, BOB, 101, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IRollup.InvalidWithdrawalProof.selector, 1, 0));
        rollup.claimWithdrawal(1, 0, BOB, 101, proof);
        vm.expectRevert(abi.encodeWithSelector(IRollup.InvalidWithdrawalProof.selector, 2, 1));
        rollup.claimWithdrawal(2, 1, BOB, 101, proof);
        // Blocks without withdrawals have root zero, which no leaf reaches.
        submit(nextBlock());
        vm.expectRevert(abi.encodeWithSelector(IRollup.InvalidWithdrawalProof.selector, 2, 0));
        rollup.claimWithdrawal(2, 0, BOB, 101, new bytes32[](0));
    }

    function test_claimWithdrawal_revertsIfInnerNodeTakenForLeaf() external {
        // A leaf is a hash of a hash; a preimage of 64 bytes (an inner node's) is never one.
        bytes32[] memory leaves = _withdraw(_recipients(4));
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = MerkleProver.proof(leaves, 0)[1];
        vm.expectRevert(abi.encodeWithSelector(IRollup.InvalidWithdrawalProof.selector, 1, 0));
        rollup.claimWithdrawal(1, 0, ALICE, 100, proof);
    }

    function test_claimWithdrawal_revertsIfNotHeld() external {
        // A block that withdraws more than was deposited would need a false proof; the contract still holds the line.
        Block memory b = nextBlock();
        addWithdrawals(b, _recipients(1), 10_001);
        submit(b);
        vm.expectRevert(abi.encodeWithSelector(IRollup.Insolvent.selector, 10_000, 10_001));
        rollup.claimWithdrawal(1, 0, ALICE, 10_001, new bytes32[](0));
    }

    function test_claimWithdrawals_paysAllAndSkipsClaimed() external {
        bytes32[] memory leaves = _withdraw(_recipients(4));
        rollup.claimWithdrawal(1, 2, ALICE, 102, MerkleProver.proof(leaves, 2));
        IRollup.WithdrawalClaim[] memory claims = new IRollup.WithdrawalClaim[](4);
        for (uint256 i = 0; i < 4; i++) {
            claims[i] = IRollup.WithdrawalClaim(1, i, _recipients(4)[i], 100 + i, MerkleProver.proof(leaves, i));
        }
        uint256 before = ctz.balanceOf(BOB);
        assertEq(rollup.claimWithdrawals(claims), 3);
        assertEq(ctz.balanceOf(BOB), before + 204 * UNIT);
        assertEq(rollup.claimWithdrawals(claims), 0);
        assertEq(rollup.accounting().claimed, 406);
        claims[1].blockNumber = 2;
        vm.expectRevert(abi.encodeWithSelector(IRollup.InvalidWithdrawalProof.selector, 2, 1));
        rollup.claimWithdrawals(claims);
    }

    function test_payPool_sendsWhatAccrued() external {
        assertEq(rollup.payPool(), 0);
        Block memory b = nextBlock();
        b.pool = 30;
        submit(b);
        vm.expectEmit(true, true, true, true, address(rollup));
        emit IRollup.PoolPaid(POOL, 30);
        assertEq(rollup.payPool(), 30);
        assertEq(ctz.balanceOf(POOL), 30 * UNIT);
        assertEq(rollup.payPool(), 0);
        assertEq(rollup.liabilities(), 10_000 - 30);
        assertEq(ctz.balanceOf(address(rollup)), (10_000 - 30) * UNIT);
    }
}
