// Packed values split another way: a carry from one field into the next must not pass (docs/protocol.md §8).
import {
  type CircuitInput,
  type CompiledCircuit,
  calculateWitness,
  compileCircuit,
  generateSchemaSources,
} from "@catalyze/circuits/build";
import {
  accountStatic,
  blockCircuitInput,
  type Cell,
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
  orderWork,
  type Word,
  type WordFields,
} from "@catalyze/circuits/schema";
import { beforeAll, describe, expect, it } from "vitest";
import { accepts, compileGadget, signalOf, witnessOf } from "../gadgets/harness.js";
import { column, type Edit, edit } from "../inputs.js";
import { type Judge, loadJudge } from "./attack.js";
import { busyBlock, inputOf, TINY, tinyCircuit } from "./blocks.js";
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
  circuit = await compileCircuit(tinyCircuit());
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

const bit = (count: number): bigint => 1n << BigInt(count);

/** A field of a packed word: the signal that holds it, its place in the word, and its factor there. */
type Field = readonly [signal: string, offset: number, sign?: bigint];

/** Changes of an input that leave the packed word as it is: one field takes a carry from the next. */
function carries(fields: readonly Field[]): (readonly [name: string, edits: readonly Edit[]])[] {
  return fields.slice(1).map(([higher, top, borrowed = 1n], i) => {
    const [lower, offset, lent = 1n] = fields[i]!;
    const carry = bit(top - offset) * lent;
    return [
      `${lower} takes a carry from ${higher}`,
      [
        [lower, (value) => value + carry],
        [higher, (value) => value - borrowed],
      ],
    ];
  });
}

/** Fields of a declared word, as signals of a slot. */
const fieldsOf = (word: Word<WordFields>, prefix: string, slot: number): Field[] =>
  Object.keys(word.fields).map((name) => [
    `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}.${slot}`,
    word.offsets[name]!,
  ]);

const TERM_FIELDS: Field[] = Object.keys(orderTerms.fields).map((name, i) => [
  `settlementTerms.0.${i}`,
  (orderTerms as Word<WordFields>).offsets[name]!,
]);

/** Absorbed word of a settlement; its time enters as a distance. */
const SETTLEMENT_FIELDS: Field[] = [
  ["settlementBitmap.0", 0],
  ["settlementRemaining.0", 64],
  ["settlementChunk.0", 71],
  ["settlementOrderIndex.0", 77],
  ["settlementProvider.0", 101],
  ["settlementPreviousTime.0", 125, -1n],
  ["settlementEscrow.0", 141],
];

const ACCESS_FIELDS: Field[] = [
  ["operationPreviousTime.1", accessOrder.offsets.time],
  ["operationPreviousPriority.1", accessOrder.offsets.priority],
  ["operationPreviousSequence.1", accessOrder.offsets.sequence],
];

const OPENING_FIELDS: Field[] = [
  ["openingUses.0", 0],
  ["openingIndex.0", 16],
  ["openingIsAccount.0", 40],
  ["openingIsSeed.0", 41],
];

/** Absorbed word of the cell in slot 2, which is opened. */
const MULTIPLICITY_FIELDS: Field[] = [
  ["cellPresence.2", 0],
  ["cellOpened.2", 16],
  ["cellCredit.2", 17],
];

const DYNAMIC_FIELDS: Field[] = [
  ["cellAmount.1", cellDynamic.offsets.amount],
  ["cellPayload.1", cellDynamic.offsets.payload],
  ["cellIsAccount.1", cellDynamic.offsets.kind],
];

/** Packed words of slots of the busy block, and what refuses every carry in them. */
const WORDS: readonly (readonly [word: string, fields: readonly Field[], reason: RegExp])[] = [
  // Fields in range of their own.
  ["the terms of a settled order", TERM_FIELDS, /^settlement\.SettledOrder\.RangeCheck$/],
  [
    "the access word of a settlement",
    SETTLEMENT_FIELDS,
    /^settlement\.(RangeCheck|SettleBit\.Bits|SettleBit\.ChunkPower\.Bits)$/,
  ],
  ["the word of an opening", OPENING_FIELDS, /^opening(\.RangeCheck)?$/],
  ["the absorbed word of a cell", MULTIPLICITY_FIELDS, /^cell(\.RangeCheck)?$/],
  ["the dynamic word of a cell", DYNAMIC_FIELDS, /^cell(\.RangeCheck)?$/],
  // Fields that the static part fixes, which is absorbed, or that are in range: index, share and modes, of which the last
  // two stand beside each other in both words, and all of the second.
  [
    "the first word of a new order",
    fieldsOf(orderParties, "order", 0),
    /^(memory|order\.AtMostTenThousand\.BelowTenThousand)$/,
  ],
  ["the second word of a new order", fieldsOf(orderWork, "order", 0), /^order\.RangeCheck$/],
  // Fields in range, or bounded by what is checked of them.
  ["the route of an operation", fieldsOf(operationRoute, "operation", 2).slice(1), /^operation\.RangeCheck$/],
  ["the record of an operation", fieldsOf(operationRecord, "operation", 1), /^operation\.RangeCheck$/],
  ["the access that an operation reads", ACCESS_FIELDS, /^operation\.RangeCheck$/],
];

describe("a packed word split another way", () => {
  let refusals: Judge;
  let input: CircuitInput;

  beforeAll(async () => {
    refusals = await loadJudge();
    input = inputOf(busyBlock());
    expect(column(input, "cellOpened")[2]).toBe(1n);
    expect(column(input, "openingIsAccount")[0]).toBe(1n);
    expect(refusals(input)).toEqual([]);
  });

  it.each(WORDS)("is refused: %s", (_, fields, reason) => {
    for (const [name, edits] of carries(fields)) {
      expect(refusals(edit(input, ...edits)), name).toEqual(
        expect.arrayContaining([expect.stringMatching(reason)]),
      );
    }
  });

  it("is refused: the terms of a new order, whose seed's payload lends to the savings share", () => {
    const carry = bit(orderTerms.offsets.savingsShare);
    const lent = edit(
      input,
      ["orderSeedPayload.0", (payload) => payload - carry],
      ["orderSavingsShare.0", (share) => share + 1n],
    );
    expect(refusals(lent)).toEqual(["presence"]);
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
