// Packed values split another way: a carry from one field into the next must not pass (docs/protocol.md §8).
import {
  blockCircuit,
  type CompiledCircuit,
  calculateWitness,
  compileCircuit,
  generateSchemaSources,
} from "@catalyze/circuits/build";
import {
  accountStatic,
  blockCircuitInput,
  type Cell,
  type CircuitInput,
  getAccount,
  type Operation,
  operationMessage,
  type SealedBlock,
  type State,
  setCell,
  signMessage,
} from "@catalyze/circuits/reference";
import {
  AMOUNT_BITS,
  accessOrder,
  cellDynamic,
  operationRecord,
  operationRoute,
  orderParties,
  orderTerms,
} from "@catalyze/circuits/schema";
import { beforeAll, describe, expect, it } from "vitest";
import { accepts, compileGadget, signalOf, witnessOf } from "../gadgets/harness.js";
import { busyBlock, TINY } from "./blocks.js";
import {
  ALICE,
  BOB,
  common,
  emptyScenario,
  makeOrder,
  OPERATION_DOMAIN,
  PROVIDER,
  privateKey,
  registerAll,
  runBlock,
  sign,
  zOf,
} from "./scenario.js";

let circuit: CompiledCircuit;

beforeAll(async () => {
  generateSchemaSources();
  circuit = await compileCircuit(blockCircuit(TINY));
});

async function provable(input: CircuitInput): Promise<boolean> {
  try {
    await calculateWitness(circuit, input);
    return true;
  } catch {
    return false;
  }
}

/** The block's input with other closing cells: `after` by index; paths follow. Takes the block back first. */
function reclose(
  state: State,
  block: SealedBlock,
  input: CircuitInput,
  after: ReadonlyMap<number, Cell>,
): CircuitInput {
  for (const { index, before } of block.changes) setCell(state, index, before);
  const children = block.changes.map((change) => {
    const path = state.tree.proof(change.index).children;
    setCell(state, change.index, after.get(change.index) ?? change.after);
    return path;
  });
  const all = input.cellChildren as readonly (readonly (readonly bigint[])[])[];
  const amounts = [...(input.cellAmount as bigint[])];
  block.changes.forEach(({ index }, i) => {
    amounts[i] = after.get(index)?.amount ?? amounts[i]!;
  });
  return { ...input, cellAmount: amounts, cellChildren: all.map((path, i) => children[i] ?? path) };
}

describe("a balance that borrows from the nonce", () => {
  it("is no balance: an account can't spend more than it has under an old nonce", async () => {
    const scenario = emptyScenario(TINY);
    const { state } = scenario;
    runBlock(scenario, (draft) => registerAll(draft, 1_000n));
    runBlock(scenario, (draft) => {
      draft.addOperation(
        sign(state, { kind: "transfer", ...common(ALICE, 0n), receiver: BOB, amount: 1n }),
        1n,
      );
    });
    const held = getAccount(state, ALICE).amount;
    const honest: Operation = { kind: "transfer", ...common(ALICE, 1n), receiver: BOB, amount: 5n };
    const block = runBlock(scenario, (draft) => {
      draft.addOperation(sign(state, honest), 2n);
    });
    const input: CircuitInput = { ...blockCircuitInput(block), z: zOf(block) };
    expect(await provable(input)).toBe(true);

    // With nonce 0 the word (held, nonce 1) is also (held + 2^offset, nonce 0).
    const borrowed = 1n << BigInt(cellDynamic.offsets.payload);
    const amount = held + 1_000_000n;
    const debit = amount + 15n;
    const forgedOperation: Operation = { ...honest, nonce: 0n, amount };
    const alice = block.changes.find(({ index }) => index === ALICE)!.after as Extract<
      Cell,
      { kind: "account" }
    >;
    const bob = block.changes.find(({ index }) => index === BOB)!.before as Extract<
      Cell,
      { kind: "account" }
    >;
    const rest = held + borrowed - debit;
    const message = operationMessage(
      OPERATION_DOMAIN,
      accountStatic(alice.ax, alice.ay, alice.owner),
      forgedOperation,
    );
    const { r8x, r8y, s } = signMessage(privateKey(ALICE), message);
    const set = (name: string, value: bigint): bigint[] =>
      (input[name] as bigint[]).map((old, i) => (i === 0 ? value : old));
    const at = (index: number): number => block.changes.findIndex((change) => change.index === index);
    const forged: CircuitInput = {
      ...input,
      operationNonce: set("operationNonce", 0n),
      operationAmount: set("operationAmount", amount),
      operationBalance: set("operationBalance", held + borrowed),
      operationR8x: set("operationR8x", r8x),
      operationR8y: set("operationR8y", r8y),
      operationS: set("operationS", s),
      cellCredit: (input.cellCredit as bigint[]).map((old, k) => (k === at(BOB) ? amount : old)),
      cellPayload: (input.cellPayload as bigint[]).map((old, i) => (i === at(ALICE) ? 1n : old)),
    };
    const after = new Map<number, Cell>([
      [ALICE, { ...alice, nonce: 1n, amount: rest % (1n << BigInt(AMOUNT_BITS)) }],
      [BOB, { ...bob, amount: bob.amount + amount }],
    ]);
    expect(await provable(reclose(state, block, forged, after))).toBe(false);
  });
});

