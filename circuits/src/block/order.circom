// One posted order: its public words, its static part, and what it locks (docs/protocol.md §4).
//
// Proves:   the three public words are the packing of the fields, zero in an unused slot; static is their hash; amount =
//           limit * jobs + settlement fee * chunks with chunks = earlierChunks + 1 in 1..64, jobs = earlierChunks *
//           chunkSize + lastChunk and 1 <= lastChunk <= chunkSize; the savings share is at most 10,000.
// Assumes:  the message from a PostOrder operation carries (requester, nonce, static, amount); the lookups show that
//           `seed` is a seed's cell with this program, these parameters and this payload, and that middleware is an
//           account; the memory argument that `index` is a cell that was empty, and the cell that it is in the upper half.
// Inputs:   used: boolean (checked here); earlierChunks 6, lastChunk, chunkSize 16, settlementFee, priceLimit,
//           minimumBond 64, deadline 40, modes 4, index 24 bits, savingsShare (checked here); requester, nonce, seed,
//           middleware, seedPayload, programId, parametersCommitment, inputsRoot: field elements.
//
// Before the challenges `static` is absorbed, which fixes the inputs of the hash; of the first tail word the three fields
// that it does not fix (index, savings share, modes) are in range, of the second all but the price limit; then
// seedPayload is what the others leave of the terms word. In range are by the arguments: requester and nonce, which are an
// operation's, seed and middleware, which are cells', seedPayload, a cell's payload. So the public words decode to
// exactly these fields.
pragma circom 2.2.0;

include "generated/schema.circom";
include "hash/poseidon.circom";
include "math/below-ten-thousand.circom";
include "math/range-check.circom";

// Proves: 0 <= in <= 10000: a remainder modulo 10000, or one more. Size: 17, and one linear.
template AtMostTenThousand() {
    signal input in;
    // Pinned by booleanity; where both values pass, both prove the claim.
    signal whole <-- in == BASIS_POINTS() ? 1 : 0;
    whole * (whole - 1) === 0;
    BelowTenThousand()(in - whole);
}

template PostedOrder() {
    signal input used;
    signal input requester;
    signal input nonce;
    signal input seed;
    signal input seedPayload;
    signal input middleware;
    signal input earlierChunks;
    signal input lastChunk;
    signal input chunkSize;
    signal input deadline;
    signal input savingsShare;
    signal input modes;
    signal input minimumBond;
    signal input priceLimit;
    signal input settlementFee;
    signal input index;
    signal input programId;
    signal input parametersCommitment;
    signal input inputsRoot;

    signal output head;
    signal output tails[2];
    signal output static;
    signal output amount;

    used * (used - 1) === 0;
    RangeCheck(INDEX_BITS())(index);
    AtMostTenThousand()(savingsShare);
    RangeCheck(4)(modes);
    RangeCheck(40)(deadline);
    RangeCheck(64)(minimumBond);
    RangeCheck(64)(priceLimit);
    RangeCheck(64)(settlementFee);

    // How the work is cut.
    RangeCheck(6)(earlierChunks);
    RangeCheck(16)(lastChunk - 1);
    RangeCheck(16)(chunkSize);
    RangeCheck(16)(chunkSize - lastChunk);
    signal earlierJobs <== earlierChunks * chunkSize;

    // Below 2^87: no wrap.
    signal price <== priceLimit * (earlierJobs + lastChunk);
    amount <== price + settlementFee * (earlierChunks + 1);

    var terms = seedPayload + savingsShare * 2 ** OFFSET_OrderTerms_savingsShare()
        + modes * 2 ** OFFSET_OrderTerms_modes() + earlierChunks * 2 ** OFFSET_OrderTerms_earlierChunks()
        + lastChunk * 2 ** OFFSET_OrderTerms_lastChunk() + chunkSize * 2 ** OFFSET_OrderTerms_chunkSize();
    var conditions = deadline * 2 ** OFFSET_OrderConditions_deadline()
        + minimumBond * 2 ** OFFSET_OrderConditions_minimumBond();
    component hash = PoseidonFixed(11, DOMAIN_ORDER());
    hash.inputs <== [
        requester, nonce, terms, conditions, seed, middleware, programId, parametersCommitment, inputsRoot, priceLimit,
        settlementFee
    ];
    static <== hash.out;

    var parties = nonce + requester * 2 ** OFFSET_OrderParties_requester() + seed * 2 ** OFFSET_OrderParties_seed()
        + middleware * 2 ** OFFSET_OrderParties_middleware() + index * 2 ** OFFSET_OrderParties_index()
        + settlementFee * 2 ** OFFSET_OrderParties_settlementFee()
        + savingsShare * 2 ** OFFSET_OrderParties_savingsShare() + modes * 2 ** OFFSET_OrderParties_modes();
    var work = priceLimit + earlierChunks * 2 ** OFFSET_OrderWork_earlierChunks()
        + lastChunk * 2 ** OFFSET_OrderWork_lastChunk() + chunkSize * 2 ** OFFSET_OrderWork_chunkSize()
        + deadline * 2 ** OFFSET_OrderWork_deadline() + minimumBond * 2 ** OFFSET_OrderWork_minimumBond();
    head <== used * inputsRoot;
    tails[0] <== used * parties;
    tails[1] <== used * work;
}
