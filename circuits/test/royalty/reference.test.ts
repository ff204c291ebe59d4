// Reference of royalty splits: conservation, bounds, roots, and what is refused. UPDATE_VECTORS=1 writes the golden vector.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  legsCommitment,
  ownersRoot,
  poseidon,
  type RoyaltyErrorCode,
  type RoyaltyLevel,
  royaltyPayouts,
  sharesNode,
  sharesRoot,
  splitRoyalty,
} from "@catalyze/circuits/reference";
import { DOMAIN_OWNERS, DOMAIN_SHARES, decodeVector, royaltyLayout } from "@catalyze/circuits/schema";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CTZ, EDGES, equalOwners, FORK, level, levelsArbitrary, termsOf, totalArbitrary } from "./support.js";

const PATH = fileURLToPath(new URL("../../../test/vectors/royalty.json", import.meta.url));

/** A split with every value on the way, for the other languages. */
function vectorText(): string {
  const terms = termsOf(FORK);
  const { legs: _, content: __, circuitInput: ___, bytes, ...split } = splitRoyalty(terms);
  const vector = {
    domainOwners: DOMAIN_OWNERS,
    domainShares: DOMAIN_SHARES,
    chainId: 31337n,
    rollup: 0x1001n,
    ...terms,
    ownersRoots: FORK.map(({ owners }) => ownersRoot(owners)),
    parentSharesRoot: sharesRoot(FORK.slice(1)),
    ...split,
    bytes: Buffer.from(bytes).toString("hex"),
  };
  return `${JSON.stringify(vector, text, 2)}\n`;
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

describe("a royalty", () => {
  it("of 200 CTZ is split between three owners and a parent", () => {
    const { payouts } = splitRoyalty(termsOf(FORK));
    // 20 CTZ go on; 5,000, 3,333 and 1,667 basis points of 180 CTZ; 7,500 and 2,500 of 20.
    expect(payouts).toEqual([
      { receiver: 11, amount: 90n * CTZ },
      { receiver: 12, amount: (599_940n * CTZ) / 10_000n },
      { receiver: 13, amount: (300_060n * CTZ) / 10_000n },
      { receiver: 21, amount: 15n * CTZ },
      { receiver: 11, amount: 5n * CTZ },
    ]);
  });

  it("has a golden vector", () => {
    if (process.env.UPDATE_VECTORS === "1") writeFileSync(PATH, vectorText());
    expect(vectorText()).toBe(readFileSync(PATH, "utf8"));
  });

  it("gives what rounding leaves to the first owner of each level", () => {
    const levels = [equalOwners(3, 1, 3_333n), equalOwners(7, 4)];
    // 33 of 100 go on; 67 · 0.3334, 67 · 0.3333 twice; 33 · 0.1428 six times.
    expect(royaltyPayouts(levels, 100n).map(({ amount }) => amount)).toEqual([
      ...[23n, 22n, 22n],
      ...[9n, 4n, 4n, 4n, 4n, 4n, 4n],
    ]);
  });

  it("pays every unit, to each owner no less than the floor of its share and to all but the first no more", () => {
    fc.assert(
      fc.property(levelsArbitrary, totalArbitrary, (levels, total) => {
        const payouts = royaltyPayouts(levels, total);
        expect(sum(payouts.map(({ amount }) => amount))).toBe(total);
        let amount = total;
        let place = 0;
        for (const { owners, parentShare } of levels) {
          const passed = (amount * parentShare) / 10_000n;
          const parts = payouts.slice(place, place + owners.length);
          expect(sum(parts.map((leg) => leg.amount))).toBe(amount - passed);
          owners.forEach(({ receiver, share }, i) => {
            const floor = ((amount - passed) * share) / 10_000n;
            const extra = parts[i]!.amount - floor;
            expect(parts[i]!.receiver).toBe(receiver);
            expect(extra >= 0n && extra < (i === 0 ? BigInt(owners.length) : 1n)).toBe(true);
          });
          place += owners.length;
          amount = passed;
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("roots", () => {
  it("are the hashes that docs/royalty.md gives", () => {
    const [seed, parent] = FORK as [RoyaltyLevel, RoyaltyLevel];
    const word = ({ receiver, share }: { receiver: number; share: bigint }): bigint =>
      share + (BigInt(receiver) << 14n);
    const list = (one: RoyaltyLevel): bigint =>
      sum(one.owners.map((owner, i) => word(owner) << BigInt(38 * i)));
    expect(ownersRoot(seed.owners)).toBe(poseidon(DOMAIN_OWNERS, [list(seed), 0n, 0n, 0n, 0n, 0n]));
    const below = poseidon(DOMAIN_SHARES, [ownersRoot(parent.owners), 0n, 0n]);
    expect(sharesRoot([parent])).toBe(below);
    expect(sharesNode(ownersRoot(parent.owners), 0n, 0n)).toBe(below);
    expect(sharesRoot(FORK)).toBe(poseidon(DOMAIN_SHARES, [ownersRoot(seed.owners), 1_000n, below]));
  });

  it("of payouts always cover 32 legs", () => {
    for (const [name, terms] of EDGES) {
      const { legs, payouts, payoutsRoot } = splitRoyalty(terms);
      expect(legs.length, name).toBe(32);
      expect(legs.slice(payouts.length), name).toEqual(
        new Array(32 - payouts.length).fill({ receiver: 0, amount: 0n }),
      );
      expect(legsCommitment(legs), name).toBe(payoutsRoot);
    }
    const { payouts, payoutsRoot } = splitRoyalty(termsOf(FORK));
    expect(legsCommitment(payouts)).not.toBe(payoutsRoot);
  });

  it("differ for owners in another order, another owner, share, level or parent share", () => {
    const [seed, parent] = FORK as [RoyaltyLevel, RoyaltyLevel];
    const variants: (readonly RoyaltyLevel[])[] = [
      FORK,
      [{ ...seed, owners: [...seed.owners].reverse() }, parent],
      [{ ...seed, parentShare: 999n }, parent],
      [{ ...seed, parentShare: 0n }, parent],
      [{ ...seed, parentShare: 0n }],
      [parent],
      [
        { ...parent, parentShare: 1_000n },
        { ...seed, parentShare: 0n },
      ],
      [{ ...seed, owners: seed.owners.map((owner) => ({ ...owner, receiver: owner.receiver + 1 })) }, parent],
      [equalOwners(2, 11, 1_000n), parent],
    ];
    expect(new Set(variants.map(sharesRoot)).size).toBe(variants.length);
    fc.assert(
      fc.property(levelsArbitrary, levelsArbitrary, (one, two) => {
        expect(sharesRoot(one) === sharesRoot(two)).toBe(
          JSON.stringify(one, text) === JSON.stringify(two, text),
        );
      }),
      { numRuns: 50 },
    );
  });

  it("stand in public words of 157 bytes that decode", () => {
    for (const [name, terms] of EDGES) {
      const { bytes, content, words } = splitRoyalty(terms);
      expect(bytes.length, name).toBe(2 * 32 + 3 * 31);
      expect(decodeVector(royaltyLayout, [2, 3], bytes), name).toEqual(content);
      expect(words, name).toEqual(content.flat());
    }
  });
});

const text = (_: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}` : value);

describe("levels and totals that can't be split", () => {
  const one = level([[1, 10_000n]]);
  const CASES: [string, RoyaltyErrorCode, RoyaltyLevel[], bigint?][] = [
    ["no level", "ROYALTY_BAD_LEVEL_COUNT", []],
    ["five levels", "ROYALTY_BAD_LEVEL_COUNT", [one, one, one, one, one]],
    ["a level without owners", "ROYALTY_EMPTY_LEVEL", [one, level([])]],
    ["33 owners in a level", "ROYALTY_TOO_MANY_OWNERS", [equalOwners(33, 1)]],
    ["33 owners together", "ROYALTY_TOO_MANY_OWNERS", [equalOwners(30, 1), one, one, one]],
    ["shares of 9,999", "ROYALTY_SHARES_NOT_WHOLE", [level([[1, 9_999n]])]],
    [
      "shares of 10,001",
      "ROYALTY_SHARES_NOT_WHOLE",
      [
        level([
          [1, 1n],
          [2, 10_000n],
        ]),
      ],
    ],
    [
      "a share of 0",
      "ROYALTY_BAD_SHARE",
      [
        level([
          [1, 0n],
          [2, 10_000n],
        ]),
      ],
    ],
    [
      "a negative share",
      "ROYALTY_BAD_SHARE",
      [
        level([
          [1, -1n],
          [2, 10_001n],
        ]),
      ],
    ],
    ["an account of 25 bits", "ROYALTY_BAD_RECEIVER", [level([[2 ** 24, 10_000n]])]],
    ["a negative account", "ROYALTY_BAD_RECEIVER", [level([[-1, 10_000n]])]],
    ["half an account", "ROYALTY_BAD_RECEIVER", [level([[0.5, 10_000n]])]],
    ["10,001 basis points passed on", "ROYALTY_BAD_PARENT_SHARE", [level([[1, 10_000n]], 10_001n), one]],
    ["-1 basis points passed on", "ROYALTY_BAD_PARENT_SHARE", [level([[1, 10_000n]], -1n), one]],
    ["the last level passing on", "ROYALTY_BAD_PARENT_SHARE", [level([[1, 10_000n]], 1n)]],
    ["a total of 81 bits", "ROYALTY_BAD_TOTAL", [one], 1n << 80n],
    ["a negative total", "ROYALTY_BAD_TOTAL", [one], -1n],
  ];
  it.each(CASES)("are refused: %s", (_, code, levels, total = 5n) => {
    expect(() => splitRoyalty(termsOf(levels, total))).toThrow(expect.objectContaining({ code }));
  });

  it("are refused as lists too, and terms that do not fit their words with them", () => {
    expect(() => ownersRoot([])).toThrow(expect.objectContaining({ code: "ROYALTY_EMPTY_LEVEL" }));
    const code = "SCHEMA_OUT_OF_RANGE";
    const good = termsOf(FORK);
    for (const bad of [{ domain: 1n << 248n }, { seed: 1n << 64n }, { nonce: -1n }]) {
      expect(() => splitRoyalty({ ...good, ...bad })).toThrow(expect.objectContaining({ code }));
    }
    expect(() => splitRoyalty(good).circuitInput(-1n)).toThrow(expect.objectContaining({ code }));
  });
});
