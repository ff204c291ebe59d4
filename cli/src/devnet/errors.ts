// Errors of the devnet and of the root commands.

/** Codes of {@link DevnetError}. */
export type DevnetErrorCode =
  | "DEVNET_PROCESS_FAILED"
  | "DEVNET_PROCESS_NOT_READY"
  | "DEVNET_ABORTED"
  | "DEVNET_CHECK_FAILED"
  | "DEVNET_USAGE";

/** The devnet could not be started, or a check of it failed. `code` is stable; the message says what to do. */
export class DevnetError extends Error {
  override readonly name = "DevnetError";
  readonly code: DevnetErrorCode;

  constructor(code: DevnetErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
