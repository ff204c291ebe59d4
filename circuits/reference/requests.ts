// L1 requests in a draft: what each of them creates, credits, pays out, changes or closes (docs/protocol.md §3).
import { accessOrder, INITIAL_ACCESS } from "../schema/index.js";
import type { DraftContent } from "./block.js";
import { count, currentCell, requireCell, requireCells, requireRoom } from "./draft.js";
import { TransitionError } from "./errors.js";
import { type ForcedRefusal, forcedRefusal, requireStatement } from "./forced-orders.js";
import type { AccessRequest, ForcedRequest, Request } from "./operations.js";
import {
  type AccountCell,
  type Cell,
  firstOrderIndex,
  type OrderCell,
  type SeedCell,
  type State,
} from "./state.js";
import { type Split, type Statement, splitPayment } from "./statement.js";
import { requestTime } from "./times.js";

/** What a block pays out on L1. Units. */
export interface Withdrawal {
  readonly recipient: bigint;
  readonly amount: bigint;
}

/** A request that read an account or seed. */
export interface AccessEffect {
  readonly kind: "access";
  readonly before: AccountCell | SeedCell;
  readonly previousAccess: bigint;
}

/** A request about an order. */
export interface ForcedEffect {
  readonly kind: "forced";
  readonly request: ForcedRequest;
  /** Slot of the request in the block. */
  readonly slot: number;
  /** The statement of a forced settlement. */
  readonly statement: Statement | undefined;
  /** The order as the request finds it; undefined when the cell is empty. */
  readonly before: OrderCell | undefined;
  readonly previousAccess: bigint;
  /** Why nothing happens; undefined when the request is carried out. */
  readonly refusal: ForcedRefusal | undefined;
  /** Path of the empty cell; undefined when there is an order. */
  readonly children: readonly (readonly bigint[])[] | undefined;
}

/** What a request did beyond creating a cell and crediting an account. */
export type RequestEffect = { readonly kind: "none" } | AccessEffect | ForcedEffect;

/** Access word of a request, a settlement or a cancellation at a time. */
export const accessAt = (time: bigint): bigint =>
  accessOrder.encode({ ...accessOrder.decode(INITIAL_ACCESS), time });

function createdByRequest(request: Request): Cell | undefined {
  switch (request.kind) {
    case "register": {
      const { ax, ay, owner } = request;
      return { kind: "account", ax, ay, owner, amount: 0n, nonce: 0n };
    }
    case "registerSeed": {
      const { parametersCommitment, programId, subject, terms } = request;
      return { kind: "seed", parametersCommitment, programId, subject, amount: 0n, terms };
    }
    default:
      return undefined;
  }
}

const isForced = (request: Request): request is ForcedRequest =>
  request.kind === "exitOrder" || request.kind === "forcedSettle";
const isAccess = (request: Request): request is AccessRequest =>
  request.kind === "exitAccount" || request.kind === "exitSeed" || request.kind === "updateSeedTerms";

function requireHalf(state: State, request: Request): void {
  const { index } = request;
  const [from, end] = isForced(request)
    ? [firstOrderIndex(state.depth), 4 ** state.depth]
    : [0, firstOrderIndex(state.depth)];
  if (index < from || index >= end)
    throw new TransitionError(
      "INDEX_OUT_OF_RANGE",
      `Request for cell ${index}; cells of its kind lie in [${from}, ${end})`,
    );
}

/** Requests see no settlement or operation of their block. */
function requireFirst(content: DraftContent): void {
  if (content.settlements.length + content.operations.length + content.distributions.length > 0)
    throw new TransitionError(
      "REQUESTS_COME_FIRST",
      "A request that reads a cell comes before the block's settlements, operations and distributions",
    );
}

function requireWithdrawal(content: DraftContent): void {
  const operations = content.operations.filter(({ signed }) => signed.operation.kind === "withdraw").length;
  const used = operations + content.requestWithdrawals.length;
  requireRoom("withdrawals", used + 1, content.header.size.withdrawals);
}

/** Takes the next L1 request; `statement` is the recorded one of a forced settlement. @throws {TransitionError} */
export function addRequest(
  state: State,
  content: DraftContent,
  request: Request,
  statement: Statement | undefined,
): RequestEffect {
  requireRoom("L1 requests", content.requests.length + 1, content.header.size.requests);
  requireHalf(state, request);
  let effect: RequestEffect;
  if (isForced(request)) effect = applyForced(state, content, request, statement);
  else if (isAccess(request)) effect = applyAccess(state, content, request);
  else effect = applyCreation(state, content, request);
  content.requests.push(request);
  content.requestEffects.push(effect);
  return effect;
}

