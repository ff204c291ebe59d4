// A prover worker as a process: `node main.js <configuration file>`, or the file in CATALYZE_WORKER_CONFIG.
// Logs are JSON lines on stdout. A parent with an IPC channel gets { type: "ready" } and every worker event.
// SIGTERM and SIGINT stop it; its job is given back.
import pino from "pino";
import { closeProver } from "../close.js";
import { WorkerError } from "./errors.js";
import { readWorkerSettings } from "./settings.js";
import { startProverWorker, type WorkerEvent } from "./worker.js";

/** Longest time that a graceful stop may take. */
const STOP_TIMEOUT_MS = 10_000;

/** An event that survives IPC. */
const toMessage = (event: WorkerEvent) =>
  "error" in event ? { ...event, error: `${event.error.name}: ${event.error.message}` } : event;

async function main(): Promise<void> {
  const path = process.argv[2] ?? process.env.CATALYZE_WORKER_CONFIG;
  if (path === undefined) {
    throw new WorkerError(
      "WORKER_SETTINGS_INVALID",
      "Name the configuration file as the first argument or in CATALYZE_WORKER_CONFIG",
    );
  }
  const log = pino({ name: "prover-worker", level: process.env.LOG_LEVEL ?? "info" });
  const options = await readWorkerSettings(path, process.env);
  const worker = startProverWorker({
    ...options,
    onEvent: (event) => {
      if (event.type === "progress") log.debug(event);
      else if (event.type === "failed" || event.type === "waiting") log.warn({ ...event, err: event.error });
      else log.info(event);
      process.send?.({ type: "event", event: toMessage(event) });
    },
  });
  log.info({ sequencer: options.sequencerUrl, roles: options.roles }, "worker runs");
  process.send?.({ type: "ready" });
  const stop = async (): Promise<void> => {
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    await worker.close();
    await closeProver();
    process.exit(0);
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main().catch((error: unknown) => {
  const text = error instanceof WorkerError ? `${error.code}: ${error.message}` : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
