// Shared by the royalty tests: levels to split, fixed and random.
import type { RoyaltyLevel, RoyaltyTerms } from "@catalyze/circuits/reference";
import { royaltyDomain } from "@catalyze/circuits/schema";
import fc from "fast-check";

export const DOMAIN = royaltyDomain(31337n, 0x1001n);
export const MAXIMUM_TOTAL = (1n << 80n) - 1n;
/** Units of one CTZ. */
export const CTZ = 1_000_000_000n;

/** A level from pairs of account and share. */
export const level = (
  owners: readonly (readonly [receiver: number, share: bigint])[],
  parentShare = 0n,
): RoyaltyLevel => ({ owners: owners.map(([receiver, share]) => ({ receiver, share })), parentShare });

/** `count` owners of equal shares, the first with what is left, in accounts from `receiver` on. */
export function equalOwners(count: number, receiver: number, parentShare = 0n): RoyaltyLevel {
  const share = 10_000n / BigInt(count);
  return level(
    Array.from({ length: count }, (_, i) => [
      receiver + i,
      i === 0 ? 10_000n - share * BigInt(count - 1) : share,
    ]),
    parentShare,
  );
}

/** Terms around levels. */
export const termsOf = (levels: readonly RoyaltyLevel[], total = 200n * CTZ): RoyaltyTerms => ({
  domain: DOMAIN,
  seed: 7n,
  nonce: 3n,
  total,
  levels,
});

/** Three owners of a seed that passes a tenth to the two owners of its parent. */
export const FORK: readonly RoyaltyLevel[] = [
  level(
    [
      [11, 5_000n],
      [12, 3_333n],
      [13, 1_667n],
    ],
    1_000n,
  ),
  level([
    [21, 7_500n],
    [11, 2_500n],
  ]),
];

const TOP = 2 ** 24 - 1;

/** Levels and totals at the ends of what is allowed, by name. */
export const EDGES: readonly (readonly [name: string, terms: RoyaltyTerms])[] = [
  ["one owner", termsOf([level([[0, 10_000n]])])],
  ["a fork", termsOf(FORK)],
  ["a total of 0", termsOf(FORK, 0n)],
  ["a total of 1", termsOf(FORK, 1n)],
  ["the highest total", termsOf(FORK, MAXIMUM_TOTAL)],
  ["32 owners in one level", termsOf([equalOwners(32, 100)], MAXIMUM_TOTAL)],
  [
    "32 owners in four levels of eight",
    termsOf([0, 1, 2, 3].map((k) => equalOwners(8, 100 * k, k < 3 ? 3_333n : 0n))),
  ],
  [
    "one owner in each of four levels",
    termsOf([0, 1, 2, 3].map((k) => level([[TOP - k, 10_000n]], k < 3 ? 5_001n : 0n))),
  ],
  [
    "29 owners behind three levels of one",
    termsOf([...[0, 1, 2].map((k) => level([[k, 10_000n]], 9_999n)), equalOwners(29, 50)]),
  ],
  [
    "29 owners before three levels of one",
    termsOf([equalOwners(29, 50, 1n), ...[0, 1, 2].map((k) => level([[k, 10_000n]], k < 2 ? 1n : 0n))]),
  ],
  [
    "all passed on, to the last level",
    termsOf([level([[1, 10_000n]], 10_000n), level([[2, 10_000n]], 10_000n), level([[3, 10_000n]])]),
  ],
  [
    "nothing passed on",
    termsOf([level([[1, 10_000n]], 0n), level([[2, 10_000n]], 0n), level([[3, 10_000n]])]),
  ],
  [
    "the same owner everywhere",
    termsOf(
      [0, 1, 2, 3].map((k) =>
        level(
          [
            [9, 4_999n],
            [9, 5_001n],
          ],
          k < 3 ? 2_500n : 0n,
        ),
      ),
      99_999n,
    ),
  ],
  [
    "public terms at their ends",
    { domain: (1n << 248n) - 1n, seed: (1n << 64n) - 1n, nonce: (1n << 64n) - 1n, total: 17n, levels: FORK },
  ],
];

const shares = (count: number): fc.Arbitrary<bigint[]> =>
  fc
    .uniqueArray(fc.integer({ min: 1, max: 9_999 }), { minLength: count - 1, maxLength: count - 1 })
    .map((cuts) => {
      const ends = [0, ...cuts.sort((a, b) => a - b), 10_000];
      return ends.slice(1).map((end, i) => BigInt(end - ends[i]!));
    });

const levelOf = (count: number): fc.Arbitrary<RoyaltyLevel> =>
  fc
    .record({
      shares: shares(count),
      receivers: fc.array(fc.integer({ min: 0, max: TOP }), { minLength: count, maxLength: count }),
      parentShare: fc.oneof(fc.constantFrom(0n, 1n, 10_000n), fc.bigInt(0n, 10_000n)),
    })
    .map(({ shares: parts, receivers, parentShare }) =>
      level(
        receivers.map((receiver, i) => [receiver, parts[i]!]),
        parentShare,
      ),
    );

/** Levels that can be split: any number of owners in each, 32 at most together. */
export const levelsArbitrary: fc.Arbitrary<RoyaltyLevel[]> = fc
  .integer({ min: 1, max: 4 })
  .chain((count) => fc.array(fc.integer({ min: 1, max: 29 }), { minLength: count, maxLength: count }))
  .map((counts) => {
    let left = 32;
    return counts.map((count, i) => {
      const most = left - (counts.length - 1 - i);
      const taken = counts.length === 1 ? Math.min(count + 3, 32) : Math.min(count, most);
      left -= taken;
      return taken;
    });
  })
  .chain((counts) => fc.tuple(...counts.map(levelOf)))
  .map((levels) => levels.map((one, i) => (i === levels.length - 1 ? { ...one, parentShare: 0n } : one)));

export const totalArbitrary: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt(0n, 100_000n),
  fc.bigInt(0n, MAXIMUM_TOTAL),
  fc.constantFrom(0n, MAXIMUM_TOTAL),
);
