// One settlement: a chunk of an order paid by a statement (docs/protocol.md §5).
//
// Proves:   commitment is C of the statement that covers exactly chunk `chunk` of the order, with the order's
//           parameters and inputs, this owner as provider, these results and this price; 0 <= price <= limit; the
//           order accepts zk; bit `chunk` of the bitmap goes from 0 to 1; the payment is split as the order's terms
//           say, to the unit.
// Assumes:  the order's static inputs are those of a posted order: static binds them, and the memory argument shows
//           that (orderIndex, static, readDynamic) is the order's cell. So priceLimit and settlementFee have 64 bits,
//           1 <= lastChunk <= chunkSize, savingsShare is at most 10,000. The lookup shows that `provider` is an account
//           with this owner, which L1 registered with 160 bits. The contract shows that a proof under `program` has
//           the public signal `commitment`.
// Inputs:   used: boolean, checked here; order[11] as DOMAIN_ORDER's inputs, terms[10] the fields of order[2] with the
//           widths of OrderTerms (checked here); bitmap 64, remaining 1..64, orderIndex 24, chunk 6, provider 24 bits
//           (checked here); previousTime: below time by at most 2^16 (checked here); price: field element bound by the
//           commitment, not above the limit (checked here) and not negative (by the division of the total); escrow:
//           field element, below 2^90 since left, 88 bits, and the debit are (checked here); owner: field element, what
//           is left of the statement's range word; resultsRoot: field element; statementDomain, time: given by the block.
pragma circom 2.2.0;

include "generated/schema.circom";
include "block/payment.circom";
include "hash/poseidon.circom";
include "hash/sponge.circom";
include "math/is-zero.circom";
include "math/range-check.circom";

// 2^chunk, and the six bits of chunk.
template ChunkPower() {
    signal input chunk;
    signal output power;
    signal output bits[6];
    bits <== Bits(6)(chunk);
    signal partial[6];
    var value = 1;
    for (var i = 0; i < 6; i++) {
        partial[i] <== value * (1 + bits[i] * (2 ** (2 ** i) - 1));
        value = partial[i];
    }
    power <== partial[5];
}

// newBitmap = bitmap + 2^chunk, and bit `chunk` was 0: an addition without carry is the only one that raises the
// number of set bits by one.
template SettleBit() {
    signal input bitmap;
    signal input chunk;
    signal output newBitmap;
    signal power;
    (power, _) <== ChunkPower()(chunk);
    newBitmap <== bitmap + power;
    signal before[64] <== Bits(64)(bitmap);
    signal after[64] <== Bits(64)(newBitmap);
    var difference = 0;
    for (var i = 0; i < 64; i++) {
        difference += after[i] - before[i];
    }
    difference === 1;
}

// chunk <= earlierChunks; from = chunk * size; count = lastChunk for the last chunk, else chunkSize.
template ChunkRange() {
    signal input chunk;
    signal input earlierChunks;
    signal input lastChunk;
    signal input chunkSize;
    signal output from;
    signal output count;
    signal later <== earlierChunks - chunk;
    RangeCheck(6)(later);
    signal isLast <== IsZero()(later);
    from <== chunk * chunkSize;
    count <== chunkSize + isLast * (lastChunk - chunkSize);
}

// The order's static part, with its terms unpacked: every field is in range, so the word decodes uniquely. acceptsZk is
// the lowest bit of the modes when it is boolean, which the caller has checked.
template SettledOrder() {
    signal input order[11];
    signal input terms[10];
    signal input acceptsZk;
    signal output static;
    for (var i = 0; i < 4; i++) {
        RangeCheck(14)(terms[i]);
    }
    RangeCheck(32)(terms[4]);
    RangeCheck(14)(terms[5]);
    // Four bits.
    signal otherModes <== (terms[6] - acceptsZk * MODE_ZK()) / 2;
    RangeCheck(3)(otherModes);
    RangeCheck(6)(terms[7]);
    RangeCheck(16)(terms[8]);
    RangeCheck(16)(terms[9]);
    order[2] === terms[0] * 2 ** OFFSET_OrderTerms_royalty() + terms[1] * 2 ** OFFSET_OrderTerms_middleware()
        + terms[2] * 2 ** OFFSET_OrderTerms_burn() + terms[3] * 2 ** OFFSET_OrderTerms_pool()
        + terms[4] * 2 ** OFFSET_OrderTerms_version() + terms[5] * 2 ** OFFSET_OrderTerms_savingsShare()
        + terms[6] * 2 ** OFFSET_OrderTerms_modes() + terms[7] * 2 ** OFFSET_OrderTerms_earlierChunks()
        + terms[8] * 2 ** OFFSET_OrderTerms_lastChunk() + terms[9] * 2 ** OFFSET_OrderTerms_chunkSize();
    component hash = PoseidonFixed(11, DOMAIN_ORDER());
    hash.inputs <== order;
    static <== hash.out;
}

