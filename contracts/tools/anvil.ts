// A local chain for development and tests. Assumes that npm has installed anvil for this platform.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { ContractsError } from "./errors.js";
import { contractsFolder, foundryBinary } from "./forge.js";

/** How long anvil may take to listen. */
const START_TIMEOUT_MS = 30_000;

/** Settings of a local chain. */
export interface AnvilOptions {
  /** TCP port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
  /** Default 31337. Development keys work on 31337 and 1337 only. */
  readonly chainId?: number;
  /** Seconds between blocks; by default each transaction is mined at once. */
  readonly blockTime?: number;
  /** Funded accounts of the default mnemonic; default 10. */
  readonly accounts?: number;
}

/** A running local chain. */
export interface Anvil {
  readonly rpcUrl: string;
  readonly port: number;
  /** Ends the chain and resolves when its process is gone. Harmless when called again. */
  stop(): Promise<void>;
}

function anvilOptions(options: AnvilOptions): string[] {
  const list = [
    ["--host", "127.0.0.1"],
    ["--port", String(options.port ?? 0)],
    ["--chain-id", String(options.chainId ?? 31337)],
    ["--accounts", String(options.accounts ?? 10)],
    ["--hardfork", "prague"],
  ];
  if (options.blockTime !== undefined) list.push(["--block-time", String(options.blockTime)]);
  return list.flat();
}

function waitForPort(child: ChildProcessWithoutNullStreams): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (reason: string): void =>
      reject(new ContractsError("CONTRACTS_ANVIL_FAILED", `anvil ${reason}:\n${output}`));
    const timeout = setTimeout(() => fail(`did not listen within ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
    const read = (chunk: Buffer): void => {
      if (output.length > 100_000) return;
      output += chunk.toString("utf8");
      const match = /Listening on \S+:(\d+)/.exec(output);
      if (!match) return;
      clearTimeout(timeout);
      resolve(Number(match[1]));
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => {
      clearTimeout(timeout);
      fail(`ended with code ${code}`);
    });
  });
}

/**
 * Starts anvil with the rules of Prague. It ends with `stop`, and with this process, however that ends.
 * @throws {ContractsError} `CONTRACTS_ANVIL_FAILED` when it does not start, for example on a port in use.
 */
export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  const guard = join(contractsFolder(), "tools", "anvil-guard.mjs");
  const command = [guard, await foundryBinary("anvil"), ...anvilOptions(options)];
  // An own process group: Ctrl-C reaches this process, which then decides when the chain ends.
  const child = spawn(process.execPath, command, { stdio: "pipe", detached: true });
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const stop = async (): Promise<void> => {
    // Waited for: the process must stay for it.
    child.ref();
    child.stdin.end();
    await exited;
  };
  child.stdin.on("error", () => undefined);
  try {
    const port = await waitForPort(child);
    // The chain must not keep this process alive.
    child.unref();
    for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as { unref?(): void }).unref?.();
    return { rpcUrl: `http://127.0.0.1:${port}`, port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
