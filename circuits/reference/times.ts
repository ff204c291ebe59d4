// Times of the slots of a block, in which the accesses to one cell follow each other (docs/protocol.md §6): requests,
// settlements, operations, posted orders, distributions. Time 0 is the opening of a cell.
import type { BlockSize } from "../schema/index.js";

/** Time of the L1 request in slot `slot`, from 0. */
export const requestTime = (slot: number): bigint => BigInt(slot + 1);

/** Time of the settlement in slot `slot`. */
export const settlementTime = (size: BlockSize, slot: number): bigint => BigInt(size.requests + slot + 1);

/** Time of the signed operation in slot `slot`; of a cancellation, that of its operation. */
export const operationTime = (size: BlockSize, slot: number): bigint =>
  BigInt(size.requests + size.settlements + slot + 1);

/** Time at which posted orders are written: after every settlement and operation of the block. */
export const postedOrderTime = (size: BlockSize): bigint => operationTime(size, size.operations);

/** Time of the royalty distribution in slot `slot`. */
export const distributionTime = (size: BlockSize, slot: number): bigint =>
  postedOrderTime(size) + BigInt(slot);
