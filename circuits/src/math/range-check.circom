// Range check by bits.
//
// Proves:   in = sum of bits[i] * 2^i with every bit 0 or 1, so 0 <= in < 2^width; the decomposition is unique.
// Assumes:  nothing; widths above 253 bits, where a second decomposition exists, are refused when compiling.
// Inputs:   in: field element.
// Powers of two are made by doubling: `**` is slow in witnesses.
// Size:     Bits: width + 1 constraints (one linear). RangeCheck: width.
pragma circom 2.2.0;

// Outputs the bits, lowest first.
template Bits(width) {
    assert(width >= 1 && width <= 253);
    signal input in;
    signal output bits[width];
    var sum = 0;
    var power = 1;
    for (var i = 0; i < width; i++) {
        // Pinned by booleanity and by the sum.
        bits[i] <-- (in >> i) & 1;
        bits[i] * (bits[i] - 1) === 0;
        sum += bits[i] * power;
        power += power;
    }
    sum === in;
}

// The lowest bit is not a signal of its own: it is what the others leave of the input, which saves the linear
// constraint. Size: width constraints.
template RangeCheck(width) {
    assert(width >= 1 && width <= 253);
    signal input in;
    signal higher[width - 1];
    var lowest = in;
    var power = 1;
    for (var i = 1; i < width; i++) {
        power += power;
        // Pinned by booleanity here and by the booleanity of what is left.
        higher[i - 1] <-- (in >> i) & 1;
        higher[i - 1] * (higher[i - 1] - 1) === 0;
        lowest -= higher[i - 1] * power;
    }
    lowest * (lowest - 1) === 0;
}
