// The rollup's state: cells by index and the 4-ary tree over them (docs/protocol.md §2). Pure and browser-safe.
import {
  accountPayload,
  cellDynamic,
  DOMAIN_ACCOUNT,
  DOMAIN_CELL,
  DOMAIN_ORDER,
  DOMAIN_SEED,
  DOMAIN_STATE_NODE,
  KIND_ACCOUNT,
  KIND_ORDER,
  KIND_SEED,
  MAXIMUM_CHUNKS,
  orderConditions,
  orderPayload,
  orderTerms,
  seedPayload,
} from "../schema/index.js";
import { TransitionError } from "./errors.js";
import { poseidon } from "./hash.js";
import { createTree, type SparseTree } from "./tree.js";

/** Terms of a seed in basis points; their sum is at most 10,000. */
export interface SeedTerms {
  readonly royalty: bigint;
  readonly middleware: bigint;
  readonly burn: bigint;
  readonly pool: bigint;
  /** 32 bits. */
  readonly version: bigint;
}

/** An account: BabyJubJub key, L1 owner (160 bits), balance in units, nonce (40 bits). */
export interface AccountCell {
  readonly kind: "account";
  readonly ax: bigint;
  readonly ay: bigint;
  readonly owner: bigint;
  readonly amount: bigint;
  readonly nonce: bigint;
}

/** A seed: what it runs, its `SeedSubject` word, its vault in units, and its terms. */
export interface SeedCell {
  readonly kind: "seed";
  readonly parametersCommitment: bigint;
  readonly programId: bigint;
  readonly subject: bigint;
  readonly amount: bigint;
  readonly terms: SeedTerms;
}

/** Everything that an order fixes at posting (docs/protocol.md §2, §4). Indices are cell indices. */
export interface Order {
  readonly requester: bigint;
  readonly nonce: bigint;
  readonly seed: bigint;
  readonly middleware: bigint;
  readonly programId: bigint;
  readonly parametersCommitment: bigint;
  readonly inputsRoot: bigint;
  /** At least 1, 32 bits. */
  readonly jobCount: bigint;
  /** At least 1, 16 bits. */
  readonly chunkSize: bigint;
  /** Units per job, 64 bits. */
  readonly priceLimit: bigint;
  /** Units per chunk, 64 bits. */
  readonly settlementFee: bigint;
  /** Basis points of the savings that the middleware gets. */
  readonly savingsShare: bigint;
  /** Bit set of accepted modes. */
  readonly modes: bigint;
  readonly minimumBond: bigint;
  /** Seconds. */
  readonly deadline: bigint;
  readonly terms: SeedTerms;
}

/** An open order: escrow left in units, bitmap of settled chunks, chunks remaining (at least 1). */
export interface OrderCell {
  readonly kind: "order";
  readonly order: Order;
  readonly amount: bigint;
  readonly bitmap: bigint;
  readonly remaining: bigint;
}

/** A cell of the state. */
export type Cell = AccountCell | SeedCell | OrderCell;

/** Static part of an account cell. */
export const accountStatic = (ax: bigint, ay: bigint, owner: bigint): bigint =>
  poseidon(DOMAIN_ACCOUNT, [ax, ay, owner]);

/** Static part of a seed cell. */
export const seedStatic = (parametersCommitment: bigint, programId: bigint, subject: bigint): bigint =>
  poseidon(DOMAIN_SEED, [parametersCommitment, programId, subject]);

/** Number of chunks of an order. */
export const chunkCount = (order: Order): bigint => (order.jobCount + order.chunkSize - 1n) / order.chunkSize;

/**
 * Fields of an order's `OrderTerms` word.
 * @throws {TransitionError} `ORDER_MISMATCH` when the jobs can't be cut into 1 to 64 chunks.
 */
export function orderTermsFields(order: Order): ReturnType<typeof orderTerms.decode> {
  if (order.jobCount < 1n || order.chunkSize < 1n)
    throw new TransitionError("ORDER_MISMATCH", "Job count and chunk size are at least 1");
  if (chunkCount(order) > BigInt(MAXIMUM_CHUNKS))
    throw new TransitionError("ORDER_MISMATCH", `An order has at most ${MAXIMUM_CHUNKS} chunks`);
  const earlierChunks = chunkCount(order) - 1n;
  return {
    ...order.terms,
    savingsShare: order.savingsShare,
    modes: order.modes,
    earlierChunks,
    lastChunk: order.jobCount - earlierChunks * order.chunkSize,
    chunkSize: order.chunkSize,
  };
}

/** The 11 inputs of an order's static hash, in order. */
export function orderStaticInputs(order: Order): bigint[] {
  return [
    order.requester,
    order.nonce,
    orderTerms.encode(orderTermsFields(order)),
    orderConditions.encode({ deadline: order.deadline, minimumBond: order.minimumBond }),
    order.seed,
    order.middleware,
    order.programId,
    order.parametersCommitment,
    order.inputsRoot,
    order.priceLimit,
    order.settlementFee,
  ];
}

