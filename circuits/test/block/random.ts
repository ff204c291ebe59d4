// Random sequences of actions for the state machine and the circuit, from one generator.
import { type BlockDraft, getAccount, type Operation, TransitionError } from "@catalyze/circuits/reference";
import fc from "fast-check";
import {
  ALICE,
  BOB,
  common,
  MIDDLEWARE,
  makeOrder,
  OPERATOR,
  PROVIDER,
  type Scenario,
  sign,
} from "./scenario.js";

/** One step of a random sequence; the rules may refuse it. */
export type Action = {
  kind: "transfer" | "withdraw" | "settle" | "deposit" | "post";
  a: number;
  b: number;
  amount: bigint;
};
/** Any action between the scenario's accounts. */
export const randomAction = fc.record<Action>({
  kind: fc.constantFrom("transfer", "withdraw", "settle", "deposit", "post"),
  a: fc.constantFrom(OPERATOR, MIDDLEWARE, PROVIDER, ALICE, BOB),
  b: fc.constantFrom(OPERATOR, MIDDLEWARE, PROVIDER, ALICE, BOB),
  amount: fc.oneof(fc.bigInt(0n, 1000n), fc.bigInt(0n, 2_000_000n)),
});

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
  const operate = (operation: Operation): void => {
    draft.addOperation(sign(state, operation), sequence);
    nonces.set(act.a, nonce + 1n);
  };
  const priorityFee = act.amount % 7n;
  const base = { ...common(act.a, nonce), priorityFee };
  try {
    if (act.kind === "transfer") operate({ kind: "transfer", ...base, receiver: act.b, amount: act.amount });
    else if (act.kind === "withdraw") operate({ kind: "withdraw", ...base, amount: act.amount });
    else if (act.kind === "post") {
      const order = makeOrder(state, act.a, nonce, {
        priceLimit: act.amount % 5000n,
        jobCount: 1n + (act.amount % 9n),
      });
      operate({ kind: "postOrder", ...base, order });
    } else if (act.kind === "deposit") {
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
