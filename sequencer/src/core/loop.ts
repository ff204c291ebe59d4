// Background loops: run, sleep, back off after failures, stop on a signal.
import { LOOP_BACKOFF_MS } from "../limits.js";

/** A running loop. */
export interface Loop {
  /** Ends the present sleep. */
  wake(): void;
  /** Resolves when the loop has ended. */
  readonly done: Promise<void>;
}

/** What a loop does. */
export interface LoopParameters {
  /** One turn. Its failures are reported and do not end the loop. */
  readonly run: () => Promise<void>;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown, failures: number) => void;
}

/** Starts a loop. After failures the pause doubles, up to the limit. */
export function startLoop({ run, intervalMs, signal, onError }: LoopParameters): Loop {
  let wakeUp: () => void = () => undefined;
  let woken = false;
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (woken || signal.aborted) return resolve();
      const timer = setTimeout(resolve, ms);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const stop = (): void => wakeUp();
  signal.addEventListener("abort", stop);
  const loop = async (): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      woken = false;
      try {
        await run();
        failures = 0;
      } catch (error) {
        if (signal.aborted) break;
        failures += 1;
        onError(error, failures);
      }
      if (failures > 0) woken = false;
      await sleep(Math.min(intervalMs * 2 ** Math.min(failures, 10), Math.max(intervalMs, LOOP_BACKOFF_MS)));
    }
    signal.removeEventListener("abort", stop);
  };
  return {
    wake: () => {
      woken = true;
      wakeUp();
    },
    done: loop(),
  };
}
