// Progress of long work: a task list on a terminal, plain lines when piped. Owns the times of the phases.
import { Listr, PRESET_TIMER } from "listr2";

/** One phase and how long it took. */
export interface PhaseTime {
  readonly title: string;
  readonly milliseconds: number;
}

/** Tells of work in progress. */
export interface Reporter {
  /** Runs one phase under its title; `progress` shows what it does now. */
  phase<T>(title: string, work: (progress: (text: string) => void) => Promise<T>): Promise<T>;
  /** Prints lines between phases. */
  print(text: string): void;
  /** Phases that have ended, in order. */
  readonly phases: readonly PhaseTime[];
}

/** Least time between two progress lines when output is piped. */
const PIPED_PROGRESS_INTERVAL_MS = 5_000;

/** A reporter on standard output. `earlier` are phases that ended before it was made. */
export function createReporter(earlier: readonly PhaseTime[] = []): Reporter {
  const phases: PhaseTime[] = [...earlier];
  const isTerminal = process.stdout.isTTY === true;
  return {
    phases,
    print: (text) => void process.stdout.write(`${text}\n`),
    async phase(title, work) {
      const start = performance.now();
      let result: Awaited<ReturnType<typeof work>> | undefined;
      let lastProgress = Number.NEGATIVE_INFINITY;
      const list = new Listr(
        [
          {
            title,
            task: async (_, task) => {
              result = await work((text) => {
                const now = performance.now();
                if (!isTerminal && now - lastProgress < PIPED_PROGRESS_INTERVAL_MS) return;
                lastProgress = now;
                task.output = text;
              });
            },
          },
        ],
        {
          registerSignalListeners: false,
          ...(isTerminal
            ? { renderer: "default", rendererOptions: { timer: PRESET_TIMER } }
            : { renderer: "simple", rendererOptions: { timer: PRESET_TIMER } }),
        },
      );
      try {
        await list.run();
      } finally {
        phases.push({ title, milliseconds: performance.now() - start });
      }
      return result as Awaited<ReturnType<typeof work>>;
    },
  };
}

/** A reporter that only keeps times; for tests. */
export function createSilentReporter(): Reporter {
  const phases: PhaseTime[] = [];
  return {
    phases,
    print: () => undefined,
    async phase(title, work) {
      const start = performance.now();
      try {
        return await work(() => undefined);
      } finally {
        phases.push({ title, milliseconds: performance.now() - start });
      }
    },
  };
}
