// Lists of payments: multi-transfers signed by an account, and distributions of a seed's vault (docs/protocol.md §4).
import { DISTRIBUTION_LEGS, distributionWord, INITIAL_ACCESS, LEGS_PER_GROUP } from "../schema/index.js";
import type { DraftContent } from "./block.js";
import { count, currentCell, requireCell, requireCells, requireRoom } from "./draft.js";
import type { Effect } from "./effects.js";
import { TransitionError } from "./errors.js";
import { legsCommitment, legsTotal, type PaymentLeg } from "./legs.js";
import { accessAt } from "./requests.js";
import type { SealedOperation } from "./seal.js";
import type { SeedCell, State } from "./state.js";
import { distributionTime } from "./times.js";

/** A distribution of a seed's vault, which a royalty proof authorises on L1. */
export interface Distribution {
  /** Cell of the seed. */
  readonly seed: number;
  /** Exactly {@link DISTRIBUTION_LEGS} payments; one of amount 0 to account 0 is padding. */
  readonly legs: readonly PaymentLeg[];
  /** Sum of the legs in units, at most what the vault holds before this block's credits. */
  readonly total: bigint;
}

/** A distribution as it stands in a draft. */
export interface DraftDistribution {
  readonly distribution: Distribution;
  /** Commitment to the legs, a public word. */
  readonly payouts: bigint;
  /** The seed's cell as the distribution finds it. */
  readonly before: SeedCell;
  readonly previousAccess: bigint;
  readonly time: bigint;
}

const groupsOf = (legs: readonly PaymentLeg[]): number => Math.ceil(legs.length / LEGS_PER_GROUP);

/** Room for the groups of `more`, besides those that the draft holds. @throws {TransitionError} `BLOCK_FULL`. */
function requireGroups(content: DraftContent, more: readonly PaymentLeg[]): void {
  const lists = [
    more,
    ...content.operations.flatMap(({ signed: { operation } }) =>
      operation.kind === "multiTransfer" ? [operation.legs] : [],
    ),
    ...content.distributions.map(({ distribution }) => distribution.legs),
  ];
  const used = lists.reduce((sum, legs) => sum + groupsOf(legs), 0);
  requireRoom(`groups of ${LEGS_PER_GROUP} payments`, used, content.header.size.legGroups);
}

/** Every leg pays an account, or nothing to nobody. Returns those that pay. @throws {TransitionError} `ACCOUNT_NOT_FOUND`. */
function payingLegs(state: State, content: DraftContent, legs: readonly PaymentLeg[]): readonly PaymentLeg[] {
  for (const { receiver, amount } of legs) {
    if (receiver !== 0 || amount > 0n)
      requireCell(currentCell(state, content, receiver), "account", receiver);
  }
  return legs.filter(({ amount }) => amount > 0n);
}

/** Checks a multi-transfer. @throws {TransitionError} `ACCOUNT_NOT_FOUND`, `BLOCK_FULL`. */
export function planMultiTransfer(state: State, content: DraftContent, legs: readonly PaymentLeg[]): Effect {
  requireGroups(content, legs);
  const paying = payingLegs(state, content, legs);
  return {
    touched: paying.map(({ receiver }) => receiver),
    commit: () => {
      for (const { receiver, amount } of paying) count(content.credits, receiver, amount);
    },
  };
}

/**
 * Takes a distribution into the draft. The caller has the royalty proof of the payouts.
 * @throws {TransitionError} `MALFORMED_OPERATION` for a wrong number of legs or a wrong total, `SEED_NOT_FOUND`,
 * `ACCOUNT_NOT_FOUND`, `INSUFFICIENT_BALANCE`, `BLOCK_FULL`; {SchemaError} for an amount out of range.
 */
export function addDistribution(
  state: State,
  content: DraftContent,
  distribution: Distribution,
): DraftDistribution {
  const { seed, legs, total } = distribution;
  const slot = content.distributions.length;
  const { size } = content.header;
  requireRoom("distributions", slot + 1, size.distributions);
  if (legs.length !== DISTRIBUTION_LEGS) {
    const text = `A distribution has exactly ${DISTRIBUTION_LEGS} legs, ${legs.length} are given; fill with zeros`;
    throw new TransitionError("MALFORMED_OPERATION", text);
  }
  if (legsTotal(legs) !== total) {
    const text = `The legs of the distribution pay ${legsTotal(legs)} units, its total is ${total}`;
    throw new TransitionError("MALFORMED_OPERATION", text);
  }
  const payouts = legsCommitment(legs);
  distributionWord.encode({ total, index: BigInt(seed) });
  requireGroups(content, legs);
  const before = requireCell(currentCell(state, content, seed), "seed", seed);
  const paying = payingLegs(state, content, legs);
  if (before.amount < total) {
    const text = `The vault of seed ${seed} holds ${before.amount} units that can be distributed, not ${total}`;
    throw new TransitionError("INSUFFICIENT_BALANCE", text);
  }
  const touched = [seed, ...paying.map(({ receiver }) => receiver)];
  requireCells(content, touched, 0n);

  for (const index of touched) content.touched.add(index);
  for (const { receiver, amount } of paying) count(content.credits, receiver, amount);
  content.working.set(seed, { ...before, amount: before.amount - total });
  const previousAccess = content.orderAccess.get(seed) ?? content.requestAccess.get(seed) ?? INITIAL_ACCESS;
  const time = distributionTime(size, slot);
  content.orderAccess.set(seed, accessAt(time));
  const entry = { distribution, payouts, before, previousAccess, time };
  content.distributions.push(entry);
  return entry;
}

/** The lists of payments of a block: of its multi-transfers in the order of the operations, then of its distributions. */
export const paymentLists = (
  operations: readonly SealedOperation[],
  distributions: readonly DraftDistribution[],
): (readonly PaymentLeg[])[] => [
  ...operations.flatMap(({ signed: { operation } }) =>
    operation.kind === "multiTransfer" ? [operation.legs] : [],
  ),
  ...distributions.map(({ distribution }) => distribution.legs),
];
