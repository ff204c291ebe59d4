// SPDX-License-Identifier: MIT
// The stake by itself, fuzzed against a plain account of it, and what the challenge contracts refuse at deployment. The
// games are tested on a local chain in test/operator.
pragma solidity ^0.8.28;

import {ChainEvidence} from "../src/operator/ChainEvidence.sol";
import {ILeaseChallenge} from "../src/operator/ILeaseChallenge.sol";
import {IOperatorStake} from "../src/operator/IOperatorStake.sol";
import {IReceiptChallenge} from "../src/operator/IReceiptChallenge.sol";
import {LeaseChallenge} from "../src/operator/LeaseChallenge.sol";
import {OperatorStake} from "../src/operator/OperatorStake.sol";
import {ReceiptChallenge} from "../src/operator/ReceiptChallenge.sol";
import {IPoseidon} from "../src/hash/IPoseidon.sol";
import {IRollup} from "../src/rollup/IRollup.sol";
import {RollupFixture} from "./support/RollupFixture.sol";

contract OperatorStakeTest is RollupFixture {
    uint256 private constant SLASH = 100 ether;
    uint64 private constant DELAY = 1000;
    address private constant GAME = address(0x9a3e);
    address private constant CHALLENGER = address(0xc4a1);

    OperatorStake private stakes;

    function setUp() external {
        deployAll(DEPTH);
        stakes = deployStake(SLASH, DELAY);
        ctz.approve(address(stakes), type(uint256).max);
    }

    function deployStake(uint256 slashAmount, uint64 delay) private returns (OperatorStake) {
        address[] memory games = new address[](1);
        games[0] = GAME;
        return new OperatorStake(IOperatorStake.StakeTerms(address(ctz), slashAmount, delay), games);
    }

    function held() private view returns (uint256) {
        IOperatorStake.Stake memory own = stakes.stakeOf(OPERATOR);
        return uint256(own.bonded) + own.unbonding;
    }

    /// @dev Bonded and unbonding stake, slashed several times: the sums agree with tokens moved and burned.
    function testFuzz_slash_takesHalfForTheChallengerAndBurnsTheRest(uint96 bonded, uint96 unbonding, uint8 times)
        external
    {
        uint256 total = bound(bonded, 1, 1_000 ether);
        uint256 leaving = bound(unbonding, 0, total);
        stakes.stake(OPERATOR, total);
        vm.startPrank(OPERATOR);
        if (leaving > 0) stakes.beginUnbonding(leaving);
        vm.stopPrank();
        uint256 supply = ctz.totalSupply();
        uint256 expected = total;
        uint256 rewards = 0;
        for (uint256 i = 0; i < times % 12; i++) {
            uint256 amount = expected < SLASH ? expected : SLASH;
            vm.prank(GAME);
            assertEq(stakes.slash(OPERATOR, CHALLENGER), amount);
            expected -= amount;
            rewards += amount / 2;
            assertEq(held(), expected, "stake");
        }
        assertEq(ctz.balanceOf(CHALLENGER), rewards, "rewards");
        assertEq(supply - ctz.totalSupply(), total - expected - rewards, "burned");
        assertEq(ctz.balanceOf(address(stakes)), expected, "held");
        IOperatorStake.Stake memory own = stakes.stakeOf(OPERATOR);
        // Bonded stake goes first.
        if (own.bonded > 0) assertEq(own.unbonding, leaving);
    }

    function test_stake_revertsIfZeroAmountOrOperator() external {
        vm.expectRevert(abi.encodeWithSelector(IOperatorStake.StakeAmountInvalid.selector, type(uint128).max, 0));
        stakes.stake(OPERATOR, 0);
        vm.expectRevert(IOperatorStake.StakeAddressZero.selector);
        stakes.stake(address(0), 1);
    }

    function test_openChallenge_revertsIfNothingStaked() external {
        vm.prank(GAME);
        vm.expectRevert(abi.encodeWithSelector(IOperatorStake.NothingStaked.selector, OPERATOR));
        stakes.openChallenge(OPERATOR);
    }

    function test_beginUnbonding_startsTheDelayAnew() external {
        stakes.stake(OPERATOR, 10);
        vm.startPrank(OPERATOR);
        stakes.beginUnbonding(4);
        vm.warp(block.timestamp + DELAY - 1);
        stakes.beginUnbonding(6);
        vm.warp(block.timestamp + 1);
        uint64 from = uint64(block.timestamp) + DELAY - 1;
        vm.expectRevert(abi.encodeWithSelector(IOperatorStake.StillUnbonding.selector, from));
        stakes.withdrawStake(OPERATOR);
        vm.warp(from);
        assertEq(stakes.withdrawStake(BOB), 10);
        vm.expectRevert(abi.encodeWithSelector(IOperatorStake.StakeAmountInvalid.selector, 0, 0));
        stakes.withdrawStake(BOB);
        vm.expectRevert(abi.encodeWithSelector(IOperatorStake.StakeAmountInvalid.selector, 0, 0));
        stakes.cancelUnbonding();
    }

    function test_withdrawStake_revertsWhileAChallengeIsOpen() external {
        stakes.stake(OPERATOR, 10);
        vm.prank(OPERATOR);
        stakes.beginUnbonding(10);
        vm.prank(GAME);
        stakes.openChallenge(OPERATOR);
        vm.warp(block.timestamp + DELAY);
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(IOperatorStake.ChallengesOpen.selector, 1));
        stakes.withdrawStake(OPERATOR);
        vm.prank(GAME);
        stakes.closeChallenge(OPERATOR);
        vm.prank(OPERATOR);
        vm.expectRevert(IOperatorStake.StakeAddressZero.selector);
        stakes.withdrawStake(address(0));
        vm.prank(OPERATOR);
        assertEq(stakes.withdrawStake(OPERATOR), 10);
    }

    function test_constructor_revertsIfTermsInvalid() external {
        vm.expectRevert(IOperatorStake.StakeTermsInvalid.selector);
        deployStake(0, DELAY);
        vm.expectRevert(IOperatorStake.StakeTermsInvalid.selector);
        deployStake(SLASH, 0);
        vm.expectRevert(IOperatorStake.StakeAddressZero.selector);
        new OperatorStake(IOperatorStake.StakeTerms(address(0), SLASH, DELAY), new address[](0));
        vm.expectRevert(IOperatorStake.StakeAddressZero.selector);
        new OperatorStake(IOperatorStake.StakeTerms(address(ctz), SLASH, DELAY), new address[](1));
    }

    function deployReceipts(IRollup given, uint256 bond, uint64 window, uint64 stall)
        private
        returns (ReceiptChallenge)
    {
        IReceiptChallenge.ChallengeTerms memory terms = IReceiptChallenge.ChallengeTerms(bond, window, stall);
        return new ReceiptChallenge(given, IPoseidon(address(1)), stakes, terms);
    }

    /// @dev The unbonding delay must be longer than twice the window and the time to a verdict of standing still.
    function test_challengeContracts_revertIfTermsInvalid() external {
        uint64[3][4] memory invalid = [[uint64(0), 1, 1], [uint64(1), 0, 1], [uint64(1), 1, 0], [uint64(1), 250, 250]];
        for (uint256 i = 0; i < 4; i++) {
            vm.expectRevert(IReceiptChallenge.ChallengeTermsInvalid.selector);
            deployReceipts(rollup, invalid[i][0], invalid[i][1], invalid[i][2]);
        }
        vm.expectRevert(ChainEvidence.EvidenceAddressZero.selector);
        deployReceipts(IRollup(address(0)), 1, 1, 1);
        ReceiptChallenge receipts = deployReceipts(rollup, 1, 250, 249);
        assertEq(receipts.operatorStake(), address(stakes));
        assertEq(receipts.terms().stallSeconds, 249);

        ILeaseChallenge.LeaseTerms memory terms = ILeaseChallenge.LeaseTerms(1, DELAY);
        vm.expectRevert(ILeaseChallenge.LeaseTermsInvalid.selector);
        new LeaseChallenge(rollup, IPoseidon(address(1)), stakes, terms);
        terms.windowSeconds = DELAY - 1;
        assertEq(new LeaseChallenge(rollup, IPoseidon(address(1)), stakes, terms).rollup(), address(rollup));
    }
}
