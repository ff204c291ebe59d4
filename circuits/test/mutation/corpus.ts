// The circuits under mutation, with good witnesses of each: blocks that use every slot, blocks that use none, and
// blocks whose unused slots carry whatever their constraints allow.
import { blockCircuit, type CircuitInput, type CircuitInstance } from "@catalyze/circuits/build";
import {
  distributionTime,
  getAccount,
  getSeed,
  operationTime,
  poseidon,
  publicKey,
  type SealedBlock,
  settlementTime,
  signMessage,
} from "@catalyze/circuits/reference";
import {
  accessOrder,
  type BlockSize,
  DOMAIN_OPERATION,
  FIELD_MODULUS,
  INITIAL_ACCESS,
  operationRoute,
  seedSubject,
} from "@catalyze/circuits/schema";
import { digitsCircuit } from "../../programs/digits/circuit.js";
import { readDigits, readDigitsModel, splitDigits } from "../../programs/digits/dataset.js";
import {
  classify,
  digitsProgram,
  encodeInput,
  encodeResult,
  parametersCommitment,
  parametersWords,
} from "../../programs/digits/reference.js";
import { chunkJobs, chunkStatement, chunkWitnessInput } from "../../reference/program.js";
import { accountStatic } from "../../reference/state.js";
import type { Lies } from "../../tools/mutation-program.js";
import { busyBlock, inputOf } from "../block/blocks.js";
import { fullList } from "../block/random-signed.js";
import { exitOrder, requestBlock, startedRequests } from "../block/request-scenario.js";
import {
  ALICE,
  BOB,
  common,
  emptyScenario,
  makeOrder,
  ownerOf,
  PROVIDER,
  privateKey,
  registerAll,
  rotatedKey,
  runBlock,
  type Scenario,
  SEED,
  sign,
} from "../block/scenario.js";
import { legs, signedBlock } from "../block/signed.js";
import { copySlot, edit, moveSlots } from "../inputs.js";

/** The smallest size of the block circuit with every kind of slot, and two of each whose order is checked. */
export const MUTATED: BlockSize = {
  name: "mutated",
  depth: 2,
  requests: 6,
  settlements: 2,
  orders: 1,
  withdrawals: 3,
  cells: 9,
  operations: 4,
  openings: 3,
  forcedOrders: 2,
  legGroups: 4,
  cancellations: 1,
  rotations: 2,
  distributions: 2,
};

/** The block circuit of size {@link MUTATED}. */
export const mutatedCircuit = (): CircuitInstance => blockCircuit(MUTATED);

/** A seed with all four terms, in cell 0. */
const RICH_SEED = 0;

/** Numbers with many bits set, so that weakened bits show. */
const ODD_AMOUNT = 0x2aaa_aaaa_aaaa_aaaa_aaaa_aan;

/** Registers the accounts; then a seed with all terms, and large deposits; then an order of it. */
function richScenario(): { scenario: Scenario; orderIndex: number; blocks: SealedBlock[] } {
  const scenario = emptyScenario(MUTATED);
  const { state } = scenario;
  const blocks = [runBlock(scenario, (draft) => registerAll(draft, 0x5555_5555_5555n))];
  blocks.push(
    runBlock(scenario, (draft) => {
      draft.addRequest({
        kind: "registerSeed",
        index: RICH_SEED,
        time: 0x55_5555_5555n,
        parametersCommitment: 987_654_321n,
        programId: 123_456_789_123n,
        subject: seedSubject.encode({ parent: 0x5555_5555_5555_5555n, seedId: 0x2aaa_aaaa_aaaa_aaaan }),
        terms: { royalty: 1365n, middleware: 2730n, burn: 1365n, pool: 2730n, version: 0x5555_5555n },
      });
      draft.addRequest({
        kind: "deposit",
        index: ALICE,
        time: 5n,
        depositor: 1n << 159n,
        amount: ODD_AMOUNT,
      });
      draft.addRequest({ kind: "deposit", index: BOB, time: 5n, depositor: 7n, amount: ODD_AMOUNT * 2n });
    }),
  );
  const seed = getSeed(state, RICH_SEED);
  const order = makeOrder(state, ALICE, 0n, {
    seed: BigInt(RICH_SEED),
    programId: seed.programId,
    parametersCommitment: seed.parametersCommitment,
    terms: seed.terms,
    jobCount: 43_690n,
    chunkSize: 21_845n,
    priceLimit: 0x5555_5555_5555n,
    settlementFee: 0x2aaa_aaaan,
    savingsShare: 5461n,
    modes: 5n,
    minimumBond: 0x5555_5555_5555_5555n,
    deadline: 0x55_5555_5555n,
  });
  const posted = runBlock(scenario, (draft) => {
    draft.addOperation(
      sign(state, {
        kind: "postOrder",
        ...common(ALICE, 0n),
        expiry: 0x75_5555_5555n,
        fee: 0x55_5555_5555n,
        order,
      }),
      1n,
    );
  });
  blocks.push(posted);
  return { scenario, orderIndex: posted.orders[0]!.index, blocks };
}

