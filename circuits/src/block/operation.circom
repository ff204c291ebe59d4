// One signed operation of any kind, or an unused slot (docs/protocol.md §4, §6).
//
// Proves:   the signer's key, which static binds, signed the message of exactly these fields; block time <= expiry;
//           the balance read covers the debit; the effective priority is the smaller of the operation's and of the
//           account's previous one; the access read lies before this slot and its sequence number is smaller; staticAfter
//           is data when the key is rotated, else static.
// Assumes:  the memory argument shows that the cell (signer, static) had, before this slot, the balance
//           `balance`, this nonce and the access before. The key is on the curve and not of
//           small order: L1 checks it at registration. blockTime is below 2^40, time below 2^16.
// Inputs:   isTransfer, isPostOrder, isWithdraw, isMultiTransfer, isCancelOrder, isRotateKey: booleans (checked here), at
//           most one set; fields of OperationRoute, amount 88 bits (checked here), zero where a kind has none (checked here,
//           but in an unused slot); data: field element; ax, ay, owner: the account; r8x, r8y, s: signature;
//           expiry: less than 2^40 after blockTime; balance: less the debit, 88 bits; previousTime, previousSequence: less
//           than 2^16 and 2^48 below time and sequence; sequence 48 bits; previousPriority: within 2^32 of the priority
//           fee (all checked here); operationDomain, blockTime, time: given by the block.
// An unused slot carries any valid signature of any key; nothing of it leaves the slot but its place in the order.
//
// Three values that are read have no range check of their own. What is checked bounds them, and the gaps in their packed
// words make the decoding unique over these bounds (docs/protocol.md §8, "Decoding"):
//   expiry          in [blockTime, blockTime + 2^40);
//   previous access time in (-2^16, time), sequence in (-2^48, sequence), priority in (-2^32, 2^33);
//   balance         in [0, 2^90), from what is left and the debit.
pragma circom 2.2.0;

include "generated/schema.circom";
include "hash/poseidon.circom";
include "math/range-check.circom";
include "signature/eddsa.circom";

template Operation() {
    signal input isTransfer;
    signal input isPostOrder;
    signal input isWithdraw;
    signal input isMultiTransfer;
    signal input isCancelOrder;
    signal input isRotateKey;
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

    // What the operations root commits to; zero in an unused slot.
    signal output trace[2];
    signal output static;
    // Static part with which the account's cell is written.
    signal output staticAfter;
    // |priorityFee - previousPriority|: the effective priority is half of their sum less this.
    signal output distance;
    // Zero in an unused slot.
    signal output fees;
    signal output transferCredit;

    isTransfer * (isTransfer - 1) === 0;
    isPostOrder * (isPostOrder - 1) === 0;
    isWithdraw * (isWithdraw - 1) === 0;
    isMultiTransfer * (isMultiTransfer - 1) === 0;
    isCancelOrder * (isCancelOrder - 1) === 0;
    isRotateKey * (isRotateKey - 1) === 0;
    var hasData = isPostOrder + isMultiTransfer + isCancelOrder + isRotateKey;
    var used = isTransfer + isWithdraw + hasData;
    used * (used - 1) === 0;

    // The message and its signature.
    RangeCheck(INDEX_BITS())(signer);
    RangeCheck(40)(nonce);
    RangeCheck(40)(expiry - blockTime);
    RangeCheck(INDEX_BITS())(receiver);
    RangeCheck(56)(fee);
    RangeCheck(32)(priorityFee);
    RangeCheck(AMOUNT_BITS())(amount);
    (1 - isTransfer - isCancelOrder) * receiver === 0;
    (1 - hasData) * data === 0;
    (isCancelOrder + isRotateKey) * amount === 0;
    var route = OPERATION_TRANSFER() * isTransfer + OPERATION_POST_ORDER() * isPostOrder
        + OPERATION_WITHDRAW() * isWithdraw + OPERATION_MULTI_TRANSFER() * isMultiTransfer
        + OPERATION_CANCEL_ORDER() * isCancelOrder + OPERATION_ROTATE_KEY() * isRotateKey
        + signer * 2 ** OFFSET_OperationRoute_signer() + nonce * 2 ** OFFSET_OperationRoute_nonce()
        + expiry * 2 ** OFFSET_OperationRoute_expiry()
        + receiver * 2 ** OFFSET_OperationRoute_receiver() + fee * 2 ** OFFSET_OperationRoute_fee()
        + priorityFee * 2 ** OFFSET_OperationRoute_priorityFee();
    component account = PoseidonFixed(3, DOMAIN_ACCOUNT());
    account.inputs <== [ax, ay, owner];
    static <== account.out;
    staticAfter <== static + isRotateKey * (data - static);
    component message = Poseidon(4);
    message.capacity <== DOMAIN_OPERATION() + operationDomain;
    message.inputs <== [static, route, amount, data];
    VerifySignature()(ax <== ax, ay <== ay, r8x <== r8x, r8y <== r8y, s <== s, message <== message.out);

    // The debit.
    RangeCheck(AMOUNT_BITS())(balance - amount - fee - priorityFee);
    fees <== used * (fee + priorityFee);
    transferCredit <== isTransfer * amount;

    // Pinned by its range and the square equation: the one of the two differences that is not negative.
    distance <-- priorityFee >= previousPriority ? priorityFee - previousPriority : previousPriority - priorityFee;
    RangeCheck(32)(distance);
    (distance - priorityFee + previousPriority) * (distance + priorityFee - previousPriority) === 0;

    // Time and sequence number rise along the account's accesses.
    RangeCheck(16)(time - previousTime - 1);
    RangeCheck(SEQUENCE_BITS())(sequence);
    RangeCheck(SEQUENCE_BITS())(sequence - previousSequence - 1);

    var record = sequence + previousTime * 2 ** OFFSET_OperationRecord_previousTime()
        + previousPriority * 2 ** OFFSET_OperationRecord_previousPriority()
        + previousSequence * 2 ** OFFSET_OperationRecord_previousSequence()
        + balance * 2 ** OFFSET_OperationRecord_balance();
    trace[0] <== used * message.out;
    trace[1] <== used * record;
}
