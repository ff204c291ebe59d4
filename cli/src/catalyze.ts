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

function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count))
    throw new InvalidArgumentError("An integer from 0 is expected.");
  return count;
}

function parsePositive(text: string): number {
  const count = parseCount(text);
  if (count === 0) throw new InvalidArgumentError("An integer from 1 is expected.");
  return count;
}

const appendCount = (text: string, previous: readonly number[]): number[] => [...previous, parseCount(text)];

function parseAddress(text: string): `0x${string}` {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text))
    throw new InvalidArgumentError("An address is 0x and 40 hex digits.");
  return text as `0x${string}`;
}

/** Parsed options of `catalyze escape`. */
interface EscapeArguments {
  readonly rpcUrl: string;
  readonly rollup: `0x${string}`;
  readonly keyFile: string;
  readonly fromBlock: number;
  readonly logRange: number;
  readonly provingKey?: string;
  readonly statementProvingKey?: string;
  readonly dryRun?: boolean;
  readonly freeze?: boolean;
  readonly cell: readonly number[];
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
    .command("escape")
    .description(
      "leave a frozen rollup by proof, from L1 data alone: everything that belongs to the key's address",
    )
    .requiredOption("--rpc-url <url>", "RPC node of the chain")
    .requiredOption("--rollup <address>", "the rollup contract", parseAddress)
    .requiredOption("--key-file <path>", "file with the private key of the owner, mode 0600")
    .option("--from-block <number>", "L1 block of the deployment", parseCount, 0)
    .option("--log-range <blocks>", "L1 blocks of one request for events", parsePositive, 2_000)
    .option("--dry-run", "list what can be claimed, with amounts, and send nothing")
    .option("--freeze", "freeze the rollup first, when a request is overdue or its announced end has come")
    .option("--proving-key <path>", "the circuit exit's .zkey; made on local chains")
    .option("--statement-proving-key <path>", "the circuit exit-settlement's .zkey; made on local chains")
    .option("--cell <index>", "exit this cell, instead of everything found; repeatable", appendCount, [])
    .action(async (options: EscapeArguments) => {
      const { runEscape } = await import("./escape/escape.js");
      const { fromBlock, logRange, cell, ...rest } = options;
      const range = { deploymentBlock: BigInt(fromBlock), logRangeBlocks: BigInt(logRange) };
      process.exitCode = await runEscape({ ...rest, ...range, cells: cell });
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
