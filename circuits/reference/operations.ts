// Requests, operations and settlements as values, their words and messages (docs/protocol.md §3-§5). Pure.
import {
  AMOUNT_BITS,
  assertBits,
  assertField,
  DOMAIN_OPERATION,
  FIELD_MODULUS,
  forcedSettlePayload,
  INDEX_BITS,
  MAXIMUM_LEGS,
  OPERATION_CANCEL_ORDER,
  OPERATION_MULTI_TRANSFER,
  OPERATION_POST_ORDER,
  OPERATION_ROTATE_KEY,
  OPERATION_TRANSFER,
  OPERATION_WITHDRAW,
  operationRoute,
  REQUEST_DEPOSIT,
  REQUEST_EXIT_ACCOUNT,
  REQUEST_EXIT_ORDER,
  REQUEST_EXIT_SEED,
  REQUEST_FORCED_SETTLE,
  REQUEST_REGISTER,
  REQUEST_REGISTER_SEED,
  REQUEST_UPDATE_SEED_TERMS,
  requestRoute,
  requestValue,
  seedPayload,
} from "../schema/index.js";
import { TransitionError } from "./errors.js";
import { poseidon } from "./hash.js";
import { legsCommitment, legsTotal, type PaymentLeg } from "./legs.js";
import type { Signature } from "./signature.js";
import { accountStatic, type Order, orderEscrow, orderStatic, type SeedTerms } from "./state.js";

/** An entry of the L1 queue. `index` is the cell it concerns, `time` its enqueue time in seconds. */
export type Request =
  | {
      readonly kind: "register";
      readonly index: number;
      readonly time: bigint;
      readonly ax: bigint;
      readonly ay: bigint;
      readonly owner: bigint;
      readonly amount: bigint;
    }
  | {
      readonly kind: "deposit";
      readonly index: number;
      readonly time: bigint;
      readonly depositor: bigint;
      readonly amount: bigint;
    }
  | {
      readonly kind: "registerSeed";
      readonly index: number;
      readonly time: bigint;
      readonly parametersCommitment: bigint;
      readonly programId: bigint;
      /** `SeedSubject` word. */
      readonly subject: bigint;
      readonly terms: SeedTerms;
    }
  | {
      /** What an account or a seed's vault holds is withdrawn to an L1 address. */
      readonly kind: "exitAccount" | "exitSeed";
      readonly index: number;
      readonly time: bigint;
      /** L1 address, 160 bits: the account's owner, or whom the seed's owner names. */
      readonly recipient: bigint;
    }
  | {
      readonly kind: "updateSeedTerms";
      readonly index: number;
      readonly time: bigint;
      readonly terms: SeedTerms;
    }
  | {
      /** The escrow of an order whose time is over is withdrawn to its requester's owner. */
      readonly kind: "exitOrder";
      /** Cell of the order. */
      readonly index: number;
      readonly time: bigint;
      readonly recipient: bigint;
      /** The requester's account, which `recipient` owns. */
      readonly account: number;
    }
  | {
      /** A chunk is paid against a statement that L1 has verified. */
      readonly kind: "forcedSettle";
      /** Cell of the order. */
      readonly index: number;
      readonly time: bigint;
      /** The statement's provider, an L1 address. */
      readonly provider: bigint;
      /** The provider's account, which `provider` owns. */
      readonly account: number;
      readonly chunk: number;
      /** `C` of the statement, and the program that it was proved under. */
      readonly commitment: bigint;
      readonly programId: bigint;
    };

/** The requests that read an account or a seed and write it changed. */
export type AccessRequest = Extract<Request, { kind: "exitAccount" | "exitSeed" | "updateSeedTerms" }>;
/** The requests about an order, which may turn out to have no effect. */
export type ForcedRequest = Extract<Request, { kind: "exitOrder" | "forcedSettle" }>;

/** The four words of a request: two heads, route, value. */
export interface RequestWords {
  readonly heads: readonly [bigint, bigint];
  readonly route: bigint;
  readonly value: bigint;
}

/** Words of a request that concerns an order. */
function forcedRequestWords(request: ForcedRequest): RequestWords {
  const common = { index: BigInt(request.index), time: request.time };
  if (request.kind === "exitOrder") {
    const payload = assertBits("request.account", BigInt(request.account), INDEX_BITS);
    return {
      heads: [0n, 0n],
      route: requestRoute.encode({
        kind: BigInt(REQUEST_EXIT_ORDER),
        ...common,
        subject: request.recipient,
      }),
      value: requestValue.encode({ amount: 0n, payload }),
    };
  }
  const payload = forcedSettlePayload.encode({
    provider: BigInt(request.account),
    chunk: BigInt(request.chunk),
  });
  return {
    heads: [assertField("request.commitment", request.commitment), request.programId],
    route: requestRoute.encode({
      kind: BigInt(REQUEST_FORCED_SETTLE),
      ...common,
      subject: request.provider,
    }),
    value: requestValue.encode({ amount: 0n, payload }),
  };
}

