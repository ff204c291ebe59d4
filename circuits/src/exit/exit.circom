// The exit of one cell from a frozen rollup (docs/exit.md).
//
// Proves:   under the state root d_0 the cell `index` is of kind `kind` and holds `amount`, and what it holds belongs to
//           `recipient`: the L1 owner of an account; for an order the L1 owner of its requester's account, which the
//           same root holds at the index that the order names; for a seed its id, whose recipient SeedRegistry knows.
//           The public words are
//             d_0 = root, d_1 = exitDomain, d_2 = amount | index | kind, d_3 = recipient,
//           and C, y are their commitment and their evaluation at z.
// Assumes:  d_0 is a root that the rollup accepted. Then the words of its cells have every field in range (the block
//           circuit's checks), and an order names a requester that exists. The contract compares d_0 and d_1.
// Public:   z; C and y as the main circuit's first two outputs, so that the public signals are [C, y, z].
// Private:  isAccount, isSeed: booleans (checked here), an order when neither; exitDomain 248 bits (checked here).
//           The account: accountBits, accountChildren: its path; ax, ay: field elements; owner 160, balance 88, nonce 40
//           bits (checked here). Read unless a seed leaves.
//           The locked cell, a seed or an order: lockedBits, lockedChildren: its path; vault (escrow of an order) 88,
//           payload 88 bits (checked here). Read unless an account leaves.
//           parametersCommitment, programId: field elements, parent 64, seedId 64 bits (checked here): the seed's static
//           preimage; order[11]: field elements, the order's.
// The parts that a kind does not read are free, and reach no public word.
// Size:     6,700 at depth 8, 9,116 at depth 12.
pragma circom 2.2.0;

include "generated/schema.circom";
include "exit/opened-cell.circom";
include "hash/poseidon.circom";
include "math/range-check.circom";
include "math/select.circom";
include "public-data/public-data.circom";

template Exit(depth) {
    signal input z;
    signal input root;
    signal input exitDomain;
    signal input isAccount;
    signal input isSeed;
    signal input accountBits[2 * depth];
    signal input accountChildren[depth][4];
    signal input ax;
    signal input ay;
    signal input owner;
    signal input balance;
    signal input nonce;
    signal input lockedBits[2 * depth];
    signal input lockedChildren[depth][4];
    signal input vault;
    signal input payload;
    signal input parametersCommitment;
    signal input programId;
    signal input parent;
    signal input seedId;
    signal input order[11];
    signal output C;
    signal output y;

    // A. Exactly one kind.
    var isOrder = 1 - isAccount - isSeed;
    isAccount * (isAccount - 1) === 0;
    isSeed * (isSeed - 1) === 0;
    isOrder * (isOrder - 1) === 0;

    // B. The account, for an account or an order. All fields of its dynamic word are in range, so the word has one
    //    decoding; so has that of the locked cell.
    RangeCheck(160)(owner);
    RangeCheck(AMOUNT_BITS())(balance);
    RangeCheck(40)(nonce);
    component accountStatic = PoseidonFixed(3, DOMAIN_ACCOUNT());
    accountStatic.inputs <== [ax, ay, owner];
    component account = OpenedCell(depth);
    account.bits <== accountBits;
    account.static <== accountStatic.out;
    account.dynamic <== balance + nonce * 2 ** OFFSET_CellDynamic_payload()
        + KIND_ACCOUNT() * 2 ** OFFSET_CellDynamic_kind();
    account.children <== accountChildren;
    (1 - isSeed) * (account.root - root) === 0;

    // C. The locked cell, for a seed or an order.
    RangeCheck(AMOUNT_BITS())(vault);
    RangeCheck(PAYLOAD_BITS())(payload);
    signal subject <== PackSeedSubject()(parent, seedId);
    component seedStatic = PoseidonFixed(3, DOMAIN_SEED());
    seedStatic.inputs <== [parametersCommitment, programId, subject];
    component orderStatic = PoseidonFixed(11, DOMAIN_ORDER());
    orderStatic.inputs <== order;
    var lockedKind = KIND_SEED() * isSeed + KIND_ORDER() * isOrder;
    component locked = OpenedCell(depth);
    locked.bits <== lockedBits;
    locked.static <== Select()(isSeed, orderStatic.out, seedStatic.out);
    locked.dynamic <== vault + payload * 2 ** OFFSET_CellDynamic_payload()
        + lockedKind * 2 ** OFFSET_CellDynamic_kind();
    locked.children <== lockedChildren;
    (1 - isAccount) * (locked.root - root) === 0;

    // D. An order's account is its requester's.
    isOrder * (order[0] - account.index) === 0;

    // E. Public words, every field in range: indices by their bits, the kind by its flags.
    signal amount <== Select()(isAccount, vault, balance);
    signal index <== Select()(isAccount, locked.index, account.index);
    signal recipient <== Select()(isSeed, owner, seedId);
    signal cell <== JoinExitCell()(amount, index, lockedKind + KIND_ACCOUNT() * isAccount);
    RangeCheck(248)(exitDomain);
    component publicData = PublicData(4);
    publicData.words <== [root, exitDomain, cell, recipient];
    publicData.z <== z;
    publicData.domain <== DOMAIN_PUBLIC_DATA();
    C <== publicData.commitment;
    y <== publicData.evaluation;
}
