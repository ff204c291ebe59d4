// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Schema} from "../src/generated/Schema.sol";
import {IProgramRegistry} from "../src/proof/IProgramRegistry.sol";
import {IRollup} from "../src/rollup/IRollup.sol";
import {ISeedRegistry} from "../src/seeds/ISeedRegistry.sol";
import {ISharesHasher} from "../src/seeds/ISharesHasher.sol";
import {SeedRegistry} from "../src/seeds/SeedRegistry.sol";
import {RollupFixture} from "./support/RollupFixture.sol";

contract SeedRegistryTest is RollupFixture {
    ISeedRegistry.Terms private terms = ISeedRegistry.Terms(200, 500, 500, 100);

    function setUp() external {
        deployAll(DEPTH);
    }

    function test_constructor_revertsIfRollupNamesAnother() external {
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.RollupMismatch.selector, address(seeds)));
        new SeedRegistry(rollup, ISharesHasher(address(0)));
    }

    function test_register_revertsIfProgramUnknown() external {
        vm.expectRevert(abi.encodeWithSelector(IProgramRegistry.UnknownProgram.selector, 3));
        seeds.register(0, "", 3, 4711, 0, terms);
    }

    function test_register_revertsIfParametersNotInField() external {
        uint256 programId = programIdOf(PROGRAM_0);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.ParametersNotInField.selector, R));
        seeds.register(0, "", programId, R, 0, terms);
    }

    function test_register_revertsIfParentUnknown() external {
        uint256 programId = programIdOf(PROGRAM_0);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.UnknownSeed.selector, 1));
        seeds.register(0, "", programId, 4711, 1, terms);
    }

    function test_register_revertsIfTermsAboveWhole() external {
        uint256 programId = programIdOf(PROGRAM_0);
        ISeedRegistry.Terms memory above = ISeedRegistry.Terms(2_501, 2_500, 2_500, 2_500);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.TermsAboveWhole.selector, 10_001));
        seeds.register(0, "", programId, 4711, 0, above);
        above = ISeedRegistry.Terms(type(uint16).max, type(uint16).max, type(uint16).max, type(uint16).max);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.TermsAboveWhole.selector, 4 * 65_535));
        seeds.register(0, "", programId, 4711, 0, above);
        seeds.register(0, "", programId, 4711, 0, ISeedRegistry.Terms(2_500, 2_500, 2_500, 2_500));
    }

    function test_register_mintsAndQueues() external {
        registerAccount(ALICE, 0);
        uint64 first = registerSeed(ALICE, 0);
        uint64 second = registerSeed(BOB, first);
        assertEq(first, 1);
        assertEq(second, 2);
        assertEq(seeds.count(), 2);
        assertEq(seeds.ownerOf(1), ALICE);
        assertEq(seeds.ownerOf(2), BOB);
        ISeedRegistry.Seed memory seed = seeds.seed(2);
        assertEq(seed.parent, 1);
        assertEq(seed.index, 3);
        assertEq(seed.version, 1);
        assertEq(seed.parametersCommitment, 4711);
        assertEq(seed.artefactHash, bytes32("artefact"));
        assertEq(keccak256(bytes(seeds.tokenURI(2))), keccak256("ipfs://weights"));
        // The queue holds exactly the words that a block must present.
        Block memory b = nextBlock();
        takeRequests(b, 3);
        submit(b);
    }

    function test_seed_revertsIfUnknown() external {
        registerSeed(ALICE, 0);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.UnknownSeed.selector, 0));
        seeds.seed(0);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.UnknownSeed.selector, 2));
        seeds.seed(2);
    }

    function test_enqueueSeed_revertsIfNotSeedRegistry() external {
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotSeedRegistry.selector, address(this)));
        rollup.enqueueSeed(1, 2, 3, 4);
    }

    // Terms.

    function _seed() private returns (uint64) {
        return registerSeed(ALICE, 0);
    }

    function _assertTerms(ISeedRegistry.Terms memory given, ISeedRegistry.Terms memory expected) private pure {
        assertEq(keccak256(abi.encode(given)), keccak256(abi.encode(expected)));
    }

    function test_updateTerms_revertsIfNotOwner() external {
        uint64 seedId = _seed();
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.NotSeedOwner.selector, seedId, BOB));
        seeds.updateTerms(seedId, terms);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.NotSeedOwner.selector, 9, address(this)));
        seeds.updateTerms(9, terms);
    }

    function test_updateTerms_lowersAtOnce() external {
        uint64 seedId = _seed();
        ISeedRegistry.Terms memory lower = ISeedRegistry.Terms(100, 500, 500, 0);
        uint256 payload = Schema.packSeedPayload(100, 500, 500, 0, 2);
        uint256 route = Schema.packRequestRoute(6, 1, NOW, 0);
        vm.expectEmit(true, true, true, true, address(rollup));
        emit IRollup.RequestEnqueued(1, 6, 1, 0, 0, route, payload << 88);
        vm.expectEmit(true, true, true, true, address(seeds));
        emit ISeedRegistry.TermsChanged(seedId, 2, lower, 1);
        vm.prank(ALICE);
        assertEq(seeds.updateTerms(seedId, lower), 0);
        assertEq(seeds.seed(seedId).version, 2);
        _assertTerms(seeds.seed(seedId).terms, lower);
        // The same terms again are no rise either.
        vm.prank(ALICE);
        assertEq(seeds.updateTerms(seedId, lower), 0);
        assertEq(seeds.seed(seedId).version, 3);
    }

    /// @dev Whichever share rises, the whole change waits; the others may fall meanwhile.
    function test_updateTerms_announcesARiseOfAnyShare() external {
        uint64 seedId = _seed();
        ISeedRegistry.Terms memory now_ = seeds.seed(seedId).terms;
        uint64 at = uint64(NOW + seeds.noticePeriod());
        assertEq(seeds.noticePeriod(), 14 days);
        for (uint256 i = 0; i < 4; i++) {
            ISeedRegistry.Terms memory higher = ISeedRegistry.Terms(0, 0, 0, 0);
            if (i == 0) higher.royalty = now_.royalty + 1;
            if (i == 1) higher.middleware = now_.middleware + 1;
            if (i == 2) higher.burn = now_.burn + 1;
            if (i == 3) higher.pool = now_.pool + 1;
            vm.prank(ALICE);
            assertEq(seeds.updateTerms(seedId, higher), at);
            _assertTerms(seeds.seed(seedId).terms, now_);
            _assertTerms(seeds.pendingTerms(seedId).terms, higher);
            assertEq(rollup.requestCount(), 1);
        }
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.TermsAboveWhole.selector, 10_001));
        seeds.updateTerms(seedId, ISeedRegistry.Terms(10_001, 0, 0, 0));
    }

    function test_applyTerms_onlyAfterTheNoticeAndBeforeItExpires() external {
        uint64 seedId = _seed();
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.TermsNotApplicable.selector, seedId, 0, 0));
        seeds.applyTerms(seedId);
        ISeedRegistry.Terms memory higher = ISeedRegistry.Terms(500, 500, 500, 0);
        vm.prank(ALICE);
        seeds.updateTerms(seedId, higher);
        bytes memory refused =
            abi.encodeWithSelector(ISeedRegistry.TermsNotApplicable.selector, seedId, NOW + 14 days, NOW + 28 days);
        vm.warp(NOW + 14 days - 1);
        vm.expectRevert(refused);
        seeds.applyTerms(seedId);
        vm.warp(NOW + 28 days);
        vm.expectRevert(refused);
        seeds.applyTerms(seedId);
        vm.warp(NOW + 14 days);
        vm.prank(BOB);
        seeds.applyTerms(seedId);
        _assertTerms(seeds.seed(seedId).terms, higher);
        assertEq(seeds.seed(seedId).version, 2);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.TermsNotApplicable.selector, seedId, 0, 0));
        seeds.applyTerms(seedId);
    }

    function test_updateTerms_dropsTermsThatWait() external {
        uint64 seedId = _seed();
        vm.startPrank(ALICE);
        seeds.updateTerms(seedId, ISeedRegistry.Terms(500, 500, 500, 0));
        vm.expectEmit(true, true, true, true, address(seeds));
        emit ISeedRegistry.TermsWithdrawn(seedId);
        seeds.updateTerms(seedId, ISeedRegistry.Terms(200, 500, 0, 0));
        vm.stopPrank();
        vm.warp(NOW + 14 days);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.TermsNotApplicable.selector, seedId, 0, 0));
        seeds.applyTerms(seedId);
    }

    /// @dev D14: a royalty of 2 % of 10,000 CTZ is 200 CTZ; with any sequence of updates, no share is ever higher than what
    /// was announced a notice period before.
    function testFuzz_updateTerms_neverRaisesWithoutNotice(uint256 draw) external {
        uint64 seedId = _seed();
        assertEq(uint256(seeds.seed(seedId).terms.royalty) * 10_000 / Schema.BASIS_POINTS, 200);
        ISeedRegistry.Terms memory before = seeds.seed(seedId).terms;
        uint256 announced;
        for (uint256 i = 0; i < 8; i++) {
            draw = uint256(keccak256(abi.encode(draw)));
            vm.warp(block.timestamp + draw % 20 days);
            if (draw & 1 << 200 == 0) {
                ISeedRegistry.Terms memory next =
                    ISeedRegistry.Terms(uint16(draw >> 8) % 500, uint16(draw >> 24) % 900, uint16(draw >> 40) % 900, 0);
                vm.prank(ALICE);
                if (seeds.updateTerms(seedId, next) != 0) announced = block.timestamp;
            } else {
                (bool applied,) = address(seeds).call(abi.encodeCall(seeds.applyTerms, (seedId)));
                if (applied) assertTrue(block.timestamp >= announced + 14 days, "raised without notice");
                if (applied) before = seeds.seed(seedId).terms;
            }
            ISeedRegistry.Terms memory current = seeds.seed(seedId).terms;
            assertTrue(
                current.royalty <= before.royalty && current.middleware <= before.middleware
                    && current.burn <= before.burn && current.pool <= before.pool,
                "an update at once only lowers"
            );
            before = current;
        }
    }

    // Vault and splitter.

    function test_exitSeed_paysTheSplitter() external {
        uint64 seedId = _seed();
        assertEq(seeds.splitter(seedId), ALICE);
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.NotOwnerOrSplitter.selector, seedId, BOB));
        seeds.exitSeed(seedId);
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.NotSeedOwner.selector, seedId, BOB));
        seeds.setSplitter(seedId, BOB);
        vm.prank(ALICE);
        seeds.setSplitter(seedId, BOB);
        address[2] memory callers = [ALICE, BOB];
        for (uint64 i = 0; i < 2; i++) {
            vm.expectEmit(true, true, true, true, address(rollup));
            emit IRollup.RequestEnqueued(1 + i, 5, 1, 0, 0, Schema.packRequestRoute(5, 1, NOW, uint160(BOB)), 0);
            vm.expectEmit(true, true, true, true, address(seeds));
            emit ISeedRegistry.SeedExitQueued(seedId, BOB, 1 + i);
            vm.prank(callers[i]);
            seeds.exitSeed(seedId);
        }
        // The buyer of the NFT starts without the seller's splitter.
        vm.prank(ALICE);
        seeds.transferFrom(ALICE, address(0xcafe), seedId);
        assertEq(seeds.splitter(seedId), address(0xcafe));
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.UnknownSeed.selector, 2));
        seeds.splitter(2);
    }

    // Shares.

    function _hash(uint256 owners, uint256 parentShare, uint256 parentRoot) private view returns (uint256) {
        return ISharesHasher(seeds.sharesHasher()).hash(owners, parentShare, parentRoot);
    }

    function test_setShares_revertsIfOutOfRange() external {
        uint64 seedId = _seed();
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.NotSeedOwner.selector, seedId, address(this)));
        seeds.setShares(seedId, 1, 0);
        uint64 child = registerSeed(ALICE, seedId);
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.OwnersRootOutOfRange.selector, 0));
        seeds.setShares(seedId, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.OwnersRootOutOfRange.selector, R));
        seeds.setShares(seedId, R, 0);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.ParentShareOutOfRange.selector, 1));
        seeds.setShares(seedId, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.SharesMissing.selector, seedId));
        seeds.setShares(child, 1, 1);
        seeds.setShares(seedId, 5, 0);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.ParentShareOutOfRange.selector, 10_001));
        seeds.setShares(child, 1, 10_001);
        seeds.setShares(child, 1, 10_000);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.ParentShareLowered.selector, 10_000, 9_999));
        seeds.setShares(child, 1, 9_999);
        vm.stopPrank();
    }

    function test_setShares_holdsAtOnceFirstThenAfterNotice() external {
        uint64 seedId = _seed();
        vm.startPrank(ALICE);
        seeds.setShares(seedId, 5, 0);
        assertEq(seeds.shares(seedId).sharesRoot, _hash(5, 0, 0));
        vm.expectEmit(true, true, true, true, address(seeds));
        emit ISeedRegistry.SharesAnnounced(seedId, 6, 0, 0, _hash(6, 0, 0), uint64(NOW + 14 days));
        seeds.setShares(seedId, 6, 0);
        assertEq(seeds.shares(seedId).ownersRoot, 5);
        vm.warp(NOW + 14 days - 1);
        assertEq(seeds.shares(seedId).ownersRoot, 5);
        (ISeedRegistry.Shares memory pending, uint64 at) = seeds.pendingShares(seedId);
        assertEq(pending.ownersRoot, 6);
        assertEq(at, NOW + 14 days);
        vm.warp(NOW + 14 days);
        assertEq(seeds.shares(seedId).ownersRoot, 6);
        (, at) = seeds.pendingShares(seedId);
        assertEq(at, 0);
        // A change that replaces one that waits waits from anew, and the old one still holds.
        seeds.setShares(seedId, 7, 0);
        vm.warp(NOW + 27 days);
        seeds.setShares(seedId, 8, 0);
        vm.warp(NOW + 28 days);
        assertEq(seeds.shares(seedId).ownersRoot, 6);
        vm.warp(NOW + 41 days);
        assertEq(seeds.shares(seedId).ownersRoot, 8);
        vm.stopPrank();
    }

    function test_setShares_chainsTheParentsUpToFourLevels() external {
        uint64 parent = _seed();
        vm.startPrank(ALICE);
        seeds.setShares(parent, 5, 0);
        vm.stopPrank();
        uint256 root = _hash(5, 0, 0);
        for (uint64 level = 2; level <= 5; level++) {
            uint64 child = registerSeed(BOB, parent);
            vm.startPrank(BOB);
            if (level == 5) {
                vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.TooManyLevels.selector, 5));
                seeds.setShares(child, 1, 1);
                // Without a share for the parent, royalties end here.
                seeds.setShares(child, 1, 0);
                assertEq(seeds.shares(child).levels, 1);
                assertEq(seeds.shares(child).sharesRoot, _hash(1, 0, 0));
                vm.stopPrank();
                return;
            }
            seeds.setShares(child, level, 100);
            vm.stopPrank();
            root = _hash(level, 100, root);
            assertEq(seeds.shares(child).sharesRoot, root);
            assertEq(seeds.shares(child).levels, level);
            parent = child;
        }
    }

    function test_refreshShares_followsTheParentAfterNotice() external {
        uint64 parent = _seed();
        uint64 child = registerSeed(BOB, parent);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.SharesMissing.selector, child));
        seeds.refreshShares(child);
        vm.prank(ALICE);
        seeds.setShares(parent, 5, 0);
        vm.prank(BOB);
        seeds.setShares(child, 6, 100);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.SharesUpToDate.selector, child));
        seeds.refreshShares(child);
        vm.prank(ALICE);
        seeds.setShares(parent, 7, 0);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.SharesUpToDate.selector, child));
        seeds.refreshShares(child);
        vm.warp(NOW + 14 days);
        seeds.refreshShares(child);
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.SharesPending.selector, child, NOW + 28 days));
        seeds.refreshShares(child);
        assertEq(seeds.shares(child).sharesRoot, _hash(6, 100, _hash(5, 0, 0)));
        vm.warp(NOW + 28 days);
        assertEq(seeds.shares(child).sharesRoot, _hash(6, 100, _hash(7, 0, 0)));
    }

    function test_takeDistribution_revertsIfNotRollup() external {
        uint64 seedId = _seed();
        vm.expectRevert(abi.encodeWithSelector(ISeedRegistry.NotRollup.selector, address(this)));
        seeds.takeDistribution(seedId);
    }

    /// @dev What was earned before a change is paid by the old shares first: they hold for blocks of the whole notice.
    function test_distributions_useTheSharesInForce() external {
        uint64[] memory seedIds = new uint64[](1);
        seedIds[0] = _seed();
        vm.startPrank(ALICE);
        seeds.setShares(seedIds[0], 5, 0);
        seeds.setShares(seedIds[0], 6, 0);
        vm.stopPrank();
        uint256[3] memory times = [NOW, NOW + 14 days - 1, NOW + 14 days];
        for (uint64 i = 0; i < 3; i++) {
            vm.warp(times[i]);
            Block memory b = nextBlock();
            addDistributions(b, seedIds, 5);
            uint256 expected = _hash(i < 2 ? 5 : 6, 0, 0);
            vm.expectEmit(true, true, true, true, address(seeds));
            emit ISeedRegistry.RoyaltyDistributed(seedIds[0], i, expected);
            submit(b);
        }
    }
}
