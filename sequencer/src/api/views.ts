// What the API shows, made from ledger and store.
import { type AccountCell, chunkCount, type SealedBlock } from "@catalyze/circuits/reference";
import { MAXIMUM_CHUNKS, seedSubject } from "@catalyze/circuits/schema";
import type { api } from "@catalyze/sdk";
import type { z } from "zod";
import type { KnownBlockCircuit } from "../block/ladder.js";
import { toReceipt } from "../core/accept.js";
import { blockTime, type Context, rollupState } from "../core/context.js";
import { SequencerError } from "../errors.js";
import { contractProof } from "../l1/submission.js";
import { ARTEFACT_BYTES, LIST_ROWS } from "../limits.js";
import {
  findBlock,
  findSealedBlock,
  latestBlock,
  latestSettledBlock,
  listForcedSettlements,
  type StoredBlock,
} from "../store/blocks.js";
import { findSeed } from "../store/chain.js";
import { findOperation, findOrder, listOrders, type StoredOrder } from "../store/operations.js";
import { listActiveLeases, listStatements, type StoredStatement } from "../store/work.js";

const VERSION = "0.1.0";

type ChunkStatus = z.infer<typeof api.chunkStatus>;

const lower = (address: string) => address.toLowerCase() as `0x${string}`;

const viewSize = ({ size, sizeId, circuit, programId }: KnownBlockCircuit): api.InfoResponse["block"] => {
  const { name, ...capacities } = size;
  return { size: name, sizeId, circuit, programId, ...capacities };
};

/** Answer of `GET /v1/info`. */
export async function viewInfo(context: Context): Promise<api.InfoResponse> {
  const { config, block, ledger } = context;
  const { deployment } = config;
  const feeCell = ledger.state.cells.get(config.feeAccount);
  return {
    name: "catalyze-sequencer",
    version: VERSION,
    chainId: deployment.chainId,
    rollup: lower(deployment.rollup),
    token: lower(deployment.token),
    programRegistry: lower(deployment.programRegistry),
    seedRegistry: lower(deployment.seedRegistry),
    statementRegistry:
      deployment.statementRegistry === undefined ? null : lower(deployment.statementRegistry),
    ...(deployment.receiptChallenge && { receiptChallenge: lower(deployment.receiptChallenge) }),
    ...(deployment.leaseChallenge && { leaseChallenge: lower(deployment.leaseChallenge) }),
    operator: lower(context.operator.address),
    operationDomain: context.operationDomain,
    statementDomain: context.statementDomain,
    feeAccount: config.feeAccount,
    feeAccountOwner: feeCell?.kind === "account" ? feeCell.owner : null,
    block: viewSize(block),
    sizes: context.sizes.map(viewSize),
    programs: [...context.programs.values()].map(({ adapter, programId }) => ({
      name: adapter.name,
      programId,
      chunkSize: adapter.chunkSize,
      inputBytes: adapter.inputBytes,
      resultBytes: adapter.resultBytes,
    })),
    fees: { ...context.fees },
    limits: { chunksPerOrder: MAXIMUM_CHUNKS, artefactBytes: ARTEFACT_BYTES },
    state: context.halted === undefined ? rollupState(context) : "halted",
    frozenAt: context.l1.frozenAt || null,
    shutdownAt: context.l1.shutdownAt || null,
    time: blockTime(context),
    latestBlock: ledger.head.number,
    latestSettledBlock: await latestSettledBlock(context.driver),
  };
}

function accountView(context: Context, index: number, cell: AccountCell): api.AccountResponse {
  const pending = context.ledger.mempool.pendingView(index, cell);
  const { ax, ay, owner, amount, nonce } = cell;
  return {
    index,
    ax,
    ay,
    owner,
    amount,
    nonce,
    pendingNonce: pending.nonce,
    pendingAmount: pending.amount,
    blockNumber: context.ledger.head.number,
  };
}

/** Account by cell. @throws {SequencerError} `SEQUENCER_ACCOUNT_NOT_FOUND` */
export function viewAccount(context: Context, index: number): api.AccountResponse {
  const cell = context.ledger.state.cells.get(index);
  if (cell?.kind === "account") return accountView(context, index, cell);
  throw new SequencerError("SEQUENCER_ACCOUNT_NOT_FOUND", `Cell ${index} is not an account (yet)`);
}

/** Account by L1 owner. @throws {SequencerError} `SEQUENCER_ACCOUNT_NOT_FOUND` */
export function viewAccountByOwner(context: Context, owner: string): api.AccountResponse {
  const wanted = BigInt(owner);
  for (const [index, cell] of context.ledger.state.cells) {
    if (cell.kind === "account" && cell.owner === wanted) return accountView(context, index, cell);
  }
  throw new SequencerError("SEQUENCER_ACCOUNT_NOT_FOUND", `${owner} owns no account (yet)`);
}

