// The leases' challenge game on a local chain: a chunk settled for another provider, two orders of the same work in one
// block, and everything that must not count as evidence. Each test starts from the same chain.
import {
  buildLeaseEvidence,
  cellDynamicWord,
  getOrder,
  type LeasedWork,
  type LeaseEvidence,
  leaseSettlements,
  orderStatic,
} from "@catalyze/circuits/reference";
import { orderId } from "@catalyze/circuits/schema";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  CTZ,
  FAR,
  indexOf,
  type LeaseMessage,
  type OperatorWorld,
  type Role,
  signLease,
  startOperatorWorld,
  TERMS,
  testOrder,
} from "../support/operator.js";

type Sealed = Awaited<ReturnType<OperatorWorld["submitBlock"]>>;

/** Cells of the two orders, of alice and of bob, which ask for the same work. */
const [FIRST, SECOND] = [32, 33];

let world: OperatorWorld;
/** Blocks from the one that settles the first chunk on. */
let [first, both]: Sealed[] = [];
let snapshot: `0x${string}`;

const operator = (): `0x${string}` => world.accounts.operator.address;
const bonded = async (): Promise<bigint> =>
  ((await world.read("stake", "stakeOf", [operator()])) as { bonded: bigint }).bonded;

async function pass(seconds: bigint): Promise<void> {
  await world.test.increaseTime({ seconds: Number(seconds) });
  await world.test.mine({ blocks: 1 });
}

/** Lease of a chunk of the first order to a provider around a block's time. */
function leaseOf(sealed: Sealed, chunk: number, provider: Role, more: Partial<LeaseMessage> = {}) {
  const order = testOrder("alice", 0n);
  const { time } = sealed.block.header;
  return signLease(world, {
    orderId: orderId.encode({ nonce: 0n, requester: BigInt(indexOf("alice")) }),
    orderIndex: FIRST,
    orderStatic: orderStatic(order),
    chunk,
    programId: order.programId,
    parametersCommitment: order.parametersCommitment,
    inputsRoot: order.inputsRoot,
    from: 2 * chunk,
    count: 2,
    provider: world.accounts[provider].address,
    price: order.priceLimit,
    since: time - 5n,
    until: time + 5n,
    ...more,
  });
}

const workOf = (lease: LeaseMessage): LeasedWork => ({
  ...lease,
  from: BigInt(lease.from),
  count: BigInt(lease.count),
  provider: BigInt(lease.provider),
});

const evidenceOf = (sealed: Sealed, lease: LeaseMessage): LeaseEvidence =>
  buildLeaseEvidence(sealed.block, sealed.before, workOf(lease))!;

const reverts = (signed: Awaited<ReturnType<typeof leaseOf>>, evidence: LeaseEvidence) =>
  world.revertOf("eve", "leases", "challengeLease", [signed.lease, signed.signature, evidence]);

beforeAll(async () => {
  world = await startOperatorWorld();
  await world.submitBlock(() => undefined);
  await world.submitBlock((draft) => {
    for (const [role, sequence] of [
      ["alice", 1n],
      ["bob", 2n],
    ] as const) {
      const common = { signer: indexOf(role), nonce: 0n, expiry: FAR, fee: 0n, priorityFee: 0n };
      const operation = { kind: "postOrder" as const, ...common, order: testOrder(role, 0n) };
      draft.addOperation(world.sign(operation, role).signed, sequence);
    }
  });
  const settlement = (orderIndex: number, chunk: number, role: Role) => ({
    orderIndex,
    chunk,
    provider: indexOf(role),
    resultsRoot: 99n,
    price: 90n,
  });
  first = await world.submitBlock((draft) => {
    draft.addSettlement(settlement(FIRST, 0, "dave"));
  });
  await pass(100n);
  both = await world.submitBlock((draft) => {
    draft.addSettlement(settlement(FIRST, 1, "carol"));
    draft.addSettlement(settlement(SECOND, 1, "dave"));
  });
});

beforeEach(async () => {
  snapshot = await world.test.snapshot();
});

afterEach(async () => {
  await world.test.revert({ id: snapshot });
});

