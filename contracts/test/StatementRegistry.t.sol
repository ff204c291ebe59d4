// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IProgramRegistry} from "../src/proof/IProgramRegistry.sol";
import {IStatementRegistry} from "../src/proof/IStatementRegistry.sol";
import {PublicData} from "../src/proof/PublicData.sol";
import {IRollup} from "../src/rollup/IRollup.sol";
import {RollupFixture} from "./support/RollupFixture.sol";

contract StatementRegistryTest is RollupFixture {
    function setUp() external {
        deployAll(DEPTH);
    }

    function _statement() private view returns (Statement memory) {
        return Statement(PROGRAM_0, programIdOf(PROGRAM_0), 12345, programs.statementDomain(), BOB, 3);
    }

    function test_record_revertsIfProgramUnknown() external {
        Statement memory s = _statement();
        IRollup.StatementSubmission memory proven = proveStatement(s);
        vm.expectRevert(abi.encodeWithSelector(IProgramRegistry.UnknownProgram.selector, 7));
        statementRegistry.record(7, s.commitment, proven.words, proven.proof);
    }

    function test_record_revertsIfWordsMalformed() external {
        Statement memory s = _statement();
        IRollup.StatementSubmission memory proven = proveStatement(s);
        bytes memory long = bytes.concat(proven.words, hex"00");
        vm.expectRevert(abi.encodeWithSelector(PublicData.WordsLengthMismatch.selector, 189, 190));
        statementRegistry.record(s.programId, s.commitment, long, proven.proof);
        for (uint256 i = 0; i < 32; i++) {
            proven.words[32 + i] = 0xff;
        }
        vm.expectRevert(abi.encodeWithSelector(PublicData.WordNotInField.selector, 32, type(uint256).max));
        statementRegistry.record(s.programId, s.commitment, proven.words, proven.proof);
    }

    function test_record_revertsIfDomainDiffers() external {
        Statement memory s = _statement();
        s.domain ^= 1;
        IRollup.StatementSubmission memory proven = proveStatement(s);
        vm.expectRevert(
            abi.encodeWithSelector(IStatementRegistry.StatementDomainMismatch.selector, s.domain ^ 1, s.domain)
        );
        statementRegistry.record(s.programId, s.commitment, proven.words, proven.proof);
        assertFalse(statementRegistry.verifyStatement(s.programId, s.commitment, proven.words, proven.proof));
    }

    function test_record_revertsIfProofInvalid() external {
        Statement memory s = _statement();
        IRollup.StatementSubmission memory proven = proveStatement(s);
        assertFalse(statementRegistry.verifyStatement(s.programId, s.commitment + 1, proven.words, proven.proof));
        vm.expectRevert(IStatementRegistry.InvalidProof.selector);
        statementRegistry.record(s.programId, s.commitment + 1, proven.words, proven.proof);
        s.provider = ALICE;
        bytes memory redirected = statementWords(s);
        vm.expectRevert(IStatementRegistry.InvalidProof.selector);
        statementRegistry.record(s.programId, s.commitment, redirected, proven.proof);
    }

    function test_record_remembersOnce() external {
        Statement memory s = _statement();
        IRollup.StatementSubmission memory proven = proveStatement(s);
        assertEq(statementRegistry.recording(s.programId, s.commitment).time, 0);
        assertTrue(statementRegistry.verifyStatement(s.programId, s.commitment, proven.words, proven.proof));
        vm.roll(99);
        vm.expectEmit(true, true, true, true, address(statementRegistry));
        emit IStatementRegistry.StatementRecorded(s.programId, s.commitment, BOB, 4711, 103, 203, 32, 16, 55);
        statementRegistry.record(s.programId, s.commitment, proven.words, proven.proof);
        assertEq(statementRegistry.recording(s.programId, s.commitment).time, NOW);
        assertEq(statementRegistry.recording(s.programId, s.commitment).blockNumber, 99);
        vm.expectRevert(
            abi.encodeWithSelector(IStatementRegistry.StatementAlreadyRecorded.selector, s.programId, s.commitment)
        );
        statementRegistry.record(s.programId, s.commitment, proven.words, proven.proof);
    }

    /// @dev A forced settlement reads provider and form from here, so they must be those of the proven words.
    function test_record_keepsWhatTheProvenWordsSay() external {
        Statement memory s = _statement();
        assertEq(statementRegistry.recording(s.programId, s.commitment).provider, address(0));
        recordStatement(s);
        assertEq(statementRegistry.recording(s.programId, s.commitment).provider, BOB);
        assertTrue(statementRegistry.recording(s.programId, s.commitment).settleable);
        (uint256[] memory ids, uint256[] memory commitments) = (new uint256[](2), new uint256[](2));
        (ids[0], commitments[0], ids[1], commitments[1]) = (s.programId, s.commitment, s.programId, s.commitment + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IStatementRegistry.StatementNotRecorded.selector, s.programId, s.commitment + 1)
        );
        statementRegistry.requireRecorded(ids, commitments);
        commitments[1] = s.commitment;
        statementRegistry.requireRecorded(ids, commitments);
    }
}
