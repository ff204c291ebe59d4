// L1 requests that read the state: the block circuit accepts what the reference says each of them does, and computes what
// it says of those that have no effect.
import {
  blockCircuit,
  type CompiledCircuit,
  calculateWitness,
  checkConstraints,
  compileCircuit,
  generateSchemaSources,
} from "@catalyze/circuits/build";
import {
  blockCircuitInput,
  type ForcedEffect,
  getOrder,
  getSeed,
  type SealedBlock,
} from "@catalyze/circuits/reference";
import { blockLayout, evaluateVector, expandVector } from "@catalyze/circuits/schema";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { attempt, inTurn, randomRequestAction } from "./random.js";
import {
  balanceOf,
  EXIT_TIME,
  exitAccount,
  exitOrder,
  exitSeed,
  forcedSettlement,
  RECIPIENT,
  REQUEST_SIZE,
  refusedSettlements,
  requestBlock,
  startedRequests,
  updateSeedTerms,
} from "./request-scenario.js";
import {
  ALICE,
  BOB,
  common,
  emptyScenario,
  makeOrder,
  nextHeader,
  ownerOf,
  PROVIDER,
  registerAll,
  runBlock,
  SEED,
  sign,
  zOf,
} from "./scenario.js";

const circuits = new Map<string, CompiledCircuit>();

beforeAll(async () => {
  generateSchemaSources();
  circuits.set(REQUEST_SIZE.name, await compileCircuit(blockCircuit(REQUEST_SIZE)));
});

/** Calculates the witness and checks every constraint and the three public signals. */
async function expectProvable(block: SealedBlock): Promise<void> {
  const circuit = circuits.get(block.header.size.name)!;
  const z = zOf(block);
  const witness = await calculateWitness(circuit, { ...blockCircuitInput(block), z });
  expect(checkConstraints(circuit, witness)).toEqual({ ok: true });
  const words = expandVector(blockLayout(block.header.size), block.content);
  expect(witness.slice(1, 4)).toEqual([block.commitment, evaluateVector(words, z), z]);
}

const refusalsOf = (block: SealedBlock): (string | undefined)[] =>
  block.requestEffects
    .filter((effect): effect is ForcedEffect => effect.kind === "forced")
    .map(({ refusal }) => refusal);

describe("requests that read an account or a seed", () => {
  it("pay out what is there, change terms, and let the same block go on from what they leave", async () => {
    const { scenario, orderIndex, block } = requestBlock();
    await expectProvable(block);
    expect(refusalsOf(block)).toEqual([undefined, "ORDER_CLOSED"]);
    expect(block.withdrawals.map(({ recipient }) => recipient)).toEqual([
      ownerOf(PROVIDER),
      RECIPIENT,
      ownerOf(ALICE),
    ]);
    // The chunk that this block pays is a credit: it stays with the provider and with the vault.
    expect(balanceOf(scenario, PROVIDER)).toBeGreaterThan(0n);
    expect(getSeed(scenario.state, SEED).amount).toBe(54n);
    expect(getSeed(scenario.state, SEED).terms.version).toBe(2n);
    expect(scenario.state.cells.has(orderIndex)).toBe(false);
  });

  it("leave deposits of the same block where they are, and pay nothing the second time", async () => {
    const { scenario } = startedRequests();
    const before = balanceOf(scenario, BOB);
    const block = runBlock(scenario, (draft) => {
      draft.addRequest({ kind: "deposit", index: BOB, time: 1n, depositor: 3n, amount: 70n });
      draft.addRequest(exitAccount(BOB));
      draft.addRequest(exitAccount(BOB));
    });
    await expectProvable(block);
    expect(block.withdrawals.map(({ amount }) => amount)).toEqual([before, 0n]);
    expect(balanceOf(scenario, BOB)).toBe(70n);
  });

  it("find an account that the same block created, empty but for its credit", async () => {
    const { scenario } = startedRequests();
    const block = runBlock(scenario, (draft) => {
      draft.addRequest({
        kind: "register",
        index: 7,
        time: 1n,
        ax: 5n,
        ay: 6n,
        owner: ownerOf(7),
        amount: 9n,
      });
      draft.addRequest(exitAccount(7));
      draft.addRequest({
        kind: "registerSeed",
        index: 0,
        time: 1n,
        parametersCommitment: 1n,
        programId: 2n,
        subject: 3n,
        terms: getSeed(scenario.state, SEED).terms,
      });
      draft.addRequest({ ...updateSeedTerms(8n), index: 0 });
      draft.addRequest({ ...exitSeed, index: 0 });
    });
    await expectProvable(block);
    expect(block.withdrawals.map(({ amount }) => amount)).toEqual([0n, 0n]);
    expect(balanceOf(scenario, 7)).toBe(9n);
    expect(getSeed(scenario.state, 0).terms.version).toBe(8n);
  });

  it("give new orders of the block the new terms, and leave posted ones theirs", async () => {
    const { scenario, orderIndex } = startedRequests();
    const { state } = scenario;
    const { terms } = getSeed(state, SEED);
    const updated = { ...terms, royalty: 305n, version: 5n };
    const block = runBlock(scenario, (draft) => {
      draft.addRequest(updateSeedTerms(5n));
      const order = makeOrder(state, BOB, 0n, { terms: updated });
      draft.addOperation(sign(state, { kind: "postOrder", ...common(BOB, 0n), order }), 2n);
    });
    await expectProvable(block);
    expect(getOrder(state, block.orders[0]!.index).order.terms).toEqual(updated);
    const settled = runBlock(scenario, (draft) => {
      draft.addSettlement({ orderIndex, chunk: 0, provider: PROVIDER, resultsRoot: 5n, price: 1000n });
    });
    await expectProvable(settled);
    expect(getSeed(state, SEED).amount).toBe(80n);
  });

  it("come before operations, which go on from them", async () => {
    const { scenario } = startedRequests();
    const { state } = scenario;
    const block = runBlock(scenario, (draft) => {
      draft.addRequest(exitAccount(BOB));
      const base = { ...common(BOB, 0n), fee: 0n, priorityFee: 0n };
      draft.addOperation(sign(state, { kind: "transfer", ...base, receiver: ALICE, amount: 0n }), 3n);
    });
    await expectProvable(block);
  });
});

