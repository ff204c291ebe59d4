// SPDX-License-Identifier: MIT
// Groth16 over BN254 for all circuits of a deployment, single and batched. Owns no state.
pragma solidity ^0.8.28;

import {BN254} from "../curve/BN254.sol";
import {DevelopmentKeys} from "./DevelopmentKeys.sol";
import {IGroth16Verifier} from "./IGroth16Verifier.sol";
import {VerificationKeys} from "./VerificationKeys.sol";

/// @title Groth16 verifier, see {IGroth16Verifier}.
/// @dev For each proof i under key k: e(A, B) = e(alpha, beta) e(L, gamma) e(C, delta_k) with
/// L = IC_0 + C IC_1 + y IC_2 + z IC_3. The batch is the product of the equations' powers rho^i:
/// Π e(rho^i A_i, B_i) · e(−Σ rho^i alpha, beta) · e(−Σ rho^i L_i, gamma) · Π_k e(−Σ_{i under k} rho^i C_i, delta_k) = 1.
contract Groth16Verifier is IGroth16Verifier {
    /// @dev One distinct key of a batch, with sums over its proofs.
    struct Group {
        address pointer;
        bytes key;
        /// Σ rho^i, Σ rho^i C, Σ rho^i y, Σ rho^i z: the scalars of IC_0 … IC_3.
        uint256[4] scalars;
        /// Σ rho^i C_i, a point; starts at infinity.
        uint256[2] sum;
    }

    /// @dev A batch in memory: raw entries of 12 words and their groups.
    struct Batch {
        uint256 entries;
        uint256 count;
        uint256[] groupOf;
        Group[] groups;
        uint256 groupCount;
    }

    uint256 private constant ENTRY_BYTES = 384;
    /// @dev Words of an entry: key, C, y, z, then A (2), B (4), C (2).
    uint256 private constant SIGNALS = 32;
    uint256 private constant PROOF_A = 128;
    uint256 private constant PROOF_B = 192;
    uint256 private constant PROOF_C = 320;
    bytes32 private constant CHALLENGE_DOMAIN = keccak256("Catalyze/1/batch-verification");

    uint256 private immutable _alphaX;
    uint256 private immutable _alphaY;
    uint256 private immutable _beta0;
    uint256 private immutable _beta1;
    uint256 private immutable _beta2;
    uint256 private immutable _beta3;
    /// @inheritdoc IGroth16Verifier
    bool public immutable override usesDevelopmentKeys;

    /// @param alpha_ alpha of the deployment's powers of tau (x, y).
    /// @param beta_ beta, order of the pairing precompile.
    /// @param gamma_ gamma, order of the pairing precompile; must be the generator of G2.
    constructor(uint256[2] memory alpha_, uint256[4] memory beta_, uint256[4] memory gamma_) {
        BN254.requireG1(alpha_[0], alpha_[1]);
        BN254.requireG2(beta_[0], beta_[1], beta_[2], beta_[3]);
        bool xIsGenerator = gamma_[0] == BN254.G2_X_IMAGINARY && gamma_[1] == BN254.G2_X_REAL;
        bool yIsGenerator = gamma_[2] == BN254.G2_Y_IMAGINARY && gamma_[3] == BN254.G2_Y_REAL;
        if (!xIsGenerator || !yIsGenerator) revert GammaNotGenerator();
        usesDevelopmentKeys = DevelopmentKeys.isDevelopmentAlpha(alpha_[0]);
        if (DevelopmentKeys.isDevelopmentAlpha(alpha_[0])) DevelopmentKeys.requireLocalChain();
        (_alphaX, _alphaY) = (alpha_[0], alpha_[1]);
        (_beta0, _beta1, _beta2, _beta3) = (beta_[0], beta_[1], beta_[2], beta_[3]);
    }

    /// @inheritdoc IGroth16Verifier
    function alpha() external view returns (uint256[2] memory) {
        return [_alphaX, _alphaY];
    }

    /// @inheritdoc IGroth16Verifier
    function beta() external view returns (uint256[4] memory) {
        return [_beta0, _beta1, _beta2, _beta3];
    }

    /// @inheritdoc IGroth16Verifier
    function gamma() external pure returns (uint256[4] memory) {
        return [BN254.G2_X_IMAGINARY, BN254.G2_X_REAL, BN254.G2_Y_IMAGINARY, BN254.G2_Y_REAL];
    }

    /// @inheritdoc IGroth16Verifier
    function requireChainAllowed() public view {
        if (usesDevelopmentKeys) DevelopmentKeys.requireLocalChain();
    }

    /// @inheritdoc IGroth16Verifier
    function verify(address key, uint256[3] calldata signals, uint256[8] calldata proof) external view returns (bool) {
        uint256 entries = _allocate(ENTRY_BYTES);
        assembly ("memory-safe") {
            mstore(entries, key)
            calldatacopy(add(entries, 32), signals, 96)
            calldatacopy(add(entries, 128), proof, 256)
        }
        return _verify(entries, 1);
    }

    /// @inheritdoc IGroth16Verifier
    function verifyBatch(BatchEntry[] calldata batch) external view returns (bool) {
        if (batch.length == 0) revert EmptyBatch();
        uint256 size = batch.length * ENTRY_BYTES;
        uint256 entries = _allocate(size);
        assembly ("memory-safe") {
            calldatacopy(entries, batch.offset, size)
        }
        return _verify(entries, batch.length);
    }

    function _verify(uint256 entries, uint256 count) private view returns (bool) {
        requireChainAllowed();
        Batch memory batch = Batch(entries, count, new uint256[](count), new Group[](count), 0);
        for (uint256 i = 0; i < count; i++) {
            uint256 entry = entries + i * ENTRY_BYTES;
            _requireWellFormed(entry);
            batch.groupOf[i] = _groupOf(batch, _word(entry));
        }
        // N pairs for the proofs, then alpha, then the public signals, then one pair for each key.
        uint256 pairs = _allocate((count + 2 + batch.groupCount) * 192);
        uint256 total = _combineProofs(batch, pairs, _challenge(batch));
        uint256 pair = pairs + count * 192;
        BN254.multiplyInto(pair, _alphaX, _alphaY, total == 0 ? 0 : BN254.R - total);
        _writeG2(pair + 64, _beta0, _beta1, _beta2, _beta3);
        _combineSignals(batch, pair + 192);
        _combineKeys(batch, pair + 384);
        return BN254.pairingIsOne(pairs, count + 2 + batch.groupCount);
    }

    /// @dev Signals below r; A, B and C finite, reduced and on their curves.
    function _requireWellFormed(uint256 entry) private pure {
        for (uint256 offset = SIGNALS; offset < PROOF_A; offset += 32) {
            uint256 signal = _word(entry + offset);
            if (signal >= BN254.R) revert SignalNotInField(signal);
        }
        uint256 b = entry + PROOF_B;
        BN254.requireG1(_word(entry + PROOF_A), _word(entry + PROOF_A + 32));
        BN254.requireTwist(_word(b), _word(b + 32), _word(b + 64), _word(b + 96));
        BN254.requireG1(_word(entry + PROOF_C), _word(entry + PROOF_C + 32));
    }

    /// @dev Group of the key at `pointer`, made when it is new.
    function _groupOf(Batch memory batch, uint256 pointerWord) private view returns (uint256) {
        address pointer = address(uint160(pointerWord));
        uint256 groupCount = batch.groupCount;
        for (uint256 k = 0; k < groupCount; k++) {
            if (batch.groups[k].pointer == pointer) return k;
        }
        (bool found, bytes memory key) = VerificationKeys.load(pointer);
        if (!found || pointerWord >> 160 != 0) revert KeyNotFound(pointer);
        Group memory group = batch.groups[groupCount];
        group.pointer = pointer;
        group.key = key;
        batch.groupCount = groupCount + 1;
        return groupCount;
    }

    /// @dev rho in [1, r) from one transcript over all entries (key addresses, signals, proofs) and all keys' content.
    function _challenge(Batch memory batch) private pure returns (uint256) {
        uint256 entries = batch.entries;
        uint256 size = batch.count * ENTRY_BYTES;
        bytes32 entriesHash;
        assembly ("memory-safe") {
            entriesHash := keccak256(entries, size)
        }
        bytes32[] memory keyHashes = new bytes32[](batch.groupCount);
        for (uint256 k = 0; k < keyHashes.length; k++) {
            keyHashes[k] = keccak256(batch.groups[k].key);
        }
        bytes32 digest = keccak256(abi.encode(CHALLENGE_DOMAIN, batch.count, entriesHash, keyHashes));
        return 1 + uint256(digest) % (BN254.R - 1);
    }

    /// @dev Writes the pairs (rho^i A_i, B_i) and fills the groups' sums. Returns Σ rho^i mod r.
    function _combineProofs(Batch memory batch, uint256 pairs, uint256 rho) private view returns (uint256 total) {
        uint256 power = 1;
        for (uint256 i = 0; i < batch.count; i++) {
            uint256 entry = batch.entries + i * ENTRY_BYTES;
            uint256 pair = pairs + i * 192;
            Group memory group = batch.groups[batch.groupOf[i]];
            uint256 sum = _pointer(group.sum);
            // A, then B.
            assembly ("memory-safe") {
                mcopy(pair, add(entry, PROOF_A), 192)
            }
            (uint256 cx, uint256 cy) = (_word(entry + PROOF_C), _word(entry + PROOF_C + 32));
            if (i == 0) {
                BN254.addInto(sum, cx, cy);
            } else {
                BN254.multiplyInto(pair, _word(pair), _word(pair + 32), power);
                BN254.multiplyAddInto(sum, cx, cy, power);
            }
            _addSignals(group.scalars, entry, power);
            total = addmod(total, power, BN254.R);
            power = mulmod(power, rho, BN254.R);
        }
    }

    function _addSignals(uint256[4] memory scalars, uint256 entry, uint256 power) private pure {
        scalars[0] = addmod(scalars[0], power, BN254.R);
        for (uint256 j = 1; j < 4; j++) {
            scalars[j] = addmod(scalars[j], mulmod(power, _word(entry + 32 * j), BN254.R), BN254.R);
        }
    }

    /// @dev Writes the pair (−Σ rho^i L_i, gamma).
    function _combineSignals(Batch memory batch, uint256 pair) private view {
        for (uint256 k = 0; k < batch.groupCount; k++) {
            Group memory group = batch.groups[k];
            uint256 ic = _pointer(group.key) + 32 + 128;
            for (uint256 j = 0; j < 4; j++) {
                BN254.multiplyAddInto(pair, _word(ic + 64 * j), _word(ic + 64 * j + 32), group.scalars[j]);
            }
        }
        _negate(pair);
        _writeG2(pair + 64, BN254.G2_X_IMAGINARY, BN254.G2_X_REAL, BN254.G2_Y_IMAGINARY, BN254.G2_Y_REAL);
    }

    /// @dev Writes the pairs (−Σ rho^i C_i, delta_k).
    function _combineKeys(Batch memory batch, uint256 pairs) private pure {
        for (uint256 k = 0; k < batch.groupCount; k++) {
            Group memory group = batch.groups[k];
            uint256 pair = pairs + k * 192;
            uint256 delta = _pointer(group.key) + 32;
            uint256 sum = _pointer(group.sum);
            assembly ("memory-safe") {
                mcopy(pair, sum, 64)
                mcopy(add(pair, 64), delta, 128)
            }
            _negate(pair);
        }
    }

    /// @dev Negates the point at `target`; infinity stays infinity.
    function _negate(uint256 target) private pure {
        uint256 y = _word(target + 32);
        assembly ("memory-safe") {
            if y { mstore(add(target, 32), sub(21888242871839275222246405745257275088696311157297823662689037894645226208583, y)) }
        }
    }

    function _writeG2(uint256 target, uint256 xi, uint256 xr, uint256 yi, uint256 yr) private pure {
        assembly ("memory-safe") {
            mstore(target, xi)
            mstore(add(target, 32), xr)
            mstore(add(target, 64), yi)
            mstore(add(target, 96), yr)
        }
    }

    function _word(uint256 pointer) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(pointer)
        }
    }

    function _pointer(uint256[2] memory words) private pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := words
        }
    }

    function _pointer(bytes memory data) private pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := data
        }
    }

    /// @dev Reserves zeroed memory. Solidity's free memory is zero where nothing was written past the free pointer, which
    /// the precompile helpers do; so it is cleared.
    function _allocate(uint256 size) private pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := mload(0x40)
            mstore(0x40, add(pointer, size))
            calldatacopy(pointer, calldatasize(), size)
        }
    }
}
