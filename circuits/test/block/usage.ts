// What a sealed block uses of each kind of slot, counted from the block and not by the rules that let things in.
import type { SealedBlock } from "@catalyze/circuits/reference";
import { type BlockSize, LEGS_PER_GROUP } from "@catalyze/circuits/schema";

/** Capacities of a size. */
export type SlotCounts = Omit<BlockSize, "name" | "depth">;

/** Slots that the block uses. */
export function usedSlots(block: SealedBlock): SlotCounts {
  const lists = [
    ...block.operations.flatMap(({ signed: { operation } }) =>
      operation.kind === "multiTransfer" ? [operation.legs] : [],
    ),
    ...block.distributions.map(({ distribution }) => distribution.legs),
  ];
  return {
    requests: block.requests.length,
    settlements: block.settlements.length,
    orders: block.orders.length,
    withdrawals: block.withdrawals.length,
    cells: block.changes.length,
    operations: block.operations.length,
    openings: block.changes.filter(({ facts }) => facts > 0n).length,
    legGroups: lists.reduce((sum, legs) => sum + Math.ceil(legs.length / LEGS_PER_GROUP), 0),
    cancellations: block.cancellations.length,
    rotations: block.rotations.length,
    distributions: block.distributions.length,
    forcedOrders: block.requestEffects.filter(({ kind }) => kind === "forced").length,
  };
}

/** Whether a size has room for them. */
export const hasRoom = (size: BlockSize, used: SlotCounts): boolean =>
  (Object.keys(used) as (keyof SlotCounts)[]).every((slot) => used[slot] <= size[slot]);
