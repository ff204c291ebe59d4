// The static part of a provider or of a seed, opened once per block for all that look it up (docs/protocol.md §8).
//
// Proves:   static is the hash of head0, head1, subject as an account's or a seed's; fact[0..1] is what a lookup may ask:
//           (owner, 0) of an account, (parameters commitment, program id) of a seed.
// Assumes:  the lookups show that the block touches a cell `index` of this kind with this static part. `word` and static
//           are absorbed before the challenges.
// Inputs:   isAccount, isSeed: booleans (checked here), at most one set; index 24 bits, uses 16 bits (checked here): how
//           often it is looked up; head0, head1, subject: field elements.
// Size:     312.
pragma circom 2.2.0;

include "generated/schema.circom";
include "hash/poseidon.circom";
include "math/range-check.circom";

template Opening() {
    signal input isAccount;
    signal input isSeed;
    signal input index;
    signal input head0;
    signal input head1;
    signal input subject;
    signal input uses;

    signal output static;
    signal output word;
    signal output fact[2];

    isAccount * (isAccount - 1) === 0;
    isSeed * (isSeed - 1) === 0;
    isAccount * isSeed === 0;
    // Unused slots take no part in the sums.
    (1 - isAccount - isSeed) * uses === 0;

    component hash = Poseidon(3);
    hash.capacity <== DOMAIN_ACCOUNT() + isSeed * (DOMAIN_SEED() - DOMAIN_ACCOUNT());
    hash.inputs <== [head0, head1, subject];
    static <== hash.out;

    fact[0] <== subject + isSeed * (head0 - subject);
    fact[1] <== isSeed * head1;

    RangeCheck(INDEX_BITS())(index);
    RangeCheck(16)(uses);
    word <== uses + index * 2 ** 16 + isAccount * 2 ** 40 + isSeed * 2 ** 41;
}
