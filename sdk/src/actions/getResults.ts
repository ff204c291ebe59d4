// Action: results of an order, with a receipt for each chunk.
import type { ChunkResult, OrderResultsResponse } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import type { SequencerRequestError } from "../errors/sequencer.js";

export type GetResultsParameters = {
  readonly orderId: bigint;
  readonly signal?: AbortSignal | undefined;
};
/** Proof of one chunk's work, with what it is about. `verifyReceipt` and `verifyReceiptOnChain` check it. */
export type JobReceipt = ChunkResult & {
  readonly orderId: bigint;
  readonly order: OrderResultsResponse["order"];
};
export type GetResultsReturnType = {
  /** True when every chunk is settled on L1. */
  readonly settled: boolean;
  /** Verified by the sequencer so far, by chunk. */
  readonly receipts: readonly JobReceipt[];
  /** Results of all jobs one after another; undefined while chunks are missing. */
  readonly results: Uint8Array | undefined;
};
export type GetResultsErrorType = SequencerRequestError;

/** Results and receipts as the sequencer has them; believe them after `verifyReceipt`. */
export async function getResults(
  client: BaseClient,
  parameters: GetResultsParameters,
): Promise<GetResultsReturnType> {
  const { orderId, signal } = parameters;
  const response = await client.sequencer.request("getOrderResults", { params: { id: orderId }, signal });
  const receipts = [...response.results]
    .sort((a, b) => a.chunk - b.chunk)
    .map((result) => ({ ...result, orderId, order: response.order }));
  const chunks = Number((response.order.jobCount + response.order.chunkSize - 1n) / response.order.chunkSize);
  const complete = receipts.length === chunks && receipts.every(({ chunk }, i) => chunk === i);
  if (!complete) return { settled: response.settled, receipts, results: undefined };
  const results = new Uint8Array(receipts.reduce((sum, receipt) => sum + receipt.results.length, 0));
  let offset = 0;
  for (const receipt of receipts) {
    results.set(receipt.results, offset);
    offset += receipt.results.length;
  }
  return { settled: response.settled, receipts, results };
}
