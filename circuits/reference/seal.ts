// Sealing a draft: canonical order, closed cells, the block's words and its effect on the state.
import {
  accessOrder,
  blockLayout,
  blockMeta,
  blockTotals,
  cellWord,
  DOMAIN_PUBLIC_DATA,
  distributionWord,
  encodeVector,
  expandVector,
  INITIAL_ACCESS,
  operationRecord,
  orderParties,
  orderWork,
  rotationWord,
  type VectorContent,
  withdrawalWord,
} from "../schema/index.js";
import type { BlockHeader, DraftContent, DraftOperation, DraftSettlement } from "./block.js";
import { cancellationAccess, type SealedCancellation, sealedCancellations } from "./cancellation.js";
import { TransitionError } from "./errors.js";
import { sponge } from "./hash.js";
import { type Request, requestWords } from "./operations.js";
import { operationsRoot } from "./operations-root.js";
import type { DraftDistribution } from "./payments.js";
import type { RequestEffect, Withdrawal } from "./requests.js";
import { type SealedRotation, sealedRotations } from "./rotation.js";
import {
  type AccountCell,
  type Cell,
  cellDynamicWord,
  getAccount,
  type Order,
  orderTermsFields,
  type State,
  setCell,
  stateRoot,
} from "./state.js";
import { operationTime } from "./times.js";

/** An operation in its slot. */
export interface SealedOperation extends DraftOperation {
  /** Time of the slot in the block: settlements come first. */
  readonly time: bigint;
  /** The account's access word before this operation. */
  readonly previousAccess: bigint;
}

/** A cell that the block opened and closed. */
export interface CellChange {
  readonly index: number;
  readonly before: Cell | undefined;
  readonly after: Cell | undefined;
  /** After debits, before credits. */
  readonly last: Cell;
  readonly credit: bigint;
  readonly presence: bigint;
  /** How often the block looks up its static part: as a provider or as a seed. */
  readonly facts: bigint;
  readonly lastAccess: bigint;
  /** Children of every node on the path from the leaf's parent to the root, before this change; depth × 4. */
  readonly children: readonly (readonly bigint[])[];
}

/** A sealed block. */
export interface SealedBlock {
  readonly header: BlockHeader;
  readonly oldRoot: bigint;
  readonly newRoot: bigint;
  readonly requests: readonly Request[];
  /** What each of the requests did. */
  readonly requestEffects: readonly RequestEffect[];
  readonly settlements: readonly DraftSettlement[];
  /** In canonical order. */
  readonly operations: readonly SealedOperation[];
  readonly orders: readonly { readonly index: number; readonly order: Order }[];
  readonly cancellations: readonly SealedCancellation[];
  readonly rotations: readonly SealedRotation[];
  readonly distributions: readonly DraftDistribution[];
  /** Those of L1 requests, then those of operations. */
  readonly withdrawals: readonly Withdrawal[];
  readonly changes: readonly CellChange[];
  readonly burned: bigint;
  readonly pool: bigint;
  readonly fees: bigint;
  /** Used words by segment. */
  readonly content: VectorContent;
  /** The used words as they stand in calldata. */
  readonly bytes: Uint8Array;
  /** Public signal C. */
  readonly commitment: bigint;
}

/** Orders by effective priority descending, then sequence number ascending, and gives each operation its time and access. */
function orderOperations(content: DraftContent): SealedOperation[] {
  const sorted = [...content.operations].sort((a, b) => {
    if (a.effectivePriority !== b.effectivePriority)
      return a.effectivePriority > b.effectivePriority ? -1 : 1;
    return a.sequence < b.sequence ? -1 : 1;
  });
  const access = new Map(content.requestAccess);
  return sorted.map((entry, slot) => {
    const { signer } = entry.signed.operation;
    const time = operationTime(content.header.size, slot);
    const previousAccess = access.get(signer) ?? INITIAL_ACCESS;
    access.set(
      signer,
      accessOrder.encode({
        time,
        priority: entry.effectivePriority,
        sequence: entry.sequence,
      }),
    );
    return { ...entry, time, previousAccess };
  });
}

function lastAccesses(content: DraftContent, operations: readonly SealedOperation[]): Map<number, bigint> {
  const accesses = new Map([...content.requestAccess, ...content.orderAccess]);
  for (const { signed, time, effectivePriority, sequence } of operations) {
    const access = accessOrder.encode({
      time,
      priority: effectivePriority,
      sequence,
    });
    accesses.set(signed.operation.signer, access);
  }
  for (const cancellation of sealedCancellations(operations)) {
    accesses.set(cancellation.index, cancellationAccess(cancellation));
  }
  return accesses;
}

function closeCells(
  state: State,
  content: DraftContent,
  operations: readonly SealedOperation[],
): CellChange[] {
  const accesses = lastAccesses(content, operations);
  return [...content.touched]
    .sort((a, b) => a - b)
    .map((index) => {
      const before = state.cells.get(index);
      const last = content.working.get(index) ?? before;
      if (last === undefined) throw new TransitionError("ACCOUNT_NOT_FOUND", `Cell ${index} is empty`);
      const credit = content.credits.get(index) ?? 0n;
      const deleted = last.kind === "order" && last.remaining === 0n;
      const after = deleted ? undefined : { ...last, amount: last.amount + credit };
      const children = state.tree.proof(index).children;
      setCell(state, index, after);
      return {
        index,
        before,
        after,
        last,
        credit,
        presence: content.presence.get(index) ?? 0n,
        facts: content.facts.get(index) ?? 0n,
        lastAccess: accesses.get(index) ?? INITIAL_ACCESS,
        children,
      };
    });
}

