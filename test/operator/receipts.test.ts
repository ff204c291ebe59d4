// The receipts' challenge game on a local chain: real contracts, blocks of the reference, everything that operator and
// challenger may try. Each test starts from the same chain.
import {
  buildInclusionAnswer,
  buildInvalidityAnswer,
  cellDynamicWord,
  getAccount,
  getOrder,
  type InclusionAnswer,
  type Operation,
  operationPlace,
  operationPreimage,
  orderStatic,
  poseidon,
  type SealedBlock,
  setCell,
  stateRoot,
} from "@catalyze/circuits/reference";
import { DOMAIN_OPERATIONS, operationRecord } from "@catalyze/circuits/schema";
import {
  answerChallenge,
  type BaseClient,
  challengeReceipt,
  finaliseChallenge,
  OperatorReceiptError,
  proveEquivocation,
  verifyOperationReceipt,
} from "@catalyze/sdk";
import { parseEventLogs } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  CTZ,
  FAR,
  indexOf,
  type OperatorWorld,
  type Role,
  signReceipt,
  startOperatorWorld,
  TERMS,
  tamperBlock,
  testOrder,
  transfer,
} from "../support/operator.js";

type Sealed = Awaited<ReturnType<OperatorWorld["submitBlock"]>>;

let world: OperatorWorld;
let blocks: Sealed[];
let snapshot: `0x${string}`;
/** Operations by name: what was signed, and the sequence number of its receipt. */
const known = new Map<string, { operation: Operation; role: Role; sequence: bigint; message: bigint }>();
let lastSequence = 0n;

function make(name: string, operation: Operation, role: Role) {
  const { signed, message } = world.sign(operation, role);
  known.set(name, { operation, role, sequence: ++lastSequence, message });
  return { signed, sequence: lastSequence };
}

/** Receipt of a known operation: accepted at block 1, promised for block 4, unless told otherwise. */
function receiptOf(
  name: string,
  more: Partial<{ sequence: bigint; acceptedBlock: bigint; promisedBlock: bigint; validUntil: bigint }> = {},
) {
  const { message, sequence } = known.get(name)!;
  const plain = { acceptedBlock: 1n, promisedBlock: 4n, validUntil: FAR };
  return signReceipt(world, { message, sequence, ...plain, ...more });
}

function preimageOf(name: string) {
  const { operation, role } = known.get(name)!;
  return operationPreimage(world.preimageStatic(role), operation);
}

async function challenge(name: string, more: Parameters<typeof receiptOf>[1] = {}) {
  const { receipt, signature } = await receiptOf(name, more);
  await world.send("eve", "receipts", "challengeReceipt", [receipt, signature, preimageOf(name)]);
  return receipt;
}

const operator = (): `0x${string}` => world.accounts.operator.address;
const inclusionArguments = (receipt: object, answer: InclusionAnswer): unknown[] => [
  receipt,
  operator(),
  answer.operation,
  answer.place,
  answer.previous,
  answer.next,
];
const answerInclusion = (receipt: object, answer: InclusionAnswer, role: Role = "bob") =>
  world.revertOf(role, "receipts", "answerInclusion", inclusionArguments(receipt, answer));

const balance = (role: Role): Promise<bigint> =>
  world.read("ctz", "balanceOf", [world.accounts[role].address]) as Promise<bigint>;
const bonded = async (): Promise<bigint> =>
  ((await world.read("stake", "stakeOf", [operator()])) as { bonded: bigint }).bonded;

async function pass(seconds: bigint): Promise<void> {
  await world.test.increaseTime({ seconds: Number(seconds) });
  await world.test.mine({ blocks: 1 });
}

const block = (number: number): SealedBlock => blocks[number - 1]!.block;

/** Fills block 2 to its last slot: sixteen operations by falling priority, two of one account with a carried priority. */
function fillBlock(draft: Parameters<Parameters<OperatorWorld["submitBlock"]>[0]>[0]): void {
  const add = (name: string, operation: Operation, role: Role) => {
    const { signed, sequence } = make(name, operation, role);
    draft.addOperation(signed, sequence);
  };
  const common = { signer: indexOf("alice"), nonce: 0n, expiry: FAR, fee: 1n, priorityFee: 60n };
  add("order", { kind: "postOrder", ...common, order: testOrder("alice", 0n) }, "alice");
  add("low", transfer("bob", 0n, { priorityFee: 2n, receiver: indexOf("carol") }), "bob");
  add("carried", transfer("bob", 1n, { priorityFee: 50n, receiver: indexOf("carol") }), "bob");
  for (let i = 0n; i < 13n; i++) {
    const role = i % 2n === 0n ? "carol" : "dave";
    add(`filler ${i}`, transfer(role, i / 2n, { priorityFee: 30n - i }), role);
  }
}

