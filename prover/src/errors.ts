// Typed errors of the prover workspace. Every error that leaves a public function is one of these,
// with a stable `code`; nothing here is thrown for a proof that merely fails to verify.

/** Stable error codes of this workspace. */
export type ProverErrorCode =
  | "PROVER_ABORTED"
  | "PROVER_BACKEND_FAILED"
  | "PROVER_BACKEND_UNAVAILABLE"
  | "PROVER_BACKEND_UNKNOWN"
  | "PROVER_FILE_INVALID"
  | "PROVER_INPUT_INVALID"
  | "PROVER_KEY_INVALID"
  | "PROVER_PROOF_INVALID"
  | "PROVER_SETUP_FAILED"
  | "PROVER_THREAD_FAILED"
  | "PROVER_WITNESS_FAILED";

/** Base class of every error of this workspace. */
export class ProverError extends Error {
  override readonly name: string = "ProverError";
  readonly code: ProverErrorCode;

  constructor(code: ProverErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The kinds of iden3 binary files that are read here. */
export type FileKind = "r1cs" | "wtns" | "zkey";

/** Why a file was refused. */
export type FileFormatReason =
  | "duplicate_section"
  | "missing_section"
  | "off_curve"
  | "out_of_range"
  | "too_large"
  | "truncated"
  | "unsupported"
  | "wrong_field"
  | "wrong_magic"
  | "wrong_size"
  | "wrong_version";

/** A file is not what its kind says: which part, why, and what was found. */
export class FileFormatError extends ProverError {
  override readonly name = "FileFormatError";
  readonly fileKind: FileKind;
  /** The part of the file: "container" or the name of a section. */
  readonly section: string;
  readonly reason: FileFormatReason;

  constructor(fileKind: FileKind, section: string, reason: FileFormatReason, detail: string) {
    super(
      "PROVER_FILE_INVALID",
      `.${fileKind} file, ${section}: ${detail} (${reason}); build the file again`,
    );
    this.fileKind = fileKind;
    this.section = section;
    this.reason = reason;
  }
}

/** A development setup can't be made for this constraint system, or its output can't be written. */
export class SetupError extends ProverError {
  override readonly name = "SetupError";

  constructor(message: string, options?: ErrorOptions) {
    super("PROVER_SETUP_FAILED", message, options);
  }
}

/** A verification key is malformed: wrong protocol or curve, a point off the curve, wrong counts. */
export class VerificationKeyError extends ProverError {
  override readonly name = "VerificationKeyError";

  constructor(message: string) {
    super("PROVER_KEY_INVALID", message);
  }
}

/** The input object does not fit the witness program: a signal is unknown, missing or of another size. */
export class WitnessInputError extends ProverError {
  override readonly name = "WitnessInputError";

  constructor(message: string) {
    super("PROVER_INPUT_INVALID", message);
  }
}

/** No witness exists for this input (an assertion of a template failed), or the program is unusable. */
export class WitnessGenerationError extends ProverError {
  override readonly name = "WitnessGenerationError";
  /** What the witness program printed: the failing template, its line and the call trace; may be empty. */
  readonly trace: string;

  constructor(message: string, trace: string, options?: ErrorOptions) {
    super("PROVER_WITNESS_FAILED", message, options);
    this.trace = trace;
  }
}

/** CATALYZE_BACKEND, or the caller, names a backend that does not exist. */
export class UnknownBackendError extends ProverError {
  override readonly name = "UnknownBackendError";

  constructor(requested: string, known: readonly string[]) {
    super(
      "PROVER_BACKEND_UNKNOWN",
      `there is no prover backend "${requested}"; set CATALYZE_BACKEND to one of: ${known.join(", ")}`,
    );
  }
}

/** A backend was asked for that this installation does not have; the message says how to get it. */
export class BackendUnavailableError extends ProverError {
  override readonly name = "BackendUnavailableError";

  constructor(backendName: string, problem: string, remedy: string) {
    super(
      "PROVER_BACKEND_UNAVAILABLE",
      `the prover backend ${backendName} is not available: ${problem}; ${remedy}`,
    );
  }
}

/** A backend could not make a proof. */
export class BackendError extends ProverError {
  override readonly name = "BackendError";

  constructor(backendName: string, message: string, options?: ErrorOptions) {
    super("PROVER_BACKEND_FAILED", `prover backend ${backendName}: ${message}`, options);
  }
}

/** A backend returned a proof that does not verify: a wrong witness, a wrong key, or a faulty machine. */
export class ProofInvalidError extends ProverError {
  override readonly name = "ProofInvalidError";

  constructor(backendName: string, message: string) {
    super("PROVER_PROOF_INVALID", `prover backend ${backendName}: ${message}`);
  }
}

/** The caller aborted the operation through its AbortSignal. */
export class AbortedError extends ProverError {
  override readonly name = "AbortedError";

  constructor(what: string, options?: ErrorOptions) {
    super("PROVER_ABORTED", `${what} was aborted`, options);
  }
}

/** A thread of ours ended or threw: out of memory, or a bug. */
export class ThreadError extends ProverError {
  override readonly name = "ThreadError";

  constructor(message: string, options?: ErrorOptions) {
    super("PROVER_THREAD_FAILED", message, options);
  }
}

/** Throws an AbortedError when the signal has been aborted. */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new AbortedError(what, { cause: signal.reason });
}
