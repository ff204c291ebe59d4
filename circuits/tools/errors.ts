// Typed errors of the circuit build tools. Owns their codes; every message says what was wrong, where, and
// what to do about it.

/** Codes of {@link CircuitBuildError}. */
export type CircuitBuildErrorCode =
  | "CIRCUIT_INCLUDE_NOT_FOUND"
  | "CIRCUIT_COMPILATION_FAILED"
  | "CIRCUIT_REPOSITORY_NOT_FOUND"
  | "CIRCUIT_R1CS_MALFORMED"
  | "CIRCUIT_SYMBOL_NOT_FOUND"
  | "CIRCUIT_INPUT_INVALID"
  | "CIRCUIT_WITNESS_FAILED"
  | "CIRCUIT_UNKNOWN";

/** An error of compiling a circuit, reading its files, or calculating its witness. */
export class CircuitBuildError extends Error {
  /** Stable identifier for programs; the message is for people. */
  readonly code: CircuitBuildErrorCode;

  constructor(code: CircuitBuildErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CircuitBuildError";
    this.code = code;
  }
}
