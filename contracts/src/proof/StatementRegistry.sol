// SPDX-License-Identifier: MIT
// Statements proven and recorded alone. Owns when each was recorded, and what its proven words say of its provider.
pragma solidity ^0.8.28;

import {Schema} from "../generated/Schema.sol";
import {IGroth16Verifier} from "./IGroth16Verifier.sol";
import {IProgramRegistry} from "./IProgramRegistry.sol";
import {IStatementRegistry} from "./IStatementRegistry.sol";
import {Statements} from "./Statements.sol";

/// @title Registry of proven statements, see {IStatementRegistry}.
contract StatementRegistry is IStatementRegistry {
    /// @dev A recording in one storage slot.
    struct Entry {
        uint40 blockNumber;
        uint48 time;
        address provider;
        bool settleable;
    }

    uint256 private constant PRICE_BITS = 64;
    /// @dev Bits of a `StatementRange`: count 16, from 32, provider 160.
    uint256 private constant RANGE_BITS = 208;

    /// @inheritdoc IStatementRegistry
    IProgramRegistry public immutable override programs;
    IGroth16Verifier private immutable _verifier;

    mapping(bytes32 statement => Entry) private _recordings;

    /// @param programs_ Registry of programs, the binder of the deployment.
    constructor(IProgramRegistry programs_) {
        programs = programs_;
        _verifier = programs_.verifier();
    }

    /// @inheritdoc IStatementRegistry
    function record(uint256 programId, uint256 commitment, bytes calldata words, uint256[8] calldata proof) external {
        bytes32 statement = _identifier(programId, commitment);
        if (_recordings[statement].time != 0) revert StatementAlreadyRecorded(programId, commitment);
        address key = programs.keyOf(programId);
        (uint256 y, uint256 z, uint256 given) = Statements.signals(address(programs), programId, commitment, words);
        uint256 expected = Statements.domain(address(programs));
        if (given != expected) revert StatementDomainMismatch(expected, given);
        if (!_verifier.verify(key, [commitment, y, z], proof)) revert InvalidProof();
        _recordings[statement] = _recordingOf(words);
        _emitRecorded(programId, commitment, words);
    }

    /// @inheritdoc IStatementRegistry
    function verifyStatement(uint256 programId, uint256 commitment, bytes calldata words, uint256[8] calldata proof)
        external
        view
        returns (bool)
    {
        address key = programs.keyOf(programId);
        (uint256 y, uint256 z, uint256 domain) = Statements.signals(address(programs), programId, commitment, words);
        return domain == Statements.domain(address(programs)) && _verifier.verify(key, [commitment, y, z], proof);
    }

    /// @inheritdoc IStatementRegistry
    function requireRecorded(uint256[] calldata programIds, uint256[] calldata commitments) external view {
        for (uint256 i = 0; i < commitments.length; i++) {
            (uint256 programId, uint256 commitment) = (programIds[i], commitments[i]);
            if (_recordings[_identifier(programId, commitment)].time == 0) {
                revert StatementNotRecorded(programId, commitment);
            }
        }
    }

    /// @inheritdoc IStatementRegistry
    function recording(uint256 programId, uint256 commitment) external view returns (Recording memory) {
        Entry memory entry = _recordings[_identifier(programId, commitment)];
        return Recording(entry.blockNumber, entry.time, entry.provider, entry.settleable);
    }

    /// @dev What later readers need of the words, which only the proof ties to C.
    function _recordingOf(bytes calldata words) private view returns (Entry memory) {
        uint256 range = Statements.term(words, 1);
        bool settleable = range >> RANGE_BITS == 0 && Statements.term(words, 2) >> PRICE_BITS == 0;
        address provider = address(uint160(Schema.statementRange_provider(range)));
        return Entry(uint40(block.number), uint48(block.timestamp), provider, settleable);
    }

    function _emitRecorded(uint256 programId, uint256 commitment, bytes calldata words) private {
        uint256 range = Statements.term(words, 1);
        emit StatementRecorded(
            programId,
            commitment,
            address(uint160(Schema.statementRange_provider(range))),
            Statements.claim(words, 0),
            Statements.claim(words, 1),
            Statements.claim(words, 2),
            Schema.statementRange_from(range),
            Schema.statementRange_count(range),
            Statements.term(words, 2)
        );
    }

    /// @dev keccak256(abi.encode(programId, commitment)), in scratch space.
    function _identifier(uint256 programId, uint256 commitment) private pure returns (bytes32 identifier) {
        assembly ("memory-safe") {
            mstore(0, programId)
            mstore(32, commitment)
            identifier := keccak256(0, 64)
        }
    }
}