/** The two words of each operation slot that the operations root commits to. */
export function operationTrace(operations: readonly SealedOperation[], slots: number): bigint[] {
  const words = operations.flatMap(({ message, sequence, previousAccess, before }) => {
    const previous = accessOrder.decode(previousAccess);
    const record = operationRecord.encode({
      sequence,
      previousTime: previous.time,
      previousPriority: previous.priority,
      previousSequence: previous.sequence,
      balance: before.amount,
    });
    return [message, record];
  });
  return [...words, ...new Array<bigint>(2 * slots - words.length).fill(0n)];
}

function postedOrders(operations: readonly SealedOperation[]): { index: number; order: Order }[] {
  return operations.flatMap(({ orderIndex, signed: { operation } }) =>
    orderIndex !== undefined && operation.kind === "postOrder"
      ? [{ index: orderIndex, order: operation.order }]
      : [],
  );
}

/** Heads and tails of a posted order. What it takes over from its seed is the seed's and is not repeated. */
export function orderWords(index: number, order: Order): { heads: bigint[]; tails: bigint[] } {
  const { savingsShare, modes, earlierChunks, lastChunk, chunkSize } = orderTermsFields(order);
  const parties = orderParties.encode({
    nonce: order.nonce,
    requester: order.requester,
    seed: order.seed,
    middleware: order.middleware,
    index: BigInt(index),
    settlementFee: order.settlementFee,
    savingsShare,
    modes,
  });
  const work = orderWork.encode({
    priceLimit: order.priceLimit,
    earlierChunks,
    lastChunk,
    chunkSize,
    deadline: order.deadline,
    minimumBond: order.minimumBond,
  });
  return { heads: [order.inputsRoot], tails: [parties, work] };
}

/** Public word of a closed cell. */
export const changeWord = (change: CellChange): bigint =>
  cellWord.encode({
    dynamic: change.after === undefined ? 0n : cellDynamicWord(change.after),
    index: BigInt(change.index),
  });

function blockContent(
  block: Omit<SealedBlock, "content" | "bytes" | "commitment">,
  operationsRoot: bigint,
): VectorContent {
  const { header, requests, settlements, orders, rotations, distributions, withdrawals, changes } = block;
  const requested = requests.map(requestWords);
  const posted = orders.map(({ index, order }) => orderWords(index, order));
  const meta = blockMeta.encode({
    number: header.number,
    time: header.time,
    feeAccount: BigInt(header.feeAccount),
    depth: BigInt(header.size.depth),
    requests: BigInt(requests.length),
    settlements: BigInt(settlements.length),
    orders: BigInt(orders.length),
    withdrawals: BigInt(withdrawals.length),
    cells: BigInt(changes.length),
    rotations: BigInt(rotations.length),
    distributions: BigInt(distributions.length),
  });
  const totals = blockTotals.encode({
    burned: block.burned,
    pool: block.pool,
    firstRequest: header.firstRequest,
  });
  return [
    [block.oldRoot, block.newRoot, operationsRoot],
    [header.operationDomain, header.statementDomain, meta, totals],
    requested.flatMap(({ heads }) => heads),
    requested.flatMap(({ route, value }) => [route, value]),
    settlements.map(({ commitment }) => commitment),
    settlements.map(({ before }) => before.order.programId),
    posted.flatMap(({ heads }) => heads),
    posted.flatMap(({ tails }) => tails),
    rotations.flatMap(({ ax, ay }) => [ax, ay]),
    rotations.map(({ index }) => rotationWord.encode({ index: BigInt(index) })),
    distributions.map(({ payouts }) => payouts),
    distributions.map(({ distribution: { total, seed } }) =>
      distributionWord.encode({ total, index: BigInt(seed) }),
    ),
    withdrawals.map((withdrawal) => withdrawalWord.encode(withdrawal)),
    changes.map(changeWord),
  ];
}

/** Seals a draft and applies it to the state. Used by the draft itself. */
export function sealBlock(state: State, content: DraftContent): SealedBlock {
  const { header } = content;
  if (content.fees > 0n && !content.created.has(header.feeAccount)) getAccount(state, header.feeAccount);
  const oldRoot = stateRoot(state);
  const operations = orderOperations(content);
  const changes = closeCells(state, content, operations);
  const withdrawals = operations.flatMap(({ signed: { operation }, before }): Withdrawal[] =>
    operation.kind === "withdraw"
      ? [{ recipient: (before as AccountCell).owner, amount: operation.amount }]
      : [],
  );
  const block = {
    header,
    oldRoot,
    newRoot: stateRoot(state),
    requests: content.requests,
    requestEffects: content.requestEffects,
    settlements: content.settlements,
    operations,
    orders: postedOrders(operations),
    cancellations: sealedCancellations(operations),
    rotations: sealedRotations(operations),
    distributions: content.distributions,
    withdrawals: [...content.requestWithdrawals, ...withdrawals],
    changes,
    burned: content.burned,
    pool: content.pool,
    fees: content.fees,
  };
  const layout = blockLayout(header.size);
  const words = blockContent(block, operationsRoot(operationTrace(operations, header.size.operations)));
  return {
    ...block,
    content: words,
    bytes: encodeVector(layout, words),
    commitment: sponge(DOMAIN_PUBLIC_DATA, expandVector(layout, words)),
  };
}

/** Takes a sealed block back: restores the cells as they were. Blocks are taken back newest first. */
export function revertBlock(state: State, block: SealedBlock): void {
  for (const { index, before } of block.changes) setCell(state, index, before);
}