/** Words of a request. @throws {SchemaError} when a field is out of range. */
export function requestWords(request: Request): RequestWords {
  const common = { index: BigInt(request.index), time: request.time };
  switch (request.kind) {
    case "register":
      return {
        heads: [request.ax, request.ay],
        route: requestRoute.encode({ kind: BigInt(REQUEST_REGISTER), ...common, subject: request.owner }),
        value: requestValue.encode({ amount: request.amount, payload: 0n }),
      };
    case "deposit":
      return {
        heads: [0n, 0n],
        route: requestRoute.encode({ kind: BigInt(REQUEST_DEPOSIT), ...common, subject: request.depositor }),
        value: requestValue.encode({ amount: request.amount, payload: 0n }),
      };
    case "registerSeed":
      return {
        heads: [request.parametersCommitment, request.programId],
        route: requestRoute.encode({
          kind: BigInt(REQUEST_REGISTER_SEED),
          ...common,
          subject: request.subject,
        }),
        value: requestValue.encode({ amount: 0n, payload: seedPayload.encode({ ...request.terms }) }),
      };
    case "exitAccount":
    case "exitSeed": {
      const kind = BigInt(request.kind === "exitAccount" ? REQUEST_EXIT_ACCOUNT : REQUEST_EXIT_SEED);
      return {
        heads: [0n, 0n],
        route: requestRoute.encode({ kind, ...common, subject: request.recipient }),
        value: 0n,
      };
    }
    case "updateSeedTerms":
      return {
        heads: [0n, 0n],
        route: requestRoute.encode({ kind: BigInt(REQUEST_UPDATE_SEED_TERMS), ...common, subject: 0n }),
        value: requestValue.encode({ amount: 0n, payload: seedPayload.encode({ ...request.terms }) }),
      };
    case "exitOrder":
    case "forcedSettle":
      return forcedRequestWords(request);
  }
}

type RequestCommon = { readonly index: number; readonly time: bigint };
type RouteFields = ReturnType<typeof requestRoute.decode>;

/** A request that concerns an existing cell, from its kind and fields; undefined for other kinds. */
function decodeLaterRequest(
  common: RequestCommon,
  route: RouteFields,
  payload: bigint,
  heads: RequestWords["heads"],
): Request | undefined {
  switch (Number(route.kind)) {
    case REQUEST_EXIT_ACCOUNT:
      return { kind: "exitAccount", ...common, recipient: route.subject };
    case REQUEST_EXIT_SEED:
      return { kind: "exitSeed", ...common, recipient: route.subject };
    case REQUEST_UPDATE_SEED_TERMS:
      return { kind: "updateSeedTerms", ...common, terms: seedPayload.decode(payload) };
    case REQUEST_EXIT_ORDER: {
      const account = Number(assertBits("request.account", payload, INDEX_BITS));
      return { kind: "exitOrder", ...common, recipient: route.subject, account };
    }
    case REQUEST_FORCED_SETTLE: {
      const { provider, chunk } = forcedSettlePayload.decode(payload);
      return {
        kind: "forcedSettle",
        ...common,
        provider: route.subject,
        account: Number(provider),
        chunk: Number(chunk),
        commitment: heads[0],
        programId: heads[1],
      };
    }
    default:
      return undefined;
  }
}

/** Inverse of {@link requestWords}. @throws {SchemaError} or {TransitionError} `MALFORMED_OPERATION` for an unknown kind. */
export function decodeRequest(words: RequestWords): Request {
  const route = requestRoute.decode(words.route);
  const value = requestValue.decode(words.value);
  const common = { index: Number(route.index), time: route.time };
  switch (Number(route.kind)) {
    case REQUEST_REGISTER:
      return {
        kind: "register",
        ...common,
        ax: words.heads[0],
        ay: words.heads[1],
        owner: route.subject,
        amount: value.amount,
      };
    case REQUEST_DEPOSIT:
      return { kind: "deposit", ...common, depositor: route.subject, amount: value.amount };
    case REQUEST_REGISTER_SEED:
      return {
        kind: "registerSeed",
        ...common,
        parametersCommitment: words.heads[0],
        programId: words.heads[1],
        subject: route.subject,
        terms: seedPayload.decode(value.payload),
      };
    default: {
      const request = decodeLaterRequest(common, route, value.payload, words.heads);
      if (request !== undefined) return request;
      throw new TransitionError("MALFORMED_OPERATION", `Request kind ${route.kind} is unknown`);
    }
  }
}

/** What every signed operation has. Amounts in units. */
interface OperationCommon {
  /** Index of the signing account. */
  readonly signer: number;
  readonly nonce: bigint;
  /** Last block time (seconds) at which the operation is valid. */
  readonly expiry: bigint;
  /** 56 bits. */
  readonly fee: bigint;
  /** 32 bits. */
  readonly priorityFee: bigint;
}

