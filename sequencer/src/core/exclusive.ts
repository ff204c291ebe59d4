// One state change at a time.
import { SequencerError } from "../errors.js";
import { EXCLUSIVE_QUEUE } from "../limits.js";

/** Runs functions one after another, in the order of the calls. */
export type Exclusive = <T>(run: () => Promise<T>) => Promise<T>;

/** Makes a queue of at most `maximum` waiting calls. Further ones are refused with `SEQUENCER_OVERLOADED`. */
export function createExclusive(maximum: number = EXCLUSIVE_QUEUE): Exclusive {
  let tail: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async (run) => {
    if (waiting >= maximum) {
      throw new SequencerError("SEQUENCER_OVERLOADED", `${maximum} requests wait already; try again later.`);
    }
    waiting += 1;
    const result = tail.then(run);
    tail = result.catch(() => undefined).finally(() => (waiting -= 1));
    return result;
  };
}
