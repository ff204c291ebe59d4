// Submitting signed operations, their receipts and their status.
import { MAXIMUM_LEGS } from "@catalyze/circuits/schema";
import { z } from "zod";
import {
  address,
  addressNumber,
  amount,
  cellIndex,
  ecdsaSignature,
  eddsaSignature,
  fieldElement,
  sha256Text,
  unsigned,
} from "./primitives.js";
import { order } from "./state.js";

const common = {
  signer: cellIndex,
  nonce: unsigned(40),
  expiry: unsigned(40),
  fee: unsigned(56),
  priorityFee: unsigned(32),
};

/** An operation; the reference's `Operation`. */
export const operation = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("transfer"),
    ...common,
    receiver: cellIndex,
    amount,
  }),
  z.strictObject({ kind: z.literal("withdraw"), ...common, amount }),
  z.strictObject({ kind: z.literal("postOrder"), ...common, order }),
  z.strictObject({
    kind: z.literal("multiTransfer"),
    ...common,
    legs: z
      .array(z.strictObject({ receiver: cellIndex, amount: unsigned(80) }))
      .min(1)
      .max(MAXIMUM_LEGS)
      .readonly(),
  }),
  z.strictObject({
    kind: z.literal("cancelOrder"),
    ...common,
    orderIndex: cellIndex,
    orderStatic: fieldElement,
  }),
  z.strictObject({
    kind: z.literal("rotateKey"),
    ...common,
    ax: fieldElement,
    ay: fieldElement,
    owner: addressNumber,
  }),
]);

/** Body of `POST /v1/operations`. `inputs` names the uploaded artefact with an order's inputs; only for `postOrder`. */
export const submitOperationRequest = z.strictObject({
  operation,
  signature: eddsaSignature,
  inputs: sha256Text.optional(),
});
/** Body of `POST /v1/operations`. */
export type SubmitOperationRequest = z.infer<typeof submitOperationRequest>;

/**
 * The sequencer's promise: this operation, with this sequence number, is in a block of number ≤ `promisedBlock` unless
 * it becomes invalid. `signature` is EIP-712 by the operator over `operationReceiptTypes`.
 */
export const operationReceipt = z.object({
  message: fieldElement,
  sequence: unsigned(48),
  /** Last block when the operation was accepted. */
  acceptedBlock: unsigned(40),
  promisedBlock: unsigned(40),
  /** Last block time (seconds) of the promise: the earliest expiry of the operation and of those pending before it. */
  validUntil: unsigned(40),
  operator: address,
  signature: ecdsaSignature,
});
/** Answer of `POST /v1/operations`. */
export type OperationReceipt = z.infer<typeof operationReceipt>;

/** Where an operation stands. */
export const operationStatus = z.enum(["pending", "sealed", "proven", "submitted", "settled", "dropped"]);
/** Where an operation stands. */
export type OperationStatus = z.infer<typeof operationStatus>;

/** An accepted operation. */
export const operationResponse = z.object({
  receipt: operationReceipt,
  operation,
  status: operationStatus,
  /** Block that holds it; null while pending or when dropped. */
  blockNumber: unsigned(40).nullable(),
  /** Why it was dropped: a code of the state machine and its message. */
  reason: z.object({ code: z.string(), message: z.string() }).nullable(),
});
/** Answer of `GET /v1/operations/:message`. */
export type OperationResponse = z.infer<typeof operationResponse>;
