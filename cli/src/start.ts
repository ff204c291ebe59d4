// `npm start`: prepares circuits and keys, starts a devnet, runs the demo on it, and takes everything down again.

import { runDemo } from "./demo/demo.js";
import { formatSummary } from "./demo/summary.js";
import { startDevnet } from "./devnet/devnet.js";
import { DevnetError } from "./devnet/errors.js";
import type { Devnet } from "./devnet/types.js";
import { createReporter, type PhaseTime, type Reporter } from "./report/reporter.js";

const EXIT_FAILURE = 1;
const SIGNAL_EXIT: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

const PARENT_POLLING_MS = 500;

/**
 * Calls `onLoss` when npm, which started this process, is gone: npm passes SIGTERM only to its shell, not to us.
 * Gives a function that stops watching.
 */
function watchNpm(onLoss: () => void): () => void {
  if (process.env.npm_lifecycle_event === undefined) return () => undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) onLoss();
  }, PARENT_POLLING_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Aborts on the first signal; a second one ends the process at once. */
function abortOnSignals(): { signal: AbortSignal; exitCode: () => number | undefined; dispose: () => void } {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const handle = (name: NodeJS.Signals): void => {
    if (exitCode !== undefined) process.exit(exitCode);
    exitCode = SIGNAL_EXIT[name] ?? EXIT_FAILURE;
    process.stderr.write(`\n${name}: stopping\n`);
    controller.abort(new DevnetError("DEVNET_ABORTED", `Stopped by ${name}.`));
  };
  const names = Object.keys(SIGNAL_EXIT) as NodeJS.Signals[];
  for (const name of names) process.on(name, handle);
  const unwatch = watchNpm(() => {
    unwatch();
    handle("SIGTERM");
  });
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    dispose: () => {
      unwatch();
      for (const name of names) process.off(name, handle);
    },
  };
}

/** Resolves with `work`, or rejects as soon as the signal aborts. */
function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, aborted]);
}

/** Where to find a devnet that was kept. */
export function formatDevnet({ rpcUrl, sequencerUrl, deployment, folder }: Devnet): string {
  const lines: readonly (readonly [string, string])[] = [
    ["Chain (31337)", rpcUrl],
    ["Sequencer", sequencerUrl],
    ["Rollup", deployment.rollup],
    ["CTZ", deployment.ctz],
    ["Program registry", deployment.programRegistry],
    ["Seed registry", deployment.seedRegistry],
    ["Statement registry", deployment.statementRegistry],
    ["Exits", deployment.exits!],
    ["Logs and state", folder],
  ];
  return lines.map(([name, value]) => `  ${name.padEnd(20)}${value}`).join("\n");
}

/** Waits until the signal aborts, then does nothing more. */
async function keepRunning(devnet: Devnet, reporter: Reporter, signal: AbortSignal): Promise<void> {
  reporter.print(`The devnet is running. Ctrl-C ends it.\n${formatDevnet(devnet)}`);
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    // A timer, because a signal listener alone does not keep the process alive.
    const timer = setInterval(() => undefined, 60_000);
    signal.addEventListener(
      "abort",
      () => {
        clearInterval(timer);
        resolve();
      },
      { once: true },
    );
  });
}

/** What {@link runWithDevnet} takes. */
export interface DevnetCommandOptions {
  /** Run the demo. */
  readonly demo: boolean;
  /** Keep the devnet until a signal comes. */
  readonly keep: boolean;
  /** Phases that ended before. */
  readonly phases?: readonly PhaseTime[];
  readonly chainPort?: number | undefined;
  readonly sequencerPort?: number | undefined;
}

/** Starts a devnet, runs the demo or waits, and ends everything. Gives the exit code. */
export async function runWithDevnet(options: DevnetCommandOptions): Promise<number> {
  const { demo, keep, chainPort, sequencerPort } = options;
  const reporter = createReporter(options.phases);
  const { signal, exitCode, dispose } = abortOnSignals();
  let devnet: Devnet | undefined;
  let failure: unknown;
  try {
    devnet = await startDevnet({ reporter, signal, chainPort, sequencerPort });
    if (demo) {
      const result = await unlessAborted(signal, runDemo(devnet, reporter, { signal }));
      reporter.print(formatSummary(devnet, result, reporter.phases));
    }
    if (keep) await keepRunning(devnet, reporter, signal);
  } catch (error) {
    failure = error;
  }
  if (failure !== undefined && !signal.aborted && devnet !== undefined) {
    reporter.print(await devnet.describeLogs());
  }
  await devnet?.stop();
  dispose();
  if (signal.aborted) return keep && failure === undefined ? 0 : (exitCode() ?? EXIT_FAILURE);
  if (failure === undefined) return 0;
  process.stderr.write(`✖ ${failure instanceof Error ? failure.message : String(failure)}\n`);
  if (process.env.CATALYZE_DEBUG && failure instanceof Error) process.stderr.write(`${failure.stack}\n`);
  return EXIT_FAILURE;
}

/**
 * The start program; `bin/bootstrap.mjs` calls it with the phases that it has done.
 * @returns the exit code: 0 when every step and check of the demo went well.
 */
export async function start(options: readonly string[], phases: readonly PhaseTime[]): Promise<number> {
  const unknown = options.filter((option) => option !== "--keep");
  if (unknown.length > 0) {
    process.stderr.write(`✖ Unknown option ${unknown.join(" ")}; known: --keep\n`);
    return EXIT_FAILURE;
  }
  const code = await runWithDevnet({ demo: true, keep: options.includes("--keep"), phases });
  // Threads of the prover library may be idle but alive.
  process.exit(code);
}
