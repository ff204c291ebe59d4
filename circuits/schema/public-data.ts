// Public-data vectors (DESIGN §3): fixed segments of head words (32 bytes, < r) and tail words (31 bytes).
// Only used words travel; the vector itself has every word of every segment, unused ones zero.
import { INDEX_BITS } from "./cells.js";
import { assertBits, assertField, FIELD_MODULUS, SchemaError } from "./field.js";
import { defineWord, WORD_BITS } from "./words.js";

/** Type of a segment's words. */
export type SegmentType = "head" | "tail";

/** One segment of a vector. */
export interface Segment {
  readonly name: string;
  readonly type: SegmentType;
  /** Words in the vector, used or not. */
  readonly capacity: number;
}

/** A vector: its segments in order. */
export interface VectorLayout {
  readonly name: string;
  readonly segments: readonly Segment[];
  /** Sum of the capacities. */
  readonly length: number;
}

/** Used words of each segment, in the order of the layout. */
export type VectorContent = readonly (readonly bigint[])[];

/** Bytes of a head word and of a tail word in calldata. */
export const HEAD_BYTES = 32;
export const TAIL_BYTES = 31;

function layout(name: string, segments: readonly Segment[]): VectorLayout {
  return { name, segments, length: segments.reduce((sum, segment) => sum + segment.capacity, 0) };
}

/** Capacities of one size of the block circuit. */
export interface BlockSize {
  readonly name: string;
  /** Depth of the 4-ary state tree. */
  readonly depth: number;
  readonly requests: number;
  readonly settlements: number;
  readonly orders: number;
  readonly withdrawals: number;
  readonly cells: number;
  /** Signed operations; they take no public words of their own. */
  readonly operations: number;
  /** Distinct providers of settlements and seeds of new orders, whose static part is opened; no public words. */
  readonly openings: number;
  /** Groups of 16 payment legs of multi-transfers and royalty distributions; no public words. */
  readonly legGroups: number;
  /** Cancelled orders; no public words of their own. */
  readonly cancellations: number;
  /** Rotated keys. */
  readonly rotations: number;
  /** Royalty distributions. */
  readonly distributions: number;
  /** L1 requests about orders: forced exits and forced settlements; no public words besides the request's. */
  readonly forcedOrders: number;
}

/** Words of the fixed segments and of one entry of each repeated segment. */
export const ROOT_WORDS = 3;
export const HEADER_WORDS = 4;
export const REQUEST_HEADS = 2;
export const REQUEST_TAILS = 2;
export const ORDER_HEADS = 1;
export const ORDER_TAILS = 2;
export const ROTATION_HEADS = 2;

/** Third header word of a block: number, time (seconds), fee account, and the counts of the repeated segments. */
export const blockMeta = defineWord("BlockMeta", {
  number: 40,
  time: 40,
  feeAccount: INDEX_BITS,
  depth: 8,
  requests: 16,
  settlements: 16,
  orders: 16,
  withdrawals: 16,
  cells: 16,
  rotations: 16,
  distributions: 16,
});
/** Fourth header word of a block: units burned and paid to the pool, and the first L1 request it consumes. */
export const blockTotals = defineWord("BlockTotals", { burned: 88, pool: 88, firstRequest: 48 });

/** Layout of a block's vector. Roots: old, new, operations. Header: operation domain, statement domain, meta, totals. */
export function blockLayout(size: BlockSize): VectorLayout {
  return layout("block", [
    { name: "roots", type: "head", capacity: ROOT_WORDS },
    { name: "header", type: "tail", capacity: HEADER_WORDS },
    { name: "requestHeads", type: "head", capacity: REQUEST_HEADS * size.requests },
    { name: "requestTails", type: "tail", capacity: REQUEST_TAILS * size.requests },
    { name: "statementCommitments", type: "head", capacity: size.settlements },
    { name: "statementPrograms", type: "tail", capacity: size.settlements },
    { name: "orderHeads", type: "head", capacity: ORDER_HEADS * size.orders },
    { name: "orderTails", type: "tail", capacity: ORDER_TAILS * size.orders },
    { name: "rotationHeads", type: "head", capacity: ROTATION_HEADS * size.rotations },
    { name: "rotationTails", type: "tail", capacity: size.rotations },
    { name: "distributionPayouts", type: "head", capacity: size.distributions },
    { name: "distributionTails", type: "tail", capacity: size.distributions },
    { name: "withdrawals", type: "tail", capacity: size.withdrawals },
    { name: "cells", type: "tail", capacity: size.cells },
  ]);
}

/** Third tail word's neighbour in a statement: provider (L1 address) and the range of jobs. */
export const statementRange = defineWord("StatementRange", { count: 16, from: 32, provider: 160 });

/**
 * Layout of a statement's vector (DESIGN §6). Claims: parameters commitment, inputs root, results root.
 * Terms: statement domain, {@link statementRange}, price per job in units (64 bits).
 */
export const statementLayout: VectorLayout = layout("statement", [
  { name: "claims", type: "head", capacity: 3 },
  { name: "terms", type: "tail", capacity: 3 },
]);

