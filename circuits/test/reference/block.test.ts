// The state machine: what each rule refuses, conservation over random blocks, and taking blocks back.
import {
  type BlockDraft,
  createBlockDraft,
  createState,
  findOrderIndex,
  fromJson,
  type Operation,
  type Order,
  revertBlock,
  type SealedBlock,
  type SignedOperation,
  setCell,
  splitPayment,
  stateRoot,
  TransitionError,
  toJson,
  totalAmount,
} from "@catalyze/circuits/reference";
import { blockLayout, decodeBlockVector, SchemaError, SMALL_BLOCK } from "@catalyze/circuits/schema";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attempt, randomAction } from "../block/random.js";
import {
  ALICE,
  BOB,
  common,
  emptyScenario,
  makeOrder,
  nextHeader,
  OPERATOR,
  PROVIDER,
  registerAll,
  runBlock,
  type Scenario,
  SEED,
  START,
  sign,
  TERMS,
} from "../block/scenario.js";

const FUNDS = 1_000_000n;

/** A rollup with everyone registered and an open order of Alice's at the returned index. */
function startedScenario(order: Partial<Order> = {}): { scenario: Scenario; orderIndex: number } {
  const scenario = emptyScenario();
  const { state } = scenario;
  runBlock(scenario, (draft) => registerAll(draft, FUNDS));
  const block = runBlock(scenario, (draft) => {
    const posted = makeOrder(state, ALICE, 0n, order);
    draft.addOperation(sign(state, { kind: "postOrder", ...common(ALICE, 0n), order: posted }), 1n);
  });
  return { scenario, orderIndex: block.orders[0]!.index };
}

/** Runs `act` on a new draft and returns the code of the error it throws; the draft must stay as it was. */
function codeOf(scenario: Scenario, act: (draft: BlockDraft) => void): string {
  const before = stateRoot(scenario.state);
  const draft = createBlockDraft(scenario.state, nextHeader(scenario));
  try {
    act(draft);
  } catch (error) {
    expect(stateRoot(scenario.state)).toBe(before);
    if (error instanceof TransitionError || error instanceof SchemaError) return error.code;
    throw error;
  }
  return "none";
}

const settlement = (orderIndex: number, change = {}) => ({
  orderIndex,
  chunk: 0,
  provider: PROVIDER,
  resultsRoot: 1n,
  price: 100n,
  ...change,
});

describe("operations", () => {
  const { scenario } = startedScenario();
  const { state } = scenario;
  const transfer = (change: Partial<Extract<Operation, { kind: "transfer" }>> = {}): Operation => ({
    kind: "transfer",
    ...common(BOB, 0n),
    receiver: ALICE,
    amount: 5n,
    ...change,
  });
  const code = (signed: SignedOperation): string =>
    codeOf(scenario, (draft) => draft.addOperation(signed, 9n));

  it.each<[string, Operation]>([
    ["none", transfer()],
    ["NONCE_TOO_HIGH", transfer({ nonce: 1n })],
    ["INSUFFICIENT_BALANCE", transfer({ amount: FUNDS })],
    ["none", transfer({ amount: FUNDS - 15n })],
    ["OPERATION_EXPIRED", transfer({ expiry: START })],
    ["ACCOUNT_NOT_FOUND", transfer({ receiver: SEED })],
    ["ACCOUNT_NOT_FOUND", transfer({ receiver: 4000 })],
    ["SCHEMA_OUT_OF_RANGE", transfer({ amount: -1n })],
    ["SCHEMA_OUT_OF_RANGE", { kind: "withdraw", ...common(BOB, 0n), amount: 1n << 88n }],
  ])("answers %s", (expected, operation) => {
    const signable = expected === "SCHEMA_OUT_OF_RANGE" ? transfer() : operation;
    expect(code({ ...sign(state, signable), operation })).toBe(expected);
  });

  it("refuses a used nonce, another's signature, and any field changed after signing", () => {
    expect(code(sign(state, { kind: "withdraw", ...common(ALICE, 0n), amount: 1n }))).toBe("NONCE_TOO_LOW");
    const signed = sign(state, transfer());
    for (const change of [{ amount: 6n }, { fee: 11n }, { receiver: OPERATOR }, { priorityFee: 6n }]) {
      const operation = { ...transfer(), ...change } as Operation;
      expect(code({ operation, signature: signed.signature })).toBe("BAD_SIGNATURE");
    }
    const other = sign(state, { ...transfer(), signer: OPERATOR } as Operation);
    expect(code({ operation: transfer(), signature: other.signature })).toBe("BAD_SIGNATURE");
  });

  it("refuses sequence numbers that do not rise with the nonces of an account", () => {
    const act = (draft: BlockDraft): void => {
      draft.addOperation(sign(state, transfer()), 9n);
      draft.addOperation(sign(state, transfer({ nonce: 1n })), 9n);
    };
    expect(codeOf(scenario, act)).toBe("SEQUENCE_NOT_RISING");
  });

  it.each<[string, Partial<Order>]>([
    ["none", {}],
    ["ORDER_MISMATCH", { requester: BigInt(ALICE) }],
    ["ORDER_MISMATCH", { nonce: 3n }],
    ["ORDER_MISMATCH", { programId: 1n }],
    ["ORDER_MISMATCH", { parametersCommitment: 1n }],
    ["ORDER_MISMATCH", { terms: { ...TERMS, royalty: 0n } }],
    ["ORDER_MISMATCH", { savingsShare: 10_001n }],
    ["ORDER_MISMATCH", { jobCount: 65n, chunkSize: 1n }],
    ["none", { jobCount: 64n, chunkSize: 1n }],
    ["SEED_NOT_FOUND", { seed: BigInt(ALICE) }],
    ["ACCOUNT_NOT_FOUND", { middleware: BigInt(SEED) }],
    ["INSUFFICIENT_BALANCE", { priceLimit: FUNDS }],
  ])("posting an order answers %s for %o", (expected, change) => {
    const order = makeOrder(state, BOB, 0n, change);
    // An order that has no static part can't even be signed.
    const post = (draft: BlockDraft): unknown =>
      draft.addOperation(sign(state, { kind: "postOrder", ...common(BOB, 0n), order }), 1n);
    expect(codeOf(scenario, post)).toBe(expected);
  });
});

