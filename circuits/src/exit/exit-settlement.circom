// Payment of a recorded statement out of an order's escrow, after a freeze (docs/exit.md).
//
// Proves:   under the state root d_0 the cell `index` is an open order that accepts zk, whose chunk `chunk` is not
//           settled; the statement d_1 covers exactly this chunk, with the order's parameters and inputs, at a price not
//           above its limit; its payment is split as in a settlement (docs/protocol.md §5), to the unit, between the
//           statement's provider, the L1 owner of the order's middleware account, the seed, the burn and the pool.
//           The settlement fee stays in the escrow: no sequencer did anything. The public words are
//             d_0 = root, d_1 = commitment, d_2 = exitDomain, d_3 = the order's program,
//             d_4 = escrow | index | chunk | seedId, d_5 = royalty | burn | pool,
//             d_6 = provider's amount | provider, d_7 = middleware's amount | middleware's owner,
//           and C, y are their commitment and their evaluation at z.
// Assumes:  d_0 is a root that the rollup accepted: fields of its cells are in range, lastChunk and chunkSize are at
//           least 1, basis points at most 10,000, the order names an account and a seed, and program and parameters are the
//           seed's. The contract compares d_0 and d_2, knows that a proof under program d_3 has the public signal d_1,
//           and that its statement domain is right.
// Public:   z; C and y as the main circuit's first two outputs, so that the public signals are [C, y, z].
// Private:  exitDomain 248 bits (checked here). The order: order[11] as DOMAIN_ORDER's inputs, terms[10] the fields of
//           order[2], orderBits, orderChildren: its path; escrow 88, bitmap 64, remaining 7 bits (checked here).
//           The statement: chunk 6, provider 160 bits (checked here); resultsRoot, statementDomain: field elements; price:
//           not above the limit (checked here) and not negative (by the division of the total).
//           The middleware's account: middlewareBits, middlewareChildren; ax, ay; owner 160, balance 88, nonce 40 bits
//           (checked here). The seed: seedBits, seedChildren; parent, seedId 64, vault, seedPayload 88 bits (checked here).
// Size:     12,389 at depth 8, 16,013 at depth 12.
pragma circom 2.2.0;

include "generated/schema.circom";
include "block/settlement.circom";
include "block/share.circom";
include "exit/opened-cell.circom";
include "hash/poseidon.circom";
include "hash/sponge.circom";
include "math/range-check.circom";
include "public-data/public-data.circom";

// The statement of a chunk and the split of its payment; shares have 80 bits.
// Inputs: order[11], terms[10]: in range and bound by the caller; from, count: the chunk's; provider 160 bits, ranged by the caller.
template StatementPayment() {
    signal input order[11];
    signal input terms[10];
    signal input from;
    signal input count;
    signal input provider;
    signal input resultsRoot;
    signal input statementDomain;
    signal input price;
    signal output commitment;
    signal output providerAmount;
    signal output middlewareAmount;
    signal output royalty;
    signal output burn;
    signal output pool;

    signal range <== JoinStatementRange()(count, from, provider);
    commitment <== PoseidonSponge(6)(
        [order[7], order[8], resultsRoot, statementDomain, range, price], DOMAIN_PUBLIC_DATA());

    // As in Settlement: price is above limit - 2^64, and its product with count is not negative.
    signal discount <== order[9] - price;
    RangeCheck(64)(discount);
    component total = Division();
    total.left <== price;
    total.right <== count;
    royalty <== ShareOfDivision()(total.quotient, total.remainder, terms[0]);
    signal middleware <== ShareOfDivision()(total.quotient, total.remainder, terms[1]);
    burn <== ShareOfDivision()(total.quotient, total.remainder, terms[2]);
    pool <== ShareOfDivision()(total.quotient, total.remainder, terms[3]);
    signal saving <== discount * count;
    signal bonus <== Share()(saving, terms[5]);
    middlewareAmount <== middleware + bonus;
    providerAmount <== total.quotient * BASIS_POINTS() + total.remainder - royalty - middleware - burn - pool;
}

