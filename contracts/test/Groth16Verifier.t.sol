// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BN254} from "../src/curve/BN254.sol";
import {DevelopmentKeys} from "../src/proof/DevelopmentKeys.sol";
import {Groth16Verifier} from "../src/proof/Groth16Verifier.sol";
import {IGroth16Verifier} from "../src/proof/IGroth16Verifier.sol";
import {VerificationKeys} from "../src/proof/VerificationKeys.sol";
import {KeyedBatch, KeyedEntry, NaiveBatchVerifier} from "./support/NaiveBatchVerifier.sol";
import {Test} from "./support/Test.sol";
import {Trapdoor} from "./support/Trapdoor.sol";
import {G2Vectors} from "./vectors/G2Vectors.sol";

contract Groth16VerifierTest is Test {
    uint256 private constant R = BN254.R;
    uint256 private constant Q = BN254.Q;
    Groth16Verifier private verifier;
    address[] private keys;

    function setUp() external {
        verifier = new Groth16Verifier(Trapdoor.alpha(), Trapdoor.beta(), Trapdoor.gamma());
        for (uint256 i = 0; i < 4; i++) {
            keys.push(VerificationKeys.store(Trapdoor.encode(Trapdoor.key(i))));
        }
    }

    function _entry(uint256 key, uint256 salt) private view returns (KeyedEntry memory) {
        uint256[3] memory signals;
        for (uint256 j = 0; j < 3; j++) {
            signals[j] = uint256(keccak256(abi.encode("signal", salt, j))) % R;
        }
        return _entryFor(key, signals, salt);
    }

    function _entryFor(uint256 key, uint256[3] memory signals, uint256 salt) private view returns (KeyedEntry memory) {
        uint256[8] memory proof = Trapdoor.prove(Trapdoor.key(key), signals, salt);
        return KeyedEntry(keys[key], signals[0], signals[1], signals[2], proof);
    }

    function _batch(uint256 count, uint256 keyCount) private view returns (KeyedEntry[] memory batch) {
        batch = new KeyedEntry[](count);
        for (uint256 i = 0; i < count; i++) {
            batch[i] = _entry(i % keyCount, i);
        }
    }

    function _verifyBatch(KeyedEntry[] memory batch) private view returns (bool) {
        (IGroth16Verifier.KeyRun[] memory runs, IGroth16Verifier.BatchEntry[] memory entries) = KeyedBatch.split(batch);
        return verifier.verifyBatch(runs, entries);
    }

    function _challengeOf(KeyedEntry[] memory batch) private view returns (uint256) {
        (IGroth16Verifier.KeyRun[] memory runs, IGroth16Verifier.BatchEntry[] memory entries) = KeyedBatch.split(batch);
        return verifier.batchChallenge(runs, entries);
    }

    function _verifySingle(KeyedEntry memory entry) private view returns (bool) {
        return verifier.verify(entry.key, [entry.commitment, entry.y, entry.z], entry.proof);
    }

    // Construction, in source order.

    function test_constructor_revertsIfAlphaNotOnCurve() external {
        uint256[2] memory alpha = Trapdoor.alpha();
        alpha[0] += 1;
        vm.expectRevert(abi.encodeWithSelector(BN254.PointNotOnCurve.selector, alpha[0]));
        new Groth16Verifier(alpha, Trapdoor.beta(), Trapdoor.gamma());
    }

    function test_constructor_revertsIfBetaNotInSubgroup() external {
        uint256[2] memory alpha = Trapdoor.alpha();
        uint256[4] memory beta = G2Vectors.outsideSubgroup();
        vm.expectRevert(abi.encodeWithSelector(BN254.PointNotInSubgroup.selector, beta[0]));
        new Groth16Verifier(alpha, beta, Trapdoor.gamma());
    }

    function test_constructor_revertsIfGammaNotGenerator() external {
        uint256[2] memory alpha = Trapdoor.alpha();
        vm.expectRevert(IGroth16Verifier.GammaNotGenerator.selector);
        new Groth16Verifier(alpha, Trapdoor.beta(), G2Vectors.delta0());
    }

    function test_constructor_revertsIfDevelopmentKeysOnPublicChain() external {
        uint256[2] memory alpha =
            [DevelopmentKeys.ALPHA_X, 15388066855049919106989655750141837608386049057185052361155009521310851715220];
        Groth16Verifier local = new Groth16Verifier(alpha, Trapdoor.beta(), Trapdoor.gamma());
        assertTrue(local.usesDevelopmentKeys());
        vm.chainId(1337);
        local.requireChainAllowed();
        vm.chainId(1);
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.DevelopmentKeysOnPublicChain.selector, 1));
        new Groth16Verifier(alpha, Trapdoor.beta(), Trapdoor.gamma());
        alpha[1] = Q - alpha[1];
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.DevelopmentKeysOnPublicChain.selector, 1));
        new Groth16Verifier(alpha, Trapdoor.beta(), Trapdoor.gamma());
        // A deployment that came from a local chain stays useless on a public one.
        KeyedEntry memory entry = _entry(0, 0);
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.DevelopmentKeysOnPublicChain.selector, 1));
        local.verify(entry.key, [entry.commitment, entry.y, entry.z], entry.proof);
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.DevelopmentKeysOnPublicChain.selector, 1));
        local.requireChainAllowed();
        assertTrue(_verifySingle(entry));
    }

    function test_constructor_keepsConstants() external view {
        assertEq(abi.encode(verifier.alpha()), abi.encode(Trapdoor.alpha()));
        assertEq(abi.encode(verifier.beta()), abi.encode(Trapdoor.beta()));
        assertEq(abi.encode(verifier.gamma()), abi.encode(Trapdoor.gamma()));
        assertFalse(verifier.usesDevelopmentKeys());
    }

    // Single proofs.

    function test_verify_acceptsValidProofs() external view {
        for (uint256 i = 0; i < 4; i++) {
            assertTrue(_verifySingle(_entry(i, i)));
        }
        assertTrue(_verifySingle(_entryFor(0, [uint256(0), 0, 0], 9)), "zero signals");
        assertTrue(_verifySingle(_entryFor(0, [R - 1, R - 1, R - 1], 9)), "maximal signals");
    }

    function test_verify_rejectsChangedSignalsKeysAndPoints() external view {
        KeyedEntry memory entry = _entry(0, 5);
        assertFalse(verifier.verify(entry.key, [addmod(entry.commitment, 1, R), entry.y, entry.z], entry.proof));
        assertFalse(verifier.verify(entry.key, [entry.commitment, addmod(entry.y, 1, R), entry.z], entry.proof));
        assertFalse(verifier.verify(entry.key, [entry.commitment, entry.y, addmod(entry.z, 1, R)], entry.proof));
        // Key 3 has the delta of key 0, key 1 has another.
        assertFalse(verifier.verify(keys[3], [entry.commitment, entry.y, entry.z], entry.proof));
        assertFalse(verifier.verify(keys[1], [entry.commitment, entry.y, entry.z], entry.proof));
        KeyedEntry memory other = _entry(0, 6);
        uint256[8] memory proof = entry.proof;
        (proof[0], proof[1]) = (other.proof[0], other.proof[1]);
        assertFalse(verifier.verify(entry.key, [entry.commitment, entry.y, entry.z], proof), "A");
    }

    function test_verify_acceptsRerandomisedProof() external view {
        // Proof bytes are malleable: (−A, −B, C) is valid too. Never an identifier.
        KeyedEntry memory entry = _entry(0, 5);
        entry.proof[1] = Q - entry.proof[1];
        entry.proof[4] = Q - entry.proof[4];
        entry.proof[5] = Q - entry.proof[5];
        assertTrue(_verifySingle(entry));
    }

    function test_verify_revertsIfKeyNotFound() external {
        KeyedEntry memory entry = _entry(0, 5);
        address[3] memory wrong = [address(0xdead), address(verifier), address(0xbeef)];
        vm.etch(wrong[2], abi.encodePacked(hex"01", Trapdoor.encode(Trapdoor.key(0))));
        for (uint256 i = 0; i < wrong.length; i++) {
            vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.KeyNotFound.selector, wrong[i]));
            verifier.verify(wrong[i], [entry.commitment, entry.y, entry.z], entry.proof);
        }
    }

    function test_verify_revertsIfSignalNotInField() external {
        KeyedEntry memory entry = _entryFor(0, [uint256(1), 2, 3], 5);
        for (uint256 j = 0; j < 3; j++) {
            uint256[3] memory signals = [uint256(1), 2, 3];
            signals[j] += R;
            vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.SignalNotInField.selector, signals[j]));
            verifier.verify(entry.key, signals, entry.proof);
        }
    }

    function test_verify_revertsIfCoordinateNotInField() external {
        KeyedEntry memory entry = _entry(0, 5);
        for (uint256 j = 0; j < 8; j++) {
            uint256[8] memory proof = entry.proof;
            uint256 original = proof[j];
            proof[j] += Q;
            vm.expectRevert(abi.encodeWithSelector(BN254.CoordinateNotInField.selector, proof[j]));
            verifier.verify(entry.key, [entry.commitment, entry.y, entry.z], proof);
            proof[j] = original;
        }
    }

    function test_verify_revertsIfPointNotOnCurve() external {
        KeyedEntry memory entry = _entry(0, 5);
        for (uint256 j = 0; j < 8; j++) {
            uint256 original = entry.proof[j];
            entry.proof[j] = addmod(original, 1, Q);
            uint256 first = j < 2 ? 0 : j < 6 ? 2 : 6;
            vm.expectRevert(abi.encodeWithSelector(BN254.PointNotOnCurve.selector, entry.proof[first]));
            verifier.verify(entry.key, [entry.commitment, entry.y, entry.z], entry.proof);
            entry.proof[j] = original;
        }
    }

    function test_verify_revertsIfPointAtInfinity() external {
        uint256[3] memory starts = [uint256(0), 2, 6];
        uint256[3] memory ends = [uint256(2), 6, 8];
        for (uint256 p = 0; p < 3; p++) {
            KeyedEntry memory entry = _entry(0, 5);
            for (uint256 j = starts[p]; j < ends[p]; j++) {
                entry.proof[j] = 0;
            }
            vm.expectRevert(BN254.PointAtInfinity.selector);
            verifier.verify(entry.key, [entry.commitment, entry.y, entry.z], entry.proof);
        }
    }

    function test_verify_revertsIfInfinityHasAnUnreducedZero() external {
        // The negative of (0, q), which the pairing would see, is a true infinity: e(C, delta) would drop out.
        for (uint256 j = 0; j < 8; j++) {
            KeyedEntry memory entry = _entry(0, 5);
            for (uint256 i = j < 2 ? 0 : j < 6 ? 2 : 6; i < (j < 2 ? 2 : j < 6 ? 6 : 8); i++) {
                entry.proof[i] = i == j ? Q : 0;
            }
            vm.expectRevert(abi.encodeWithSelector(BN254.CoordinateNotInField.selector, Q));
            verifier.verify(entry.key, [entry.commitment, entry.y, entry.z], entry.proof);
        }
    }

    function test_verify_boundsGasIfBNotInSubgroup() external {
        KeyedEntry memory entry = _entry(0, 5);
        uint256[4] memory b = G2Vectors.outsideSubgroup();
        (entry.proof[2], entry.proof[3], entry.proof[4], entry.proof[5]) = (b[0], b[1], b[2], b[3]);
        uint256 before = gasleft();
        vm.expectRevert(abi.encodeWithSelector(BN254.PrecompileFailed.selector, 8));
        verifier.verify(entry.key, [entry.commitment, entry.y, entry.z], entry.proof);
        assertTrue(before - gasleft() < 600_000, "a refused point must not burn the gas of the transaction");
    }

    // Batches.

    function test_verifyBatch_revertsIfEmpty() external {
        vm.expectRevert(IGroth16Verifier.EmptyBatch.selector);
        _verifyBatch(new KeyedEntry[](0));
    }

    function test_verifyBatch_acceptsValidBatches() external view {
        for (uint256 count = 1; count <= 6; count++) {
            for (uint256 keyCount = 1; keyCount <= 4; keyCount++) {
                assertTrue(_verifyBatch(_batch(count, keyCount)));
            }
        }
    }

    function test_verifyBatch_acceptsTheSameProofTwice() external view {
        KeyedEntry[] memory batch = new KeyedEntry[](2);
        (batch[0], batch[1]) = (_entry(0, 0), _entry(0, 0));
        assertTrue(_verifyBatch(batch));
    }

    function test_verifyBatch_rejectsOneInvalidProofAnywhere() external view {
        for (uint256 i = 0; i < 4; i++) {
            KeyedEntry[] memory batch = _batch(4, 2);
            batch[i].y = addmod(batch[i].y, 1, R);
            assertFalse(_verifyBatch(batch));
        }
    }

    function test_verifyBatch_rejectsErrorsThatCancelInASum() external view {
        // Without coefficients, C_0 + d and C_1 − d cancel.
        KeyedEntry[] memory batch = _batch(2, 1);
        uint256[2] memory d = Trapdoor.g1(77);
        _addToC(batch[0], d);
        _addToC(batch[1], Trapdoor.negate(d));
        assertFalse(_verifyBatch(batch));
    }

    function test_verifyBatch_rejectsSwappedKeys() external view {
        KeyedEntry[] memory batch = _batch(2, 2);
        (batch[0].key, batch[1].key) = (batch[1].key, batch[0].key);
        assertFalse(_verifyBatch(batch));
    }

    function test_verifyBatch_revertsIfAnyEntryMalformed() external {
        KeyedEntry[] memory batch = _batch(3, 2);
        batch[2].z += R;
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.SignalNotInField.selector, batch[2].z));
        _verifyBatch(batch);
        batch = _batch(3, 2);
        batch[1].key = address(0xdead);
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.KeyNotFound.selector, address(0xdead)));
        _verifyBatch(batch);
    }

    /// @dev Puts `word` for word `j` of proof `i` and expects the error.
    function _refuses(KeyedEntry[] memory batch, uint256 i, uint256 j, uint256 word, bytes memory error_) private {
        uint256 original = batch[i].proof[j];
        batch[i].proof[j] = word;
        vm.expectRevert(error_);
        this.verifyBatch(batch);
        batch[i].proof[j] = original;
    }

    function verifyBatch(KeyedEntry[] calldata batch) external view returns (bool) {
        return _verifyBatch(batch);
    }

    /// @dev Keys 0, 1, 0, 1, 2: the first proof, the first of a later key, further ones of both, and one alone under its key.
    function _mixedBatch() private view returns (KeyedEntry[] memory batch) {
        batch = new KeyedEntry[](5);
        for (uint256 i = 0; i < 5; i++) {
            batch[i] = _entry(i == 4 ? 2 : i % 2, i);
        }
        assertTrue(_verifyBatch(batch));
    }

    function test_verifyBatch_revertsIfCoordinateNotReducedAnywhere() external {
        KeyedEntry[] memory batch = _mixedBatch();
        for (uint256 i = 0; i < 5; i++) {
            for (uint256 j = 0; j < 8; j++) {
                uint256 word = batch[i].proof[j] + Q;
                _refuses(batch, i, j, word, abi.encodeWithSelector(BN254.CoordinateNotInField.selector, word));
                _refuses(
                    batch,
                    i,
                    j,
                    type(uint256).max,
                    abi.encodeWithSelector(BN254.CoordinateNotInField.selector, type(uint256).max)
                );
            }
        }
    }

    function test_verifyBatch_revertsIfPointNotOnCurveAnywhere() external {
        KeyedEntry[] memory batch = _mixedBatch();
        for (uint256 i = 0; i < 5; i++) {
            for (uint256 j = 0; j < 8; j++) {
                uint256 word = addmod(batch[i].proof[j], 1, Q);
                uint256 x = j < 2 ? batch[i].proof[0] : j < 6 ? batch[i].proof[2] : batch[i].proof[6];
                if (j == 0 || j == 2 || j == 6) x = word;
                _refuses(batch, i, j, word, abi.encodeWithSelector(BN254.PointNotOnCurve.selector, x));
            }
        }
    }

    function test_verifyBatch_revertsIfPointAtInfinityAnywhere() external {
        KeyedEntry[] memory batch = _mixedBatch();
        uint256[4] memory starts = [uint256(0), 2, 6, 8];
        for (uint256 i = 0; i < 5; i++) {
            for (uint256 p = 0; p < 3; p++) {
                uint256[8] memory original = abi.decode(abi.encode(batch[i].proof), (uint256[8]));
                for (uint256 j = starts[p]; j < starts[p + 1]; j++) {
                    batch[i].proof[j] = 0;
                }
                vm.expectRevert(BN254.PointAtInfinity.selector);
                this.verifyBatch(batch);
                // Infinity with an unreduced zero, which a negation would make a true one.
                for (uint256 j = starts[p]; j < starts[p + 1]; j++) {
                    _refuses(batch, i, j, Q, abi.encodeWithSelector(BN254.CoordinateNotInField.selector, Q));
                }
                batch[i].proof = original;
            }
        }
    }

    function test_verifyBatch_revertsIfSignalNotInFieldAnywhere() external {
        KeyedEntry[] memory batch = _mixedBatch();
        for (uint256 i = 0; i < 5; i++) {
            KeyedEntry memory entry = batch[i];
            (uint256 c, uint256 y, uint256 z) = (entry.commitment, entry.y, entry.z);
            bytes4 error_ = IGroth16Verifier.SignalNotInField.selector;
            entry.commitment += R;
            vm.expectRevert(abi.encodeWithSelector(error_, entry.commitment));
            this.verifyBatch(batch);
            (entry.commitment, entry.y) = (c, y + R);
            vm.expectRevert(abi.encodeWithSelector(error_, entry.y));
            this.verifyBatch(batch);
            (entry.y, entry.z) = (y, z + R);
            vm.expectRevert(abi.encodeWithSelector(error_, entry.z));
            this.verifyBatch(batch);
            entry.z = z;
        }
    }

    function test_verifyBatch_revertsIfBNotInSubgroupAnywhere() external {
        KeyedEntry[] memory batch = _mixedBatch();
        uint256[4] memory b = G2Vectors.outsideSubgroup();
        for (uint256 i = 0; i < 5; i++) {
            uint256[8] memory original = abi.decode(abi.encode(batch[i].proof), (uint256[8]));
            (batch[i].proof[2], batch[i].proof[3], batch[i].proof[4], batch[i].proof[5]) = (b[0], b[1], b[2], b[3]);
            vm.expectRevert(abi.encodeWithSelector(BN254.PrecompileFailed.selector, 8));
            this.verifyBatch(batch);
            batch[i].proof = original;
        }
    }

    function test_verifyBatch_revertsIfRunsDoNotCoverTheProofs() external {
        (IGroth16Verifier.KeyRun[] memory runs, IGroth16Verifier.BatchEntry[] memory entries) =
            KeyedBatch.split(_batch(3, 1));
        bytes memory mismatch = abi.encodeWithSelector(IGroth16Verifier.RunsMismatch.selector, 3);
        uint256[4] memory counts = [uint256(0), 2, 4, type(uint256).max];
        for (uint256 i = 0; i < counts.length; i++) {
            runs[0].count = counts[i];
            vm.expectRevert(mismatch);
            verifier.verifyBatch(runs, entries);
        }
        vm.expectRevert(mismatch);
        verifier.verifyBatch(new IGroth16Verifier.KeyRun[](0), entries);
        // Two runs under one key are as good as one; an empty one, or one too long, is not.
        IGroth16Verifier.KeyRun[] memory split = new IGroth16Verifier.KeyRun[](2);
        (split[0], split[1]) = (IGroth16Verifier.KeyRun(keys[0], 1), IGroth16Verifier.KeyRun(keys[0], 2));
        assertTrue(verifier.verifyBatch(split, entries));
        (split[0].count, split[1].count) = (3, 0);
        vm.expectRevert(mismatch);
        verifier.verifyBatch(split, entries);
        (split[0].count, split[1].count) = (2, type(uint256).max);
        vm.expectRevert(mismatch);
        verifier.verifyBatch(split, entries);
    }

    function testFuzz_verifyBatch_rejectsAnyChangedSignal(uint256 seed) external view {
        KeyedEntry[] memory batch = _batch(1 + seed % 4, 1 + (seed >> 8) % 3);
        KeyedEntry memory entry = batch[(seed >> 16) % batch.length];
        uint256 shift = 1 + (seed >> 40) % (R - 1);
        uint256 which = (seed >> 24) % 3;
        if (which == 0) entry.commitment = addmod(entry.commitment, shift, R);
        else if (which == 1) entry.y = addmod(entry.y, shift, R);
        else entry.z = addmod(entry.z, shift, R);
        assertFalse(_verifyBatch(batch));
    }

    function test_batchChallenge_coversKeysSignalsAndProofs() external {
        KeyedEntry[] memory batch = _batch(3, 2);
        uint256 rho = _challengeOf(batch);
        assertTrue(rho != 0 && rho < R);
        assertEq(_challengeOf(batch), rho);
        KeyedEntry[] memory other = _batch(3, 2);
        for (uint256 i = 0; i < 3; i++) {
            KeyedEntry memory entry = other[i];
            entry.commitment = addmod(entry.commitment, 1, R);
            assertTrue(_challengeOf(other) != rho, "C");
            (entry.commitment, entry.y) = (batch[i].commitment, addmod(entry.y, 1, R));
            assertTrue(_challengeOf(other) != rho, "y");
            (entry.y, entry.z) = (batch[i].y, addmod(entry.z, 1, R));
            assertTrue(_challengeOf(other) != rho, "z");
            (entry.z, entry.key) = (batch[i].z, keys[3]);
            assertTrue(_challengeOf(other) != rho, "key");
            entry.key = batch[i].key;
            // A and C negated one at a time, B negated: other points of the curves.
            uint256[4] memory ys = [uint256(1), 4, 5, 7];
            for (uint256 j = 0; j < 4; j++) {
                if (j == 2) continue;
                entry.proof[ys[j]] = Q - entry.proof[ys[j]];
                if (j == 1) entry.proof[5] = Q - entry.proof[5];
                assertTrue(_challengeOf(other) != rho, "proof");
                entry.proof[ys[j]] = batch[i].proof[ys[j]];
                entry.proof[5] = batch[i].proof[5];
            }
            assertEq(_challengeOf(other), rho);
        }
        // The same addresses with another key behind them.
        vm.etch(keys[1], bytes.concat(hex"00", Trapdoor.encode(Trapdoor.key(3))));
        assertTrue(_challengeOf(batch) != rho, "content of keys");
    }

    function test_gas_verifyBatch() external {
        for (uint256 keyCount = 1; keyCount <= 2; keyCount++) {
            for (uint256 count = keyCount; count <= 4; count++) {
                KeyedEntry[] memory batch = _batch(count, keyCount);
                _verifyBatch(batch);
                string memory name = string.concat("keys: ", vm.toString(keyCount), ", proofs: ", vm.toString(count));
                vm.snapshotGasLastCall("verifyBatch", name);
            }
        }
    }

    // What keys that registration refuses would allow. They are put in place here without {VerificationKeys.requireValid}.

    function test_verify_keyWithDeltaGammaWouldAcceptForgeries() external {
        bytes memory key = Trapdoor.encode(Trapdoor.key(0));
        uint256[4] memory gamma = Trapdoor.gamma();
        for (uint256 i = 0; i < 4; i++) {
            _setWord(key, i, gamma[i]);
        }
        vm.expectRevert(VerificationKeys.DeltaIsGamma.selector);
        this.requireValid(key);
        // A = alpha, B = beta, C = −L, for any signals and without a witness.
        uint256[3] memory signals = [uint256(666), 1, 2];
        uint256[2] memory l = [_wordOf(key, 4), _wordOf(key, 5)];
        for (uint256 j = 0; j < 3; j++) {
            l = Trapdoor.add(l, Trapdoor.multiply(_wordOf(key, 6 + 2 * j), _wordOf(key, 7 + 2 * j), signals[j]));
        }
        uint256[8] memory proof = Trapdoor.assemble(Trapdoor.alpha(), Trapdoor.beta(), Trapdoor.negate(l));
        assertTrue(verifier.verify(VerificationKeys.store(key), signals, proof), "forged");
        assertFalse(verifier.verify(keys[0], signals, proof), "not under a key with a contribution");
    }

    function test_verify_keyWithInfinityWouldLeaveASignalFree() external {
        bytes memory key = Trapdoor.encode(Trapdoor.key(0));
        _setWord(key, 8, 0);
        _setWord(key, 9, 0);
        vm.expectRevert(BN254.PointAtInfinity.selector);
        this.requireValid(key);
        KeyedEntry memory entry = _entryFor(0, [uint256(5), 0, 7], 9);
        address pointer = VerificationKeys.store(key);
        assertTrue(verifier.verify(pointer, [uint256(5), 123456789, 7], entry.proof), "y is not bound");
        assertFalse(verifier.verify(keys[0], [uint256(5), 123456789, 7], entry.proof));
    }

    function test_verify_keyWithBadPointsWouldSpoilEveryBatchItIsIn() external {
        for (uint256 i = 0; i < 2; i++) {
            bytes memory key = Trapdoor.encode(Trapdoor.key(0));
            uint256[4] memory delta = G2Vectors.outsideSubgroup();
            for (uint256 j = 0; i == 0 && j < 4; j++) {
                _setWord(key, j, delta[j]);
            }
            // IC_1 off the curve.
            if (i == 1) _setWord(key, 6, _wordOf(key, 6) + 1);
            KeyedEntry[] memory batch = _batch(2, 2);
            batch[1].key = VerificationKeys.store(key);
            vm.expectRevert(abi.encodeWithSelector(BN254.PrecompileFailed.selector, i == 0 ? 8 : 7));
            _verifyBatch(batch);
            vm.expectPartialRevert(i == 0 ? BN254.PointNotInSubgroup.selector : BN254.PointNotOnCurve.selector);
            this.requireValid(key);
        }
    }

    function requireValid(bytes calldata key) external view {
        VerificationKeys.requireValid(key);
    }

    function _wordOf(bytes memory key, uint256 i) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(key, 32), mul(i, 32)))
        }
    }

    function _setWord(bytes memory key, uint256 i, uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(add(add(key, 32), mul(i, 32)), word)
        }
    }

    // The two forgeries of research/rollups.md §4d: with per-proof randomness rho_1 = H(proof_1, signals_1), the first
    // proof can be fitted to any false second statement. A naive verifier accepts, ours does not.

    function test_verifyBatch_rejectsForgeryWithInfinity() external {
        NaiveBatchVerifier naive = new NaiveBatchVerifier(Trapdoor.alpha(), Trapdoor.beta(), Trapdoor.gamma());
        (KeyedEntry[] memory batch,) = _forge(naive, 0);
        assertTrue(naive.verifyBatch(Trapdoor.encode(Trapdoor.key(0)), batch, false), "the naive verifier accepts");
        vm.expectRevert(BN254.PointAtInfinity.selector);
        _verifyBatch(batch);
    }

    function test_verifyBatch_rejectsForgeryWithoutInfinity() external {
        NaiveBatchVerifier naive = new NaiveBatchVerifier(Trapdoor.alpha(), Trapdoor.beta(), Trapdoor.gamma());
        (KeyedEntry[] memory batch, uint256 falseSignal) = _forge(naive, 123456789);
        bytes memory key = Trapdoor.encode(Trapdoor.key(0));
        assertTrue(naive.verifyBatch(key, batch, true), "accepted although points at infinity are refused");
        assertEq(batch[1].commitment, falseSignal);
        assertFalse(_verifySingle(batch[1]), "the second statement is false");
        assertFalse(_verifyBatch(batch), "ours rejects");
        (batch[0], batch[1]) = (batch[1], batch[0]);
        assertFalse(_verifyBatch(batch), "in either order");
    }

    /// @dev From one valid proof (signals s, A, B, C): a second proof (t A, B, t C) for false signals s', whose
    /// challenge rho the naive verifier takes from it alone; then the first proof absorbs the error:
    /// s_0 = (1 + rho) s − rho s', A_0 = (1 + rho) A − rho t A, C_0 likewise. t = 0 is the published attack. alpha·beta
    /// and ic0 fit because the coefficients 1 and rho of both proofs sum to 1 + rho on either side.
    function _forge(NaiveBatchVerifier naive, uint256 t)
        private
        view
        returns (KeyedEntry[] memory batch, uint256 falseSignal)
    {
        KeyedEntry memory valid = _entry(0, 3);
        batch = new KeyedEntry[](2);
        falseSignal = 666;
        uint256[2] memory a = [valid.proof[0], valid.proof[1]];
        uint256[2] memory c = [valid.proof[6], valid.proof[7]];
        uint256[4] memory b = [valid.proof[2], valid.proof[3], valid.proof[4], valid.proof[5]];
        uint256[8] memory second =
            Trapdoor.assemble(Trapdoor.multiply(a[0], a[1], t), b, Trapdoor.multiply(c[0], c[1], t));
        batch[1] = KeyedEntry(valid.key, falseSignal, 1, 2, second);
        uint256 rho = naive.coefficient(batch[1]);
        uint256 factor = addmod(addmod(1, rho, R), R - mulmod(rho, t, R), R);
        batch[0] = KeyedEntry(
            valid.key,
            _absorb(valid.commitment, falseSignal, rho),
            _absorb(valid.y, 1, rho),
            _absorb(valid.z, 2, rho),
            Trapdoor.assemble(Trapdoor.multiply(a[0], a[1], factor), b, Trapdoor.multiply(c[0], c[1], factor))
        );
    }

    /// @dev (1 + rho) signal − rho falseSignal.
    function _absorb(uint256 signal, uint256 falseSignal, uint256 rho) private pure returns (uint256) {
        return addmod(mulmod(addmod(1, rho, R), signal, R), R - mulmod(rho, falseSignal, R), R);
    }

    function _addToC(KeyedEntry memory entry, uint256[2] memory point) private view {
        uint256[2] memory sum = Trapdoor.add([entry.proof[6], entry.proof[7]], point);
        (entry.proof[6], entry.proof[7]) = (sum[0], sum[1]);
    }
}
