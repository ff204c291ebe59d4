// The `catalyze` command. Each subcommand is loaded when it is used, from the workspace that owns it: a prover loads
// neither sequencer nor database.
import { Command, InvalidArgumentError } from "commander";

const MAXIMUM_PORT = 65_535;

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > MAXIMUM_PORT) {
    throw new InvalidArgumentError(`A port is an integer from 0 to ${MAXIMUM_PORT}.`);
  }
  return port;
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
