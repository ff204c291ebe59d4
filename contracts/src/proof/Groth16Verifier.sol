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
    /// @dev Entries in memory, raw: key (its group's place after grouping), C, y, z, then A (2), B (4), C (2).
    uint256 private constant ENTRY_BYTES = 384;
    uint256 private constant SIGNALS = 32;
    uint256 private constant PROOF_A = 128;
    uint256 private constant PROOF_B = 192;
    uint256 private constant PROOF_C = 320;

    /// @dev Groups in memory, raw, one for each distinct key: its address, the place of its 384 bytes, the scalars of its
    /// IC_0 … IC_3 (Σ rho^i, Σ rho^i C, Σ rho^i y, Σ rho^i z), the point Σ rho^i C_i, at first infinity, and three words of
    /// room behind it for the next term.
    uint256 private constant GROUP_BYTES = 352;
    uint256 private constant GROUP_KEY = 32;
    uint256 private constant GROUP_SCALARS = 64;
    uint256 private constant GROUP_SUM = 192;

    /// @dev Six words of a pairing's input.
    uint256 private constant PAIR_BYTES = 192;
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
        return _verify(_copy(batch), batch.length);
    }

    /// @inheritdoc IGroth16Verifier
    function batchChallenge(BatchEntry[] calldata batch) external view returns (uint256 rho) {
        (,, rho) = _prepare(_copy(batch), batch.length);
    }

    /// @dev Entries as they stand in calldata, every word of them.
    function _copy(BatchEntry[] calldata batch) private pure returns (uint256 entries) {
        if (batch.length == 0) revert EmptyBatch();
        uint256 size = batch.length * ENTRY_BYTES;
        entries = _allocate(size);
        assembly ("memory-safe") {
            calldatacopy(entries, batch.offset, size)
        }
    }

    function _verify(uint256 entries, uint256 count) private view returns (bool) {
        requireChainAllowed();
        uint256 groups;
        uint256 groupCount;
        uint256 rho;
        if (count == 1) {
            // One proof has the coefficient 1 and needs no challenge.
            (groups, groupCount) = _group(entries, 1);
        } else {
            (groups, groupCount, rho) = _prepare(entries, count);
        }
        unchecked {
            // N pairs for the proofs, then alpha, then the public signals, then one pair for each key.
            uint256 pairs = _allocate((count + 2 + groupCount) * PAIR_BYTES);
            uint256 total = _combineProofs(entries, count, pairs, rho);
            uint256 pair = pairs + count * PAIR_BYTES;
            _writeAlpha(pair, total);
            _writeG2(pair + 64, _beta0, _beta1, _beta2, _beta3);
            _combineSignals(groups, groupCount, pair + PAIR_BYTES);
            _combineKeys(groups, groupCount, pair + 2 * PAIR_BYTES);
            return BN254.pairingIsOne(pairs, count + 2 + groupCount);
        }
    }

    /// @dev −total · alpha; total is the sum of the coefficients.
    function _writeAlpha(uint256 pair, uint256 total) private view {
        if (total != 1) {
            BN254.multiplyInto(pair, _alphaX, _alphaY, total == 0 ? 0 : BN254.R - total);
            return;
        }
        _writeG1(pair, _alphaX, BN254.Q - _alphaY);
    }

    /// @dev Checks every entry, groups them by key, and draws rho. In the entries, keys are replaced by groups.
    function _prepare(uint256 entries, uint256 count)
        private
        view
        returns (uint256 groups, uint256 groupCount, uint256 rho)
    {
        bytes32 entriesHash = _hash(entries, count * ENTRY_BYTES);
        (groups, groupCount) = _group(entries, count);
        rho = _challenge(entriesHash, count, groups, groupCount);
    }

    /// @dev Checks every entry and groups them by key. In the entries, keys are replaced by groups.
    function _group(uint256 entries, uint256 count) private view returns (uint256 groups, uint256 groupCount) {
        unchecked {
            groups = _allocate(count * GROUP_BYTES);
            uint256 end = entries + count * ENTRY_BYTES;
            for (uint256 entry = entries; entry < end; entry += ENTRY_BYTES) {
                if (!_isWellFormed(entry)) _revertMalformed(entry);
                groupCount = _assignGroup(entry, groups, groupCount);
            }
        }
    }

    /// @dev Signals below r; A, B and C finite, reduced and on their curves. Infinity is (0, 0), which is on neither curve.
    function _isWellFormed(uint256 entry) private pure returns (bool valid) {
        uint256 r = BN254.R;
        assembly ("memory-safe") {
            valid := and(
                and(lt(mload(add(entry, 32)), r), lt(mload(add(entry, 64)), r)),
                lt(mload(add(entry, 96)), r)
            )
        }
        return valid && BN254.isG1(entry + PROOF_A) && BN254.isTwist(entry + PROOF_B) && BN254.isG1(entry + PROOF_C);
    }

    /// @dev Says what {_isWellFormed} found.
    function _revertMalformed(uint256 entry) private pure {
        unchecked {
            for (uint256 offset = SIGNALS; offset < PROOF_A; offset += 32) {
                uint256 signal = _word(entry + offset);
                if (signal >= BN254.R) revert SignalNotInField(signal);
            }
            uint256 b = entry + PROOF_B;
            BN254.requireG1(_word(entry + PROOF_A), _word(entry + PROOF_A + 32));
            BN254.requireTwist(_word(b), _word(b + 32), _word(b + 64), _word(b + 96));
            BN254.requireG1(_word(entry + PROOF_C), _word(entry + PROOF_C + 32));
        }
        // Not reached: one of the four has reverted.
        assert(false);
    }

    /// @dev Replaces the entry's key by the place of its group, made when the key is new. Returns the number of groups.
    function _assignGroup(uint256 entry, uint256 groups, uint256 groupCount) private view returns (uint256) {
        unchecked {
            uint256 keyWord = _word(entry);
            uint256 end = groups + groupCount * GROUP_BYTES;
            uint256 group = groups;
            while (group < end && _word(group) != keyWord) group += GROUP_BYTES;
            if (group == end) {
                address pointer = address(uint160(keyWord));
                (bool found, bytes memory key) = VerificationKeys.load(pointer);
                if (!found || keyWord >> 160 != 0) revert KeyNotFound(pointer);
                assembly ("memory-safe") {
                    mstore(group, keyWord)
                    mstore(add(group, GROUP_KEY), add(key, 32))
                }
                groupCount++;
            }
            assembly ("memory-safe") {
                mstore(entry, group)
            }
            return groupCount;
        }
    }

    /// @dev rho in [1, r) from one transcript over all entries (key addresses, signals, proofs) and all keys' content.
    function _challenge(bytes32 entriesHash, uint256 count, uint256 groups, uint256 groupCount)
        private
        pure
        returns (uint256)
    {
        bytes32[] memory keyHashes = new bytes32[](groupCount);
        unchecked {
            for (uint256 k = 0; k < groupCount; k++) {
                keyHashes[k] = _hash(_word(groups + k * GROUP_BYTES + GROUP_KEY), VerificationKeys.LENGTH);
            }
        }
        bytes32 digest = keccak256(abi.encode(CHALLENGE_DOMAIN, count, entriesHash, keyHashes));
        return 1 + uint256(digest) % (BN254.R - 1);
    }

    /// @dev Writes the pairs (rho^i A_i, B_i) and fills the groups' sums. Returns Σ rho^i mod r.
    function _combineProofs(uint256 entries, uint256 count, uint256 pairs, uint256 rho)
        private
        view
        returns (uint256 total)
    {
        unchecked {
            uint256 power = 1;
            uint256 pair = pairs;
            uint256 end = entries + count * ENTRY_BYTES;
            for (uint256 entry = entries; entry < end; entry += ENTRY_BYTES) {
                uint256 group = _word(entry);
                if (entry == entries) {
                    // A, then B; and C.
                    assembly ("memory-safe") {
                        mcopy(pair, add(entry, PROOF_A), PAIR_BYTES)
                        mcopy(add(group, GROUP_SUM), add(entry, PROOF_C), 64)
                    }
                } else {
                    _multiplyProof(entry, pair, group + GROUP_SUM, power);
                }
                _addSignals(group + GROUP_SCALARS, entry + SIGNALS, power);
                total = addmod(total, power, BN254.R);
                power = mulmod(power, rho, BN254.R);
                pair += PAIR_BYTES;
            }
        }
    }

    /// @dev Writes the pair (power A, B) and adds power C to the point at `sum`, which has three words of room behind it.
    function _multiplyProof(uint256 entry, uint256 pair, uint256 sum, uint256 power) private view {
        bool multiplied;
        bool added = true;
        uint256 multiplyGas = BN254.MULTIPLY_GAS;
        uint256 addGas = BN254.ADD_GAS;
        assembly ("memory-safe") {
            mcopy(add(pair, 64), add(entry, PROOF_B), 128)
            // B is copied: the word behind A can hold the scalar.
            mstore(add(entry, PROOF_B), power)
            multiplied := staticcall(multiplyGas, 7, add(entry, PROOF_A), 96, pair, 64)
            let term := add(sum, 64)
            let isFirst := iszero(or(mload(sum), mload(add(sum, 32))))
            mcopy(term, add(entry, PROOF_C), 64)
            mstore(add(term, 64), power)
            let target := term
            if isFirst { target := sum }
            multiplied := and(staticcall(multiplyGas, 7, term, 96, target, 64), multiplied)
            if iszero(isFirst) { added := staticcall(addGas, 6, sum, 128, sum, 64) }
        }
        if (!multiplied) revert BN254.PrecompileFailed(7);
        if (!added) revert BN254.PrecompileFailed(6);
    }

    /// @dev Adds power · (1, C, y, z) to the four scalars.
    function _addSignals(uint256 scalars, uint256 signals, uint256 power) private pure {
        uint256 r = BN254.R;
        assembly ("memory-safe") {
            mstore(scalars, addmod(mload(scalars), power, r))
            let scalar := add(scalars, 32)
            mstore(scalar, addmod(mload(scalar), mulmod(power, mload(signals), r), r))
            scalar := add(scalars, 64)
            mstore(scalar, addmod(mload(scalar), mulmod(power, mload(add(signals, 32)), r), r))
            scalar := add(scalars, 96)
            mstore(scalar, addmod(mload(scalar), mulmod(power, mload(add(signals, 64)), r), r))
        }
    }

    /// @dev Writes the pair (−Σ rho^i L_i, gamma).
    function _combineSignals(uint256 groups, uint256 groupCount, uint256 pair) private view {
        // The sum in two words, then the next term and its scalar in three.
        uint256 sum = _allocate(160);
        unchecked {
            for (uint256 k = 0; k < groupCount; k++) {
                _addSignalPoints(groups + k * GROUP_BYTES, sum, k == 0);
            }
        }
        assembly ("memory-safe") {
            mcopy(pair, sum, 64)
        }
        _negate(pair);
        _writeG2(pair + 64, BN254.G2_X_IMAGINARY, BN254.G2_X_REAL, BN254.G2_Y_IMAGINARY, BN254.G2_Y_REAL);
    }

    /// @dev Adds the group's IC_j times their scalars to the point at `sum`, which is written over first if `isFirst`.
    function _addSignalPoints(uint256 group, uint256 sum, bool isFirst) private view {
        uint256 multiplyGas = BN254.MULTIPLY_GAS;
        uint256 addGas = BN254.ADD_GAS;
        bool multiplied = true;
        bool added = true;
        assembly ("memory-safe") {
            let term := add(sum, 64)
            let ic := add(mload(add(group, GROUP_KEY)), 128)
            let end := add(group, GROUP_SUM)
            for { let scalar := add(group, GROUP_SCALARS) } lt(scalar, end) { scalar := add(scalar, 32) } {
                mcopy(term, ic, 64)
                mstore(add(term, 64), mload(scalar))
                if sub(mload(scalar), 1) {
                    multiplied := and(staticcall(multiplyGas, 7, term, 96, term, 64), multiplied)
                }
                switch isFirst
                case 0 { added := and(staticcall(addGas, 6, sum, 128, sum, 64), added) }
                default { mcopy(sum, term, 64) }
                isFirst := 0
                ic := add(ic, 64)
            }
        }
        if (!multiplied) revert BN254.PrecompileFailed(7);
        if (!added) revert BN254.PrecompileFailed(6);
    }

    /// @dev Writes the pairs (−Σ rho^i C_i, delta_k).
    function _combineKeys(uint256 groups, uint256 groupCount, uint256 pairs) private pure {
        unchecked {
            for (uint256 k = 0; k < groupCount; k++) {
                uint256 group = groups + k * GROUP_BYTES;
                uint256 pair = pairs + k * PAIR_BYTES;
                assembly ("memory-safe") {
                    mcopy(pair, add(group, GROUP_SUM), 64)
                    mcopy(add(pair, 64), mload(add(group, GROUP_KEY)), 128)
                }
                _negate(pair);
            }
        }
    }

    /// @dev Negates the point at `target`; infinity stays infinity.
    function _negate(uint256 target) private pure {
        uint256 y = _word(target + 32);
        if (y == 0) return;
        uint256 negative = BN254.Q - y;
        assembly ("memory-safe") {
            mstore(add(target, 32), negative)
        }
    }

    function _writeG1(uint256 target, uint256 x, uint256 y) private pure {
        assembly ("memory-safe") {
            mstore(target, x)
            mstore(add(target, 32), y)
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

    function _hash(uint256 pointer, uint256 size) private pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            digest := keccak256(pointer, size)
        }
    }

    /// @dev Reserves memory and clears it: the precompile helpers write past the free pointer.
    function _allocate(uint256 size) private pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := mload(0x40)
            mstore(0x40, add(pointer, size))
            calldatacopy(pointer, calldatasize(), size)
        }
    }
}