template Settlement() {
    signal input used;
    signal input order[11];
    signal input terms[10];
    signal input orderIndex;
    signal input escrow;
    signal input bitmap;
    signal input remaining;
    signal input previousTime;
    signal input chunk;
    signal input provider;
    signal input owner;
    signal input resultsRoot;
    signal input price;
    signal input statementDomain;
    signal input time;

    signal output commitment;
    signal output program;
    signal output static;
    signal output access;
    signal output readDynamic;
    signal output writeDynamic;
    // Credits in units, zero in an unused slot.
    signal output providerCredit;
    signal output middlewareCredit;
    signal output seedCredit;
    signal output requesterCredit;
    signal output burn;
    signal output pool;
    signal output fee;

    used * (used - 1) === 0;

    // The order, which accepts zk, and its chunk.
    static <== SettledOrder()(order, terms, 1);
    signal from;
    signal count;
    (from, count) <== ChunkRange()(chunk, terms[7], terms[8], terms[9]);
    signal newBitmap <== SettleBit()(bitmap, chunk);
    RangeCheck(6)(remaining - 1);
    signal closing <== IsZero()(remaining - 1);

    // The statement.
    component statement = PoseidonSponge(6);
    statement.domain <== DOMAIN_PUBLIC_DATA();
    statement.words <== [
        order[7], order[8], resultsRoot, statementDomain,
        count * 2 ** OFFSET_StatementRange_count() + from * 2 ** OFFSET_StatementRange_from()
            + owner * 2 ** OFFSET_StatementRange_provider(),
        price
    ];
    commitment <== used * statement.out;
    program <== used * order[6];

    // The payment. price is above limit - 2^64; its product with count, which is 1 to 2^16 - 1, is not negative.
    signal discount <== order[9] - price;
    RangeCheck(64)(discount);
    component payment = Payment();
    payment.price <== price;
    payment.count <== count;
    payment.discount <== discount;
    payment.shares <== [terms[0], terms[1], terms[2], terms[3]];
    payment.savingsShare <== terms[5];
    providerCredit <== payment.provider;
    middlewareCredit <== payment.middleware;
    seedCredit <== payment.seed;
    burn <== payment.burn;
    pool <== payment.pool;
    fee <== order[10];
    signal left <== escrow - payment.debit - fee;
    RangeCheck(88)(left);
    requesterCredit <== closing * left;
    // An unused slot pays nothing: with a limit of 0 the price is 0 or the count is, and so are total and saving.
    (1 - used) * order[9] === 0;
    (1 - used) * fee === 0;
    (1 - used) * requesterCredit === 0;

    // The order's cell, read and written. A closed order is written as an order with nothing in it.
    var payload = bitmap + remaining * 2 ** OFFSET_OrderPayload_remaining();
    signal newPayload <== (1 - closing) * (newBitmap + (remaining - 1) * 2 ** OFFSET_OrderPayload_remaining());
    var kind = KIND_ORDER() * 2 ** OFFSET_CellDynamic_kind();
    readDynamic <== escrow + payload * 2 ** OFFSET_CellDynamic_payload() + kind;
    writeDynamic <== left - requesterCredit + newPayload * 2 ** OFFSET_CellDynamic_payload() + kind;
    // A time below zero is no time at which an order was written.
    signal timeGap <== time - previousTime - 1;
    RangeCheck(16)(timeGap);

    // Absorbed before the challenge: with static and commitment everything above follows from it. Every field is in
    // range and escrow below 2^90, so the word decodes uniquely.
    RangeCheck(INDEX_BITS())(orderIndex);
    RangeCheck(INDEX_BITS())(provider);
    access <== bitmap + remaining * 2 ** 64 + chunk * 2 ** 71 + orderIndex * 2 ** 77 + provider * 2 ** 101
        + timeGap * 2 ** 125 + escrow * 2 ** 141;
}
