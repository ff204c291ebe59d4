// One image through the digits network: 64 pixels, `hidden` units with ReLU, 10 classes, exact integers.
//
// Proves:   words hold 64 pixels of 5 bits (32 per word, pixel i at bits 5 * (i mod 32)), and label is the lowest
//           class with the highest score, for hidden_j = max(0, b_j + sum of w_ji * pixel_i) and
//           score_k = c_k + sum of v_kj * hidden_j.
// Assumes:  parameters as DigitsParameters gives them, with its ranges.
// Inputs:   words[2]: field elements (160 bits are proven here); hiddenRows[64], hiddenBias: packed, see below;
//           outputWeights[10][hidden], outputBiases[10]: signed.
// Size:     1,054 for hidden = 12.
//
// All units share their multiplications: row i packs the weights of pixel i for all units, 19 bits apart, so
// 64 products and one decomposition replace 64 * hidden products. With weights in [-2^7, 2^7), pixels in [0, 2^5)
// and biases in [-2^13, 2^13) a hidden sum is at least -64 * 31 * 128 - 2^13 = -2^18 and below 2^18, so sum + 2^18 is
// a digit of 19 bits, the packed sum is the number with these digits, and 19 * hidden <= 253 bits decode it uniquely.
// A score is at most 2^25 * (hidden + 1) < 2^29 in absolute value for hidden <= 13.
pragma circom 2.2.0;

include "math/less-than.circom";
include "math/range-check.circom";
include "programs/digits-parameters.circom";

template DigitsNetwork(hidden) {
    var unitBits = DIGITS_HIDDEN_BITS();
    assert(hidden >= 1 && hidden <= 13);
    assert(unitBits * hidden <= 253);
    signal input words[2];
    signal input hiddenRows[64];
    signal input hiddenBias;
    signal input outputWeights[10][hidden];
    signal input outputBiases[10];
    signal output label;

    // A. Pixels.
    component pixelBits[2];
    for (var w = 0; w < 2; w++) {
        pixelBits[w] = Bits(160);
        pixelBits[w].in <== words[w];
    }

    // B. Hidden sums, packed.
    signal products[64];
    var packed = hiddenBias;
    for (var i = 0; i < 64; i++) {
        var pixel = 0;
        var power = 1;
        for (var b = 0; b < 5; b++) {
            pixel += pixelBits[i \ 32].bits[5 * (i % 32) + b] * power;
            power += power;
        }
        products[i] <== hiddenRows[i] * pixel;
        packed += products[i];
    }
    var offset = 2 ** (unitBits - 1);
    for (var j = 0; j < hidden; j++) {
        packed += offset;
        offset *= 2 ** unitBits;
    }
    component sums = Bits(unitBits * hidden);
    sums.in <== packed;

    // C. ReLU: the highest bit of a digit says that the sum is not negative, the others are then the sum.
    signal hiddenValues[hidden];
    for (var j = 0; j < hidden; j++) {
        var rest = 0;
        var power = 1;
        for (var b = 0; b < unitBits - 1; b++) {
            rest += sums.bits[unitBits * j + b] * power;
            power += power;
        }
        hiddenValues[j] <== sums.bits[unitBits * j + unitBits - 1] * rest;
    }

    // D. Scores, moved by 2^29 to be unsigned numbers of 30 bits.
    signal terms[10][hidden];
    signal scores[10];
    for (var k = 0; k < 10; k++) {
        var score = outputBiases[k] + 2 ** 29;
        for (var j = 0; j < hidden; j++) {
            terms[k][j] <== outputWeights[k][j] * hiddenValues[j];
            score += terms[k][j];
        }
        scores[k] <== score;
    }

    // E. The first highest score: a later class wins only if its score is greater.
    signal best[10];
    signal bestLabel[10];
    signal wins[10];
    best[0] <== scores[0];
    bestLabel[0] <== 0;
    wins[0] <== 1;
    for (var k = 1; k < 10; k++) {
        wins[k] <== LessThan(30)(best[k - 1], scores[k]);
        best[k] <== best[k - 1] + wins[k] * (scores[k] - best[k - 1]);
        bestLabel[k] <== bestLabel[k - 1] + wins[k] * (k - bestLabel[k - 1]);
    }
    label <== bestLabel[9];
}
