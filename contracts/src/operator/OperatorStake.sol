// SPDX-License-Identifier: MIT
// Holds the operators' stake and takes it when a challenge contract says so. The challenge contracts are fixed at
// deployment. CTZ moves exactly what it says and calls nobody.
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ICTZ} from "../token/ICTZ.sol";
import {IOperatorStake} from "./IOperatorStake.sol";

/// @title OperatorStake, see {IOperatorStake}.
contract OperatorStake is IOperatorStake {
    using SafeERC20 for IERC20;

    address private immutable _token;
    uint256 private immutable _slashAmount;
    uint64 private immutable _unbondingSeconds;

    mapping(address caller => bool) private _isChallengeContract;
    mapping(address operator => Stake) private _stakes;

    modifier onlyChallengeContract() {
        if (!_isChallengeContract[msg.sender]) revert NotChallengeContract(msg.sender);
        _;
    }

    /// @param terms What the deployment fixes.
    /// @param challengeContracts The only addresses that may slash.
    constructor(StakeTerms memory terms, address[] memory challengeContracts) {
        if (terms.token == address(0)) revert StakeAddressZero();
        if (terms.slashAmount == 0 || terms.unbondingSeconds == 0) revert StakeTermsInvalid();
        _token = terms.token;
        _slashAmount = terms.slashAmount;
        _unbondingSeconds = terms.unbondingSeconds;
        for (uint256 i = 0; i < challengeContracts.length; i++) {
            if (challengeContracts[i] == address(0)) revert StakeAddressZero();
            _isChallengeContract[challengeContracts[i]] = true;
        }
    }

    /// @inheritdoc IOperatorStake
    function stake(address operator, uint256 amount) external {
        if (operator == address(0)) revert StakeAddressZero();
        if (amount == 0 || amount > type(uint128).max) revert StakeAmountInvalid(type(uint128).max, amount);
        _stakes[operator].bonded += uint128(amount);
        emit Staked(operator, msg.sender, amount);
        IERC20(_token).safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IOperatorStake
    function beginUnbonding(uint256 amount) external {
        Stake storage own = _stakes[msg.sender];
        if (amount == 0 || amount > own.bonded) revert StakeAmountInvalid(own.bonded, amount);
        own.bonded -= uint128(amount);
        own.unbonding += uint128(amount);
        own.withdrawableFrom = uint64(block.timestamp) + _unbondingSeconds;
        emit UnbondingBegun(msg.sender, amount, own.withdrawableFrom);
    }

    /// @inheritdoc IOperatorStake
    function cancelUnbonding() external {
        Stake storage own = _stakes[msg.sender];
        uint128 amount = own.unbonding;
        if (amount == 0) revert StakeAmountInvalid(0, 0);
        own.unbonding = 0;
        own.withdrawableFrom = 0;
        own.bonded += amount;
        emit UnbondingCancelled(msg.sender, amount);
    }

    /// @inheritdoc IOperatorStake
    function withdrawStake(address recipient) external returns (uint256 amount) {
        if (recipient == address(0)) revert StakeAddressZero();
        Stake storage own = _stakes[msg.sender];
        amount = own.unbonding;
        if (amount == 0) revert StakeAmountInvalid(0, 0);
        if (block.timestamp < own.withdrawableFrom) revert StillUnbonding(own.withdrawableFrom);
        if (own.openChallenges != 0) revert ChallengesOpen(own.openChallenges);
        own.unbonding = 0;
        own.withdrawableFrom = 0;
        emit StakeWithdrawn(msg.sender, recipient, amount);
        IERC20(_token).safeTransfer(recipient, amount);
    }

    /// @inheritdoc IOperatorStake
    function openChallenge(address operator) external onlyChallengeContract {
        Stake storage target = _stakes[operator];
        _requireStake(target, operator);
        target.openChallenges++;
    }

    /// @inheritdoc IOperatorStake
    function closeChallenge(address operator) external onlyChallengeContract {
        _stakes[operator].openChallenges--;
    }

    /// @inheritdoc IOperatorStake
    function slash(address operator, address challenger) external onlyChallengeContract returns (uint256 amount) {
        Stake storage target = _stakes[operator];
        uint256 available = uint256(target.bonded) + target.unbonding;
        amount = available < _slashAmount ? available : _slashAmount;
        uint256 fromBonded = amount < target.bonded ? amount : target.bonded;
        target.bonded -= uint128(fromBonded);
        target.unbonding -= uint128(amount - fromBonded);
        uint256 reward = amount / 2;
        emit Slashed(operator, challenger, amount, reward);
        if (amount == 0) return 0;
        ICTZ(_token).burn(amount - reward);
        IERC20(_token).safeTransfer(challenger, reward);
    }

    /// @inheritdoc IOperatorStake
    function stakeOf(address operator) external view returns (Stake memory) {
        return _stakes[operator];
    }

    /// @inheritdoc IOperatorStake
    function slashAmount() external view returns (uint256) {
        return _slashAmount;
    }

    /// @inheritdoc IOperatorStake
    function unbondingSeconds() external view returns (uint64) {
        return _unbondingSeconds;
    }

    /// @inheritdoc IOperatorStake
    function token() external view returns (address) {
        return _token;
    }

    function _requireStake(Stake storage target, address operator) private view {
        if (uint256(target.bonded) + target.unbonding == 0) revert NothingStaked(operator);
    }
}
