// SPDX-License-Identifier: MIT
// A batch verifier as several projects shipped it, for tests only: coefficient 1 for the first proof, and for each other
// one a hash of that proof and its signals alone. Unsound; the tests show the forgeries that it accepts.
pragma solidity ^0.8.28;

import {IGroth16Verifier} from "../../src/proof/IGroth16Verifier.sol";
import {Trapdoor} from "./Trapdoor.sol";

/// @dev A proof of a batch with its own key.
struct KeyedEntry {
    address key;
    uint256 commitment;
    uint256 y;
    uint256 z;
    uint256[8] proof;
}

/// @dev Batches of entries with their keys, as our verifier takes them.
library KeyedBatch {
    /// @dev A run for each stretch of entries under one key.
    function split(KeyedEntry[] memory batch)
        internal
        pure
        returns (IGroth16Verifier.KeyRun[] memory runs, IGroth16Verifier.BatchEntry[] memory entries)
    {
        entries = new IGroth16Verifier.BatchEntry[](batch.length);
        uint256 count;
        for (uint256 i = 0; i < batch.length; i++) {
            KeyedEntry memory entry = batch[i];
            entries[i] = IGroth16Verifier.BatchEntry(entry.commitment, entry.y, entry.z, entry.proof);
            if (i == 0 || entry.key != batch[i - 1].key) count++;
        }
        runs = new IGroth16Verifier.KeyRun[](count);
        count = 0;
        for (uint256 i = 0; i < batch.length; i++) {
            if (i == 0 || batch[i].key != batch[i - 1].key) runs[count++].key = batch[i].key;
            runs[count - 1].count++;
        }
    }
}

contract NaiveBatchVerifier {
    uint256[2] private alpha;
    uint256[4] private beta;
    uint256[4] private gamma;

    constructor(uint256[2] memory alpha_, uint256[4] memory beta_, uint256[4] memory gamma_) {
        (alpha, beta, gamma) = (alpha_, beta_, gamma_);
    }

    function coefficient(KeyedEntry memory entry) public pure returns (uint256) {
        return uint256(keccak256(abi.encode(entry.commitment, entry.y, entry.z, entry.proof))) % Trapdoor.R;
    }

    /// @param key 384 bytes, the key of all entries.
    /// @param refuseInfinity Whether points at infinity are refused; that alone does not help.
    function verifyBatch(bytes memory key, KeyedEntry[] memory entries, bool refuseInfinity)
        external
        view
        returns (bool)
    {
        bytes memory pairs;
        uint256 total;
        uint256[2] memory sumC;
        uint256[2] memory sumL;
        for (uint256 i = 0; i < entries.length; i++) {
            uint256[8] memory p = entries[i].proof;
            if (refuseInfinity && (p[0] | p[1] == 0 || p[6] | p[7] == 0)) return false;
            uint256 rho = i == 0 ? 1 : coefficient(entries[i]);
            total = addmod(total, rho, Trapdoor.R);
            pairs = abi.encodePacked(pairs, Trapdoor.multiply(p[0], p[1], rho), p[2], p[3], p[4], p[5]);
            sumC = Trapdoor.add(sumC, Trapdoor.multiply(p[6], p[7], rho));
            uint256[2] memory l = _signalPoint(key, entries[i]);
            sumL = Trapdoor.add(sumL, Trapdoor.multiply(l[0], l[1], rho));
        }
        uint256[4] memory delta = [_word(key, 0), _word(key, 1), _word(key, 2), _word(key, 3)];
        pairs = abi.encodePacked(
            pairs,
            Trapdoor.negate(Trapdoor.multiply(alpha[0], alpha[1], total)),
            beta,
            Trapdoor.negate(sumL),
            gamma,
            Trapdoor.negate(sumC),
            delta
        );
        (bool success, bytes memory result) = address(8).staticcall(pairs);
        return success && abi.decode(result, (bool));
    }

    function _signalPoint(bytes memory key, KeyedEntry memory entry) private view returns (uint256[2] memory point) {
        uint256[4] memory scalars = [uint256(1), entry.commitment, entry.y, entry.z];
        for (uint256 j = 0; j < 4; j++) {
            uint256 at = 4 + 2 * j;
            point = Trapdoor.add(point, Trapdoor.multiply(_word(key, at), _word(key, at + 1), scalars[j]));
        }
    }

    function _word(bytes memory data, uint256 i) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(add(data, 32), mul(i, 32)))
        }
    }
}
