// Errors of `catalyze escape`.

/** Why an escape stopped; stable. */
export type EscapeErrorCode =
  | "ESCAPE_NO_DEPLOYMENT"
  | "ESCAPE_NO_EXITS"
  | "ESCAPE_NOT_FROZEN"
  | "ESCAPE_BLOCK_MISSING"
  | "ESCAPE_REQUEST_MISSING"
  | "ESCAPE_ROOT_MISMATCH"
  | "ESCAPE_NOTHING_TO_CLAIM"
  | "ESCAPE_KEY_FILE"
  | "ESCAPE_KEY_MISMATCH"
  | "ESCAPE_CIRCUIT_MISSING"
  | "ESCAPE_PROVING_KEY_MISSING"
  | "ESCAPE_REFUSED";

/** An escape that stopped. The message says what to do. */
export class EscapeError extends Error {
  override readonly name = "EscapeError";
  readonly code: EscapeErrorCode;

  constructor(code: EscapeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
