// Fills a block: L1 requests, then settlements, then operations. Pure, apart from the state that sealing changes.
import {
  type BlockDraft,
  type BlockHeader,
  createBlockDraft,
  type Request,
  type RequestEffect,
  type SealedBlock,
  type Settlement,
  type State,
  type Statement,
  TransitionError,
} from "@catalyze/circuits/reference";
import { type BlockSize, SchemaError } from "@catalyze/circuits/schema";
import { SequencerError } from "../errors.js";
import { FIRST_STATEMENT_GAS, STATEMENT_GAS, STATEMENTS_GAS } from "../limits.js";
import type { Mempool, PoolOperation } from "../mempool/mempool.js";
import { draftAtSmallest } from "./ladder.js";

/** A verified statement that waits for its settlement. */
export interface QueuedSettlement {
  readonly orderId: bigint;
  readonly chunk: number;
  /** Public signal C of the statement. */
  readonly commitment: bigint;
  readonly settlement: Settlement;
}

/** An L1 request, and the recorded statement that a forced settlement names. */
export interface QueuedRequest {
  readonly request: Request;
  readonly statement?: Statement | undefined;
}

/** Something that can never be in a block any more, and the rule that says so. */
export interface Refused<T> {
  readonly item: T;
  readonly code: string;
  readonly message: string;
}

/** What may go into a block. */
export interface BlockCandidates {
  /** The next L1 requests in queue order. */
  readonly requests: readonly QueuedRequest[];
  /** Seconds within which L1 requests must be consumed. */
  readonly deadline: bigint;
  /** In order of arrival. */
  readonly settlements: readonly QueuedSettlement[];
  readonly mempool: Mempool;
  /** Sizes below the header's, smallest first: a block is sealed with the first that it fits. None by default. */
  readonly smaller?: readonly BlockSize[];
}

/** What a filled draft took and refused; the rest stays where it was. */
export interface FilledBlock {
  readonly requests: number;
  readonly settlements: QueuedSettlement[];
  readonly operations: PoolOperation[];
  readonly refusedSettlements: Refused<QueuedSettlement>[];
  readonly refusedOperations: Refused<PoolOperation>[];
  /** True when nothing was taken. */
  readonly empty: boolean;
  /** Seals the block with the smallest size that it fits, and changes the state. */
  seal(): SealedBlock;
}

type Verdict = { readonly code: string; readonly message: string } | undefined;

/** Runs one `add`; undefined when it was taken. Errors that are not about the block's content are thrown on. */
function attempt(add: () => unknown): Verdict {
  try {
    add();
    return undefined;
  } catch (error) {
    if (error instanceof TransitionError || error instanceof SchemaError) {
      return { code: error.code, message: error.message };
    }
    throw error;
  }
}

/** Reasons to leave something for a later block. */
const LATER = new Set(["BLOCK_FULL", "SEQUENCE_NOT_RISING", "NONCE_TOO_HIGH", "ORDER_NOT_YET_SETTLEABLE"]);

/**
 * Whether a change of a seed's terms waits for a later block: a pending order names the seed, has the operator's receipt, and
 * could not be posted any more (docs/receipts.md). It waits for half of the deadline at most; what stands behind it in the
 * queue waits with it.
 */
function mustWait(request: Request, posted: ReadonlySet<number>, time: bigint, deadline: bigint): boolean {
  return (
    request.kind === "updateSeedTerms" && posted.has(request.index) && time - request.time <= deadline / 2n
  );
}

/** Seeds of the pending orders. */
const postedSeeds = (mempool: Mempool): Set<number> =>
  new Set(
    mempool
      .all()
      .flatMap(({ signed: { operation } }) =>
        operation.kind === "postOrder" ? [Number(operation.order.seed)] : [],
      ),
  );

function addRequests(
  state: State,
  draft: BlockDraft,
  header: BlockHeader,
  { requests, mempool, deadline }: BlockCandidates,
): { requests: number; effects: RequestEffect[] } {
  const effects: RequestEffect[] = [];
  // Without a fee account no operation is taken, so nothing would end the wait.
  const posted =
    state.cells.get(header.feeAccount)?.kind === "account" ? postedSeeds(mempool) : new Set<number>();
  for (const { request, statement } of requests) {
    if (mustWait(request, posted, header.time, deadline)) break;
    const verdict = attempt(() => effects.push(draft.addRequest(request, statement)));
    if (verdict === undefined) continue;
    if (verdict.code === "BLOCK_FULL") break;
    throw new SequencerError(
      "SEQUENCER_QUEUE_INVALID",
      `L1 request of kind ${request.kind} for cell ${request.index} can't be applied: ${verdict.message}`,
      { details: { rule: verdict.code } },
    );
  }
  return { requests: effects.length, effects };
}

/** Whether one of the block's requests settles this chunk by the same statement. */
const isForced = (effects: readonly RequestEffect[], { settlement, commitment }: QueuedSettlement): boolean =>
  effects.some(
    (effect) =>
      effect.kind === "forced" &&
      effect.refusal === undefined &&
      effect.request.kind === "forcedSettle" &&
      effect.request.index === settlement.orderIndex &&
      effect.request.chunk === settlement.chunk &&
      effect.request.commitment === commitment,
  );