/** Seed by cell. @throws {SequencerError} `SEQUENCER_SEED_NOT_FOUND` */
export async function viewSeed(context: Context, index: number): Promise<api.SeedResponse> {
  const cell = context.ledger.state.cells.get(index);
  if (cell?.kind !== "seed") {
    throw new SequencerError("SEQUENCER_SEED_NOT_FOUND", `Cell ${index} is not a seed (yet)`);
  }
  const { seedId, parent } = seedSubject.decode(cell.subject);
  const l1 = await findSeed(context.driver, index);
  const { parametersCommitment, programId, amount, terms } = cell;
  return {
    index,
    parametersCommitment,
    programId,
    seedId,
    parent,
    amount,
    terms,
    creator: l1?.creator ?? null,
    artefact: l1?.artefact ?? null,
    pointer: l1?.pointer ?? null,
  };
}

/** Every seed, by cell. */
export async function viewSeeds(context: Context): Promise<{ seeds: api.SeedResponse[] }> {
  const indices = [...context.ledger.state.cells]
    .filter(([, cell]) => cell.kind === "seed")
    .map(([index]) => index);
  return { seeds: await Promise.all(indices.map((index) => viewSeed(context, index))) };
}

/** Status of blocks, looked up once per answer. */
function blockLookup(context: Context): (number: bigint) => Promise<StoredBlock | undefined> {
  const blocks = new Map<bigint, Promise<StoredBlock | undefined>>();
  return (number) => {
    const found = blocks.get(number) ?? findBlock(context.driver, number);
    blocks.set(number, found);
    return found;
  };
}

async function statementStatus(
  statement: StoredStatement,
  lookup: ReturnType<typeof blockLookup>,
): Promise<ChunkStatus> {
  if (statement.blockNumber === null) return "verified";
  return (await lookup(statement.blockNumber))?.status ?? "sealed";
}

async function viewStoredOrder(context: Context, stored: StoredOrder): Promise<api.OrderResponse> {
  const { driver, clock, ledger } = context;
  const lookup = blockLookup(context);
  const operation = await findOperation(driver, stored.message);
  const statements = new Map((await listStatements(driver, stored.id)).map((row) => [row.chunk, row]));
  const leases = new Map(
    (await listActiveLeases(driver, clock.nowMs(), stored.id)).map((row) => [row.chunk, row]),
  );
  const forced = await listForcedSettlements(driver, stored.id);
  const isClosed = stored.closedAs === "cancelled" || stored.closedAs === "exited";
  const chunks = await Promise.all(
    Array.from({ length: Number(chunkCount(stored.order)) }, async (_, chunk) => {
      const statement = statements.get(chunk);
      const lease = leases.get(chunk);
      const forcedBlock = forced.get(chunk);
      const unsettled = isClosed ? "closed" : lease === undefined ? "open" : "leased";
      const status: ChunkStatus =
        forcedBlock !== undefined
          ? ((await lookup(forcedBlock))?.status ?? "sealed")
          : statement !== undefined
            ? await statementStatus(statement, lookup)
            : unsettled;
      return { chunk, status, phase: lease?.phase ?? null, percentage: lease?.percentage ?? null };
    }),
  );
  const cell = stored.cellIndex === null ? undefined : ledger.state.cells.get(stored.cellIndex);
  const open = stored.blockNumber !== null && stored.completedBlock === null;
  const status =
    operation?.status === "dropped"
      ? "dropped"
      : stored.closedAs !== null
        ? stored.closedAs
        : open
          ? "open"
          : "pending";
  const { id, message, order, inputs, cellIndex: index, blockNumber } = stored;
  const amount = open && cell?.kind === "order" ? cell.amount : 0n;
  return { id, message, status, order, inputs, index, blockNumber, amount, chunks };
}

async function requireOrder(context: Context, id: bigint): Promise<StoredOrder> {
  const stored = await findOrder(context.driver, id);
  if (stored !== undefined) return stored;
  throw new SequencerError("SEQUENCER_ORDER_NOT_FOUND", `There is no order ${id}`);
}

/** Order by id. @throws {SequencerError} `SEQUENCER_ORDER_NOT_FOUND` */
export const viewOrder = async (context: Context, id: bigint): Promise<api.OrderResponse> =>
  viewStoredOrder(context, await requireOrder(context, id));

/** Orders, newest first. */
export async function viewOrders(
  context: Context,
  requester: number | undefined,
): Promise<{ orders: api.OrderResponse[] }> {
  const rows = await listOrders(context.driver, requester, LIST_ROWS);
  return { orders: await Promise.all(rows.map((row) => viewStoredOrder(context, row))) };
}

/** Verified results of an order with their receipts. @throws {SequencerError} `SEQUENCER_ORDER_NOT_FOUND` */
export async function viewOrderResults(context: Context, id: bigint): Promise<api.OrderResultsResponse> {
  const stored = await requireOrder(context, id);
  const lookup = blockLookup(context);
  const results = await Promise.all(
    (await listStatements(context.driver, id)).map(async (row): Promise<api.ChunkResult> => {
      const block = row.blockNumber === null ? undefined : await lookup(row.blockNumber);
      return {
        chunk: row.chunk,
        status: await statementStatus(row, lookup),
        programId: row.programId,
        statement: row.statement,
        commitment: row.commitment,
        proof: row.proof,
        providerIndex: row.providerIndex,
        results: row.results,
        blockNumber: row.blockNumber,
        settlementIndex: row.settlementIndex,
        blockWords: block?.words ?? null,
        transactionHash: block?.transactionHash ?? null,
      };
    }),
  );
  const complete = BigInt(results.length) === chunkCount(stored.order);
  const settled = complete && results.every(({ status }) => status === "settled");
  return { id, order: stored.order, settled, results };
}

