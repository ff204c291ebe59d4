// Waiting: progress, timeouts, abort signals, and a sequencer that is away for a moment.
import { describe, expect, it } from "vitest";
import { WaitAbortedError, WaitTimeoutError } from "../errors/client.js";
import { SequencerUnreachableError } from "../errors/sequencer.js";
import { drain, type PollParameters, poll } from "./wait.js";

function parameters(values: readonly (number | Error)[], more: Partial<PollParameters<number>> = {}) {
  const rest = [...values];
  return {
    what: "a number",
    timeoutMs: 10_000,
    pollingIntervalMs: 1,
    look: async () => {
      const value = rest.length > 1 ? rest.shift()! : rest[0]!;
      if (value instanceof Error) throw value;
      return value;
    },
    isLast: (value: number) => value >= 3,
    describe: String,
    ...more,
  };
}

describe("poll", () => {
  it("yields each change once and returns the last value", async () => {
    const seen: number[] = [];
    const last = await drain(poll(parameters([1, 1, 2, 2, 2, 3])), (value) => seen.push(value));
    expect(seen).toEqual([1, 2, 3]);
    expect(last).toBe(3);
  });

  it("waits for a sequencer that is away, but not for other failures", async () => {
    const away = new SequencerUnreachableError({ url: "http://127.0.0.1:1", cause: undefined });
    expect(await drain(poll(parameters([1, away, away, 3])))).toBe(3);
    await expect(drain(poll(parameters([1, new RangeError("no")])))).rejects.toThrow(RangeError);
  });

  it("ends with its timeout, saying what was seen last", async () => {
    const error = await drain(poll(parameters([2], { timeoutMs: 5 }))).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect((error as WaitTimeoutError).message).toContain("Last seen: 2");
  });

  it("ends at once when aborted", async () => {
    const controller = new AbortController();
    const wait = drain(poll(parameters([1], { pollingIntervalMs: 60_000, signal: controller.signal })));
    setTimeout(() => controller.abort(), 5);
    await expect(wait).rejects.toThrow(WaitAbortedError);
  });
});
