// A royalty split: divides a total between the owners of a seed and of up to three ancestors (docs/royalty.md).
//
// Proves:   there is a list of 1 to 4 levels with 1 to 32 owners together, such that the public words are
//             d_0 = shares root of the levels: P[SHARES](owners root, parent share, shares root of the next level or 0),
//             d_1 = commitment to 32 payment legs: what each owner gets of the total by the rule of docs/royalty.md, in
//                   the order of the levels, then legs of 0,
//             d_2 = domain, d_3 = distribution, d_4 = total < 2^80,
//           and C, y are their commitment and their evaluation at z. The legs add up to the total.
// Assumes:  the verifier makes the words d_2 and d_3 itself and compares d_0 with what it has recorded; the circuit binds
//           domain and distribution and reads nothing of them, so it does not look at their ranges.
// Public:   z; C and y as the main circuit's first two outputs, so that the public signals are [C, y, z].
// Private:  domain 248 bits, distribution 128; total 80; per slot receiver 24, share 14, used 1, begins 1;
//           parentShare[k] 14: what level k passes to level k + 1.
// Size:     8,023, within 2^13 rows.
pragma circom 2.2.0;

include "generated/schema.circom";
include "hash/poseidon.circom";
include "public-data/public-data.circom";
include "royalty/amounts.circom";
include "royalty/legs.circom";
include "royalty/owner-lists.circom";
include "royalty/slots.circom";

// Root over the lists of the levels, from the last to the first; a level that is not reached has 0. Size: 2,463.
template SharesRoot() {
    signal input words[4][OWNER_LIST_WORDS()];
    signal input parentShare[3];
    signal input reached[3];
    signal output out;

    component owners[4];
    component node[4];
    signal parent[3];
    for (var k = 3; k >= 0; k--) {
        owners[k] = PoseidonFixed(OWNER_LIST_WORDS(), DOMAIN_OWNERS());
        owners[k].inputs <== words[k];
        node[k] = PoseidonFixed(3, DOMAIN_SHARES());
        node[k].inputs[0] <== owners[k].out;
        if (k == 3) {
            node[k].inputs[1] <== 0;
            node[k].inputs[2] <== 0;
        } else {
            node[k].inputs[1] <== parentShare[k];
            node[k].inputs[2] <== parent[k];
        }
        if (k > 0) {
            parent[k - 1] <== reached[k - 1] * node[k].out;
        }
    }
    out <== node[0].out;
}

// Commitment to 32 legs, in two groups. Size: 1,221.
template LegsCommitment() {
    signal input legs[ROYALTY_PAYEES()];
    signal output out;

    component first = PoseidonFixed(16, DOMAIN_LEGS());
    component second = Poseidon(16);
    for (var i = 0; i < 16; i++) {
        first.inputs[i] <== legs[i];
        second.inputs[i] <== legs[16 + i];
    }
    second.capacity <== first.out;
    out <== second.out;
}

template RoyaltySplit() {
    assert(ROYALTY_PAYEES() == 2 * LEGS_PER_GROUP() && LEGS_PER_GROUP() == 16);
    assert(ROYALTY_LEVELS() == 4 && OWNERS_PER_WORD() * OWNER_LIST_WORDS() >= ROYALTY_PAYEES());
    var n = ROYALTY_PAYEES();
    signal input z;
    signal input domain;
    signal input distribution;
    signal input total;
    signal input receiver[n];
    signal input share[n];
    signal input used[n];
    signal input begins[n];
    signal input parentShare[3];
    signal output C;
    signal output y;

    // A. Who is owner of which level (S).
    signal reached[3][n] <== RoyaltySlots()(receiver, share, used, begins);
    signal levels[3];
    for (var k = 0; k < 3; k++) {
        levels[k] <== reached[k][n - 1];
    }

    // B. What each level keeps (M), and what each owner gets of it (L).
    signal quotient[4];
    signal remainder[4];
    (quotient, remainder) <== RoyaltyAmounts()(total, parentShare, levels);
    signal legs[n] <== RoyaltyLegs()(receiver, share, begins, reached, quotient, remainder);

    // C. The two roots (R1, R2).
    signal lists[4][OWNER_LIST_WORDS()] <== OwnerLists()(receiver, share, reached);
    signal sharesRoot <== SharesRoot()(lists, parentShare, levels);
    signal payoutsRoot <== LegsCommitment()(legs);

    // D. Public words (R3).
    component publicData = PublicData(5);
    publicData.words <== [sharesRoot, payoutsRoot, domain, distribution, total];
    publicData.z <== z;
    publicData.domain <== DOMAIN_PUBLIC_DATA();
    C <== publicData.commitment;
    y <== publicData.evaluation;
}
