// One cancelled order: what is left in escrow goes back to the requester (docs/protocol.md §4).
//
// Proves:   static is the hash of the order's inputs, of which order[3] holds this deadline; at block time the deadline
//           and the grace period are over; the order's cell is read open, with 1 to 64 chunks remaining, before `time`, and
//           is written closed, as the settlement of its last chunk leaves it.
// Assumes:  the memory argument shows that (index, static, readDynamic) is the order's cell at this time; the message from
//           a CancelOrder operation carries (requester, index, static, time), so that the requester signed.
// Inputs:   used: boolean (checked here); order[11] as DOMAIN_ORDER's inputs; deadline 40, minimumBond 64, escrow 88, bitmap
//           64 bits, remaining 1..64, index 24, time 16 bits, previousTime: below time by at most 2^16 (all checked
//           here); blockTime 40 bits, given by the block.
// Outputs:  access and static are absorbed before the challenges: static fixes the order's inputs, access the rest.
//           refund: units for the requester, zero in an unused slot.
pragma circom 2.2.0;

include "generated/schema.circom";
include "hash/poseidon.circom";
include "math/range-check.circom";

template Cancellation() {
    signal input used;
    signal input order[11];
    signal input deadline;
    signal input minimumBond;
    signal input escrow;
    signal input bitmap;
    signal input remaining;
    signal input index;
    signal input time;
    signal input previousTime;
    signal input blockTime;

    signal output static;
    signal output access;
    signal output readDynamic;
    signal output writeDynamic;
    signal output refund;

    used * (used - 1) === 0;

    component hash = PoseidonFixed(11, DOMAIN_ORDER());
    hash.inputs <== order;
    static <== hash.out;
    signal conditions <== PackOrderConditions()(deadline <== deadline, minimumBond <== minimumBond);
    order[3] === conditions;
    // Both times have 40 bits: the difference has too, or is negative and far above the range.
    signal late <== used * (blockTime - deadline - ORDER_GRACE_PERIOD());
    RangeCheck(40)(late);

    // The cell: open, then an order with nothing in it. A time below zero is no time at which an order was written.
    RangeCheck(AMOUNT_BITS())(escrow);
    RangeCheck(64)(bitmap);
    RangeCheck(6)(remaining - 1);
    RangeCheck(INDEX_BITS())(index);
    RangeCheck(16)(time);
    signal timeGap <== time - previousTime - 1;
    RangeCheck(16)(timeGap);
    var payload = bitmap + remaining * 2 ** OFFSET_OrderPayload_remaining();
    var kind = KIND_ORDER() * 2 ** OFFSET_CellDynamic_kind();
    readDynamic <== escrow + payload * 2 ** OFFSET_CellDynamic_payload() + kind;
    writeDynamic <== kind;
    (1 - used) * escrow === 0;
    refund <== escrow;

    // Every field is in range: the word decodes uniquely.
    access <== payload + index * 2 ** 71 + time * 2 ** 95 + timeGap * 2 ** 111 + escrow * 2 ** 127;
}
