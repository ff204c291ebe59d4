// One signed operation: Transfer, PostOrder or Withdraw, or an unused slot (docs/protocol.md §4, §6).
//
// Proves:   the signer's key, which static binds, signed the message of exactly these fields; block time <= expiry;
//           the balance read covers the debit; the effective priority is the smaller of the operation's and of the
//           account's previous one; the access read lies before this slot and its sequence number is smaller.
// Assumes:  the memory argument shows that (signer, static, readDynamic, readAccess) is the account's cell as the
//           previous access left it. The key is on the curve and not of small order: L1 checks it at registration.
// Inputs:   isTransfer, isPostOrder, isWithdraw: booleans (checked here), at most one set; fields of OperationRoute,
//           amount 88 bits (checked here); data: field element; ax, ay, owner: the account; r8x, r8y, s: signature;
//           sequence 48, previousTime 16, previousPriority 32, balance 88 bits (checked here); previousSequence: within
//           2^48 below sequence (checked here); operationDomain, blockTime, time: given by the block.
// An unused slot carries any valid signature of any key; nothing of it leaves the slot.
pragma circom 2.2.0;

include "generated/schema.circom";
include "hash/poseidon.circom";
include "math/range-check.circom";
include "signature/eddsa.circom";

template Operation() {
    signal input isTransfer;
    signal input isPostOrder;
    signal input isWithdraw;
    signal input signer;
    signal input nonce;
    signal input expiry;
    signal input receiver;
    signal input fee;
    signal input priorityFee;
    signal input amount;
    signal input data;
    signal input ax;
    signal input ay;
    signal input owner;
    signal input r8x;
    signal input r8y;
    signal input s;
    signal input sequence;
    signal input previousTime;
    signal input previousPriority;
    signal input previousSequence;
    signal input balance;
    signal input operationDomain;
    signal input blockTime;
    signal input time;

    signal output used;
    // What the operations root commits to; zero in an unused slot.
    signal output trace[3];
    signal output static;
    signal output readDynamic;
    signal output writeDynamic;
    signal output readAccess;
    signal output writeAccess;
    // Sorts the slots: effective priority descending, then sequence number ascending.
    signal output rank;
    // Zero in an unused slot.
    signal output fees;
    signal output transferCredit;

    isTransfer * (isTransfer - 1) === 0;
    isPostOrder * (isPostOrder - 1) === 0;
    isWithdraw * (isWithdraw - 1) === 0;
    used <== isTransfer + isPostOrder + isWithdraw;
    used * (used - 1) === 0;

    // The message and its signature.
    var kind = OPERATION_TRANSFER() * isTransfer + OPERATION_POST_ORDER() * isPostOrder
        + OPERATION_WITHDRAW() * isWithdraw;
    signal route <== PackOperationRoute()(
        kind <== kind, signer <== signer, nonce <== nonce, expiry <== expiry, receiver <== receiver, fee <== fee,
        priorityFee <== priorityFee
    );
    RangeCheck(AMOUNT_BITS())(amount);
    (1 - isTransfer) * receiver === 0;
    (1 - isPostOrder) * data === 0;
    component account = Poseidon(3);
    account.capacity <== DOMAIN_ACCOUNT();
    account.inputs <== [ax, ay, owner];
    static <== account.out;
    component message = Poseidon(5);
    message.capacity <== DOMAIN_OPERATION();
    message.inputs <== [operationDomain, static, route, amount, data];
    VerifySignature()(ax <== ax, ay <== ay, r8x <== r8x, r8y <== r8y, s <== s, message <== message.out);

    // Expiry; in an unused slot nothing is compared.
    signal lifetime <== used * (expiry - blockTime);
    RangeCheck(40)(lifetime);

    // The debit.
    // The balance that is read has its own check: its word is balance + nonce * 2^88, and 2^88 units more with a nonce
    // of one less would be the same word.
    var debit = amount + fee + priorityFee;
    RangeCheck(AMOUNT_BITS())(balance);
    RangeCheck(AMOUNT_BITS())(balance - debit);
    readDynamic <== JoinCellDynamic()(amount <== balance, payload <== nonce, kind <== KIND_ACCOUNT());
    writeDynamic <== JoinCellDynamic()(amount <== balance - debit, payload <== nonce + 1, kind <== KIND_ACCOUNT());
    fees <== used * (fee + priorityFee);
    transferCredit <== isTransfer * amount;

    // Effective priority: one of the two and above neither.
    RangeCheck(32)(previousPriority);
    signal takesOwn <-- priorityFee <= previousPriority ? 1 : 0;
    takesOwn * (takesOwn - 1) === 0;
    signal effective <== previousPriority + takesOwn * (priorityFee - previousPriority);
    RangeCheck(32)(priorityFee - effective);
    RangeCheck(32)(previousPriority - effective);

    // Time and sequence number rise along the account's accesses.
    RangeCheck(16)(previousTime);
    RangeCheck(16)(time - previousTime - 1);
    RangeCheck(SEQUENCE_BITS())(sequence);
    RangeCheck(SEQUENCE_BITS())(sequence - previousSequence - 1);
    readAccess <== JoinAccessOrder()(time <== previousTime, priority <== previousPriority, sequence <== previousSequence);
    writeAccess <== JoinAccessOrder()(time <== time, priority <== effective, sequence <== sequence);
    rank <== effective * 2 ** SEQUENCE_BITS() + (2 ** SEQUENCE_BITS() - 1 - sequence);

    // Every field of the second word is bounded, the highest (previousSequence) by its distance to sequence: the word
    // decodes uniquely.
    trace[0] <== used * message.out;
    trace[1] <== used * (sequence + 2 ** SEQUENCE_BITS() * readAccess);
    trace[2] <== used * balance;
}
