// Error type of the contract tools.

/** Codes of {@link ContractsError}. */
export type ContractsErrorCode =
  | "CONTRACTS_FOLDER_NOT_FOUND"
  | "CONTRACTS_ANVIL_FAILED"
  | "CONTRACTS_FORGE_FAILED"
  | "CONTRACTS_DEVELOPMENT_KEYS"
  | "CONTRACTS_BAD_PARAMETERS"
  | "CONTRACTS_DEPLOYMENT_FAILED";

/** A contract tool failed. `code` is stable; the message says what was wrong and what to do. */
export class ContractsError extends Error {
  override readonly name = "ContractsError";
  readonly code: ContractsErrorCode;

  constructor(code: ContractsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