beforeAll(async () => {
  world = await startOperatorWorld();
  blocks = [await world.submitBlock(() => undefined)];
  blocks.push(await world.submitBlock(fillBlock));
  blocks.push(
    await world.submitBlock((draft) => {
      // Mallory spends everything with another operation of the same nonce than the one it has a receipt for.
      make("displaced", transfer("mallory", 0n, { amount: 6n }), "mallory");
      const { signed, sequence } = make("emptied", transfer("mallory", 0n, { amount: 9_000n }), "mallory");
      draft.addOperation(signed, sequence);
      for (let nonce = 1n; nonce < 8n; nonce++) {
        const next = make(`single ${nonce}`, transfer("mallory", nonce, { amount: 1n }), "mallory");
        draft.addOperation(next.signed, next.sequence);
      }
    }, 1),
  );
  make("too much", transfer("mallory", 8n, { amount: 5_000n }), "mallory");
  make("skipped", transfer("alice", 1n, { amount: 7n }), "alice");
  make("gap", transfer("alice", 2n, { amount: 7n }), "alice");
  const now = (await world.client.getBlock()).timestamp;
  make("expired", transfer("alice", 1n, { amount: 8n, expiry: now }), "alice");
  await pass(10n);
  blocks.push(await world.submitBlock(() => undefined));
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

test("every operation of a block answers its receipt, in both shapes of the tree", async () => {
  for (const number of [2, 3]) {
    for (const [name, { message }] of known) {
      const answer = buildInclusionAnswer(block(number), message);
      if (answer === undefined) continue;
      const receipt = await challenge(name);
      expect(await answerInclusion(receipt, answer), name).toBeUndefined();
    }
  }
  const answered = [...known.values()].filter(({ message }) =>
    blocks.some((entry) => operationPlace(entry.block, message) !== undefined),
  );
  expect(answered).toHaveLength(16 + 8);
});

test("an answer takes the bond and leaves the stake; the receipt can't be challenged again", async () => {
  const before = await balance("operator");
  const receipt = await challenge("carried");
  const answer = buildInclusionAnswer(block(2), receipt.message)!;
  const { logs, gasUsed } = await world.send(
    "bob",
    "receipts",
    "answerInclusion",
    inclusionArguments(receipt, answer),
  );
  const [event] = parseEventLogs({
    abi: world.contracts.receipts.abi,
    eventName: "AnsweredByInclusion",
    logs,
  });
  expect(event!.args).toMatchObject({ blockNumber: 2n, position: answer.place.position });
  expect(gasUsed).toBeLessThan(4_000_000n);
  expect((await balance("operator")) - before).toBe(TERMS.bond);
  expect(await bonded()).toBe(5_000n * CTZ);
  const again = await receiptOf("carried");
  const call = [again.receipt, again.signature, preimageOf("carried")];
  expect(await world.revertOf("eve", "receipts", "challengeReceipt", call)).toBe("ChallengedAlready");
  expect(await answerInclusion(receipt, answer)).toBe("NoOpenChallenge");
});

test("a skipped operation costs stake: half for the challenger, half burned, the bond returned", async () => {
  const supply = (await world.read("ctz", "totalSupply")) as bigint;
  const before = await balance("eve");
  const receipt = await challenge("skipped");
  expect(await world.revertOf("bob", "receipts", "finaliseChallenge", [receipt, operator()])).toBe(
    "WindowOpen",
  );
  await pass(TERMS.windowSeconds + 1n);
  await world.send("bob", "receipts", "finaliseChallenge", [receipt, operator()]);
  expect((await balance("eve")) - before).toBe(TERMS.slashAmount / 2n);
  expect(supply - ((await world.read("ctz", "totalSupply")) as bigint)).toBe(TERMS.slashAmount / 2n);
  expect(await bonded()).toBe(4_000n * CTZ);
  expect(await world.revertOf("bob", "receipts", "finaliseChallenge", [receipt, operator()])).toBe(
    "NoOpenChallenge",
  );
});

test("an answer after the window comes too late", async () => {
  const receipt = await challenge("order");
  await pass(TERMS.windowSeconds + 1n);
  const answer = buildInclusionAnswer(block(2), receipt.message)!;
  expect(await answerInclusion(receipt, answer)).toBe("WindowOver");
});

test("an operation in a block beyond the promised one is no answer", async () => {
  const receipt = await challenge("emptied", { promisedBlock: 2n });
  const answer = buildInclusionAnswer(block(3), receipt.message)!;
  expect(await answerInclusion(receipt, answer)).toBe("BlockOutsideRange");
});

test("another sequence number is no answer, and is evidence by itself", async () => {
  const receipt = await challenge("low", { sequence: 77n });
  const answer = buildInclusionAnswer(block(2), receipt.message)!;
  expect(await answerInclusion(receipt, answer)).toBe("SequenceMismatch");
  const { signature } = await receiptOf("low", { sequence: 77n });
  const call = [receipt, signature, answer.place];
  await world.send("mallory", "receipts", "proveResequencing", call);
  expect(await bonded()).toBe(4_000n * CTZ);
  expect(await world.revertOf("mallory", "receipts", "proveResequencing", call)).toBe("PunishedAlready");
  const honest = await receiptOf("low");
  const harmless = [honest.receipt, honest.signature, answer.place];
  expect(await world.revertOf("mallory", "receipts", "proveResequencing", harmless)).toBe("NoContradiction");
});

test("forged places are refused", async () => {
  const receipt = await challenge("filler 3");
  const good = buildInclusionAnswer(block(2), receipt.message)!;
  const withPlace = (change: Partial<InclusionAnswer["place"]>) => ({
    ...good,
    place: { ...good.place, ...change },
  });
  const reverts = (answer: InclusionAnswer) => answerInclusion(receipt, answer);
  const { position, path, words } = good.place;
  expect(await reverts(withPlace({ words: `${words.slice(0, -2)}00` as `0x${string}` }))).toBe(
    "BlockWordsMismatch",
  );
  expect(await reverts(withPlace({ blockNumber: 3n }))).toBe("BlockWordsMismatch");
  expect(await reverts(withPlace({ position: position + 1n }))).toBe("OperationNotThere");
  expect(await reverts(withPlace({ position: position + 16n }))).toBe("OperationProofInvalid");
  expect(await reverts(withPlace({ position: position + 256n }))).toBe("OperationProofInvalid");
  // An inner node as a leaf: the root's children as eight operations.
  expect(await reverts(withPlace({ path: path.slice(1) }))).toBe("OperationProofInvalid");
  expect(await reverts(withPlace({ path: [] }))).toBe("OperationProofInvalid");
  expect(await reverts(withPlace({ path: [path[0]!, ...path] }))).toBe("OperationProofInvalid");
  const record = operationRecord.encode({ ...operationRecord.decode(0n), sequence: 1n });
  const lowest = path[0]!.map((word, i) => (i === 2 * (Number(position) % 8) + 1 ? record : word));
  expect(await reverts(withPlace({ path: [lowest, ...path.slice(1)] }))).toBe("OperationProofInvalid");
  expect(await reverts(good)).toBeUndefined();
});

test("an unused slot is no operation", async () => {
  const receipt = await challenge("skipped");
  const { place, previous, next } = buildInclusionAnswer(block(2), known.get("order")!.message)!;
  const empty = {
    ...place,
    blockNumber: 4n,
    words: `0x${Buffer.from(block(4).bytes).toString("hex")}`,
  } as const;
  const zeros = new Array<bigint>(16).fill(0n);
  const node = poseidon(DOMAIN_OPERATIONS, zeros);
  const top = [node, node, ...new Array<bigint>(14).fill(0n)];
  const answer = {
    operation: preimageOf("skipped"),
    place: { ...empty, position: 0n, path: [zeros, top] },
    previous,
    next,
  };
  expect(await answerInclusion(receipt, answer)).toBe("OperationNotThere");
});

test("neighbours must be the real ones", async () => {
  const receipt = await challenge("filler 3");
  const good = buildInclusionAnswer(block(2), receipt.message)!;
  const other = { ...good.previous, operation: preimageOf("order") };
  expect(await answerInclusion(receipt, { ...good, previous: other })).toBe("OperationMismatch");
  expect(await answerInclusion(receipt, { ...good, next: other })).toBe("OperationMismatch");
  const path = good.place.path;
  expect(await answerInclusion(receipt, { ...good, next: { ...good.next, path } })).toBe(
    "NeighbourPathInvalid",
  );
  // The last operation of the first node: its successor stands in the second, which can't be said to be missing.
  const edge = block(2).operations[7]!;
  const [name] = [...known].find(([, { message }]) => message === edge.message)!;
  const second = await challenge(name);
  const answer = buildInclusionAnswer(block(2), edge.message)!;
  expect(answer.next.path).toHaveLength(2);
  const missing = { ...answer.next, path: answer.place.path.slice(1) };
  expect(await answerInclusion(second, { ...answer, next: missing })).toBe("OperationProofInvalid");
  expect(await answerInclusion(second, { ...answer, next: { ...answer.next, path: [] } })).toBe(
    "OperationProofInvalid",
  );
  const long = { ...answer.next, path: [path[0]!, ...answer.next.path] };
  expect(await answerInclusion(second, { ...answer, next: long })).toBe("NeighbourPathInvalid");
  expect(await answerInclusion(second, answer)).toBeUndefined();
});

/** Submits a block with the known operations in an order of its own. */
async function submitOrder(names: readonly string[]): Promise<SealedBlock> {
  const build = (draft: Parameters<typeof fillBlock>[0]): void => {
    for (const name of ["skipped", "gap", "too dear"]) {
      const { operation, role, sequence } = known.get(name)!;
      draft.addOperation(world.sign(operation, role).signed, sequence);
    }
  };
  const { block: sealed } = await world.submitBlock(build, 0, (honest) => {
    const operations = names.map((name) => {
      const { message } = known.get(name) ?? { message: 0n };
      const found = honest.operations.find((entry) => entry.message === message);
      return found ?? { ...honest.operations[0]!, message: 0n };
    });
    return tamperBlock(honest, { operations });
  });
  return sealed;
}

test("a block in another order than the canonical one answers no receipt", async () => {
  make("too dear", transfer("bob", 2n, { priorityFee: 9n }), "bob");
  const sealed = await submitOrder(["skipped", "too dear", "gap"]);
  for (const name of ["skipped", "too dear"]) {
    const receipt = await challenge(name, { promisedBlock: 5n });
    const answer = buildInclusionAnswer(sealed, receipt.message)!;
    expect(await answerInclusion(receipt, answer), name).toBe("OrderViolated");
  }
  const receipt = await challenge("gap", { promisedBlock: 5n });
  expect(await answerInclusion(receipt, buildInclusionAnswer(sealed, receipt.message)!)).toBeUndefined();
  world.forget(sealed);
});

test("operations of equal priority stand by sequence number, behind no unused slot", async () => {
  make("too dear", transfer("bob", 2n, { priorityFee: 9n }), "bob");
  const sealed = await submitOrder(["gap", "skipped", "unused", "too dear"]);
  for (const name of ["gap", "skipped", "too dear"]) {
    const receipt = await challenge(name, { promisedBlock: 5n });
    const answer = buildInclusionAnswer(sealed, receipt.message)!;
    // The second stands behind a later number, and before an unused slot.
    expect(await answerInclusion(receipt, answer), name).toBe("OrderViolated");
  }
  world.forget(sealed);
});

test("a key that was changed after acceptance is an excuse, one from before is none", async () => {
  const { after } = blocks[3]!;
  const changed = { ...after, tree: after.tree.clone(), cells: new Map(after.cells) };
  const index = indexOf("alice");
  setCell(changed, index, { ...getAccount(changed, index), ax: 5n });
  const { block: sealed } = await world.submitBlock(
    () => undefined,
    0,
    (honest) => tamperBlock(honest, { newRoot: stateRoot(changed) }),
  );
  const { operation, role } = known.get("skipped")!;
  const answer = (acceptedBlock: bigint) =>
    buildInvalidityAnswer({
      operation,
      signerStatic: world.preimageStatic(role),
      acceptedBlock,
      validUntil: FAR,
      block: { number: 5n, time: sealed.header.time, bytes: sealed.bytes, requests: [] },
      state: changed,
    });
  expect(answer(5n)).toBeUndefined();
  const good = answer(4n);
  if (good?.kind !== "state") throw new Error("unexpected");
  expect(good.reason).toBe("static");
  for (const [acceptedBlock, expected] of [
    [5n, "NoExcuse"],
    [4n, undefined],
  ] as const) {
    const receipt = await challenge("skipped", { acceptedBlock, promisedBlock: 5n });
    const call = [receipt, operator(), preimageOf("skipped"), good.proof];
    expect(await world.revertOf("bob", "receipts", "answerState", call)).toBe(expected);
  }
  world.forget(sealed);
});

/** What excuses the operator after a block, by the builder of answers. */
function excuse(name: string, { after, block: sealed }: Sealed, acceptedBlock = 1n, validUntil = FAR) {
  const { operation, role } = known.get(name)!;
  const { header, bytes, requests } = sealed;
  return buildInvalidityAnswer({
    operation,
    signerStatic: world.preimageStatic(role),
    acceptedBlock,
    validUntil,
    block: { number: header.number, time: header.time, bytes, requests },
    state: after,
  });
}

const invalidity = (name: string, number: number) => excuse(name, blocks[number - 1]!);

test("a nonce that has passed, a balance below the debit and an expiry are excuses", async () => {
  const displaced = invalidity("displaced", 3)!;
  const short = invalidity("too much", 4)!;
  const expired = invalidity("expired", 4)!;
  expect(displaced).toMatchObject({ kind: "state", reason: "nonce" });
  expect(short).toMatchObject({ kind: "state", reason: "balance" });
  expect(expired.kind).toBe("expiry");
  for (const [name, answer] of [
    ["displaced", displaced],
    ["too much", short],
  ] as const) {
    const receipt = await challenge(name);
    if (answer.kind !== "state") throw new Error("unexpected");
    const call = [receipt, operator(), preimageOf(name), answer.proof];
    expect(await world.revertOf("bob", "receipts", "answerState", call), name).toBeUndefined();
  }
  const receipt = await challenge("expired");
  if (expired.kind !== "expiry") throw new Error("unexpected");
  const call = (number: number) => {
    const words = `0x${Buffer.from(block(number).bytes).toString("hex")}`;
    return [receipt, operator(), preimageOf("expired"), BigInt(number), words];
  };
  expect(await world.revertOf("bob", "receipts", "answerExpiry", call(3))).toBe("NoExcuse");
  expect(await world.revertOf("bob", "receipts", "answerExpiry", call(4))).toBeUndefined();
});

test("an operation behind one that has expired is excused by the time that its receipt names, and not before", async () => {
  const { time } = block(4).header;
  const words = (number: number) => `0x${Buffer.from(block(number).bytes).toString("hex")}`;
  const receipt = await challenge("gap", { validUntil: time - 1n });
  const call = (given: object, number: number) => [
    given,
    operator(),
    preimageOf("gap"),
    BigInt(number),
    words(number),
  ];
  const answer = excuse("gap", blocks[3]!, 1n, time - 1n);
  expect(answer).toEqual({ kind: "expiry", blockNumber: 4n, words: words(4) });
  expect(excuse("gap", blocks[3]!, 1n, time)).toBeUndefined();
  expect(await world.revertOf("bob", "receipts", "answerExpiry", call(receipt, 3))).toBe("NoExcuse");
  const longer = await challenge("gap", { validUntil: time });
  expect(await world.revertOf("bob", "receipts", "answerExpiry", call(longer, 4))).toBe("NoExcuse");
  // What was signed can't be shortened afterwards: the changed receipt was never challenged.
  const shortened = call({ ...longer, validUntil: time - 2n }, 4);
  expect(await world.revertOf("bob", "receipts", "answerExpiry", shortened)).toBe("NoOpenChallenge");
  expect(await world.revertOf("bob", "receipts", "answerExpiry", call(receipt, 4))).toBeUndefined();
});

/** Posts an order that is past its time, as alice's next operation; returns the block and the order's cell. */
async function postOldOrder(name: string, nonce: bigint) {
  const deadline = (await world.client.getBlock()).timestamp - 100_000n;
  const order = { ...testOrder("alice", nonce), deadline };
  const common = { signer: indexOf("alice"), nonce, expiry: FAR, fee: 1n, priorityFee: 0n };
  const { signed, sequence } = make(name, { kind: "postOrder", ...common, order }, "alice");
  const sealed = await world.submitBlock((draft) => void draft.addOperation(signed, sequence));
  const [{ index }] = sealed.block.orders as [{ index: number }];
  return { sealed, orderIndex: index, orderStatic: orderStatic(order) };
}

test("a cancellation is excused when its order was settled, also when its cell holds another, and not before", async () => {
  const posted = await postOldOrder("to cancel", 1n);
  const { orderIndex } = posted;
  const settle = (chunk: number) =>
    world.submitBlock((draft) => {
      const work = { provider: indexOf("dave"), resultsRoot: 99n, price: 90n };
      draft.addSettlement({ orderIndex, chunk, ...work });
    });
  const open = await settle(0);
  const closed = await settle(1);
  const again = await postOldOrder("next order", 2n);
  expect(again.orderIndex).toBe(orderIndex);
  const common = { signer: indexOf("alice"), nonce: 3n, expiry: FAR, fee: 1n, priorityFee: 0n };
  const { orderStatic: itsStatic } = posted;
  make("cancel", { kind: "cancelOrder", ...common, orderIndex, orderStatic: itsStatic }, "alice");
  expect(excuse("cancel", open, 5n)).toBeUndefined();
  expect(excuse("cancel", closed, 7n)).toBeUndefined();
  const good = excuse("cancel", closed, 5n);
  const later = excuse("cancel", again.sealed, 5n);
  if (good?.kind !== "orderClosed" || later?.kind !== "orderClosed") throw new Error("unexpected");
  expect([good.proof.cellStatic, good.proof.cellDynamic]).toEqual([0n, 0n]);
  expect(later.proof.cellStatic).not.toBe(0n);
  const reverts = (receipt: object, proof: object, name = "cancel") =>
    world.revertOf("bob", "receipts", "answerOrderClosed", [receipt, operator(), preimageOf(name), proof]);
  const receipt = await challenge("cancel", { acceptedBlock: 5n, promisedBlock: 8n });
  // The order as it stood when it was open; the empty cell with another path, of an earlier or an unknown block.
  const cell = getOrder(open.after, orderIndex);
  const openProof = {
    blockNumber: 6n,
    words: `0x${Buffer.from(open.block.bytes).toString("hex")}`,
    cellStatic: itsStatic,
    cellDynamic: cellDynamicWord(cell),
    path: open.after.tree.proof(orderIndex).children,
  };
  expect(await reverts(receipt, openProof)).toBe("NoExcuse");
  expect(await reverts(receipt, { ...openProof, cellStatic: 0n, cellDynamic: 0n })).toBe("StateProofInvalid");
  expect(await reverts(receipt, { ...openProof, cellStatic: 1n })).toBe("StateProofInvalid");
  expect(await reverts(receipt, { ...good.proof, path: openProof.path })).toBe("StateProofInvalid");
  expect(await reverts(receipt, { ...good.proof, blockNumber: 8n })).toBe("BlockWordsMismatch");
  const other = closed.after.tree.proof(indexOf("alice")).children;
  expect(await reverts(receipt, { ...good.proof, path: other })).toBe("StateProofInvalid");
  const before = await challenge("cancel", { acceptedBlock: 7n, promisedBlock: 8n });
  expect(await reverts(before, good.proof)).toBe("BlockOutsideRange");
  const promisedBefore = await challenge("cancel", { acceptedBlock: 5n, promisedBlock: 6n });
  expect(await reverts(promisedBefore, good.proof)).toBe("BlockOutsideRange");
  const transferred = await challenge("skipped", { acceptedBlock: 5n, promisedBlock: 8n });
  expect(await reverts(transferred, good.proof, "skipped")).toBe("NoCancellation");
  expect(await reverts(receipt, good.proof)).toBeUndefined();
  expect(await reverts(before, later.proof)).toBeUndefined();
  for (const { block: sealed } of [again.sealed, closed, open, posted.sealed]) world.forget(sealed);
});

test("what an account has pending when its owner empties it through L1 is excused, nothing of others", async () => {
  await world.request("bob", "exitAccount");
  await world.request("alice", "exitAccount");
  const exited = await world.submitBlock((draft) => {
    // What the account gets in the same block leaves it richer than the operation needs: the balance says nothing.
    const { signed, sequence } = make("gift", transfer("dave", 6n, { receiver: indexOf("alice") }), "dave");
    draft.addOperation(signed, sequence);
  });
  make("tiny", transfer("alice", 1n, { amount: 1n }), "alice");
  const answer = excuse("tiny", exited, 4n);
  expect(answer).toMatchObject({ kind: "exit", blockNumber: 5n, position: 1n });
  if (answer?.kind !== "exit") throw new Error("unexpected");
  expect(excuse("tiny", exited, 5n)).toBeUndefined();
  const reverts = (receipt: object, position: bigint, name = "tiny", words: string = answer.words) =>
    world.revertOf("bob", "receipts", "answerExit", [
      receipt,
      operator(),
      preimageOf(name),
      5n,
      words,
      position,
    ]);
  const receipt = await challenge("tiny", { acceptedBlock: 4n, promisedBlock: 5n });
  expect(await reverts(receipt, 0n)).toBe("NoExcuse");
  expect(await reverts(receipt, 2n)).toBe("RequestNotThere");
  expect(await reverts(receipt, 1n, "tiny", `${answer.words.slice(0, -2)}00`)).toBe("BlockWordsMismatch");
  const early = await challenge("tiny", { acceptedBlock: 3n, promisedBlock: 4n });
  expect(await reverts(early, 1n)).toBe("BlockOutsideRange");
  const accepted = await challenge("gap", { acceptedBlock: 5n, promisedBlock: 5n });
  expect(await reverts(accepted, 1n, "gap")).toBe("BlockOutsideRange");
  expect(await reverts(receipt, 1n)).toBeUndefined();
  // A deposit of the first block names the account, too: it is no exit.
  const words = `0x${Buffer.from(block(1).bytes).toString("hex")}`;
  const registered = await challenge("skipped", { acceptedBlock: 0n });
  const call = [registered, operator(), preimageOf("skipped"), 1n, words, 0n];
  expect(await world.revertOf("bob", "receipts", "answerExit", call)).toBe("NoExcuse");
  world.forget(exited.block);
});

/** What the operator might send although the state does not excuse it. */
function stateOf(number: number, index: number) {
  const { after, block: sealed } = blocks[number - 1]!;
  const forged = buildInvalidityAnswer({
    operation: transfer("alice", -1n, { expiry: FAR }),
    signerStatic: 0n,
    acceptedBlock: 0n,
    validUntil: FAR,
    block: { number: sealed.header.number, time: 0n, bytes: sealed.bytes, requests: [] },
    state: { ...after, cells: new Map([[indexOf("alice"), after.cells.get(index)!]]) },
  });
  if (forged?.kind !== "state") throw new Error("unexpected");
  return { ...forged.proof, path: after.tree.proof(index).children };
}

test("a state in which the operation was possible is no excuse, nor is a gap before it", async () => {
  expect(invalidity("skipped", 4)).toBeUndefined();
  expect(invalidity("gap", 4)).toBeUndefined();
  const proof = stateOf(4, indexOf("alice"));
  for (const name of ["skipped", "gap"]) {
    const receipt = await challenge(name);
    const call = [receipt, operator(), preimageOf(name), proof];
    expect(await world.revertOf("bob", "receipts", "answerState", call), name).toBe("NoExcuse");
  }
});

test("forged states are refused", async () => {
  const receipt = await challenge("too much");
  const good = invalidity("too much", 4)!;
  if (good.kind !== "state") throw new Error("unexpected");
  const { proof } = good;
  const reverts = (change: Partial<typeof proof>) =>
    world.revertOf("bob", "receipts", "answerState", [
      receipt,
      operator(),
      preimageOf("too much"),
      { ...proof, ...change },
    ]);
  expect(await reverts({ cellDynamic: proof.cellDynamic - 1n })).toBe("StateProofInvalid");
  expect(await reverts({ cellStatic: proof.cellStatic + 1n })).toBe("StateProofInvalid");
  expect(await reverts(stateOf(4, indexOf("alice")))).toBe("StateProofInvalid");
  expect(await reverts({ path: proof.path.slice(1) })).toBe("StateProofInvalid");
  expect(await reverts({ path: [...proof.path, proof.path[0]!] })).toBe("StateProofInvalid");
  expect(await reverts({ blockNumber: 3n })).toBe("BlockWordsMismatch");
  expect(await reverts({ words: "0x" })).toBe("BlockWordsMismatch");
  const wrong = [receipt, operator(), preimageOf("skipped"), proof];
  expect(await world.revertOf("bob", "receipts", "answerState", wrong)).toBe("OperationMismatch");
  expect(await reverts({})).toBeUndefined();
});

test("a balance from before acceptance, or after the promise, excuses nothing", async () => {
  const good = invalidity("too much", 4)!;
  if (good.kind !== "state") throw new Error("unexpected");
  const early = await challenge("too much", { acceptedBlock: 4n, promisedBlock: 4n });
  const call = (receipt: object) => [receipt, operator(), preimageOf("too much"), good.proof];
  expect(await world.revertOf("bob", "receipts", "answerState", call(early))).toBe("NoExcuse");
  const late = await challenge("too much", { promisedBlock: 3n });
  expect(await world.revertOf("bob", "receipts", "answerState", call(late))).toBe("BlockOutsideRange");
});

test("only what the operator has signed for this rollup and chain, with its preimage, can be challenged", async () => {
  const { message, sequence } = known.get("skipped")!;
  const receipt = { message, sequence, acceptedBlock: 1n, promisedBlock: 4n, validUntil: FAR };
  const other = `0x${"11".repeat(20)}` as const;
  const tries = [
    await signReceipt(world, receipt, { rollup: other }),
    await signReceipt(world, receipt, { chainId: 1n }),
    await signReceipt(world, receipt, { role: "eve" }),
  ];
  const reverts = (r: object, signature: string, operation = preimageOf("skipped")) =>
    world.revertOf("eve", "receipts", "challengeReceipt", [r, signature, operation]);
  for (const { signature } of tries) expect(await reverts(receipt, signature)).toBe("NothingStaked");
  const good = await signReceipt(world, receipt);
  expect(await reverts({ ...receipt, sequence: 1n }, good.signature)).toBe("NothingStaked");
  expect(await reverts(receipt, good.signature, preimageOf("gap"))).toBe("OperationMismatch");
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const s = order - BigInt(`0x${good.signature.slice(66, 130)}`);
  const v = good.signature.endsWith("1b") ? "1c" : "1b";
  const malleable = `${good.signature.slice(0, 66)}${s.toString(16).padStart(64, "0")}${v}`;
  expect(await reverts(receipt, malleable)).toBe("ECDSAInvalidSignatureS");
  expect(await reverts(receipt, "0x1234")).toBe("ECDSAInvalidSignatureLength");
  expect(await reverts(receipt, good.signature)).toBeUndefined();
});

test("a challenge needs a bond, and a promise that is due", async () => {
  const { receipt, signature } = await receiptOf("skipped");
  const call = [receipt, signature, preimageOf("skipped")];
  expect(await world.revertOf("bob", "receipts", "challengeReceipt", call)).toBe(
    "ERC20InsufficientAllowance",
  );
  const later = await receiptOf("skipped", { promisedBlock: 5n });
  const early = [later.receipt, later.signature, preimageOf("skipped")];
  expect(await world.revertOf("eve", "receipts", "challengeReceipt", early)).toBe("PromiseNotDue");
});

test("when the rollup stands still, silence costs stake", async () => {
  await pass(TERMS.stallSeconds + 1n);
  const receipt = await challenge("skipped", { promisedBlock: 9n });
  await pass(TERMS.windowSeconds + 1n);
  await world.send("eve", "receipts", "finaliseChallenge", [receipt, operator()]);
  expect(await bonded()).toBe(4_000n * CTZ);
});

test("when it moves again before the promised block, there is no verdict yet", async () => {
  await pass(TERMS.stallSeconds + 1n);
  const before = await balance("eve");
  const receipt = await challenge("skipped", { promisedBlock: 5n });
  const next = await world.submitBlock(() => undefined);
  await pass(TERMS.windowSeconds + 1n);
  await world.send("bob", "receipts", "finaliseChallenge", [receipt, operator()]);
  expect([await bonded(), await balance("eve")]).toEqual([5_000n * CTZ, before]);
  await challenge("skipped", { promisedBlock: 5n });
  await pass(TERMS.windowSeconds + 1n);
  await world.send("bob", "receipts", "finaliseChallenge", [receipt, operator()]);
  expect(await bonded()).toBe(4_000n * CTZ);
  world.forget(next.block);
});

test("two receipts that contradict each other are enough", async () => {
  const skipped = await receiptOf("skipped");
  const gap = await receiptOf("gap", { sequence: skipped.receipt.sequence });
  const moved = await receiptOf("skipped", { sequence: 500n });
  const later = await receiptOf("skipped", { promisedBlock: 9n });
  const foreign = await signReceipt(world, { ...gap.receipt }, { role: "eve" });
  type Signed = typeof skipped;
  const prove = (a: Signed, b: Signed) =>
    world.revertOf("mallory", "receipts", "proveEquivocation", [
      a.receipt,
      a.signature,
      b.receipt,
      b.signature,
    ]);
  expect(await prove(skipped, skipped)).toBe("NoContradiction");
  expect(await prove(skipped, later)).toBe("NoContradiction");
  expect(await prove(skipped, await receiptOf("gap"))).toBe("NoContradiction");
  expect(await prove(skipped, foreign)).toBe("NoContradiction");
  expect(await prove(skipped, gap)).toBeUndefined();
  expect(await bonded()).toBe(4_000n * CTZ);
  expect(await prove(gap, skipped)).toBe("PunishedAlready");
  expect(await prove(skipped, moved)).toBe("PunishedAlready");
  expect(await prove(later, moved)).toBeUndefined();
  expect(await bonded()).toBe(3_000n * CTZ);
});

test("stake leaves only after the delay, and not while a challenge is open; until then it is slashed", async () => {
  await world.send("operator", "stake", "beginUnbonding", [5_000n * CTZ]);
  expect(await world.revertOf("operator", "stake", "withdrawStake", [operator()])).toBe("StillUnbonding");
  await pass(TERMS.unbondingSeconds - 10n);
  expect(await world.revertOf("operator", "stake", "withdrawStake", [operator()])).toBe("StillUnbonding");
  const receipt = await challenge("skipped");
  await pass(11n);
  expect(await world.revertOf("operator", "stake", "withdrawStake", [operator()])).toBe("ChallengesOpen");
  await pass(TERMS.windowSeconds);
  await world.send("eve", "receipts", "finaliseChallenge", [receipt, operator()]);
  const before = await balance("operator");
  await world.send("operator", "stake", "withdrawStake", [operator()]);
  expect((await balance("operator")) - before).toBe(4_000n * CTZ);
  const next = await receiptOf("gap");
  const call = [next.receipt, next.signature, preimageOf("gap")];
  expect(await world.revertOf("eve", "receipts", "challengeReceipt", call)).toBe("NothingStaked");
});

test("the SDK challenges, answers and finalises", async () => {
  const { operation, role, message, sequence } = known.get("low")!;
  const deployment = { ...world.deployment, token: world.deployment.ctz, operationDomain: world.domain };
  const baseClient = (as: Role) =>
    ({
      publicClient: world.client,
      walletClient: world.wallet(as),
      account: world.accounts[as],
      pollingIntervalMs: 20,
      getDeployment: async () => deployment,
    }) as unknown as BaseClient;
  const plain = { message, sequence, acceptedBlock: 1n, promisedBlock: 4n, validUntil: FAR };
  const signed = await signReceipt(world, plain);
  const receipt = { ...signed.receipt, operator: operator(), signature: signed.signature };
  const parameters = { receipt, operation, signerStatic: world.preimageStatic(role) };
  await expect(verifyOperationReceipt(baseClient("bob"), { receipt })).resolves.toEqual(receipt);
  const longer = verifyOperationReceipt(baseClient("bob"), { receipt, validUntil: FAR + 1n });
  await expect(longer).rejects.toThrow(OperatorReceiptError);
  const wrong = { ...parameters, operation: transfer("bob", 7n) };
  await expect(challengeReceipt(baseClient("dave"), wrong)).rejects.toThrow(OperatorReceiptError);
  await world.send("deployer", "ctz", "transfer", [world.accounts.dave.address, TERMS.bond]);
  const { preimage } = await challengeReceipt(baseClient("dave"), parameters);
  const answer = buildInclusionAnswer(block(2), message)!;
  await expect(finaliseChallenge(baseClient("bob"), { receipt })).rejects.toMatchObject({
    errorName: "WindowOpen",
  });
  await answerChallenge(baseClient("bob"), { receipt, preimage, answer });
  const late = answerChallenge(baseClient("bob"), { receipt, preimage, answer });
  await expect(late).rejects.toMatchObject({ errorName: "NoOpenChallenge" });
  const other = await signReceipt(world, { ...signed.receipt, sequence: 999n });
  const second = { ...other.receipt, operator: operator(), signature: other.signature };
  await proveEquivocation(baseClient("bob"), { first: receipt, second });
  expect(await bonded()).toBe(4_000n * CTZ);
});

test("a stake that runs out pays what is left, and only challenge contracts touch it", async () => {
  await world.send("operator", "stake", "beginUnbonding", [4_300n * CTZ]);
  const eve = world.accounts.eve.address;
  for (const functionName of ["slash", "openChallenge", "closeChallenge"]) {
    const args = functionName === "slash" ? [operator(), eve] : [operator()];
    expect(await world.revertOf("eve", "stake", functionName, args)).toBe("NotChallengeContract");
  }
  const first = await challenge("skipped");
  const second = await challenge("gap");
  await pass(TERMS.windowSeconds + 1n);
  await world.send("eve", "receipts", "finaliseChallenge", [first, operator()]);
  const left = (await world.read("stake", "stakeOf", [operator()])) as Record<string, bigint>;
  expect(left).toMatchObject({ bonded: 0n, unbonding: 4_000n * CTZ, openChallenges: 1n });
  expect(await world.revertOf("operator", "stake", "beginUnbonding", [1n])).toBe("StakeAmountInvalid");
  await world.send("operator", "stake", "cancelUnbonding", []);
  await world.send("eve", "receipts", "finaliseChallenge", [second, operator()]);
  expect(await bonded()).toBe(3_000n * CTZ);
});
