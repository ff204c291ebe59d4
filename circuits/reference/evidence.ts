// What operator and challenger show L1 about blocks and state (docs/receipts.md): answers to challenged receipts, evidence
// for leases. Shapes are those of the contracts' calls, words as hex. Pure and browser-safe.
import { bytesToHex } from "@noble/hashes/utils.js";
import { type Operation, operationDebit, operationWords, type Request } from "./operations.js";
import { OPERATIONS_PER_LEAF, operationProof } from "./operations-root.js";
import { operationTrace, type SealedBlock, type SealedOperation } from "./seal.js";
import { accountStatic, cellDynamicWord, cellStatic, getOrder, type State } from "./state.js";
import { type Statement, statementWords } from "./statement.js";

type Hex = `0x${string}`;

/** Children of each node of the operations tree on a path, the lowest first; 16 each. */
export type OperationPath = readonly (readonly bigint[])[];

/** Preimage of an operation's message; `Operation` of the contracts. */
export interface OperationPreimage {
  readonly signerStatic: bigint;
  readonly route: bigint;
  readonly amount: bigint;
  readonly data: bigint;
}

/** Where an operation stands; `Place` of the contracts. */
export interface OperationPlace {
  readonly blockNumber: bigint;
  readonly words: Hex;
  readonly position: bigint;
  readonly path: OperationPath;
}

/** A neighbour in the order; `Neighbour` of the contracts. */
export interface OperationNeighbour {
  readonly operation: OperationPreimage;
  readonly record: bigint;
  readonly path: OperationPath;
}

/** Answer that shows the operation in a block. */
export interface InclusionAnswer {
  readonly operation: OperationPreimage;
  readonly place: OperationPlace;
  readonly previous: OperationNeighbour;
  readonly next: OperationNeighbour;
}

/** A cell in the state after a block, static and dynamic 0 when it is empty; `CellProof` of the contracts. */
export interface CellProof {
  readonly blockNumber: bigint;
  readonly words: Hex;
  readonly cellStatic: bigint;
  readonly cellDynamic: bigint;
  readonly path: readonly (readonly bigint[])[];
}

/** Answer that shows that the operation had become invalid. */
export type InvalidityAnswer =
  | { readonly kind: "expiry"; readonly blockNumber: bigint; readonly words: Hex }
  | { readonly kind: "state"; readonly reason: InvalidityReason; readonly proof: CellProof }
  | { readonly kind: "orderClosed"; readonly proof: CellProof }
  | {
      readonly kind: "exit";
      readonly blockNumber: bigint;
      readonly words: Hex;
      /** Place of the request among those of the block. */
      readonly position: bigint;
    };

/** Why an operation can't be in a block any more, by the state of its account. */
export type InvalidityReason = "nonce" | "static" | "balance";

/** What {@link buildInvalidityAnswer} takes. */
export interface InvalidityParameters {
  readonly operation: Operation;
  /** Static part of the signer's cell when the operation was accepted. */
  readonly signerStatic: bigint;
  /** The receipt's: a balance or a key counts only in later blocks. */
  readonly acceptedBlock: bigint;
  /** The receipt's: last block time (seconds) of the promise. */
  readonly validUntil: bigint;
  /** A block up to the promised one: number, time in seconds, words, and the L1 requests that it consumes. */
  readonly block: {
    readonly number: bigint;
    readonly time: bigint;
    readonly bytes: Uint8Array;
    readonly requests: readonly Request[];
  };
  /** The state after that block. */
  readonly state: State;
}

/** A settlement with its statement; `Settlement` of the contracts. */
export interface SettlementEvidence {
  readonly index: bigint;
  readonly statement: readonly bigint[];
}

/** Evidence that a block settled a chunk for another provider; `Evidence` of the contracts. */
export interface LeaseEvidence {
  readonly blockNumber: bigint;
  readonly words: Hex;
  readonly other: SettlementEvidence;
  readonly cell: bigint;
  readonly cellDynamic: bigint;
  readonly path: readonly (readonly bigint[])[];
}

