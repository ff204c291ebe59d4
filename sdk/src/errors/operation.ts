// Errors of operations and orders.
import { BaseError } from "./base.js";

/** The account's balance does not cover an operation. */
export class InsufficientBalanceError extends BaseError {
  override readonly name = "InsufficientBalanceError";

  constructor(parameters: { index: number; needed: bigint; available: bigint }) {
    super(`Account ${parameters.index} can't pay for this operation.`, {
      code: "SDK_INSUFFICIENT_BALANCE",
      context: { "Units needed": parameters.needed, "Units available": parameters.available },
      wayOut:
        "Deposit more, wait for pending credits (spendable from the next block on), or lower amount or limit.",
    });
  }
}

/** A fee is below what the sequencer takes. */
export class FeeTooLowError extends BaseError {
  override readonly name = "FeeTooLowError";

  constructor(parameters: { kind: string; given: bigint; least: bigint }) {
    super(`The fee of this ${parameters.kind} is too low.`, {
      code: "SDK_FEE_TOO_LOW",
      context: { "Units given": parameters.given, "Units at least": parameters.least },
      wayOut: "Leave the fee out to take the quoted one.",
    });
  }
}

/** The order is not open: not posted yet, complete, or dropped. */
export class OrderNotOpenError extends BaseError {
  override readonly name = "OrderNotOpenError";

  constructor(parameters: { id: bigint; status: string }) {
    super("The order is not open.", {
      code: "SDK_ORDER_NOT_OPEN",
      context: { Order: parameters.id, Status: parameters.status },
      wayOut: "Only a posted order with chunks left can be cancelled; wait while it is pending.",
    });
  }
}

/** The order was closed before every chunk was settled. */
export class OrderClosedError extends BaseError {
  override readonly name = "OrderClosedError";
  /** `cancelled` by an operation, `exited` through L1. */
  readonly status: string;

  constructor(parameters: { id: bigint; status: string }) {
    super(`The order was ${parameters.status} before all of its chunks were settled.`, {
      code: "SDK_ORDER_CLOSED",
      context: { Order: parameters.id, Status: parameters.status },
      wayOut: "getResults() has what was delivered; post the remaining jobs in a new order.",
    });
    this.status = parameters.status;
  }
}

/** The sequencer dropped an operation: it had become invalid. */
export class OperationDroppedError extends BaseError {
  override readonly name = "OperationDroppedError";
  /** Code of the state machine. */
  readonly reasonCode: string;

  constructor(parameters: { message: bigint; reasonCode: string; reason: string }) {
    super("The operation was dropped.", {
      code: "SDK_OPERATION_DROPPED",
      context: { Operation: parameters.message, Reason: `${parameters.reason} (${parameters.reasonCode})` },
      wayOut: "Correct what the reason names and sign the operation anew.",
    });
    this.reasonCode = parameters.reasonCode;
  }
}

/** A program or seed that an order names can't be used. */
export class ProgramUnavailableError extends BaseError {
  override readonly name = "ProgramUnavailableError";

  constructor(parameters: { shortMessage: string; code: ProgramUnavailableErrorCode; wayOut: string }) {
    super(parameters.shortMessage, { code: parameters.code, wayOut: parameters.wayOut });
  }
}

/** Codes of {@link ProgramUnavailableError}. */
export type ProgramUnavailableErrorCode =
  | "SDK_PROGRAM_UNKNOWN"
  | "SDK_PROGRAM_ID_MISMATCH"
  | "SDK_SEED_AMBIGUOUS"
  | "SDK_SEED_MISMATCH";

/** The inputs of an order are no list of jobs of its program. */
export class InputsInvalidError extends BaseError {
  override readonly name = "InputsInvalidError";

  constructor(parameters: { given: number; inputBytes: number; maximumJobs: number }) {
    const { given, inputBytes, maximumJobs } = parameters;
    super("The inputs are not those of whole jobs.", {
      code: "SDK_INPUTS_INVALID",
      context: { "Bytes given": given, "Bytes per job": inputBytes, "Jobs at most": maximumJobs },
      wayOut: "Concatenate the inputs of 1 job or more; split larger batches over several orders.",
    });
  }
}
