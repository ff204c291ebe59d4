// What each level of a royalty split keeps (docs/royalty.md).
//
// Proves:   with a_0 = total < 2^80 and a_(k+1) = floor(a_k * parentShare[k] / 10000), quotient[k] * 10000 + remainder[k] =
//           a_k - a_(k+1), remainder[k] < 10000, and a_4 = 0; parentShare[k] is 0 to 10000, and 0 when level k + 1 is
//           not reached. So what the levels keep adds up to the total, and a level that is not there keeps nothing.
// Assumes:  reached[k], whether there is a level k + 1, is 0 or 1.
// Inputs:   total, parentShare[3]: field elements.
// Size:     554. The labels M1 to M6 are the sentences of docs/royalty.md, section 4.
//
// a_k is not a signal: it is the sum of what the levels from k on keep, each of which is shown to lie in [0, 2^81). So
// no amount needs a range check of its own, and both sides of each equation stay below 2^98.
pragma circom 2.2.0;

include "generated/schema.circom";
include "math/below-ten-thousand.circom";
include "math/range-check.circom";

template RoyaltyAmounts() {
    signal input total;
    signal input parentShare[3];
    signal input reached[3];
    signal output quotient[4];
    signal output remainder[4];

    RangeCheck(ROYALTY_TOTAL_BITS())(total); // M1

    signal left[3];
    signal complement[3];
    var amount = total;
    for (var k = 0; k < 4; k++) {
        var passed = 0;
        if (k < 3) {
            passed = amount * parentShare[k] \ BASIS_POINTS();
            // Pinned by M5.
            left[k] <-- amount * parentShare[k] % BASIS_POINTS();
        }
        // Pinned by M2, M5 and M6.
        quotient[k] <-- (amount - passed) \ BASIS_POINTS();
        remainder[k] <-- (amount - passed) % BASIS_POINTS();
        amount = passed;
    }

    var below = 0;
    for (var k = 3; k >= 0; k--) {
        // M2. 10000 * 2^67 > 2^80.
        RangeCheck(67)(quotient[k]);
        BelowTenThousand()(remainder[k]);
        var here = below + quotient[k] * BASIS_POINTS() + remainder[k];
        if (k < 3) {
            RangeCheck(SHARE_BITS())(parentShare[k]); // M3
            complement[k] <== BASIS_POINTS() - parentShare[k];
            RangeCheck(SHARE_BITS())(complement[k]);
            (1 - reached[k]) * parentShare[k] === 0; // M4
            here * parentShare[k] === below * BASIS_POINTS() + left[k]; // M5
            BelowTenThousand()(left[k]);
        }
        below = here;
    }
    below === total; // M6
}