/** Static part of an order cell; also what the requester signs as the operation's data. */
export const orderStatic = (order: Order): bigint => poseidon(DOMAIN_ORDER, orderStaticInputs(order));

/** Escrow that posting the order locks, in units: price limit · jobs + settlement fee · chunks. */
export const orderEscrow = (order: Order): bigint =>
  order.priceLimit * order.jobCount + order.settlementFee * chunkCount(order);

/** Static part of any cell. */
export function cellStatic(cell: Cell): bigint {
  switch (cell.kind) {
    case "account":
      return accountStatic(cell.ax, cell.ay, cell.owner);
    case "seed":
      return seedStatic(cell.parametersCommitment, cell.programId, cell.subject);
    case "order":
      return orderStatic(cell.order);
  }
}

/** `CellDynamic` word of any cell. */
export function cellDynamicWord(cell: Cell): bigint {
  switch (cell.kind) {
    case "account": {
      const payload = accountPayload.encode({ nonce: cell.nonce });
      return cellDynamic.encode({
        amount: cell.amount,
        payload,
        kind: BigInt(KIND_ACCOUNT),
      });
    }
    case "seed": {
      const payload = seedPayload.encode({ ...cell.terms });
      return cellDynamic.encode({
        amount: cell.amount,
        payload,
        kind: BigInt(KIND_SEED),
      });
    }
    case "order": {
      const payload = orderPayload.encode({
        bitmap: cell.bitmap,
        remaining: cell.remaining,
      });
      return cellDynamic.encode({
        amount: cell.amount,
        payload,
        kind: BigInt(KIND_ORDER),
      });
    }
  }
}

/** Leaf of a cell in the state tree; 0 for an empty cell. */
export const cellLeaf = (cell: Cell | undefined): bigint =>
  cell === undefined ? 0n : poseidon(DOMAIN_CELL, [cellStatic(cell), cellDynamicWord(cell)]);

/** Cells and tree together; mutated only through {@link setCell}. */
export interface State {
  readonly depth: number;
  readonly tree: SparseTree;
  readonly cells: Map<number, Cell>;
}

/** An empty state over a tree of the given depth (1 to 12). */
export function createState(depth: number): State {
  return {
    depth,
    tree: createTree({ depth, nodeDomain: DOMAIN_STATE_NODE }),
    cells: new Map(),
  };
}

/** First index of the upper half, where orders live. */
export const firstOrderIndex = (depth: number): number => 2 ** (2 * depth - 1);

/** Root of the state tree. */
export const stateRoot = (state: State): bigint => state.tree.root;

/** Replaces the cell at `index` (deletes it when undefined) and updates the tree. */
export function setCell(state: State, index: number, cell: Cell | undefined): void {
  state.tree.set(index, cellLeaf(cell));
  if (cell === undefined) state.cells.delete(index);
  else state.cells.set(index, cell);
}

/** Sum of all amounts in the state, in units: what L1 must hold for L2. */
export function totalAmount(state: State): bigint {
  let total = 0n;
  for (const cell of state.cells.values()) total += cell.amount;
  return total;
}

/** The account at `index`. @throws {TransitionError} `ACCOUNT_NOT_FOUND`. */
export function getAccount(state: State, index: number): AccountCell {
  const cell = state.cells.get(index);
  if (cell?.kind !== "account")
    throw new TransitionError("ACCOUNT_NOT_FOUND", `Cell ${index} is not an account`);
  return cell;
}

/** The seed at `index`. @throws {TransitionError} `SEED_NOT_FOUND`. */
export function getSeed(state: State, index: number): SeedCell {
  const cell = state.cells.get(index);
  if (cell?.kind !== "seed") throw new TransitionError("SEED_NOT_FOUND", `Cell ${index} is not a seed`);
  return cell;
}

/** The order at `index`. @throws {TransitionError} `ORDER_NOT_FOUND`. */
export function getOrder(state: State, index: number): OrderCell {
  const cell = state.cells.get(index);
  if (cell?.kind !== "order")
    throw new TransitionError("ORDER_NOT_FOUND", `Cell ${index} is not an open order`);
  return cell;
}

/** Smallest empty index of the upper half that is not in `taken`. @throws {TransitionError} `INDEX_OUT_OF_RANGE` when full. */
export function findOrderIndex(state: State, taken: ReadonlySet<number>): number {
  const end = 4 ** state.depth;
  for (let index = firstOrderIndex(state.depth); index < end; index++) {
    if (!state.cells.has(index) && !taken.has(index)) return index;
  }
  throw new TransitionError("INDEX_OUT_OF_RANGE", "Every order cell of the tree is in use");
}
