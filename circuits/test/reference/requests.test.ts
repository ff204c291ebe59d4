// L1 requests that read the state, in the state machine alone: words, what it refuses, outcomes, conservation, taking back.
import {
  type BlockDraft,
  createBlockDraft,
  decodeRequest,
  type ForcedEffect,
  forcedRefusal,
  getOrder,
  type Request,
  requestWords,
  revertBlock,
  type SealedBlock,
  stateRoot,
  TransitionError,
  totalAmount,
} from "@catalyze/circuits/reference";
import { SchemaError, SMALL_BLOCK } from "@catalyze/circuits/schema";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attempt, inTurn, randomRequestAction } from "../block/random.js";
import {
  exitAccount,
  exitOrder,
  exitSeed,
  forcedSettlement,
  refusedSettlements,
  startedRequests,
  updateSeedTerms,
} from "../block/request-scenario.js";
import {
  ALICE,
  BOB,
  common,
  emptyScenario,
  nextHeader,
  PROVIDER,
  registerAll,
  runBlock,
  type Scenario,
  SEED,
  sign,
} from "../block/scenario.js";

/** Code of the error that `act` throws on a new draft; the draft must seal as if nothing had been tried. */
function codeOf(scenario: Scenario, act: (draft: BlockDraft) => void): string {
  const draft = createBlockDraft(scenario.state, nextHeader(scenario));
  try {
    act(draft);
  } catch (error) {
    if (error instanceof TransitionError || error instanceof SchemaError) return error.code;
    throw error;
  }
  return "none";
}

describe("words of requests", () => {
  const { scenario, orderIndex } = startedRequests();
  const { request } = forcedSettlement(scenario, orderIndex, 1);
  it.each<[string, Request]>([
    ["an account's exit", exitAccount(BOB)],
    ["a seed's exit", exitSeed],
    ["new terms", updateSeedTerms(9n)],
    ["an order's exit", exitOrder(orderIndex)],
    ["a forced settlement", request],
  ])("of %s decode to what they were packed from", (_, value) => {
    expect(decodeRequest(requestWords(value))).toEqual(value);
  });

  it("hold each field in its range only", () => {
    const code = (value: Request): string => codeOf(scenario, () => void requestWords(value));
    expect(code(exitOrder(orderIndex, { account: 2 ** 24 }))).toBe("SCHEMA_OUT_OF_RANGE");
    expect(code({ ...request, chunk: 64 })).toBe("SCHEMA_OUT_OF_RANGE");
    expect(code({ ...request, provider: 1n << 160n })).toBe("SCHEMA_OUT_OF_RANGE");
    const words = requestWords(exitOrder(orderIndex));
    const wide = { ...words, value: words.value + (1n << 112n) };
    expect(codeOf(scenario, () => void decodeRequest(wide))).toBe("SCHEMA_OUT_OF_RANGE");
  });
});

describe("what a draft refuses", () => {
  const { scenario, orderIndex } = startedRequests();
  const { request, statement } = forcedSettlement(scenario, orderIndex, 0);
  const code = (...[value, given]: Parameters<BlockDraft["addRequest"]>): string =>
    codeOf(scenario, (draft) => void draft.addRequest(value, given));

  it("a cell of another kind or half of the tree", () => {
    expect(code(exitAccount(SEED))).toBe("ACCOUNT_NOT_FOUND");
    expect(code({ ...exitSeed, index: ALICE })).toBe("SEED_NOT_FOUND");
    expect(code({ ...updateSeedTerms(2n), index: 0 })).toBe("SEED_NOT_FOUND");
    expect(code(exitAccount(orderIndex))).toBe("INDEX_OUT_OF_RANGE");
    expect(code(exitOrder(ALICE))).toBe("INDEX_OUT_OF_RANGE");
    expect(code(exitOrder(16))).toBe("INDEX_OUT_OF_RANGE");
  });

  it("a statement that is missing or not the recorded one", () => {
    expect(code(request)).toBe("STATEMENT_MISMATCH");
    expect(code(request, { ...statement, price: 1n })).toBe("STATEMENT_MISMATCH");
    expect(code({ ...request, provider: 5n }, statement)).toBe("STATEMENT_MISMATCH");
    const foreign = forcedSettlement(scenario, orderIndex, 0, { domain: 1n });
    expect(code(foreign.request, foreign.statement)).toBe("STATEMENT_MISMATCH");
    expect(() => forcedRefusal(getOrder(scenario.state, orderIndex), request, undefined)).toThrow(
      TransitionError,
    );
  });

  it("a request that reads a cell after a settlement or an operation", () => {
    for (const late of [exitAccount(BOB), exitSeed, updateSeedTerms(2n), exitOrder(orderIndex)]) {
      const settled = codeOf(scenario, (draft) => {
        draft.addSettlement({ orderIndex, chunk: 0, provider: PROVIDER, resultsRoot: 1n, price: 1n });
        draft.addRequest(late);
      });
      expect(settled).toBe("REQUESTS_COME_FIRST");
    }
  });

  it("more than the block has room for, requests and operations together", () => {
    const full = codeOf(scenario, (draft) => {
      for (let i = 0; i < 3; i++) draft.addRequest(exitOrder(orderIndex));
    });
    expect(full).toBe("BLOCK_FULL");
    const withdrawals = (exits: number) =>
      codeOf(scenario, (draft) => {
        for (let i = 0; i < exits; i++) draft.addRequest(exitAccount(PROVIDER));
        const withdraw = { kind: "withdraw", ...common(BOB, 0n), amount: 1n } as const;
        draft.addOperation(sign(scenario.state, withdraw), 5n);
      });
    expect([withdrawals(2), withdrawals(3), withdrawals(4)]).toEqual(["none", "BLOCK_FULL", "BLOCK_FULL"]);
  });

  it("leaves the draft as it was", () => {
    const draft = createBlockDraft(scenario.state, nextHeader(scenario));
    expect(() => draft.addRequest(exitAccount(SEED))).toThrow(TransitionError);
    expect(() => draft.addRequest(request)).toThrow(TransitionError);
    expect(draft.isEmpty()).toBe(true);
    const block = draft.seal();
    expect([block.newRoot, block.requests, block.changes]).toEqual([block.oldRoot, [], []]);
  });
});

