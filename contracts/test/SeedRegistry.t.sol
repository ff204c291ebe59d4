// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

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
}
