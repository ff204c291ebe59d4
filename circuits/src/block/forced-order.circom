// One L1 request about an order, ExitOrder or ForcedSettle, against the state at its place in the block (docs/protocol.md
// §3): carried out when its conditions hold, consumed without effect when one of them does not. Neither is a choice.
//
// Proves:   without `present` the leaf at `index` is empty under the old root. With it, the order's cell is read and written:
//           changed when the request is valid, else as it was. valid is the product of the conditions, each computed. A
//           valid ExitOrder closes the order and pays its escrow to `subject`; a valid ForcedSettle pays a chunk as a
//           settlement does. Of a ForcedSettle, head0 is C of the statement of these claims, range, provider and price.
// Assumes:  the message of the request carries route, task, head0 and head1, so that they are the queued ones; the memory
//           argument shows that with `present` (index, static, readDynamic) is the order's cell at this time. Orders lie in
//           the upper half and appear after every request, so that a leaf that is empty under the old root is no order yet,
//           and an order's cell is none that was empty. The order's static inputs are those of a posted order: limit and
//           fee have 64 bits, shares add up to at most 10,000. L1 checked the statement: proof under head1, domain,
//           provider = subject, price below 2^64, and that `account` is the provider's (ForcedSettle) or the caller's (ExitOrder).
// Inputs:   isExit, isSettle, present: booleans (checked here), at most one of the first two set; index 2 * depth, time
//           40, subject 160, account 24, chunk 6, slotTime 16 bits (checked here): the request; head0, head1: field elements;
//           previousTime: below slotTime by at most 2^16 (checked here); order[11] as DOMAIN_ORDER's inputs, terms[10] and
//           conditions[2] the fields of order[2] and order[3] (widths checked here); bitmap 64, remaining 7 bits (checked
//           here), escrow: field element, below 2^90 since left, 88 bits, and the debit are; claims[3]: parameters
//           commitment, inputs root, results root; count 16, from 32, price 64 bits (checked here); children: path of the
//           leaf, of any empty leaf when present; root: the old root, statementDomain: given by the block.
// Outputs:  absorbed before the challenges with head0, head1: route, task, static, access. Credits in units, zero unless valid.
// An unused slot has neither kind and not `present`; nothing leaves it.
pragma circom 2.2.0;

include "block/payment.circom";
include "block/settlement.circom";
include "generated/schema.circom";
include "hash/sponge.circom";
include "math/is-zero.circom";
include "math/less-than.circom";
include "math/range-check.circom";
include "merkle/merkle-inclusion.circom";

// out = bits[k], k given by its six bits from the lowest. Assumes booleans. Size: 63.
template SelectBit() {
    signal input bits[64];
    signal input place[6];
    signal output out;
    // A tournament: nodes[start + i] is the one of its two children that bit `level` names.
    signal nodes[63];
    var start = 0;
    var below = 0;
    for (var level = 0; level < 6; level++) {
        var size = 2 ** (5 - level);
        for (var i = 0; i < size; i++) {
            var zero = level == 0 ? bits[2 * i] : nodes[below + 2 * i];
            var one = level == 0 ? bits[2 * i + 1] : nodes[below + 2 * i + 1];
            nodes[start + i] <== zero + place[level] * (one - zero);
        }
        below = start;
        start += size;
    }
    out <== nodes[62];
}

// Whether the statement and the order fit, apart from the order being open (docs/protocol.md §3, ForcedSettle).
template SettlementFits() {
    signal input order[11];
    signal input terms[10];
    signal input acceptsZk;
    signal input isSet;
    signal input chunk;
    signal input program;
    signal input claims[3];
    signal input count;
    signal input from;
    signal input price;
    signal output out;

    signal holds[8];
    holds[0] <== IsZero()(order[6] - program);
    holds[1] <== IsZero()(order[7] - claims[0]);
    holds[2] <== IsZero()(order[8] - claims[1]);
    holds[3] <== acceptsZk;
    holds[4] <== LessThan(7)(chunk, terms[7] + 1);
    signal isLast <== IsZero()(terms[7] - chunk);
    signal chunkFrom <== chunk * terms[9];
    signal chunkCount <== terms[9] + isLast * (terms[8] - terms[9]);
    // Both counts have 16 bits, both ranges 48.
    holds[5] <== IsZero()(count + from * 2 ** 16 - chunkCount - chunkFrom * 2 ** 16);
    holds[6] <== 1 - isSet;
    signal above <== LessThan(64)(order[9], price);
    holds[7] <== 1 - above;
    signal all[8];
    all[0] <== holds[0];
    for (var i = 1; i < 8; i++) {
        all[i] <== all[i - 1] * holds[i];
    }
    out <== all[7];
}