/** Both chunks of an order settled and the order closed, with transfers and a registration. */
function closingBlock(scenario: Scenario, orderIndex: number): SealedBlock {
  const { state } = scenario;
  return runBlock(scenario, (draft) => {
    draft.addSettlement({ orderIndex, chunk: 1, provider: PROVIDER, resultsRoot: 5n, price: 0x5555_5555n });
    draft.addSettlement({
      orderIndex,
      chunk: 0,
      provider: PROVIDER,
      resultsRoot: 6n,
      price: 0x2aaa_aaaa_aaaan,
    });
    draft.addOperation(
      sign(state, {
        kind: "transfer",
        ...common(ALICE, 1n),
        receiver: BOB,
        amount: ODD_AMOUNT / 4n,
        priorityFee: 0x5555_5555n,
      }),
      0x5555_5555_5555n,
    );
    draft.addOperation(
      sign(state, { kind: "withdraw", ...common(ALICE, 2n), amount: 0x5555n, priorityFee: 0x2aaa_aaaan }),
      0x6aaa_aaaa_aaaan,
    );
    draft.addOperation(
      sign(state, {
        kind: "transfer",
        ...common(BOB, 0n),
        receiver: ALICE,
        amount: 77n,
        priorityFee: 0x2aaan,
      }),
      0x2aaa_aaaa_aaaan,
    );
  });
}

/** An operation slot that does nothing but carries numbers: everything that an unused slot may hold, signed. */
function idleOperation(input: CircuitInput, slot: number): Record<string, bigint> {
  const key = publicKey(privateKey(ALICE));
  const fields = {
    signer: 0x555_555n,
    nonce: 0x55_5555_5555n,
    expiry: 0x75_5555_5555n,
    fee: 0x55_5555_5555_5555n,
    priorityFee: 0x5555_5555n,
  };
  const route = operationRoute.encode({ ...fields, kind: 0n, receiver: 0n });
  const fixed = accountStatic(key.ax, key.ay, ownerOf(ALICE));
  const domain = input.operationDomain as bigint;
  const message = poseidon((DOMAIN_OPERATION + domain) % FIELD_MODULUS, [fixed, route, ODD_AMOUNT, 0n]);
  const { r8x, r8y, s } = signMessage(privateKey(ALICE), message);
  return {
    operationSigner: fields.signer,
    operationNonce: fields.nonce,
    operationExpiry: fields.expiry,
    operationFee: fields.fee,
    operationPriorityFee: fields.priorityFee,
    operationAmount: ODD_AMOUNT,
    operationAx: key.ax,
    operationAy: key.ay,
    operationOwner: ownerOf(ALICE),
    operationR8x: r8x,
    operationR8y: r8y,
    operationS: s,
    operationSequence: 0x5555_5555_5555n + BigInt(slot),
    operationPreviousTime: BigInt(slot + 1),
    operationPreviousPriority: 0x2aaa_aaaan,
    operationPreviousSequence: 0x2aaa_aaaa_aaaan,
    operationBalance: ODD_AMOUNT * 3n,
  };
}

