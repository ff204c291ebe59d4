// Random sequences of actions for the state machine and the circuit, from one generator.
import {
  type BlockDraft,
  chunkCount,
  chunkRange,
  getAccount,
  type Operation,
  type Statement,
  statementCommitment,
  TransitionError,
} from "@catalyze/circuits/reference";
import { ORDER_GRACE_PERIOD } from "@catalyze/circuits/schema";
import fc from "fast-check";
import { distribute, operateCancellation, operateMultiTransfer, operateRotation } from "./random-signed.js";
import {
  ALICE,
  BOB,
  common,
  MIDDLEWARE,
  makeOrder,
  OPERATOR,
  ownerOf,
  PROVIDER,
  type Scenario,
  SEED,
  START,
  STATEMENT_DOMAIN,
  sign,
  TERMS,
} from "./scenario.js";

const KINDS = [
  "transfer",
  "withdraw",
  "settle",
  "deposit",
  "post",
  "multiTransfer",
  "cancel",
  "rotate",
  "distribute",
] as const;

/** Kinds of actions that are L1 requests and read the state. */
const REQUEST_ACTIONS = ["exitAccount", "exitSeed", "updateSeedTerms", "exitOrder", "forcedSettle"] as const;

/** One step of a random sequence; the rules may refuse it. */
export type Action = {
  kind: (typeof KINDS)[number] | (typeof REQUEST_ACTIONS)[number];
  a: number;
  b: number;
  amount: bigint;
};
/** Any action between the scenario's accounts. */
export const randomAction = fc.record<Action>({
  kind: fc.constantFrom(...KINDS),
  a: fc.constantFrom(OPERATOR, MIDDLEWARE, PROVIDER, ALICE, BOB),
  b: fc.constantFrom(OPERATOR, MIDDLEWARE, PROVIDER, ALICE, BOB),
  amount: fc.oneof(fc.bigInt(0n, 1000n), fc.bigInt(0n, 2_000_000n)),
});

/** Keys of accounts that were rotated in the draft. */
const rotatedKeys = new WeakMap<BlockDraft, Map<number, Uint8Array>>();

/** Any action, twice as often one that is an L1 request which reads the state. */
export const randomRequestAction = fc.oneof(
  randomAction,
  fc.record<Action>({
    kind: fc.constantFrom(...REQUEST_ACTIONS, "exitOrder", "forcedSettle", "forcedSettle", "post", "post"),
    a: fc.constantFrom(OPERATOR, MIDDLEWARE, PROVIDER, ALICE, BOB),
    b: fc.constantFrom(OPERATOR, MIDDLEWARE, PROVIDER, ALICE, BOB),
    amount: fc.bigInt(0n, 1000n),
  }),
);

const isRequest = ({ kind }: Action): boolean =>
  kind === "deposit" || REQUEST_ACTIONS.some((name) => name === kind);

/** Actions with L1 requests first, as a block takes them. */
export const inTurn = (actions: readonly Action[]): Action[] => [
  ...actions.filter(isRequest),
  ...actions.filter((act) => !isRequest(act)),
];

/** An order of the state, or a cell without one, drawn by the action's amount. */
function drawOrder({ state }: Scenario, act: Action): number {
  const orders = [...state.cells].filter(([, cell]) => cell.kind === "order").map(([index]) => index);
  return orders[Number(act.amount) % (orders.length + 1)] ?? 4 ** state.depth - 1;
}

