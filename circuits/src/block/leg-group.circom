// Sixteen payment legs of a multi-transfer or of a royalty distribution; lists are chains of groups (docs/protocol.md §4).
//
// Proves:   out = element 0 of the permutation of (capacity, 16 leg words) with capacity = the group before's out in a
//           group that continues its list, else the domain; total = the sum of the legs so far in the list; an unused
//           group pays nothing, and does not continue a list.
// Assumes:  used slots come first, and the first slot does not continue, so that the group before a continuing one is
//           used. The message argument takes (out, total) of the last group of each list.
// Inputs:   used, continues: booleans (checked here); amount[16] 80 bits, receiver[16] 24 bits (checked here); outBefore,
//           totalBefore: out and total of the slot before.
// Outputs:  out is absorbed before the challenges: with the flags it fixes every leg, since each word decodes uniquely
//           and the chain begins with the domain. total is below 2^84 times the number of groups.
// Size:     2298, or 143.6 a leg; 149.3 in a block, transcript, message and credits included.
pragma circom 2.2.0;

include "generated/schema.circom";
include "hash/poseidon.circom";
include "math/range-check.circom";

template LegGroup() {
    signal input used;
    signal input continues;
    signal input amount[16];
    signal input receiver[16];
    signal input outBefore;
    signal input totalBefore;

    signal output out;
    signal output total;

    used * (used - 1) === 0;
    continues * (continues - 1) === 0;
    continues * (1 - used) === 0;

    component hash = Poseidon(16);
    hash.capacity <== DOMAIN_LEGS() + continues * (outBefore - DOMAIN_LEGS());
    var sum = 0;
    for (var i = 0; i < 16; i++) {
        hash.inputs[i] <== PackPaymentLeg()(amount <== amount[i], receiver <== receiver[i]);
        sum += amount[i];
    }
    out <== hash.out;
    // No summand is negative: a sum of zero makes each zero.
    (1 - used) * sum === 0;
    total <== sum + continues * totalBefore;
}