/** The work that a lease is about, as its signed fields say it. */
export interface LeasedWork {
  readonly orderIndex: number;
  readonly programId: bigint;
  readonly parametersCommitment: bigint;
  readonly inputsRoot: bigint;
  readonly from: bigint;
  readonly count: bigint;
  /** L1 address as a number. */
  readonly provider: bigint;
}

const hexOf = (bytes: Uint8Array): Hex => `0x${bytesToHex(bytes)}`;

const NO_OPERATION: OperationPreimage = { signerStatic: 0n, route: 0n, amount: 0n, data: 0n };
const CHILDREN = 16;

/** Preimage of the message of an operation by the account with this static part. @throws {SchemaError} */
export const operationPreimage = (signerStatic: bigint, operation: Operation): OperationPreimage => ({
  signerStatic,
  ...operationWords(operation),
});

function sealedPreimage(entry: SealedOperation | undefined): OperationPreimage {
  if (entry === undefined) return NO_OPERATION;
  const { ax, ay, owner } = entry.before;
  return operationPreimage(accountStatic(ax, ay, owner), entry.signed.operation);
}

/** Place of the operation with this message in a block; undefined when the block does not hold it. */
export function operationPlace(block: SealedBlock, message: bigint): OperationPlace | undefined {
  const position = block.operations.findIndex((entry) => entry.message === message);
  if (position < 0) return undefined;
  const trace = operationTrace(block.operations, block.header.size.operations);
  return {
    blockNumber: block.header.number,
    words: hexOf(block.bytes),
    position: BigInt(position),
    path: operationProof(trace, position),
  };
}

/** Path of slot `position + 1`, which the tree has no node for: from the node whose child is missing. */
function missingPath(own: OperationPath, position: number): OperationPath {
  let mine = Math.floor(position / OPERATIONS_PER_LEAF);
  let its = Math.floor((position + 1) / OPERATIONS_PER_LEAF);
  for (let level = 1; level < own.length; level++) {
    mine = Math.floor(mine / CHILDREN);
    its = Math.floor(its / CHILDREN);
    if (mine === its) return own.slice(level);
  }
  return [];
}

function neighbourPath(block: SealedBlock, place: OperationPlace, position: number): OperationPath {
  const own = Number(place.position);
  if (Math.floor(position / OPERATIONS_PER_LEAF) === Math.floor(own / OPERATIONS_PER_LEAF)) return [];
  const slots = block.header.size.operations;
  if (position >= slots) return missingPath(place.path, own);
  return operationProof(operationTrace(block.operations, slots), position);
}

/**
 * Answer to a challenged receipt: the operation's place in `block` with its neighbours in the order. Undefined when the
 * block does not hold it. The block must be one of number ≤ the receipt's promised block.
 */
export function buildInclusionAnswer(block: SealedBlock, message: bigint): InclusionAnswer | undefined {
  const place = operationPlace(block, message);
  if (place === undefined) return undefined;
  const position = Number(place.position);
  const neighbour = (at: number): OperationNeighbour => ({
    operation: sealedPreimage(block.operations[at]),
    record: 0n,
    path: at < 0 ? [] : neighbourPath(block, place, at),
  });
  return {
    operation: sealedPreimage(block.operations[position]),
    place,
    previous: neighbour(position - 1),
    next: neighbour(position + 1),
  };
}

function invalidityReason(
  { operation, signerStatic, acceptedBlock, block }: InvalidityParameters,
  account: { readonly nonce: bigint; readonly amount: bigint; readonly static: bigint },
): InvalidityReason | undefined {
  if (account.nonce > operation.nonce) return "nonce";
  if (block.number <= acceptedBlock) return undefined;
  if (account.static !== signerStatic) return "static";
  return account.amount < operationDebit(operation) ? "balance" : undefined;
}

