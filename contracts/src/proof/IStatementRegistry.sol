// SPDX-License-Identifier: MIT
// Owns the documentation, errors and events of statements recorded alone.
pragma solidity ^0.8.28;

import {IProgramRegistry} from "./IProgramRegistry.sol";

/// @title Registry of proven statements.
/// @notice A statement is a fact: program P with these parameters, on jobs [from, from + count) of these inputs, gives
/// these results, by this provider at this price. It is identified by (program id, C), never by its proof.
interface IStatementRegistry {
    /// @notice A recorded statement; all zero when it was not recorded.
    /// @param blockNumber Block of the chain.
    /// @param time Time in seconds.
    /// @param provider Who made it, the provider of its `StatementRange` word.
    /// @param settleable Whether its `StatementRange` word has no further bits and its price is below 2^64, so that a block can
    /// settle it.
    struct Recording {
        uint64 blockNumber;
        uint64 time;
        address provider;
        bool settleable;
    }

    /// @notice A statement was proven and recorded.
    /// @param commitment C of the statement's vector.
    /// @param parameters Parameters commitment.
    /// @param pricePerJob Price in units of 10^-9 CTZ.
    event StatementRecorded(
        uint256 indexed programId,
        uint256 indexed commitment,
        address indexed provider,
        uint256 parameters,
        uint256 inputsRoot,
        uint256 resultsRoot,
        uint256 from,
        uint256 count,
        uint256 pricePerJob
    );

    /// @notice The statement belongs to another deployment or chain.
    error StatementDomainMismatch(uint256 expected, uint256 given);
    /// @notice The proof does not verify.
    error InvalidProof();
    /// @notice The statement is not recorded.
    error StatementNotRecorded(uint256 programId, uint256 commitment);
    /// @notice The statement is recorded already.
    error StatementAlreadyRecorded(uint256 programId, uint256 commitment);

    /// @notice Registry of the programs.
    function programs() external view returns (IProgramRegistry);

    /// @notice Verifies a statement and remembers it.
    /// @param programId A registered program.
    /// @param commitment C of the statement's vector.
    /// @param words The statement's 189 bytes: 3 head words, 3 tail words.
    /// @param proof A, B, C in the order of `IGroth16Verifier`.
    function record(uint256 programId, uint256 commitment, bytes calldata words, uint256[8] calldata proof) external;

    /// @notice Verifies a statement without recording it; reverts on malformed words or points.
    /// @return True when domain and proof are right.
    function verifyStatement(uint256 programId, uint256 commitment, bytes calldata words, uint256[8] calldata proof)
        external
        view
        returns (bool);

    /// @notice Reverts unless every statement (programIds[i], commitments[i]) was recorded. The lists are equally long.
    function requireRecorded(uint256[] calldata programIds, uint256[] calldata commitments) external view;

    /// @notice The statement as it was recorded; all zero when it was not.
    function recording(uint256 programId, uint256 commitment) external view returns (Recording memory);
}
