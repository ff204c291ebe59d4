// Range check of a remainder modulo 10,000.
//
// Proves:   0 <= in < 10000.
// Assumes:  nothing.
// Inputs:   in: field element.
// Size:     16 constraints; two checks of 14 bits, of the value and of its complement, take 28.
//
// 10000 = 2^4 * 5^4: in = b + 16 * d, with b of four bits and d of four digits in base 5. Every digit is in its range, so
// the sum is at most 15 + 16 * 624 = 9999.
pragma circom 2.2.0;

// Proves: in is 0, 1, 2, 3 or 4. in * (in - 4) is 0, -3, -4, -3, 0 for these, and takes each value for no other, since
// a square equation has two roots. Size: 3.
template BaseFiveDigit() {
    signal input in;
    signal outer <== in * (in - 4);
    signal inner <== outer * (outer + 3);
    inner * (outer + 4) === 0;
}

template BelowTenThousand() {
    signal input in;
    signal bits[3];
    signal digits[4];
    // The lowest bit is what the others leave.
    var lowest = in;
    var place = 1;
    for (var i = 0; i < 3; i++) {
        place += place;
        // Pinned by booleanity and by the booleanity of what is left.
        bits[i] <-- (in >> (i + 1)) & 1;
        bits[i] * (bits[i] - 1) === 0;
        lowest -= bits[i] * place;
    }
    place += place;
    var rest = in >> 4;
    for (var i = 0; i < 4; i++) {
        // Pinned by its range and by the booleanity of what is left.
        digits[i] <-- rest % 5;
        BaseFiveDigit()(digits[i]);
        lowest -= digits[i] * place;
        rest = rest \ 5;
        place = place * 5;
    }
    lowest * (lowest - 1) === 0;
}
