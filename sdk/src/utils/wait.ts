// Polling with a timeout, an abort signal and progress: the base of every waiting action.
import { WaitAbortedError, WaitTimeoutError } from "../errors/client.js";
import { SequencerRequestError, SequencerUnreachableError } from "../errors/sequencer.js";

/** What every waiting action takes. */
export interface WaitOptions {
  /** Ends the wait with a {@link WaitAbortedError}. */
  readonly signal?: AbortSignal | undefined;
  /** Longest wait; the action's documentation has its default. */
  readonly timeoutMs?: number | undefined;
  /** Time between two looks; default is the client's. */
  readonly pollingIntervalMs?: number | undefined;
}

/** What {@link poll} takes. */
export interface PollParameters<T> extends WaitOptions {
  /** What is waited for, completes "Waiting for …". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly pollingIntervalMs: number;
  /** Looks once. */
  readonly look: () => Promise<T>;
  /** Whether a value ends the wait. */
  readonly isLast: (value: T) => boolean;
  /** Text of a value; values with the text of the one before are not yielded again. */
  readonly describe: (value: T) => string;
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    signal?.addEventListener("abort", finish, { once: true });
  });
}

const UNAVAILABLE_STATUS = 503;

/** Whether a look failed only because the sequencer is away for a moment (restarting, overloaded). */
const isTransient = (error: unknown): boolean =>
  error instanceof SequencerUnreachableError ||
  (error instanceof SequencerRequestError && error.status === UNAVAILABLE_STATUS);

/**
 * Looks until a value is the last one; yields each value that differs from the one before, the last one included.
 * A sequencer that is away for a moment is waited for.
 * @throws {WaitTimeoutError | WaitAbortedError} and what `look` throws.
 */
export async function* poll<T>(parameters: PollParameters<T>): AsyncGenerator<T, T, void> {
  const { what, timeoutMs, pollingIntervalMs, signal, look, isLast, describe } = parameters;
  const end = Date.now() + timeoutMs;
  let last: string | undefined;
  for (;;) {
    if (signal?.aborted) throw new WaitAbortedError({ what, cause: signal.reason });
    const seen = await look().then(
      (value) => ({ value }),
      (error: unknown) => {
        if (signal?.aborted || isTransient(error)) return undefined;
        throw error;
      },
    );
    if (seen !== undefined) {
      const text = describe(seen.value);
      if (text !== last) yield seen.value;
      last = text;
      if (isLast(seen.value)) return seen.value;
    }
    const left = end - Date.now();
    if (left <= 0) throw new WaitTimeoutError({ what, timeoutMs, last });
    await sleep(Math.min(pollingIntervalMs, left), signal);
  }
}

/** Runs a generator to its end and gives what it returned. */
export async function drain<T>(
  generator: AsyncGenerator<T, T, void>,
  onProgress?: (value: T) => void,
): Promise<T> {
  for (;;) {
    const { value, done } = await generator.next();
    if (done) return value;
    onProgress?.(value);
  }
}
