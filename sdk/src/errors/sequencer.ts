// Errors of talking to the sequencer.
import { BaseError } from "./base.js";

/** The sequencer refused a request. `code` is its own (`SEQUENCER_…`) or one of the state machine. */
export class SequencerRequestError extends BaseError {
  override readonly name = "SequencerRequestError";
  /** HTTP status. */
  readonly status: number;
  /** Numbers that the sequencer gave with the error. */
  readonly requestDetails: Readonly<Record<string, string>>;

  constructor(parameters: {
    code: string;
    message: string;
    status: number;
    url: string;
    details?: Readonly<Record<string, string>> | undefined;
  }) {
    const { code, message, status, url, details = {} } = parameters;
    super(message, { code, context: { ...details, URL: url, Status: status } });
    this.status = status;
    this.requestDetails = details;
  }
}

/** The sequencer did not answer. */
export class SequencerUnreachableError extends BaseError {
  override readonly name = "SequencerUnreachableError";

  constructor(parameters: { url: string; cause: unknown }) {
    super("The sequencer did not answer.", {
      code: "SDK_SEQUENCER_UNREACHABLE",
      context: { URL: parameters.url },
      cause: parameters.cause,
      wayOut:
        "Check the URL and that the sequencer runs; requests that change nothing twice may be repeated.",
    });
  }
}

/** The sequencer answered with something that is not the declared form. */
export class SequencerResponseError extends BaseError {
  override readonly name = "SequencerResponseError";

  constructor(parameters: { url: string; status: number; cause?: unknown }) {
    super("The sequencer's answer is malformed.", {
      code: "SDK_SEQUENCER_RESPONSE_MALFORMED",
      context: { URL: parameters.url, Status: parameters.status },
      cause: parameters.cause,
      wayOut: "Check that the URL is a Catalyze sequencer and that its version is the SDK's.",
    });
  }
}

/** An artefact's bytes are not those of its digest. */
export class ArtefactMismatchError extends BaseError {
  override readonly name = "ArtefactMismatchError";

  constructor(parameters: { expected: string; given: string }) {
    super("The artefact's bytes are not those of its digest.", {
      code: "SDK_ARTEFACT_MISMATCH",
      context: { Expected: parameters.expected, Given: parameters.given },
      wayOut: "Fetch it from another place; its SHA-256 names it.",
    });
  }
}

/** The operator's signature on a receipt is not the registered operator's. */
export class OperatorReceiptError extends BaseError {
  override readonly name = "OperatorReceiptError";

  constructor(parameters: { reason: string; context?: Record<string, string | bigint> }) {
    super(`The operator's receipt is not valid: ${parameters.reason}.`, {
      code: "SDK_OPERATOR_RECEIPT_INVALID",
      context: parameters.context,
      wayOut: "Keep the answer as evidence and use another sequencer.",
    });
  }
}