template ExitSettlement(depth) {
    signal input z;
    signal input root;
    signal input exitDomain;
    signal input order[11];
    signal input terms[10];
    signal input orderBits[2 * depth];
    signal input orderChildren[depth][4];
    signal input escrow;
    signal input bitmap;
    signal input remaining;
    signal input chunk;
    signal input provider;
    signal input resultsRoot;
    signal input statementDomain;
    signal input price;
    signal input middlewareBits[2 * depth];
    signal input middlewareChildren[depth][4];
    signal input ax;
    signal input ay;
    signal input owner;
    signal input balance;
    signal input nonce;
    signal input seedBits[2 * depth];
    signal input seedChildren[depth][4];
    signal input parent;
    signal input seedId;
    signal input vault;
    signal input seedPayload;
    signal output C;
    signal output y;

    // A. The order under the root. Fields of every dynamic word are in range, so each word has one decoding. What would
    //    be the new bitmap is not used: it exists only when bit `chunk` was 0.
    RangeCheck(AMOUNT_BITS())(escrow);
    RangeCheck(7)(remaining);
    signal orderStatic <== SettledOrder()(order, terms, 1);
    signal from;
    signal count;
    (from, count) <== ChunkRange()(chunk, terms[7], terms[8], terms[9]);
    signal newBitmap <== SettleBit()(bitmap, chunk);
    component orderCell = OpenedCell(depth);
    orderCell.bits <== orderBits;
    orderCell.static <== orderStatic;
    orderCell.dynamic <== escrow
        + (bitmap + remaining * 2 ** OFFSET_OrderPayload_remaining()) * 2 ** OFFSET_CellDynamic_payload()
        + KIND_ORDER() * 2 ** OFFSET_CellDynamic_kind();
    orderCell.children <== orderChildren;
    orderCell.root === root;

    // B. The middleware's account.
    RangeCheck(AMOUNT_BITS())(balance);
    RangeCheck(40)(nonce);
    component accountStatic = PoseidonFixed(3, DOMAIN_ACCOUNT());
    accountStatic.inputs <== [ax, ay, owner];
    component middlewareCell = OpenedCell(depth);
    middlewareCell.bits <== middlewareBits;
    middlewareCell.static <== accountStatic.out;
    middlewareCell.dynamic <== balance + nonce * 2 ** OFFSET_CellDynamic_payload()
        + KIND_ACCOUNT() * 2 ** OFFSET_CellDynamic_kind();
    middlewareCell.children <== middlewareChildren;
    middlewareCell.root === root;
    middlewareCell.index === order[5];

    // C. The seed, whose program and parameters are the order's.
    RangeCheck(AMOUNT_BITS())(vault);
    RangeCheck(PAYLOAD_BITS())(seedPayload);
    signal subject <== PackSeedSubject()(parent, seedId);
    component seedStatic = PoseidonFixed(3, DOMAIN_SEED());
    seedStatic.inputs <== [order[7], order[6], subject];
    component seedCell = OpenedCell(depth);
    seedCell.bits <== seedBits;
    seedCell.static <== seedStatic.out;
    seedCell.dynamic <== vault + seedPayload * 2 ** OFFSET_CellDynamic_payload()
        + KIND_SEED() * 2 ** OFFSET_CellDynamic_kind();
    seedCell.children <== seedChildren;
    seedCell.root === root;
    seedCell.index === order[4];

    // D. The statement and its payment.
    component payment = StatementPayment();
    payment.order <== order;
    payment.terms <== terms;
    payment.from <== from;
    payment.count <== count;
    payment.provider <== provider;
    payment.resultsRoot <== resultsRoot;
    payment.statementDomain <== statementDomain;
    payment.price <== price;

    // E. Public words; amounts, provider and owner are range-checked where they are packed, chunk in SettleBit.
    RangeCheck(248)(exitDomain);
    signal chunkWord <== JoinExitChunk()(escrow, orderCell.index, chunk, seedId);
    signal shares <== PackExitShares()(payment.royalty, payment.burn, payment.pool);
    signal providerWord <== PackWithdrawalWord()(payment.providerAmount, provider);
    signal middlewareWord <== PackWithdrawalWord()(payment.middlewareAmount, owner);
    component publicData = PublicData(8);
    publicData.words <== [
        root, payment.commitment, exitDomain, order[6], chunkWord, shares, providerWord, middlewareWord
    ];
    publicData.z <== z;
    publicData.domain <== DOMAIN_PUBLIC_DATA();
    C <== publicData.commitment;
    y <== publicData.evaluation;
}
