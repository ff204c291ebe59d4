// Sizes of the block circuit: one template, one verification key per size. Every size has room for whatever the one before
// it has room for, in each kind of slot. Why these capacities: docs/decisions/034-size-ladder.md.
import type { BlockSize } from "./public-data.js";

/** Jobs per proof of the shipped task-batch programs; a power of 4. */
export const TASK_BATCH_JOBS = 16;

/** The smallest size: about 2^17 constraints, for tests and laptops, over a tree of 65,536 cells. */
export const SMALL_BLOCK: BlockSize = {
  name: "small",
  depth: 8,
  requests: 6,
  settlements: 4,
  orders: 2,
  withdrawals: 4,
  cells: 10,
  operations: 6,
  openings: 6,
  legGroups: 2,
  cancellations: 1,
  rotations: 1,
  distributions: 1,
  forcedOrders: 1,
};

/** Just below 2^18 constraints, over a tree of 16,777,216 cells. */
export const MEDIUM_BLOCK: BlockSize = {
  name: "medium",
  depth: 12,
  requests: 8,
  settlements: 16,
  orders: 4,
  withdrawals: 8,
  cells: 16,
  operations: 16,
  openings: 8,
  legGroups: 4,
  cancellations: 2,
  rotations: 1,
  distributions: 1,
  forcedOrders: 1,
};

/** Just below 2^20 constraints. */
export const LARGE_BLOCK: BlockSize = {
  name: "large",
  depth: 12,
  requests: 32,
  settlements: 64,
  orders: 16,
  withdrawals: 64,
  cells: 64,
  operations: 64,
  openings: 40,
  legGroups: 16,
  cancellations: 8,
  rotations: 8,
  distributions: 4,
  forcedOrders: 4,
};

/** Just below 2^22 constraints. */
export const HUGE_BLOCK: BlockSize = {
  name: "huge",
  depth: 12,
  requests: 96,
  settlements: 128,
  orders: 64,
  withdrawals: 256,
  cells: 256,
  operations: 256,
  openings: 160,
  legGroups: 224,
  cancellations: 16,
  rotations: 16,
  distributions: 8,
  forcedOrders: 8,
};

/** The sizes of one deployment, smallest first: same depth, and each has room for whatever the one before has. */
export const BLOCK_LADDER: readonly BlockSize[] = [MEDIUM_BLOCK, LARGE_BLOCK, HUGE_BLOCK];

/** Every size that ships, by name. */
export const BLOCK_SIZES: Readonly<Record<string, BlockSize>> = Object.fromEntries(
  [SMALL_BLOCK, ...BLOCK_LADDER].map((size) => [size.name, size]),
);
