// SPDX-License-Identifier: MIT
// The CTZ token: OpenZeppelin's ERC-20 with permit, burning and votes, and a cap on the supply.
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ICTZ} from "./ICTZ.sol";

/// @title CTZ, see {ICTZ}.
contract CTZ is ICTZ, ERC20, ERC20Burnable, ERC20Permit, ERC20Votes {
    /// @dev 10^9 CTZ: 10^18 units of the rollup, below 2^88.
    uint256 private constant CAP = 1_000_000_000 ether;

    /// @param initialSupply Wei minted to the deployer.
    constructor(uint256 initialSupply) ERC20("Catalyze", "CTZ") ERC20Permit("Catalyze") {
        if (initialSupply > CAP) revert SupplyAboveCap(initialSupply, CAP);
        _mint(msg.sender, initialSupply);
    }

    /// @inheritdoc ICTZ
    function cap() external pure returns (uint256) {
        return CAP;
    }

    /// @inheritdoc ICTZ
    function burn(uint256 amount) public override(ICTZ, ERC20Burnable) {
        super.burn(amount);
    }

    /// @notice Votes are counted by time.
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @notice ERC-6372 description of {clock}.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @notice ERC-2612 nonce of `owner`.
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
