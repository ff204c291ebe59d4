// SPDX-License-Identifier: MIT
// Keys that registration refuses: what each would allow, shown with the key put in place without the check, and what the
// refusal costs at most. Forgers use points that everybody has, never a logarithm.
pragma solidity ^0.8.28;

import {BN254} from "../src/curve/BN254.sol";
import {Groth16Verifier} from "../src/proof/Groth16Verifier.sol";
import {IGroth16Verifier} from "../src/proof/IGroth16Verifier.sol";
import {IProgramRegistry} from "../src/proof/IProgramRegistry.sol";
import {ProgramRegistry} from "../src/proof/ProgramRegistry.sol";
import {VerificationKeys} from "../src/proof/VerificationKeys.sol";
import {Test} from "./support/Test.sol";
import {Trapdoor} from "./support/Trapdoor.sol";
import {G2Vectors} from "./vectors/G2Vectors.sol";

contract KeyRegistrationTest is Test {
    uint256 private constant R = BN254.R;
    uint256 private constant Q = BN254.Q;
    /// @dev A registration with a bad point: the subgroup check's 158,000 at most, curve equations, calldata's copy. A failing
    /// precompile takes all the gas that it is given; without a bound that would be 63/64 of the transaction's.
    uint256 private constant REFUSAL_GAS = 200_000;

    Groth16Verifier private verifier;
    ProgramRegistry private registry;

    function setUp() external {
        verifier = new Groth16Verifier(Trapdoor.alpha(), Trapdoor.beta(), Trapdoor.gamma());
        registry = new ProgramRegistry(verifier);
    }

    function _word(bytes memory key, uint256 i) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(key, 32), mul(i, 32)))
        }
    }

    function _set(bytes memory key, uint256 i, uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(add(add(key, 32), mul(i, 32)), word)
        }
    }

    function _setDelta(bytes memory key, uint256[4] memory delta) private pure {
        for (uint256 i = 0; i < 4; i++) {
            _set(key, i, delta[i]);
        }
    }

    /// @dev Requires that registering `key` reverts with `data` and takes bounded gas of the 10,000,000 that it has.
    function _refused(bytes memory key, bytes memory data) private {
        bytes memory call = abi.encodeCall(IProgramRegistry.register, (key, 0, 0, true));
        uint256 before = gasleft();
        (bool success, bytes memory result) = address(registry).call{gas: 10_000_000}(call);
        uint256 used = before - gasleft();
        assertFalse(success, "refused");
        assertEq(result, data);
        assertTrue(used < REFUSAL_GAS, string.concat("a refusal took ", vm.toString(used)));
    }

    /// @dev L of the key for these signals.
    function _signalPoint(bytes memory key, uint256[3] memory signals) private view returns (uint256[2] memory l) {
        l = [_word(key, 4), _word(key, 5)];
        for (uint256 j = 0; j < 3; j++) {
            l = Trapdoor.add(l, Trapdoor.multiply(_word(key, 6 + 2 * j), _word(key, 7 + 2 * j), signals[j]));
        }
    }

    /// @dev With delta at infinity C drops out of the equation, and with it every private wire: e(A, B) = e(alpha, beta) e(L,
    /// gamma). Where public signals stand on left sides only, IC_j = beta · U_j with U_j = u_j(tau) · G1 made of the public powers of
    /// tau; then A = alpha + U_0 + Σ s_j U_j, B = beta and any C prove any signals s.
    function test_deltaAtInfinity_wouldAcceptForgeries() external {
        bytes memory key = Trapdoor.encode(Trapdoor.key(0));
        uint256[2][4] memory left;
        for (uint256 j = 0; j < 4; j++) {
            uint256 u = uint256(keccak256(abi.encode("left", j))) % R;
            left[j] = Trapdoor.g1(u);
            uint256[2] memory ic = Trapdoor.multiply(left[j][0], left[j][1], G2Vectors.BETA);
            _set(key, 4 + 2 * j, ic[0]);
            _set(key, 5 + 2 * j, ic[1]);
        }
        address sound = VerificationKeys.store(key);
        _setDelta(key, [uint256(0), 0, 0, 0]);
        _refused(key, abi.encodeWithSelector(BN254.PointAtInfinity.selector));
        address unsound = VerificationKeys.store(key);
        for (uint256 i = 0; i < 3; i++) {
            uint256[3] memory signals = [666 + i, uint256(keccak256(abi.encode(i))) % R, i];
            uint256[2] memory a = Trapdoor.add(Trapdoor.alpha(), left[0]);
            for (uint256 j = 0; j < 3; j++) {
                a = Trapdoor.add(a, Trapdoor.multiply(left[j + 1][0], left[j + 1][1], signals[j]));
            }
            uint256[8] memory proof = Trapdoor.assemble(a, Trapdoor.beta(), Trapdoor.g1(1 + i));
            assertTrue(verifier.verify(unsound, signals, proof), "forged, whatever C is");
            assertFalse(verifier.verify(sound, signals, proof), "not under the same key with its delta");
        }
    }

    /// @dev delta = gamma: A = alpha, B = beta, C = −L. delta = −gamma: C = L.
    function test_deltaPlusOrMinusGamma_wouldAcceptForgeries() external {
        uint256[3] memory signals = [uint256(666), 1, 2];
        for (uint256 i = 0; i < 2; i++) {
            bytes memory key = Trapdoor.encode(Trapdoor.key(0));
            uint256[2] memory l = _signalPoint(key, signals);
            uint256[2] memory c = i == 0 ? Trapdoor.negate(l) : l;
            uint256[8] memory proof = Trapdoor.assemble(Trapdoor.alpha(), Trapdoor.beta(), c);
            assertFalse(
                verifier.verify(VerificationKeys.store(key), signals, proof), "not under a key with a contribution"
            );
            uint256[4] memory delta = Trapdoor.gamma();
            if (i == 1) (delta[2], delta[3]) = (Q - delta[2], Q - delta[3]);
            _setDelta(key, delta);
            assertTrue(verifier.verify(VerificationKeys.store(key), signals, proof), "forged");
            _refused(key, abi.encodeWithSelector(VerificationKeys.DeltaIsGamma.selector));
        }
    }

    /// @dev A signal whose point is at infinity is bound by nothing: one proof serves for all its values.
    function test_signalPointAtInfinity_wouldFreeTheSignal() external {
        for (uint256 j = 0; j < 3; j++) {
            bytes memory key = Trapdoor.encode(Trapdoor.key(0));
            uint256[3] memory signals = [uint256(5), 6, 7];
            signals[j] = 0;
            uint256[8] memory proof = Trapdoor.prove(Trapdoor.key(0), signals, 9);
            address sound = VerificationKeys.store(key);
            assertTrue(verifier.verify(sound, signals, proof));
            _set(key, 6 + 2 * j, 0);
            _set(key, 7 + 2 * j, 0);
            _refused(key, abi.encodeWithSelector(BN254.PointAtInfinity.selector));
            signals[j] = 123456789;
            assertTrue(verifier.verify(VerificationKeys.store(key), signals, proof), "any value");
            assertFalse(verifier.verify(sound, signals, proof));
        }
    }

    /// @dev With IC_0 at infinity the constants of the circuit are gone: the key verifies another statement than the circuit's.
    function test_constantPointAtInfinity_wouldDropTheConstants() external {
        bytes memory key = Trapdoor.encode(Trapdoor.key(0));
        uint256[3] memory signals = [uint256(5), 6, 7];
        uint256[8] memory proof = Trapdoor.prove(Trapdoor.key(0), signals, 9);
        Trapdoor.Key memory other = Trapdoor.key(0);
        other.ic[0] = 0;
        uint256[8] memory otherProof = Trapdoor.prove(other, signals, 9);
        assertFalse(verifier.verify(VerificationKeys.store(key), signals, otherProof));
        _set(key, 4, 0);
        _set(key, 5, 0);
        _refused(key, abi.encodeWithSelector(BN254.PointAtInfinity.selector));
        address pointer = VerificationKeys.store(key);
        assertTrue(verifier.verify(pointer, signals, otherProof), "another statement");
        assertFalse(verifier.verify(pointer, signals, proof), "not the circuit's");
    }

    /// @dev A point off its curve, or of the twist outside the subgroup, makes a precompile fail: whoever puts one proof under such
    /// a key into a batch spoils the batch, for bounded gas.
    function test_pointsOffTheCurve_wouldSpoilBatches() external {
        for (uint256 i = 0; i < 6; i++) {
            bytes memory key = Trapdoor.encode(Trapdoor.key(0));
            bytes memory refused;
            if (i == 5) {
                _setDelta(key, G2Vectors.outsideSubgroup());
                refused = abi.encodeWithSelector(BN254.PointNotInSubgroup.selector, _word(key, 0));
            } else {
                // delta, then IC_0 … IC_3.
                uint256 at = i == 0 ? 0 : 2 + 2 * i;
                _set(key, at, addmod(_word(key, at), 1, Q));
                refused = abi.encodeWithSelector(BN254.PointNotOnCurve.selector, _word(key, at));
            }
            _refused(key, refused);
            _spoils(VerificationKeys.store(key));
        }
    }

    function _spoils(address bad) private {
        IGroth16Verifier.BatchEntry[] memory entries = new IGroth16Verifier.BatchEntry[](2);
        for (uint256 j = 0; j < 2; j++) {
            uint256[3] memory signals = [5 + j, 6, 7];
            uint256[8] memory proof = Trapdoor.prove(Trapdoor.key(1), signals, 9);
            entries[j] = IGroth16Verifier.BatchEntry(5 + j, 6, 7, proof);
        }
        IGroth16Verifier.KeyRun[] memory runs = new IGroth16Verifier.KeyRun[](2);
        address good = VerificationKeys.store(Trapdoor.encode(Trapdoor.key(1)));
        (runs[0], runs[1]) = (IGroth16Verifier.KeyRun(good, 1), IGroth16Verifier.KeyRun(good, 1));
        assertTrue(verifier.verifyBatch(runs, entries), "both are valid");
        runs[1].key = bad;
        bytes memory call = abi.encodeCall(IGroth16Verifier.verifyBatch, (runs, entries));
        uint256 before = gasleft();
        (bool success,) = address(verifier).call{gas: 10_000_000}(call);
        assertFalse(success, "the other's proof is lost too");
        assertTrue(before - gasleft() < 700_000, "for the price of a batch");
    }

    /// @dev Coordinates that are not reduced would give one key two programs.
    function test_unreducedCoordinates_wouldGiveOneKeyTwoPrograms() external {
        bytes memory key = Trapdoor.encode(Trapdoor.key(0));
        uint256 programId = registry.register(key, 0, 0, true);
        for (uint256 i = 0; i < 12; i++) {
            bytes memory other = bytes.concat(key);
            _set(other, i, _word(key, i) + Q);
            assertTrue(VerificationKeys.programId(other) != programId);
            _refused(other, abi.encodeWithSelector(BN254.CoordinateNotInField.selector, _word(other, i)));
        }
    }
}
