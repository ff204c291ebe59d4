// A sequencer as a process: `node main.js <configuration file>`, or the file in CATALYZE_SEQUENCER_CONFIG.
// Logs are JSON lines on stdout. A parent with an IPC channel gets { type: "ready", url }. SIGTERM and SIGINT stop it.
import { closeProver } from "@catalyze/prover";
import { SequencerError } from "./errors.js";
import { readSettings } from "./settings.js";
import { startSequencer } from "./start.js";

/** Longest time that a graceful stop may take. */
const STOP_TIMEOUT_MS = 20_000;

async function main(): Promise<void> {
  const path = process.argv[2] ?? process.env.CATALYZE_SEQUENCER_CONFIG;
  if (path === undefined) {
    throw new SequencerError(
      "SEQUENCER_CONFIG_INVALID",
      "Name the configuration file as the first argument or in CATALYZE_SEQUENCER_CONFIG",
    );
  }
  const config = await readSettings(path, process.env);
  const sequencer = await startSequencer(config);
  process.send?.({ type: "ready", url: sequencer.url });
  const stop = async (): Promise<void> => {
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    await sequencer.close();
    await closeProver();
    process.exit(0);
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main().catch((error: unknown) => {
  const text = error instanceof SequencerError ? `${error.code}: ${error.message}` : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
