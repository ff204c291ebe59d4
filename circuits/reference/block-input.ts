// Inputs of the block circuit (circuits/src/block/block.circom) for a sealed block: every slot, used or not. Pure.
import {
  accessOrder,
  accountPayload,
  type BlockSize,
  DOMAIN_OPERATION,
  FIELD_MODULUS,
  operationRoute,
  orderPayload,
  orderTerms,
  seedPayload,
} from "../schema/index.js";
import type { CircuitInput } from "./adapter.js";
import type { DraftSettlement } from "./block.js";
import { poseidon } from "./hash.js";
import { operationWords } from "./operations.js";
import { forcedSlot, requestSlot } from "./request-input.js";
import type { CellChange, SealedBlock, SealedOperation } from "./seal.js";
import { publicKey, signMessage } from "./signature.js";
import { cancellationSlot, distributionSlot, legGroupSlots, rotationSlot } from "./signed-input.js";
import { flag, type Slot, TERMS } from "./slot-input.js";
import {
  accountStatic,
  type Cell,
  cellDynamicWord,
  cellStatic,
  createState,
  firstOrderIndex,
  type Order,
  orderStaticInputs,
  orderTermsFields,
} from "./state.js";

/** A slot that settles nothing: the first of two chunks of one job each, everything paid is zero. */
const IDLE_TERMS = { ...orderTerms.decode(0n), modes: 1n, earlierChunks: 1n, lastChunk: 1n, chunkSize: 1n };
const IDLE_SETTLEMENT: Slot = {
  Used: 0n,
  Order: Array.from({ length: 11 }, (_, i) => (i === 2 ? orderTerms.encode(IDLE_TERMS) : 0n)),
  Terms: TERMS.map((name) => IDLE_TERMS[name]),
  OrderIndex: 0n,
  Escrow: 0n,
  Bitmap: 0n,
  Remaining: 2n,
  PreviousTime: 0n,
  Chunk: 0n,
  Provider: 0n,
  Owner: 0n,
  ResultsRoot: 0n,
  Price: 0n,
};

function settlementSlot(entry: DraftSettlement | undefined): Slot {
  if (entry === undefined) return IDLE_SETTLEMENT;
  const { settlement, before, provider } = entry;
  const terms = orderTermsFields(before.order);
  return {
    Used: 1n,
    Order: orderStaticInputs(before.order),
    Terms: TERMS.map((name) => terms[name]),
    OrderIndex: BigInt(settlement.orderIndex),
    Escrow: before.amount,
    Bitmap: before.bitmap,
    Remaining: before.remaining,
    PreviousTime: accessOrder.decode(entry.previousAccess).time,
    Chunk: BigInt(settlement.chunk),
    Provider: BigInt(settlement.provider),
    Owner: provider.owner,
    ResultsRoot: settlement.resultsRoot,
    Price: settlement.price,
  };
}

function orderSlot(
  posted: { readonly index: number; readonly order: Order } | undefined,
  depth: number,
): Slot {
  const order = posted?.order;
  const terms = order === undefined ? undefined : orderTermsFields(order);
  return {
    Used: flag(posted !== undefined),
    Requester: order?.requester ?? 0n,
    Nonce: order?.nonce ?? 0n,
    Seed: order?.seed ?? 0n,
    SeedPayload: order === undefined ? 0n : seedPayload.encode({ ...order.terms }),
    Middleware: order?.middleware ?? 0n,
    EarlierChunks: terms?.earlierChunks ?? 0n,
    LastChunk: terms?.lastChunk ?? 1n,
    ChunkSize: terms?.chunkSize ?? 1n,
    Deadline: order?.deadline ?? 0n,
    SavingsShare: order?.savingsShare ?? 0n,
    Modes: order?.modes ?? 0n,
    MinimumBond: order?.minimumBond ?? 0n,
    PriceLimit: order?.priceLimit ?? 0n,
    SettlementFee: order?.settlementFee ?? 0n,
    Index: BigInt(posted?.index ?? firstOrderIndex(depth)),
    ProgramId: order?.programId ?? 0n,
    ParametersCommitment: order?.parametersCommitment ?? 0n,
    InputsRoot: order?.inputsRoot ?? 0n,
  };
}

/** The static part of a provider or seed, opened for those that look it up. */
function openingSlot(change: CellChange | undefined): Slot {
  // As the block finds it: a key that it rotates is the old one.
  const cell = change?.before ?? change?.last;
  if (change === undefined || cell === undefined || cell.kind === "order") {
    return { IsAccount: 0n, IsSeed: 0n, Index: 0n, Head0: 0n, Head1: 0n, Subject: 0n, Uses: 0n };
  }
  const account = cell.kind === "account";
  return {
    IsAccount: flag(account),
    IsSeed: flag(!account),
    Index: BigInt(change.index),
    Head0: account ? cell.ax : cell.parametersCommitment,
    Head1: account ? cell.ay : cell.programId,
    Subject: account ? cell.owner : cell.subject,
    Uses: change.facts,
  };
}

/** Key that signs unused slots; everyone knows it, and nothing of an unused slot has an effect. */
const IDLE_KEY = new Uint8Array(32).fill(1);

