// One catalogue of what the sequencer refuses: stable code and HTTP status. Nothing else answers with an error.

import { TransitionError } from "@catalyze/circuits/reference";
import { SchemaError } from "@catalyze/circuits/schema";

/** HTTP status of every code. */
export const ERROR_STATUS = {
  SEQUENCER_REQUEST_MALFORMED: 400,
  SEQUENCER_VALUE_OUT_OF_RANGE: 400,
  SEQUENCER_UNAUTHORISED: 401,
  SEQUENCER_ROUTE_NOT_FOUND: 404,
  SEQUENCER_BODY_TOO_LARGE: 413,
  SEQUENCER_MEDIA_TYPE_UNSUPPORTED: 415,
  SEQUENCER_INTERNAL: 500,
  SEQUENCER_OVERLOADED: 503,
  SEQUENCER_STOPPING: 503,

  SEQUENCER_ACCOUNT_NOT_FOUND: 404,
  SEQUENCER_SEED_NOT_FOUND: 404,
  SEQUENCER_ORDER_NOT_FOUND: 404,
  SEQUENCER_OPERATION_NOT_FOUND: 404,
  SEQUENCER_BLOCK_NOT_FOUND: 404,
  SEQUENCER_ARTEFACT_NOT_FOUND: 404,
  SEQUENCER_PROOF_JOB_NOT_FOUND: 404,
  SEQUENCER_LEASE_NOT_FOUND: 404,

  SEQUENCER_BAD_SIGNATURE: 401,
  SEQUENCER_NONCE_TOO_LOW: 409,
  SEQUENCER_NONCE_TOO_HIGH: 409,
  SEQUENCER_NONCE_TAKEN: 409,
  SEQUENCER_KEY_ROTATING: 409,
  SEQUENCER_ORDER_CANCELLING: 409,
  SEQUENCER_SEED_CHANGING: 409,
  SEQUENCER_ROLLUP_CLOSED: 503,
  SEQUENCER_FEE_ACCOUNT_MISSING: 503,
  SEQUENCER_INSUFFICIENT_BALANCE: 409,
  SEQUENCER_OPERATION_EXPIRED: 409,
  SEQUENCER_OPERATION_INVALID: 422,
  SEQUENCER_FEE_TOO_LOW: 422,
  SEQUENCER_ACCOUNT_POOL_FULL: 429,
  SEQUENCER_POOL_FULL: 503,

  SEQUENCER_ORDER_MISMATCH: 422,
  SEQUENCER_PROGRAM_UNKNOWN: 422,
  SEQUENCER_CHUNK_SIZE_MISMATCH: 422,
  SEQUENCER_INPUTS_MISSING: 422,
  SEQUENCER_INPUTS_MISMATCH: 422,
  SEQUENCER_PARAMETERS_MISSING: 422,
  SEQUENCER_PARAMETERS_MISMATCH: 422,
  SEQUENCER_ARTEFACT_MISMATCH: 422,
  SEQUENCER_STORE_FULL: 507,

  SEQUENCER_LEASE_LOST: 409,
  SEQUENCER_LEASE_REQUEST_STALE: 409,
  SEQUENCER_LEASE_LIMIT: 429,
  SEQUENCER_CHUNK_LEASED: 409,
  SEQUENCER_CHUNK_ALREADY_SETTLED: 409,
  SEQUENCER_PROVIDER_MISMATCH: 403,
  SEQUENCER_PRICE_ABOVE_LIMIT: 422,
  SEQUENCER_MODE_NOT_ACCEPTED: 422,
  SEQUENCER_STATEMENT_MISMATCH: 422,
  SEQUENCER_RESULTS_MISMATCH: 422,
  SEQUENCER_PROOF_INVALID: 422,

  SEQUENCER_CONFIG_INVALID: 500,
  SEQUENCER_DEPLOYMENT_MISMATCH: 500,
  SEQUENCER_STORE_IN_USE: 500,
  SEQUENCER_STORE_LOST: 503,
  SEQUENCER_STATE_DIVERGED: 500,
  SEQUENCER_QUEUE_INVALID: 500,
  SEQUENCER_SUBMISSION_REVERTED: 500,
} as const;

/** Code of a {@link SequencerError}; stable. */
export type SequencerErrorCode = keyof typeof ERROR_STATUS;

/** The sequencer refuses something. The message says what was given, what was expected and what to do. */
export class SequencerError extends Error {
  override readonly name = "SequencerError";
  readonly code: SequencerErrorCode;
  /** HTTP status of the answer. */
  readonly status: number;
  /** Numbers and names behind the message. */
  readonly details: Readonly<Record<string, string>> | undefined;

  constructor(
    code: SequencerErrorCode,
    message: string,
    options: { readonly details?: Record<string, string>; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = ERROR_STATUS[code];
    this.details = options.details;
  }
}

/** What the API answers when the state machine refuses an operation or settlement. */
export function fromTransitionError(error: unknown): unknown {
  if (error instanceof SchemaError) {
    return new SequencerError("SEQUENCER_VALUE_OUT_OF_RANGE", error.message, { cause: error });
  }
  if (!(error instanceof TransitionError)) return error;
  const same = `SEQUENCER_${error.code}`;
  const code = same in ERROR_STATUS ? (same as SequencerErrorCode) : "SEQUENCER_OPERATION_INVALID";
  return new SequencerError(code, error.message, { cause: error, details: { rule: error.code } });
}
