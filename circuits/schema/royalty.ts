// Royalty splits (docs/royalty.md): sizes, packed words, and the vector of the public words.
import { INDEX_BITS } from "./cells.js";
import type { VectorLayout } from "./public-data.js";
import { defineWord } from "./words.js";

/** Most payees of one split, over all levels; as many legs has its payouts list, unused ones zero. */
export const ROYALTY_PAYEES = 32;
/** Most levels of one split: the seed and three ancestors. */
export const ROYALTY_LEVELS = 4;
/** Width of a total to be split, in units: that of a payment leg. */
export const ROYALTY_TOTAL_BITS = 80;
/** Width of a share in basis points. */
export const SHARE_BITS = 14;

/** One owner of a level: account index, and share of what the level keeps in basis points (at least 1). */
export const royaltyOwner = defineWord("RoyaltyOwner", { share: SHARE_BITS, receiver: INDEX_BITS });
/** Owners in one word of a list, the first lowest. */
export const OWNERS_PER_WORD = 6;
/** Words of a level's list of owners, missing owners zero. */
export const OWNER_LIST_WORDS = 6;

/** Public word of a split: L1 seed id, and number of the distribution. The circuit binds it and reads nothing of it. */
export const royaltyDistribution = defineWord("RoyaltyDistribution", { seed: 64, nonce: 64 });

/**
 * Layout of a split's vector. Roots: shares root, payouts root. Terms: royalty domain, {@link royaltyDistribution},
 * total in units (80 bits).
 */
export const royaltyLayout: VectorLayout = {
  name: "royalty",
  segments: [
    { name: "roots", type: "head", capacity: 2 },
    { name: "terms", type: "tail", capacity: 3 },
  ],
  length: 5,
};
