// Royalty splits (docs/royalty.md): what circuits/src/royalty/split.circom proves, and its input. Pure.
import {
  assertBits,
  assertField,
  BASIS_POINTS,
  DOMAIN_OWNERS,
  DOMAIN_PUBLIC_DATA,
  DOMAIN_SHARES,
  encodeVector,
  expandVector,
  INDEX_BITS,
  OWNER_LIST_WORDS,
  OWNERS_PER_WORD,
  ROYALTY_LEVELS,
  ROYALTY_PAYEES,
  ROYALTY_TOTAL_BITS,
  royaltyDistribution,
  royaltyLayout,
  royaltyOwner,
  type VectorContent,
} from "../schema/index.js";
import { poseidon, sponge } from "./hash.js";
import { legsCommitment, type PaymentLeg } from "./legs.js";

export type RoyaltyErrorCode =
  | "ROYALTY_BAD_LEVEL_COUNT"
  | "ROYALTY_EMPTY_LEVEL"
  | "ROYALTY_TOO_MANY_OWNERS"
  | "ROYALTY_BAD_RECEIVER"
  | "ROYALTY_BAD_SHARE"
  | "ROYALTY_SHARES_NOT_WHOLE"
  | "ROYALTY_BAD_PARENT_SHARE"
  | "ROYALTY_BAD_TOTAL";

/** A royalty can't be split like this. The message says what was given, where, and what is allowed. */
export class RoyaltyError extends Error {
  override readonly name = "RoyaltyError";
  readonly code: RoyaltyErrorCode;

