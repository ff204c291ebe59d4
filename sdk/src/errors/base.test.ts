// The text of errors, and their chain of causes.
import { describe, expect, it } from "vitest";
import { BaseError } from "./base.js";
import { InsufficientBalanceError } from "./operation.js";
import { SequencerRequestError, SequencerUnreachableError } from "./sequencer.js";

describe("BaseError", () => {
  it("says what, where, why, and what to do", () => {
    const error = new InsufficientBalanceError({ index: 4, needed: 10n, available: 9n });
    expect(error.message).toMatchInlineSnapshot(`
      "Account 4 can't pay for this operation.

      Units needed: 10
      Units available: 9
      Way out: Deposit more, wait for pending credits (spendable from the next block on), or lower amount or limit.
      Code: SDK_INSUFFICIENT_BALANCE"
    `);
    expect(error.code).toBe("SDK_INSUFFICIENT_BALANCE");
    expect(error.wayOut).toContain("Deposit more");
  });

  it("shows and keeps its cause", () => {
    const cause = new TypeError("fetch failed");
    const error = new SequencerUnreachableError({ url: "http://127.0.0.1:1", cause });
    expect(error.message).toMatchInlineSnapshot(`
      "The sequencer did not answer.

      URL: http://127.0.0.1:1
      Cause: fetch failed
      Way out: Check the URL and that the sequencer runs; requests that change nothing twice may be repeated.
      Code: SDK_SEQUENCER_UNREACHABLE"
    `);
    expect(error.cause).toBe(cause);
  });

  it("walks the chain of causes", () => {
    const innermost = new TypeError("innermost");
    const middle = new BaseError("Middle.", { code: "MIDDLE", cause: innermost });
    const outer = new BaseError("Outer.", { code: "OUTER", cause: middle });
    expect(outer.walk()).toBe(innermost);
    expect(outer.walk((error) => error instanceof BaseError && error.code === "MIDDLE")).toBe(middle);
    expect(outer.walk((error) => error instanceof RangeError)).toBeUndefined();
    expect(outer.details).toBe("Middle.");
  });

  it("carries the sequencer's code", () => {
    const error = new SequencerRequestError({
      code: "SEQUENCER_NONCE_TOO_LOW",
      message: "The nonce is 3, the next is 4",
      status: 409,
      url: "http://127.0.0.1:1/v1/operations",
      details: { expected: "4" },
    });
    expect(error.message).toMatchInlineSnapshot(`
      "The nonce is 3, the next is 4

      expected: 4
      URL: http://127.0.0.1:1/v1/operations
      Status: 409
      Code: SEQUENCER_NONCE_TOO_LOW"
    `);
  });
});
