// Root of the tree over a block's signed operations, two words each (docs/protocol.md §6).
//
// Proves:   out = the root of the 16-ary tree over words, missing children 0; its lowest nodes hash under
//           DOMAIN_OPERATIONS, the higher ones under DOMAIN_OPERATIONS_NODE.
// Assumes:  nothing: the words are whole field elements.
// Inputs:   words[n]: field elements.
// Size:     609 per node, plus what stands for constants.
//
// The two domains keep a higher node from being shown as eight operations; positions are bound by the path.
pragma circom 2.2.0;

include "generated/schema.circom";
include "hash/poseidon.circom";

template OperationsRoot(n) {
    signal input words[n];
    signal output out;

    var nodes = (n + 15) \ 16;
    component leaf[nodes];
    for (var i = 0; i < nodes; i++) {
        leaf[i] = PoseidonFixed(16, DOMAIN_OPERATIONS());
        for (var j = 0; j < 16; j++) {
            leaf[i].inputs[j] <== 16 * i + j < n ? words[16 * i + j] : 0;
        }
    }
    if (nodes == 1) {
        out <== leaf[0].out;
    } else {
        component above = OperationsAbove(nodes);
        for (var i = 0; i < nodes; i++) {
            above.nodes[i] <== leaf[i].out;
        }
        out <== above.out;
    }
}

// Root over nodes of one level.
template OperationsAbove(n) {
    signal input nodes[n];
    signal output out;

    var count = (n + 15) \ 16;
    component node[count];
    for (var i = 0; i < count; i++) {
        node[i] = PoseidonFixed(16, DOMAIN_OPERATIONS_NODE());
        for (var j = 0; j < 16; j++) {
            node[i].inputs[j] <== 16 * i + j < n ? nodes[16 * i + j] : 0;
        }
    }
    if (count == 1) {
        out <== node[0].out;
    } else {
        component above = OperationsAbove(count);
        for (var i = 0; i < count; i++) {
            above.nodes[i] <== node[i].out;
        }
        out <== above.out;
    }
}