/** Operation by message. @throws {SequencerError} `SEQUENCER_OPERATION_NOT_FOUND` */
export async function viewOperation(context: Context, message: bigint): Promise<api.OperationResponse> {
  const stored = await findOperation(context.driver, message);
  if (stored === undefined) {
    throw new SequencerError("SEQUENCER_OPERATION_NOT_FOUND", `There is no operation ${message}`);
  }
  const block = stored.blockNumber === null ? undefined : await findBlock(context.driver, stored.blockNumber);
  return {
    receipt: toReceipt(context, stored),
    operation: stored.signed.operation,
    status: stored.status === "sealed" ? (block?.status ?? "sealed") : stored.status,
    blockNumber: stored.blockNumber,
    reason: stored.reason,
  };
}

async function requireBlock(context: Context, number: string): Promise<StoredBlock> {
  const { driver } = context;
  const block = number === "latest" ? await latestBlock(driver) : await findBlock(driver, BigInt(number));
  if (block !== undefined) return block;
  throw new SequencerError("SEQUENCER_BLOCK_NOT_FOUND", `There is no block ${number}`);
}

async function isParked(context: Context, number: bigint): Promise<boolean> {
  const rows = await context.driver.query(
    "SELECT 1 AS found FROM proof_jobs WHERE block_number = $1 AND status = 'failed'",
    [number.toString()],
  );
  return rows.length > 0;
}

/** Block by number. @throws {SequencerError} `SEQUENCER_BLOCK_NOT_FOUND` */
export async function viewBlock(context: Context, number: string): Promise<api.BlockResponse> {
  const stored = await requireBlock(context, number);
  const sealed = await findSealedBlock(context.driver, stored.number);
  if (sealed === undefined) {
    throw new SequencerError("SEQUENCER_BLOCK_NOT_FOUND", `There is no block ${number}`);
  }
  const failed = stored.status === "sealed" && (await isParked(context, stored.number));
  return {
    number: stored.number,
    status: failed ? "failed" : stored.status,
    time: stored.time,
    size: stored.sizeName,
    oldRoot: sealed.oldRoot,
    newRoot: sealed.newRoot,
    commitment: sealed.commitment,
    words: sealed.bytes,
    firstRequest: sealed.header.firstRequest,
    requests: sealed.requests.length,
    settlements: sealed.settlements.length,
    operations: sealed.operations.length,
    orders: sealed.orders.length,
    withdrawals: sealed.withdrawals.length,
    cancellations: sealed.cancellations?.length ?? 0,
    rotations: sealed.rotations?.length ?? 0,
    distributions: sealed.distributions?.length ?? 0,
    cells: sealed.changes.length,
    burned: sealed.burned,
    pool: sealed.pool,
    fees: sealed.fees,
    messages: sealed.operations.map(({ message }) => message),
    proof: stored.proof === null ? null : [...contractProof(stored.proof)],
    provingSeconds: stored.provingSeconds,
    transactionHash: stored.transactionHash,
    gasUsed: stored.gasUsed,
    blocksInTransaction: stored.blocksInTransaction,
  };
}

/** Places in the queue of the requests that withdraw, in the order of the block's words. */
function withdrawingRequests({ header, requests, requestEffects }: SealedBlock): bigint[] {
  return (requestEffects ?? []).flatMap((effect, i) => {
    const { kind } = requests[i]!;
    const withdraws =
      (effect.kind === "access" && kind !== "updateSeedTerms") ||
      (effect.kind === "forced" && kind === "exitOrder" && effect.refusal === undefined);
    return withdraws ? [header.firstRequest + BigInt(i)] : [];
  });
}

/** Withdrawals of a block in order: those of L1 requests, then those of operations. @throws {SequencerError} `SEQUENCER_BLOCK_NOT_FOUND` */
export async function viewWithdrawals(context: Context, number: string): Promise<api.WithdrawalsResponse> {
  const stored = await requireBlock(context, number);
  const sealed = await findSealedBlock(context.driver, stored.number);
  const operations = (sealed?.operations ?? []).filter(({ signed }) => signed.operation.kind === "withdraw");
  const requests = sealed === undefined ? [] : withdrawingRequests(sealed);
  return {
    blockNumber: stored.number,
    status: stored.status,
    withdrawals: (sealed?.withdrawals ?? []).map(({ recipient, amount }, index) => ({
      index,
      recipient: `0x${recipient.toString(16).padStart(40, "0")}` as const,
      amount,
      message: operations[index - requests.length]?.message ?? null,
      requestIndex: requests[index] ?? null,
    })),
  };
}
