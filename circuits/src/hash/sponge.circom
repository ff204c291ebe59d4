// Poseidon sponge over a list of fixed length, t = 17, rate 16, in overwrite mode.
//
// Proves:   with s_0 = domain + nWords and blocks of 16 words, the last padded with zeros,
//           s_{i+1} = element 0 of the permutation of (s_i, block i); out = the last s.
// Assumes:  domain constants of different uses are at least 2^32 apart (they are hashes; the schema's test checks
//           it), so that domain + length is injective; nWords in 1 .. 2^32 - 1. The words are whole field elements.
// Inputs:   words[nWords], domain: field elements.
// Size:     612 per 16 words begun, plus 1.
//
// Between two permutations the 16 rate elements are overwritten and the capacity element is kept, which is the
// sponge in overwrite mode; the length in the first capacity makes the encoding prefix-free, so the last capacity
// element may be given out. circuits/reference/hash.ts mirrors it; docs/decisions/003-poseidon.md says why.
pragma circom 2.2.0;

include "hash/poseidon.circom";

template PoseidonSponge(nWords) {
    assert(nWords >= 1 && nWords < 2 ** 32);
    signal input words[nWords];
    signal input domain;
    signal output out;

    var blocks = (nWords + 15) \ 16;
    component permutation[blocks];
    for (var b = 0; b < blocks; b++) {
        permutation[b] = Poseidon(16);
        for (var i = 0; i < 16; i++) {
            permutation[b].inputs[i] <== 16 * b + i < nWords ? words[16 * b + i] : 0;
        }
        permutation[b].capacity <== b == 0 ? domain + nWords : permutation[b - 1].out;
    }
    out <== permutation[blocks - 1].out;
}
