// Parameters of the digits network, unpacked from the committed words.
//
// Proves:   the words hold, field by field (circuits/programs/digits/reference.ts, parametersWords): hidden weights
//           (unit by unit, 64 each, 8 bits), hidden biases (14), output weights (class by class, 8), output biases
//           (26), each stored as itself plus half of its range; a field that would cross bit 248 starts the next
//           word; bits above the fields are zero. So every word decodes uniquely and every number is in its range:
//           weights -128..127, hidden biases -2^13..2^13 - 1, output biases -2^25..2^25 - 1.
//           hiddenRows[i] = sum over units j of hiddenWeights[j][i] * 2^(19 * j); hiddenBias likewise.
// Assumes:  nothing.
// Inputs:   words[digitsParameterWords(hidden)]: field elements.
// Size:     7,758 for hidden = 12: 7,532 bits, 31 sums, 195 outputs.
pragma circom 2.2.0;

include "math/range-check.circom";

// Bits per unit in a packed hidden sum: a sum lies in [-2^18, 2^18).
function DIGITS_HIDDEN_BITS() {
    return 19;
}

// Field number f of the packing: its width.
function digitsFieldBits(hidden, f) {
    if (f < 64 * hidden) { return 8; }
    if (f < 65 * hidden) { return 14; }
    if (f < 75 * hidden) { return 8; }
    return 26;
}

// Number of words.
function digitsParameterWords(hidden) {
    var words = 1;
    var used = 0;
    for (var f = 0; f < 75 * hidden + 10; f++) {
        var bits = digitsFieldBits(hidden, f);
        if (used + bits > 248) {
            words++;
            used = 0;
        }
        used += bits;
    }
    return words;
}

// Bits that the fields use of word number `word`.
function digitsWordBits(hidden, word) {
    var current = 0;
    var used = 0;
    var result = 0;
    for (var f = 0; f < 75 * hidden + 10; f++) {
        var bits = digitsFieldBits(hidden, f);
        if (used + bits > 248) {
            current++;
            used = 0;
        }
        used += bits;
        if (current == word) { result = used; }
    }
    return result;
}

template DigitsParameters(hidden) {
    var nWords = digitsParameterWords(hidden);
    signal input words[nWords];
    signal output hiddenRows[64];
    signal output hiddenBias;
    signal output outputWeights[10][hidden];
    signal output outputBiases[10];

    component unpacked[nWords];
    for (var w = 0; w < nWords; w++) {
        unpacked[w] = Bits(digitsWordBits(hidden, w));
        unpacked[w].in <== words[w];
    }

    // Place value of each unit in a packed row. Powers are made by doubling throughout: `**` is slow in witnesses.
    var unitPowers[hidden];
    unitPowers[0] = 1;
    for (var j = 1; j < hidden; j++) {
        unitPowers[j] = unitPowers[j - 1] * 2 ** DIGITS_HIDDEN_BITS();
    }

    // Linear forms of the bits; the outputs below give each a signal.
    var rows[64];
    var bias = 0;
    var word = 0;
    var used = 0;
    for (var f = 0; f < 75 * hidden + 10; f++) {
        var bits = digitsFieldBits(hidden, f);
        if (used + bits > 248) {
            word++;
            used = 0;
        }
        var value = 0;
        var power = 1;
        for (var b = 0; b < bits; b++) {
            value += unpacked[word].bits[used + b] * power;
            power += power;
        }
        value -= power / 2;
        used += bits;
        if (f < 64 * hidden) {
            rows[f % 64] += value * unitPowers[f \ 64];
        } else if (f < 65 * hidden) {
            bias += value * unitPowers[f - 64 * hidden];
        } else if (f < 75 * hidden) {
            var g = f - 65 * hidden;
            outputWeights[g \ hidden][g % hidden] <== value;
        } else {
            outputBiases[f - 75 * hidden] <== value;
        }
    }
    hiddenRows <== rows;
    hiddenBias <== bias;
}
