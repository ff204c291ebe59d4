// Errors of verifying receipts of work.
import { BaseError } from "./base.js";

/** What of a receipt was found wrong. */
export type ReceiptCheck =
  | "program"
  | "order"
  | "range"
  | "parameters"
  | "inputs"
  | "results"
  | "domain"
  | "price"
  | "commitment"
  | "proof"
  | "settlement"
  | "chain";

/** A receipt does not prove what it claims. `check` says which check failed. */
export class ReceiptInvalidError extends BaseError {
  override readonly name = "ReceiptInvalidError";
  readonly check: ReceiptCheck;

  constructor(parameters: {
    check: ReceiptCheck;
    chunk: number;
    reason: string;
    context?: Record<string, string | number | bigint> | undefined;
    cause?: unknown;
  }) {
    const { check, chunk, reason, context, cause } = parameters;
    super(`The receipt of chunk ${chunk} is not valid: ${reason}.`, {
      code: `SDK_RECEIPT_${check.toUpperCase()}_INVALID`,
      context,
      cause,
      wayOut: "Don't use these results; fetch them again, or post the chunk's jobs in a new order.",
    });
    this.check = check;
  }
}

/** A receipt's settlement is not in a block yet. */
export class ReceiptNotSettledError extends BaseError {
  override readonly name = "ReceiptNotSettledError";

  constructor(parameters: { chunk: number; status: string }) {
    super(`Chunk ${parameters.chunk} is not settled yet.`, {
      code: "SDK_RECEIPT_NOT_SETTLED",
      context: { Status: parameters.status },
      wayOut: "Wait with waitForOrder() until the order is settled and fetch the results again.",
    });
  }
}
