// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BN254} from "../src/curve/BN254.sol";
import {DevelopmentKeys} from "../src/proof/DevelopmentKeys.sol";
import {Groth16Verifier} from "../src/proof/Groth16Verifier.sol";
import {IGroth16Verifier} from "../src/proof/IGroth16Verifier.sol";
import {IProgramRegistry} from "../src/proof/IProgramRegistry.sol";
import {ProgramRegistry} from "../src/proof/ProgramRegistry.sol";
import {PublicData} from "../src/proof/PublicData.sol";
import {Schema} from "../src/generated/Schema.sol";
import {VerificationKeys} from "../src/proof/VerificationKeys.sol";
import {Test} from "./support/Test.sol";
import {Trapdoor} from "./support/Trapdoor.sol";
import {G2Vectors} from "./vectors/G2Vectors.sol";

contract ProgramRegistryTest is Test {
    uint256 private constant Q = BN254.Q;
    ProgramRegistry private registry;
    bytes private key;

    function setUp() external {
        vm.warp(1_800_000_000);
        registry = new ProgramRegistry(new Groth16Verifier(Trapdoor.alpha(), Trapdoor.beta(), Trapdoor.gamma()));
        key = Trapdoor.encode(Trapdoor.key(0));
    }

    function _registerReverts(bytes memory wrong, bytes memory data) private {
        vm.expectRevert(data);
        registry.register(wrong, 0, 0, true);
    }

    function _set(bytes memory data, uint256 word, uint256 value) private pure {
        assembly ("memory-safe") {
            mstore(add(add(data, 32), mul(word, 32)), value)
        }
    }

    function _get(bytes memory data, uint256 word) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(add(data, 32), mul(word, 32)))
        }
    }

    function test_register_revertsIfDevelopmentKeysOnPublicChain() external {
        uint256[2] memory alpha =
            [DevelopmentKeys.ALPHA_X, 15388066855049919106989655750141837608386049057185052361155009521310851715220];
        Groth16Verifier verifier = new Groth16Verifier(alpha, Trapdoor.beta(), Trapdoor.gamma());
        ProgramRegistry local = new ProgramRegistry(verifier);
        local.register(key, 0, 0, true);
        vm.chainId(8453);
        bytes memory reverted = abi.encodeWithSelector(IGroth16Verifier.DevelopmentKeysOnPublicChain.selector, 8453);
        bytes memory another = Trapdoor.encode(Trapdoor.key(1));
        vm.expectRevert(reverted);
        local.register(another, 0, 0, true);
        vm.expectRevert(reverted);
        new ProgramRegistry(verifier);
    }

    function test_register_revertsIfKeyLengthDiffers() external {
        _registerReverts("", abi.encodeWithSelector(VerificationKeys.KeyLengthMismatch.selector, 0));
        bytes memory long = bytes.concat(key, hex"00");
        _registerReverts(long, abi.encodeWithSelector(VerificationKeys.KeyLengthMismatch.selector, 385));
    }

    function test_register_revertsIfCoordinateNotInField() external {
        for (uint256 i = 0; i < 12; i++) {
            bytes memory wrong = bytes.concat(key);
            _set(wrong, i, _get(wrong, i) + Q);
            _registerReverts(wrong, abi.encodeWithSelector(BN254.CoordinateNotInField.selector, _get(wrong, i)));
        }
    }

    function test_register_revertsIfPointNotOnCurve() external {
        for (uint256 i = 0; i < 12; i++) {
            bytes memory wrong = bytes.concat(key);
            _set(wrong, i, addmod(_get(wrong, i), 1, Q));
            uint256 first = i < 4 ? 0 : i - (i % 2);
            _registerReverts(wrong, abi.encodeWithSelector(BN254.PointNotOnCurve.selector, _get(wrong, first)));
        }
    }

    function test_register_revertsIfPointAtInfinity() external {
        for (uint256 i = 2; i < 12; i += 2) {
            bytes memory wrong = bytes.concat(key);
            _set(wrong, i, 0);
            _set(wrong, i + 1, 0);
            if (i == 2) {
                _set(wrong, 0, 0);
                _set(wrong, 1, 0);
            }
            _registerReverts(wrong, abi.encodeWithSelector(BN254.PointAtInfinity.selector));
        }
    }

    function test_register_revertsIfDeltaNotInSubgroup() external {
        uint256[4] memory outside = G2Vectors.outsideSubgroup();
        bytes memory wrong = bytes.concat(key);
        for (uint256 i = 0; i < 4; i++) {
            _set(wrong, i, outside[i]);
        }
        _registerReverts(wrong, abi.encodeWithSelector(BN254.PointNotInSubgroup.selector, outside[0]));
    }

    function test_register_revertsIfDeltaIsGamma() external {
        uint256[4] memory gamma = Trapdoor.gamma();
        bytes memory wrong = bytes.concat(key);
        for (uint256 i = 0; i < 4; i++) {
            _set(wrong, i, gamma[i]);
        }
        _registerReverts(wrong, abi.encodeWithSelector(VerificationKeys.DeltaIsGamma.selector));
        _set(wrong, 2, Q - gamma[2]);
        _set(wrong, 3, Q - gamma[3]);
        _registerReverts(wrong, abi.encodeWithSelector(VerificationKeys.DeltaIsGamma.selector));
    }

    function test_register_revertsIfRegistered() external {
        uint256 programId = registry.register(key, bytes32("a"), bytes32("b"), true);
        _registerReverts(key, abi.encodeWithSelector(IProgramRegistry.ProgramAlreadyRegistered.selector, programId));
        IProgramRegistry.Program memory program = registry.program(programId);
        assertEq(program.r1csHash, bytes32("a"));
    }

    function test_register_keepsTheProgram() external {
        uint256 expected = uint256(keccak256(key)) >> 8;
        vm.prank(address(0xa11ce));
        uint256 programId = registry.register(key, bytes32("r1cs"), bytes32("transcript"), true);
        assertEq(programId, expected);
        IProgramRegistry.Program memory program = registry.program(programId);
        assertEq(program.registrant, address(0xa11ce));
        assertEq(program.registeredAt, block.timestamp);
        assertTrue(program.deterministic);
        assertEq(program.r1csHash, bytes32("r1cs"));
        assertEq(program.transcriptHash, bytes32("transcript"));
        assertEq(registry.keyOf(programId), program.key);
        assertEq(registry.keyBytes(programId), key);
        assertEq(program.key.code, bytes.concat(hex"00", key));
    }

    function test_keyOf_revertsIfUnknown() external {
        vm.expectRevert(abi.encodeWithSelector(IProgramRegistry.UnknownProgram.selector, 5));
        registry.keyOf(5);
        vm.expectRevert(abi.encodeWithSelector(IProgramRegistry.UnknownProgram.selector, 5));
        registry.keyBytes(5);
        assertEq(registry.program(5).registeredAt, 0);
    }

    function test_statementDomain_bindsChainAndRegistry() external {
        assertEq(registry.statementDomain(), PublicData.addressDomain(Schema.STATEMENT_DOMAIN, address(registry)));
        uint256 here = registry.statementDomain();
        vm.chainId(1);
        assertTrue(registry.statementDomain() != here);
    }
}
