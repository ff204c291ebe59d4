// State cells (DESIGN §4): kinds, the packed dynamic word, and the preimages of the static part.
import { defineWord } from "./words.js";

/** Width of an amount: units of 10^-9 CTZ, at most 88 bits. */
export const AMOUNT_BITS = 88;
/** Width of a cell index, whatever the depth of the tree. */
export const INDEX_BITS = 24;
/** Basis points of a whole. */
export const BASIS_POINTS = 10_000n;
/** Most chunks of one order: the width of its bitmap. */
export const MAXIMUM_CHUNKS = 64;

/** Kind tags of cells; 0 is an empty cell. */
export const KIND_ACCOUNT = 1;
export const KIND_SEED = 2;
export const KIND_ORDER = 3;

/**
 * `dynamic`: amount, payload by kind, kind tag; 224 bits, so that a cell's index fits beside it in one word. A slot
 * shows of the amount it reads only that it is below 2^92; the gap keeps such an amount from borrowing from the payload.
 */
export const cellDynamic = defineWord(
  "CellDynamic",
  { amount: AMOUNT_BITS, payload: 128, kind: 4 },
  { amount: 4 },
);
/** Most bits of a payload in use: a seed's terms. */
export const PAYLOAD_BITS = 88;
/** Public word of a closed cell: its new dynamic word (0 when deleted) and its index. */
export const cellWord = defineWord("CellWord", { dynamic: 224, index: INDEX_BITS });

/** Payload of an account. */
export const accountPayload = defineWord("AccountPayload", { nonce: 40 });
/** Payload of a seed: its terms in basis points and their version. Their sum is at most 10,000 (checked on L1). */
export const seedPayload = defineWord("SeedPayload", {
  royalty: 14,
  middleware: 14,
  burn: 14,
  pool: 14,
  version: 32,
});
/** Payload of an open order: chunks settled, and how many remain (1 to 64; an order with none left is deleted). */
export const orderPayload = defineWord("OrderPayload", { bitmap: MAXIMUM_CHUNKS, remaining: 7 });

/** Second part of a seed's static preimage. `parent` is 0 for an original. */
export const seedSubject = defineWord("SeedSubject", { parent: 64, seedId: 64 });

/** Accepted modes of an order, one bit each. */
export const MODE_ZK = 1;
export const MODE_OPTIMISTIC = 2;
export const MODE_QUORUM = 4;

/**
 * First public word of a posted order: its id (nonce and requester), the cells it names and takes, and what a
 * settlement pays besides the price, in units per chunk. `savingsShare` in basis points.
 */
export const orderParties = defineWord("OrderParties", {
  nonce: 40,
  requester: INDEX_BITS,
  seed: INDEX_BITS,
  middleware: INDEX_BITS,
  index: INDEX_BITS,
  settlementFee: 64,
  savingsShare: 14,
  modes: 4,
});
/**
 * Second public word of a posted order: price limit in units per job; number of chunks minus 1, jobs of the last chunk
 * and of the others; deadline in seconds; minimum bond in units. The seed's terms, program and parameters at posting
 * are the seed cell's.
 */
export const orderWork = defineWord("OrderWork", {
  priceLimit: 64,
  earlierChunks: 6,
  lastChunk: 16,
  chunkSize: 16,
  deadline: 40,
  minimumBond: 64,
});
/** Order id: unique because account indices and nonces are never reused. */
export const orderId = defineWord("OrderId", { nonce: 40, requester: INDEX_BITS });
/** Packed input of an order's static hash: what no settlement reads. */
export const orderConditions = defineWord("OrderConditions", { deadline: 40, minimumBond: 64 });
/** Packed input of an order's static hash: the seed's terms, as in {@link seedPayload}, and how the work is cut. */
export const orderTerms = defineWord("OrderTerms", {
  royalty: 14,
  middleware: 14,
  burn: 14,
  pool: 14,
  version: 32,
  savingsShare: 14,
  modes: 4,
  earlierChunks: 6,
  lastChunk: 16,
  chunkSize: 16,
});
