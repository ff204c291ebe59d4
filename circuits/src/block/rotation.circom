// One rotated key: the public words of an account's new static part (docs/protocol.md §4).
//
// Proves:   static is the account hash of the new key and the owner; the public words are the new key and the account's
//           index, zero in an unused slot.
// Assumes:  the message from a RotateKey operation carries (index, static, owner), with the owner of the static part that
//           signed: so the owner stays, and index has 24 bits. The contract shows that the key is on the curve and not of
//           small order.
// Inputs:   used: boolean (checked here); ax, ay, owner, index: field elements, zero in an unused slot but for the owner.
//           The block shows that indices rise from slot to slot: an account has one rotation.
// Outputs:  static is absorbed before the challenges; with the public words it fixes the owner.
pragma circom 2.2.0;

include "generated/schema.circom";
include "hash/poseidon.circom";

template Rotation() {
    signal input used;
    signal input ax;
    signal input ay;
    signal input owner;
    signal input index;

    signal output static;

    used * (used - 1) === 0;
    (1 - used) * ax === 0;
    (1 - used) * ay === 0;
    (1 - used) * index === 0;
    component account = PoseidonFixed(3, DOMAIN_ACCOUNT());
    account.inputs <== [ax, ay, owner];
    static <== account.out;
}
