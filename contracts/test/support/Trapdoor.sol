// SPDX-License-Identifier: MIT
// Keys whose secrets are known, so that tests can make a valid proof for any public signals: with gamma = 1,
// A = a·G1, B = b·G2 and C = ((a b − alpha beta − L) / delta)·G1, L = ic0 + C ic1 + y ic2 + z ic3. These exercise the
// contracts; proofs of real circuits are tested end to end elsewhere.
pragma solidity ^0.8.28;

import {BN254} from "../../src/curve/BN254.sol";
import {G2Vectors} from "../vectors/G2Vectors.sol";

/// @title Trapdoor keys and proofs.
library Trapdoor {
    uint256 internal constant R = BN254.R;
    uint256 internal constant ALPHA = 0x1234567;

    /// @dev A key: its delta (one of three) and the discrete logarithms of its IC points.
    struct Key {
        uint256 delta;
        uint256[4] deltaPoint;
        uint256[4] ic;
    }

    function multiply(uint256 x, uint256 y, uint256 scalar) internal view returns (uint256[2] memory result) {
        uint256[3] memory input = [x, y, scalar];
        bool success;
        assembly ("memory-safe") {
            success := staticcall(gas(), 7, input, 96, result, 64)
        }
        require(success, "ecMul");
    }

    function add(uint256[2] memory p, uint256[2] memory q) internal view returns (uint256[2] memory result) {
        uint256[4] memory input = [p[0], p[1], q[0], q[1]];
        bool success;
        assembly ("memory-safe") {
            success := staticcall(gas(), 6, input, 128, result, 64)
        }
        require(success, "ecAdd");
    }

    function negate(uint256[2] memory p) internal pure returns (uint256[2] memory) {
        return [p[0], (BN254.Q - p[1]) % BN254.Q];
    }

    /// @dev scalar · G1.
    function g1(uint256 scalar) internal view returns (uint256[2] memory) {
        return multiply(1, 2, scalar);
    }

    function alpha() internal view returns (uint256[2] memory) {
        return g1(ALPHA);
    }

    function beta() internal pure returns (uint256[4] memory) {
        return G2Vectors.beta();
    }

    function gamma() internal pure returns (uint256[4] memory) {
        return [BN254.G2_X_IMAGINARY, BN254.G2_X_REAL, BN254.G2_Y_IMAGINARY, BN254.G2_Y_REAL];
    }

    /// @dev Key number `i`: distinct IC points, deltas in turn.
    function key(uint256 i) internal pure returns (Key memory result) {
        if (i % 3 == 0) (result.delta, result.deltaPoint) = (G2Vectors.DELTA0, G2Vectors.delta0());
        else if (i % 3 == 1) (result.delta, result.deltaPoint) = (G2Vectors.DELTA1, G2Vectors.delta1());
        else (result.delta, result.deltaPoint) = (G2Vectors.DELTA2, G2Vectors.delta2());
        for (uint256 j = 0; j < 4; j++) {
            result.ic[j] = uint256(keccak256(abi.encode("ic", i, j))) % R;
        }
    }

    /// @dev The 384 bytes of a key.
    function encode(Key memory k) internal view returns (bytes memory encoded) {
        encoded = abi.encodePacked(k.deltaPoint);
        for (uint256 j = 0; j < 4; j++) {
            encoded = bytes.concat(encoded, abi.encodePacked(g1(k.ic[j])));
        }
    }

    /// @dev A valid proof for the signals; `salt` varies it.
    function prove(Key memory k, uint256[3] memory signals, uint256 salt) internal view returns (uint256[8] memory) {
        uint256 a = 1 + uint256(keccak256(abi.encode("a", salt))) % (R - 1);
        (uint256 b, uint256[4] memory point) = _b(salt);
        uint256 l = k.ic[0];
        for (uint256 j = 0; j < 3; j++) {
            l = addmod(l, mulmod(signals[j], k.ic[j + 1], R), R);
        }
        uint256 c = addmod(mulmod(a, b, R), R - addmod(mulmod(ALPHA, G2Vectors.BETA, R), l, R), R);
        return assemble(g1(a), point, g1(mulmod(c, invert(k.delta), R)));
    }

    function assemble(uint256[2] memory a, uint256[4] memory b, uint256[2] memory c)
        internal
        pure
        returns (uint256[8] memory)
    {
        return [a[0], a[1], b[0], b[1], b[2], b[3], c[0], c[1]];
    }

    /// @dev value^(r−2) mod r.
    function invert(uint256 value) internal pure returns (uint256 result) {
        result = 1;
        for (uint256 exponent = R - 2; exponent != 0; exponent >>= 1) {
            if (exponent & 1 == 1) result = mulmod(result, value, R);
            value = mulmod(value, value, R);
        }
    }

    function _b(uint256 salt) private pure returns (uint256, uint256[4] memory) {
        if (salt % 3 == 0) return (G2Vectors.B0, G2Vectors.b0());
        if (salt % 3 == 1) return (G2Vectors.B1, G2Vectors.b1());
        return (G2Vectors.B2, G2Vectors.b2());
    }
}
