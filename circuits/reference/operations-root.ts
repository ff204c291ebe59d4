// The tree over a block's signed operations (docs/protocol.md §6): 16 children a node, two words an operation.
// Owns the root and the proofs with which the operator answers a challenged receipt. Pure.
import { DOMAIN_OPERATIONS, DOMAIN_OPERATIONS_NODE } from "../schema/index.js";
import { HashInputError, poseidon, SPONGE_RATE } from "./hash.js";

/** Words of an operation in the tree: its message and its `OperationRecord`. */
export const OPERATION_TRACE_WORDS = 2;
/** Operations of one lowest node. */
export const OPERATIONS_PER_LEAF = SPONGE_RATE / OPERATION_TRACE_WORDS;

/** Sixteen children from `start`, missing ones 0. */
const children = (values: readonly bigint[], start: number): bigint[] =>
  Array.from({ length: SPONGE_RATE }, (_, i) => values[start + i] ?? 0n);

function level(values: readonly bigint[], domain: bigint): bigint[] {
  const nodes: bigint[] = [];
  for (let start = 0; start < values.length; start += SPONGE_RATE) {
    nodes.push(poseidon(domain, children(values, start)));
  }
  return nodes;
}

function levels(trace: readonly bigint[]): bigint[][] {
  if (trace.length === 0 || trace.length % OPERATION_TRACE_WORDS !== 0) {
    throw new HashInputError(`The trace has ${trace.length} words; give two for each operation slot.`);
  }
  const result = [[...trace], level(trace, DOMAIN_OPERATIONS)];
  while (result.at(-1)!.length > 1) result.push(level(result.at(-1)!, DOMAIN_OPERATIONS_NODE));
  return result;
}

/** Root over the words of every operation slot, zeros for unused slots; at least one slot. @throws {HashInputError} */
export const operationsRoot = (trace: readonly bigint[]): bigint => levels(trace).at(-1)![0]!;

/**
 * Children of every node on the path from the lowest node of the operation at `position` to the root. First the sixteen
 * words of eight operations: operation p is at words 2·(p mod 8), 2·(p mod 8) + 1; its node is child ⌊p / 8⌋ mod 16 of
 * the next, and so on.
 * @throws {HashInputError} for a position outside the trace.
 */
export function operationProof(trace: readonly bigint[], position: number): bigint[][] {
  const all = levels(trace);
  let index = position * OPERATION_TRACE_WORDS;
  if (!Number.isInteger(position) || position < 0 || index >= trace.length) {
    throw new HashInputError(`Position ${position} is outside the block's operation slots.`);
  }
  return all.slice(0, -1).map((values) => {
    index = Math.floor(index / SPONGE_RATE);
    return children(values, index * SPONGE_RATE);
  });
}
