// Comparison of unsigned numbers.
//
// Proves:   out = 1 when left < right, else 0.
// Assumes:  left and right are below 2^width: range-check them before, the comparison of wider values is forgeable.
// Inputs:   left, right: width bits, width at most 252.
// Size:     width + 1 constraints.
pragma circom 2.2.0;

template LessThan(width) {
    assert(width >= 1 && width <= 252);
    signal input left;
    signal input right;
    signal output out;
    // left - right + 2^width lies in (0, 2^(width + 1)); its top bit is 1 - out. What the other bits leave of it is
    // the lowest bit.
    var difference = left - right + 2 ** width;
    // Pinned by booleanity and by the booleanity of what is left.
    out <-- 1 - ((difference >> width) & 1);
    out * (out - 1) === 0;
    var lowest = difference - (1 - out) * 2 ** width;
    signal middle[width - 1];
    for (var i = 1; i < width; i++) {
        // Pinned by booleanity and by the booleanity of what is left.
        middle[i - 1] <-- (difference >> i) & 1;
        middle[i - 1] * (middle[i - 1] - 1) === 0;
        lowest -= middle[i - 1] * 2 ** i;
    }
    lowest * (lowest - 1) === 0;
}
