// One posted order: its public words, its static part, and the cell that it takes (docs/protocol.md §4).
//
// Proves:   the six public words are the packing of the fields, zero in an unused slot; static is their hash; the
//           escrow covers limit * jobs + settlement fee * chunks with chunks = ceil(jobs / size) in 1..64; the savings
//           share is at most 10,000; the cell lies in the upper half of the tree.
// Assumes:  the message from a PostOrder operation carries (requester, nonce, static, amount); the lookups show that
//           (seed, seedStatic, seedPayload) is a seed's cell and that middleware is an account; the memory argument
//           that the cell was empty.
// Inputs:   used: boolean (checked here); fields with the widths of OrderParties, OrderPrices, OrderPlacement (checked
//           here); chunks 1..64 (checked here); programId, parametersCommitment, inputsRoot, seedSubject: field elements.
pragma circom 2.2.0;

include "generated/schema.circom";
include "hash/poseidon.circom";
include "math/range-check.circom";

template PostedOrder(depth) {
    signal input used;
    signal input requester;
    signal input nonce;
    signal input seed;
    signal input middleware;
    signal input jobCount;
    signal input chunkSize;
    signal input chunks;
    signal input deadline;
    signal input savingsShare;
    signal input modes;
    signal input minimumBond;
    signal input priceLimit;
    signal input settlementFee;
    signal input royalty;
    signal input middlewareShare;
    signal input burn;
    signal input pool;
    signal input version;
    signal input index;
    signal input programId;
    signal input parametersCommitment;
    signal input inputsRoot;
    signal input seedSubject;

    signal output heads[2];
    signal output tails[4];
    signal output static;
    signal output seedStatic;
    signal output seedPayload;
    signal output amount;
    signal output dynamic;

    used * (used - 1) === 0;
    signal parties <== PackOrderParties()(
        requester <== requester, seed <== seed, middleware <== middleware, jobCount <== jobCount,
        chunkSize <== chunkSize, deadline <== deadline, savingsShare <== savingsShare, modes <== modes,
        minimumBond <== minimumBond
    );
    signal prices <== PackOrderPrices()(
        priceLimit <== priceLimit, settlementFee <== settlementFee, royalty <== royalty,
        middleware <== middlewareShare, burn <== burn, pool <== pool, version <== version
    );
    signal placement <== PackOrderPlacement()(index <== index, nonce <== nonce);
    heads[0] <== used * parametersCommitment;
    heads[1] <== used * inputsRoot;
    tails[0] <== used * programId;
    tails[1] <== used * parties;
    tails[2] <== used * prices;
    tails[3] <== used * placement;

    RangeCheck(14)(BASIS_POINTS() - savingsShare);
    RangeCheck(2 * depth - 1)(index - 2 ** (2 * depth - 1));

    signal conditions <== JoinOrderConditions()(
        nonce <== nonce, deadline <== deadline, minimumBond <== minimumBond, version <== version
    );
    signal shares <== JoinOrderShares()(modes <== modes, savingsShare <== savingsShare);
    component hash = Poseidon(16);
    hash.capacity <== DOMAIN_ORDER();
    hash.inputs <== [
        requester, conditions, shares, seed, middleware, programId, parametersCommitment, inputsRoot, jobCount, chunkSize, priceLimit, settlementFee,
        royalty, middlewareShare, burn, pool
    ];
    static <== hash.out;

    component seedHash = Poseidon(3);
    seedHash.capacity <== DOMAIN_SEED();
    seedHash.inputs <== [parametersCommitment, programId, seedSubject];
    seedStatic <== seedHash.out;
    seedPayload <== JoinSeedPayload()(
        royalty <== royalty, middleware <== middlewareShare, burn <== burn, pool <== pool, version <== version
    );

    // chunks = ceil(jobCount / chunkSize): the last chunk has 1 to chunkSize jobs.
    RangeCheck(6)(chunks - 1);
    signal earlier <== (chunks - 1) * chunkSize;
    RangeCheck(16)(jobCount - earlier - 1);
    RangeCheck(16)(chunkSize - (jobCount - earlier));

    // Below 2^97: no wrap. The operation's amount has 88 bits, and the message makes the two equal.
    signal price <== priceLimit * jobCount;
    amount <== price + settlementFee * chunks;
    signal payload <== JoinOrderPayload()(bitmap <== 0, remaining <== chunks);
    dynamic <== JoinCellDynamic()(amount <== amount, payload <== payload, kind <== KIND_ORDER());
}
