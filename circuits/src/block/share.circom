// Floor of a share in basis points.
//
// Proves:   quotient = floor(total * basisPoints / 10000).
// Assumes:  total < 2^80 and basisPoints < 2^14, both range-checked by the caller, so that no side of the equation
//           wraps: quotient * 10000 + remainder < 2^95.
// Inputs:   total 80, basisPoints 14 bits.
pragma circom 2.2.0;

include "generated/schema.circom";
include "math/range-check.circom";

template Share() {
    signal input total;
    signal input basisPoints;
    signal output quotient;

    signal product <== total * basisPoints;
    // Pinned by the equation and the ranges: division with remainder is unique.
    quotient <-- product \ BASIS_POINTS();
    signal remainder <-- product % BASIS_POINTS();
    quotient * BASIS_POINTS() + remainder === product;
    RangeCheck(80)(quotient);
    RangeCheck(14)(remainder);
    RangeCheck(14)(BASIS_POINTS() - 1 - remainder);
}
