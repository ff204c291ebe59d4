// One cell that the block touches: opened against the running root, closed into the next (docs/protocol.md §2, §6).
//
// Proves:   the cell's old leaf is under `root` (an empty leaf when the block creates the cell) and its new leaf under
//           `nextRoot`; the public word is (index, new dynamic), 0 for an order that was deleted; the closing amount is
//           the last amount plus the credits, both within 88 bits.
// Assumes:  the memory argument ties (index, static, oldDynamic) and (index, static, lastDynamic, lastAccess) together;
//           the credit argument shows that `credit` is the sum of what the block credits to this cell and kind.
// Inputs:   isAccount, isSeed, isOrder, created: booleans (checked here), at most one kind set; bits: booleans (checked
//           here), the index; static, oldDynamic: the old leaf; amount 88, payload 88 bits (checked here): new
//           dynamic; credit, lastAccess: field elements; presence, facts 16 bits (checked here): multiplicities;
//           children: path of the leaf before this cell's change.
pragma circom 2.2.0;

include "generated/schema.circom";
include "hash/poseidon.circom";
include "math/is-zero.circom";
include "math/range-check.circom";
include "merkle/merkle-update.circom";

template Cell(depth) {
    signal input isAccount;
    signal input isSeed;
    signal input isOrder;
    signal input created;
    signal input bits[2 * depth];
    signal input static;
    signal input oldDynamic;
    signal input amount;
    signal input payload;
    signal input credit;
    signal input lastAccess;
    signal input presence;
    signal input facts;
    signal input children[depth][4];
    signal input root;

    signal output used;
    signal output existing;
    signal output index;
    // Cell and kind, for credits and lookups.
    signal output key;
    signal output word;
    signal output lastDynamic;
    // Terms of a seed, 0 for other kinds.
    signal output factPayload;
    // With lastAccess: absorbed before the challenge.
    signal output multiplicities;
    signal output nextRoot;

    isAccount * (isAccount - 1) === 0;
    isSeed * (isSeed - 1) === 0;
    isOrder * (isOrder - 1) === 0;
    used <== isAccount + isSeed + isOrder;
    used * (used - 1) === 0;
    created * (created - 1) === 0;
    (1 - used) * created === 0;
    existing <== used - created;

    var sum = 0;
    for (var i = 0; i < 2 * depth; i++) {
        bits[i] * (bits[i] - 1) === 0;
        sum += bits[i] * 2 ** i;
    }
    index <== sum;
    var kind = KIND_ACCOUNT() * isAccount + KIND_SEED() * isSeed + KIND_ORDER() * isOrder;
    key <== index * 16 + kind;

    RangeCheck(AMOUNT_BITS())(amount);
    RangeCheck(AMOUNT_BITS())(amount - credit);
    RangeCheck(PAYLOAD_BITS())(payload);
    signal dynamic <== JoinCellDynamic()(amount <== amount, payload <== payload, kind <== kind);
    lastDynamic <== dynamic - credit;
    factPayload <== isSeed * payload;

    // An order without payload has no chunk left. It is deleted, and then it was in the old tree and is empty, so that
    // neither its static part nor what was last written is free: no public word holds them.
    signal payloadIsZero <== IsZero()(payload);
    signal deleted <== isOrder * payloadIsZero;
    deleted * created === 0;
    deleted * amount === 0;
    deleted * credit === 0;

    // Unused slots take no part in the sums.
    (1 - used) * credit === 0;
    (1 - used) * presence === 0;
    (1 - used) * facts === 0;
    RangeCheck(16)(presence);
    RangeCheck(16)(facts);
    multiplicities <== presence + facts * 2 ** 16 + credit * 2 ** 32;

    component oldHash = Poseidon(2);
    oldHash.capacity <== DOMAIN_CELL();
    oldHash.inputs <== [static, oldDynamic];
    component newHash = Poseidon(2);
    newHash.capacity <== DOMAIN_CELL();
    newHash.inputs <== [static, dynamic];
    component update = MerkleUpdate(depth, DOMAIN_STATE_NODE());
    update.bits <== bits;
    update.oldLeaf <== existing * oldHash.out;
    update.newLeaf <== (used - deleted) * newHash.out;
    update.children <== children;
    used * (update.oldRoot - root) === 0;
    nextRoot <== root + used * (update.newRoot - root);

    signal shown <== (used - deleted) * dynamic;
    signal place <== used * index;
    word <== JoinCellWord()(dynamic <== shown, index <== place);
}
