// The slots of a royalty split: owners of up to four levels, one level after another (docs/royalty.md).
//
// Proves:   used slots come before unused ones, and slot 0 is used; a used slot has a receiver of 24 bits and a share
//           of 1 to 10000, an unused one 0 and 0; begins marks the first slots of at most four levels, slot 0 among
//           them; the shares of each level add up to 10000; reached[k][i] = 1 when slot i belongs to level k + 1 or a
//           later one (unused slots belong to the last level), else 0.
// Assumes:  nothing.
// Inputs:   receiver, share, used, begins: field elements.
// Size:     1,468. The labels S1 to S8 are the sentences of docs/royalty.md, section 4.
//
// Where a level begins follows from the shares: the sums before its slots are the multiples of 10000, each of which
// is met once, as used shares are at least 1. So the slots have one reading, and a level has an owner.
pragma circom 2.2.0;

include "generated/schema.circom";
include "math/range-check.circom";

template RoyaltySlots() {
    var n = ROYALTY_PAYEES();
    signal input receiver[n];
    signal input share[n];
    signal input used[n];
    signal input begins[n];
    signal output reached[3][n];

    // A. Used slots are a prefix, and only they have an owner.
    used[0] === 1; // S1
    signal reduced[n];
    for (var i = 0; i < n; i++) {
        if (i > 0) {
            // S1. 0 or the flag before: with the first one 1, boolean and never rising.
            used[i] * (used[i] - used[i - 1]) === 0;
            // S2. Both are in range.
            (1 - used[i]) * (share[i] + receiver[i] * 2 ** SHARE_BITS()) === 0;
        }
        RangeCheck(INDEX_BITS())(receiver[i]); // S3
        reduced[i] <== share[i] - used[i];
        RangeCheck(SHARE_BITS())(reduced[i]); // S4
    }

    // B. Levels: each marker takes the slots from here on one level further. A fourth marker behind slot 0 would find the
    //    sum of the third once more.
    begins[0] === 1; // S5
    var sum = share[0];
    for (var k = 0; k < 3; k++) {
        reached[k][0] <== 0;
    }
    for (var i = 1; i < n; i++) {
        begins[i] * (begins[i] - 1) === 0; // S5
        var level = 0;
        for (var k = 0; k < 3; k++) {
            if (i <= k) {
                reached[k][i] <== 0;
            } else {
                // Slot k + 1 is the first that can be in level k + 1.
                var before = 1;
                var here = 0;
                if (k > 0) {
                    before = reached[k - 1][i - 1];
                }
                if (i > k + 1) {
                    here = reached[k][i - 1];
                }
                reached[k][i] <== here + begins[i] * (before - here); // S6
                level += reached[k][i];
            }
        }
        begins[i] * (sum - level * BASIS_POINTS()) === 0; // S7
        sum += share[i];
    }
    var levels = 1;
    for (var k = 0; k < 3; k++) {
        levels += reached[k][n - 1];
    }
    sum === levels * BASIS_POINTS(); // S8
}
