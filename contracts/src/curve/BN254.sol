// SPDX-License-Identifier: MIT
// Points of BN254: checks in Solidity before a precompile sees them, and precompile calls with bounded gas.
// G2 words stand in the order of the pairing precompile (EIP-197): x imaginary, x real, y imaginary, y real.
pragma solidity ^0.8.28;

/// @title BN254 points and precompiles.
library BN254 {
    /// @notice A coordinate is not below the base field's modulus.
    error CoordinateNotInField(uint256 coordinate);
    /// @notice The point at infinity is not accepted here.
    error PointAtInfinity();
    /// @notice A point (its x given) is not on the curve.
    error PointNotOnCurve(uint256 x);
    /// @notice A point of the twist (its imaginary x given) is not in the group of order r.
    error PointNotInSubgroup(uint256 x);
    /// @notice A precompile refused its input. For the pairing (8): a point of G2 outside the group of order r.
    error PrecompileFailed(uint256 precompile);

    /// @dev Modulus of the base field, EIP-197.
    uint256 internal constant Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583;
    /// @dev Order of the groups, EIP-197.
    uint256 internal constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;

    /// @dev Generator of G2, EIP-197.
    uint256 internal constant G2_X_IMAGINARY =
        11559732032986387107991004021392285783925812861821192530917403151452391805634;
    uint256 internal constant G2_X_REAL = 10857046999023057135944570762232829481370756359578518086990519993285655852781;
    uint256 internal constant G2_Y_IMAGINARY =
        4082367875863433681332203403145435568316851327593401208105741076214120093531;
    uint256 internal constant G2_Y_REAL = 8495653923123431417604973247489272438418190587263600148770280649306958101930;

    /// @dev Twist y² = x³ + 3 / (9 + u).
    uint256 private constant TWIST_B_REAL =
        19485874751759354771024239261021720505790618469301721065564631296452457478373;
    uint256 private constant TWIST_B_IMAGINARY =
        266929791119991161246907387137283842545076965332900288569378510910307636690;

    /// @dev Twice the prices of EIP-1108: a failing precompile takes all that it is given.
    uint256 internal constant ADD_GAS = 300;
    uint256 internal constant MULTIPLY_GAS = 12_000;
    uint256 internal constant PAIRING_BASE_GAS = 90_000;
    uint256 internal constant PAIRING_POINT_GAS = 68_000;

    /// @dev Requires a finite point of G1 with reduced coordinates.
    function requireG1(uint256 x, uint256 y) internal pure {
        if (x >= Q) revert CoordinateNotInField(x);
        if (y >= Q) revert CoordinateNotInField(y);
        if (x | y == 0) revert PointAtInfinity();
        if (mulmod(y, y, Q) != addmod(mulmod(mulmod(x, x, Q), x, Q), 3, Q)) revert PointNotOnCurve(x);
    }

    /// @dev Requires a finite point of the twist with reduced coordinates. The subgroup is checked by the precompile.
    function requireTwist(uint256 xi, uint256 xr, uint256 yi, uint256 yr) internal pure {
        if (xi >= Q) revert CoordinateNotInField(xi);
        if (xr >= Q) revert CoordinateNotInField(xr);
        if (yi >= Q) revert CoordinateNotInField(yi);
        if (yr >= Q) revert CoordinateNotInField(yr);
        if (xi | xr | yi | yr == 0) revert PointAtInfinity();
        unchecked {
            // x³ = x² · x, with (a + bu)² = (a + b)(a − b) + 2abu. Sums of two reduced values don't overflow.
            uint256 squareReal = mulmod(xr + xi, xr + Q - xi, Q);
            uint256 squareImaginary = mulmod(xr + xr, xi, Q);
            uint256 cubeReal = mulmod(squareReal, xr, Q) + Q - mulmod(squareImaginary, xi, Q);
            uint256 cubeImaginary = mulmod(squareReal, xi, Q) + mulmod(squareImaginary, xr, Q);
            bool real = mulmod(yr + yi, yr + Q - yi, Q) == addmod(cubeReal, TWIST_B_REAL, Q);
            bool imaginary = mulmod(yr + yr, yi, Q) == addmod(cubeImaginary, TWIST_B_IMAGINARY, Q);
            if (!real || !imaginary) revert PointNotOnCurve(xi);
        }
    }

    /// @dev Requires a finite point of G2: on the twist and of order r (the pairing precompile checks that).
    function requireG2(uint256 xi, uint256 xr, uint256 yi, uint256 yr) internal view {
        requireTwist(xi, xr, yi, yr);
        uint256[6] memory input = [0, 0, xi, xr, yi, yr];
        bool success;
        uint256 gasLimit = PAIRING_BASE_GAS + PAIRING_POINT_GAS;
        assembly ("memory-safe") {
            success := staticcall(gasLimit, 8, input, 192, 0, 32)
            success := and(success, eq(returndatasize(), 32))
        }
        if (!success) revert PointNotInSubgroup(xi);
    }

    /// @dev s · (x, y), written to the two words at `target`.
    function multiplyInto(uint256 target, uint256 x, uint256 y, uint256 s) internal view {
        bool success;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, x)
            mstore(add(free, 32), y)
            mstore(add(free, 64), s)
            success := staticcall(MULTIPLY_GAS, 7, free, 96, target, 64)
        }
        if (!success) revert PrecompileFailed(7);
    }

    /// @dev Whether the product of `pairs` pairings, 6 words each at `input`, is one; and whether the precompile took the points.
    function pairingIsOne(uint256 input, uint256 pairs) internal view returns (bool isOne, bool answered) {
        uint256 gasLimit = PAIRING_BASE_GAS + PAIRING_POINT_GAS * pairs;
        assembly ("memory-safe") {
            answered := staticcall(gasLimit, 8, input, mul(pairs, 192), 0, 32)
            answered := and(answered, eq(returndatasize(), 32))
            isOne := and(answered, eq(mload(0), 1))
        }
    }
}
