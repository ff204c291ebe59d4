// EdDSA-Poseidon over BabyJubJub, as circomlib signs and verifies it.
//
// Proves:   there is a scalar S with S * B8 = R8 + h * 8A, h = Poseidon(5)(R8x, R8y, Ax, Ay, message), capacity 0:
//           a valid signature of the message under A. R8 is then on the curve, in the prime subgroup, and not the
//           neutral element.
// Assumes:  A is on the curve and not of small order (checked when the key is registered); nobody knows the
//           discrete logarithm of the offset, which is hashed from a text; computing discrete logarithms is hard.
//           A may have a component of small order; 8A has none.
// Inputs:   ax, ay, r8x, r8y, message: field elements. s: a hint, only read by the witness program; S and S + l are
//           the same signature here, so nothing may be identified by it.
// Size:     2,437 constraints.
//
// Works on the Montgomery form v^2 = u^3 + 168698 u^2 + u. One accumulator P starts at the offset, runs a ladder
// P = 2P + T over T = +-8A (digits of -h), then adds signed multiples of B8 (digits of S), the last of which
// takes the offset out again; what is left is R8. The additions are incomplete; docs/decisions/004-eddsa.md says
// why that is safe, and what binds each signal.
pragma circom 2.2.0;

include "generated/eddsa_constants.circom";
include "hash/poseidon.circom";

// Coefficient of u^2 in the Montgomery form.
function montgomeryA() {
    return 168698;
}

// Order l of the prime subgroup.
function subgroupOrder() {
    return 2736030358979909402780800718157159386076813972158567259200215660948447373041;
}

// Proves: (u2, v2) is twice (u, v). Assumes: (u, v) is on the curve and not of order 2. Size: 4.
template MontgomeryDouble() {
    signal input u;
    signal input v;
    signal output u2;
    signal output v2;
    signal squared <== u * u;
    var numerator = 3 * squared + 2 * montgomeryA() * u + 1;
    signal slope <-- numerator / (2 * v);
    slope * (2 * v) === numerator;
    u2 <== slope * slope - montgomeryA() - 2 * u;
    v2 <== slope * (u - u2) - v;
}

// Proves: (u3, v3) = 2 * (u1, v1) + (u2, v2), as (P + T) + P without the v of P + T. Assumes: both points are on the
// curve, neither has order 2, and they differ, else slope1 is free. For T = -P and T = -2P there is no solution.
// Size: 5.
template MontgomeryDoubleAdd() {
    signal input u1;
    signal input v1;
    signal input u2;
    signal input v2;
    signal output u3;
    signal output v3;
    signal slope1 <-- (v1 - v2) / (u1 - u2);
    slope1 * (u1 - u2) === v1 - v2;
    signal sum <== slope1 * slope1 - montgomeryA() - u1 - u2; // u of P + T
    signal slope2 <-- 2 * v1 / (u1 - sum) - slope1;
    (slope1 + slope2) * (u1 - sum) === 2 * v1;
    u3 <== slope2 * slope2 - montgomeryA() - u1 - sum;
    v3 <== slope2 * (u1 - u3) - v1;
}

// Proves: (u, v) is the Montgomery form of the Edwards point (x, y). Assumes: either the Edwards point is on the
// curve with x != 0, or (u, v) is on the curve with u != 0. Size: 2.
template AssertMontgomeryForm() {
    signal input x;
    signal input y;
    signal input u;
    signal input v;
    u * (1 - y) === 1 + y;
    v * x === u;
}

// Proves: (u2, v2) = 2^251 * (u1, v1) - e * base for an odd e with |e| < 2^251 and e = scalar - k * l mod the field,
// k in 0 .. 8. As integers e + k * l is the scalar, or the scalar plus or minus the field's order, at most one of the
// two; docs/decisions/004-eddsa.md treats it.
// Assumes: base is in the prime subgroup and not neutral; no relation between base and (u1, v1) is known.
// Size: 1,513.
template VariableBaseLadder() {
    signal input scalar;
    signal input baseU;
    signal input baseV;
    signal input u1;
    signal input v1;
    signal output u2;
    signal output v2;

    // Witness: an odd representative. quotient is 0 .. 7, one more when the remainder is even.
    var quotient = scalar \ subgroupOrder();
    var remainder = scalar - quotient * subgroupOrder();
    if (remainder % 2 == 0) {
        quotient += 1;
        remainder -= subgroupOrder();
    }
    // remainder = sum of (2 * bit - 1) * 2^i.
    var bits = (remainder + 2 ** 251 - 1) / 2;

    // k = bit 0..3, at most 8: bit 3 excludes the others.
    signal k[4];
    var sumK = 0;
    for (var i = 0; i < 4; i++) {
        k[i] <-- (quotient >> i) & 1;
        k[i] * (k[i] - 1) === 0;
        sumK += k[i] * 2 ** i;
    }
    k[3] * (k[0] + k[1] + k[2]) === 0;

    // digitV[i] = +-baseV by its square; the signs are bound to the scalar by one weighted sum.
    signal baseVSquared <== baseV * baseV;
    signal digitV[251];
    component step[251];
    var weighted = 0;
    var place = 2 ** 250;
    for (var i = 250; i >= 0; i--) {
        digitV[i] <-- ((bits >> i) & 1) == 1 ? -baseV : baseV;
        digitV[i] * digitV[i] === baseVSquared;
        weighted += digitV[i] * place;
        place = place >> 1;
        step[i] = MontgomeryDoubleAdd();
        step[i].u1 <== i == 250 ? u1 : step[i + 1].u3;
        step[i].v1 <== i == 250 ? v1 : step[i + 1].v3;
        step[i].u2 <== baseU;
        step[i].v2 <== digitV[i];
    }
    (sumK * subgroupOrder() - scalar) * baseV === weighted;
    u2 <== step[0].u3;
    v2 <== step[0].v3;
}

