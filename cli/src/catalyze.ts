// The `catalyze` command. Each subcommand is loaded when it is used, from the workspace that owns it: a prover loads
// neither sequencer nor database.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import { compiledScript } from "./root.js";

const MAXIMUM_PORT = 65_535;

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > MAXIMUM_PORT) {
    throw new InvalidArgumentError(`A port is an integer from 0 to ${MAXIMUM_PORT}.`);
  }
  return port;
}

/** Runs the main script of a workspace in this process, as if it had been started alone. */
async function runScript(script: string, configuration: string): Promise<void> {
  const path = compiledScript(script);
  process.argv.splice(1, process.argv.length - 1, path, resolve(configuration));
  await import(pathToFileURL(path).href);
}

/** Builds the command. */
export function createCommand(): Command {
  const command = new Command("catalyze")
    .description("Zero-knowledge proof-of-compute and rollup toolkit")
    .version("0.1.0");

  command
    .command("devnet")
    .description("start a local chain, the contracts, a sequencer and a prover worker, until Ctrl-C")
    .option("--chain-port <port>", "port of the local chain; 0 takes a free one", parsePort, 8545)
    .option("--sequencer-port <port>", "port of the sequencer; 0 takes a free one", parsePort, 8645)
    .option("--demo", "run the demo first")
    .action(async (options: { chainPort: number; sequencerPort: number; demo?: boolean }) => {
      const { runWithDevnet } = await import("./start.js");
      const { chainPort, sequencerPort } = options;
      process.exit(
        await runWithDevnet({ demo: options.demo === true, keep: true, chainPort, sequencerPort }),
      );
    });

  command
    .command("sequencer")
    .description("run a sequencer until SIGTERM or Ctrl-C")
    .argument("<configuration>", "path of its JSON file; keys are read from files that it names")
    .action((configuration: string) => runScript("sequencer/dist/src/main.js", configuration));

  command
    .command("prover")
    .description("run a prover worker until SIGTERM or Ctrl-C: block proofs, jobs, or both")
    .argument("<configuration>", "path of its JSON file; keys are read from files that it names")
    .action((configuration: string) => runScript("prover/dist/src/worker/main.js", configuration));

  command
    .command("doctor")
    .description("check Node, installed tools, caches, disk and ports")
    .action(async () => {
      const { runDoctor } = await import("./doctor.js");
      process.exitCode = await runDoctor();
    });

  return command;
}

/** Runs the command on the process' arguments. */
export async function main(argv: readonly string[]): Promise<void> {
  await createCommand().parseAsync([...argv]);
}
