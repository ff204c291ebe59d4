// Inputs of the block circuit (circuits/src/block/block.circom) for a sealed block: every slot, used or not. Pure.
import {
  accessOrder,
  accountPayload,
  type BlockSize,
  DOMAIN_OPERATION,
  orderPayload,
  seedPayload,
} from "../schema/index.js";
import type { CircuitInput } from "./adapter.js";
import type { DraftSettlement } from "./block.js";
import { poseidon } from "./hash.js";
import { operationWords, type Request, requestWords } from "./operations.js";
import type { CellChange, SealedBlock, SealedOperation } from "./seal.js";
import { publicKey, signMessage } from "./signature.js";
import {
  accountStatic,
  type Cell,
  cellDynamicWord,
  cellStatic,
  chunkCount,
  createState,
  firstOrderIndex,
  type Order,
  orderStaticInputs,
} from "./state.js";

type Slot = Readonly<Record<string, bigint | readonly bigint[] | readonly (readonly bigint[])[]>>;

const flag = (value: boolean): bigint => (value ? 1n : 0n);

function requestSlot(request: Request | undefined): Slot {
  if (request === undefined) {
    return {
      IsRegister: 0n,
      IsDeposit: 0n,
      IsSeed: 0n,
      Index: 0n,
      Time: 0n,
      Subject: 0n,
      Amount: 0n,
      Payload: 0n,
      Head0: 0n,
      Head1: 0n,
    };
  }
  const subject =
    request.kind === "register"
      ? request.owner
      : request.kind === "deposit"
        ? request.depositor
        : request.subject;
  return {
    IsRegister: flag(request.kind === "register"),
    IsDeposit: flag(request.kind === "deposit"),
    IsSeed: flag(request.kind === "registerSeed"),
    Index: BigInt(request.index),
    Time: request.time,
    Subject: subject,
    Amount: request.kind === "registerSeed" ? 0n : request.amount,
    Payload: request.kind === "registerSeed" ? seedPayload.encode({ ...request.terms }) : 0n,
    Head0: requestWords(request).heads[0],
    Head1: requestWords(request).heads[1],
  };
}

/** A slot that settles nothing: one job, one chunk, price and escrow zero. */
const IDLE_SETTLEMENT: Slot = {
  Used: 0n,
  Order: [0n, 0n, 1n, 0n, 0n, 0n, 0n, 0n, 1n, 1n, 0n, 0n, 0n, 0n, 0n, 0n],
  Modes: 1n,
  SavingsShare: 0n,
  OrderIndex: 0n,
  Escrow: 0n,
  Bitmap: 0n,
  Remaining: 1n,
  PreviousTime: 0n,
  Chunk: 0n,
  Provider: 0n,
  Ax: 0n,
  Ay: 0n,
  Owner: 0n,
  ResultsRoot: 0n,
  Price: 0n,
};

function settlementSlot(entry: DraftSettlement | undefined): Slot {
  if (entry === undefined) return IDLE_SETTLEMENT;
  const { settlement, before, provider } = entry;
  return {
    Used: 1n,
    Order: orderStaticInputs(before.order),
    Modes: before.order.modes,
    SavingsShare: before.order.savingsShare,
    OrderIndex: BigInt(settlement.orderIndex),
    Escrow: before.amount,
    Bitmap: before.bitmap,
    Remaining: before.remaining,
    PreviousTime: accessOrder.decode(entry.previousAccess).time,
    Chunk: BigInt(settlement.chunk),
    Provider: BigInt(settlement.provider),
    Ax: provider.ax,
    Ay: provider.ay,
    Owner: provider.owner,
    ResultsRoot: settlement.resultsRoot,
    Price: settlement.price,
  };
}

function orderSlot(
  posted: { readonly index: number; readonly order: Order } | undefined,
  depth: number,
  seedSubject: (seed: number) => bigint,
): Slot {
  const order = posted?.order;
  return {
    Used: flag(posted !== undefined),
    Requester: order?.requester ?? 0n,
    Nonce: order?.nonce ?? 0n,
    Seed: order?.seed ?? 0n,
    Middleware: order?.middleware ?? 0n,
    JobCount: order?.jobCount ?? 1n,
    ChunkSize: order?.chunkSize ?? 1n,
    Chunks: order === undefined ? 1n : chunkCount(order),
    Deadline: order?.deadline ?? 0n,
    SavingsShare: order?.savingsShare ?? 0n,
    Modes: order?.modes ?? 0n,
    MinimumBond: order?.minimumBond ?? 0n,
    PriceLimit: order?.priceLimit ?? 0n,
    SettlementFee: order?.settlementFee ?? 0n,
    Royalty: order?.terms.royalty ?? 0n,
    MiddlewareShare: order?.terms.middleware ?? 0n,
    Burn: order?.terms.burn ?? 0n,
    Pool: order?.terms.pool ?? 0n,
    Version: order?.terms.version ?? 0n,
    Index: BigInt(posted?.index ?? firstOrderIndex(depth)),
    ProgramId: order?.programId ?? 0n,
    ParametersCommitment: order?.parametersCommitment ?? 0n,
    InputsRoot: order?.inputsRoot ?? 0n,
    SeedSubject: order === undefined ? 0n : seedSubject(Number(order.seed)),
  };
}

/** Key that signs unused slots; everyone knows it, and nothing of an unused slot has an effect. */
const IDLE_KEY = new Uint8Array(32).fill(1);

