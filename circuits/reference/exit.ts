// Leaving a frozen rollup by proof (docs/exit.md): what each cell's exit and each recorded statement pays, their public
// words, and the inputs of the circuits that prove them. Pure and browser-safe; assumes that `state` is the state under
// the last proven root.
import {
  DOMAIN_ACCOUNT,
  DOMAIN_CELL,
  DOMAIN_ORDER,
  DOMAIN_PUBLIC_DATA,
  DOMAIN_STATE_NODE,
  encodeVector,
  exitCell,
  exitChunk,
  exitLayout,
  exitSettlementLayout,
  exitShares,
  expandVector,
  KIND_ACCOUNT,
  KIND_ORDER,
  KIND_SEED,
  orderTerms,
  seedPayload,
  seedSubject,
  type VectorContent,
  type VectorLayout,
  withdrawalWord,
} from "../schema/index.js";
import type { CircuitInput } from "./adapter.js";
import { TransitionError } from "./errors.js";
import { poseidon, sponge } from "./hash.js";
import {
  type AccountCell,
  type Cell,
  cellDynamicWord,
  getAccount,
  getOrder,
  getSeed,
  orderStaticInputs,
  orderTermsFields,
  type SeedCell,
  type State,
  stateRoot,
} from "./state.js";
import { chunkRange, type Split, type Statement, splitPayment, statementCommitment } from "./statement.js";
import { createTree } from "./tree.js";

/** Why nothing leaves; stable. */
export type ExitErrorCode = "EXIT_CELL_EMPTY" | "EXIT_CHUNK_SETTLED" | "EXIT_STATEMENT_MISMATCH";

/** A cell or a statement has nothing to claim under this state. */
export class ExitError extends Error {
  override readonly name = "ExitError";
  readonly code: ExitErrorCode;