type Shift = readonly [name: string, slot: number | readonly [number, number], by: bigint];

/** A copy of the input in which numbers are moved by the given amounts. */
function shifted(input: CircuitInput, shifts: readonly Shift[]): CircuitInput {
  const copy = structuredClone(input) as Record<string, bigint[] | bigint[][]>;
  for (const [name, slot, by] of shifts) {
    const [row, column] = typeof slot === "number" ? [slot, undefined] : slot;
    const target = (column === undefined ? copy[name] : (copy[name] as bigint[][])[row]) as bigint[];
    target[column ?? row] = target[column ?? row]! + by;
  }
  return copy as CircuitInput;
}

const bit = (count: number): bigint => 1n << BigInt(count);
const { offsets: terms } = orderTerms;
const TERM_NAMES = Object.keys(orderTerms.fields) as (keyof typeof terms)[];

describe("a block with a packed value split another way has no witness", () => {
  let input: CircuitInput;

  beforeAll(async () => {
    const block = busyBlock(emptyScenario(TINY));
    input = { ...blockCircuitInput(block), z: zOf(block) };
    expect(await provable(input)).toBe(true);
  });

  const CASES: [string, readonly Shift[]][] = [
    // The word of the order's terms stays as it is.
    ...TERM_NAMES.slice(1).map((name, i): [string, Shift[]] => [
      `terms of a settled order: ${TERM_NAMES[i]} takes a carry from ${name}`,
      [
        ["settlementTerms", [0, i], bit(terms[name] - terms[TERM_NAMES[i]!])],
        ["settlementTerms", [0, i + 1], -1n],
      ],
    ]),
    [
      "terms of a new order: the seed's payload lends to the savings share",
      [
        ["orderSeedPayload", 0, -bit(terms.savingsShare)],
        ["orderSavingsShare", 0, 1n],
      ],
    ],
    // The public word stays as it is.
    [
      "parties of a new order: the nonce takes a carry from the requester",
      [
        ["orderNonce", 0, bit(orderParties.offsets.requester)],
        ["orderRequester", 0, -1n],
      ],
    ],
    [
      "parties of a new order: seed and middleware",
      [
        ["orderSeed", 0, bit(24)],
        ["orderMiddleware", 0, -1n],
      ],
    ],
    [
      "parties of a new order: middleware and index",
      [
        ["orderMiddleware", 0, bit(24)],
        ["orderIndex", 0, -1n],
      ],
    ],
    [
      "parties of a new order: index and settlement fee",
      [
        ["orderIndex", 0, bit(24)],
        ["orderSettlementFee", 0, -1n],
      ],
    ],
    // The signed route stays as it is.
    [
      "route: expiry takes a carry from the receiver",
      [
        ["operationExpiry", 2, bit(operationRoute.offsets.receiver - operationRoute.offsets.expiry)],
        ["operationReceiver", 2, -1n],
      ],
    ],
    // The record in the operations root stays as it is.
    [
      "record: the previous priority takes a carry from the previous sequence number",
      [
        [
          "operationPreviousPriority",
          1,
          bit(operationRecord.offsets.previousSequence - operationRecord.offsets.previousPriority),
        ],
        ["operationPreviousSequence", 1, -1n],
      ],
    ],
    [
      "record: the previous time takes a carry from the previous priority",
      [
        [
          "operationPreviousTime",
          1,
          bit(operationRecord.offsets.previousPriority - operationRecord.offsets.previousTime),
        ],
        ["operationPreviousPriority", 1, -1n],
      ],
    ],
    // What the memory reads stays as it is.
    [
      "access: a later time passes as an earlier one of the next priority",
      [
        ["operationPreviousTime", 1, -bit(accessOrder.offsets.priority)],
        ["operationPreviousPriority", 1, 1n],
      ],
    ],
    [
      "credits: presence takes a carry from opened",
      [
        ["cellPresence", 0, bit(16)],
        ["cellOpened", 0, -1n],
      ],
    ],
  ];
  it.each(CASES)("%s", async (_, shifts) => {
    expect(await provable(shifted(input, shifts))).toBe(false);
  });
});

