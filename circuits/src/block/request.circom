// One request of the L1 queue (docs/protocol.md §3).
//
// Proves:   the four public words are the packing of the fields, all zero in an unused slot. What the request does follows
//           from them: it creates a cell, credits an account, or reads a cell and writes it changed, and a cell that exits
//           is written without its amount. Requests about orders are handed on by a message (forced-order.circom).
// Assumes:  the words are those that L1 queued: the contract compares them with the queue's hash. There every named cell
//           exists and is of the right kind, an index is created once, basis points sum to at most 10,000. The memory argument
//           shows that the cell (index, static) held `amount` and `heldPayload` when this request's turn came.
// Inputs:   is...: booleans (checked here), at most one set; index 24, time 40, subject 160, payload 88 bits (checked
//           here); amount 88 bits (checked here): what is deposited, or what the cell held; head0, head1: field elements;
//           cellStatic: field element, static part of the cell that is read; heldPayload 88 bits (checked here);
//           previousTime: below slotTime by at most 2^16 (checked here); slotTime: given by the block.
// Outputs:  public words; accesses, exits, forwards, writes: what the kind does; static, readDynamic, writeDynamic: the cell;
//           access: absorbed before the challenges with cellStatic; credit: units for the account.
//
// That at most one flag is set is no constraint of its own: the fields of `route` are not negative and it is below the field's
// modulus, so it is zero only without any flag; with two or more, 1 - used is not zero, and then it must be.
pragma circom 2.2.0;

include "generated/schema.circom";
include "hash/poseidon.circom";
include "math/range-check.circom";

template Request() {
    signal input isRegister;
    signal input isDeposit;
    signal input isSeed;
    signal input isExitAccount;
    signal input isExitSeed;
    signal input isUpdateTerms;
    signal input isExitOrder;
    signal input isForcedSettle;
    signal input index;
    signal input time;
    signal input subject;
    signal input amount;
    signal input payload;
    signal input head0;
    signal input head1;
    signal input cellStatic;
    signal input heldPayload;
    signal input previousTime;
    signal input slotTime;

    signal output used;
    signal output route;
    signal output value;
    // Reads and writes a cell; pays its amount out; is about an order; writes a cell.
    signal output accesses;
    signal output exits;
    signal output forwards;
    signal output writes;
    signal output static;
    signal output readDynamic;
    signal output writeDynamic;
    signal output access;
    signal output credit;

    isRegister * (isRegister - 1) === 0;
    isDeposit * (isDeposit - 1) === 0;
    isSeed * (isSeed - 1) === 0;
    isExitAccount * (isExitAccount - 1) === 0;
    isExitSeed * (isExitSeed - 1) === 0;
    isUpdateTerms * (isUpdateTerms - 1) === 0;
    isExitOrder * (isExitOrder - 1) === 0;
    isForcedSettle * (isForcedSettle - 1) === 0;
    exits <== isExitAccount + isExitSeed;
    accesses <== exits + isUpdateTerms;
    forwards <== isExitOrder + isForcedSettle;
    writes <== isRegister + isSeed + accesses;
    used <== writes + isDeposit + forwards;

    // The public words.
    RangeCheck(INDEX_BITS())(index);
    RangeCheck(40)(time);
    RangeCheck(160)(subject);
    RangeCheck(AMOUNT_BITS())(amount);
    RangeCheck(88)(payload);
    var kind = REQUEST_REGISTER() * isRegister + REQUEST_DEPOSIT() * isDeposit + REQUEST_REGISTER_SEED() * isSeed
        + REQUEST_EXIT_ACCOUNT() * isExitAccount + REQUEST_EXIT_SEED() * isExitSeed
        + REQUEST_UPDATE_SEED_TERMS() * isUpdateTerms + REQUEST_EXIT_ORDER() * isExitOrder
        + REQUEST_FORCED_SETTLE() * isForcedSettle;
    credit <== amount * (isRegister + isDeposit);
    route <== JoinRequestRoute()(kind <== kind, index <== index, time <== time, subject <== subject);
    value <== JoinRequestValue()(amount <== credit, payload <== payload);
    // An unused slot has one encoding: zero.
    (1 - used) * route === 0;
    (1 - used) * value === 0;
    (1 - used) * head0 === 0;
    (1 - used) * head1 === 0;

    // The cell: created with the static part that the words give, or the one that is there.
    component hash = Poseidon(3);
    hash.capacity <== DOMAIN_ACCOUNT() + isSeed * (DOMAIN_SEED() - DOMAIN_ACCOUNT());
    hash.inputs <== [head0, head1, subject];
    static <== hash.out + accesses * (cellStatic - hash.out);
    var cellKind = KIND_ACCOUNT() * (isRegister + isExitAccount) + KIND_SEED() * (isSeed + isExitSeed + isUpdateTerms);
    readDynamic <== JoinCellDynamic()(amount <== amount, payload <== heldPayload, kind <== cellKind);
    signal terms <== (isSeed + isUpdateTerms) * payload;
    signal keptPayload <== exits * heldPayload;
    signal keptAmount <== isUpdateTerms * amount;
    writeDynamic <== JoinCellDynamic()(amount <== keptAmount, payload <== terms + keptPayload, kind <== cellKind);

    // Absorbed before the challenges; every field is in range, so the word decodes uniquely.
    RangeCheck(88)(heldPayload);
    signal timeGap <== slotTime - previousTime - 1;
    RangeCheck(16)(timeGap);
    access <== amount + heldPayload * 2 ** 88 + timeGap * 2 ** 176;
}
