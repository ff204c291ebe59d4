// The arguments over a block's accesses, at challenges drawn after everything they quantify over is fixed
// (docs/protocol.md §8): factors of grand products, and terms of sums of fractions.
//
// Assumes:  gamma and beta are drawn from a transcript that binds every input but the selector's effect.
pragma circom 2.2.0;

// Powers of beta: 1 to 8.
template Powers() {
    signal input beta;
    signal output powers[8];
    powers[0] <== beta;
    for (var i = 1; i < 8; i++) {
        powers[i] <== powers[i - 1] * beta;
    }
}

// Factor of one tuple of the memory argument: gamma - (index + beta static + beta^2 dynamic + beta^3 access) when
// selected, else 1. 4 constraints, 3 when access is a constant.
template CellFactor() {
    signal input selected;
    signal input index;
    signal input static;
    signal input dynamic;
    signal input access;
    signal input gamma;
    signal input powers[8];
    signal output factor;
    signal a <== powers[0] * static;
    signal b <== powers[1] * dynamic;
    signal c <== powers[2] * access;
    factor <== 1 + selected * (gamma - index - a - b - c - 1);
}

// Fingerprint of a PostOrder message: requester + beta nonce + beta^2 static + beta^3 amount, taken from gamma.
template OrderMessage() {
    signal input requester;
    signal input nonce;
    signal input static;
    signal input amount;
    signal input gamma;
    signal input powers[8];
    signal output value;
    signal a <== powers[0] * nonce;
    signal b <== powers[1] * static;
    signal c <== powers[2] * amount;
    value <== gamma - requester - a - b - c;
}

// Fingerprint of a list of payments that a multi-transfer or a distribution orders: commitment + beta total + beta^5,
// taken from gamma.
template ListMessage() {
    signal input commitment;
    signal input total;
    signal input gamma;
    signal input powers[8];
    signal output value;
    signal a <== powers[0] * total;
    value <== gamma - commitment - a - powers[4];
}

// Fingerprint of a CancelOrder message: requester + beta index + beta^2 static + beta^3 time + beta^6, taken from gamma.
template CancellationMessage() {
    signal input requester;
    signal input index;
    signal input static;
    signal input time;
    signal input gamma;
    signal input powers[8];
    signal output value;
    signal a <== powers[0] * index;
    signal b <== powers[1] * static;
    signal c <== powers[2] * time;
    value <== gamma - requester - a - b - c - powers[5];
}

// Fingerprint of a RotateKey message: index + beta static + beta^2 owner + beta^7, taken from gamma.
template RotationMessage() {
    signal input index;
    signal input static;
    signal input owner;
    signal input gamma;
    signal input powers[8];
    signal output value;
    signal a <== powers[0] * static;
    signal b <== powers[1] * owner;
    value <== gamma - index - a - b - powers[6];
}

// Fingerprint of a request about an order, on its way from the queue to a forced order's slot: route + beta task + beta^2
// head0 + beta^3 head1 + beta^8, taken from gamma. task = value + 2^176 * time of the request's slot.
template ForcedMessage() {
    signal input route;
    signal input task;
    signal input head0;
    signal input head1;
    signal input gamma;
    signal input powers[8];
    signal output value;
    signal a <== powers[0] * task;
    signal b <== powers[1] * head0;
    signal c <== powers[2] * head1;
    value <== gamma - route - a - b - c - powers[7];
}

template Product(n) {
    signal input factors[n];
    signal output out;
    signal partial[n];
    partial[0] <== factors[0];
    for (var i = 1; i < n; i++) {
        partial[i] <== partial[i - 1] * factors[i];
    }
    out <== partial[n - 1];
}

// numerator / (gamma - key). The inverse is a signal of its own, so that a numerator of zero makes a term of zero whatever the
// key is: in an unused slot the key may be chosen after gamma, and zero over zero would be free. A key that is gamma has no
// witness, which a drawn gamma meets with negligible probability. 2 constraints.
template Term() {
    signal input numerator;
    signal input key;
    signal input gamma;
    signal output term;
    // Pinned by the next constraint.
    signal inverse <-- 1 / (gamma - key);
    inverse * (gamma - key) === 1;
    term <== numerator * inverse;
}
