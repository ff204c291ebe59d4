// Actions: freeze a rollup whose operator does not serve the queue, and take unserved deposits back.
import type { Address, TransactionReceipt } from "viem";
import { parseEventLogs } from "viem";
import { l1Contracts } from "../clients/l1.js";
import type { BaseClient } from "../clients/types.js";
import { contractCallError, rollupAbi, sendTransaction } from "../contracts.js";
import type { ClientOptionMissingError, ContractCallError } from "../errors/client.js";
import { RequestNotFoundError } from "../errors/request.js";

export type FreezeParameters = {
  /** L1 block from which the request's event is searched; default the chain's first. */
  readonly fromBlock?: bigint | undefined;
};
export type FreezeReturnType = TransactionReceipt;
export type FreezeErrorType = ClientOptionMissingError | ContractCallError | RequestNotFoundError;

/** The four words of a queued request, from its event. */
async function queuedWords(
  client: BaseClient,
  rollup: Address,
  requestIndex: bigint,
  fromBlock: bigint | undefined,
) {
  const events = await client.publicClient
    .getContractEvents({
      address: rollup,
      abi: rollupAbi,
      eventName: "RequestEnqueued",
      args: { requestIndex },
      fromBlock: fromBlock ?? 0n,
      toBlock: "latest",
    })
    .catch((error: unknown) => {
      throw contractCallError("RequestEnqueued", error);
    });
  const { head0, head1, route, value } = events[0]?.args ?? {};
  if (head0 === undefined || head1 === undefined || route === undefined || value === undefined) {
    throw new RequestNotFoundError({ requestIndex });
  }
  return { head0, head1, route, value };
}

/**
 * Freezes the rollup for ever, when the oldest request in its queue is overdue. Anyone may. Afterwards everybody leaves by proof
 * with `catalyze escape`, and unserved deposits come back with `reclaimDeposit`.
 *
 * @example await freeze(client)
 * @throws {RequestNotFoundError} when nothing waits; {ContractCallError} `NotOverdue`, `RollupFrozen`
 */
export async function freeze(
  client: BaseClient,
  parameters: FreezeParameters = {},
): Promise<FreezeReturnType> {
  const { rollup } = await l1Contracts(client);
  const { consumedRequests } = await client.publicClient
    .readContract({ address: rollup, abi: rollupAbi, functionName: "state" })
    .catch((error: unknown) => {
      throw contractCallError("state", error);
    });
  const words = await queuedWords(client, rollup, consumedRequests, parameters.fromBlock);
  return sendTransaction(client, { address: rollup, abi: rollupAbi, functionName: "freeze", args: [words] });
}

export type ReclaimDepositParameters = FreezeParameters & {
  /** Place in the queue, as `register` or `deposit` returned it. */
  readonly requestIndex: bigint;
};
export type ReclaimDepositReturnType = {
  readonly recipient: Address;
  /** Units. */
  readonly amount: bigint;
  readonly receipt: TransactionReceipt;
};
export type ReclaimDepositErrorType = FreezeErrorType;

/**
 * After a freeze: sends the deposit of a request that no block consumed back to the depositor, or to the owner of the account
 * that was to be registered. Anyone may.
 *
 * @example const { amount } = await reclaimDeposit(client, { requestIndex })
 * @throws {ContractCallError} `NotFrozen`, `RequestConsumed`, `AlreadyReclaimed`, `NothingToReclaim`
 */
export async function reclaimDeposit(
  client: BaseClient,
  parameters: ReclaimDepositParameters,
): Promise<ReclaimDepositReturnType> {
  const { requestIndex, fromBlock } = parameters;
  const { rollup } = await l1Contracts(client);
  const words = await queuedWords(client, rollup, requestIndex, fromBlock);
  const receipt = await sendTransaction(client, {
    address: rollup,
    abi: rollupAbi,
    functionName: "reclaimDeposit",
    args: [requestIndex, words],
  });
  const [event] = parseEventLogs({ abi: rollupAbi, eventName: "DepositReclaimed", logs: receipt.logs });
  const { recipient, amount } = event!.args;
  return { recipient, amount, receipt };
}
