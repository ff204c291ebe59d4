// One cell of the state, shown to be there.
//
// Proves:   the tree of this depth with the given root holds, at `index`, the cell with this static part and dynamic
//           word.
// Assumes:  the caller decodes `dynamic` from fields whose ranges it checks, and compares `root` with the one it means.
// Inputs:   bits[2 * depth]: booleans (checked here), the index from its lowest bit; static, dynamic: field elements;
//           children[depth][4]: from the leaf upwards, the children of the node on the path at that level.
// Size:     243 + 302 per level.
pragma circom 2.2.0;

include "generated/schema.circom";
include "hash/poseidon.circom";
include "merkle/merkle-inclusion.circom";

template OpenedCell(depth) {
    // Indices have 24 bits.
    assert(depth >= 1 && depth <= 12);
    signal input bits[2 * depth];
    signal input static;
    signal input dynamic;
    signal input children[depth][4];
    signal output index;
    signal output root;

    var sum = 0;
    var power = 1;
    for (var i = 0; i < 2 * depth; i++) {
        bits[i] * (bits[i] - 1) === 0;
        sum += bits[i] * power;
        power += power;
    }
    index <== sum;
    component leaf = PoseidonFixed(2, DOMAIN_CELL());
    leaf.inputs <== [static, dynamic];
    root <== MerkleInclusion(depth, DOMAIN_STATE_NODE())(bits, leaf.out, children);
}