describe("settlements", () => {
  it("pays a chunk once, at most at the limit, for a known provider and an accepting order", () => {
    const { scenario, orderIndex } = startedScenario();
    const code = (change: object): string =>
      codeOf(scenario, (draft) => draft.addSettlement(settlement(orderIndex, change)));
    expect(code({})).toBe("none");
    expect(code({ price: 1000n })).toBe("none");
    expect(code({ price: 1001n })).toBe("PRICE_ABOVE_LIMIT");
    expect(code({ chunk: 2 })).toBe("CHUNK_OUT_OF_RANGE");
    expect(code({ chunk: -1 })).toBe("CHUNK_OUT_OF_RANGE");
    expect(code({ provider: SEED })).toBe("ACCOUNT_NOT_FOUND");
    expect(code({ orderIndex: ALICE })).toBe("ORDER_NOT_FOUND");
    const twice = (draft: BlockDraft): void => {
      draft.addSettlement(settlement(orderIndex));
      draft.addSettlement(settlement(orderIndex, { provider: BOB }));
    };
    expect(codeOf(scenario, twice)).toBe("CHUNK_ALREADY_SETTLED");
    const afterLast = (draft: BlockDraft): void => {
      for (const chunk of [0, 1, 0]) draft.addSettlement(settlement(orderIndex, { chunk }));
    };
    expect(codeOf(scenario, afterLast)).toBe("CHUNK_ALREADY_SETTLED");
    runBlock(scenario, (draft) => draft.addSettlement(settlement(orderIndex)));
    expect(code({})).toBe("CHUNK_ALREADY_SETTLED");
    const closed = startedScenario({ modes: 2n });
    const refused = (draft: BlockDraft): void => void draft.addSettlement(settlement(closed.orderIndex));
    expect(codeOf(closed.scenario, refused)).toBe("MODE_NOT_ACCEPTED");
  });

  it("settles an order from the block after its posting", () => {
    const { scenario } = startedScenario();
    const { state } = scenario;
    const index = findOrderIndex(state, new Set());
    const act = (draft: BlockDraft): void => {
      draft.addOperation(
        sign(state, { kind: "postOrder", ...common(BOB, 0n), order: makeOrder(state, BOB, 0n) }),
        2n,
      );
      draft.addSettlement(settlement(index));
    };
    expect(codeOf(scenario, act)).toBe("ORDER_NOT_YET_SETTLEABLE");
  });

  it("splits the golden example 100 into 85, 5, 5, 5 and a use of 10,000 into a royalty of 200", () => {
    const { scenario } = startedScenario();
    const order = makeOrder(scenario.state, ALICE, 9n, { priceLimit: 100n, settlementFee: 0n });
    const terms = { royalty: 500n, middleware: 500n, burn: 500n, pool: 0n, version: 1n };
    const split = splitPayment({ ...order, terms }, 1n, 100n);
    expect(split).toMatchObject({
      provider: 85n,
      middleware: 5n,
      royalty: 5n,
      burn: 5n,
      pool: 0n,
      debit: 100n,
    });
    const royal = splitPayment(
      { ...order, priceLimit: 10_000n, terms: { ...terms, royalty: 200n } },
      1n,
      10_000n,
    );
    expect(royal.royalty).toBe(200n);
    const bonus = splitPayment({ ...order, priceLimit: 150n, savingsShare: 5000n, terms }, 1n, 100n);
    expect(bonus.middleware).toBe(5n + 25n);
    expect(bonus.debit).toBe(125n);
  });
});

