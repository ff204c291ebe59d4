// Replaces one leaf of a 4-ary tree: old root to new root.
//
// Proves:   the tree with root oldRoot holds oldLeaf at the index; the tree that differs from it only by newLeaf at
//           that index has root newRoot. A node is Poseidon(4) of its children with capacity `domain`.
// Assumes:  the bits are boolean (for example from Bits); leaves of the same tree have the same depth, or are
//           hashed under another domain, so that a node can't be read as a leaf.
// Inputs:   bits[2 * depth]: booleans, the index from its lowest bit; oldLeaf, newLeaf: field elements;
//           children[depth][4]: from the leaves upwards, the *old* children of the node on the path at that level.
// Size:     601 per level.
pragma circom 2.2.0;

include "hash/poseidon.circom";
include "merkle/merkle-inclusion.circom";

template MerkleUpdate(depth, domain) {
    signal input bits[2 * depth];
    signal input oldLeaf;
    signal input newLeaf;
    signal input children[depth][4];
    signal output oldRoot;
    signal output newRoot;

    component oldNode[depth];
    component newNode[depth];
    signal newChildren[depth][4];

    var oldValue = oldLeaf;
    var newValue = newLeaf;
    for (var level = 0; level < depth; level++) {
        AssertSelected()(bits[2 * level], bits[2 * level + 1], children[level], oldValue);
        // New child k = old child k + selector k * change, the selectors being those of position b0 + 2 * b1.
        var b0 = bits[2 * level];
        var b1 = bits[2 * level + 1];
        var change = newValue - oldValue;
        for (var k = 0; k < 4; k++) {
            // Pinned by the four constraints below.
            newChildren[level][k] <-- children[level][k] + (b0 + 2 * b1 == k ? change : 0);
        }
        var change1 = newChildren[level][1] - children[level][1];
        var change2 = newChildren[level][2] - children[level][2];
        var change3 = newChildren[level][3] - children[level][3];
        b0 * change === change1 + change3;
        b1 * change === change2 + change3;
        // b1 = 0: change3 = 0, and so change1 = b0 * change. b1 = 1: change1 = 0, and so change3 = b0 * change.
        b1 * (change1 + change3) === change3;
        newChildren[level][0] === children[level][0] + change - change1 - change2 - change3;
        oldNode[level] = PoseidonFixed(4, domain);
        oldNode[level].inputs <== children[level];
        newNode[level] = PoseidonFixed(4, domain);
        newNode[level].inputs <== newChildren[level];
        oldValue = oldNode[level].out;
        newValue = newNode[level].out;
    }
    oldRoot <== oldValue;
    newRoot <== newValue;
}