function checkContent(vector: VectorLayout, content: VectorContent): void {
  if (content.length !== vector.segments.length) {
    throw new SchemaError(
      "SCHEMA_BAD_COUNT",
      `${vector.name}: ${content.length} segments given, ${vector.segments.length} expected`,
    );
  }
  vector.segments.forEach((segment, i) => {
    const words = content[i]!;
    if (words.length > segment.capacity) {
      throw new SchemaError(
        "SCHEMA_BAD_COUNT",
        `${vector.name}.${segment.name}: ${words.length} words given, at most ${segment.capacity} fit`,
      );
    }
    words.forEach((word, j) => {
      const label = `${vector.name}.${segment.name}[${j}]`;
      if (segment.type === "head") assertField(label, word);
      else assertBits(label, word, WORD_BITS);
    });
  });
}

/**
 * All words of the vector, unused ones as zero; `layout.length` of them.
 * @throws {SchemaError} for a wrong number of words or a word out of range.
 */
export function expandVector(vector: VectorLayout, content: VectorContent): bigint[] {
  checkContent(vector, content);
  return vector.segments.flatMap((segment, i) => {
    const words = content[i]!;
    return [...words, ...new Array<bigint>(segment.capacity - words.length).fill(0n)];
  });
}

/**
 * Bytes of the used words as they stand in calldata: segments in order, words big-endian, 32 or 31 bytes each.
 * @throws {SchemaError} for a wrong number of words or a word out of range.
 */
export function encodeVector(vector: VectorLayout, content: VectorContent): Uint8Array {
  checkContent(vector, content);
  const sizes = vector.segments.map((segment) => (segment.type === "head" ? HEAD_BYTES : TAIL_BYTES));
  const bytes = new Uint8Array(content.reduce((sum, words, i) => sum + words.length * sizes[i]!, 0));
  let offset = 0;
  content.forEach((words, i) => {
    for (const word of words) {
      let rest = word;
      for (let k = sizes[i]! - 1; k >= 0; k--) {
        bytes[offset + k] = Number(rest & 255n);
        rest >>= 8n;
      }
      offset += sizes[i]!;
    }
  });
  return bytes;
}

function readWords(bytes: Uint8Array, offset: number, count: number, size: number): bigint[] {
  const words: bigint[] = [];
  for (let j = 0; j < count; j++) {
    let word = 0n;
    for (let k = 0; k < size; k++) word = (word << 8n) | BigInt(bytes[offset + j * size + k]!);
    words.push(word);
  }
  return words;
}

/**
 * Inverse of {@link encodeVector}, given the number of used words of each segment.
 * @throws {SchemaError} `SCHEMA_BAD_LENGTH` when bytes are missing or left over, or a word is out of range.
 */
export function decodeVector(vector: VectorLayout, counts: readonly number[], bytes: Uint8Array): bigint[][] {
  let offset = 0;
  const content = vector.segments.map((segment, i) => {
    const size = segment.type === "head" ? HEAD_BYTES : TAIL_BYTES;
    const count = counts[i] ?? 0;
    if (offset + count * size > bytes.length) {
      throw new SchemaError(
        "SCHEMA_BAD_LENGTH",
        `${vector.name}.${segment.name}: the bytes end at ${bytes.length}`,
      );
    }
    const words = readWords(bytes, offset, count, size);
    offset += count * size;
    return words;
  });
  if (offset !== bytes.length) {
    throw new SchemaError("SCHEMA_BAD_LENGTH", `${vector.name}: ${bytes.length} bytes given, ${offset} used`);
  }
  checkContent(vector, content);
  return content;
}

/** Used words of each segment of a block's vector, from the counts in its meta word. */
export function blockCounts(meta: ReturnType<typeof blockMeta.decode>): number[] {
  const requests = Number(meta.requests);
  const settlements = Number(meta.settlements);
  const orders = Number(meta.orders);
  const rotations = Number(meta.rotations);
  const distributions = Number(meta.distributions);
  return [
    ROOT_WORDS,
    HEADER_WORDS,
    REQUEST_HEADS * requests,
    REQUEST_TAILS * requests,
    settlements,
    settlements,
    ORDER_HEADS * orders,
    ORDER_TAILS * orders,
    ROTATION_HEADS * rotations,
    rotations,
    distributions,
    distributions,
    Number(meta.withdrawals),
    Number(meta.cells),
  ];
}

/** Offset of the meta word in the bytes of a block's vector. */
export const BLOCK_META_OFFSET = ROOT_WORDS * HEAD_BYTES + 2 * TAIL_BYTES;

/**
 * Decodes the bytes of a block's vector; inverse of {@link encodeVector} with {@link blockLayout}.
 * @throws {SchemaError} when the length does not match the counts, a count exceeds the size, or a word is out of range.
 */
export function decodeBlockVector(size: BlockSize, bytes: Uint8Array): bigint[][] {
  if (bytes.length < BLOCK_META_OFFSET + TAIL_BYTES) {
    throw new SchemaError("SCHEMA_BAD_LENGTH", `block: ${bytes.length} bytes are too short for a header`);
  }
  const [word] = readWords(bytes, BLOCK_META_OFFSET, 1, TAIL_BYTES);
  return decodeVector(blockLayout(size), blockCounts(blockMeta.decode(word!)), bytes);
}

/** y = sum of d_i z^i mod r over all words of the vector (DESIGN §3). */
export function evaluateVector(words: readonly bigint[], z: bigint): bigint {
  let y = 0n;
  for (let i = words.length - 1; i >= 0; i--) y = (y * z + words[i]!) % FIELD_MODULUS;
  return y;
}
