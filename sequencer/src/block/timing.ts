// When to seal, and the time that a block gets. Arithmetic over times that are handed in.
import { EAGER_BLOCKS, L1_IDLE_SECONDS, PIPELINE_BLOCKS } from "../limits.js";

/** L1's clock as last seen, in seconds. */
export interface L1Clock {
  /** Time of the latest block. */
  readonly latest: bigint;
  /** Time that the node gives to the pending block, if it tells. */
  readonly pending: bigint | undefined;
}

/**
 * A time that L1 will have reached when the next transaction is in a block: the latest block's. Only when that is
 * older than the idle limit the pending block's counts: local chains mine no block while nothing happens, and a block
 * of ours must be at most an hour old (docs/protocol.md §7).
 */
export function l1Time(clock: L1Clock): bigint {
  const { latest, pending } = clock;
  return pending !== undefined && pending - latest > L1_IDLE_SECONDS ? pending : latest;
}

/** Time of the next block: L1's, never before the previous block's. */
export const nextBlockTime = (previous: bigint, l1: bigint): bigint => (l1 > previous ? l1 : previous);

/** What decides about sealing. Times in milliseconds. */
export interface SealSituation {
  readonly nowMs: number;
  /** When the oldest waiting work was first seen; undefined when there is none. */
  readonly workSinceMs: number | undefined;
  readonly lingerMs: number;
  /** Sealed blocks without a proof. */
  readonly unprovenBlocks: number;
  /** Whether some part of a block is full already. */
  readonly full: boolean;
}

/**
 * Whether to seal now: there is work, and either the block is full and the pipeline has room, or the work has lingered
 * and no other block waits for its proof. While one does, sealing early gains nothing and fills the prover's queue with
 * blocks that could have been one.
 */
export function shouldSeal(situation: SealSituation): boolean {
  const { workSinceMs, nowMs, lingerMs, unprovenBlocks, full } = situation;
  if (workSinceMs === undefined) return false;
  if (full) return unprovenBlocks < PIPELINE_BLOCKS;
  return unprovenBlocks < EAGER_BLOCKS && nowMs - workSinceMs >= lingerMs;
}