afterAll(async () => {
  await world.chain.stop();
});

test("a chunk settled for another during the lease costs stake", async () => {
  const signed = await leaseOf(first!, 0, "carol");
  const evidence = evidenceOf(first!, signed.lease);
  const { gasUsed } = await world.send("eve", "leases", "challengeLease", [
    signed.lease,
    signed.signature,
    evidence,
  ]);
  expect(gasUsed).toBeLessThan(3_000_000n);
  expect(leaseSettlements(first!.block, workOf(signed.lease), "leased")).toEqual([]);
  expect(await reverts(signed, evidence)).toBe("LeaseChallengedAlready");
  const finalise = [signed.lease, operator()];
  expect(await world.revertOf("bob", "leases", "finaliseLease", finalise)).toBe("LeaseWindowOpen");
  await pass(TERMS.windowSeconds + 1n);
  await world.send("bob", "leases", "finaliseLease", finalise);
  expect(await bonded()).toBe(4_000n * CTZ);
  expect(await world.revertOf("bob", "leases", "finaliseLease", finalise)).toBe("NoOpenLeaseChallenge");
});

test("the settlement of another order of the same work is answered with the leased provider's", async () => {
  const signed = await leaseOf(both!, 1, "carol");
  const { lease, signature } = signed;
  await world.send("eve", "leases", "challengeLease", [lease, signature, evidenceOf(both!, lease)]);
  const words = evidenceOf(both!, lease).words;
  const [own] = leaseSettlements(both!.block, workOf(lease), "leased");
  const [other] = leaseSettlements(both!.block, workOf(lease), "other");
  const answer = (given: typeof own, at = words) =>
    world.revertOf("bob", "leases", "answerLease", [lease, operator(), at, given]);
  expect(await answer(other)).toBe("OtherProvider");
  expect(await answer({ ...own!, index: 5n })).toBe("SettlementMismatch");
  expect(await answer({ ...own!, statement: other!.statement })).toBe("SettlementMismatch");
  expect(await answer(own, evidenceOf(first!, (await leaseOf(first!, 0, "carol")).lease).words)).toBe(
    "BlockWordsMismatch",
  );
  const before = (await world.read("ctz", "balanceOf", [operator()])) as bigint;
  expect(await answer(own)).toBeUndefined();
  expect(((await world.read("ctz", "balanceOf", [operator()])) as bigint) - before).toBe(TERMS.bond);
  expect(await answer(own)).toBe("NoOpenLeaseChallenge");
  expect(await reverts(signed, evidenceOf(both!, lease))).toBe("LeaseChallengedAlready");
  expect(await bonded()).toBe(5_000n * CTZ);
});

test("an answer after the window comes too late", async () => {
  const { lease, signature } = await leaseOf(both!, 1, "carol");
  const evidence = evidenceOf(both!, lease);
  await world.send("eve", "leases", "challengeLease", [lease, signature, evidence]);
  await pass(TERMS.windowSeconds + 1n);
  const [own] = leaseSettlements(both!.block, workOf(lease), "leased");
  const call = [lease, operator(), evidence.words, own];
  expect(await world.revertOf("bob", "leases", "answerLease", call)).toBe("LeaseWindowOver");
});

test("what the lease does not forbid is no evidence", async () => {
  const { time } = first!.block.header;
  const good = await leaseOf(first!, 0, "carol");
  const evidence = evidenceOf(first!, good.lease);
  const before = await leaseOf(first!, 0, "carol", { since: time + 1n });
  const after = await leaseOf(first!, 0, "carol", { until: time - 1n });
  expect(await reverts(before, evidence)).toBe("OutsideLease");
  expect(await reverts(after, evidence)).toBe("OutsideLease");
  expect(await reverts(await leaseOf(first!, 0, "dave"), evidence)).toBe("LeaseKept");
  for (const change of [
    { inputsRoot: 5n },
    { parametersCommitment: 5n },
    { programId: 5n },
    { from: 1 },
    { count: 3 },
  ]) {
    expect(await reverts(await leaseOf(first!, 0, "carol", change), evidence)).toBe("OtherWork");
  }
});