describe("requests about orders", () => {
  it("pay a chunk to the unit as a settlement does, with the fee, and close the order with the last", async () => {
    const forced = startedRequests();
    const settled = startedRequests();
    const { request, statement } = forcedSettlement(forced.scenario, forced.orderIndex, 0);
    const second = forcedSettlement(forced.scenario, forced.orderIndex, 1, { price: 800n });
    const one = runBlock(forced.scenario, (draft) => {
      draft.addRequest(request, statement);
      draft.addRequest(second.request, second.statement);
    });
    await expectProvable(one);
    expect(refusalsOf(one)).toEqual([undefined, undefined]);
    for (const [chunk, price] of [
      [0, 900n],
      [1, 800n],
    ] as const) {
      runBlock(settled.scenario, (draft) => {
        const base = { orderIndex: settled.orderIndex, provider: PROVIDER, resultsRoot: 4711n };
        draft.addSettlement({ ...base, chunk, price });
      });
    }
    expect(one.newRoot).toBe(settled.scenario.state.tree.root);
    expect(forced.scenario.state.cells.has(forced.orderIndex)).toBe(false);
  });

  it("let a settlement of the same block follow", async () => {
    const { scenario, orderIndex } = startedRequests();
    const { request, statement } = forcedSettlement(scenario, orderIndex, 1);
    const block = runBlock(scenario, (draft) => {
      draft.addRequest(request, statement);
      draft.addSettlement({ orderIndex, chunk: 0, provider: PROVIDER, resultsRoot: 5n, price: 1000n });
    });
    await expectProvable(block);
    expect(scenario.state.cells.has(orderIndex)).toBe(false);
  });

  it("pay an order's escrow out once its time is over, and not a second before", async () => {
    const { scenario, orderIndex } = startedRequests();
    const { amount } = getOrder(scenario.state, orderIndex);
    const early = runBlock(scenario, (draft) => {
      draft.addRequest(exitOrder(orderIndex, { time: EXIT_TIME - 1n }));
      draft.addRequest(exitOrder(orderIndex, { account: BOB }));
    });
    await expectProvable(early);
    expect(refusalsOf(early)).toEqual(["TOO_EARLY", "OTHER_REQUESTER"]);
    const late = runBlock(scenario, (draft) => {
      draft.addRequest(exitOrder(orderIndex));
      draft.addRequest(exitOrder(orderIndex));
    });
    await expectProvable(late);
    expect(refusalsOf(late)).toEqual([undefined, "ORDER_CLOSED"]);
    expect(late.withdrawals).toEqual([{ recipient: ownerOf(ALICE), amount }]);
    const gone = runBlock(scenario, (draft) => {
      draft.addRequest(exitOrder(orderIndex));
    });
    await expectProvable(gone);
    expect(refusalsOf(gone)).toEqual(["ORDER_ABSENT"]);
  });

  it("settle before an exit, and find nothing to settle after one", async () => {
    for (const settleFirst of [true, false]) {
      const { scenario, orderIndex } = startedRequests();
      const { request, statement } = forcedSettlement(scenario, orderIndex, 0);
      const block = runBlock(scenario, (draft) => {
        if (settleFirst) draft.addRequest(request, statement);
        draft.addRequest(exitOrder(orderIndex));
        if (!settleFirst) draft.addRequest(request, statement);
      });
      await expectProvable(block);
      expect(refusalsOf(block)).toEqual(settleFirst ? [undefined, undefined] : [undefined, "ORDER_CLOSED"]);
    }
  });

  it("settle a chunk once: the second request of a block, and one after it was settled, have no effect", async () => {
    const { scenario, orderIndex } = startedRequests();
    const { request, statement } = forcedSettlement(scenario, orderIndex, 1);
    for (const expected of [
      [undefined, "CHUNK_SETTLED"],
      ["CHUNK_SETTLED", "CHUNK_SETTLED"],
    ]) {
      const block = runBlock(scenario, (draft) => {
        draft.addRequest(request, statement);
        draft.addRequest(request, statement);
      });
      await expectProvable(block);
      expect(refusalsOf(block)).toEqual(expected);
    }
  });

  it("have no effect for each reason, which the circuit computes", async () => {
    const { scenario, orderIndex } = startedRequests();
    const refused = refusedSettlements(scenario, orderIndex);
    for (let i = 0; i < refused.length; i += 2) {
      const pair = refused.slice(i, i + 2);
      const block = runBlock(scenario, (draft) => {
        for (const [, { request, statement }] of pair) draft.addRequest(request, statement);
      });
      await expectProvable(block);
      expect(refusalsOf(block)).toEqual(pair.map(([reason]) => reason));
      expect(block.newRoot).toBe(block.oldRoot);
    }
    const optimistic = startedRequests({ modes: 6n });
    const zk = forcedSettlement(optimistic.scenario, optimistic.orderIndex, 0);
    const empty = { ...zk.request, index: 15 };
    const block = runBlock(optimistic.scenario, (draft) => {
      draft.addRequest(zk.request, zk.statement);
      draft.addRequest(empty, zk.statement);
    });
    await expectProvable(block);
    expect(refusalsOf(block)).toEqual(["ZK_NOT_ACCEPTED", "ORDER_ABSENT"]);
  });
});

