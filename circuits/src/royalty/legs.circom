// The payment legs of a royalty split: what each owner gets of what its level keeps (docs/royalty.md).
//
// Proves:   with kept = quotient * 10000 + remainder of the level of slot i, leg[i] = receiver[i] * 2^80 + amount, where
//           amount = floor(kept * share[i] / 10000) in a slot that begins no level, and in one that does, kept less the
//           amounts of the other slots of its level.
// Assumes:  what RoyaltySlots and RoyaltyAmounts prove: the shares of a level add up to 10000, so the first amount is not
//           negative and is its floor plus what rounding leaves; all amounts are at most the total, below 2^80.
// Inputs:   receiver 24 bits, share 14 bits; begins, reached: boolean; quotient 67 bits, remainder below 10000.
// Size:     RoyaltyLegs 1,241, LevelValue 3. The labels L1 to L4 are the sentences of docs/royalty.md, section 4.
pragma circom 2.2.0;

include "generated/schema.circom";
include "block/share.circom";

// Value of the level of a slot, of which it is known which levels it has reached.
template LevelValue() {
    signal input reached[3];
    signal input values[4];
    signal output out;
    signal second <== reached[1] * (values[2] - values[1]);
    signal third <== reached[2] * (values[3] - values[2]);
    out <== values[0] + reached[0] * (values[1] - values[0]) + second + third;
}

template RoyaltyLegs() {
    var n = ROYALTY_PAYEES();
    signal input receiver[n];
    signal input share[n];
    signal input begins[n];
    signal input reached[3][n];
    signal input quotient[4];
    signal input remainder[4];
    signal output leg[n];

    var receiverPlace = 2 ** OFFSET_PaymentLeg_receiver();
    signal slotQuotient[n];
    signal slotRemainder[n];
    signal floor[n];
    // What the slots behind slot i in its level get.
    signal others[n];
    others[n - 1] <== 0;
    for (var i = n - 1; i > 0; i--) {
        var slot[3] = [reached[0][i], reached[1][i], reached[2][i]];
        // L1, L2.
        slotQuotient[i] <== LevelValue()(slot, quotient);
        slotRemainder[i] <== LevelValue()(slot, remainder);
        floor[i] <== ShareOfDivision()(slotQuotient[i], slotRemainder[i], share[i]);
        others[i - 1] <== (1 - begins[i]) * (others[i] + floor[i]); // L3
        var kept = slotQuotient[i] * BASIS_POINTS() + slotRemainder[i];
        // L4.
        leg[i] <== begins[i] * (kept - others[i] - floor[i]) + floor[i] + receiver[i] * receiverPlace;
    }
    leg[0] <== quotient[0] * BASIS_POINTS() + remainder[0] - others[0] + receiver[0] * receiverPlace;
}
