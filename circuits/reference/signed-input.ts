// Inputs of the block circuit's slots of payment legs, cancellations, rotations and distributions, used or not. Pure.
import { accessOrder, LEGS_PER_GROUP, orderConditions, seedPayload } from "../schema/index.js";
import type { SealedCancellation } from "./cancellation.js";
import type { PaymentLeg } from "./legs.js";
import { type DraftDistribution, paymentLists } from "./payments.js";
import type { SealedRotation } from "./rotation.js";
import type { SealedBlock } from "./seal.js";
import type { Slot } from "./slot-input.js";
import { cellStatic, orderStaticInputs } from "./state.js";

const group = (legs: readonly PaymentLeg[], used: boolean, continues: boolean): Slot => ({
  Used: used ? 1n : 0n,
  Continues: continues ? 1n : 0n,
  Amount: Array.from({ length: LEGS_PER_GROUP }, (_, i) => legs[i]?.amount ?? 0n),
  Receiver: Array.from({ length: LEGS_PER_GROUP }, (_, i) => BigInt(legs[i]?.receiver ?? 0)),
});

/** Groups of the block's lists of payments, one list after the other, then unused ones. */
export function legGroupSlots(block: SealedBlock): Slot[] {
  const used = paymentLists(block.operations, block.distributions).flatMap((legs) =>
    Array.from({ length: Math.ceil(legs.length / LEGS_PER_GROUP) }, (_, i) =>
      group(legs.slice(i * LEGS_PER_GROUP, (i + 1) * LEGS_PER_GROUP), true, i > 0),
    ),
  );
  return Array.from({ length: block.header.size.legGroups }, (_, i) => used[i] ?? group([], false, false));
}

/** A slot that cancels nothing: one chunk of no order remains. */
const IDLE_CANCELLATION: Slot = {
  Used: 0n,
  Order: new Array<bigint>(11).fill(0n),
  Deadline: 0n,
  MinimumBond: 0n,
  Escrow: 0n,
  Bitmap: 0n,
  Remaining: 1n,
  Index: 0n,
  Time: 1n,
  PreviousTime: 0n,
};

/** A cancelled order, or none. */
export function cancellationSlot(entry: SealedCancellation | undefined): Slot {
  if (entry === undefined) return IDLE_CANCELLATION;
  const { before, index, time, previousAccess } = entry;
  const order = orderStaticInputs(before.order);
  const conditions = orderConditions.decode(order[3]!);
  return {
    Used: 1n,
    Order: order,
    Deadline: conditions.deadline,
    MinimumBond: conditions.minimumBond,
    Escrow: before.amount,
    Bitmap: before.bitmap,
    Remaining: before.remaining,
    Index: BigInt(index),
    Time: time,
    PreviousTime: accessOrder.decode(previousAccess).time,
  };
}

/** A rotated key, or none. */
export const rotationSlot = (entry: SealedRotation | undefined): Slot => ({
  Used: entry === undefined ? 0n : 1n,
  Ax: entry?.ax ?? 0n,
  Ay: entry?.ay ?? 0n,
  Owner: entry?.owner ?? 0n,
  Index: BigInt(entry?.index ?? 0),
});

/** A distribution, or none; `time` is the slot's. */
export const distributionSlot = (entry: DraftDistribution | undefined): Slot => ({
  Used: entry === undefined ? 0n : 1n,
  Seed: BigInt(entry?.distribution.seed ?? 0),
  Static: entry === undefined ? 0n : cellStatic(entry.before),
  Vault: entry?.before.amount ?? 0n,
  Payload: entry === undefined ? 0n : seedPayload.encode({ ...entry.before.terms }),
  PreviousTime: entry === undefined ? 0n : accessOrder.decode(entry.previousAccess).time,
  Payouts: entry?.payouts ?? 0n,
  Total: entry?.distribution.total ?? 0n,
});
