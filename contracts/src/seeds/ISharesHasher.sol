// SPDX-License-Identifier: MIT
// Owns the interface of the hash that commits to who shares a seed's royalties.
pragma solidity ^0.8.28;

/// @title P[SHARES](ownersRoot, parentShare, parentSharesRoot), docs/royalty.md.
interface ISharesHasher {
    /// @notice Commitment of one level: its owners, the part that goes to the parent, and the parent's own commitment.
    /// @param ownersRoot Commitment to the level's owners and their parts, below r.
    /// @param parentShare Basis points that go to the parent; 0 on the last level.
    /// @param parentSharesRoot The parent's commitment; 0 on the last level.
    /// @return The commitment, below r.
    function hash(uint256 ownersRoot, uint256 parentShare, uint256 parentSharesRoot) external view returns (uint256);
}