describe("outcomes", () => {
  it("are the same for the block and for whoever rebuilds the state", () => {
    const { scenario, orderIndex } = startedRequests();
    const cell = getOrder(scenario.state, orderIndex);
    for (const [reason, { request, statement }] of refusedSettlements(scenario, orderIndex))
      expect(forcedRefusal(cell, request, statement)).toBe(reason);
    expect(forcedRefusal(cell, exitOrder(orderIndex), undefined)).toBeUndefined();
    expect(forcedRefusal(undefined, exitOrder(orderIndex), undefined)).toBe("ORDER_ABSENT");
  });

  it("of a request that has no effect change nothing but the queue", () => {
    const { scenario, orderIndex } = startedRequests();
    const block = runBlock(scenario, (draft) => {
      const effect = draft.addRequest(exitOrder(orderIndex, { account: BOB }));
      expect((effect as ForcedEffect).refusal).toBe("OTHER_REQUESTER");
    });
    expect(block.newRoot).toBe(block.oldRoot);
    expect(block.requests.length).toBe(1);
    expect(block.withdrawals).toEqual([]);
  });

  it("conserve every unit over random blocks, and can be taken back", { timeout: 300_000 }, () => {
    const seen = new Set<string>();
    const plan = fc.array(fc.array(randomRequestAction, { minLength: 4, maxLength: 14 }), {
      minLength: 5,
      maxLength: 8,
    });
    for (const blocks of fc.sample(plan, { numRuns: 8, seed: 20261123 })) {
      const scenario = emptyScenario({ ...SMALL_BLOCK, forcedOrders: 4, requests: 8, cells: 20 });
      runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
      const sealed: SealedBlock[] = [];
      let sequence = 1n;
      for (const actions of blocks) {
        const before = totalAmount(scenario.state);
        const nonces = new Map<number, bigint>();
        const block = runBlock(scenario, (draft) => {
          for (const action of inTurn(actions)) attempt(scenario, draft, nonces, sequence++, action);
        });
        const withdrawn = block.withdrawals.reduce((sum, { amount }) => sum + amount, 0n);
        const deposited = block.requests.reduce(
          (sum, request) => sum + (request.kind === "deposit" ? request.amount : 0n),
          0n,
        );
        expect(totalAmount(scenario.state)).toBe(before + deposited - withdrawn - block.burned - block.pool);
        for (const effect of block.requestEffects)
          if (effect.kind === "forced") seen.add(`${effect.request.kind} ${effect.refusal ?? "done"}`);
        sealed.push(block);
      }
      for (const block of sealed.reverse()) {
        revertBlock(scenario.state, block);
        expect(stateRoot(scenario.state)).toBe(block.oldRoot);
      }
    }
    // Rare among all actions; block/requests.test.ts has each of them in a block of its own.
    for (const rare of [
      "exitOrder ORDER_CLOSED",
      "exitOrder TOO_EARLY",
      "forcedSettle CHUNK_SETTLED",
      "forcedSettle ORDER_CLOSED",
      "forcedSettle PRICE_ABOVE_LIMIT",
    ])
      seen.delete(rare);
    expect([...seen].sort()).toEqual([
      "exitOrder ORDER_ABSENT",
      "exitOrder OTHER_REQUESTER",
      "exitOrder done",
      "forcedSettle NO_SUCH_CHUNK",
      "forcedSettle ORDER_ABSENT",
      "forcedSettle OTHER_INPUTS",
      "forcedSettle OTHER_PARAMETERS",
      "forcedSettle OTHER_PROGRAM",
      "forcedSettle OTHER_RANGE",
      "forcedSettle ZK_NOT_ACCEPTED",
      "forcedSettle done",
    ]);
  });
});
