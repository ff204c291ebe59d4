// Sizes of the block circuit: one template, one verification key per size.
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

/** Every size that ships, by name. */
export const BLOCK_SIZES: Readonly<Record<string, BlockSize>> = { small: SMALL_BLOCK };
