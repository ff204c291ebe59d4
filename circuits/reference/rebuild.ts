// The state from L1 data alone: applies the words of accepted blocks, one after another, to the cells (docs/protocol.md
// §1, §2). Owns how a block's words are read back; assumes nothing of them but what the new root shows. Pure and
// browser-safe: a new node, a restart and an escape all run it.
import {
  accountPayload,
  type BlockSize,
  blockMeta,
  blockTotals,
  cellDynamic,
  cellWord,
  decodeBlockVector,
  KIND_ACCOUNT,
  KIND_ORDER,
  KIND_SEED,
  ORDER_TAILS,
  orderParties,
  orderPayload,
  orderWork,
  REQUEST_HEADS,
  REQUEST_REGISTER,
  REQUEST_REGISTER_SEED,
  REQUEST_TAILS,
  ROTATION_HEADS,
  requestRoute,
  rotationWord,
  seedPayload,
  type VectorContent,
} from "../schema/index.js";
import {
  type Cell,
  type Order,
  type OrderCell,
  type SeedCell,
  type State,
  setCell,
  stateRoot,
} from "./state.js";

/** Why a block's words can't be applied; stable. */
export type RebuildErrorCode =
  | "REBUILD_OLD_ROOT_MISMATCH"
  | "REBUILD_NEW_ROOT_MISMATCH"
  | "REBUILD_DEPTH_MISMATCH"
  | "REBUILD_CELL_UNKNOWN";

/** The words of a block do not fit the state: another block is missing before it, or it is not of this rollup. */
export class RebuildError extends Error {
  override readonly name = "RebuildError";
  readonly code: RebuildErrorCode;

