// SPDX-License-Identifier: MIT
// Owns the documentation, errors, events and types of seeds.
pragma solidity ^0.8.28;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title Seeds: models and algorithms as NFTs, with the terms on which they may be used.
/// @notice Registering a seed also queues its cell on the rollup. Seed ids start at 1.
interface ISeedRegistry is IERC721 {
    /// @notice Shares of every payment, in basis points; their sum is at most 10,000.
    struct Terms {
        uint16 royalty;
        uint16 middleware;
        uint16 burn;
        uint16 pool;
    }

    /// @notice A seed.
    /// @param artefactHash SHA-256 of the artefact (weights, source) that the pointer leads to.
    /// @param parametersCommitment Commitment to the program's parameters, below r.
    /// @param programId Program that runs the seed.
    /// @param parent Seed that it was forked from; 0 for an original.
    /// @param index Cell of the seed in the rollup's state.
    /// @param version Version of the terms, from 1.
    /// @param pointer Where the artefact is found (URI).
    struct Seed {
        bytes32 artefactHash;
        uint256 parametersCommitment;
        uint256 programId;
        uint64 parent;
        uint32 index;
        uint32 version;
        Terms terms;
        string pointer;
    }

    /// @notice A seed was registered.
    event SeedRegistered(
        uint64 indexed seedId,
        address indexed creator,
        uint256 indexed programId,
        uint256 parametersCommitment,
        uint64 parent,
        uint32 index,
        uint32 version,
        Terms terms,
        bytes32 artefactHash,
        string pointer
    );

    /// @notice The rollup of this registry names another registry.
    error RollupMismatch(address seedRegistryOfRollup);
    /// @notice The parameters commitment is not below r.
    error ParametersNotInField(uint256 parametersCommitment);
    /// @notice No such seed.
    error UnknownSeed(uint64 seedId);
    /// @notice The shares sum to more than 10,000 basis points.
    error TermsAboveWhole(uint256 basisPoints);

    /// @notice Rollup that holds the seeds' cells.
    function rollup() external view returns (address);

    /// @notice Registers a seed, mints its NFT to the caller and queues its cell on the rollup.
    /// @param artefactHash SHA-256 of the artefact.
    /// @param pointer Where the artefact is found (URI).
    /// @param programId A registered program.
    /// @param parametersCommitment Commitment to the program's parameters, below r.
    /// @param parent Seed that it was forked from; 0 for an original.
    /// @param terms Shares in basis points.
    /// @return seedId The new seed.
    /// @return index Its cell in the rollup's state.
    function register(
        bytes32 artefactHash,
        string calldata pointer,
        uint256 programId,
        uint256 parametersCommitment,
        uint64 parent,
        Terms calldata terms
    ) external returns (uint64 seedId, uint32 index);

    /// @notice A seed. Reverts when unknown.
    function seed(uint64 seedId) external view returns (Seed memory);

    /// @notice Number of seeds; ids are 1 … count.
    function count() external view returns (uint64);
}
