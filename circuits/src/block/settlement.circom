// One settlement: a chunk of an order paid by a statement (docs/protocol.md §5).
//
// Proves:   commitment is C of the statement that covers exactly chunk `chunk` of the order, with the order's
//           parameters and inputs, this provider, results and price; price <= limit; the order accepts zk; bit
//           `chunk` of the bitmap goes from 0 to 1; the payment is split as the order's terms say, to the unit.
// Assumes:  the order's 16 static inputs are in range: they were checked when the order was posted, and static binds
//           them. The memory argument shows that (orderIndex, static, readDynamic) is the order's cell; the lookup
//           that (provider, providerStatic) is an account; its owner is below 2^160 since L1 registered it.
//           The contract shows that a proof under `program` has the public signal `commitment`.
// Inputs:   used: boolean, checked here; order[16] as DOMAIN_ORDER's inputs without the packed shares, which come as
//           modes 4 and savingsShare 14 bits; escrow 88, bitmap 64, remaining 1..64,
//           previousTime 16, orderIndex 24, chunk 6, provider 24, price 64 bits (checked here); resultsRoot and the
//           provider's ax, ay, owner: field elements; statementDomain, time: given by the block.
pragma circom 2.2.0;

include "generated/schema.circom";
include "block/share.circom";
include "hash/poseidon.circom";
include "hash/sponge.circom";
include "math/is-zero.circom";
include "math/range-check.circom";

// 2^chunk from the six bits of chunk.
template ChunkPower() {
    signal input chunk;
    signal output power;
    signal bits[6] <== Bits(6)(chunk);
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
    signal power <== ChunkPower()(chunk);
    newBitmap <== bitmap + power;
    signal before[64] <== Bits(64)(bitmap);
    signal after[64] <== Bits(64)(newBitmap);
    var difference = 0;
    for (var i = 0; i < 64; i++) {
        difference += after[i] - before[i];
    }
    difference === 1;
}

// from = chunk * size and count = min(size, jobs - from) >= 1.
template ChunkRange() {
    signal input chunk;
    signal input jobCount;
    signal input chunkSize;
    signal output from;
    signal output count;
    from <== chunk * chunkSize;
    var left = jobCount - from;
    // Any choice that passes the ranges gives the minimum: count is one of the two and above neither.
    signal isLast <-- left < chunkSize ? 1 : 0;
    isLast * (isLast - 1) === 0;
    count <== chunkSize + isLast * (left - chunkSize);
    RangeCheck(32)(left - count);
    RangeCheck(16)(chunkSize - count);
    RangeCheck(16)(count - 1);
}

template Settlement() {
    signal input used;
    signal input order[16];
    signal input modes;
    signal input savingsShare;
    signal input orderIndex;
    signal input escrow;
    signal input bitmap;
    signal input remaining;
    signal input previousTime;
    signal input chunk;
    signal input provider;
    signal input ax;
    signal input ay;
    signal input owner;
    signal input resultsRoot;
    signal input price;
    signal input statementDomain;
    signal input time;

    signal output commitment;
    signal output program;
    signal output static;
    signal output providerStatic;
    signal output access;
    signal output readDynamic;
    signal output writeDynamic;
    signal output readAccess;
    signal output writeAccess;
    // Credits in units, zero in an unused slot.
    signal output providerCredit;
    signal output middlewareCredit;
    signal output seedCredit;
    signal output requesterCredit;
    signal output burn;
    signal output pool;
    signal output fee;

    used * (used - 1) === 0;

    // The order.
    RangeCheck(14)(savingsShare);
    signal modeBits[4] <== Bits(4)(modes);
    modeBits[0] === 1;
    signal shares <== JoinOrderShares()(modes <== modes, savingsShare <== savingsShare);
    shares === order[2];
    component hash = Poseidon(16);
    hash.capacity <== DOMAIN_ORDER();
    hash.inputs <== order;
    static <== hash.out;

    // The chunk.
    signal from;
    signal count;
    (from, count) <== ChunkRange()(chunk, order[8], order[9]);
    signal newBitmap <== SettleBit()(bitmap, chunk);
    RangeCheck(6)(remaining - 1);
    signal closing <== IsZero()(remaining - 1);

    // The statement.
    component providerHash = Poseidon(3);
    providerHash.capacity <== DOMAIN_ACCOUNT();
    providerHash.inputs <== [ax, ay, owner];
    providerStatic <== providerHash.out;
    signal range <== JoinStatementRange()(count <== count, from <== from, provider <== owner);
    component statement = PoseidonSponge(6);
    statement.domain <== DOMAIN_PUBLIC_DATA();
    statement.words <== [order[6], order[7], resultsRoot, statementDomain, range, price];
    commitment <== used * statement.out;
    program <== used * order[5];

    // The payment.
    RangeCheck(64)(price);
    RangeCheck(64)(order[10] - price);
    signal total <== price * count;
    signal saving <== (order[10] - price) * count;
    signal royalty <== Share()(total, order[12]);
    signal middleware <== Share()(total, order[13]);
    signal burnShare <== Share()(total, order[14]);
    signal poolShare <== Share()(total, order[15]);
    signal bonus <== Share()(saving, savingsShare);
    signal left <== escrow - total - bonus - order[11];
    RangeCheck(88)(left);
    // As for a balance: 2^88 units more with a bitmap of one less would be the same word.
    RangeCheck(88)(escrow);
    signal refund <== closing * left;
    providerCredit <== used * (total - royalty - middleware - burnShare - poolShare);
    middlewareCredit <== used * (middleware + bonus);
    seedCredit <== used * royalty;
    requesterCredit <== used * refund;
    burn <== used * burnShare;
    pool <== used * poolShare;
    fee <== used * order[11];

    // The order's cell, read and written. A closed order is written as an order with nothing in it.
    signal payload <== JoinOrderPayload()(bitmap <== bitmap, remaining <== remaining);
    signal settledPayload <== JoinOrderPayload()(bitmap <== newBitmap, remaining <== remaining - 1);
    signal newPayload <== (1 - closing) * settledPayload;
    readDynamic <== JoinCellDynamic()(amount <== escrow, payload <== payload, kind <== KIND_ORDER());
    writeDynamic <== JoinCellDynamic()(amount <== left - refund, payload <== newPayload, kind <== KIND_ORDER());
    RangeCheck(16)(previousTime);
    RangeCheck(16)(time - previousTime - 1);
    readAccess <== INITIAL_ACCESS() + previousTime;
    writeAccess <== INITIAL_ACCESS() + time;

    // Absorbed before the challenge: with static and providerStatic everything above follows from it and from
    // commitment. Every field is in range, so the word decodes uniquely.
    RangeCheck(24)(orderIndex);
    RangeCheck(24)(provider);
    access <== bitmap + remaining * 2 ** 64 + orderIndex * 2 ** 71 + provider * 2 ** 95
        + previousTime * 2 ** 119 + escrow * 2 ** 135;
}