  constructor(code: RoyaltyErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** One owner of a level. */
export interface RoyaltyOwner {
  /** Index of the account that is paid, 24 bits. */
  readonly receiver: number;
  /** Share of what the level keeps, in basis points, 1 to 10,000. */
  readonly share: bigint;
}

/** One level: a seed, or an ancestor of it. */
export interface RoyaltyLevel {
  /** At least one; their shares add up to 10,000. The first also gets what rounding leaves. */
  readonly owners: readonly RoyaltyOwner[];
  /** Share of what the level gets that goes on to the next level, in basis points, 0 to 10,000; 0 in the last level. */
  readonly parentShare: bigint;
}

/** What is to be split: the public terms, and the levels from the seed up to its furthest ancestor. */
export interface RoyaltyTerms {
  /** Royalty domain of the deployment (`royaltyDomain`), 248 bits. */
  readonly domain: bigint;
  /** L1 seed id, 64 bits. */
  readonly seed: bigint;
  /** Number of the distribution, 64 bits. */
  readonly nonce: bigint;
  /** Units, 80 bits. */
  readonly total: bigint;
  readonly levels: readonly RoyaltyLevel[];
}

/** Input of the circuit `royalty-split`. */
export type RoyaltyCircuitInput = Readonly<Record<string, bigint | readonly bigint[]>>;

/** A split: who gets what, and everything that a proof of it needs. */
export interface RoyaltySplit {
  readonly sharesRoot: bigint;
  /** Payees in the order of the levels, one leg for each owner; a leg may have amount 0. */
  readonly payouts: readonly PaymentLeg[];
  /** The payouts with zero legs behind them: 32 legs, which the payouts root commits to. */
  readonly legs: readonly PaymentLeg[];
  /** `legsCommitment` of the 32 legs. */
  readonly payoutsRoot: bigint;
  /** Public words by segment of `royaltyLayout`. */
  readonly content: VectorContent;
  /** The five public words. */
  readonly words: readonly bigint[];
  /** The 157 bytes of the words in calldata. */
  readonly bytes: Uint8Array;
  /** Public signal C. */
  readonly commitment: bigint;
  /** Input of the circuit, given the challenge. @throws {SchemaError} when z is no field element. */
  circuitInput(z: bigint): RoyaltyCircuitInput;
}

function checkOwner(owner: RoyaltyOwner, place: string): void {
  const { receiver, share } = owner;
  if (!Number.isInteger(receiver) || receiver < 0 || receiver >= 2 ** INDEX_BITS) {
    throw new RoyaltyError(
      "ROYALTY_BAD_RECEIVER",
      `${place} is account ${receiver}; give an index of ${INDEX_BITS} bits.`,
    );
  }
  if (typeof share !== "bigint" || share < 1n || share > BASIS_POINTS) {
    throw new RoyaltyError(
      "ROYALTY_BAD_SHARE",
      `${place} has ${share} basis points; give 1n to ${BASIS_POINTS}n.`,
    );
  }
}

function checkOwners(owners: readonly RoyaltyOwner[], place: string): void {
  if (owners.length === 0) {
    throw new RoyaltyError("ROYALTY_EMPTY_LEVEL", `${place} has no owner; give at least one.`);
  }
  if (owners.length > ROYALTY_PAYEES) {
    throw new RoyaltyError(
      "ROYALTY_TOO_MANY_OWNERS",
      `${place} has ${owners.length} owners; at most ${ROYALTY_PAYEES} fit.`,
    );
  }
  owners.forEach((owner, i) => {
    checkOwner(owner, `${place}, owner ${i}`);
  });
  const sum = owners.reduce((total, { share }) => total + share, 0n);
  if (sum !== BASIS_POINTS) {
    throw new RoyaltyError(
      "ROYALTY_SHARES_NOT_WHOLE",
      `The shares of ${place} add up to ${sum} basis points; they must be ${BASIS_POINTS} together.`,
    );
  }
}

/** Checks levels for everything that the circuit asks of them. @throws {RoyaltyError} */
export function checkRoyaltyLevels(levels: readonly RoyaltyLevel[]): void {
  if (levels.length < 1 || levels.length > ROYALTY_LEVELS) {
    throw new RoyaltyError(
      "ROYALTY_BAD_LEVEL_COUNT",
      `${levels.length} levels given; give 1 to ${ROYALTY_LEVELS}.`,
    );
  }
  levels.forEach(({ owners, parentShare }, level) => {
    checkOwners(owners, `level ${level}`);
    const most = level === levels.length - 1 ? 0n : BASIS_POINTS;
    if (typeof parentShare !== "bigint" || parentShare < 0n || parentShare > most) {
      throw new RoyaltyError(
        "ROYALTY_BAD_PARENT_SHARE",
        `Level ${level} passes ${parentShare} basis points on; give 0n to ${most}n` +
          `${most === 0n ? ", as no level follows" : ""}.`,
      );
    }
  });
  const payees = levels.reduce((sum, { owners }) => sum + owners.length, 0);
  if (payees > ROYALTY_PAYEES) {
    throw new RoyaltyError(
      "ROYALTY_TOO_MANY_OWNERS",
      `The levels have ${payees} owners together; at most ${ROYALTY_PAYEES} fit.`,
    );
  }
}

/**
 * Commitment to one level's list of 1 to 32 owners: P[OWNERS](w_0 … w_5), where w_g holds the `RoyaltyOwner` words of owners
 * 6·g … 6·g + 5 one above the other, 38 bits each. It is the same wherever the level stands in a split.
 * @throws {RoyaltyError} for a list that no level may have.
 */
export function ownersRoot(owners: readonly RoyaltyOwner[]): bigint {
  checkOwners(owners, "the list");
  const words = new Array<bigint>(OWNER_LIST_WORDS).fill(0n);
  owners.forEach(({ receiver, share }, i) => {
    const word = royaltyOwner.encode({ share, receiver: BigInt(receiver) });
    words[Math.floor(i / OWNERS_PER_WORD)]! |= word << BigInt(royaltyOwner.bits * (i % OWNERS_PER_WORD));
  });
  return poseidon(DOMAIN_OWNERS, words);
}

/** One step of the shares root: P[SHARES](owners root, parent share, shares root of the parent or 0). */
export const sharesNode = (owners: bigint, parentShare: bigint, parent: bigint): bigint =>
  poseidon(DOMAIN_SHARES, [owners, parentShare, parent]);

/** Shares root of the first level. @throws {RoyaltyError} for levels that can't be split. */
export function sharesRoot(levels: readonly RoyaltyLevel[]): bigint {
  checkRoyaltyLevels(levels);
  return levels.reduceRight(
    (parent, { owners, parentShare }) => sharesNode(ownersRoot(owners), parentShare, parent),
    0n,
  );
}

const share = (amount: bigint, basisPoints: bigint): bigint => (amount * basisPoints) / BASIS_POINTS;

/**
 * Who gets what of `total` units, in the order of the levels: each level passes ⌊amount · parent share / 10,000⌋ on and keeps
 * the rest; each owner gets ⌊kept · share / 10,000⌋, the first also what is left. The amounts add up to the total.
 * @throws {RoyaltyError} for levels that can't be split, or a total of more than 80 bits.
 */
export function royaltyPayouts(levels: readonly RoyaltyLevel[], total: bigint): PaymentLeg[] {
  checkRoyaltyLevels(levels);
  if (typeof total !== "bigint" || total < 0n || total >> BigInt(ROYALTY_TOTAL_BITS) !== 0n) {
    throw new RoyaltyError(
      "ROYALTY_BAD_TOTAL",
      `The total is ${total}; give an integer in [0, 2^${ROYALTY_TOTAL_BITS}).`,
    );
  }
  let amount = total;
  return levels.flatMap(({ owners, parentShare }) => {
    const passed = share(amount, parentShare);
    const kept = amount - passed;
    amount = passed;
    const amounts = owners.map((owner) => share(kept, owner.share));
    amounts[0]! += kept - amounts.reduce((sum, part) => sum + part, 0n);
    return owners.map(({ receiver }, i) => ({ receiver, amount: amounts[i]! }));
  });
}

const slots = (values: readonly bigint[]): bigint[] =>
  Array.from({ length: ROYALTY_PAYEES }, (_, i) => values[i] ?? 0n);

function slotInputs(levels: readonly RoyaltyLevel[]): RoyaltyCircuitInput {
  const owners = levels.flatMap((level) => level.owners);
  return {
    receiver: slots(owners.map(({ receiver }) => BigInt(receiver))),
    share: slots(owners.map((owner) => owner.share)),
    used: slots(owners.map(() => 1n)),
    begins: slots(levels.flatMap((level) => level.owners.map((_, i) => (i === 0 ? 1n : 0n)))),
    parentShare: Array.from({ length: ROYALTY_LEVELS - 1 }, (_, level) => levels[level]?.parentShare ?? 0n),
  };
}

/**
 * Splits a royalty: roots, payouts, public words, and the input of the circuit `royalty-split`.
 * @throws {RoyaltyError} for levels or a total that can't be split; {SchemaError} for a domain, seed or nonce out of range.
 */
export function splitRoyalty(terms: RoyaltyTerms): RoyaltySplit {
  const { levels, total } = terms;
  const payouts = royaltyPayouts(levels, total);
  const none: PaymentLeg = { receiver: 0, amount: 0n };
  const legs = Array.from({ length: ROYALTY_PAYEES }, (_, i) => payouts[i] ?? none);
  const payoutsRoot = legsCommitment(legs);
  const root = sharesRoot(levels);
  const domain = assertBits("terms.domain", terms.domain, 248);
  const distribution = royaltyDistribution.encode({ seed: terms.seed, nonce: terms.nonce });
  const content = [
    [root, payoutsRoot],
    [domain, distribution, total],
  ];
  const words = expandVector(royaltyLayout, content);
  return {
    sharesRoot: root,
    payouts,
    legs,
    payoutsRoot,
    content,
    words,
    bytes: encodeVector(royaltyLayout, content),
    commitment: sponge(DOMAIN_PUBLIC_DATA, words),
    circuitInput: (z) => ({
      z: assertField("z", z),
      domain,
      distribution,
      total,
      ...slotInputs(levels),
    }),
  };
}
