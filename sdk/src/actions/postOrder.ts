// Action: post an order for a batch of jobs, under one signature.
import type { Order } from "@catalyze/circuits/reference";
import { orderId } from "@catalyze/circuits/schema";
import type { BaseClient } from "../clients/types.js";
import type { OperationOptions } from "./prepareOperation.js";
import { type SendOperationErrorType, type SentOperation, sendOperation } from "./sendOperation.js";
import {
  type PostOrderRequest,
  type SimulatePostOrderErrorType,
  type SimulatePostOrderParameters,
  simulatePostOrder,
} from "./simulatePostOrder.js";

/** What `simulatePostOrder` has made, or what it takes. */
export type PostOrderParameters = PostOrderRequest | SimulatePostOrderParameters;
export type PostOrderReturnType = SentOperation & {
  /** Id of the order: `OrderId` word of nonce and requester. */
  readonly orderId: bigint;
  readonly order: Order;
};
export type PostOrderErrorType = SendOperationErrorType | SimulatePostOrderErrorType;

/**
 * Uploads the inputs, signs the order and submits it. Its escrow is locked when its block is sealed.
 *
 * @example const { orderId } = await postOrder(client, { program, inputs, limit: parseCtz("0.01") })
 * @throws {InsufficientBalanceError | SequencerRequestError}
 */
export async function postOrder(
  client: BaseClient,
  parameters: PostOrderParameters,
): Promise<PostOrderReturnType> {
  const request =
    "inputsDigest" in parameters ? parameters : (await simulatePostOrder(client, parameters)).request;
  const { inputs, terms, fee, priorityFee, validForSeconds } = request;
  const options: OperationOptions = { fee, priorityFee, validForSeconds };
  const digest = await client.sequencer.putArtefact(inputs);
  const sent = await sendOperation(client, {
    ...options,
    inputs: digest,
    intent: { kind: "postOrder", order: (nonce, signer) => ({ ...terms, nonce, requester: BigInt(signer) }) },
  });
  const { order } = sent.operation as Extract<typeof sent.operation, { kind: "postOrder" }>;
  return { ...sent, order, orderId: orderId.encode({ nonce: order.nonce, requester: order.requester }) };
}