  constructor(code: ExitErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Words, bytes and commitment of an exit's vector, and its circuit's input but for the challenge `z`. */
export interface ExitProof {
  /** Used words by segment. */
  readonly content: VectorContent;
  /** The words as they stand in calldata. */
  readonly bytes: Uint8Array;
  /** Public signal C. */
  readonly commitment: bigint;
  readonly circuitInput: CircuitInput;
}

/** The exit of one cell. */
export interface CellExit extends ExitProof {
  readonly kind: Cell["kind"];
  readonly index: number;
  /** Units: the balance, the vault or the escrow. */
  readonly amount: bigint;
  /** L1 owner (160 bits) of the account or of the order's requester; for a seed its id (64 bits). */
  readonly recipient: bigint;
}

/** The payment of a recorded statement. */
export interface SettlementExit extends ExitProof {
  readonly orderIndex: number;
  readonly chunk: number;
  readonly statement: Statement;
  /** As in a settlement; its fee is not paid and stays in the escrow. */
  readonly split: Split;
  /** L1 owner of the middleware's account. */
  readonly middlewareOwner: bigint;
  readonly seedId: bigint;
}

const KINDS = { account: KIND_ACCOUNT, seed: KIND_SEED, order: KIND_ORDER } as const;

function exitProof(layout: VectorLayout, content: VectorContent, circuitInput: CircuitInput): ExitProof {
  const commitment = sponge(DOMAIN_PUBLIC_DATA, expandVector(layout, content));
  return { content, bytes: encodeVector(layout, content), commitment, circuitInput };
}

interface Path {
  readonly bits: readonly bigint[];
  readonly children: readonly (readonly bigint[])[];
}

/** A path that leads from the leaf to some root, for the part that the cell's kind does not read. */
function idlePath(depth: number, fixed: bigint, dynamic: bigint): Path {
  const tree = createTree({ depth, nodeDomain: DOMAIN_STATE_NODE });
  tree.set(0, poseidon(DOMAIN_CELL, [fixed, dynamic]));
  return tree.proof(0);
}

function accountInputs(state: State, index: number | undefined): CircuitInput {
  const idle: AccountCell = { kind: "account", ax: 0n, ay: 0n, owner: 0n, amount: 0n, nonce: 0n };
  const { ax, ay, owner, amount, nonce } = index === undefined ? idle : getAccount(state, index);
  const path: Path =
    index === undefined
      ? idlePath(state.depth, poseidon(DOMAIN_ACCOUNT, [0n, 0n, 0n]), cellDynamicWord(idle))
      : state.tree.proof(index);
  return {
    accountBits: path.bits,
    accountChildren: path.children,
    ...{ ax, ay, owner, balance: amount, nonce },
  };
}

const NO_SEED = { parametersCommitment: 0n, programId: 0n, parent: 0n, seedId: 0n };
const NO_ORDER: readonly bigint[] = new Array<bigint>(11).fill(0n);

function lockedInputs(state: State, index: number, cell: Cell): CircuitInput {
  if (cell.kind === "account") {
    const path = idlePath(state.depth, poseidon(DOMAIN_ORDER, NO_ORDER), 0n);
    const idle = { vault: 0n, payload: 0n, ...NO_SEED, order: NO_ORDER };
    return { lockedBits: path.bits, lockedChildren: path.children, ...idle };
  }
  const { bits, children } = state.tree.proof(index);
  const path = { lockedBits: bits, lockedChildren: children, vault: cell.amount };
  if (cell.kind === "seed") {
    const { parametersCommitment, programId } = cell;
    const seed = { parametersCommitment, programId, ...seedSubject.decode(cell.subject), order: NO_ORDER };
    return { ...path, payload: seedPayload.encode({ ...cell.terms }), ...seed };
  }
  const payload = cell.bitmap + (cell.remaining << 64n);
  return { ...path, payload, ...NO_SEED, order: orderStaticInputs(cell.order) };
}

/**
 * The exit of the cell at `index`, for a rollup with this exit domain.
 * @throws {ExitError} `EXIT_CELL_EMPTY`
 */
export function cellExit(state: State, index: number, exitDomain: bigint): CellExit {
  const cell = state.cells.get(index);
  if (cell === undefined) throw new ExitError("EXIT_CELL_EMPTY", `Cell ${index} is empty; nothing leaves it`);
  const holder =
    cell.kind === "account" ? index : cell.kind === "order" ? Number(cell.order.requester) : undefined;
  const recipient =
    cell.kind === "seed" ? seedSubject.decode(cell.subject).seedId : getAccount(state, holder!).owner;
  const root = stateRoot(state);
  const kind = BigInt(KINDS[cell.kind]);
  const word = exitCell.encode({ amount: cell.amount, index: BigInt(index), kind });
  const input = {
    root,
    exitDomain,
    isAccount: cell.kind === "account" ? 1n : 0n,
    isSeed: cell.kind === "seed" ? 1n : 0n,
    ...accountInputs(state, holder),
    ...lockedInputs(state, index, cell),
  };
  return {
    ...{ kind: cell.kind, index, amount: cell.amount, recipient },
    ...exitProof(exitLayout, [[root], [exitDomain, word, recipient]], input),
  };
}

/** Cells of the order's middleware and seed, as the circuit takes them. */
function namedInputs(state: State, middleware: number, seed: number, cell: SeedCell): CircuitInput {
  const account = accountInputs(state, middleware);
  const { bits, children } = state.tree.proof(seed);
  const { accountBits, accountChildren, ...fields } = account;
  return {
    ...{ middlewareBits: accountBits!, middlewareChildren: accountChildren!, ...fields },
    ...{ seedBits: bits, seedChildren: children, ...seedSubject.decode(cell.subject) },
    ...{ vault: cell.amount, seedPayload: seedPayload.encode({ ...cell.terms }) },
  };
}

function checkStatement(state: State, orderIndex: number, chunk: number, statement: Statement): void {
  const { order, bitmap } = getOrder(state, orderIndex);
  const { from, count } = chunkRange(order, chunk);
  const mismatch = (what: string): never => {
    throw new ExitError("EXIT_STATEMENT_MISMATCH", `The statement's ${what} is not that of chunk ${chunk}`);
  };
  if ((order.modes & 1n) === 0n)
    throw new TransitionError("MODE_NOT_ACCEPTED", "The order does not accept zk");
  if (statement.parametersCommitment !== order.parametersCommitment) mismatch("parameters commitment");
  if (statement.inputsRoot !== order.inputsRoot) mismatch("inputs root");
  if (statement.from !== from || statement.count !== count) mismatch("range of jobs");
  if (statement.price > order.priceLimit) mismatch("price");
  if ((bitmap >> BigInt(chunk)) & 1n) {
    throw new ExitError("EXIT_CHUNK_SETTLED", `Chunk ${chunk} of order ${orderIndex} is settled already`);
  }
}

/**
 * What a statement about one chunk of the order at `orderIndex` is paid out of its escrow. That a proof of the
 * statement under the order's program is recorded is for the contract to know.
 * @throws {ExitError} when the statement is not about an open chunk of the order, {TransitionError} for no such order
 * or chunk or an order that does not accept zk, {SchemaError} for a statement out of range.
 */
export function settlementExit(
  state: State,
  { orderIndex, chunk, statement }: { orderIndex: number; chunk: number; statement: Statement },
  exitDomain: bigint,
): SettlementExit {
  const before = getOrder(state, orderIndex);
  checkStatement(state, orderIndex, chunk, statement);
  const { order } = before;
  const middleware = Number(order.middleware);
  const seed = getSeed(state, Number(order.seed));
  const { owner } = getAccount(state, middleware);
  const { seedId } = seedSubject.decode(seed.subject);
  const split = splitPayment(order, statement.count, statement.price);
  const root = stateRoot(state);
  const index = BigInt(orderIndex);
  const content: VectorContent = [
    [root, statementCommitment(statement)],
    [
      exitDomain,
      order.programId,
      exitChunk.encode({ escrow: before.amount, index, chunk: BigInt(chunk), seedId }),
      exitShares.encode({ royalty: split.royalty, burn: split.burn, pool: split.pool }),
      withdrawalWord.encode({ amount: split.provider, recipient: statement.provider }),
      withdrawalWord.encode({ amount: split.middleware, recipient: owner }),
    ],
  ];
  const terms = orderTermsFields(order);
  const { bits, children } = state.tree.proof(orderIndex);
  const input = {
    ...{ root, exitDomain, order: orderStaticInputs(order), orderBits: bits, orderChildren: children },
    terms: (Object.keys(orderTerms.fields) as (keyof typeof terms)[]).map((name) => terms[name]),
    ...{ escrow: before.amount, bitmap: before.bitmap, remaining: before.remaining, chunk: BigInt(chunk) },
    ...{ provider: statement.provider, resultsRoot: statement.resultsRoot },
    ...{ statementDomain: statement.domain, price: statement.price },
    ...namedInputs(state, middleware, Number(order.seed), seed),
  };
  return {
    ...{ orderIndex, chunk, statement, split, middlewareOwner: owner, seedId },
    ...exitProof(exitSettlementLayout, content, input),
  };
}