/** Takes settlements as long as the block alone fits one transaction on L1. */
function addSettlements(
  state: State,
  draft: BlockDraft,
  candidates: readonly QueuedSettlement[],
): Pick<FilledBlock, "settlements" | "refusedSettlements"> {
  const settlements: QueuedSettlement[] = [];
  const refusedSettlements: Refused<QueuedSettlement>[] = [];
  const programs = new Set<bigint>();
  let gas = 0n;
  for (const item of candidates) {
    const order = state.cells.get(item.settlement.orderIndex);
    const programId = order?.kind === "order" ? order.order.programId : 0n;
    const more = STATEMENT_GAS + (programs.has(programId) ? 0n : FIRST_STATEMENT_GAS);
    if (gas + more > STATEMENTS_GAS) continue;
    const verdict = attempt(() => draft.addSettlement(item.settlement));
    if (verdict === undefined) {
      settlements.push(item);
      programs.add(programId);
      gas += more;
    } else if (!LATER.has(verdict.code)) refusedSettlements.push({ item, ...verdict });
  }
  return { settlements, refusedSettlements };
}

/** An account's next operation in the order of blocks. */
interface Head {
  readonly entry: PoolOperation;
  /** Smaller of its own priority fee and that of the account's previous operation in the block. */
  readonly priority: bigint;
}

const before = (a: Head, b: Head): boolean =>
  a.priority !== b.priority ? a.priority > b.priority : a.entry.sequence < b.entry.sequence;

const lower = (a: bigint, b: bigint): bigint => (a < b ? a : b);

function headOf(
  mempool: Mempool,
  signer: number,
  nonce: bigint,
  limit: bigint | undefined,
): Head | undefined {
  const entry = mempool.at(signer, nonce);
  if (entry === undefined) return undefined;
  const own = entry.signed.operation.priorityFee;
  return { entry, priority: limit === undefined ? own : lower(limit, own) };
}

function addOperations(
  state: State,
  draft: BlockDraft,
  header: BlockHeader,
  mempool: Mempool,
): Pick<FilledBlock, "operations" | "refusedOperations"> {
  const operations: PoolOperation[] = [];
  const refusedOperations: Refused<PoolOperation>[] = [];
  const heads = new Map<number, Head>();
  for (const signer of mempool.signers()) {
    const account = state.cells.get(signer);
    const head = account?.kind === "account" ? headOf(mempool, signer, account.nonce, undefined) : undefined;
    if (head !== undefined) heads.set(signer, head);
  }
  while (heads.size > 0 && operations.length < header.size.operations) {
    const [signer, head] = [...heads].reduce((best, next) => (before(next[1], best[1]) ? next : best));
    heads.delete(signer);
    const verdict = attempt(() => draft.addOperation(head.entry.signed, head.entry.sequence));
    if (verdict === undefined) {
      operations.push(head.entry);
      const next = headOf(mempool, signer, head.entry.signed.operation.nonce + 1n, head.priority);
      if (next !== undefined) heads.set(signer, next);
    } else if (!LATER.has(verdict.code)) refusedOperations.push({ item: head.entry, ...verdict });
  }
  return { operations, refusedOperations };
}

/** Pending operations whose time or nonce has passed; they would wait for ever behind a gap. */
function refuseStale(state: State, mempool: Mempool, time: bigint): Refused<PoolOperation>[] {
  return mempool.all().flatMap((item): Refused<PoolOperation>[] => {
    const { operation } = item.signed;
    const account = state.cells.get(operation.signer);
    if (operation.expiry < time) {
      const message = `The operation expired at ${operation.expiry}; it is ${time}`;
      return [{ item, code: "OPERATION_EXPIRED", message }];
    }
    if (account?.kind === "account" && operation.nonce < account.nonce) {
      return [{ item, code: "NONCE_TOO_LOW", message: `Nonce ${operation.nonce} is used already` }];
    }
    return [];
  });
}

/**
 * Fills a block from the candidates. Nothing changes until `seal` is called. When the fee account does not exist yet,
 * only L1 requests are taken.
 * @throws {SequencerError} `SEQUENCER_QUEUE_INVALID` when an L1 request can't be applied: state and L1 disagree.
 */
export function fillBlock(state: State, header: BlockHeader, candidates: BlockCandidates): FilledBlock {
  const { mempool } = candidates;
  const draft = createBlockDraft(state, header);
  const { requests, effects } = addRequests(state, draft, header, candidates);
  const stale = refuseStale(state, mempool, header.time);
  const staleMessages = new Set(stale.map(({ item }) => item.message));
  const feesPossible =
    state.cells.get(header.feeAccount)?.kind === "account" ||
    candidates.requests
      .slice(0, requests)
      .some(({ request }) => request.kind === "register" && request.index === header.feeAccount);
  const settled = feesPossible
    ? addSettlements(
        state,
        draft,
        candidates.settlements.filter((item) => !isForced(effects, item)),
      )
    : { settlements: [], refusedSettlements: [] };
  const added = feesPossible
    ? addOperations(state, draft, header, mempool)
    : { operations: [], refusedOperations: [] };
  const late = added.refusedOperations.filter(({ item }) => !staleMessages.has(item.message));
  return {
    requests,
    ...settled,
    operations: added.operations,
    refusedOperations: [...stale, ...late],
    empty: draft.isEmpty(),
    seal: () => {
      const refill = (other: BlockDraft): void => {
        for (const { request, statement } of candidates.requests.slice(0, requests)) {
          other.addRequest(request, statement);
        }
        for (const { settlement } of settled.settlements) other.addSettlement(settlement);
        for (const { signed, sequence } of added.operations) other.addOperation(signed, sequence);
      };
      const counts = {
        requests,
        settlements: settled.settlements.length,
        operations: added.operations.length,
      };
      return (draftAtSmallest(state, header, candidates.smaller ?? [], counts, refill) ?? draft).seal();
    },
  };
}
