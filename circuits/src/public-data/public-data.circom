// The two public outputs of every circuit over its public words: commitment and evaluation.
//
// Proves:   commitment = sponge of the words under `domain`; evaluation = sum of words[i] * z^i.
// Assumes:  the caller range-checks tail words to 31 bytes (below 2^248) and pins unused words to zero; the verifier
//           derives z from the commitment and from the words it was given, so z is fixed only after the words.
// Inputs:   words[nWords]: field elements; z: field element, a public input of the main circuit;
//           domain: field element, a constant of the caller.
// Size:     612 per 16 words begun, plus nWords.
pragma circom 2.2.0;

include "hash/sponge.circom";

template PublicData(nWords) {
    assert(nWords >= 1);
    signal input words[nWords];
    signal input z;
    signal input domain;
    signal output commitment;
    signal output evaluation;

    commitment <== PoseidonSponge(nWords)(words, domain);

    // Horner's rule from the last word.
    signal tail[nWords];
    tail[nWords - 1] <== words[nWords - 1];
    for (var i = nWords - 2; i >= 0; i--) {
        tail[i] <== words[i] + z * tail[i + 1];
    }
    evaluation <== tail[0];
}
