// Poseidon with an initial capacity: circomlib's permutation (S-box x^5, 8 full rounds), nInputs in 1..16,
// width t = nInputs + 1.
//
// Proves:   out[i] is element i of the permutation of (capacity, inputs[0], ..., inputs[nInputs - 1]).
// Assumes:  nothing about the inputs; all are whole field elements.
// Inputs:   inputs[nInputs], capacity: field elements.
// Size:     3 per S-box, 3 * (8 * t + partial rounds): 243 / 300 / 612 for t = 3 / 5 / 17; three less for
//           PoseidonFixed. No linear constraints. A and B have one term each, but for the first round, and with a fixed
//           capacity one S-box of the second.
//
// The inputs of the S-boxes are signals, assigned with <-- and pinned jointly: the three constraints of an S-box
// are x2 = x * x, x4 = x2 * x2 and x4 * x = y, where y is written as a linear form of the *next* inputs. The
// linear layers are invertible, so the forms have exactly one solution; docs/decisions/003-poseidon.md has the
// argument, circuits/test/gadgets/poseidon.test.ts changes every signal of a good witness.
pragma circom 2.2.0;

include "generated/poseidon_constants.circom";

function poseidonPartialRounds(t) {
    var rounds[16] = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];
    return rounds[t - 2];
}

// Inverse of the leading n x n minor of the t x t mix, which starts at numbers[start]; all minors of a Cauchy matrix
// are invertible.
function poseidonLeadingInverse(numbers, start, t, n) {
    var left[17][17];
    var right[17][17];
    for (var i = 0; i < n; i++) {
        for (var j = 0; j < n; j++) {
            left[i][j] = numbers[start + i * t + j];
            right[i][j] = i == j ? 1 : 0;
        }
    }
    // Gauss-Jordan without exchanges: leading minors of leading minors are invertible too.
    for (var k = 0; k < n; k++) {
        var scale = 1 / left[k][k];
        for (var j = 0; j < n; j++) {
            left[k][j] *= scale;
            right[k][j] *= scale;
        }
        for (var i = 0; i < n; i++) {
            if (i != k) {
                var factor = left[i][k];
                for (var j = 0; j < n; j++) {
                    left[i][j] -= factor * left[k][j];
                    right[i][j] -= factor * right[k][j];
                }
            }
        }
    }
    return right;
}

