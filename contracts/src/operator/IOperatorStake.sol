// SPDX-License-Identifier: MIT
// Owns the documentation, errors, events and types of the operators' stake.
pragma solidity ^0.8.28;

/// @title What operators stake on the promises that they sign.
/// @notice An operator is the address whose key signs receipts and leases. Liability follows the signature, not the office:
/// what a key has signed stays enforceable after the rollup has another operator, until the stake is withdrawn. Amounts
/// are wei of CTZ.
interface IOperatorStake {
    /// @notice Stake of one operator.
    /// @param bonded Backs what the operator signs.
    /// @param unbonding On its way out; slashed like the rest until it is withdrawn, but after it.
    /// @param withdrawableFrom Time from which `unbonding` may be withdrawn.
    /// @param openChallenges While there are any, nothing is withdrawn.
    struct Stake {
        uint128 bonded;
        uint128 unbonding;
        uint64 withdrawableFrom;
        uint64 openChallenges;
    }

    /// @notice What a deployment fixes.
    /// @param token The CTZ token.
    /// @param slashAmount Lost for one broken promise.
    /// @param unbondingSeconds Between announcing and withdrawing.
    struct StakeTerms {
        address token;
        uint256 slashAmount;
        uint64 unbondingSeconds;
    }

    /// @notice Someone staked for an operator.
    event Staked(address indexed operator, address indexed payer, uint256 amount);
    /// @notice An operator announced a withdrawal.
    event UnbondingBegun(address indexed operator, uint256 amount, uint64 withdrawableFrom);
    /// @notice An operator took back an announcement.
    event UnbondingCancelled(address indexed operator, uint256 amount);
    /// @notice An operator withdrew.
    event StakeWithdrawn(address indexed operator, address indexed recipient, uint256 amount);
    /// @notice An operator lost stake: `reward` went to the challenger, the rest was burned.
    event Slashed(address indexed operator, address indexed challenger, uint256 amount, uint256 reward);

    /// @notice A fixed address is zero.
    error StakeAddressZero();
    /// @notice The slashed amount or the delay is zero.
    error StakeTermsInvalid();
    /// @notice Only the challenge contracts may slash and hold stake.
    error NotChallengeContract(address caller);
    /// @notice The amount is zero or above what is there.
    error StakeAmountInvalid(uint256 available, uint256 given);
    /// @notice The delay is not over.
    error StillUnbonding(uint64 withdrawableFrom);
    /// @notice A challenge against the operator is open.
    error ChallengesOpen(uint64 count);
    /// @notice Nothing is staked for who signed this: it is no operator's promise, or nothing is left to slash.
    error NothingStaked(address operator);

    /// @notice Adds to an operator's stake from the caller's tokens. The operator alone can withdraw it.
    function stake(address operator, uint256 amount) external;

    /// @notice Announces the caller's withdrawal. Starts the delay anew for everything announced before.
    function beginUnbonding(uint256 amount) external;

    /// @notice Makes what the caller has announced bonded again.
    function cancelUnbonding() external;

    /// @notice Withdraws what the caller has announced, after the delay and while no challenge is open.
    function withdrawStake(address recipient) external returns (uint256 amount);

    /// @notice Counts an open challenge. Only challenge contracts; reverts when nothing is staked.
    function openChallenge(address operator) external;

    /// @notice Counts a closed challenge. Only challenge contracts.
    function closeChallenge(address operator) external;

    /// @notice Takes `slashAmount`, or what is left, half for the challenger, half burned. Only challenge contracts.
    function slash(address operator, address challenger) external returns (uint256 amount);

    /// @notice Stake of an operator.
    function stakeOf(address operator) external view returns (Stake memory);

    /// @notice Lost for one broken promise.
    function slashAmount() external view returns (uint256);

    /// @notice Seconds between announcing and withdrawing.
    function unbondingSeconds() external view returns (uint64);

    /// @notice The CTZ token.
    function token() external view returns (address);
}
