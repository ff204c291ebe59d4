// Runs asynchronous work one after another. Assumes one JavaScript context.

/** Runs `work` when everything given before has ended. */
export type Mutex = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes a mutex. A failure of one work does not stop the next. */
export function createMutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
