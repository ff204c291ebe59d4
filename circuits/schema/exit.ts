// Public data of the exit circuits (docs/exit.md): what leaves a frozen rollup by proof under its last root. Owns the
// words and vectors of `exit` (one cell) and of `exit-settlement` (a recorded statement paid out of an order's escrow).
import { AMOUNT_BITS, INDEX_BITS } from "./cells.js";
import { addressDomain } from "./challenge.js";
import type { VectorLayout } from "./public-data.js";
import { defineWord } from "./words.js";

/** Prefix of the exit domain. */
export const EXIT_DOMAIN_TEXT = "Catalyze/1/exit-domain";

/** Exit domain: keccak256(keccak256(text), chain id, rollup) >> 8, bound by every exit proof; 248 bits. */
export const exitDomain = (chainId: bigint, rollup: bigint): bigint =>
  addressDomain(EXIT_DOMAIN_TEXT, chainId, rollup);

/** What a cell holds: balance, vault or escrow in units, the cell's index and kind. */
export const exitCell = defineWord("ExitCell", { amount: AMOUNT_BITS, index: INDEX_BITS, kind: 4 });

/** Width of a payment for one chunk: 16 bits of jobs at 64 bits each. */
export const PAYMENT_BITS = 80;

/** The chunk that a recorded statement settles: the order's escrow in units, its cell, the chunk, and its seed's id. */
export const exitChunk = defineWord("ExitChunk", {
  escrow: AMOUNT_BITS,
  index: INDEX_BITS,
  chunk: 6,
  seedId: 64,
});

/** What of a recorded statement's payment goes to the seed, is burned, and goes to the pool, in units. */
export const exitShares = defineWord("ExitShares", {
  royalty: PAYMENT_BITS,
  burn: PAYMENT_BITS,
  pool: PAYMENT_BITS,
});

/**
 * Vector of `exit`, every word used. Root: the state root. Claim: exit domain, {@link exitCell}, recipient (the owner's
 * address for an account or an order, 160 bits; the seed id for a seed, 64 bits).
 */
export const exitLayout: VectorLayout = {
  name: "exit",
  segments: [
    { name: "root", type: "head", capacity: 1 },
    { name: "claim", type: "tail", capacity: 3 },
  ],
  length: 4,
};

/**
 * Vector of `exit-settlement`, every word used. Heads: the state root, the statement's commitment. Payment: exit
 * domain, program id, {@link exitChunk}, {@link exitShares}, and a `WithdrawalWord` (amount, recipient) each for the
 * provider and for the owner of the middleware's account.
 */
export const exitSettlementLayout: VectorLayout = {
  name: "exit-settlement",
  segments: [
    { name: "heads", type: "head", capacity: 2 },
    { name: "payment", type: "tail", capacity: 6 },
  ],
  length: 8,
};