// Proves: (u2, v2) = (u1, v1) + e * B8 - 2^251 * offset for some e. Assumes: (u1, v1) is on the curve, and no relation
// between it, B8 and the offset is known. Size: 587.
template FixedBaseWindows() {
    signal input scalarHint;
    signal input u1;
    signal input v1;
    signal output u2;
    signal output v2;

    var tableU[332] = eddsaWindowU();
    var tableV[332] = eddsaWindowV();
    var tableVSquared[332] = eddsaWindowVSquared();
    var lastU[4] = eddsaLastU();
    var lastV[4] = eddsaLastV();

    // Witness: an odd representative, as digits 2 * t - 7 in base 8, the last one 2 * t - 3.
    var representative = scalarHint % subgroupOrder();
    if (representative % 2 == 0) {
        representative -= subgroupOrder();
    }
    var octal = (representative + 2 ** 251 - 1) / 2;

    // Any bits and any sign give a multiple of B8, so nothing binds them to each other.
    signal low[84];
    signal high[84];
    signal both[84];
    signal pointV[83];
    for (var j = 0; j < 84; j++) {
        var t = (octal >> (3 * j)) & 7;
        var magnitude = j == 83 ? t : (t >= 4 ? t - 4 : 3 - t);
        low[j] <-- magnitude & 1;
        low[j] * (low[j] - 1) === 0;
        high[j] <-- magnitude >> 1;
        high[j] * (high[j] - 1) === 0;
        both[j] <== low[j] * high[j];
        if (j < 83) {
            // v of the multiple, either sign, by its square.
            pointV[j] <-- t >= 4 ? tableV[4 * j + magnitude] : -tableV[4 * j + magnitude];
            pointV[j] * pointV[j] === tableVSquared[4 * j]
                + low[j] * (tableVSquared[4 * j + 1] - tableVSquared[4 * j])
                + high[j] * (tableVSquared[4 * j + 2] - tableVSquared[4 * j])
                + both[j] * (tableVSquared[4 * j] - tableVSquared[4 * j + 1]
                    - tableVSquared[4 * j + 2] + tableVSquared[4 * j + 3]);
        }
    }

    // Additions P + T by the chord through both; the slope is free only when P = T.
    signal slope[84];
    signal sumU[84];
    signal sumV[84];
    for (var j = 0; j < 84; j++) {
        var fromU = u1;
        var fromV = v1;
        if (j > 0) {
            fromU = sumU[j - 1];
            fromV = sumV[j - 1];
        }
        // The table entry that low and high select; both is their product.
        var pointU;
        var pointOfV;
        if (j < 83) {
            pointU = tableU[4 * j] + low[j] * (tableU[4 * j + 1] - tableU[4 * j])
                + high[j] * (tableU[4 * j + 2] - tableU[4 * j])
                + both[j] * (tableU[4 * j] - tableU[4 * j + 1] - tableU[4 * j + 2] + tableU[4 * j + 3]);
            pointOfV = pointV[j];
        } else {
            pointU = lastU[0] + low[j] * (lastU[1] - lastU[0]) + high[j] * (lastU[2] - lastU[0])
                + both[j] * (lastU[0] - lastU[1] - lastU[2] + lastU[3]);
            pointOfV = lastV[0] + low[j] * (lastV[1] - lastV[0]) + high[j] * (lastV[2] - lastV[0])
                + both[j] * (lastV[0] - lastV[1] - lastV[2] + lastV[3]);
        }
        slope[j] <-- (fromV - pointOfV) / (fromU - pointU);
        slope[j] * (fromU - pointU) === fromV - pointOfV;
        sumU[j] <== slope[j] * slope[j] - montgomeryA() - fromU - pointU;
        sumV[j] <== slope[j] * (fromU - sumU[j]) - fromV;
    }
    u2 <== sumU[83];
    v2 <== sumV[83];
}

template VerifySignature() {
    signal input ax;
    signal input ay;
    signal input r8x;
    signal input r8y;
    signal input s;
    signal input message;

    signal hash <== PoseidonFixed(5, 0)([r8x, r8y, ax, ay, message]);

    // 8A on the Montgomery form.
    signal keyU <-- (1 + ay) / (1 - ay);
    signal keyV <-- keyU / ax;
    AssertMontgomeryForm()(ax, ay, keyU, keyV);
    signal (key2U, key2V) <== MontgomeryDouble()(keyU, keyV);
    signal (key4U, key4V) <== MontgomeryDouble()(key2U, key2V);
    signal (key8U, key8V) <== MontgomeryDouble()(key4U, key4V);

    var offset[2] = eddsaOffset();
    signal (ladderU, ladderV) <== VariableBaseLadder()(hash, key8U, key8V, offset[0], offset[1]);
    signal (resultU, resultV) <== FixedBaseWindows()(s, ladderU, ladderV);
    AssertMontgomeryForm()(r8x, r8y, resultU, resultV);
}