describe("requests", () => {
  it("refuses an occupied cell, an account that does not exist, and the upper half", () => {
    const { scenario } = startedScenario();
    const deposit = (index: number) =>
      ({ kind: "deposit", index, time: 1n, depositor: 1n, amount: 1n }) as const;
    expect(codeOf(scenario, (draft) => draft.addRequest(deposit(BOB)))).toBe("none");
    expect(codeOf(scenario, (draft) => draft.addRequest(deposit(SEED)))).toBe("ACCOUNT_NOT_FOUND");
    expect(codeOf(scenario, (draft) => draft.addRequest(deposit(2 ** 15)))).toBe("INDEX_OUT_OF_RANGE");
    expect(codeOf(scenario, (draft) => registerAll(draft, 1n))).toBe("CELL_OCCUPIED");
  });
});

describe("blocks", () => {
  it("are full at their capacities and take nothing after sealing", () => {
    const { scenario } = startedScenario();
    const { state } = scenario;
    const fill = (draft: BlockDraft): void => {
      for (let i = 0n; i <= BigInt(SMALL_BLOCK.operations); i++) {
        draft.addOperation(
          sign(state, { kind: "transfer", ...common(BOB, i), receiver: ALICE, amount: 1n }),
          i + 1n,
        );
      }
    };
    const draft = createBlockDraft(state, nextHeader(scenario));
    expect(() => fill(draft)).toThrow(expect.objectContaining({ code: "BLOCK_FULL" }));
    draft.seal();
    expect(() => draft.seal()).toThrow(expect.objectContaining({ code: "BLOCK_SEALED" }));
  });

  it("decode from their bytes to their words, and survive JSON", () => {
    const { scenario, orderIndex } = startedScenario();
    const block = runBlock(scenario, (draft) => draft.addSettlement(settlement(orderIndex)));
    expect(decodeBlockVector(SMALL_BLOCK, block.bytes)).toEqual(block.content);
    expect(() => decodeBlockVector(SMALL_BLOCK, block.bytes.slice(1))).toThrow(SchemaError);
    expect(() => decodeBlockVector(SMALL_BLOCK, block.bytes.slice(0, -1))).toThrow(SchemaError);
    expect(fromJson(toJson(block.changes))).toEqual(block.changes);
    expect(blockLayout(SMALL_BLOCK).segments).toHaveLength(block.content.length);
  });

  it("conserve every unit and can be taken back, over random sequences", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(randomAction, { maxLength: 8 }), { minLength: 1, maxLength: 5 }),
        (plan) => {
          const { scenario } = startedScenario();
          const { state } = scenario;
          const blocks: SealedBlock[] = [];
          const roots = [stateRoot(state)];
          let sequence = 10n;
          for (const actions of plan) {
            const before = totalAmount(state);
            const nonces = new Map<number, bigint>();
            const block = runBlock(scenario, (draft) => {
              for (const act of actions) attempt(scenario, draft, nonces, sequence++, act);
            });
            const deposited = block.requests.reduce(
              (sum, entry) => sum + ("amount" in entry ? entry.amount : 0n),
              0n,
            );
            const withdrawn = block.withdrawals.reduce((sum, { amount }) => sum + amount, 0n);
            expect(totalAmount(state)).toBe(before + deposited - withdrawn - block.burned - block.pool);
            blocks.push(block);
            roots.push(stateRoot(state));
          }
          for (const block of blocks.reverse()) {
            expect(stateRoot(state)).toBe(roots.pop());
            revertBlock(state, block);
          }
          expect(stateRoot(state)).toBe(roots.pop());
        },
      ),
      { numRuns: 15, seed: 20261120 },
    );
  }, 300_000);

  it("has one root for one content, whatever the way there", () => {
    const { scenario } = startedScenario();
    const copy = createState(scenario.state.depth);
    for (const [index, cell] of [...scenario.state.cells].reverse()) setCell(copy, index, cell);
    expect(stateRoot(copy)).toBe(stateRoot(scenario.state));
  });
});
