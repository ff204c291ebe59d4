// Typed errors of the state machine. Assumes nothing.

/** Why the state machine refused something; stable. */
export type TransitionErrorCode =
  | "ACCOUNT_NOT_FOUND"
  | "SEED_NOT_FOUND"
  | "ORDER_NOT_FOUND"
  | "WRONG_KIND"
  | "CELL_OCCUPIED"
  | "INDEX_OUT_OF_RANGE"
  | "QUEUE_GAP"
  | "REQUESTS_COME_FIRST"
  | "BAD_SIGNATURE"
  | "WRONG_ACCOUNT_STATIC"
  | "NONCE_TOO_LOW"
  | "NONCE_TOO_HIGH"
  | "SEQUENCE_NOT_RISING"
  | "OPERATION_EXPIRED"
  | "INSUFFICIENT_BALANCE"
  | "MALFORMED_OPERATION"
  | "ORDER_MISMATCH"
  | "ESCROW_MISMATCH"
  | "MODE_NOT_ACCEPTED"
  | "PRICE_ABOVE_LIMIT"
  | "CHUNK_OUT_OF_RANGE"
  | "CHUNK_ALREADY_SETTLED"
  | "ORDER_NOT_YET_SETTLEABLE"
  | "ORDER_NOT_CANCELLABLE"
  | "ACCOUNT_NOT_YET_ROTATABLE"
  | "KEY_INVALID"
  | "STATEMENT_MISMATCH"
  | "PROVIDER_MISMATCH"
  | "BLOCK_FULL"
  | "BLOCK_SEALED";

/** A request, operation, settlement or block is not valid against the state. `code` says which rule, the message the numbers. */
export class TransitionError extends Error {
  override readonly name = "TransitionError";
  readonly code: TransitionErrorCode;

  constructor(code: TransitionErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
