// One distribution of a seed's vault to a list of payments, authorised by a royalty proof on L1 (docs/protocol.md §4).
//
// Proves:   the public tail word is the packing of total and seed, zero in an unused slot, and so is the head; the vault
//           read, before `time`, covers the total; the seed's cell is written with what is left and the same terms.
// Assumes:  the memory argument shows that (seed, static, readDynamic) is the seed's cell at this time; the message
//           argument that a list of payments with this commitment pays exactly the total. The contract shows that a royalty
//           proof of this seed has these payouts and this total.
// Inputs:   used: boolean (checked here); seed 24, total 80, payload 88 bits (checked here); vault: field element, below
//           2^89 since what is left, 88 bits (checked here), and the total are; previousTime: below time by at most 2^16
//           (checked here); static, payouts: field elements; time: given by the block.
// Outputs:  word: public; access and static are absorbed before the challenges: with the public words they fix all.
pragma circom 2.2.0;

include "generated/schema.circom";
include "math/range-check.circom";

template Distribution() {
    signal input used;
    signal input seed;
    signal input static;
    signal input vault;
    signal input payload;
    signal input previousTime;
    signal input payouts;
    signal input total;
    signal input time;

    signal output word;
    signal output access;
    signal output readDynamic;
    signal output writeDynamic;

    used * (used - 1) === 0;
    word <== PackDistributionWord()(total <== total, index <== seed);
    (1 - used) * word === 0;
    (1 - used) * payouts === 0;

    RangeCheck(PAYLOAD_BITS())(payload);
    RangeCheck(AMOUNT_BITS())(vault - total);
    signal timeGap <== time - previousTime - 1;
    RangeCheck(16)(timeGap);
    var rest = payload * 2 ** OFFSET_CellDynamic_payload() + KIND_SEED() * 2 ** OFFSET_CellDynamic_kind();
    readDynamic <== vault + rest;
    writeDynamic <== vault - total + rest;

    // The highest field is bounded as said above: the word decodes uniquely.
    access <== payload + timeGap * 2 ** 88 + vault * 2 ** 104;
}
