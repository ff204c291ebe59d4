// One cell that the block touches: opened against the running root, closed into the next (docs/protocol.md §2, §6).
//
// Proves:   the cell's old leaf is under `root` (an empty leaf when the block creates the cell) and its new leaf under
//           `nextRoot`; its static part changes only when it is an account that was there before; the public word is (index, new dynamic), 0 for an order that was deleted; the closing amount is
//           the last amount plus the credits, both within 88 bits; an order lies in the upper half of the tree.
// Assumes:  the memory argument ties (index, static, oldDynamic) and (index, newStatic, lastDynamic, lastAccess) together;
//           the credit argument shows that `credit` is the sum of what the block credits to this cell and kind.
// Inputs:   isAccount, isSeed, isOrder, created, opened: booleans (checked here), at most one kind set; bits: booleans
//           (checked here), the index; static, oldDynamic: the old leaf; newStatic: of the new leaf, static but where a key was
//           rotated (checked here); amount 88, payload 88 bits (checked here): new
//           dynamic; credit: amount less credit has 88 bits (checked here); lastAccess: field element; presence 16 bits (checked
//           here): how many new orders name the cell; opened: whether its static part is opened for lookups; children:
//           path of the leaf before this cell's change.
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
    signal input newStatic;
    signal input oldDynamic;
    signal input amount;
    signal input payload;
    signal input credit;
    signal input lastAccess;
    signal input presence;
    signal input opened;
    signal input children[depth][4];
    signal input root;

    signal output used;
    signal output index;
    signal output kind;
    signal output word;
    signal output dynamic;
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
    opened * (opened - 1) === 0;

    var sum = 0;
    var power = 1;
    for (var i = 0; i < 2 * depth; i++) {
        bits[i] * (bits[i] - 1) === 0;
        sum += bits[i] * power;
        power += power;
    }
    index <== sum;
    isOrder * (1 - bits[2 * depth - 1]) === 0;
    kind <== KIND_ACCOUNT() * isAccount + KIND_SEED() * isSeed + KIND_ORDER() * isOrder;

    signal lastAmount <== amount - credit;
    RangeCheck(AMOUNT_BITS())(lastAmount);
    RangeCheck(AMOUNT_BITS())(amount);
    RangeCheck(PAYLOAD_BITS())(payload);
    RangeCheck(16)(presence);
    dynamic <== amount + payload * 2 ** OFFSET_CellDynamic_payload() + kind * 2 ** OFFSET_CellDynamic_kind();
    factPayload <== isSeed * payload;

    // Only the key of an account that was in the old tree can be another.
    (newStatic - static) * (1 - isAccount + created) === 0;

    // An order without payload has no chunk left. It is deleted, and then it was in the old tree and is empty, so that
    // neither its static part nor what was last written is free: no public word holds them. No summand is negative,
    // so that a sum of zero makes each zero, here and in the next constraint.
    signal payloadIsZero <== IsZero()(payload);
    signal deleted <== isOrder * payloadIsZero;
    deleted * (created + amount + lastAmount) === 0;

    // Unused slots take no part in the sums.
    (1 - used) * (created + amount + lastAmount + presence + opened) === 0;
    multiplicities <== presence + opened * 2 ** 16 + credit * 2 ** 17;

    component oldHash = PoseidonFixed(2, DOMAIN_CELL());
    oldHash.inputs <== [static, oldDynamic];
    component newHash = PoseidonFixed(2, DOMAIN_CELL());
    newHash.inputs <== [newStatic, dynamic];
    component update = MerkleUpdate(depth, DOMAIN_STATE_NODE());
    update.bits <== bits;
    update.oldLeaf <== (used - created) * oldHash.out;
    update.newLeaf <== (used - deleted) * newHash.out;
    update.children <== children;
    used * (update.oldRoot - root) === 0;
    nextRoot <== root + used * (update.newRoot - root);

    signal place <== used * index;
    word <== (used - deleted) * dynamic + place * 2 ** OFFSET_CellWord_index();
}
