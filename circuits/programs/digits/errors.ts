// Errors of the digits program: bad images, results, models and data files.

export type DigitsErrorCode =
  | "DIGITS_BAD_IMAGE"
  | "DIGITS_BAD_RESULT"
  | "DIGITS_BAD_MODEL"
  | "DIGITS_BAD_DATA"
  | "DIGITS_FILES_NOT_FOUND";

/** Something given to the digits program is outside its domain. The message says what, where and what was expected. */
export class DigitsError extends Error {
  override readonly name = "DigitsError";
  readonly code: DigitsErrorCode;

  constructor(code: DigitsErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
