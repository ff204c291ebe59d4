// Errors of a prover worker.

/** Codes of {@link WorkerError}; a refusal by the sequencer keeps the sequencer's own code. */
export type WorkerErrorCode =
  | "WORKER_UNREACHABLE"
  | "WORKER_ANSWER_INVALID"
  | "WORKER_ARTEFACT_MISMATCH"
  | "WORKER_LEASE_INVALID"
  | "WORKER_PROGRAM_UNKNOWN"
  | "WORKER_SETTINGS_INVALID"
  | `SEQUENCER_${string}`;

/** A worker could not do something; the message says what and with whom. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
  readonly code: WorkerErrorCode;

  constructor(code: WorkerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