function applyCreation(
  state: State,
  content: DraftContent,
  request: Exclude<Request, AccessRequest | ForcedRequest>,
): RequestEffect {
  const { index } = request;
  const cell = createdByRequest(request);
  if (cell === undefined) requireCell(currentCell(state, content, index), "account", index);
  else if (currentCell(state, content, index) !== undefined) {
    throw new TransitionError("CELL_OCCUPIED", `Request creates cell ${index}, which is in use`);
  }
  requireCells(content, [index], 0n);
  content.touched.add(index);
  if (cell !== undefined) {
    content.working.set(index, cell);
    content.created.add(index);
  }
  if (request.kind !== "registerSeed") count(content.credits, index, request.amount);
  return { kind: "none" };
}

/** Exits and changed terms. Credits of the block stay where they are: they count from the next block on. */
function applyAccess(state: State, content: DraftContent, request: AccessRequest): AccessEffect {
  requireFirst(content);
  const { index } = request;
  const cell = currentCell(state, content, index);
  const before =
    request.kind === "exitAccount" ? requireCell(cell, "account", index) : requireCell(cell, "seed", index);
  requireCells(content, [index], 0n);
  if (request.kind !== "updateSeedTerms") requireWithdrawal(content);

  content.touched.add(index);
  if (request.kind !== "updateSeedTerms") {
    content.requestWithdrawals.push({ recipient: request.recipient, amount: before.amount });
    content.working.set(index, { ...before, amount: 0n });
  } else if (before.kind === "seed") content.working.set(index, { ...before, terms: request.terms });
  const previousAccess = content.requestAccess.get(index) ?? INITIAL_ACCESS;
  content.requestAccess.set(index, accessAt(requestTime(content.requests.length)));
  return { kind: "access", before, previousAccess };
}

/** What a settled chunk pays, and whom; the refund of the last one. */
export function paymentOf(
  before: OrderCell,
  provider: number,
  jobs: bigint,
  price: bigint,
): { split: Split; refund: bigint; left: bigint; paid: (readonly [index: number, amount: bigint])[] } {
  const { order } = before;
  const split = splitPayment(order, jobs, price);
  const left = before.amount - split.debit;
  const refund = before.remaining === 1n ? left : 0n;
  const credits = [
    [provider, split.provider],
    [Number(order.middleware), split.middleware],
    [Number(order.seed), split.royalty],
    [Number(order.requester), refund],
  ] as const;
  return { split, refund, left: left - refund, paid: credits.filter(([, amount]) => amount > 0n) };
}

/** An order after one of its chunks was settled; `left` is its escrow then. */
export function settledOrder(before: OrderCell, chunk: number, left: bigint): OrderCell {
  const closing = before.remaining === 1n;
  return {
    ...before,
    amount: left,
    bitmap: closing ? 0n : before.bitmap | (1n << BigInt(chunk)),
    remaining: before.remaining - 1n,
  };
}

function applyForced(
  state: State,
  content: DraftContent,
  request: ForcedRequest,
  given: Statement | undefined,
): ForcedEffect {
  requireFirst(content);
  const { index } = request;
  const slot = content.requests.length;
  const taken = content.requestEffects.filter(({ kind }) => kind === "forced").length;
  requireRoom("requests about orders", taken + 1, content.header.size.forcedOrders);
  const statement =
    request.kind === "forcedSettle"
      ? requireStatement(request, given, content.header.statementDomain)
      : undefined;
  const cell = currentCell(state, content, index);
  const before = cell === undefined ? undefined : requireCell(cell, "order", index);
  const refusal = forcedRefusal(before, request, statement);
  const previousAccess = content.orderAccess.get(index) ?? INITIAL_ACCESS;
  const children = before === undefined ? state.tree.proof(index).children : undefined;
  const effect: ForcedEffect = {
    kind: "forced",
    request,
    slot,
    statement,
    before,
    previousAccess,
    refusal,
    children,
  };
  if (before === undefined) return effect;

  if (refusal !== undefined) requireCells(content, [index], 0n);
  else if (request.kind === "exitOrder") exitOrder(content, request, before);
  else settleOrder(content, request, before, statement!);
  content.touched.add(index);
  content.orderAccess.set(index, accessAt(requestTime(slot)));
  return effect;
}

function exitOrder(
  content: DraftContent,
  request: Extract<ForcedRequest, { kind: "exitOrder" }>,
  before: OrderCell,
): void {
  requireCells(content, [request.index], 0n);
  requireWithdrawal(content);
  content.requestWithdrawals.push({ recipient: request.recipient, amount: before.amount });
  content.working.set(request.index, { ...before, amount: 0n, bitmap: 0n, remaining: 0n });
}

function settleOrder(
  content: DraftContent,
  request: Extract<ForcedRequest, { kind: "forcedSettle" }>,
  before: OrderCell,
  statement: Statement,
): void {
  const { split, left, paid } = paymentOf(before, request.account, statement.count, statement.price);
  requireCells(content, [request.index, ...paid.map(([index]) => index)], split.fee);
  for (const [index, amount] of paid) {
    content.touched.add(index);
    count(content.credits, index, amount);
  }
  content.burned += split.burn;
  content.pool += split.pool;
  content.fees += split.fee;
  content.working.set(request.index, settledOrder(before, request.chunk, left));
}
