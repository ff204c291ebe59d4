// Tests for zero and for equality.
//
// Proves:   out = 1 when in = 0 (IsZero), or in[0] = in[1] (IsEqual); else out = 0.
// Assumes:  nothing.
// Inputs:   whole field elements.
// Size:     2 constraints.
pragma circom 2.2.0;

template IsZero() {
    signal input in;
    signal output out;
    // Any value of the hint is fine when in = 0; otherwise in * out = 0 forces out = 0, hence inverse = 1 / in.
    signal inverse <-- in != 0 ? 1 / in : 0;
    out <== 1 - in * inverse;
    in * out === 0;
}

template IsEqual() {
    signal input in[2];
    signal output out;
    out <== IsZero()(in[0] - in[1]);
}

// Size: 1 constraint. The division is by a value that the same constraint shows to be non-zero.
template AssertNonZero() {
    signal input in;
    signal inverse <-- in != 0 ? 1 / in : 0;
    in * inverse === 1;
}