function cellProof({ block, state }: InvalidityParameters, index: number): CellProof {
  const cell = state.cells.get(index);
  return {
    blockNumber: block.number,
    words: hexOf(block.bytes),
    cellStatic: cell === undefined ? 0n : cellStatic(cell),
    cellDynamic: cell === undefined ? 0n : cellDynamicWord(cell),
    path: state.tree.proof(index).children,
  };
}

/** What the account's owner did through L1, or what became of the order to cancel. */
function closedAnswer(parameters: InvalidityParameters): InvalidityAnswer | undefined {
  const { operation, block, state, acceptedBlock } = parameters;
  if (block.number <= acceptedBlock) return undefined;
  const position = block.requests.findIndex(
    ({ kind, index }) => kind === "exitAccount" && index === operation.signer,
  );
  if (position >= 0) {
    const words = hexOf(block.bytes);
    return { kind: "exit", blockNumber: block.number, words, position: BigInt(position) };
  }
  if (operation.kind !== "cancelOrder") return undefined;
  const cell = state.cells.get(operation.orderIndex);
  if (cell !== undefined && cellStatic(cell) === operation.orderStatic) return undefined;
  return { kind: "orderClosed", proof: cellProof(parameters, operation.orderIndex) };
}

/**
 * Answer to a challenged receipt: what makes the operation impossible after `block`; undefined when nothing does. A nonce
 * that has not been reached yet is no reason: whatever stands before the operation was promised too, and what may happen to
 * it is in the receipt (`validUntil`) or the account's own doing.
 */
export function buildInvalidityAnswer(parameters: InvalidityParameters): InvalidityAnswer | undefined {
  const { operation, validUntil, block, state } = parameters;
  if (block.time > operation.expiry || block.time > validUntil) {
    return { kind: "expiry", blockNumber: block.number, words: hexOf(block.bytes) };
  }
  const cell = state.cells.get(operation.signer);
  if (cell?.kind === "account") {
    const { nonce, amount } = cell;
    const reason = invalidityReason(parameters, { nonce, amount, static: cellStatic(cell) });
    if (reason !== undefined) {
      return { kind: "state", reason, proof: cellProof(parameters, operation.signer) };
    }
  }
  return closedAnswer(parameters);
}

const isWork = (statement: Statement, programId: bigint, work: LeasedWork): boolean =>
  programId === work.programId &&
  statement.parametersCommitment === work.parametersCommitment &&
  statement.inputsRoot === work.inputsRoot &&
  statement.from === work.from &&
  statement.count === work.count;

/** Settlements of a block for the leased work: those of the leased provider, or those of others. */
export function leaseSettlements(
  block: SealedBlock,
  work: LeasedWork,
  whose: "leased" | "other",
): SettlementEvidence[] {
  return block.settlements.flatMap(({ statement, before }, index) => {
    const fits = isWork(statement, before.order.programId, work);
    if (!fits || (statement.provider === work.provider) !== (whose === "leased")) return [];
    return [{ index: BigInt(index), statement: statementWords(statement) }];
  });
}

/**
 * Evidence against a lease: `block` settled the work for another provider and touched the order. Undefined when it did
 * neither. `before` is the state before the block. The contract checks that the chunk was open before and is settled
 * after it. @throws {TransitionError} `ORDER_NOT_FOUND` when the order was not there before the block.
 */
export function buildLeaseEvidence(
  block: SealedBlock,
  before: State,
  work: LeasedWork,
): LeaseEvidence | undefined {
  const [other] = leaseSettlements(block, work, "other");
  const cell = block.changes.findIndex(({ index }) => index === work.orderIndex);
  if (other === undefined || cell < 0) return undefined;
  return {
    blockNumber: block.header.number,
    words: hexOf(block.bytes),
    other,
    cell: BigInt(cell),
    cellDynamic: cellDynamicWord(getOrder(before, work.orderIndex)),
    path: before.tree.proof(work.orderIndex).children,
  };
}
