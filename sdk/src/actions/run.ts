// Action: the five-minute path: jobs in, verified results out.
import type { OrderResponse } from "../api/index.js";
import type { BaseClient, TypedProgram } from "../clients/types.js";
import type { WaitOptions } from "../utils/wait.js";
import { type GetResultsErrorType, getResults, type JobReceipt } from "./getResults.js";
import { getVerificationKey } from "./getVerificationKey.js";
import { type PostOrderErrorType, postOrder } from "./postOrder.js";
import type { OrderCost, SimulatePostOrderParameters } from "./simulatePostOrder.js";
import { type SimulatePostOrderErrorType, simulatePostOrder } from "./simulatePostOrder.js";
import { type VerifyReceiptErrorType, verifyReceipt } from "./verifyReceipt.js";
import { type VerifyReceiptOnChainErrorType, verifyReceiptOnChain } from "./verifyReceiptOnChain.js";
import { type WaitForOrderErrorType, waitForOrder } from "./waitForOrder.js";

/** What `run` tells while it works. */
export type RunProgress =
  | { readonly phase: "quoted"; readonly cost: OrderCost; readonly jobs: number; readonly chunks: number }
  | { readonly phase: "posted"; readonly orderId: bigint; readonly message: bigint }
  | { readonly phase: "working"; readonly order: OrderResponse }
  | { readonly phase: "verified"; readonly chunk: number };

export type RunParameters<Input, Result> = WaitOptions &
  Omit<SimulatePostOrderParameters, "program" | "inputs"> & {
    readonly program: TypedProgram<Input, Result>;
    /** One input per job. */
    readonly inputs: readonly Input[];
    readonly onProgress?: ((progress: RunProgress) => void) | undefined;
  };
export type RunReturnType<Result> = {
  /** One result per job, in the order of the inputs; every one is proven, delivered, settled and verified. */
  readonly results: readonly Result[];
  readonly receipts: readonly JobReceipt[];
  readonly orderId: bigint;
  /** What posting took from the account; see the order for what came back. */
  readonly cost: OrderCost;
};
export type RunErrorType =
  | GetResultsErrorType
  | PostOrderErrorType
  | SimulatePostOrderErrorType
  | VerifyReceiptErrorType
  | VerifyReceiptOnChainErrorType
  | WaitForOrderErrorType;

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/**
 * Posts an order for a list of jobs, waits until all are settled on L1, verifies every receipt locally and on chain,
 * and gives the results.
 *
 * @example
 * const { results } = await client.run({ program: digits, inputs: images, limit: parseCtz("0.01") });
 * @throws see {@link RunErrorType}; nothing that could not be verified is returned
 */
export async function run<Input, Result>(
  client: BaseClient,
  parameters: RunParameters<Input, Result>,
): Promise<RunReturnType<Result>> {
  const { program, onProgress, signal, timeoutMs, pollingIntervalMs, ...order } = parameters;
  const inputs = concatenate(parameters.inputs.map(program.encodeInput));
  const { request, cost, jobs, chunks } = await simulatePostOrder(client, { ...order, program, inputs });
  onProgress?.({ phase: "quoted", cost, jobs, chunks });
  const posted = await postOrder(client, request);
  const { orderId } = posted;
  onProgress?.({ phase: "posted", orderId, message: posted.message });
  await waitForOrder(client, {
    orderId,
    signal,
    timeoutMs,
    pollingIntervalMs,
    onProgress: (state) => onProgress?.({ phase: "working", order: state }),
  });
  const { receipts } = await getResults(client, { orderId, signal });
  const { adapter } = program;
  const verificationKey = await getVerificationKey(client, { programId: posted.order.programId });
  const results: Result[] = [];
  for (const receipt of receipts) {
    await verifyReceipt(client, { receipt, order: posted.order, adapter, inputs, verificationKey });
    await verifyReceiptOnChain(client, { receipt });
    onProgress?.({ phase: "verified", chunk: receipt.chunk });
    for (let at = 0; at < receipt.results.length; at += adapter.resultBytes) {
      results.push(program.decodeResult(receipt.results.slice(at, at + adapter.resultBytes)));
    }
  }
  return { results, receipts, orderId, cost };
}