/** The input of an empty block, with the settlement and order slots of another as unused ones, and signed numbers. */
export function idleNumbers(
  empty: CircuitInput,
  full: CircuitInput,
  size: BlockSize = MUTATED,
): CircuitInput {
  const result = structuredClone(empty) as Record<string, bigint | bigint[] | bigint[][]>;
  for (const [name, value] of Object.entries(full)) {
    if (/^(settlement|order)[A-Z]/.test(name)) result[name] = structuredClone(value) as bigint[];
  }
  // An unused settlement pays nothing: no limit, no price, no fee, and nothing left of an escrow that it would close.
  for (const name of ["Used", "Price", "Escrow"]) (result[`settlement${name}`] as bigint[]).fill(0n);
  result.settlementOrder = (full.settlementOrder as unknown as readonly (readonly bigint[])[]).map((order) =>
    order.with(9, 0n).with(10, 0n),
  );
  (result.orderUsed as bigint[]).fill(0n);
  for (let slot = 0; slot < size.operations; slot += 1) {
    for (const [name, value] of Object.entries(idleOperation(empty, slot)))
      (result[name] as bigint[])[slot] = value;
  }
  for (let slot = 0; slot < size.cells; slot += 1) {
    (result.cellPayload as bigint[])[slot] = ODD_AMOUNT >> 1n;
    (result.cellOldDynamic as bigint[])[slot] = 54_321n;
    (result.cellLastAccess as bigint[])[slot] = 777n;
  }
  return result as CircuitInput;
}

/** The escrow of an order forced out, and a request for that of an order that does not exist. */
function exitingBlock(): SealedBlock {
  const { scenario, orderIndex } = startedRequests({}, MUTATED);
  return runBlock(scenario, (draft) => {
    draft.addRequest(exitOrder(orderIndex));
    draft.addRequest(exitOrder(orderIndex + 1));
  });
}

/** A rollup whose seed has a vault: one chunk of an order of Alice is settled. */
function startedVault(): { scenario: Scenario; orderIndex: number } {
  const { scenario, orderIndex } = startedRequests({}, MUTATED);
  runBlock(scenario, (draft) => {
    draft.addSettlement({ orderIndex, chunk: 1, provider: PROVIDER, resultsRoot: 5n, price: 900n });
  });
  return { scenario, orderIndex };
}

/** Two accounts rotate their keys; the seed's vault is distributed twice, once to nobody; nothing else. */
function pairedBlock(): SealedBlock {
  const { scenario } = startedVault();
  const { state } = scenario;
  return runBlock(scenario, (draft) => {
    for (const [account, sequence] of [
      [ALICE, 2n],
      [BOB, 3n],
    ] as const) {
      const { ax, ay } = rotatedKey(account);
      const rotation = {
        kind: "rotateKey",
        ...common(account, getAccount(state, account).nonce),
        ax,
        ay,
      } as const;
      draft.addOperation(sign(state, { ...rotation, owner: ownerOf(account) }), sequence);
    }
    const vault = getSeed(state, SEED).amount;
    draft.addDistribution({ seed: SEED, legs: fullList([{ receiver: ALICE, amount: vault }]), total: vault });
    draft.addDistribution({ seed: SEED, legs: fullList([]), total: 0n });
  });
}

let inputs: readonly CircuitInput[] | undefined;

/** Inputs of the block circuit that are good: from a life of a small rollup. */
export function blockInputs(): readonly CircuitInput[] {
  inputs ??= goodBlocks();
  return inputs;
}

function goodBlocks(): CircuitInput[] {
  const busy = inputOf(busyBlock(emptyScenario(MUTATED)));
  const { scenario, orderIndex, blocks } = richScenario();
  const closing = inputOf(closingBlock(scenario, orderIndex));
  const posted = inputOf(blocks[2]!);
  const last = emptyScenario(MUTATED);
  const empty = inputOf(runBlock(last, () => undefined));
  const mixed = { ...closing };
  for (const name of Object.keys(posted)) if (/^order[A-Z]/.test(name)) mixed[name] = posted[name]!;
  return [
    busy,
    closing,
    inputOf(signedBlock(MUTATED).block),
    inputOf(requestBlock(MUTATED).block),
    inputOf(exitingBlock()),
    inputOf(pairedBlock()),
    ...blocks.map(inputOf),
    idleNumbers(empty, mixed),
    empty,
  ];
}

