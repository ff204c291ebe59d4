// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Schema} from "../src/generated/Schema.sol";
import {IProgramRegistry} from "../src/proof/IProgramRegistry.sol";
import {PublicData} from "../src/proof/PublicData.sol";
import {IStatementRegistry} from "../src/proof/IStatementRegistry.sol";
import {IRollup} from "../src/rollup/IRollup.sol";
import {ISeedRegistry} from "../src/seeds/ISeedRegistry.sol";
import {RollupFixture} from "./support/RollupFixture.sol";
import {Trapdoor} from "./support/Trapdoor.sol";
import {BabyJubJubVectors} from "./vectors/BabyJubJubVectors.sol";

/// @dev Submits through a contract.
contract Relay {
    function submitBlocks(IRollup rollup, IRollup.BlockSubmission[] calldata blocks) external {
        rollup.submitBlocks(blocks);
    }
}

contract RollupSubmitBlocksTest is RollupFixture {
    function setUp() external {
        deployAll(DEPTH);
    }

    /// @dev A block that uses every segment.
    function _richBlock() private returns (Block memory b) {
        registerAccount(ALICE, 1_000);
        registerAccount(BOB, 0);
        registerSeed(ALICE, 0);
        b = nextBlock();
        takeRequests(b, 3);
        addStatements(b, 3);
        addOrdersAndCells(b, 1, 7);
        (uint256 ax, uint256 ay) = keyOf(2);
        b.rotations = new uint256[3][](1);
        b.rotations[0] = [ax, ay, 1];
        address[] memory recipients = new address[](3);
        (recipients[0], recipients[1], recipients[2]) = (ALICE, BOB, ALICE);
        addWithdrawals(b, recipients, 10);
        (b.burned, b.pool) = (50, 20);
    }

    // Reverts, in source order.

    function test_submitBlocks_revertsIfNotTopLevelCall() external {
        IRollup.BlockSubmission[] memory list = one(prove(nextBlock()));
        vm.prank(OPERATOR, ALICE);
        vm.expectRevert(IRollup.NotTopLevelCall.selector);
        rollup.submitBlocks(list);
        Relay relay = new Relay();
        vm.prank(OPERATOR, OPERATOR);
        vm.expectRevert(IRollup.NotTopLevelCall.selector);
        relay.submitBlocks(rollup, list);
        // An account that delegates to code (EIP-7702) could be calling from inside itself.
        vm.etch(OPERATOR, hex"00");
        submitReverts(list, abi.encodeWithSelector(IRollup.NotTopLevelCall.selector));
    }

    function test_submitBlocks_revertsIfNotOperator() external {
        IRollup.BlockSubmission[] memory list = one(prove(nextBlock()));
        vm.prank(ALICE, ALICE);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, ALICE));
        rollup.submitBlocks(list);
    }

    function test_submitBlocks_revertsIfNoBlocks() external {
        submitReverts(new IRollup.BlockSubmission[](0), abi.encodeWithSelector(IRollup.NoBlocks.selector));
    }

    function test_submitBlocks_revertsIfUnknownBlockSize() external {
        IRollup.BlockSubmission memory submission = prove(nextBlock());
        submission.sizeId = 1;
        submitReverts(one(submission), abi.encodeWithSelector(IRollup.UnknownBlockSize.selector, 1));
    }

    function test_submitBlocks_revertsIfWordsTruncatedOrExtended() external {
        Block memory b = _richBlock();
        bytes memory full = encodeWords(b);
        IRollup.BlockSubmission memory submission = prove(b);
        submission.words = _slice(full, 219);
        submitReverts(one(submission), abi.encodeWithSelector(PublicData.WordsLengthMismatch.selector, 220, 219));
        submission.words = _slice(full, full.length - 1);
        submitReverts(
            one(submission),
            abi.encodeWithSelector(PublicData.WordsLengthMismatch.selector, full.length, full.length - 1)
        );
        submission.words = bytes.concat(full, hex"00");
        submitReverts(
            one(submission),
            abi.encodeWithSelector(PublicData.WordsLengthMismatch.selector, full.length, full.length + 1)
        );
    }

    function test_submitBlocks_revertsIfBlockOutOfOrder() external {
        Block memory b = nextBlock();
        for (uint64 number = 0; number < 3; number += 2) {
            b.number = number;
            submitReverts(one(prove(b)), abi.encodeWithSelector(IRollup.BlockOutOfOrder.selector, 1, number));
        }
    }

    function test_submitBlocks_revertsIfReplayed() external {
        IRollup.BlockSubmission[] memory list = one(prove(nextBlock()));
        submit(list);
        submitReverts(list, abi.encodeWithSelector(IRollup.BlockOutOfOrder.selector, 2, 1));
    }

    function test_submitBlocks_revertsIfStateRootMismatch() external {
        Block memory b = nextBlock();
        submit(b);
        Block memory next = nextBlock();
        next.roots[0] = GENESIS;
        submitReverts(one(prove(next)), abi.encodeWithSelector(IRollup.StateRootMismatch.selector, b.roots[1], GENESIS));
    }

    function test_submitBlocks_revertsIfOperationDomainMismatch() external {
        Block memory b = nextBlock();
        uint256 right = b.operationDomain;
        b.operationDomain ^= 1;
        submitReverts(
            one(prove(b)), abi.encodeWithSelector(IRollup.OperationDomainMismatch.selector, right, b.operationDomain)
        );
    }

    function test_submitBlocks_revertsOnAnotherChain() external {
        Block memory b = nextBlock();
        IRollup.BlockSubmission[] memory list = one(prove(b));
        vm.chainId(1);
        submitReverts(
            list,
            abi.encodeWithSelector(
                IRollup.OperationDomainMismatch.selector, rollup.operationDomain(), b.operationDomain
            )
        );
    }

    function test_submitBlocks_revertsIfStatementDomainMismatch() external {
        Block memory b = nextBlock();
        uint256 right = b.statementDomain;
        b.statementDomain ^= 1;
        submitReverts(
            one(prove(b)), abi.encodeWithSelector(IRollup.StatementDomainMismatch.selector, right, b.statementDomain)
        );
    }

    function test_submitBlocks_revertsIfDepthMismatch() external {
        Block memory b = nextBlock();
        b.depth = 9;
        submitReverts(one(prove(b)), abi.encodeWithSelector(IRollup.DepthMismatch.selector, 8, 9));
    }

    function test_submitBlocks_revertsIfTimeOutOfRange() external {
        Block memory b = nextBlock();
        b.time = NOW + 1;
        submitReverts(
            one(prove(b)), abi.encodeWithSelector(IRollup.BlockTimeOutOfRange.selector, NOW - 3600, NOW, NOW + 1)
        );
        b.time = NOW - 3601;
        submitReverts(
            one(prove(b)), abi.encodeWithSelector(IRollup.BlockTimeOutOfRange.selector, NOW - 3600, NOW, NOW - 3601)
        );
        b.time = NOW - 3600;
        submit(b);
        b = nextBlock();
        b.time = NOW - 3601;
        vm.warp(NOW - 100);
        submitReverts(
            one(prove(b)),
            abi.encodeWithSelector(IRollup.BlockTimeOutOfRange.selector, NOW - 3600, NOW - 100, NOW - 3601)
        );
        b.time = NOW - 3600;
        submit(b);
    }

    function test_submitBlocks_revertsIfRequestsOutOfOrder() external {
        registerAccount(ALICE, 5);
        registerAccount(BOB, 5);
        Block memory b = nextBlock();
        b.firstRequest = 1;
        takeRequests(b, 1);
        submitReverts(one(prove(b)), abi.encodeWithSelector(IRollup.RequestsOutOfOrder.selector, 0, 1));
    }

    function test_submitBlocks_revertsIfRequestsNotQueued() external {
        registerAccount(ALICE, 5);
        Block memory b = nextBlock();
        takeRequests(b, 1);
        Request memory queued = b.requests[0];
        b.requests = new Request[](2);
        (b.requests[0], b.requests[1]) = (queued, queued);
        submitReverts(one(prove(b)), abi.encodeWithSelector(IRollup.RequestsNotQueued.selector, 1, 2));
    }

    function test_submitBlocks_revertsIfRequestChangedOrReordered() external {
        registerAccount(ALICE, 5);
        registerAccount(BOB, 5);
        for (uint256 i = 0; i < 5; i++) {
            Block memory b = nextBlock();
            takeRequests(b, 2);
            Request memory r = b.requests[1];
            if (i == 0) r.head0 ^= 1;
            else if (i == 1) r.head1 ^= 1;
            else if (i == 2) r.route ^= 1 << 4;
            else if (i == 3) r.value += 1;
            else (b.requests[0], b.requests[1]) = (b.requests[1], b.requests[0]);
            IRollup.BlockSubmission[] memory list = one(prove(b));
            vm.prank(OPERATOR, OPERATOR);
            vm.expectPartialRevert(IRollup.QueueHashMismatch.selector);
            rollup.submitBlocks(list);
        }
    }

    function test_submitBlocks_revertsIfMoreWordsThanTheSizeHas() external {
        for (uint32 i = 0; i < 7; i++) {
            registerAccount(address(uint160(0x1000 + i)), 0);
        }
        Block memory b = nextBlock();
        takeRequests(b, 7);
        IRollup.BlockSubmission memory submission;
        submission.words = encodeWords(b);
        submission.proof = prove(nextBlock()).proof;
        submitReverts(one(submission), abi.encodeWithSelector(PublicData.TooManyWords.selector, 2, 14, 12));
    }

    function test_submitBlocks_revertsIfWordNotInField() external {
        // x and x + r are the same to a verifier, but not the same word.
        Block memory b = nextBlock();
        b.roots[1] = 5;
        IRollup.BlockSubmission memory submission = prove(b);
        b.roots[1] = 5 + R;
        submission.words = encodeWords(b);
        submitReverts(one(submission), abi.encodeWithSelector(PublicData.WordNotInField.selector, 32, 5 + R));
    }

    function test_submitBlocks_revertsIfStatementMissingOrSurplus() external {
        Block memory b = nextBlock();
        addStatements(b, 2);
        IRollup.BlockSubmission memory submission = prove(b);
        IRollup.StatementSubmission[] memory given = submission.statements;
        submission.statements = new IRollup.StatementSubmission[](1);
        submission.statements[0] = given[0];
        submitReverts(one(submission), abi.encodeWithSelector(IRollup.StatementCountMismatch.selector, 2, 1));
        submission.statements = new IRollup.StatementSubmission[](3);
        (submission.statements[0], submission.statements[1], submission.statements[2]) = (given[0], given[1], given[1]);
        submitReverts(one(submission), abi.encodeWithSelector(IRollup.StatementCountMismatch.selector, 2, 3));
    }

    function test_submitBlocks_revertsIfProgramUnknown() external {
        Block memory b = nextBlock();
        addStatements(b, 1);
        b.statements[0].programId ^= 1;
        uint256 programId = b.statements[0].programId;
        submitReverts(one(prove(b)), abi.encodeWithSelector(IProgramRegistry.UnknownProgram.selector, programId));
        // The block circuit's own key is not a program either.
        b.statements[0].programId = programIdOf(BLOCK_KEY);
        b.statements[0].keyNumber = BLOCK_KEY;
        submitReverts(
            one(prove(b)), abi.encodeWithSelector(IProgramRegistry.UnknownProgram.selector, programIdOf(BLOCK_KEY))
        );
    }

    function test_submitBlocks_revertsIfStatementMalformed() external {
        Block memory b = nextBlock();
        addStatements(b, 1);
        IRollup.BlockSubmission memory submission = prove(b);
        bytes memory words = submission.statements[0].words;
        assertEq(words.length, 189);
        submission.statements[0].words = bytes.concat(words, hex"00");
        submitReverts(one(submission), abi.encodeWithSelector(PublicData.WordsLengthMismatch.selector, 189, 190));
        submission.statements[0].words = bytes.concat(bytes32(R + 4711), _from(words, 32));
        submitReverts(one(submission), abi.encodeWithSelector(PublicData.WordNotInField.selector, 0, R + 4711));
    }

    function test_submitBlocks_revertsIfStatementOfAnotherDeployment() external {
        Block memory b = nextBlock();
        addStatements(b, 2);
        b.statements[1].domain ^= 1;
        submitReverts(
            one(prove(b)),
            abi.encodeWithSelector(IRollup.StatementDomainMismatch.selector, b.statementDomain, b.statementDomain ^ 1)
        );
    }

    function test_submitBlocks_revertsIfStatementProofInvalid() external {
        Block memory b = nextBlock();
        addStatements(b, 2);
        bytes memory invalid = abi.encodeWithSelector(IRollup.InvalidProof.selector);
        // Another provider in the words of a proven statement.
        IRollup.BlockSubmission memory submission = prove(b);
        b.statements[1].provider = ALICE;
        submission.statements[1].words = statementWords(b.statements[1]);
        submitReverts(one(submission), invalid);
        // The two statements swapped.
        b.statements[1].provider = BOB;
        submission = prove(b);
        (submission.statements[0], submission.statements[1]) = (submission.statements[1], submission.statements[0]);
        submitReverts(one(submission), invalid);
        // A proof under another program.
        b.statements[1].keyNumber = PROGRAM_0;
        submitReverts(one(prove(b)), invalid);
    }

    function test_submitBlocks_revertsIfBlockProofInvalid() external {
        bytes memory invalid = abi.encodeWithSelector(IRollup.InvalidProof.selector);
        IRollup.BlockSubmission memory submission = prove(_richBlock());
        submission.commitment = addmod(submission.commitment, 1, R);
        submitReverts(one(submission), invalid);
        submission = prove(nextBlock());
        uint256[8] memory proof = submission.proof;
        (proof[0], proof[1], proof[6], proof[7]) = (proof[6], proof[7], proof[0], proof[1]);
        submitReverts(one(submission), invalid);
    }

    function test_submitBlocks_revertsIfBurningMoreThanHeld() external {
        registerAccount(ALICE, 100);
        Block memory b = nextBlock();
        takeRequests(b, 1);
        b.burned = 101;
        submitReverts(one(prove(b)), abi.encodeWithSelector(IRollup.Insolvent.selector, 100, 101));
    }

    /// @dev Changed calldata never passes, whichever byte it is.
    function testFuzz_submitBlocks_revertsIfAnyByteChanged(uint256 position, uint8 change) external {
        Block memory b = _richBlock();
        IRollup.BlockSubmission memory submission = prove(b);
        position %= submission.words.length;
        if (change == 0) change = 1;
        submission.words[position] = bytes1(uint8(submission.words[position]) ^ change);
        IRollup.BlockSubmission[] memory list = one(submission);
        vm.prank(OPERATOR, OPERATOR);
        vm.expectRevert();
        rollup.submitBlocks(list);
    }

    /// @dev A proof for a vector with any one word changed does not fit the words.
    function testFuzz_submitBlocks_revertsIfProvenWordDiffers(uint256 word, uint256 change) external {
        Block memory b = _richBlock();
        IRollup.BlockSubmission memory submission = prove(b);
        uint256[] memory vector = expand(b);
        word %= vector.length;
        vector[word] = addmod(vector[word], 1 + change % (R - 1), R);
        uint256 z = challengeOf(programIdOf(BLOCK_KEY), b.commitment, submission.words);
        submission.proof = _proofFor(b.commitment, evaluate(vector, z), z);
        submitReverts(one(submission), abi.encodeWithSelector(IRollup.InvalidProof.selector));
    }

    // Rotated keys.

    function test_submitBlocks_revertsIfRotatedKeyIsNoKey() external {
        (uint256 ax, uint256 ay) = keyOf(1);
        Block memory b = nextBlock();
        b.rotations = new uint256[3][](2);
        (b.rotations[0], b.rotations[1]) = ([ax, ay, 1], [ax, ay + 1, 2]);
        submitReverts(one(prove(b)), abi.encodeWithSelector(IRollup.KeyNotOnCurve.selector, ax, ay + 1));
        uint256[2][8] memory points = BabyJubJubVectors.smallOrder();
        for (uint256 i = 0; i < points.length; i++) {
            b.rotations[1] = [points[i][0], points[i][1], 2];
            submitReverts(
                one(prove(b)), abi.encodeWithSelector(IRollup.KeyOfSmallOrder.selector, points[i][0], points[i][1])
            );
        }
        b.rotations[1] = [ax, ay, 2];
        submit(b);
    }

    function test_submitBlocks_revertsIfMoreRotationsThanTheSizeHas() external {
        (uint256 ax, uint256 ay) = keyOf(1);
        Block memory b = nextBlock();
        b.rotations = new uint256[3][](3);
        for (uint256 i = 0; i < 3; i++) {
            b.rotations[i] = [ax, ay, i];
        }
        IRollup.BlockSubmission memory submission;
        submission.words = encodeWords(b);
        submitReverts(one(submission), abi.encodeWithSelector(PublicData.TooManyWords.selector, 8, 6, 4));
    }

    // Statements from the registry.

    /// @dev Leaves the statements out whose bit is set.
    function _fromRegistry(IRollup.BlockSubmission memory submission, uint256 mask) private pure {
        IRollup.StatementSubmission[] memory all = submission.statements;
        uint256 count;
        for (uint256 i = 0; i < all.length; i++) {
            if ((mask >> i) & 1 == 0) all[count++] = all[i];
        }
        submission.statements = new IRollup.StatementSubmission[](count);
        for (uint256 i = 0; i < count; i++) {
            submission.statements[i] = all[i];
        }
        submission.recorded = mask;
    }

    function test_submitBlocks_revertsIfStatementNeitherProvenNorRecorded() external {
        Block memory b = nextBlock();
        addStatements(b, 2);
        recordStatement(b.statements[0]);
        IRollup.BlockSubmission memory submission = prove(b);
        _fromRegistry(submission, 3);
        submitReverts(
            one(submission),
            abi.encodeWithSelector(
                IStatementRegistry.StatementNotRecorded.selector, b.statements[1].programId, b.statements[1].commitment
            )
        );
        // Recorded under another program is another statement.
        b.statements[0].programId = programIdOf(PROGRAM_1);
        submission = prove(b);
        _fromRegistry(submission, 1);
        submitReverts(
            one(submission),
            abi.encodeWithSelector(
                IStatementRegistry.StatementNotRecorded.selector, b.statements[0].programId, b.statements[0].commitment
            )
        );
    }

    function test_submitBlocks_takesStatementsFromTheRegistry() external {
        for (uint256 mask = 0; mask < 8; mask++) {
            Block memory b = nextBlock();
            addStatements(b, 3);
            IRollup.BlockSubmission memory submission = prove(b);
            for (uint256 i = 0; i < 3; i++) {
                if ((mask >> i) & 1 == 1) recordStatement(b.statements[i]);
            }
            _fromRegistry(submission, mask);
            submit(one(submission));
            assertEq(rollup.state().blockNumber, mask + 1);
        }
    }

    function test_submitBlocks_revertsIfRecordedAndProvenDoNotAddUp() external {
        Block memory b = nextBlock();
        addStatements(b, 2);
        recordStatement(b.statements[0]);
        IRollup.BlockSubmission memory submission = prove(b);
        submission.recorded = 1;
        submitReverts(one(submission), abi.encodeWithSelector(IRollup.StatementCountMismatch.selector, 1, 2));
        _fromRegistry(submission, 1);
        submission.recorded = 3;
        submitReverts(one(submission), abi.encodeWithSelector(IRollup.StatementCountMismatch.selector, 0, 1));
        // The bit of a settlement that the block does not have says nothing.
        submission.recorded = 5;
        submit(one(submission));
    }

    // Royalty distributions.

    function _seedWithShares() private returns (uint64[] memory seedIds) {
        seedIds = new uint64[](1);
        seedIds[0] = registerSeed(ALICE, 0);
        vm.prank(ALICE);
        seeds.setShares(seedIds[0], 99, 0);
    }

    function test_submitBlocks_revertsIfDistributionMissingOrSurplus() external {
        uint64[] memory seedIds = _seedWithShares();
        Block memory b = nextBlock();
        addDistributions(b, seedIds, 5);
        IRollup.BlockSubmission memory submission = prove(b);
        submission.distributions = new IRollup.DistributionSubmission[](0);
        submitReverts(one(submission), abi.encodeWithSelector(IRollup.DistributionCountMismatch.selector, 1, 0));
        submission.distributions = new IRollup.DistributionSubmission[](2);
        submitReverts(one(submission), abi.encodeWithSelector(IRollup.DistributionCountMismatch.selector, 1, 2));
    }

    function test_submitBlocks_revertsIfDistributionOfAnotherSeed() external {
        uint64[] memory seedIds = _seedWithShares();
        uint64 other = registerSeed(BOB, 0);
        Block memory b = nextBlock();
        addDistributions(b, seedIds, 5);
        IRollup.BlockSubmission memory submission = prove(b);
        submission.distributions[0].seedId = other;
        submitReverts(one(submission), abi.encodeWithSelector(ISeedRegistry.SharesMissing.selector, other));
        vm.prank(BOB);
        seeds.setShares(other, 99, 0);
        submitReverts(one(submission), abi.encodeWithSelector(IRollup.DistributionSeedMismatch.selector, 2, 1));
        submission.distributions[0].seedId = 3;
        submitReverts(one(submission), abi.encodeWithSelector(ISeedRegistry.UnknownSeed.selector, 3));
    }

    /// @dev A proof that says anything else than block and registry do is refused, word by word.
    function test_submitBlocks_revertsIfDistributionProvesOtherWords() external {
        uint64[] memory seedIds = _seedWithShares();
        Block memory b = nextBlock();
        addDistributions(b, seedIds, 5);
        for (uint256 i = 0; i < 5; i++) {
            uint256[] memory vector = distributionVector(b, 0);
            vector[i] += i == 3 ? 1 << 64 : 1;
            IRollup.BlockSubmission memory submission = prove(b);
            submission.distributions[0] = proveDistribution(seedIds[0], vector);
            submitReverts(one(submission), abi.encodeWithSelector(IRollup.InvalidProof.selector));
        }
        submit(b);
    }

    function test_submitBlocks_countsDistributions() external {
        uint64 seedId = _seedWithShares()[0];
        uint64[] memory seedIds = new uint64[](2);
        (seedIds[0], seedIds[1]) = (seedId, seedId);
        Block memory b = nextBlock();
        addDistributions(b, seedIds, 5);
        IRollup.BlockSubmission memory submission = prove(b);
        submit(one(submission));
        assertEq(seeds.distributionNonce(seedId), 2);
        // The same proofs again are for nonces that are gone.
        b = nextBlock();
        addDistributions(b, seedIds, 5);
        IRollup.BlockSubmission memory again = prove(b);
        again.distributions = submission.distributions;
        submitReverts(one(again), abi.encodeWithSelector(IRollup.InvalidProof.selector));
        submit(b);
        assertEq(seeds.distributionNonce(seedId), 4);
    }

    // Success.

    function test_submitBlocks_advancesStateOverAnEmptyBlock() external {
        Block memory b = nextBlock();
        submit(b);
        IRollup.State memory state = rollup.state();
        assertEq(state.root, b.roots[1]);
        assertEq(state.blockNumber, 1);
        assertEq(state.time, NOW);
        assertEq(state.consumedRequests, 0);
        assertEq(rollup.history(0), keccak256(abi.encode(bytes32(0), keccak256(encodeWords(b)))));
        assertEq(rollup.withdrawalsRoot(1), bytes32(0));
    }

    function test_submitBlocks_settlesEverythingOfARichBlock() external {
        Block memory b = _richBlock();
        uint256 supply = ctz.totalSupply();
        submit(b);
        assertEq(rollup.state().consumedRequests, 3);
        assertEq(ctz.totalSupply(), supply - 50 * UNIT);
        assertEq(rollup.accounting().burned, 50);
        assertEq(rollup.accounting().poolAccrued, 20);
        assertEq(rollup.liabilities(), 950);
        assertEq(ctz.balanceOf(address(rollup)), 950 * UNIT);
        assertTrue(rollup.withdrawalsRoot(1) != bytes32(0));
    }

    function test_submitBlocks_acceptsAFullBlock() external {
        uint64[] memory seedIds = new uint64[](2);
        (seedIds[0], seedIds[1]) = (_seedWithShares()[0], 1);
        for (uint32 i = 0; i < 5; i++) {
            registerAccount(address(uint160(0x1000 + i)), 0);
        }
        Block memory b = nextBlock();
        takeRequests(b, 6);
        addDistributions(b, seedIds, 5);
        addStatements(b, 4);
        addOrdersAndCells(b, 2, 10);
        (uint256 ax, uint256 ay) = keyOf(2);
        b.rotations = new uint256[3][](2);
        (b.rotations[0], b.rotations[1]) = ([ax, ay, 1], [ax, ay, 2]);
        address[] memory recipients = new address[](4);
        for (uint256 i = 0; i < 4; i++) {
            recipients[i] = address(uint160(0x1000 + i));
        }
        addWithdrawals(b, recipients, 0);
        submit(b);
        assertEq(rollup.state().consumedRequests, 6);
    }

    function test_submitBlocks_acceptsSeveralBlocks() external {
        registerAccount(ALICE, 500);
        registerAccount(BOB, 500);
        registerSeed(ALICE, 0);
        Block memory first = nextBlock();
        takeRequests(first, 1);
        addStatements(first, 1);
        first.burned = 3;
        Block memory second = blockAfter(first);
        takeRequests(second, 2);
        addStatements(second, 2);
        (second.burned, second.pool) = (4, 5);
        Block memory third = blockAfter(second);
        IRollup.BlockSubmission[] memory list = new IRollup.BlockSubmission[](3);
        (list[0], list[1], list[2]) = (prove(first), prove(second), prove(third));
        submit(list);
        assertEq(rollup.state().blockNumber, 3);
        assertEq(rollup.state().root, third.roots[1]);
        assertEq(rollup.state().consumedRequests, 3);
        assertEq(rollup.accounting().burned, 7);
        assertEq(rollup.accounting().poolAccrued, 5);
        bytes32 record = keccak256(abi.encode(bytes32(0), keccak256(encodeWords(first))));
        record = keccak256(abi.encode(record, keccak256(encodeWords(second))));
        assertEq(rollup.history(0), keccak256(abi.encode(record, keccak256(encodeWords(third)))));
    }

    function test_submitBlocks_revertsWholeIfOneBlockInvalid() external {
        Block memory first = nextBlock();
        Block memory second = blockAfter(first);
        IRollup.BlockSubmission[] memory list = new IRollup.BlockSubmission[](2);
        (list[0], list[1]) = (prove(first), prove(second));
        list[1].commitment = addmod(list[1].commitment, 1, R);
        submitReverts(list, abi.encodeWithSelector(IRollup.InvalidProof.selector));
        assertEq(rollup.state().blockNumber, 0);
        assertEq(rollup.history(0), bytes32(0));
    }

    function test_verifySettlement_answersForReceipts() external {
        Block memory b = _richBlock();
        submit(b);
        bytes memory words = encodeWords(b);
        IRollup.BlockProof memory proof;
        for (uint256 i = 0; i < 3; i++) {
            (uint256 program, uint256 c) = (b.statements[i].programId, b.statements[i].commitment);
            assertTrue(rollup.verifySettlement(1, words, proof, i, program, c));
            assertFalse(rollup.verifySettlement(1, words, proof, (i + 1) % 3, program, c), "other index");
            assertFalse(rollup.verifySettlement(1, words, proof, i, program ^ 1, c), "other program");
            assertFalse(rollup.verifySettlement(1, words, proof, i, program, c ^ 1), "other commitment");
            assertFalse(rollup.verifySettlement(2, words, proof, i, program, c), "unknown block");
        }
        (uint256 id, uint256 commitment) = (b.statements[0].programId, b.statements[0].commitment);
        assertFalse(rollup.verifySettlement(1, words, proof, 3, id, commitment), "no such settlement");
        words[100] = bytes1(uint8(words[100]) ^ 1);
        assertFalse(rollup.verifySettlement(1, words, proof, 0, id, commitment), "changed words");
        words[100] = bytes1(uint8(words[100]) ^ 1);
        submit(nextBlock());
        assertFalse(rollup.verifySettlement(1, words, proof, 0, id, commitment), "stale proof");
    }

    function test_operator_changesInTwoSteps() external {
        vm.prank(OPERATOR);
        rollup.transferOwnership(ALICE);
        assertEq(rollup.operator(), OPERATOR);
        submit(nextBlock());
        vm.prank(ALICE);
        rollup.acceptOwnership();
        assertEq(rollup.operator(), ALICE);
        submitReverts(
            one(prove(nextBlock())), abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, OPERATOR)
        );
        vm.prank(ALICE);
        vm.expectRevert(IRollup.OperatorRequired.selector);
        rollup.renounceOwnership();
    }

    // Gas: one block and each further statement of the batch.

    function test_gas_submitBlocks() external {
        for (uint256 count = 0; count <= 4; count += 1) {
            Block memory b = nextBlock();
            addStatements(b, count);
            addOrdersAndCells(b, 0, 6);
            IRollup.BlockSubmission[] memory list = one(prove(b));
            vm.prank(OPERATOR, OPERATOR);
            rollup.submitBlocks(list);
            vm.snapshotGasLastCall("submitBlocks", string.concat("one block, statements: ", vm.toString(count)));
        }
    }

    function test_gas_submitBlocks_recordedStatements() external {
        submit(nextBlock()); // the first block of all writes fresh storage
        for (uint256 count = 0; count <= 4; count += 1) {
            Block memory b = nextBlock();
            addStatements(b, count);
            addOrdersAndCells(b, 0, 6);
            IRollup.BlockSubmission memory submission = prove(b);
            for (uint256 i = 0; i < count; i++) {
                recordStatement(b.statements[i]);
            }
            _fromRegistry(submission, (1 << count) - 1);
            vm.cool(address(statementRegistry));
            IRollup.BlockSubmission[] memory list = one(submission);
            vm.prank(OPERATOR, OPERATOR);
            rollup.submitBlocks(list);
            string memory name = string.concat("one block, recorded statements: ", vm.toString(count));
            vm.snapshotGasLastCall("submitBlocks", name);
        }
    }

    function test_gas_submitBlocks_requests() external {
        registerAccount(ALICE, 0);
        for (uint256 i = 0; i < 14; i++) {
            vm.prank(ALICE);
            rollup.exitAccount();
            expectQueued(Schema.REQUEST_EXIT_ACCOUNT, 1, uint160(ALICE), 0);
        }
        submit(nextBlock()); // the first block of all writes fresh storage
        for (uint256 count = 0; count <= 6; count += 2) {
            Block memory b = nextBlock();
            takeRequests(b, count);
            addOrdersAndCells(b, 0, 6);
            IRollup.BlockSubmission[] memory list = one(prove(b));
            vm.cool(address(rollup));
            vm.prank(OPERATOR, OPERATOR);
            rollup.submitBlocks(list);
            vm.snapshotGasLastCall("submitBlocks", string.concat("one block, requests: ", vm.toString(count)));
        }
    }

    function test_gas_submitBlocks_distributions() external {
        uint64 seedId = _seedWithShares()[0];
        submit(nextBlock()); // the first block of all writes fresh storage
        for (uint256 count = 0; count <= 2; count += 1) {
            uint64[] memory seedIds = new uint64[](count);
            for (uint256 i = 0; i < count; i++) {
                seedIds[i] = seedId;
            }
            Block memory b = nextBlock();
            addOrdersAndCells(b, 0, 6);
            addDistributions(b, seedIds, 5);
            IRollup.BlockSubmission[] memory list = one(prove(b));
            vm.cool(address(seeds));
            vm.prank(OPERATOR, OPERATOR);
            rollup.submitBlocks(list);
            vm.snapshotGasLastCall("submitBlocks", string.concat("one block, distributions: ", vm.toString(count)));
        }
    }

    function _proofFor(uint256 commitment, uint256 y, uint256 z) private view returns (uint256[8] memory) {
        return Trapdoor.prove(Trapdoor.key(BLOCK_KEY), [commitment, y, z], 1);
    }

    function _slice(bytes memory data, uint256 length) private pure returns (bytes memory result) {
        result = new bytes(length);
        for (uint256 i = 0; i < length; i++) {
            result[i] = data[i];
        }
    }

    function _from(bytes memory data, uint256 start) private pure returns (bytes memory result) {
        result = new bytes(data.length - start);
        for (uint256 i = 0; i < result.length; i++) {
            result[i] = data[start + i];
        }
    }
}
