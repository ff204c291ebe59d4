// Wrapper of every program: binds a chunk of jobs to the public words of a statement (DESIGN 6).
//
// Proves:   with B = 4^chunkDepth, and jobs i < count active, the public words are
//             d_0 = sponge(parameterWords) under DOMAIN_PARAMETERS,
//             d_1 = root of an order's inputs that holds at chunk `chunkIndex` the tree over leaves
//                   hash(inputWords[i]) (active) or 0,
//             d_2 = root of the tree over leaves hash(resultWords[i]) (active) or 0,
//             d_3 = statementDomain, d_4 = provider | from = chunkIndex * B | count, d_5 = price,
//           and C, y are their commitment and their evaluation at z. 1 <= count <= B; provider is 160 bits, price
//           64, statementDomain 248, chunkIndex 6. Input words of jobs that are not active are 0.
// Assumes:  the caller constrains resultWords and every use of parameterWords: resultWords[i] is a function of
//           inputWords[i] and parameterWords. Words that are read as numbers are range-checked by the caller.
// Public:   z; C and y as the main circuit's first two outputs, so that the public signals are [C, y, z].
// Private:  statementDomain 248 bits, provider 160, price 64, count, chunkIndex 6; inputsPath[3][4]: field elements,
//           from the chunk upwards the four children of each node on the path; words: field elements.
// Size:     chunkDepth 2, 2 input words, 1 result word, 31 parameter words: about 14,000.
pragma circom 2.2.0;

include "generated/schema.circom";
include "hash/poseidon.circom";
include "hash/sponge.circom";
include "math/range-check.circom";
include "merkle/merkle-inclusion.circom";
include "merkle/merkle-root.circom";
include "public-data/public-data.circom";

template TaskBatch(chunkDepth, nInputWords, nResultWords, nParameterWords) {
    // The count has 16 bits, an order's job indices 32.
    assert(chunkDepth >= 1 && chunkDepth <= 7);
    assert(nInputWords >= 1 && nInputWords <= 16);
    assert(nResultWords >= 1 && nResultWords <= 16);
    var B = 4 ** chunkDepth;

    signal input z;
    signal input statementDomain;
    signal input provider;
    signal input price;
    signal input count;
    signal input chunkIndex;
    signal input inputsPath[3][4];
    signal input inputWords[B][nInputWords];
    signal input resultWords[B][nResultWords];
    signal input parameterWords[nParameterWords];
    signal output C;
    signal output y;

    // A. Active jobs: a prefix of `count` jobs, at least one. Each flag is boolean, none follows a zero, and their
    //    sum is the count, so they are unique and the count is in 1..B.
    signal active[B];
    active[0] <== 1;
    var total = 1;
    for (var i = 1; i < B; i++) {
        // Pinned by the three constraints named above.
        active[i] <-- i < count ? 1 : 0;
        active[i] * (active[i] - 1) === 0;
        active[i] * (1 - active[i - 1]) === 0;
        total += active[i];
    }
    total === count;

    // B. Leaves. Inputs that are not active are zero, so that a statement has one witness.
    component inputHash[B];
    component resultHash[B];
    signal inputLeaf[B];
    signal resultLeaf[B];
    for (var i = 0; i < B; i++) {
        for (var w = 0; w < nInputWords; w++) {
            (1 - active[i]) * inputWords[i][w] === 0;
        }
        inputHash[i] = PoseidonFixed(nInputWords, DOMAIN_JOB_INPUT());
        inputHash[i].inputs <== inputWords[i];
        inputLeaf[i] <== active[i] * inputHash[i].out;
        resultHash[i] = PoseidonFixed(nResultWords, DOMAIN_JOB_RESULT());
        resultHash[i].inputs <== resultWords[i];
        resultLeaf[i] <== active[i] * resultHash[i].out;
    }

    // C. Roots. Leaves and nodes have different domains, and depths are fixed.
    signal chunkRoot <== MerkleRoot(chunkDepth, DOMAIN_JOB_NODE())(inputLeaf);
    signal chunkBits[6] <== Bits(6)(chunkIndex);
    signal inputsRoot <== MerkleInclusion(3, DOMAIN_JOB_NODE())(chunkBits, chunkRoot, inputsPath);
    signal resultsRoot <== MerkleRoot(chunkDepth, DOMAIN_JOB_NODE())(resultLeaf);

    // D. Parameters.
    signal parametersCommitment <== PoseidonSponge(nParameterWords)(parameterWords, DOMAIN_PARAMETERS());

    // E. Public words. The program does not use provider and price; they are bound here, so that nobody can take a
    //    proof over. `from` is below 64 * B and count at most B, so the packed word decodes uniquely.
    RangeCheck(248)(statementDomain);
    RangeCheck(160)(provider);
    RangeCheck(64)(price);
    signal range <== JoinStatementRange()(count, chunkIndex * B, provider);
    component publicData = PublicData(6);
    publicData.words <== [parametersCommitment, inputsRoot, resultsRoot, statementDomain, range, price];
    publicData.z <== z;
    publicData.domain <== DOMAIN_PUBLIC_DATA();
    C <== publicData.commitment;
    y <== publicData.evaluation;
}