template ForcedOrder(depth) {
    signal input isExit;
    signal input isSettle;
    signal input present;
    signal input index;
    signal input time;
    signal input subject;
    signal input account;
    signal input chunk;
    signal input head0;
    signal input head1;
    signal input slotTime;
    signal input previousTime;
    signal input order[11];
    signal input terms[10];
    signal input conditions[2];
    signal input escrow;
    signal input bitmap;
    signal input remaining;
    signal input claims[3];
    signal input count;
    signal input from;
    signal input price;
    signal input children[depth][4];
    signal input root;
    signal input statementDomain;

    signal output used;
    signal output route;
    signal output task;
    signal output static;
    signal output access;
    signal output readDynamic;
    signal output writeDynamic;
    signal output providerCredit;
    signal output middlewareCredit;
    signal output seedCredit;
    signal output requesterCredit;
    signal output burn;
    signal output pool;
    signal output fee;
    // Whether an ExitOrder is carried out; then `left` is withdrawn.
    signal output exited;
    signal output left;

    isExit * (isExit - 1) === 0;
    isSettle * (isSettle - 1) === 0;
    isExit * isSettle === 0;
    used <== isExit + isSettle;
    present * (present - 1) === 0;
    (1 - used) * present === 0;

    // The request.
    signal bits[2 * depth] <== Bits(2 * depth)(index);
    RangeCheck(40)(time);
    RangeCheck(160)(subject);
    RangeCheck(INDEX_BITS())(account);
    RangeCheck(16)(slotTime);
    signal power;
    signal chunkBits[6];
    (power, chunkBits) <== ChunkPower()(chunk);
    route <== JoinRequestRoute()(
        kind <== REQUEST_EXIT_ORDER() * isExit + REQUEST_FORCED_SETTLE() * isSettle, index <== index, time <== time,
        subject <== subject
    );
    signal payload <== JoinForcedSettlePayload()(provider <== account, chunk <== chunk);
    signal value <== JoinRequestValue()(amount <== 0, payload <== payload);
    task <== value + slotTime * 2 ** 176;

    // No order.
    component path = MerkleInclusion(depth, DOMAIN_STATE_NODE());
    path.bits <== bits;
    path.leaf <== 0;
    path.children <== children;
    (used - present) * (path.root - root) === 0;

    // The order. Its lowest mode bit is what the three others leave.
    signal acceptsZk <-- terms[6] & 1;
    acceptsZk * (acceptsZk - 1) === 0;
    static <== SettledOrder()(order, terms, acceptsZk);
    RangeCheck(40)(conditions[0]);
    RangeCheck(64)(conditions[1]);
    order[3] === conditions[0] * 2 ** OFFSET_OrderConditions_deadline()
        + conditions[1] * 2 ** OFFSET_OrderConditions_minimumBond();
    signal bitmapBits[64] <== Bits(64)(bitmap);
    RangeCheck(7)(remaining);
    signal isSet <== SelectBit()(bitmapBits, chunkBits);

    // The statement of a ForcedSettle.
    RangeCheck(16)(count);
    RangeCheck(32)(from);
    RangeCheck(64)(price);
    component statement = PoseidonSponge(6);
    statement.domain <== DOMAIN_PUBLIC_DATA();
    statement.words <== [
        claims[0], claims[1], claims[2], statementDomain,
        count * 2 ** OFFSET_StatementRange_count() + from * 2 ** OFFSET_StatementRange_from()
            + subject * 2 ** OFFSET_StatementRange_provider(),
        price
    ];
    isSettle * (statement.out - head0) === 0;

    // The conditions.
    signal isClosed <== IsZero()(remaining);
    signal open <== present * (1 - isClosed);
    signal ownExit <== IsZero()(order[0] - account);
    signal isLate <== LessThan(41)(conditions[0] + ORDER_GRACE_PERIOD(), time + 1);
    signal openExit <== isExit * open;
    signal openOwnExit <== openExit * ownExit;
    exited <== openOwnExit * isLate;
    signal fits <== SettlementFits()(
        order <== order, terms <== terms, acceptsZk <== acceptsZk, isSet <== isSet, chunk <== chunk, program <== head1,
        claims <== claims, count <== count, from <== from, price <== price
    );
    signal openSettle <== isSettle * open;
    signal settled <== openSettle * fits;

    // The payment, of nothing unless the chunk is settled. The price is not above the limit then.
    component payment = Payment();
    payment.price <== settled * price;
    payment.count <== count;
    payment.discount <== settled * (order[9] - price);
    payment.shares <== [terms[0], terms[1], terms[2], terms[3]];
    payment.savingsShare <== terms[5];
    providerCredit <== payment.provider;
    middlewareCredit <== payment.middleware;
    seedCredit <== payment.seed;
    burn <== payment.burn;
    pool <== payment.pool;
    fee <== settled * order[10];
    left <== escrow - payment.debit - fee;
    RangeCheck(88)(left);
    signal isFinal <== IsZero()(remaining - 1);
    signal closing <== settled * isFinal;
    requesterCredit <== closing * left;

    // The order's cell, read and written. A closed order is written as an order with nothing in it.
    var kind = KIND_ORDER() * 2 ** OFFSET_CellDynamic_kind();
    var held = bitmap + remaining * 2 ** OFFSET_OrderPayload_remaining();
    readDynamic <== escrow + held * 2 ** OFFSET_CellDynamic_payload() + kind;
    signal newBit <== settled * power;
    signal newPayload <== (1 - closing - exited) * (held + newBit - settled * 2 ** OFFSET_OrderPayload_remaining());
    signal withdrawn <== exited * left;
    writeDynamic <== left - requesterCredit - withdrawn + newPayload * 2 ** OFFSET_CellDynamic_payload() + kind;
    signal timeGap <== slotTime - previousTime - 1;
    RangeCheck(16)(timeGap);
    access <== bitmap + remaining * 2 ** 64 + timeGap * 2 ** 71 + present * 2 ** 87 + escrow * 2 ** 88;
}