// The permutation, with the capacity as a signal (fixed = 0) or as the number `constant` (fixed = 1).
template PoseidonPermutation(nInputs, nOut, fixed, constant) {
    assert(nInputs >= 1 && nInputs <= 16);
    assert(nOut >= 1 && nOut <= nInputs + 1);
    assert(fixed == 0 || fixed == 1);
    var t = nInputs + 1;
    var partialRounds = poseidonPartialRounds(t);

    signal input inputs[nInputs];
    signal input capacity[1 - fixed];
    signal output out[nOut];

    // Numbers of this width, one after another: constants C, mix M, its inverse, the mix P before the partial rounds,
    // its inverse, sparse matrices S, inverses of their determinants.
    var stride = 2 * t - 1;
    var M = 8 * t + partialRounds;
    var MInverse = M + t * t;
    var P = MInverse + t * t;
    var PInverse = P + t * t;
    var S = PInverse + t * t;
    var SInverse = S + stride * partialRounds;
    var K[8 * t + partialRounds + 4 * t * t + 2 * t * partialRounds];
    if (t == 2) {
        K = poseidonParameters2();
    } else if (t == 3) {
        K = poseidonParameters3();
    } else if (t == 4) {
        K = poseidonParameters4();
    } else if (t == 5) {
        K = poseidonParameters5();
    } else if (t == 6) {
        K = poseidonParameters6();
    } else if (t == 7) {
        K = poseidonParameters7();
    } else if (t == 8) {
        K = poseidonParameters8();
    } else if (t == 9) {
        K = poseidonParameters9();
    } else if (t == 10) {
        K = poseidonParameters10();
    } else if (t == 11) {
        K = poseidonParameters11();
    } else if (t == 12) {
        K = poseidonParameters12();
    } else if (t == 13) {
        K = poseidonParameters13();
    } else if (t == 14) {
        K = poseidonParameters14();
    } else if (t == 15) {
        K = poseidonParameters15();
    } else if (t == 16) {
        K = poseidonParameters16();
    } else if (t == 17) {
        K = poseidonParameters17();
    }

    // Inputs of the S-boxes of full rounds 2, 3 and 4..7 (row 0 stays linear in the inputs), of full round 1 and of the
    // partial rounds; their squares and fourth powers; the S-box outputs of the last round that no output replaces.
    // With a fixed capacity the first S-box of row 0 is a number, and one input of row 1 follows from the others.
    signal first[t - fixed];
    signal first2[t - fixed];
    signal first4[t - fixed];
    signal full[6][t];
    signal full2[7][t];
    signal full4[7][t];
    signal partial[partialRounds];
    signal partial2[partialRounds];
    signal partial4[partialRounds];
    signal last[t - nOut];

    var x[t];
    var y[t];
    // S-box outputs of row 0 that are numbers.
    var firstOutput = (constant + K[0]) ** 5;

    // Full round 0.
    if (fixed == 0) {
        x[0] = capacity[0] + K[0];
    } else {
        x[0] = constant + K[0];
    }
    for (var i = 1; i < t; i++) {
        x[i] = inputs[i - 1] + K[i];
    }
    for (var i = fixed; i < t; i++) {
        first2[i - fixed] <== x[i] * x[i];
        first4[i - fixed] <== first2[i - fixed] * first2[i - fixed];
    }
    for (var j = 0; j < t; j++) {
        if (j < fixed) {
            y[j] = firstOutput + K[t + j];
        } else {
            y[j] = first4[j - fixed] * x[j] + K[t + j];
        }
    }
    for (var i = fixed; i < t; i++) {
        var sum = 0;
        for (var j = 0; j < t; j++) {
            sum += K[M + j * t + i] * y[j];
        }
        // Pinned below, with all of the row: y = MInverse * row 1.
        first[i - fixed] <-- sum;
    }
    // Row 1: signals, but for the element that a fixed capacity's form gives.
    var row[t];
    for (var i = fixed; i < t; i++) {
        row[i] = first[i - fixed];
    }
    if (fixed == 1) {
        var missing = firstOutput + K[t];
        for (var i = 1; i < t; i++) {
            missing -= K[MInverse + i * t] * row[i];
        }
        row[0] = missing * (1 / K[MInverse]);
    }
    for (var j = fixed; j < t; j++) {
        var form = 0;
        for (var i = 0; i < t; i++) {
            form += K[MInverse + i * t + j] * row[i];
        }
        first4[j - fixed] * x[j] === form - K[t + j];
    }
    for (var i = 0; i < t; i++) {
        x[i] = row[i];
    }

    // Full rounds 1, 2; row r + 1 is full[r - 1].
    for (var r = 1; r < 3; r++) {
        for (var i = 0; i < t; i++) {
            full2[r - 1][i] <== x[i] * x[i];
            full4[r - 1][i] <== full2[r - 1][i] * full2[r - 1][i];
        }
        for (var j = 0; j < t; j++) {
            y[j] = full4[r - 1][j] * x[j] + K[(r + 1) * t + j];
        }
        for (var i = 0; i < t; i++) {
            var sum = 0;
            for (var j = 0; j < t; j++) {
                sum += K[M + j * t + i] * y[j];
            }
            // Pinned below, with all of the row: y = MInverse * full[r - 1].
            full[r - 1][i] <-- sum;
        }
        for (var j = 0; j < t; j++) {
            var form = 0;
            for (var i = 0; i < t; i++) {
                form += K[MInverse + i * t + j] * full[r - 1][i];
            }
            full4[r - 1][j] * x[j] === form - K[(r + 1) * t + j];
        }
        for (var i = 0; i < t; i++) {
            x[i] = full[r - 1][i];
        }
    }
    for (var i = 0; i < t; i++) {
        full2[2][i] <== x[i] * x[i];
        full4[2][i] <== full2[2][i] * full2[2][i];
    }

    // Values of the partial rounds, forwards. Assigns partial and full[2]; their constraints follow.
    var state[t];
    for (var j = 0; j < t; j++) {
        y[j] = full4[2][j] * x[j] + K[4 * t + j];
    }
    for (var i = 0; i < t; i++) {
        var sum = 0;
        for (var j = 0; j < t; j++) {
            sum += K[P + j * t + i] * y[j];
        }
        state[i] = sum;
    }
    for (var r = 0; r < partialRounds; r++) {
        // Pinned by the backward walk below.
        partial[r] <-- state[0];
        partial2[r] <== partial[r] * partial[r];
        partial4[r] <== partial2[r] * partial2[r];
        var power = partial4[r] * partial[r] + K[5 * t + r];
        var head = K[S + stride * r] * power;
        for (var k = 1; k < t; k++) {
            head += K[S + stride * r + k] * state[k];
            state[k] += K[S + stride * r + t + k - 1] * power;
        }
        state[0] = head;
    }
    for (var i = 0; i < t; i++) {
        // Pinned by the backward walk below.
        full[2][i] <-- state[i];
    }

    // Constraints of the partial rounds, backwards: the state after round r and the sparse matrix give the
    // S-box's output as a linear form, and the state before round r.
    var walk[t];
    for (var i = 0; i < t; i++) {
        walk[i] = full[2][i];
    }
    for (var r = partialRounds - 1; r >= 0; r--) {
        var form = walk[0];
        for (var k = 1; k < t; k++) {
            form -= K[S + stride * r + k] * walk[k];
        }
        form *= K[SInverse + r];
        partial4[r] * partial[r] === form - K[5 * t + r];
        for (var k = 1; k < t; k++) {
            walk[k] -= K[S + stride * r + t + k - 1] * form;
        }
        walk[0] = partial[r];
    }
    for (var j = 0; j < t; j++) {
        var form = 0;
        for (var i = 0; i < t; i++) {
            form += K[PInverse + i * t + j] * walk[i];
        }
        full4[2][j] * x[j] === form - K[4 * t + j];
    }

    // Full rounds 4..6.
    for (var i = 0; i < t; i++) {
        x[i] = full[2][i];
    }
    for (var r = 4; r < 7; r++) {
        var offset = 5 * t + partialRounds + (r - 4) * t;
        for (var i = 0; i < t; i++) {
            full2[r - 1][i] <== x[i] * x[i];
            full4[r - 1][i] <== full2[r - 1][i] * full2[r - 1][i];
        }
        for (var j = 0; j < t; j++) {
            y[j] = full4[r - 1][j] * x[j] + K[offset + j];
        }
        for (var i = 0; i < t; i++) {
            var sum = 0;
            for (var j = 0; j < t; j++) {
                sum += K[M + j * t + i] * y[j];
            }
            // Pinned below, with all of the row: y = MInverse * full[r - 1].
            full[r - 1][i] <-- sum;
        }
        for (var j = 0; j < t; j++) {
            var form = 0;
            for (var i = 0; i < t; i++) {
                form += K[MInverse + i * t + j] * full[r - 1][i];
            }
            full4[r - 1][j] * x[j] === form - K[offset + j];
        }
        for (var i = 0; i < t; i++) {
            x[i] = full[r - 1][i];
        }
    }

    // Full round 7: outputs replace the S-box outputs 0..nOut - 1, through the leading minor of the mix.
    for (var i = 0; i < t; i++) {
        full2[6][i] <== x[i] * x[i];
        full4[6][i] <== full2[6][i] * full2[6][i];
    }
    for (var i = nOut; i < t; i++) {
        last[i - nOut] <== full4[6][i] * x[i];
    }
    for (var i = 0; i < nOut; i++) {
        var sum = 0;
        for (var j = 0; j < t; j++) {
            sum += K[M + j * t + i] * full4[6][j] * x[j];
        }
        // Pinned below, jointly: the leading minor of the mix is invertible.
        out[i] <-- sum;
    }
    var rest[nOut];
    for (var i = 0; i < nOut; i++) {
        rest[i] = out[i];
        for (var k = nOut; k < t; k++) {
            rest[i] -= K[M + k * t + i] * last[k - nOut];
        }
    }
    if (nOut == 1) {
        (K[M] * full4[6][0]) * x[0] === rest[0];
    } else {
        var leadingInverse[17][17] = poseidonLeadingInverse(K, M, t, nOut);
        for (var j = 0; j < nOut; j++) {
            var form = 0;
            for (var i = 0; i < nOut; i++) {
                form += leadingInverse[i][j] * rest[i];
            }
            full4[6][j] * x[j] === form;
        }
    }
}

template PoseidonOutputs(nInputs, nOut) {
    signal input inputs[nInputs];
    signal input capacity;
    signal output out[nOut];

    component permutation = PoseidonPermutation(nInputs, nOut, 0, 0);
    permutation.inputs <== inputs;
    permutation.capacity[0] <== capacity;
    out <== permutation.out;
}

template Poseidon(nInputs) {
    signal input inputs[nInputs];
    signal input capacity;
    signal output out;

    component permutation = PoseidonPermutation(nInputs, 1, 0, 0);
    permutation.inputs <== inputs;
    permutation.capacity[0] <== capacity;
    out <== permutation.out[0];
}

// Poseidon with a number as capacity: three constraints less.
template PoseidonFixed(nInputs, capacity) {
    signal input inputs[nInputs];
    signal output out;

    component permutation = PoseidonPermutation(nInputs, 1, 1, capacity);
    permutation.inputs <== inputs;
    out <== permutation.out[0];
}
