// Action: settle a chunk of an order through L1, by a recorded statement.
import { REQUEST_FORCED_SETTLE } from "@catalyze/circuits/schema";
import { numberToHex } from "viem";
import { enqueuedRequest, l1Contracts, type SentRequest, sendRequest } from "../clients/l1.js";
import type { BaseClient } from "../clients/types.js";
import { contractCallError, rollupAbi } from "../contracts.js";
import { AccountNotFoundError } from "../errors/client.js";
import type { RequestRefusedError } from "../errors/request.js";
import {
  type RecordStatementErrorType,
  type RecordStatementParameters,
  recordStatement,
} from "./recordStatement.js";

export type ForceSettleParameters = RecordStatementParameters & {
  /** Cell of the order. */
  readonly orderIndex: number;
  /** Chunk of the order, 0 … 63. */
  readonly chunk: number;
};
export type ForceSettleReturnType = SentRequest & {
  /** C of the statement. */
  readonly commitment: bigint;
};
export type ForceSettleErrorType = RecordStatementErrorType | AccountNotFoundError | RequestRefusedError;

const ADDRESS_BYTES = 20;

/**
 * Asks L1 to settle a chunk by a proven statement, which it records first if need be. The statement's provider is paid as by
 * any settlement, from the order's escrow. It has no effect when the statement does not fit the order or the chunk is settled
 * when the request is served.
 *
 * @example await forceSettle(client, { orderIndex, chunk: 0, programId, statement, proof })
 * @throws {AccountNotFoundError} when the provider has no account; {ContractCallError} `StatementNotSettleable`, …;
 *   {RequestRefusedError}
 */
export async function forceSettle(
  client: BaseClient,
  parameters: ForceSettleParameters,
): Promise<ForceSettleReturnType> {
  const { orderIndex, chunk, programId, statement } = parameters;
  const { rollup } = await l1Contracts(client);
  const provider = numberToHex(statement.provider, { size: ADDRESS_BYTES });
  const contract = { address: rollup, abi: rollupAbi } as const;
  const providerIndex = await client.publicClient
    .readContract({ ...contract, functionName: "accountIndex", args: [provider] })
    .catch((error: unknown) => {
      throw contractCallError("accountIndex", error);
    });
  if (providerIndex === 0) throw new AccountNotFoundError({ account: provider });
  const { commitment } = await recordStatement(client, parameters);
  const receipt = await sendRequest(client, {
    ...{ rollup, kind: REQUEST_FORCED_SETTLE, ...contract },
    functionName: "forcedSettle",
    args: [programId, commitment, orderIndex, providerIndex, BigInt(chunk)],
  });
  return { ...enqueuedRequest(receipt), receipt, commitment };
}
