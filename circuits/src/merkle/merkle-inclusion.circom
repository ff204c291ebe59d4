// Membership of one leaf in a 4-ary tree.
//
// Proves:   the tree with the given root holds the leaf at the index. A node is Poseidon(4) of its children with
//           capacity `domain`. An absent leaf is 0.
// Assumes:  the bits are boolean (for example from Bits); leaves of the same tree have the same depth, or are
//           hashed under another domain, so that a node can't be read as a leaf.
// Inputs:   bits[2 * depth]: booleans, the index from its lowest bit; leaf: field element;
//           children[depth][4]: from the leaves upwards, the children of the node on the path at that level.
// Size:     300 per level.
pragma circom 2.2.0;

include "hash/poseidon.circom";

// Proves: children[bit0 + 2 * bit1] = value. Assumes boolean bits. Size: 3 constraints.
template AssertSelected() {
    signal input bit0;
    signal input bit1;
    signal input children[4];
    signal input value;
    signal first <== bit0 * (children[1] - children[0]);
    signal second <== bit0 * (children[3] - children[2]);
    bit1 * (children[2] + second - children[0] - first) === value - children[0] - first;
}

template MerkleInclusion(depth, domain) {
    signal input bits[2 * depth];
    signal input leaf;
    signal input children[depth][4];
    signal output root;

    component node[depth];
    var value = leaf;
    for (var level = 0; level < depth; level++) {
        AssertSelected()(bits[2 * level], bits[2 * level + 1], children[level], value);
        node[level] = PoseidonFixed(4, domain);
        node[level].inputs <== children[level];
        value = node[level].out;
    }
    root <== value;
}