  constructor(code: RebuildErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a block's words say of the block itself. */
export interface AppliedBlock {
  readonly number: bigint;
  /** Seconds. */
  readonly time: bigint;
  readonly feeAccount: number;
  readonly oldRoot: bigint;
  readonly newRoot: bigint;
  readonly operationsRoot: bigint;
  /** L1 requests consumed: the first one's index and how many. */
  readonly firstRequest: bigint;
  readonly requests: number;
  /** Cells that the block opened, as they were; in the order of their indices. */
  readonly changes: readonly { readonly index: number; readonly before: Cell | undefined }[];
}

/** A posted order as it stands in the words: what it takes over from its seed is added from the seed's cell. */
type PostedOrder = Omit<Order, "programId" | "parametersCommitment" | "terms">;

/** Static parts that a block's words bring, by index. */
interface Preimages {
  readonly accounts: Map<number, { readonly ax: bigint; readonly ay: bigint; readonly owner: bigint }>;
  readonly seeds: Map<number, Pick<SeedCell, "parametersCommitment" | "programId" | "subject">>;
  readonly orders: Map<number, PostedOrder>;
  readonly keys: Map<number, { readonly ax: bigint; readonly ay: bigint }>;
}

/** Segments of a block's vector, in their order. */
interface BlockSegments {
  readonly roots: readonly bigint[];
  readonly header: readonly bigint[];
  readonly requestHeads: readonly bigint[];
  readonly requestTails: readonly bigint[];
  readonly orderHeads: readonly bigint[];
  readonly orderTails: readonly bigint[];
  readonly rotationHeads: readonly bigint[];
  readonly rotationTails: readonly bigint[];
  readonly cells: readonly bigint[];
}

function segmentsOf(content: VectorContent): BlockSegments {
  const [roots, header, requestHeads, requestTails, , , orderHeads, orderTails, ...rest] = content;
  const [rotationHeads, rotationTails, , , , cells] = rest;
  return {
    ...{ roots: roots!, header: header!, requestHeads: requestHeads!, requestTails: requestTails! },
    ...{ orderHeads: orderHeads!, orderTails: orderTails!, cells: cells! },
    ...{ rotationHeads: rotationHeads!, rotationTails: rotationTails! },
  };
}

/** Cells that requests create; requests of other kinds bring no static part. */
function readRequests(segments: BlockSegments, preimages: Preimages): void {
  for (let i = 0; i * REQUEST_TAILS < segments.requestTails.length; i++) {
    const route = requestRoute.decode(segments.requestTails[i * REQUEST_TAILS]!);
    const [head0, head1] = segments.requestHeads.slice(i * REQUEST_HEADS) as [bigint, bigint];
    const index = Number(route.index);
    if (Number(route.kind) === REQUEST_REGISTER)
      preimages.accounts.set(index, { ax: head0, ay: head1, owner: route.subject });
    if (Number(route.kind) === REQUEST_REGISTER_SEED)
      preimages.seeds.set(index, { parametersCommitment: head0, programId: head1, subject: route.subject });
  }
}

function readOrders(segments: BlockSegments, preimages: Preimages): void {
  segments.orderHeads.forEach((inputsRoot, i) => {
    const [first, second] = segments.orderTails.slice(i * ORDER_TAILS) as [bigint, bigint];
    const { index, ...parties } = orderParties.decode(first);
    const { earlierChunks, lastChunk, ...work } = orderWork.decode(second);
    const jobCount = earlierChunks * work.chunkSize + lastChunk;
    preimages.orders.set(Number(index), { ...parties, ...work, inputsRoot, jobCount });
  });
}

function readRotations(segments: BlockSegments, preimages: Preimages): void {
  segments.rotationTails.forEach((word, i) => {
    const [ax, ay] = segments.rotationHeads.slice(i * ROTATION_HEADS) as [bigint, bigint];
    preimages.keys.set(Number(rotationWord.decode(word).index), { ax, ay });
  });
}

const unknownCell = (index: number, kind: string): RebuildError =>
  new RebuildError(
    "REBUILD_CELL_UNKNOWN",
    `Cell ${index} closes as ${kind}, and neither the state nor the block says what it is; apply every earlier block first`,
  );

/** The order at `index` as posted: program, parameters and terms are those of its seed's cell at the block's end. */
function postedOrder(state: State, index: number, posted: PostedOrder): Order {
  const seed = state.cells.get(Number(posted.seed));
  if (seed?.kind !== "seed") throw unknownCell(index, "an order of a seed that is not there");
  const { programId, parametersCommitment, terms } = seed;
  return { ...posted, programId, parametersCommitment, terms };
}

/** The cell at `index` with this dynamic word; its static part is the state's or the block's. */
function closedCell(state: State, preimages: Preimages, index: number, dynamic: bigint): Cell {
  const { amount, payload, kind } = cellDynamic.decode(dynamic);
  const present = state.cells.get(index);
  switch (Number(kind)) {
    case KIND_ACCOUNT: {
      const account = preimages.accounts.get(index) ?? (present?.kind === "account" ? present : undefined);
      if (account === undefined) throw unknownCell(index, "an account");
      const { ax, ay } = preimages.keys.get(index) ?? account;
      return {
        kind: "account",
        ax,
        ay,
        owner: account.owner,
        amount,
        nonce: accountPayload.decode(payload).nonce,
      };
    }
    case KIND_SEED: {
      const seed = preimages.seeds.get(index) ?? (present?.kind === "seed" ? present : undefined);
      if (seed === undefined) throw unknownCell(index, "a seed");
      const { parametersCommitment, programId, subject } = seed;
      return {
        kind: "seed",
        parametersCommitment,
        programId,
        subject,
        amount,
        terms: seedPayload.decode(payload),
      };
    }
    case KIND_ORDER: {
      const posted = preimages.orders.get(index);
      const order =
        posted === undefined ? (present as OrderCell | undefined)?.order : postedOrder(state, index, posted);
      if (order === undefined) throw unknownCell(index, "an order");
      return { kind: "order", order, amount, ...orderPayload.decode(payload) };
    }
    default:
      throw unknownCell(index, `kind ${kind}`);
  }
}

/** Cells in the order of their words: indices rise and orders have the upper half, so a seed comes before its orders. */
function applyCells(state: State, segments: BlockSegments): AppliedBlock["changes"] {
  const preimages: Preimages = {
    ...{ accounts: new Map(), seeds: new Map(), orders: new Map(), keys: new Map() },
  };
  readRequests(segments, preimages);
  readOrders(segments, preimages);
  readRotations(segments, preimages);
  const changes: { index: number; before: Cell | undefined }[] = [];
  try {
    for (const word of segments.cells) {
      const closed = cellWord.decode(word);
      const index = Number(closed.index);
      const before = state.cells.get(index);
      const after = closed.dynamic === 0n ? undefined : closedCell(state, preimages, index, closed.dynamic);
      setCell(state, index, after);
      changes.push({ index, before });
    }
  } catch (error) {
    undo(state, changes);
    throw error;
  }
  return changes;
}

function undo(state: State, changes: AppliedBlock["changes"]): void {
  for (const { index, before } of [...changes].reverse()) setCell(state, index, before);
}

/**
 * Applies the used words of a block to the state, by segment as `decodeBlockVector` gives them, and checks that the
 * state has the block's old root before and its new root after. The state is left as it was when it throws.
 * @throws {RebuildError}, {SchemaError} for a word out of range, {TreeError} for a cell outside the tree.
 */
export function applyBlockWords(state: State, content: VectorContent): AppliedBlock {
  const segments = segmentsOf(content);
  const [oldRoot, newRoot, operationsRoot] = segments.roots as [bigint, bigint, bigint];
  const meta = blockMeta.decode(segments.header[2]!);
  const { firstRequest } = blockTotals.decode(segments.header[3]!);
  if (meta.depth !== BigInt(state.depth)) {
    throw new RebuildError(
      "REBUILD_DEPTH_MISMATCH",
      `Block ${meta.number} is of a tree of depth ${meta.depth}, the state has depth ${state.depth}`,
    );
  }
  if (oldRoot !== stateRoot(state)) {
    throw new RebuildError(
      "REBUILD_OLD_ROOT_MISMATCH",
      `Block ${meta.number} begins at root ${oldRoot}, the state has ${stateRoot(state)}; apply the block before it first`,
    );
  }
  const changes = applyCells(state, segments);
  const root = stateRoot(state);
  if (root !== newRoot) {
    undo(state, changes);
    throw new RebuildError(
      "REBUILD_NEW_ROOT_MISMATCH",
      `Block ${meta.number} ends at root ${newRoot}, its words lead to ${root}; the words are not this block's`,
    );
  }
  return {
    ...{ number: meta.number, time: meta.time, feeAccount: Number(meta.feeAccount) },
    ...{ oldRoot, newRoot, operationsRoot, firstRequest, requests: Number(meta.requests), changes },
  };
}

/**
 * Applies a block as it stands in calldata: {@link applyBlockWords} of its decoded bytes.
 * @throws {SchemaError} when the bytes are no vector of this size, and as {@link applyBlockWords} does.
 */
export const applyBlockBytes = (state: State, size: BlockSize, bytes: Uint8Array): AppliedBlock =>
  applyBlockWords(state, decodeBlockVector(size, bytes));

/** Takes an applied block back. Blocks are taken back newest first. */
export const revertAppliedBlock = (state: State, block: AppliedBlock): void => undo(state, block.changes);