/** An operation before it is signed. */
export type Operation =
  | (OperationCommon & { readonly kind: "transfer"; readonly receiver: number; readonly amount: bigint })
  | (OperationCommon & { readonly kind: "postOrder"; readonly order: Order })
  | (OperationCommon & { readonly kind: "withdraw"; readonly amount: bigint })
  | (OperationCommon & {
      readonly kind: "multiTransfer";
      /** 1 to {@link MAXIMUM_LEGS} payments; one of amount 0 to account 0 is padding. */
      readonly legs: readonly PaymentLeg[];
    })
  | (OperationCommon & {
      readonly kind: "cancelOrder";
      /** Cell of the order. */
      readonly orderIndex: number;
      /** Static part of the order's cell: a cell that is used again is not the order that was meant. */
      readonly orderStatic: bigint;
    })
  | (OperationCommon & {
      readonly kind: "rotateKey";
      /** The new key. */
      readonly ax: bigint;
      readonly ay: bigint;
      /** The account's owner, which stays. */
      readonly owner: bigint;
    });

/** An operation with its signature. */
export interface SignedOperation {
  readonly operation: Operation;
  readonly signature: Signature;
}

/** Words of an operation: its `OperationRoute`, amount and data. */
export interface OperationWords {
  readonly route: bigint;
  readonly amount: bigint;
  readonly data: bigint;
}

const OPERATION_KINDS = {
  transfer: BigInt(OPERATION_TRANSFER),
  postOrder: BigInt(OPERATION_POST_ORDER),
  withdraw: BigInt(OPERATION_WITHDRAW),
  multiTransfer: BigInt(OPERATION_MULTI_TRANSFER),
  cancelOrder: BigInt(OPERATION_CANCEL_ORDER),
  rotateKey: BigInt(OPERATION_ROTATE_KEY),
} as const;

/** What a kind puts into an operation's words. */
interface OperationContent {
  readonly receiver: number;
  readonly amount: bigint;
  readonly data: bigint;
}

function operationContent(operation: Operation): OperationContent {
  switch (operation.kind) {
    case "transfer":
      return { receiver: operation.receiver, amount: operation.amount, data: 0n };
    case "postOrder":
      return { receiver: 0, amount: orderEscrow(operation.order), data: orderStatic(operation.order) };
    case "withdraw":
      return { receiver: 0, amount: operation.amount, data: 0n };
    case "multiTransfer": {
      const { legs } = operation;
      if (legs.length > MAXIMUM_LEGS) {
        const text = `A multi-transfer has at most ${MAXIMUM_LEGS} legs, ${legs.length} are given; split it`;
        throw new TransitionError("MALFORMED_OPERATION", text);
      }
      return { receiver: 0, amount: legsTotal(legs), data: legsCommitment(legs) };
    }
    case "cancelOrder":
      assertField("operation.orderStatic", operation.orderStatic);
      return { receiver: operation.orderIndex, amount: 0n, data: operation.orderStatic };
    case "rotateKey": {
      assertField("operation.ax", operation.ax);
      assertField("operation.ay", operation.ay);
      assertBits("operation.owner", operation.owner, 160);
      return { receiver: 0, amount: 0n, data: accountStatic(operation.ax, operation.ay, operation.owner) };
    }
  }
}

/**
 * Words of an operation.
 * @throws {SchemaError} when a field is out of range, {TransitionError} `MALFORMED_OPERATION` for a wrong number of legs.
 */
export function operationWords(operation: Operation): OperationWords {
  const { receiver, amount, data } = operationContent(operation);
  const route = operationRoute.encode({
    kind: OPERATION_KINDS[operation.kind],
    signer: BigInt(operation.signer),
    nonce: operation.nonce,
    expiry: operation.expiry,
    receiver: BigInt(receiver),
    fee: operation.fee,
    priorityFee: operation.priorityFee,
  });
  assertBits("operation.amount", amount, AMOUNT_BITS);
  return { route, amount, data };
}

/** Units that the operation takes from its signer. */
export const operationDebit = (operation: Operation): bigint =>
  operationWords(operation).amount + operation.fee + operation.priorityFee;

/**
 * Message that the signer signs, and the operation's identifier (it does not depend on the signature).
 * `signerStatic` is the static part of the signer's cell.
 */
export function operationMessage(
  operationDomain: bigint,
  signerStatic: bigint,
  operation: Operation,
): bigint {
  assertField("signerStatic", signerStatic);
  const words = operationWords(operation);
  const domain = (DOMAIN_OPERATION + operationDomain) % FIELD_MODULUS;
  return poseidon(domain, [signerStatic, words.route, words.amount, words.data]);
}

/** One chunk of an order, to be settled by a provider's statement. */
export interface Settlement {
  /** Cell of the order. */
  readonly orderIndex: number;
  /** Chunk number, from 0. */
  readonly chunk: number;
  /** Account of the provider; its owner is the statement's provider. */
  readonly provider: number;
  readonly resultsRoot: bigint;
  /** Units per job, 64 bits. */
  readonly price: bigint;
}
