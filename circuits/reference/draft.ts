// What every entry of a draft is checked with: cells as the draft has them so far, and room in the block.
import type { DraftContent } from "./block.js";
import { TransitionError } from "./errors.js";
import type { Cell, State } from "./state.js";

/** Adds to a count. */
export const count = (map: Map<number, bigint>, key: number, amount: bigint): void => {
  map.set(key, (map.get(key) ?? 0n) + amount);
};

/** A cell after the draft's debits so far, without its credits; undefined when it is empty. */
export const currentCell = (state: State, content: DraftContent, index: number): Cell | undefined =>
  content.working.get(index) ?? state.cells.get(index);

/** The cell, when it is of the kind. @throws {TransitionError} `ACCOUNT_NOT_FOUND`, `SEED_NOT_FOUND`, `ORDER_NOT_FOUND`. */
export function requireCell<K extends Cell["kind"]>(
  cell: Cell | undefined,
  kind: K,
  index: number,
): Extract<Cell, { kind: K }> {
  if (cell?.kind === kind) return cell as Extract<Cell, { kind: K }>;
  const code =
    kind === "account" ? "ACCOUNT_NOT_FOUND" : kind === "seed" ? "SEED_NOT_FOUND" : "ORDER_NOT_FOUND";
  throw new TransitionError(code, `Cell ${index} is not ${kind === "seed" ? "a seed" : `an ${kind}`}`);
}

/** @throws {TransitionError} `BLOCK_FULL` when more than `capacity` would be used. */
export function requireRoom(what: string, used: number, capacity: number): void {
  if (used > capacity) throw new TransitionError("BLOCK_FULL", `The block has room for ${capacity} ${what}`);
}

/** Touched cells with `more` and, when fees are due, the fee account. @throws {TransitionError} `BLOCK_FULL`. */
export function requireCells(content: DraftContent, more: readonly number[], fees: bigint): void {
  const union = new Set([...content.touched, ...more]);
  if (content.fees + fees > 0n) union.add(content.header.feeAccount);
  requireRoom("cells", union.size, content.header.size.cells);
}

/** The static part of each provider and seed is opened once. @throws {TransitionError} `BLOCK_FULL`. */
export function requireOpening(content: DraftContent, index: number): void {
  const opened = content.facts.has(index) ? content.facts.size : content.facts.size + 1;
  requireRoom("providers and seeds", opened, content.header.size.openings);
}