/** A program that counts and sums falsely: one input each for burned, pool, and the counts of slots. */
export const blockLies: Lies = {
  name: "counts",
  patch: (text) =>
    text
      .replace("    signal input feeAccount;\n", "    signal input feeAccount;\n    signal input lie[8];\n")
      .replace("burned <== burned,", "burned <== burned + lie[0],")
      .replace("pool <== pooled,", "pool <== pooled + lie[1],")
      .replace("requests <== requestCount,", "requests <== requestCount + lie[2],")
      .replace("settlements <== settlementCount,", "settlements <== settlementCount + lie[3],")
      .replace("cells <== cellCount", "cells <== cellCount + lie[4]")
      .replace("withdrawals <== withdrawalCount,", "withdrawals <== withdrawalCount + lie[5],")
      .replace("rotations <== rotationCount,", "rotations <== rotationCount + lie[6],")
      .replace("distributions <== distributionCount", "distributions <== distributionCount + lie[7]"),
};

/** Inputs for {@link blockLies}, each with one lie. */
export const lyingInputs = (input: CircuitInput): CircuitInput[] =>
  Array.from({ length: 8 }, (_, place) => ({ ...input, lie: new Array<bigint>(8).fill(0n).with(place, 1n) }));

/** A deposit, and a transfer from Alice to Bob, whose block opens three cells. */
function transferBlock(size: BlockSize = MUTATED): SealedBlock {
  const scenario = emptyScenario(size);
  runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
  const { state } = scenario;
  return runBlock(scenario, (draft) => {
    draft.addRequest({ kind: "deposit", index: BOB, time: 3n, depositor: 9n, amount: 17n });
    const transfer = { kind: "transfer", ...common(ALICE, 0n), receiver: BOB, amount: 60n } as const;
    draft.addOperation(sign(state, transfer), 4n);
  });
}

/** A block whose only operation stands in slot `place`, behind unused slots that would come before it by rank. */
export function lateOperation(place: number, idle: CircuitInput, size: BlockSize = MUTATED): CircuitInput {
  const block = transferBlock(size);
  let late = inputOf(block);
  const own = late;
  for (let slot = 0; slot < size.operations; slot += 1) {
    late =
      slot === place
        ? copySlot(late, "operation", slot, own, 0)
        : copySlot(late, "operation", slot, idle, slot);
    // Behind the operation the unused slots come after it by rank too.
    if (slot > place) late = edit(late, [`operationPreviousPriority.${slot}`, 0n]);
  }
  const alice = block.changes.findIndex(({ index }) => index === ALICE);
  const time = operationTime(size, place);
  const access = accessOrder.encode({ time, priority: 5n, sequence: 4n });
  return { ...late, cellLastAccess: (late.cellLastAccess as readonly bigint[]).with(alice, access) };
}

/** A block whose only settlement stands in the second slot. */
export function lateSettlement(size: BlockSize = MUTATED): CircuitInput {
  const block = busyBlock(emptyScenario(size));
  const { orderIndex } = block.settlements[0]!.settlement;
  const order = block.changes.findIndex(({ index }) => index === orderIndex);
  const late = moveSlots(inputOf(block), "settlement", [1, 0]);
  const accesses = (late.cellLastAccess as readonly bigint[]).with(
    order,
    INITIAL_ACCESS + settlementTime(size, 1),
  );
  return { ...late, cellLastAccess: accesses };
}

/** Blocks whose only withdrawal, list of payments, rotated key or distribution stands in a later slot than the first. */
function lateSlots(): CircuitInput[] {
  const { scenario } = startedVault();
  const { state } = scenario;
  const { ax, ay } = rotatedKey(BOB);
  const paid = runBlock(scenario, (draft) => {
    const base = common(BOB, 0n);
    draft.addOperation(sign(state, { kind: "withdraw", ...base, amount: 50n }), 2n);
    const payment = { kind: "multiTransfer", ...base, nonce: 1n, priorityFee: 4n, legs: legs(1) } as const;
    draft.addOperation(sign(state, payment), 3n);
    const rotation = { ...base, nonce: 2n, priorityFee: 3n, ax, ay, owner: ownerOf(BOB) } as const;
    draft.addOperation(sign(state, { kind: "rotateKey", ...rotation }), 4n);
  });
  const input = inputOf(paid);
  const late = (prefix: string, size: number, to: number): CircuitInput =>
    moveSlots(
      input,
      prefix,
      Array.from({ length: size }, (_, i) => (i === to ? 0 : i < to ? i + 1 : i)),
    );
  const distributed = runBlock(scenario, (draft) => {
    draft.addDistribution({ seed: SEED, legs: fullList([{ receiver: BOB, amount: 5n }]), total: 5n });
  });
  const moved = moveSlots(inputOf(distributed), "distribution", [1, 0]);
  const seed = distributed.changes.findIndex(({ index }) => index === SEED);
  const access = INITIAL_ACCESS + distributionTime(MUTATED, 1);
  return [
    ...[1, 2].map((to) => late("withdrawal", MUTATED.withdrawals, to)),
    ...[1, 2, 3].map((to) => late("legGroup", MUTATED.legGroups, to)),
    late("rotation", MUTATED.rotations, 1),
    {
      ...moved,
      distributionPreviousTime: [0n, 0n],
      cellLastAccess: (moved.cellLastAccess as readonly bigint[]).with(seed, access),
    },
  ];
}