function idleOperation(operationDomain: bigint): Slot {
  const key = publicKey(IDLE_KEY);
  const message = poseidon(DOMAIN_OPERATION, [
    operationDomain,
    accountStatic(key.ax, key.ay, 0n),
    0n,
    0n,
    0n,
  ]);
  const signature = signMessage(IDLE_KEY, message);
  return {
    IsTransfer: 0n,
    IsPostOrder: 0n,
    IsWithdraw: 0n,
    Signer: 0n,
    Nonce: 0n,
    Expiry: 0n,
    Receiver: 0n,
    Fee: 0n,
    PriorityFee: 0n,
    Amount: 0n,
    Data: 0n,
    Ax: key.ax,
    Ay: key.ay,
    Owner: 0n,
    R8x: signature.r8x,
    R8y: signature.r8y,
    S: signature.s,
    Sequence: 1n,
    PreviousTime: 0n,
    PreviousPriority: 0n,
    PreviousSequence: 0n,
    Balance: 0n,
  };
}

function operationSlot(entry: SealedOperation): Slot {
  const { operation, signature } = entry.signed;
  const words = operationWords(operation);
  const access = accessOrder.decode(entry.previousAccess);
  return {
    IsTransfer: flag(operation.kind === "transfer"),
    IsPostOrder: flag(operation.kind === "postOrder"),
    IsWithdraw: flag(operation.kind === "withdraw"),
    Signer: BigInt(operation.signer),
    Nonce: operation.nonce,
    Expiry: operation.expiry,
    Receiver: operation.kind === "transfer" ? BigInt(operation.receiver) : 0n,
    Fee: operation.fee,
    PriorityFee: operation.priorityFee,
    Amount: words.amount,
    Data: words.data,
    Ax: entry.before.ax,
    Ay: entry.before.ay,
    Owner: entry.before.owner,
    R8x: signature.r8x,
    R8y: signature.r8y,
    S: signature.s,
    Sequence: entry.sequence,
    PreviousTime: access.time,
    PreviousPriority: access.priority,
    PreviousSequence: access.sequence,
    Balance: entry.before.amount,
  };
}

function payloadWord(cell: Cell | undefined): bigint {
  switch (cell?.kind) {
    case undefined:
      return 0n;
    case "account":
      return accountPayload.encode({ nonce: cell.nonce });
    case "seed":
      return seedPayload.encode({ ...cell.terms });
    case "order":
      return orderPayload.encode({
        bitmap: cell.bitmap,
        remaining: cell.remaining,
      });
  }
}

/** Unused cell slots walk the path of cell 0 in an empty tree. */
const idlePath = (depth: number): readonly (readonly bigint[])[] => createState(depth).tree.proof(0).children;

function cellSlot(change: CellChange | undefined, depth: number): Slot {
  const kind = change?.last.kind;
  return {
    IsAccount: flag(kind === "account"),
    IsSeed: flag(kind === "seed"),
    IsOrder: flag(kind === "order"),
    Created: flag(change !== undefined && change.before === undefined),
    Bits: Array.from({ length: 2 * depth }, (_, i) => BigInt(((change?.index ?? 0) >> i) & 1)),
    Static: change === undefined ? 0n : cellStatic(change.last),
    OldDynamic: change?.before === undefined ? 0n : cellDynamicWord(change.before),
    Amount: change?.after?.amount ?? 0n,
    Payload: payloadWord(change?.after),
    Credit: change?.credit ?? 0n,
    LastAccess: change?.lastAccess ?? 0n,
    Presence: change?.presence ?? 0n,
    Facts: change?.facts ?? 0n,
    Children: change?.children ?? idlePath(depth),
  };
}

/** Transposes slots into one array per signal: `prefix` + name. */
function columns(prefix: string, slots: readonly Slot[]): Record<string, CircuitInput[string]> {
  const result: Record<string, CircuitInput[string]> = {};
  for (const name of Object.keys(slots[0] ?? {})) {
    result[`${prefix}${name}`] = slots.map((slot) => slot[name]!);
  }
  return result;
}

const slots = <T>(entries: readonly T[], capacity: number, make: (entry: T | undefined) => Slot): Slot[] =>
  Array.from({ length: capacity }, (_, i) => make(entries[i]));

function seedSubjectOf(block: SealedBlock, seed: number): bigint {
  const change = block.changes.find(({ index }) => index === seed);
  if (change?.last.kind !== "seed")
    throw new Error(`A posted order names cell ${seed}, which the block did not open`);
  return change.last.subject;
}

/** Inputs of the block circuit, without the challenge `z`. Values are field elements, arrays as the circuit declares. */
export function blockCircuitInput(block: SealedBlock): CircuitInput {
  const { header } = block;
  const size: BlockSize = header.size;
  const idle = idleOperation(header.operationDomain);
  const withdrawalWords = block.content[8]!;
  return {
    operationDomain: header.operationDomain,
    statementDomain: header.statementDomain,
    oldRoot: block.oldRoot,
    number: header.number,
    blockTime: header.time,
    feeAccount: BigInt(header.feeAccount),
    firstRequest: header.firstRequest,
    ...columns("request", slots(block.requests, size.requests, requestSlot)),
    ...columns("settlement", slots(block.settlements, size.settlements, settlementSlot)),
    ...columns(
      "order",
      slots(block.orders, size.orders, (posted) =>
        orderSlot(posted, size.depth, (seed) => seedSubjectOf(block, seed)),
      ),
    ),
    ...columns(
      "withdrawal",
      slots(withdrawalWords, size.withdrawals, (word) => ({
        Used: flag(word !== undefined),
        Word: word ?? 0n,
      })),
    ),
    ...columns(
      "operation",
      slots(block.operations, size.operations, (entry) =>
        entry === undefined ? idle : operationSlot(entry),
      ),
    ),
    ...columns(
      "cell",
      slots(block.changes, size.cells, (change) => cellSlot(change, size.depth)),
    ),
  };
}
