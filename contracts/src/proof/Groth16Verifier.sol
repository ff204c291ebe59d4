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
    /// @dev Entries in memory, raw: C, y, z, then A (2), B (4), C (2). The pairs that they become are written over them: pair i ends
    /// before entry i + 1 begins, and entry i is read before its own pair reaches it.
    uint256 private constant ENTRY_BYTES = 352;
    uint256 private constant PROOF_A = 96;
    uint256 private constant PROOF_B = 160;
    uint256 private constant PROOF_C = 288;

    /// @dev Runs in memory, raw: the place of the key's group, number of entries.
    uint256 private constant RUN_BYTES = 64;

    /// @dev Groups in memory, raw, one for each distinct key: its address, the scalars of its IC_0 … IC_3 (Σ rho^i, Σ rho^i C,
    /// Σ rho^i y, Σ rho^i z), the point Σ rho^i C_i, at first infinity, three words of room behind it for the next term, and the
    /// key's 384 bytes: delta (4 words), IC_0 … IC_3.
    uint256 private constant GROUP_BYTES = 704;
    uint256 private constant GROUP_SCALARS = 32;
    uint256 private constant GROUP_SUM = 160;
    uint256 private constant GROUP_KEY = 320;
    uint256 private constant GROUP_IC = 448;

    /// @dev For assembly, which takes no constants of a library: those of {BN254}.
    uint256 private constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 private constant LAST_OF_R = 21888242871839275222246405745257275088548364400416034343698204186575808495616;
    uint256 private constant LAST_OF_Q = 21888242871839275222246405745257275088696311157297823662689037894645226208582;
    uint256 private constant ADD_GAS = 300;
    uint256 private constant MULTIPLY_GAS = 12_000;

    /// @dev A batch in memory.
    /// @param runs Place of its first run.
    /// @param groups Place of its first group.
    struct Batch {
        uint256 entries;
        uint256 count;
        uint256 runs;
        uint256 runCount;
        uint256 groups;
        uint256 groupCount;
    }

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
        Batch memory batch;
        batch.entries = _copySingle(signals, proof);
        uint256 runs = _allocate(RUN_BYTES);
        assembly ("memory-safe") {
            mstore(add(runs, 32), 1)
        }
        (batch.runs, batch.count, batch.runCount) = (runs, 1, 1);
        _assignGroup(batch, runs, key);
        // One proof has the coefficient 1 and needs no challenge.
        (bool valid, uint256 refusedBy) = _verify(batch, 0);
        if (refusedBy != 0) {
            _requireWellFormed(_copySingle(signals, proof), 1);
            revert BN254.PrecompileFailed(refusedBy);
        }
        return valid;
    }

    /// @inheritdoc IGroth16Verifier
    function verifyBatch(KeyRun[] calldata runs, BatchEntry[] calldata entries) external view returns (bool) {
        Batch memory batch = _read(runs, entries);
        (bool valid, uint256 refusedBy) = _verify(batch, batch.count == 1 ? 0 : _challenge(batch, runs));
        if (refusedBy != 0) {
            _requireWellFormed(_copy(entries, 0), batch.count);
            revert BN254.PrecompileFailed(refusedBy);
        }
        return valid;
    }

    /// @inheritdoc IGroth16Verifier
    function batchChallenge(KeyRun[] calldata runs, BatchEntry[] calldata entries) external view returns (uint256) {
        Batch memory batch = _read(runs, entries);
        _requireWellFormed(batch.entries, batch.count);
        return _challenge(batch, runs);
    }

    /// @dev An entry of these words.
    function _copySingle(uint256[3] calldata signals, uint256[8] calldata proof) private pure returns (uint256 copied) {
        // Four pairs are more than an entry.
        copied = _allocate(4 * PAIR_BYTES);
        assembly ("memory-safe") {
            calldatacopy(copied, signals, 96)
            calldatacopy(add(copied, PROOF_A), proof, 256)
        }
    }

    /// @dev Entries as they stand in calldata, every word of them, with room for the pairs of as many keys as there are runs.
    function _copy(BatchEntry[] calldata entries, uint256 runs) private pure returns (uint256 copied) {
        uint256 size = entries.length * ENTRY_BYTES;
        uint256 pairs = (entries.length + 2 + runs) * PAIR_BYTES;
        copied = _allocate(pairs > size ? pairs : size);
        assembly ("memory-safe") {
            calldatacopy(copied, entries.offset, size)
        }
    }

    /// @dev Copies the entries and groups their runs by key.
    function _read(KeyRun[] calldata runs, BatchEntry[] calldata entries) private view returns (Batch memory batch) {
        if (entries.length == 0) revert EmptyBatch();
        batch.entries = _copy(entries, runs.length);
        (batch.count, batch.runCount) = (entries.length, runs.length);
        batch.runs = _allocate(runs.length * RUN_BYTES);
        uint256 left = entries.length;
        uint256 run = batch.runs;
        for (uint256 i = 0; i < runs.length; i++) {
            uint256 count = runs[i].count;
            if (count == 0 || count > left) revert RunsMismatch(entries.length);
            assembly ("memory-safe") {
                mstore(add(run, 32), count)
            }
            _assignGroup(batch, run, runs[i].key);
            unchecked {
                left -= count;
                run += RUN_BYTES;
            }
        }
        if (left != 0) revert RunsMismatch(entries.length);
    }

    /// @dev Gives the run the group of its key, made when the key is new. No memory is allocated between two groups.
    function _assignGroup(Batch memory batch, uint256 run, address key) private view {
        unchecked {
            if (batch.groupCount == 0) batch.groups = _allocate(0);
            uint256 end = batch.groups + batch.groupCount * GROUP_BYTES;
            uint256 group = batch.groups;
            while (group < end && _word(group) != uint160(key)) group += GROUP_BYTES;
            if (group == end) {
                _allocate(GROUP_BYTES);
                if (!VerificationKeys.loadInto(key, group + GROUP_KEY)) revert KeyNotFound(key);
                assembly ("memory-safe") {
                    mstore(group, and(key, 0xffffffffffffffffffffffffffffffffffffffff))
                    // Scalars and sum: zero.
                    calldatacopy(add(group, GROUP_SCALARS), calldatasize(), 192)
                }
                batch.groupCount++;
            }
            assembly ("memory-safe") {
                mstore(run, group)
            }
        }
    }

    /// @dev `refusedBy` is 0, or the precompile at which an entry was found malformed, or that refused a point. rho is not read
    /// when there is one proof. Writes over the entries.
    ///
    /// What is checked where. Here: signals below r, A, B and C not infinity (0, 0), which precompiles take, and y of C below q,
    /// because the precompiles may see its negative only, which is 0 for q. All else is checked by the precompiles themselves
    /// (EIP-196, EIP-197), which fail when a coordinate is not below q, a point is not on its curve, or one of G2 not in the group
    /// of order r. Every point gets there as it is: B and the first A into the pairing; each further A and C into a multiplication;
    /// the first C of the batch into an addition when its key has a second proof, and otherwise, with −y, which is reduced and
    /// on the curve exactly when y is, into the pairing. Which error it was is asked afterwards, by {_requireWellFormed}.
    function _verify(Batch memory batch, uint256 rho) private view returns (bool valid, uint256 refusedBy) {
        requireChainAllowed();
        unchecked {
            (uint256 groups, uint256 groupCount) = (batch.groups, batch.groupCount);
            // N pairs for the proofs, then alpha, then the public signals, then one pair for each key.
            uint256 count = batch.count + 2 + groupCount;
            uint256 pairs = batch.entries;
            if (!_combineProofs(batch, rho)) return (false, 7);
            uint256 pair = pairs + batch.count * PAIR_BYTES;
            _writeAlpha(pair, _total(groups, groupCount));
            _writeG2(pair + 64, _beta0, _beta1, _beta2, _beta3);
            _combineSignals(groups, groupCount, pair + PAIR_BYTES);
            _combineKeys(groups, groupCount, pair + 2 * PAIR_BYTES);
            bool answered;
            (valid, answered) = BN254.pairingIsOne(pairs, count);
            if (!answered) refusedBy = 8;
        }
    }

    /// @dev Sum of all coefficients: of the scalars of IC_0.
    function _total(uint256 groups, uint256 groupCount) private pure returns (uint256 total) {
        unchecked {
            for (uint256 k = 0; k < groupCount; k++) {
                total = addmod(total, _word(groups + k * GROUP_BYTES + GROUP_SCALARS), R);
            }
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

    /// @dev Reverts with what is wrong with the first malformed entry, if there is one: signals below r, then A, B and C finite,
    /// reduced and on their curves. Only run when a batch was refused.
    function _requireWellFormed(uint256 entries, uint256 count) private pure {
        unchecked {
            uint256 end = entries + count * ENTRY_BYTES;
            for (uint256 entry = entries; entry < end; entry += ENTRY_BYTES) {
                for (uint256 offset = 0; offset < PROOF_A; offset += 32) {
                    uint256 signal = _word(entry + offset);
                    if (signal >= R) revert SignalNotInField(signal);
                }
                uint256 b = entry + PROOF_B;
                BN254.requireG1(_word(entry + PROOF_A), _word(entry + PROOF_A + 32));
                BN254.requireTwist(_word(b), _word(b + 32), _word(b + 64), _word(b + 96));
                BN254.requireG1(_word(entry + PROOF_C), _word(entry + PROOF_C + 32));
            }
        }
    }

    /// @dev rho in [1, r) from one transcript over all entries (signals, proofs), which key each is under, and all keys' content.
    function _challenge(Batch memory batch, KeyRun[] calldata runs) private pure returns (uint256) {
        bytes32[] memory keyHashes = new bytes32[](batch.groupCount);
        unchecked {
            for (uint256 k = 0; k < keyHashes.length; k++) {
                keyHashes[k] = _hash(batch.groups + k * GROUP_BYTES + GROUP_KEY, VerificationKeys.LENGTH);
            }
        }
        bytes32 entriesHash = _hash(batch.entries, batch.count * ENTRY_BYTES);
        bytes32 digest = keccak256(abi.encode(CHALLENGE_DOMAIN, batch.count, entriesHash, runs, keyHashes));
        return 1 + uint256(digest) % (R - 1);
    }

    /// @dev Writes the pairs (rho^i A_i, B_i) over the entries and fills the groups' sums. False when an entry was malformed or a
    /// point refused.
    function _combineProofs(Batch memory batch, uint256 rho) private view returns (bool) {
        unchecked {
            uint256 entry = batch.entries;
            if (!_combineFirst(entry, _word(batch.runs))) return false;
            uint256 end = entry;
            uint256 power = rho;
            uint256 pairs = entry + PAIR_BYTES;
            entry += ENTRY_BYTES;
            uint256 lastRun = batch.runs + batch.runCount * RUN_BYTES;
            for (uint256 run = batch.runs; run < lastRun; run += RUN_BYTES) {
                end += _word(run + 32) * ENTRY_BYTES;
                bool accepted;
                (power, accepted) = _combineRun(entry, end, pairs, _word(run), power, rho);
                if (!accepted) return false;
                pairs += (end - entry) / ENTRY_BYTES * PAIR_BYTES;
                entry = end;
            }
            return true;
        }
    }

    /// @dev Writes the pair (A, B) of the first entry, and its signals and C, which have the coefficient 1, to its group.
    function _combineFirst(uint256 entry, uint256 group) private pure returns (bool accepted) {
        assembly ("memory-safe") {
            let signals := or(gt(mload(entry), LAST_OF_R), gt(mload(add(entry, 32)), LAST_OF_R))
            signals := or(signals, gt(mload(add(entry, 64)), LAST_OF_R))
            let y := mload(add(entry, 320))
            let c := or(mload(add(entry, PROOF_C)), y)
            // 1, C, y, z; C; A, then B.
            mstore(add(group, GROUP_SCALARS), 1)
            mcopy(add(group, 64), entry, 96)
            mcopy(add(group, GROUP_SUM), add(entry, PROOF_C), 64)
            mcopy(entry, add(entry, PROOF_A), PAIR_BYTES)
            let a := or(mload(entry), mload(add(entry, 32)))
            let b :=
                or(or(mload(add(entry, 64)), mload(add(entry, 96))), or(mload(add(entry, 128)), mload(add(entry, 160))))
            accepted := iszero(or(or(signals, gt(y, LAST_OF_Q)), or(iszero(a), or(iszero(b), iszero(c)))))
        }
    }

    /// @dev Writes the pairs of the entries of a run (but for the first of all) from `pair` on, and adds to the group's sums. Takes
    /// and gives the power of the next entry.
    function _combineRun(uint256 entry, uint256 end, uint256 pair, uint256 group, uint256 power, uint256 rho)
        private
        view
        returns (uint256 next, bool accepted)
    {
        assembly ("memory-safe") {
            accepted := 1
            for {} and(lt(entry, end), accepted) {} {
                mstore(add(group, 32), addmod(mload(add(group, 32)), power, R))
                mstore(add(group, 64), addmod(mload(add(group, 64)), mulmod(power, mload(entry), R), R))
                mstore(add(group, 96), addmod(mload(add(group, 96)), mulmod(power, mload(add(entry, 32)), R), R))
                mstore(add(group, 128), addmod(mload(add(group, 128)), mulmod(power, mload(add(entry, 64)), R), R))
                // Signals, y of C; A, B, C.
                let malformed :=
                    or(
                        or(
                            or(gt(mload(entry), LAST_OF_R), gt(mload(add(entry, 32)), LAST_OF_R)),
                            or(gt(mload(add(entry, 64)), LAST_OF_R), gt(mload(add(entry, 320)), LAST_OF_Q))
                        ),
                        or(
                            or(
                                iszero(or(mload(add(entry, PROOF_A)), mload(add(entry, 128)))),
                                iszero(or(mload(add(entry, PROOF_C)), mload(add(entry, 320))))
                            ),
                            iszero(
                                or(
                                    or(mload(add(entry, PROOF_B)), mload(add(entry, 192))),
                                    or(mload(add(entry, 224)), mload(add(entry, 256)))
                                )
                            )
                        )
                    )
                mcopy(add(pair, 64), add(entry, PROOF_B), 128)
                // B is copied: the word behind A can hold the scalar.
                mstore(add(entry, PROOF_B), power)
                accepted := and(staticcall(MULTIPLY_GAS, 7, add(entry, PROOF_A), 96, pair, 64), iszero(malformed))
                let word := add(group, 224)
                mcopy(word, add(entry, PROOF_C), 64)
                mstore(add(group, 288), power)
                switch or(mload(add(group, GROUP_SUM)), mload(add(group, 192)))
                case 0 { accepted := and(staticcall(MULTIPLY_GAS, 7, word, 96, add(group, GROUP_SUM), 64), accepted) }
                default {
                    accepted := and(staticcall(MULTIPLY_GAS, 7, word, 96, word, 64), accepted)
                    word := add(group, GROUP_SUM)
                    accepted := and(staticcall(ADD_GAS, 6, word, 128, word, 64), accepted)
                }
                power := mulmod(power, rho, R)
                entry := add(entry, ENTRY_BYTES)
                pair := add(pair, PAIR_BYTES)
            }
            next := power
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
            let ic := add(group, GROUP_IC)
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
                    mcopy(add(pair, 64), add(group, GROUP_KEY), 128)
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

    /// @dev Reserves memory, which may hold anything.
    function _allocate(uint256 size) private pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := mload(0x40)
            mstore(0x40, add(pointer, size))
        }
    }
}