/** Blocks that are right but for one unused slot before a used one. */
function gaps(idle: CircuitInput): CircuitInput[] {
  const block = transferBlock();
  const input = inputOf(block);
  const result: CircuitInput[] = [];
  for (let to = 1; to < MUTATED.requests; to += 1) {
    const moved = moveSlots(input, "request", [1, 2, 3, 4, 5].toSpliced(to, 0, 0));
    // Slots that read nothing; any time before them will do.
    result.push({ ...moved, requestPreviousTime: new Array<bigint>(MUTATED.requests).fill(0n) });
  }
  // The three cells in order, the ones from place `to - 1` on one or more places later.
  const used = block.changes.length;
  for (let to = 1; to < MUTATED.cells; to += 1) {
    const before = Math.min(to - 1, used - 1);
    const order = Array.from({ length: MUTATED.cells }, (_, place) => {
      if (place < before) return place;
      const slot = place - to + before;
      return place >= to && slot < used ? slot : used;
    });
    result.push(moveSlots(input, "cell", order));
  }
  for (let place = 1; place < MUTATED.operations; place += 1) result.push(lateOperation(place, idle));
  result.push(lateSettlement(), ...lateSlots());
  return result;
}

/** Numbers in slots that are not used. */
function hidden(empty: CircuitInput): CircuitInput[] {
  const result: CircuitInput[] = [];
  const put = (name: string, slot: number): void => {
    result.push({ ...empty, [name]: (empty[name] as readonly bigint[]).with(slot, 5n) });
  };
  for (let slot = 0; slot < MUTATED.requests; slot += 1) {
    for (const name of ["requestIndex", "requestHead0", "requestHead1"]) put(name, slot);
  }
  put("withdrawalWord", 0);
  return result;
}

/** Inputs of the block circuit that are false in one thing. */
export function tamperedBlockInputs(): CircuitInput[] {
  const good = blockInputs();
  return [...gaps(good.at(-2)!), ...hidden(good.at(-1)!)];
}

/** The digits circuit under mutation: 16 images, the committed network, the wrapper of every program. */
export const taskCircuit: CircuitInstance = digitsCircuit;

/** Inputs of the digits circuit that are good: a full chunk, and a last chunk of five images. */
export function taskInputs(): CircuitInput[] {
  const model = readDigitsModel();
  const images = splitDigits(readDigits())
    .heldOut.map(({ pixels }) => pixels)
    .slice(0, 37);
  const inputs = images.map((pixels) => encodeInput(pixels));
  return [0, 2].map((chunk) => {
    const { from, count } = chunkJobs(digitsProgram, inputs.length, chunk);
    const results = images
      .slice(from, from + count)
      .map((pixels) => encodeResult(classify(model, pixels).label));
    const statement = chunkStatement(digitsProgram, {
      domain: (1n << 247n) / 3n,
      provider: (1n << 159n) / 3n,
      price: 0x5555_5555_5555_5555n,
      parametersCommitment: parametersCommitment(model),
      inputs,
      chunk,
      results,
    });
    const parameterWords = parametersWords(model);
    const input = chunkWitnessInput(digitsProgram, {
      statement,
      parameterWords,
      inputs,
      z: 0x1234_5678_9abc_def0n,
    });
    return input as unknown as CircuitInput;
  });
}
