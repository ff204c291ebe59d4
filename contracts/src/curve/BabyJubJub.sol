// SPDX-License-Identifier: MIT
// Checks of public keys on BabyJubJub with circomlib's parameters, a x² + y² = 1 + d x² y² over the scalar field of
// BN254. a is a square and d is not, so the addition law is complete.
pragma solidity ^0.8.28;

/// @title BabyJubJub point checks.
library BabyJubJub {
    /// @dev The curve's base field: the scalar field of BN254.
    uint256 internal constant P = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 internal constant A = 168700;
    uint256 internal constant D = 168696;

    /// @dev Whether (x, y) has reduced coordinates and satisfies the curve's equation.
    function isOnCurve(uint256 x, uint256 y) internal pure returns (bool) {
        if (x >= P || y >= P) return false;
        uint256 xx = mulmod(x, x, P);
        uint256 yy = mulmod(y, y, P);
        return addmod(mulmod(A, xx, P), yy, P) == addmod(1, mulmod(D, mulmod(xx, yy, P), P), P);
    }

    /// @dev Whether 8 · (x, y) is the neutral element. Assumes a point of the curve.
    function isOfSmallOrder(uint256 x, uint256 y) internal pure returns (bool) {
        uint256 z = 1;
        for (uint256 i = 0; i < 3; i++) {
            (x, y, z) = _double(x, y, z);
        }
        return x == 0 && y == z;
    }

    /// @dev Projective doubling: with e = a x², f = e + y², j = f − 2 z² gives (2xy j, f (e − y²), f j).
    function _double(uint256 x, uint256 y, uint256 z) private pure returns (uint256, uint256, uint256) {
        uint256 yy = mulmod(y, y, P);
        uint256 e = mulmod(A, mulmod(x, x, P), P);
        uint256 f = addmod(e, yy, P);
        uint256 zz = mulmod(z, z, P);
        uint256 j = addmod(f, P - addmod(zz, zz, P), P);
        uint256 doubleXy = mulmod(addmod(x, x, P), y, P);
        return (mulmod(doubleXy, j, P), mulmod(f, addmod(e, P - yy, P), P), mulmod(f, j, P));
    }
}
