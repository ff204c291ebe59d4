// Random sequences of actions for the state machine and the circuit, from one generator.
import { type BlockDraft, getAccount, type Operation, TransitionError } from "@catalyze/circuits/reference";
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
  PROVIDER,
  type Scenario,
  START,
  sign,
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

/** One step of a random sequence; the rules may refuse it. */
export type Action = {
  kind: (typeof KINDS)[number];
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
      });
      operate({ kind: "postOrder", ...base, order });
    } else if (act.kind === "multiTransfer") operateMultiTransfer(step);
    else if (act.kind === "cancel") operateCancellation(scenario, step);
    else if (act.kind === "rotate") keys.set(act.a, operateRotation(step, getAccount(state, act.a).owner));
    else if (act.kind === "distribute") distribute(scenario, draft, act.b, act.a, act.amount);
    else if (act.kind === "deposit") {
      draft.addRequest({ kind: "deposit", index: act.a, time: 1n, depositor: 1n, amount: act.amount });
    } else {
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