test("evidence must show that this order's chunk was settled in this block", async () => {
  const signed = await leaseOf(first!, 0, "carol");
  const good = evidenceOf(first!, signed.lease);
  // The same work of the other order is still open after the block.
  const second = { orderIndex: SECOND, orderStatic: orderStatic(testOrder("bob", 0n)) };
  const other = await leaseOf(first!, 0, "carol", second);
  const foreign = {
    ...good,
    cellDynamic: cellDynamicWord(getOrder(first!.before, SECOND)),
    path: first!.before.tree.proof(SECOND).children,
  };
  expect(await reverts(other, foreign)).toBe("ChunkNotSettledHere");
  // The two orders are neighbours in the tree and alike in content: the path fits both, the public cell only one.
  expect(await reverts(other, good)).toBe("ChunkNotSettledHere");
  // In a later block the chunk had been settled already.
  const later = await leaseOf(both!, 1, "carol", { chunk: 0 });
  expect(await reverts(later, evidenceOf(both!, { ...later.lease }))).toBe("ChunkNotSettledHere");
  expect(await reverts(signed, { ...good, cell: good.cell + 1n })).toBe("ChunkNotSettledHere");
  expect(await reverts(signed, { ...good, cell: 99n })).toBe("ChunkNotSettledHere");
  expect(await reverts(signed, { ...good, cellDynamic: good.cellDynamic + 1n })).toBe("StateProofInvalid");
  expect(await reverts(signed, { ...good, other: { ...good.other, index: 1n } })).toBe("SettlementMismatch");
  const statement = good.other.statement.map((word, i) => (i === 5 ? word + 1n : word));
  expect(await reverts(signed, { ...good, other: { ...good.other, statement } })).toBe("SettlementMismatch");
  expect(await reverts(signed, { ...good, blockNumber: 2n })).toBe("BlockWordsMismatch");
  expect(await reverts(signed, good)).toBeUndefined();
});

test("only what the operator has signed for this rollup counts, and a challenge needs a bond", async () => {
  const signed = await leaseOf(first!, 0, "carol");
  const evidence = evidenceOf(first!, signed.lease);
  const foreign = await signLease(world, signed.lease, { role: "eve" });
  const elsewhere = await signLease(world, signed.lease, { rollup: `0x${"22".repeat(20)}` });
  expect(await reverts(foreign, evidence)).toBe("NothingStaked");
  expect(await reverts(elsewhere, evidence)).toBe("NothingStaked");
  const call = [signed.lease, signed.signature, evidence];
  expect(await world.revertOf("bob", "leases", "challengeLease", call)).toBe("ERC20InsufficientAllowance");
});

test("two overlapping leases of one chunk for different providers are enough", async () => {
  const carol = await leaseOf(first!, 0, "carol");
  const dave = await leaseOf(first!, 0, "dave");
  type Signed = typeof carol;
  const prove = (a: Signed, b: Signed) =>
    world.revertOf("eve", "leases", "proveDoubleLease", [a.lease, a.signature, b.lease, b.signature]);
  const { until } = carol.lease;
  expect(await prove(carol, carol)).toBe("LeasesCompatible");
  expect(await prove(carol, await leaseOf(first!, 0, "carol", { until: until + 9n }))).toBe(
    "LeasesCompatible",
  );
  expect(await prove(carol, await leaseOf(first!, 1, "dave"))).toBe("LeasesCompatible");
  expect(await prove(carol, await leaseOf(first!, 0, "dave", { orderIndex: SECOND }))).toBe(
    "LeasesCompatible",
  );
  const next = await leaseOf(first!, 0, "dave", { since: until + 1n, until: until + 9n });
  expect(await prove(carol, next)).toBe("LeasesCompatible");
  expect(await prove(carol, await signLease(world, dave.lease, { role: "eve" }))).toBe("LeasesCompatible");
  expect(await prove(carol, dave)).toBeUndefined();
  expect(await bonded()).toBe(4_000n * CTZ);
  expect(await prove(dave, carol)).toBe("LeasePunishedAlready");
});
