// L1 requests that read the state, for tests: a size of the block circuit with room for them, orders to settle and to
// exit, and a request for every outcome.
import {
  type BlockDraft,
  chunkRange,
  type ForcedRequest,
  getAccount,
  getOrder,
  type Order,
  type Request,
  type SealedBlock,
  type Statement,
  statementCommitment,
} from "@catalyze/circuits/reference";
import { type BlockSize, ORDER_GRACE_PERIOD } from "@catalyze/circuits/schema";
import {
  ALICE,
  common,
  emptyScenario,
  makeOrder,
  ownerOf,
  PROVIDER,
  registerAll,
  runBlock,
  type Scenario,
  SEED,
  START,
  STATEMENT_DOMAIN,
  sign,
  TERMS,
} from "./scenario.js";

/** Room for every request at once, and for two of each kind that reads an order. */
export const REQUEST_SIZE: BlockSize = {
  name: "requests",
  depth: 2,
  requests: 6,
  settlements: 1,
  orders: 1,
  withdrawals: 3,
  cells: 9,
  operations: 2,
  openings: 2,
  legGroups: 1,
  cancellations: 1,
  rotations: 1,
  distributions: 1,
  forcedOrders: 2,
};

/** L1 recipient of what a seed's owner takes out. */
export const RECIPIENT = (1n << 159n) + 0x5eedn;

/** First time at which the escrow of the scenario's orders can be forced out. */
export const EXIT_TIME = START + 100_000n + ORDER_GRACE_PERIOD;

/** A forced settlement with its statement. */
export interface ForcedSettlement {
  readonly request: Extract<ForcedRequest, { kind: "forcedSettle" }>;
  readonly statement: Statement;
}

/** A rollup with everyone registered and an order of two chunks by Alice. */
export function startedRequests(
  change: Partial<Order> = {},
  size: BlockSize = REQUEST_SIZE,
): { scenario: Scenario; orderIndex: number } {
  const scenario = emptyScenario(size);
  const { state } = scenario;
  runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
  const posted = runBlock(scenario, (draft) => {
    const order = makeOrder(state, ALICE, 0n, change);
    draft.addOperation(sign(state, { kind: "postOrder", ...common(ALICE, 0n), order }), 1n);
  });
  return { scenario, orderIndex: posted.orders[0]!.index };
}

/** The statement of a chunk of an order, by the scenario's provider. */
export function statementOf(
  scenario: Scenario,
  orderIndex: number,
  chunk: number,
  change: Partial<Statement> = {},
): Statement {
  const { order } = getOrder(scenario.state, orderIndex);
  return {
    domain: STATEMENT_DOMAIN,
    parametersCommitment: order.parametersCommitment,
    inputsRoot: order.inputsRoot,
    resultsRoot: 4711n,
    provider: ownerOf(PROVIDER),
    ...chunkRange(order, chunk),
    price: 900n,
    ...change,
  };
}

/** A request for the payment of a chunk against a statement. */
export function forcedSettlement(
  scenario: Scenario,
  orderIndex: number,
  chunk: number,
  change: Partial<Statement> = {},
  request: Partial<ForcedSettlement["request"]> = {},
): ForcedSettlement {
  const statement = statementOf(scenario, orderIndex, chunk, change);
  return {
    statement,
    request: {
      kind: "forcedSettle",
      index: orderIndex,
      time: START,
      provider: ownerOf(PROVIDER),
      account: PROVIDER,
      chunk,
      commitment: statementCommitment(statement),
      programId: getOrder(scenario.state, orderIndex).order.programId,
      ...request,
    },
  };
}

/** A request for the escrow of one of Alice's orders. */
export const exitOrder = (
  orderIndex: number,
  change: Partial<Extract<ForcedRequest, { kind: "exitOrder" }>> = {},
): Extract<ForcedRequest, { kind: "exitOrder" }> => ({
  kind: "exitOrder",
  index: orderIndex,
  time: EXIT_TIME,
  recipient: ownerOf(ALICE),
  account: ALICE,
  ...change,
});

/** A request for the balance of an account. */
export const exitAccount = (index: number): Request => ({
  kind: "exitAccount",
  index,
  time: START,
  recipient: ownerOf(index),
});

/** A request for the vault of the scenario's seed. */
export const exitSeed: Request = { kind: "exitSeed", index: SEED, time: START, recipient: RECIPIENT };

/** A request for other terms of the scenario's seed. */
export const updateSeedTerms = (version: bigint): Request => ({
  kind: "updateSeedTerms",
  index: SEED,
  time: START,
  terms: { ...TERMS, royalty: 300n + version, version },
});

/** An order of which each condition of a ForcedSettle fails once, with the reason that the reference gives. */
export function refusedSettlements(
  scenario: Scenario,
  orderIndex: number,
): [reason: string, ForcedSettlement][] {
  const settle = (
    chunk: number,
    statement: Partial<Statement>,
    request: Partial<ForcedSettlement["request"]> = {},
  ): ForcedSettlement => forcedSettlement(scenario, orderIndex, chunk, statement, request);
  const { order } = getOrder(scenario.state, orderIndex);
  return [
    ["OTHER_PROGRAM", settle(0, {}, { programId: order.programId + 1n })],
    ["OTHER_PARAMETERS", settle(0, { parametersCommitment: order.parametersCommitment + 1n })],
    ["OTHER_INPUTS", settle(0, { inputsRoot: order.inputsRoot + 1n })],
    ["NO_SUCH_CHUNK", settle(0, {}, { chunk: 2 })],
    ["OTHER_RANGE", settle(0, {}, { chunk: 1 })],
    ["OTHER_RANGE", settle(0, { count: 3n })],
    ["OTHER_RANGE", settle(0, { from: 1n })],
    ["PRICE_ABOVE_LIMIT", settle(0, { price: order.priceLimit + 1n })],
  ];
}

/** Every request of this file in one block, on an order of which the first chunk is paid by it. */
export function requestBlock(size: BlockSize = REQUEST_SIZE): {
  scenario: Scenario;
  orderIndex: number;
  block: SealedBlock;
} {
  const { scenario, orderIndex } = startedRequests({}, size);
  runBlock(scenario, (draft) => {
    draft.addSettlement({ orderIndex, chunk: 0, provider: PROVIDER, resultsRoot: 5n, price: 1000n });
  });
  const { request, statement } = forcedSettlement(scenario, orderIndex, 1);
  const block = runBlock(scenario, (draft: BlockDraft) => {
    draft.addRequest(exitAccount(PROVIDER));
    draft.addRequest(request, statement);
    draft.addRequest(exitSeed);
    draft.addRequest(updateSeedTerms(2n));
    draft.addRequest(exitOrder(orderIndex));
    draft.addRequest(exitAccount(ALICE));
    const { state } = scenario;
    const free = { kind: "transfer", ...common(PROVIDER, 0n), fee: 0n, priorityFee: 0n } as const;
    draft.addOperation(sign(state, { ...free, receiver: ALICE, amount: 0n }), 7n);
  });
  return { scenario, orderIndex, block };
}

/** Balance of an account. */
export const balanceOf = (scenario: Scenario, index: number): bigint =>
  getAccount(scenario.state, index).amount;
