// Selection by a bit.
//
// Proves:   out = whenOne if bit = 1, whenZero if bit = 0.
// Assumes:  bit is 0 or 1.
// Inputs:   bit: boolean; whenZero, whenOne: field elements.
// Size:     1 constraint.
pragma circom 2.2.0;

template Select() {
    signal input bit;
    signal input whenZero;
    signal input whenOne;
    signal output out;
    out <== whenZero + bit * (whenOne - whenZero);
}
