// Which block an operation is in at the latest, by what may stand before it: the promise of its receipt. Counts what operations
// take from each other in the block's slots; L1 requests and settlements are up to the builder and the margin. Pure.
import type { Operation, SignedOperation } from "@catalyze/circuits/reference";
import { type BlockSize, LEGS_PER_GROUP } from "@catalyze/circuits/schema";
import { SequencerError } from "../errors.js";
import { PROMISE_MARGIN_BLOCKS } from "../limits.js";
import type { Mempool } from "./mempool.js";

/** Kinds of slots that operations take. */
const SLOTS = [
  "operations",
  "orders",
  "withdrawals",
  "cells",
  "openings",
  "legGroups",
  "cancellations",
  "rotations",
] as const;

/** Slots by kind, in the order of {@link SLOTS}. */
type Slots = readonly number[];

const NOTHING: Slots = SLOTS.map(() => 0);

const combine = (a: Slots, b: Slots, by: (x: number, y: number) => number): Slots =>
  a.map((value, i) => by(value, b[i]!));
const sum = (x: number, y: number): number => x + y;
const difference = (x: number, y: number): number => x - y;

/** Cells besides the fee account's. */
function cellsOf(operation: Operation): number {
  switch (operation.kind) {
    case "transfer":
    case "cancelOrder":
      return 2;
    case "withdraw":
    case "rotateKey":
      return 1;
    case "postOrder":
      // Signer, seed, middleware, order.
      return 4;
    case "multiTransfer":
      return new Set([operation.signer, ...operation.legs.map(({ receiver }) => receiver)]).size;
  }
}

/** Most slots that the operation takes. */
function slotsOf(operation: Operation): Slots {
  const { kind } = operation;
  const order = kind === "postOrder" ? 1 : 0;
  return [
    1,
    order,
    kind === "withdraw" ? 1 : 0,
    cellsOf(operation),
    order,
    kind === "multiTransfer" ? Math.ceil(operation.legs.length / LEGS_PER_GROUP) : 0,
    kind === "cancelOrder" ? 1 : 0,
    kind === "rotateKey" ? 1 : 0,
  ];
}

/** An operation in the order in which blocks may take it. */
interface Place {
  readonly sequence: bigint;
  /** Its own priority fee: what it counts as at most, in a block that has none of its account's before it. */
  readonly most: bigint;
  /** The lowest priority fee among it and those pending before it: what it counts as at least. */
  readonly least: bigint;
  readonly slots: Slots;
  /** Most of each kind that it or one of those before it takes. */
  readonly need: Slots;
  readonly promisedBlock: bigint | undefined;
}

/** Places of an account's operations, by rising nonce. */
function accountPlaces(
  operations: readonly {
    readonly sequence: bigint;
    readonly signed: SignedOperation;
    readonly promisedBlock?: bigint | undefined;
  }[],
): Place[] {
  let need = NOTHING;
  let least: bigint | undefined;
  return operations.map(({ sequence, signed: { operation }, promisedBlock }) => {
    const { priorityFee } = operation;
    const slots = slotsOf(operation);
    need = combine(need, slots, Math.max);
    if (least === undefined || priorityFee < least) least = priorityFee;
    return { sequence, most: priorityFee, least, slots, need, promisedBlock };
  });
}

/**
 * Blocks that may pass before one takes an operation with `need`, when `ahead` may be taken before it. A block passes it by
 * only if one of the kinds of slots that it needs is used up, by operations that wait no longer then.
 */
function blocksBefore(size: BlockSize, need: Slots, ahead: Slots): bigint {
  const passed = SLOTS.map((slot, i) => {
    if (need[i] === 0) return 0;
    const capacity = slot === "cells" ? size.cells - 1 : size[slot];
    return Math.floor(ahead[i]! / Math.max(1, capacity - need[i]! + 1));
  });
  return BigInt(passed.reduce(sum, 0));
}

const isAhead = (of: Place, other: Pick<Place, "most" | "sequence">): boolean =>
  other.most > of.least || (other.most === of.least && other.sequence < of.sequence);

/** For any place, the slots of everything that may be taken before it. */
function slotsAhead(places: readonly Place[]): (place: Place) => Slots {
  const sorted = [...places].sort((a, b) =>
    a.most !== b.most ? (a.most > b.most ? -1 : 1) : a.sequence < b.sequence ? -1 : 1,
  );
  const sums: Slots[] = [NOTHING];
  for (const { slots } of sorted) sums.push(combine(sums.at(-1)!, slots, sum));
  return (place) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isAhead(place, sorted[middle]!)) low = middle + 1;
      else high = middle;
    }
    return place.most > place.least ? combine(sums[low]!, place.slots, difference) : sums[low]!;
  };
}

/**
 * The last block that may bring a new operation, when `head` is the latest: behind everything that may stand before it, and a
 * margin for what comes later.
 * @throws {SequencerError} `SEQUENCER_POOL_FULL` when, before an operation with a lower priority fee, it would break a promise
 */
export function promiseBlock(
  size: BlockSize,
  mempool: Mempool,
  given: { readonly signed: SignedOperation; readonly sequence: bigint },
  head: bigint,
): bigint {
  const { signer } = given.signed.operation;
  const others = mempool
    .signers()
    .flatMap((account) => (account === signer ? [] : accountPlaces(mempool.ofAccount(account))));
  const mine = accountPlaces([...mempool.ofAccount(signer), given]);
  const place = mine.at(-1)!;
  const ahead = slotsAhead([...others, ...mine]);
  const latest = (of: Place): bigint => head + 1n + blocksBefore(size, of.need, ahead(of));
  const late = others.find(
    (other) =>
      other.promisedBlock !== undefined && isAhead(other, place) && latest(other) > other.promisedBlock,
  );
  if (late !== undefined) {
    throw new SequencerError(
      "SEQUENCER_POOL_FULL",
      `With a priority fee of ${place.most} it could delay operations beyond the blocks promised to them; ` +
        `wait for a block, or pay a priority fee of ${late.least} units at most.`,
    );
  }
  return latest(place) + PROMISE_MARGIN_BLOCKS;
}
