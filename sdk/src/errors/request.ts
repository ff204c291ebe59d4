// Errors of requests in the L1 queue.
import { BaseError } from "./base.js";

/** Why the L1 queue took no request. */
export type RequestRefusal = "feeTooLow" | "queueFull" | "shuttingDown" | "frozen" | "fundsTooLow";

const WAYS_OUT: Readonly<Record<RequestRefusal, string>> = {
  feeTooLow: "The fee rose while the transaction was on its way; try again, it is read anew.",
  queueFull: "The queue drains with time; try again later.",
  shuttingDown: "Nothing new comes in any more; exits are still taken.",
  frozen:
    "No request is taken any more; leave by proof with `catalyze escape`, deposits with reclaimDeposit().",
  fundsTooLow: "The wallet needs native coin for the queue's fee and gas.",
};

/** The L1 queue refused a request; nothing was sent or everything was returned. */
export class RequestRefusedError extends BaseError {
  override readonly name = "RequestRefusedError";
  readonly refusal: RequestRefusal;

  constructor(parameters: { refusal: RequestRefusal; functionName: string; fee: bigint; cause: unknown }) {
    const { refusal, functionName, fee, cause } = parameters;
    super(`The L1 queue refused ${functionName}.`, {
      code: "SDK_REQUEST_REFUSED",
      context: { Reason: refusal, "Fee read before (wei)": fee },
      cause,
      wayOut: WAYS_OUT[refusal],
    });
    this.refusal = refusal;
  }
}

/** L1 holds no request at this place of its queue, or none waits. */
export class RequestNotFoundError extends BaseError {
  override readonly name = "RequestNotFoundError";

  constructor(parameters: { requestIndex: bigint }) {
    super(`L1 has no waiting request ${parameters.requestIndex}.`, {
      code: "SDK_REQUEST_NOT_FOUND",
      wayOut: "Check the place in the queue, and that the node answers for old logs.",
    });
  }
}
