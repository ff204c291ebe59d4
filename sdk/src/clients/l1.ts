// What actions on L1 share: addresses that need no sequencer, and requests with the queue's fee.
import type { Address, TransactionReceipt } from "viem";
import { parseEventLogs } from "viem";
import { contractCallError, rollupAbi, sendTransaction } from "../contracts.js";
import { ContractCallError } from "../errors/client.js";
import { type RequestRefusal, RequestRefusedError } from "../errors/request.js";
import type { BaseClient } from "./types.js";

/** The contracts of the rollup on L1. */
export type L1Contracts = {
  readonly rollup: Address;
  readonly seedRegistry: Address;
  readonly statementRegistry: Address;
};

/** A request in the L1 queue. */
export type EnqueuedRequest = {
  /** Place in the queue, from 0. */
  readonly requestIndex: bigint;
  /** Cell that it concerns. */
  readonly index: number;
};
/** A request with the receipt of its transaction. */
export type SentRequest = EnqueuedRequest & { readonly receipt: TransactionReceipt };

/** What is sent beyond the fee, in percent of it. The contract returns what is left: the fee may rise until it is mined. */
const FEE_MARGIN_PERCENT = 25n;

const REFUSALS: Readonly<Record<string, RequestRefusal>> = {
  FeeTooLow: "feeTooLow",
  QueueFull: "queueFull",
  ShuttingDown: "shuttingDown",
  RollupFrozen: "frozen",
};

/**
 * Addresses of the rollup's contracts, as the rollup itself names them. With the client's option `rollup` no sequencer is asked,
 * so that nobody can keep a user from L1.
 */
export async function l1Contracts(client: BaseClient): Promise<L1Contracts> {
  const rollup = client.rollup ?? (await client.getDeployment()).rollup;
  const read = (functionName: "seedRegistry" | "statementRegistry"): Promise<Address> =>
    client.publicClient.readContract({ address: rollup, abi: rollupAbi, functionName });
  try {
    const [seedRegistry, statementRegistry] = await Promise.all([
      read("seedRegistry"),
      read("statementRegistry"),
    ]);
    return { rollup, seedRegistry, statementRegistry };
  } catch (error) {
    throw contractCallError("seedRegistry", error);
  }
}

/** Fee of a kind of request now, in wei of the native coin. @throws {ContractCallError} */
export async function readRequestFee(client: BaseClient, rollup: Address, kind: number): Promise<bigint> {
  try {
    return await client.publicClient.readContract({
      address: rollup,
      abi: rollupAbi,
      functionName: "requestFee",
      args: [BigInt(kind)],
    });
  } catch (error) {
    throw contractCallError("requestFee", error);
  }
}

/** The request that a transaction enqueued; undefined when it enqueued none. */
export function findEnqueued(receipt: TransactionReceipt): EnqueuedRequest | undefined {
  const [event] = parseEventLogs({ abi: rollupAbi, eventName: "RequestEnqueued", logs: receipt.logs });
  return event === undefined ? undefined : { requestIndex: event.args.requestIndex, index: event.args.index };
}

/** The request that a transaction enqueued. @throws {ContractCallError} when it enqueued none. */
export function enqueuedRequest(receipt: TransactionReceipt): EnqueuedRequest {
  const request = findEnqueued(receipt);
  if (request !== undefined) return request;
  throw new ContractCallError({
    functionName: "enqueue",
    errorName: undefined,
    text: "the transaction enqueued no request",
    cause: undefined,
  });
}

/** What {@link sendRequest} takes. */
export type RequestCall = {
  readonly rollup: Address;
  /** `REQUEST_…` of `@catalyze/circuits/schema`. */
  readonly kind: number;
  readonly address: Address;
  readonly abi: readonly unknown[];
  readonly functionName: string;
  readonly args: readonly unknown[];
};

/**
 * Sends a transaction that queues a request, with the queue's fee as it is now and a margin.
 * @throws {RequestRefusedError | ContractCallError}
 */
export async function sendRequest(client: BaseClient, call: RequestCall): Promise<TransactionReceipt> {
  const { rollup, kind, ...target } = call;
  const { functionName } = call;
  const fee = await readRequestFee(client, rollup, kind);
  const value = fee === 0n ? undefined : (fee * (100n + FEE_MARGIN_PERCENT)) / 100n;
  try {
    return await sendTransaction(client, { ...target, value });
  } catch (error) {
    if (!(error instanceof ContractCallError)) throw error;
    const refusal =
      REFUSALS[error.errorName ?? ""] ??
      (/insufficient funds|exceeds the balance/i.test(error.message) ? "fundsTooLow" : undefined);
    if (refusal === undefined) throw error;
    throw new RequestRefusedError({ refusal, functionName, fee, cause: error });
  }
}
