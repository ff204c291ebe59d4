// Floors of shares in basis points.
//
// Proves:   Division: total = quotient * 10000 + remainder, remainder < 10000.
//           ShareOfDivision: share = floor(total * basisPoints / 10000) for a total so divided.
//           Share: the same for a total that was not divided.
// Assumes:  the ranges below, by checks of the caller; then no side of an equation wraps, and division with remainder
//           is unique.
// Inputs:   total: above -2^80 and below 2^80, not negative when it is a total; basisPoints 14 bits.
// Size:     Division 84, ShareOfDivision 32, Share 97: dividing once saves 45 in each share of the same total.
pragma circom 2.2.0;

include "generated/schema.circom";
include "math/below-ten-thousand.circom";
include "math/range-check.circom";

// total = left * right is one constraint together with the division. A total below zero has no quotient in range.
template Division() {
    signal input left;
    signal input right;
    signal output quotient;
    signal output remainder;

    var total = left * right;
    // Pinned by the equation and the ranges. 10000 * 2^67 > 2^80.
    quotient <-- total \ BASIS_POINTS();
    remainder <-- total % BASIS_POINTS();
    left * right === quotient * BASIS_POINTS() + remainder;
    RangeCheck(67)(quotient);
    BelowTenThousand()(remainder);
}

// total * b / 10000 = quotient * b + remainder * b / 10000, and the first is whole.
template ShareOfDivision() {
    signal input quotient;
    signal input remainder;
    signal input basisPoints;
    signal output share;

    var product = remainder * basisPoints;
    // Pinned by the equation and the ranges. The product is below 10000 * 2^14.
    signal part <-- product \ BASIS_POINTS();
    signal left <-- product % BASIS_POINTS();
    remainder * basisPoints === part * BASIS_POINTS() + left;
    RangeCheck(14)(part);
    BelowTenThousand()(left);
    share <== quotient * basisPoints + part;
}

template Share() {
    signal input total;
    signal input basisPoints;
    signal output share;

    var product = total * basisPoints;
    // Pinned by the equation and the ranges: the quotient is below 2^80 for at most 10000 basis points.
    share <-- product \ BASIS_POINTS();
    signal left <-- product % BASIS_POINTS();
    total * basisPoints === share * BASIS_POINTS() + left;
    RangeCheck(80)(share);
    BelowTenThousand()(left);
}
