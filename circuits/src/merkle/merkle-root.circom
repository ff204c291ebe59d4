// Root of a full 4-ary tree.
//
// Proves:   root is the root of the tree of the given depth over all its leaves, in order. A node is Poseidon(4) of
//           its children with capacity `domain`.
// Assumes:  the verifier knows the depth; leaves are hashed under another domain where depths could be mixed up.
// Inputs:   leaves[4 ** depth]: field elements.
// Size:     297 per node: 297 * (4 ** depth - 1) / 3.
pragma circom 2.2.0;

include "hash/poseidon.circom";

template MerkleRoot(depth, domain) {
    assert(depth >= 1);
    signal input leaves[4 ** depth];
    signal output root;

    // Nodes of all levels in one list: first those above the leaves, the root last.
    var count = (4 ** depth - 1) \ 3;
    component node[count];
    var below = 0; // first node of the level below
    var start = 0; // first node of this level
    for (var level = 1; level <= depth; level++) {
        var size = 4 ** (depth - level);
        for (var i = 0; i < size; i++) {
            node[start + i] = PoseidonFixed(4, domain);
            for (var j = 0; j < 4; j++) {
                if (level == 1) {
                    node[start + i].inputs[j] <== leaves[4 * i + j];
                } else {
                    node[start + i].inputs[j] <== node[below + 4 * i + j].out;
                }
            }
        }
        below = start;
        start += size;
    }
    root <== node[count - 1].out;
}
