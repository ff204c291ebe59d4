// The lists of owners of a royalty split, one of each level, as they are committed (docs/royalty.md).
//
// Proves:   words[k][g] holds the owners 6 * g ... 6 * g + 5 of level k, counted from the level's first slot, each
//           share + receiver * 2^14 in 38 bits, the first lowest; 0 where the level has no such owner.
// Assumes:  reached is what RoyaltySlots outputs: boolean, in each level rising once, a later level not before an
//           earlier one; unused slots have share and receiver 0.
// Inputs:   receiver 24 bits, share 14 bits, reached boolean.
// Size:     OwnerLists 465, AlignedList 121. The labels W1 to W3 are the sentences of docs/royalty.md, section 4.
pragma circom 2.2.0;

include "generated/schema.circom";

// The owners in slots that have reached a level, moved down to place 0. `from` are the owners of this and later levels in
// their slots, `until` those of later levels; both are 0 in slots before the level.
//
// The level begins at slot 6 * whole + rest: the owners are moved by rest, then, packed, by whole words. Which of several
// sums for the same slot is used makes no difference.
template AlignedList() {
    var n = ROYALTY_PAYEES();
    var perWord = OWNERS_PER_WORD();
    var nWords = OWNER_LIST_WORDS();
    signal input from[n];
    signal input until[n];
    signal input reached[n];
    signal output words[nWords];

    var offset = n;
    for (var i = 0; i < n; i++) {
        offset -= reached[i];
    }
    signal rest[3];
    signal whole[3];
    var sum = 0;
    for (var b = 0; b < 3; b++) {
        // Pinned by booleanity, and jointly by the sum; no place is lost, since rest is at most the offset.
        rest[b] <-- ((offset % perWord) >> b) & 1;
        rest[b] * (rest[b] - 1) === 0;
        whole[b] <-- ((offset \ perWord) >> b) & 1;
        whole[b] * (whole[b] - 1) === 0;
        sum += (rest[b] + whole[b] * perWord) * 2 ** b;
    }
    sum === offset; // W2

    var owners[n];
    for (var i = 0; i < n; i++) {
        owners[i] = from[i] - until[i];
    }
    // W3.
    signal moved[3][n];
    for (var b = 0; b < 3; b++) {
        for (var i = 0; i < n; i++) {
            var next = 0;
            if (i + 2 ** b < n) {
                next = owners[i + 2 ** b];
            }
            moved[b][i] <== owners[i] + rest[b] * (next - owners[i]);
        }
        for (var i = 0; i < n; i++) {
            owners[i] = moved[b][i];
        }
    }

    var packed[nWords];
    for (var i = 0; i < n; i++) {
        packed[i \ perWord] += owners[i] * 2 ** (OWNER_BITS() * (i % perWord));
    }
    signal movedWords[3][nWords];
    for (var b = 0; b < 3; b++) {
        for (var g = 0; g < nWords; g++) {
            var next = 0;
            if (g + 2 ** b < nWords) {
                next = packed[g + 2 ** b];
            }
            movedWords[b][g] <== packed[g] + whole[b] * (next - packed[g]);
        }
        for (var g = 0; g < nWords; g++) {
            packed[g] = movedWords[b][g];
        }
    }
    words <== movedWords[2];
}

template OwnerLists() {
    var n = ROYALTY_PAYEES();
    var perWord = OWNERS_PER_WORD();
    var nWords = OWNER_LIST_WORDS();
    signal input receiver[n];
    signal input share[n];
    signal input reached[3][n];
    signal output words[4][nWords];

    // Owners of the levels from k + 1 on, in their slots.
    signal from[4][n];
    var first[nWords];
    for (var i = 0; i < n; i++) {
        var owner = share[i] + receiver[i] * 2 ** OFFSET_RoyaltyOwner_receiver();
        for (var k = 0; k < 3; k++) {
            from[k][i] <== reached[k][i] * owner; // W1
        }
        from[3][i] <== 0;
        first[i \ perWord] += (owner - from[0][i]) * 2 ** (OWNER_BITS() * (i % perWord));
    }
    for (var g = 0; g < nWords; g++) {
        words[0][g] <== first[g]; // W3
    }
    for (var k = 0; k < 3; k++) {
        words[k + 1] <== AlignedList()(from[k], from[k + 1], reached[k]);
    }
}
