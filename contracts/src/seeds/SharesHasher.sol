// SPDX-License-Identifier: MIT
// Owns the hash that commits to who shares a seed's royalties: the one that the royalty-split circuit proves.
pragma solidity ^0.8.28;

import {Schema} from "../generated/Schema.sol";
import {IPoseidon} from "../hash/IPoseidon.sol";
import {ISharesHasher} from "./ISharesHasher.sol";

/// @title Poseidon of a level of shares, see {ISharesHasher}.
contract SharesHasher is ISharesHasher {
    /// @notice Poseidon with circomlib's parameters.
    IPoseidon public immutable poseidon;

    /// @param poseidon_ Deployed Poseidon.
    constructor(IPoseidon poseidon_) {
        poseidon = poseidon_;
    }

    /// @inheritdoc ISharesHasher
    function hash(uint256 ownersRoot, uint256 parentShare, uint256 parentSharesRoot) external view returns (uint256) {
        return poseidon.hash3(Schema.DOMAIN_SHARES, ownersRoot, parentShare, parentSharesRoot);
    }
}
