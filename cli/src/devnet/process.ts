// Child processes of the devnet. Each runs in its own process group, so that Ctrl-C reaches only the parent, which then
// decides the order of the end; each ends by itself when the parent dies, however that happens (`tether`).
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { compiledScript } from "../root.js";
import { DevnetError } from "./errors.js";

/** Compiled, also when this file runs as TypeScript in a test: children are plain Node processes. */
const TETHER = compiledScript("cli/dist/src/devnet/tether.js");
const STOP_TIMEOUT_MS = 10_000;
const READY_POLLING_MS = 100;
const LOG_TAIL_LINES = 25;

/** What {@link startProcess} takes. */
export interface ProcessParameters {
  /** Name in messages. */
  readonly name: string;
  /** Compiled script and its arguments. */
  readonly script: string;
  readonly arguments?: readonly string[];
  /** Added to the environment. Secrets go through here or files, never through arguments. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** Looked at until it is true. */
  readonly isReady?: () => Promise<boolean>;
  readonly readyTimeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A running child process. */
export interface ManagedProcess {
  readonly name: string;
  readonly pid: number;
  readonly logPath: string;
  readonly isRunning: boolean;
  /** Resolves with the exit code (or signal) when the process has ended. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Sends a signal to the process alone; SIGKILL is how tests let it crash. */
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after ten seconds; resolves when the whole group is gone. */
  stop(): Promise<void>;
}

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}

/** The last lines of a log. */
export async function logTail(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-LOG_TAIL_LINES).join("\n");
}

async function waitUntilReady(parameters: ProcessParameters, child: ManagedProcess): Promise<void> {
  const { name, isReady, readyTimeoutMs = 180_000, signal } = parameters;
  if (isReady === undefined) return;
  const end = Date.now() + readyTimeoutMs;
  for (;;) {
    if (signal?.aborted) throw new DevnetError("DEVNET_ABORTED", `Starting the ${name} was aborted.`);
    if (await isReady().catch(() => false)) return;
    if (!child.isRunning) {
      const text = await logTail(child.logPath);
      throw new DevnetError("DEVNET_PROCESS_FAILED", `The ${name} ended while it started:\n${text}`);
    }
    if (Date.now() > end) {
      const text = await logTail(child.logPath);
      throw new DevnetError(
        "DEVNET_PROCESS_NOT_READY",
        `The ${name} was not ready after ${readyTimeoutMs} ms; its log ends with:\n${text}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, READY_POLLING_MS));
  }
}

/**
 * Starts a Node script and waits until it is ready. Its output goes to the log.
 * @throws {DevnetError} when it ends or is not ready in time; it is stopped then.
 */
export async function startProcess(parameters: ProcessParameters): Promise<ManagedProcess> {
  const { name, script, logPath } = parameters;
  const command = ["--import", TETHER, script, ...(parameters.arguments ?? [])];
  const child = spawn(process.execPath, command, {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
    env: { ...process.env, ...parameters.environment },
  });
  const log = createWriteStream(logPath, { flags: "a", mode: 0o600 });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  child.stdin.on("error", () => undefined);
  let isRunning = true;
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once("error", (error) => log.write(`${error.message}\n`));
    child.once("close", (code, signal) => {
      isRunning = false;
      log.end();
      resolve(code ?? signal ?? 1);
    });
  });
  const managed: ManagedProcess = {
    name,
    pid: child.pid ?? 0,
    logPath,
    get isRunning() {
      return isRunning;
    },
    exited,
    kill: (signal) => void child.kill(signal),
    async stop() {
      const timer = setTimeout(() => killGroup(child), STOP_TIMEOUT_MS);
      child.kill("SIGTERM");
      await exited;
      clearTimeout(timer);
      killGroup(child);
    },
  };
  try {
    await waitUntilReady(parameters, managed);
    return managed;
  } catch (error) {
    await managed.stop();
    throw error;
  }
}

/**
 * Runs a Node script to its end and gives its standard output.
 * @throws {DevnetError} `DEVNET_PROCESS_FAILED` with its output, `DEVNET_ABORTED`.
 */
export async function runScript(
  name: string,
  script: string,
  options: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const child = spawn(process.execPath, ["--import", TETHER, script, ...options], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  child.stdin.on("error", () => undefined);
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  const abort = (): void => killGroup(child);
  signal?.addEventListener("abort", abort, { once: true });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).finally(() => signal?.removeEventListener("abort", abort));
  if (signal?.aborted) throw new DevnetError("DEVNET_ABORTED", `${name} was aborted.`);
  if (code !== 0) {
    const text = Buffer.concat([...output, ...errors]).toString("utf8");
    throw new DevnetError("DEVNET_PROCESS_FAILED", `${name} failed (exit code ${code}):\n${text}`);
  }
  return Buffer.concat(output).toString("utf8");
}
