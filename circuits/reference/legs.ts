// Lists of payment legs and their commitment: what a multi-transfer signs and a royalty distribution proves
// (docs/protocol.md §4). Pure.
import { DOMAIN_LEGS, LEGS_PER_GROUP, paymentLeg } from "../schema/index.js";
import { TransitionError } from "./errors.js";
import { poseidon } from "./hash.js";

/** One payment. */
export interface PaymentLeg {
  /** Index of the account that gets it. */
  readonly receiver: number;
  /** Units, 80 bits. */
  readonly amount: bigint;
}

/** `PaymentLeg` words in groups of {@link LEGS_PER_GROUP}, the last filled with zeros. @throws {SchemaError} */
export function legGroups(legs: readonly PaymentLeg[]): bigint[][] {
  const words = legs.map(({ receiver, amount }) => paymentLeg.encode({ receiver: BigInt(receiver), amount }));
  return Array.from({ length: Math.ceil(words.length / LEGS_PER_GROUP) }, (_, group) =>
    Array.from({ length: LEGS_PER_GROUP }, (_, i) => words[group * LEGS_PER_GROUP + i] ?? 0n),
  );
}

/**
 * Commitment to a list of at least one leg: c_0 = the domain, c_{k+1} = element 0 of the permutation of (c_k, group k);
 * the last c. Legs of amount 0 at the end don't count, and change the commitment only where they begin a group.
 * @throws {TransitionError} `MALFORMED_OPERATION` for an empty list, {SchemaError} for a leg out of range.
 */
export function legsCommitment(legs: readonly PaymentLeg[]): bigint {
  if (legs.length === 0)
    throw new TransitionError("MALFORMED_OPERATION", "A list of payments has at least one leg");
  return legGroups(legs).reduce(poseidon, DOMAIN_LEGS);
}

/** Sum of the legs in units. */
export const legsTotal = (legs: readonly PaymentLeg[]): bigint =>
  legs.reduce((sum, { amount }) => sum + amount, 0n);
