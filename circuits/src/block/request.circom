// One request of the L1 queue: Register, Deposit or RegisterSeed (docs/protocol.md §3).
//
// Proves:   the four public words are the packing of the fields, all zero in an unused slot; what the request creates
//           and credits follows from them.
// Assumes:  the words are those that L1 queued: the contract compares them with the queue's hash. There a Deposit
//           names an account, an index is created once, basis points sum to at most 10,000.
// Inputs:   isRegister, isDeposit, isSeed: booleans (checked here), at most one set; index 24, time 40, subject 160,
//           amount 88, payload 88 bits (checked here); head0, head1: field elements.
// Outputs:  words of the slot; created, static, dynamic: the cell that it creates; credit: amount for the account.
pragma circom 2.2.0;

include "generated/schema.circom";
include "hash/poseidon.circom";

template Request() {
    signal input isRegister;
    signal input isDeposit;
    signal input isSeed;
    signal input index;
    signal input time;
    signal input subject;
    signal input amount;
    signal input payload;
    signal input head0;
    signal input head1;

    signal output used;
    signal output route;
    signal output value;
    signal output created;
    signal output static;
    signal output dynamic;
    signal output credit;

    isRegister * (isRegister - 1) === 0;
    isDeposit * (isDeposit - 1) === 0;
    isSeed * (isSeed - 1) === 0;
    used <== isRegister + isDeposit + isSeed;
    used * (used - 1) === 0;

    var kind = REQUEST_REGISTER() * isRegister + REQUEST_DEPOSIT() * isDeposit + REQUEST_REGISTER_SEED() * isSeed;
    route <== PackRequestRoute()(kind <== kind, index <== index, time <== time, subject <== subject);
    value <== PackRequestValue()(amount <== amount, payload <== payload);
    // An unused slot has one encoding: zero.
    (1 - used) * route === 0;
    (1 - used) * value === 0;
    (1 - used) * head0 === 0;
    (1 - used) * head1 === 0;

    created <== isRegister + isSeed;
    component hash = Poseidon(3);
    hash.capacity <== DOMAIN_ACCOUNT() + isSeed * (DOMAIN_SEED() - DOMAIN_ACCOUNT());
    hash.inputs <== [head0, head1, subject];
    static <== hash.out;
    signal terms <== isSeed * payload;
    dynamic <== JoinCellDynamic()(
        amount <== 0, payload <== terms, kind <== KIND_ACCOUNT() * isRegister + KIND_SEED() * isSeed
    );
    credit <== amount * (isRegister + isDeposit);
}