/** A request that reads the state; about an order in one of many ways of which most have no effect. */
function request(scenario: Scenario, draft: BlockDraft, act: Action): void {
  const index = drawOrder(scenario, act);
  const cell = scenario.state.cells.get(index);
  const way = act.amount % 11n;
  const common = { index, time: START };
  switch (act.kind) {
    case "exitAccount":
      draft.addRequest({ ...common, kind: "exitAccount", index: act.a, recipient: ownerOf(act.a) });
      return;
    case "exitSeed":
      draft.addRequest({ ...common, kind: "exitSeed", index: SEED, recipient: act.amount });
      return;
    case "updateSeedTerms":
      draft.addRequest({
        ...common,
        kind: "updateSeedTerms",
        index: SEED,
        terms: { ...TERMS, version: act.amount },
      });
      return;
    case "exitOrder": {
      const requester = cell?.kind === "order" ? Number(cell.order.requester) : act.a;
      const account = way % 3n === 1n ? act.b : requester;
      const time = START + 186_400n - (way % 3n === 2n ? 1n : 0n);
      draft.addRequest({ kind: "exitOrder", index, time, account, recipient: ownerOf(account) });
      return;
    }
    default: {
      const order = cell?.kind === "order" ? cell.order : makeOrder(scenario.state, act.a, 0n);
      const chunk = Number(chunkCount(order)) === 1 ? 0 : Number(act.amount % 2n);
      const statement: Statement = {
        domain: STATEMENT_DOMAIN,
        parametersCommitment: order.parametersCommitment + (way === 1n ? 1n : 0n),
        inputsRoot: order.inputsRoot + (way === 2n ? 1n : 0n),
        resultsRoot: act.amount,
        provider: ownerOf(act.b),
        ...chunkRange(order, chunk),
        price: way === 3n ? order.priceLimit + 1n : order.priceLimit - (order.priceLimit % 3n),
      };
      draft.addRequest(
        {
          ...common,
          kind: "forcedSettle",
          provider: ownerOf(act.b),
          account: act.b,
          chunk: chunk + (way === 4n ? 1 : way === 5n ? 7 : 0),
          commitment: statementCommitment(statement),
          programId: order.programId + (way === 6n ? 1n : 0n),
        },
        statement,
      );
    }
  }
}

/** Applies an action to a draft if the rules allow it. `nonces` holds the next nonces of accounts that acted. */
export function attempt(
  scenario: Scenario,
  draft: BlockDraft,
  nonces: Map<number, bigint>,
  sequence: bigint,
  act: Action,
) {
  const { state } = scenario;
  const nonce = nonces.get(act.a) ?? getAccount(state, act.a).nonce;
  const keys = rotatedKeys.get(draft) ?? new Map<number, Uint8Array>();
  rotatedKeys.set(draft, keys);
  const operate = (operation: Operation): void => {
    draft.addOperation(sign(state, operation, keys.get(act.a)), sequence);
    nonces.set(act.a, nonce + 1n);
  };
  const priorityFee = act.amount % 7n;
  const base = { ...common(act.a, nonce), priorityFee };
  const step = { ...act, base, operate };
  try {
    if (act.kind === "transfer") operate({ kind: "transfer", ...base, receiver: act.b, amount: act.amount });
    else if (act.kind === "withdraw") operate({ kind: "withdraw", ...base, amount: act.amount });
    else if (act.kind === "post") {
      const order = makeOrder(state, act.a, nonce, {
        priceLimit: act.amount % 5000n,
        jobCount: 1n + (act.amount % 9n),
        // Over from one of the sequence's first blocks on.
        deadline: START - ORDER_GRACE_PERIOD + (act.amount % 8n),
        modes: act.amount % 5n === 0n ? 2n : 1n,
      });
      operate({ kind: "postOrder", ...base, order });
    } else if (act.kind === "multiTransfer") operateMultiTransfer(step);
    else if (act.kind === "cancel") operateCancellation(scenario, step);
    else if (act.kind === "rotate") keys.set(act.a, operateRotation(step, getAccount(state, act.a).owner));
    else if (act.kind === "distribute") distribute(scenario, draft, act.b, act.a, act.amount);
    else if (act.kind === "deposit") {
      draft.addRequest({ kind: "deposit", index: act.a, time: 1n, depositor: 1n, amount: act.amount });
    } else if (isRequest(act)) request(scenario, draft, act);
    else {
      const orders = [...state.cells].filter(([, cell]) => cell.kind === "order").map(([index]) => index);
      const orderIndex = orders[Number(act.amount) % Math.max(1, orders.length)] ?? 0;
      const chunk = Number(act.amount % 3n);
      draft.addSettlement({
        orderIndex,
        chunk,
        provider: act.b,
        resultsRoot: act.amount,
        price: act.amount % 4000n,
      });
    }
  } catch (error) {
    if (!(error instanceof TransitionError)) throw error;
  }
}
