// A size of the block circuit with room for several of each signed operation's slots, and blocks that use them.
import {
  type BlockDraft,
  createBlockDraft,
  getSeed,
  orderStatic,
  type PaymentLeg,
  type SealedBlock,
} from "@catalyze/circuits/reference";
import { type BlockSize, ORDER_GRACE_PERIOD } from "@catalyze/circuits/schema";
import { fullList } from "./random-signed.js";
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
  rotatedKey,
  runBlock,
  type Scenario,
  SEED,
  START,
  sign,
} from "./scenario.js";

/** Small enough to calculate hundreds of witnesses. */
export const SIGNED: BlockSize = {
  name: "signed",
  depth: 2,
  requests: 6,
  settlements: 2,
  orders: 1,
  withdrawals: 1,
  cells: 8,
  operations: 4,
  openings: 3,
  forcedOrders: 0,
  legGroups: 5,
  cancellations: 2,
  rotations: 2,
  distributions: 2,
};

/** First block time at which {@link expiringOrder}'s order can be cancelled. */
export const OVER = START + 1000n + ORDER_GRACE_PERIOD;

export { inputOf } from "./blocks.js";

/** Fills and seals the next block at a time of its own. */
export function blockAt(scenario: Scenario, time: bigint, fill: (draft: BlockDraft) => void): SealedBlock {
  const draft = createBlockDraft(scenario.state, { ...nextHeader(scenario), time });
  fill(draft);
  const block = draft.seal();
  scenario.number += 1n;
  scenario.firstRequest += BigInt(block.requests.length);
  return block;
}

/** Registered accounts, an order of two chunks by Alice that is over soon, its last chunk settled: the seed has a vault. */
export function expiringOrder(size: BlockSize = SIGNED): { scenario: Scenario; orderIndex: number } {
  const scenario = emptyScenario(size);
  const { state } = scenario;
  runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
  const order = makeOrder(state, ALICE, 0n, { deadline: START + 1000n });
  const posted = runBlock(scenario, (draft) => {
    draft.addOperation(sign(state, { kind: "postOrder", ...common(ALICE, 0n), order }), 1n);
  });
  const orderIndex = posted.orders[0]!.index;
  runBlock(scenario, (draft) => {
    draft.addSettlement({ orderIndex, chunk: 1, provider: PROVIDER, resultsRoot: 5n, price: 900n });
  });
  return { scenario, orderIndex };
}

/** Legs to Bob and Alice: `length` of them, 1, 2, 3 … units. */
export const legs = (length: number): PaymentLeg[] =>
  Array.from({ length }, (_, i) => ({ receiver: i % 2 ? ALICE : BOB, amount: BigInt(i + 1) }));

/** What Alice signs to cancel the order in a cell of the state. */
export function cancellation({ state }: Scenario, orderIndex: number, nonce: bigint) {
  const cell = state.cells.get(orderIndex);
  if (cell?.kind !== "order") throw new Error(`Cell ${orderIndex} is no order`);
  return {
    kind: "cancelOrder",
    ...common(ALICE, nonce),
    orderIndex,
    orderStatic: orderStatic(cell.order),
  } as const;
}

/**
 * A block with each of the four: Bob pays 20 legs in two groups and rotates his key, with which he then pays; Alice cancels
 * her order; the seed's vault is distributed.
 */
export function signedBlock(size: BlockSize = SIGNED): {
  scenario: Scenario;
  block: SealedBlock;
  orderIndex: number;
} {
  const { scenario, orderIndex } = expiringOrder(size);
  const { state } = scenario;
  const { key, ax, ay } = rotatedKey(BOB);
  const vault = getSeed(state, SEED).amount;
  const block = blockAt(scenario, OVER, (draft) => {
    draft.addOperation(sign(state, { kind: "multiTransfer", ...common(BOB, 0n), legs: legs(20) }), 2n);
    const rotation = {
      kind: "rotateKey",
      ...common(BOB, 1n),
      priorityFee: 4n,
      ax,
      ay,
      owner: ownerOf(BOB),
    } as const;
    draft.addOperation(sign(state, rotation), 3n);
    const transfer = {
      kind: "transfer",
      ...common(BOB, 2n),
      priorityFee: 2n,
      receiver: ALICE,
      amount: 60n,
    } as const;
    draft.addOperation(sign(state, transfer, key), 4n);
    draft.addOperation(sign(state, { ...cancellation(scenario, orderIndex, 1n), priorityFee: 3n }), 5n);
    const paid = fullList([{ receiver: ALICE, amount: vault - 7n }]);
    paid[31] = { receiver: BOB, amount: 5n };
    draft.addDistribution({ seed: SEED, legs: paid, total: vault - 2n });
  });
  return { scenario, block, orderIndex };
}
