// SPDX-License-Identifier: MIT
// Owns the documentation of the CTZ token beyond ERC-20, ERC-2612 and ERC-5805.
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title CTZ, the token that pays for compute.
/// @notice 18 decimals. One unit of the rollup is 10^9 wei (10^-9 CTZ), and the supply never exceeds the cap, which is
/// below 2^88 units, so that no sum of balances overflows an amount of the circuits. The whole supply is minted to the
/// deployer; there is no later minting in this version.
interface ICTZ is IERC20 {
    /// @notice The initial supply is above the cap.
    error SupplyAboveCap(uint256 supply, uint256 cap);

    /// @notice Most wei that can ever exist.
    function cap() external view returns (uint256);

    /// @notice Destroys `amount` wei of the caller.
    function burn(uint256 amount) external;
}
