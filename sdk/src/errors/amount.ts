// Errors of amounts.
import { BaseError } from "./base.js";

/** Codes of {@link AmountError}. */
export type AmountErrorCode = "SDK_AMOUNT_MALFORMED" | "SDK_AMOUNT_TOO_PRECISE" | "SDK_AMOUNT_OUT_OF_RANGE";

/** A value is no amount. */
export class AmountError extends BaseError {
  override readonly name = "AmountError";

  constructor(code: AmountErrorCode, shortMessage: string, wayOut: string) {
    super(shortMessage, { code, wayOut });
  }
}
