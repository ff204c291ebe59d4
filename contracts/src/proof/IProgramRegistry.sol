// SPDX-License-Identifier: MIT
// Owns the documentation, errors and events of program registration.
pragma solidity ^0.8.28;

import {IGroth16Verifier} from "./IGroth16Verifier.sol";

/// @title Registry of programs: verification keys that anyone may bring.
/// @notice Its address is the `binder` of the deployment: part of every challenge z and of the statement domain.
/// The hashes and the flag are claims of the registrant; whoever orders must check them (whoever knows the discrete
/// log of a delta can forge proofs under that key). System keys never come from here.
interface IProgramRegistry {
    /// @notice A registered program.
    /// @param key Address of the code that holds the verification key.
    /// @param registeredAt Time of the registration in seconds; 0 when there is no such program.
    /// @param deterministic True when the results are a function of inputs and parameters.
    /// @param registrant Who registered it.
    /// @param r1csHash SHA-256 of the circuit's r1cs file, as claimed.
    /// @param transcriptHash SHA-256 of the transcript of the key's contributions, as claimed.
    struct Program {
        address key;
        uint64 registeredAt;
        bool deterministic;
        address registrant;
        bytes32 r1csHash;
        bytes32 transcriptHash;
    }

    /// @notice A program was registered.
    event ProgramRegistered(
        uint256 indexed programId,
        address indexed registrant,
        address key,
        bool deterministic,
        bytes32 r1csHash,
        bytes32 transcriptHash
    );

    /// @notice The program is registered already; nothing was changed.
    error ProgramAlreadyRegistered(uint256 programId);
    /// @notice No such program.
    error UnknownProgram(uint256 programId);

    /// @notice Verifier whose constants every key of this registry belongs to.
    function verifier() external view returns (IGroth16Verifier);

    /// @notice Registers a verification key after checking each of its points.
    /// @param key 384 bytes: delta (4 words, precompile order), IC_0 … IC_3 (2 words each).
    /// @param r1csHash Claimed hash of the r1cs file.
    /// @param transcriptHash Claimed hash of the contributions' transcript.
    /// @param deterministic Claim that results are a function of inputs and parameters.
    /// @return programId keccak256(key) >> 8.
    function register(bytes calldata key, bytes32 r1csHash, bytes32 transcriptHash, bool deterministic)
        external
        returns (uint256 programId);

    /// @notice The program, all zero when unknown.
    function program(uint256 programId) external view returns (Program memory);

    /// @notice Address of the code that holds the key. Reverts when unknown.
    function keyOf(uint256 programId) external view returns (address);

    /// @notice The 384 bytes of a registered key. Reverts when unknown.
    function keyBytes(uint256 programId) external view returns (bytes memory);

    /// @notice Statement domain of this deployment on this chain (248 bits).
    function statementDomain() external view returns (uint256);
}