describe("an escrow that borrows from the bitmap", () => {
  it("has no settlement in which chunk 0 is settled again", async () => {
    const scenario = emptyScenario(TINY);
    const { state } = scenario;
    runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
    const posted = runBlock(scenario, (draft) => {
      const order = makeOrder(state, ALICE, 0n);
      draft.addOperation(sign(state, { kind: "postOrder", ...common(ALICE, 0n), order }), 1n);
    });
    const orderIndex = posted.orders[0]!.index;
    const settle = (chunk: number): SealedBlock =>
      runBlock(scenario, (draft) => {
        draft.addSettlement({ orderIndex, chunk, provider: PROVIDER, resultsRoot: 5n, price: 1000n });
      });
    settle(0);
    const block = blockCircuitInput(settle(1)) as Record<string, bigint[]>;
    const names =
      "order terms orderIndex escrow bitmap remaining previousTime chunk provider owner resultsRoot price";
    const slot: Record<string, bigint> = { used: 1n, statementDomain: 77n, time: 1n };
    for (const name of names.split(" ")) {
      slot[name] = block[`settlement${name.charAt(0).toUpperCase()}${name.slice(1)}`]![0]!;
    }
    const gadget = await compileGadget("settlement", ["block/settlement.circom"], "Settlement()");
    const honest = await witnessOf(gadget, slot);
    expect(signalOf(gadget, honest, "requesterCredit")).toBe(0n);
    // Chunk 0 again: the bitmap gives the escrow what lets it pay 4 jobs out of the rest for 3.
    const again = { ...slot, chunk: 0n, bitmap: 0n };
    expect(await accepts(gadget, again)).toBe(false);
    const place = bit(cellDynamic.offsets.payload);
    expect(await accepts(gadget, { ...again, escrow: slot.escrow! + place })).toBe(false);
    const within = await witnessOf(gadget, { ...again, escrow: slot.escrow! + bit(AMOUNT_BITS) });
    expect(signalOf(gadget, within, "readDynamic")).not.toBe(signalOf(gadget, honest, "readDynamic"));
    expect(signalOf(gadget, within, "readDynamic") - signalOf(gadget, honest, "readDynamic")).toBe(
      bit(AMOUNT_BITS) - place,
    );
  });
});
