// SPDX-License-Identifier: MIT
// Verification keys of programs. Owns their storage; its address is the binder of the deployment.
pragma solidity ^0.8.28;

import {IGroth16Verifier} from "./IGroth16Verifier.sol";
import {IProgramRegistry} from "./IProgramRegistry.sol";
import {Statements} from "./Statements.sol";
import {VerificationKeys} from "./VerificationKeys.sol";

/// @title Registry of programs, see {IProgramRegistry}.
contract ProgramRegistry is IProgramRegistry {
    /// @inheritdoc IProgramRegistry
    IGroth16Verifier public immutable override verifier;

    mapping(uint256 programId => Program) private _programs;

    /// @param verifier_ Verifier of the deployment.
    constructor(IGroth16Verifier verifier_) {
        verifier_.requireChainAllowed();
        verifier = verifier_;
    }

    /// @inheritdoc IProgramRegistry
    function register(bytes calldata key, bytes32 r1csHash, bytes32 transcriptHash, bool deterministic)
        external
        returns (uint256 programId)
    {
        verifier.requireChainAllowed();
        VerificationKeys.requireValid(key);
        programId = VerificationKeys.programId(key);
        if (_programs[programId].registeredAt != 0) revert ProgramAlreadyRegistered(programId);
        address pointer = VerificationKeys.store(key);
        _programs[programId] =
            Program(pointer, uint64(block.timestamp), deterministic, msg.sender, r1csHash, transcriptHash);
        emit ProgramRegistered(programId, msg.sender, pointer, deterministic, r1csHash, transcriptHash);
    }

    /// @inheritdoc IProgramRegistry
    function program(uint256 programId) external view returns (Program memory) {
        return _programs[programId];
    }

    /// @inheritdoc IProgramRegistry
    function keyOf(uint256 programId) public view returns (address pointer) {
        pointer = _programs[programId].key;
        if (pointer == address(0)) revert UnknownProgram(programId);
    }

    /// @inheritdoc IProgramRegistry
    function keyBytes(uint256 programId) external view returns (bytes memory key) {
        (, key) = VerificationKeys.load(keyOf(programId));
    }

    /// @inheritdoc IProgramRegistry
    function statementDomain() external view returns (uint256) {
        return Statements.domain(address(this));
    }
}
