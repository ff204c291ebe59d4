// Inputs of the block circuit's request slots and forced order slots (circuits/src/block/request.circom,
// forced-order.circom). Pure.
import {
  accessOrder,
  accountPayload,
  orderTerms,
  requestRoute,
  requestValue,
  seedPayload,
} from "../schema/index.js";
import { type Request, requestWords } from "./operations.js";
import type { ForcedEffect, RequestEffect } from "./requests.js";
import { flag, type Slot, TERMS } from "./slot-input.js";
import {
  type AccountCell,
  cellStatic,
  createState,
  orderStaticInputs,
  orderTermsFields,
  type SeedCell,
} from "./state.js";
import { requestTime } from "./times.js";

const FLAGS = {
  IsRegister: "register",
  IsDeposit: "deposit",
  IsSeed: "registerSeed",
  IsExitAccount: "exitAccount",
  IsExitSeed: "exitSeed",
  IsUpdateTerms: "updateSeedTerms",
  IsExitOrder: "exitOrder",
  IsForcedSettle: "forcedSettle",
} as const satisfies Record<string, Request["kind"]>;

const heldPayload = (cell: AccountCell | SeedCell): bigint =>
  cell.kind === "account"
    ? accountPayload.encode({ nonce: cell.nonce })
    : seedPayload.encode({ ...cell.terms });

/** A request with what it did, or an unused slot; `slot` counts from 0. */
export function requestSlot(
  entry: { readonly request: Request; readonly effect: RequestEffect } | undefined,
  slot: number,
): Slot {
  const kinds = Object.fromEntries(
    Object.entries(FLAGS).map(([name, kind]) => [name, flag(entry?.request.kind === kind)]),
  );
  const words = entry === undefined ? undefined : requestWords(entry.request);
  const route = requestRoute.decode(words?.route ?? 0n);
  const value = requestValue.decode(words?.value ?? 0n);
  const access = entry?.effect.kind === "access" ? entry.effect : undefined;
  return {
    ...kinds,
    Index: route.index,
    Time: route.time,
    Subject: route.subject,
    Amount: access?.before.amount ?? value.amount,
    Payload: value.payload,
    Head0: words?.heads[0] ?? 0n,
    Head1: words?.heads[1] ?? 0n,
    CellStatic: access === undefined ? 0n : cellStatic(access.before),
    HeldPayload: access === undefined ? 0n : heldPayload(access.before),
    // Of a slot that reads nothing any earlier time will do.
    PreviousTime: access === undefined ? BigInt(slot) : accessOrder.decode(access.previousAccess).time,
  };
}

/** What a forced order slot says of the order; all zero without one. */
function orderInputs(effect: ForcedEffect | undefined): Slot {
  const before = effect?.before;
  const terms = before === undefined ? orderTerms.decode(0n) : orderTermsFields(before.order);
  return {
    Order: before === undefined ? new Array<bigint>(11).fill(0n) : orderStaticInputs(before.order),
    Terms: TERMS.map((name) => terms[name]),
    Conditions: [before?.order.deadline ?? 0n, before?.order.minimumBond ?? 0n],
    Escrow: before?.amount ?? 0n,
    Bitmap: before?.bitmap ?? 0n,
    Remaining: before?.remaining ?? 0n,
  };
}

/** A request about an order with what it found, or an unused slot. */
export function forcedSlot(effect: ForcedEffect | undefined, depth: number): Slot {
  const words = effect === undefined ? undefined : requestWords(effect.request);
  const route = requestRoute.decode(words?.route ?? 0n);
  const { request, statement, before } = effect ?? {};
  const slotTime = requestTime(effect?.slot ?? 0);
  return {
    IsExit: flag(request?.kind === "exitOrder"),
    IsSettle: flag(request?.kind === "forcedSettle"),
    Present: flag(before !== undefined),
    Index: route.index,
    Time: route.time,
    Subject: route.subject,
    Account: BigInt(request?.account ?? 0),
    Chunk: BigInt(request?.kind === "forcedSettle" ? request.chunk : 0),
    Head0: words?.heads[0] ?? 0n,
    Head1: words?.heads[1] ?? 0n,
    SlotTime: slotTime,
    PreviousTime: before === undefined ? slotTime - 1n : accessOrder.decode(effect!.previousAccess).time,
    ...orderInputs(effect),
    Claims: [
      statement?.parametersCommitment ?? 0n,
      statement?.inputsRoot ?? 0n,
      statement?.resultsRoot ?? 0n,
    ],
    Count: statement?.count ?? 0n,
    From: statement?.from ?? 0n,
    Price: statement?.price ?? 0n,
    // In an empty tree every cell has the same path.
    Children: effect?.children ?? createState(depth).tree.proof(0).children,
  };
}