describe("sizes", () => {
  it("of a block may have no room for requests about orders", async () => {
    const size = { ...REQUEST_SIZE, name: "requests-none", forcedOrders: 0 };
    circuits.set(size.name, await compileCircuit(blockCircuit(size)));
    const { scenario, orderIndex } = startedRequests({}, size);
    const block = runBlock(scenario, (draft) => {
      expect(() => draft.addRequest(exitOrder(orderIndex))).toThrow(/room for 0 requests about orders/);
      draft.addRequest(exitAccount(BOB));
    });
    await expectProvable(block);
  });
});

describe("random blocks", () => {
  it("with every request are provable, whatever comes of them", { timeout: 300_000 }, async () => {
    const plans = fc.sample(fc.array(randomRequestAction, { minLength: 4, maxLength: 9 }), {
      numRuns: 12,
      seed: 20261121,
    });
    const seen = new Set<string>();
    const scenario = emptyScenario(REQUEST_SIZE);
    runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
    let sequence = 1n;
    for (const actions of plans) {
      const nonces = new Map<number, bigint>();
      const block = runBlock(scenario, (draft) => {
        for (const action of inTurn(actions)) attempt(scenario, draft, nonces, sequence++, action);
      });
      for (const { kind } of block.requests) seen.add(kind);
      for (const refusal of refusalsOf(block)) seen.add(refusal ?? "carried out");
      await expectProvable(block);
    }
    expect(nextHeader(scenario).number).toBe(14n);
    expect([...seen].sort()).toEqual(
      expect.arrayContaining(["exitAccount", "exitSeed", "updateSeedTerms", "exitOrder", "forcedSettle"]),
    );
  });
});
