// Random multi-transfers, cancellations, rotations and distributions, as steps of a random sequence.
import {
  type BlockDraft,
  getSeed,
  type Operation,
  orderStatic,
  type PaymentLeg,
} from "@catalyze/circuits/reference";
import { DISTRIBUTION_LEGS } from "@catalyze/circuits/schema";
import { rotatedKey, type Scenario, SEED } from "./scenario.js";

/** A step and how it is signed: `base` has the fields that operations share. */
export interface SignedStep {
  readonly a: number;
  readonly b: number;
  readonly amount: bigint;
  readonly base: Pick<Operation, "signer" | "nonce" | "expiry" | "fee" | "priorityFee">;
  operate(operation: Operation): void;
}

/** Exactly 32 legs, zeros at the end. */
export const fullList = (legs: readonly PaymentLeg[]): PaymentLeg[] =>
  Array.from({ length: DISTRIBUTION_LEGS }, (_, i) => legs[i] ?? { receiver: 0, amount: 0n });

/** 1 to 33 legs to the two accounts in turn, so that every third list takes a third group. */
export function operateMultiTransfer({ a, b, amount, base, operate }: SignedStep): void {
  const length = [3, 17, 33][Number(amount % 3n)]!;
  const units = (i: number): bigint => (amount * BigInt(i)) % 1000n;
  const legs = Array.from({ length }, (_, i) => ({ receiver: i % 2 ? a : b, amount: units(i) }));
  operate({ kind: "multiTransfer", ...base, legs });
}

/** Any order in the state, by its requester or by somebody else. */
export function operateCancellation({ state }: Scenario, { a, amount, base, operate }: SignedStep): void {
  const orders = [...state.cells].flatMap(([index, cell]) =>
    cell.kind === "order" ? [{ index, cell }] : [],
  );
  const own = orders.filter(({ cell }) => cell.order.requester === BigInt(a));
  const candidates = own.length > 0 && amount % 5n > 0n ? own : orders;
  const chosen = candidates[Number(amount) % Math.max(1, candidates.length)];
  if (chosen === undefined) return;
  const { index, cell } = chosen;
  operate({ kind: "cancelOrder", ...base, orderIndex: index, orderStatic: orderStatic(cell.order) });
}

/** Rotates to a key by the amount; returns the new private key. */
export function operateRotation({ amount, base, operate }: SignedStep, owner: bigint): Uint8Array {
  const { key, ax, ay } = rotatedKey(base.signer, Number(amount % 50n));
  operate({ kind: "rotateKey", ...base, ax, ay, owner });
  return key;
}

/** A share of the seed's vault, at times one unit more than there is, in both groups of the list. */
export function distribute(
  { state }: Scenario,
  draft: BlockDraft,
  a: number,
  b: number,
  amount: bigint,
): void {
  const vault = getSeed(state, SEED).amount;
  const total = amount % (vault + 2n);
  const half = total / 2n;
  const legs = fullList([{ receiver: a, amount: half }]);
  legs[20] = { receiver: b, amount: total - half };
  draft.addDistribution({ seed: SEED, legs, total });
}