/** An operation slot that does nothing; `sequence` keeps the slots in order. */
function idleOperation(operationDomain: bigint, time: bigint): (sequence: bigint) => Slot {
  const key = publicKey(IDLE_KEY);
  const route = operationRoute.encode({ ...operationRoute.decode(0n), expiry: time });
  const domain = (DOMAIN_OPERATION + operationDomain) % FIELD_MODULUS;
  const message = poseidon(domain, [accountStatic(key.ax, key.ay, 0n), route, 0n, 0n]);
  const signature = signMessage(IDLE_KEY, message);
  return (sequence) => ({
    IsTransfer: 0n,
    IsPostOrder: 0n,
    IsWithdraw: 0n,
    IsMultiTransfer: 0n,
    IsCancelOrder: 0n,
    IsRotateKey: 0n,
    Signer: 0n,
    Nonce: 0n,
    Expiry: time,
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
    Sequence: sequence,
    PreviousTime: 0n,
    PreviousPriority: 0n,
    PreviousSequence: 0n,
    Balance: 0n,
  });
}

function operationSlot(entry: SealedOperation): Slot {
  const { operation, signature } = entry.signed;
  const words = operationWords(operation);
  const access = accessOrder.decode(entry.previousAccess);
  return {
    IsTransfer: flag(operation.kind === "transfer"),
    IsPostOrder: flag(operation.kind === "postOrder"),
    IsWithdraw: flag(operation.kind === "withdraw"),
    IsMultiTransfer: flag(operation.kind === "multiTransfer"),
    IsCancelOrder: flag(operation.kind === "cancelOrder"),
    IsRotateKey: flag(operation.kind === "rotateKey"),
    Signer: BigInt(operation.signer),
    Nonce: operation.nonce,
    Expiry: operation.expiry,
    Receiver: operationRoute.decode(words.route).receiver,
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

/** Used slots, then idle ones whose sequence numbers go on from the last. */
function operationSlots(block: SealedBlock): Slot[] {
  const { size, time, operationDomain } = block.header;
  const idle = idleOperation(operationDomain, time);
  const last = block.operations.at(-1)?.sequence ?? 0n;
  return Array.from({ length: size.operations }, (_, i) => {
    const entry = block.operations[i];
    if (entry !== undefined) return operationSlot(entry);
    return idle(last + BigInt(i - block.operations.length + 1));
  });
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
    Static: change === undefined ? 0n : cellStatic(change.before ?? change.last),
    NewStatic: change === undefined ? 0n : cellStatic(change.last),
    OldDynamic: change?.before === undefined ? 0n : cellDynamicWord(change.before),
    Amount: change?.after?.amount ?? 0n,
    Payload: payloadWord(change?.after),
    Credit: change?.credit ?? 0n,
    LastAccess: change?.lastAccess ?? 0n,
    Presence: change?.presence ?? 0n,
    Opened: flag((change?.facts ?? 0n) > 0n),
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

const slots = <T>(
  entries: readonly T[],
  capacity: number,
  make: (entry: T | undefined, slot: number) => Slot,
): Slot[] => Array.from({ length: capacity }, (_, i) => make(entries[i], i));

/** Inputs of the block circuit, without the challenge `z`. Values are field elements, arrays as the circuit declares. */
export function blockCircuitInput(block: SealedBlock): CircuitInput {
  const { header } = block;
  const size: BlockSize = header.size;
  const opened = block.changes.filter(({ facts }) => facts > 0n);
  const withdrawalWords = block.content[12]!;
  const requests = block.requests.map((request, i) => ({ request, effect: block.requestEffects[i]! }));
  const forced = block.requestEffects.filter((effect) => effect.kind === "forced");
  return {
    operationDomain: header.operationDomain,
    statementDomain: header.statementDomain,
    oldRoot: block.oldRoot,
    number: header.number,
    blockTime: header.time,
    feeAccount: BigInt(header.feeAccount),
    firstRequest: header.firstRequest,
    ...columns("request", slots(requests, size.requests, requestSlot)),
    ...columns(
      "forced",
      slots(forced, size.forcedOrders, (effect) => forcedSlot(effect, size.depth)),
    ),
    ...columns("settlement", slots(block.settlements, size.settlements, settlementSlot)),
    ...columns(
      "order",
      slots(block.orders, size.orders, (posted) => orderSlot(posted, size.depth)),
    ),
    ...columns("opening", slots(opened, size.openings, openingSlot)),
    ...columns(
      "withdrawal",
      slots(withdrawalWords, size.withdrawals, (word) => ({
        Used: flag(word !== undefined),
        Word: word ?? 0n,
      })),
    ),
    ...columns("operation", operationSlots(block)),
    ...columns("legGroup", legGroupSlots(block)),
    ...columns("cancellation", slots(block.cancellations, size.cancellations, cancellationSlot)),
    ...columns("rotation", slots(block.rotations, size.rotations, rotationSlot)),
    ...columns("distribution", slots(block.distributions, size.distributions, distributionSlot)),
    ...columns(
      "cell",
      slots(block.changes, size.cells, (change) => cellSlot(change, size.depth)),
    ),
  };
}
