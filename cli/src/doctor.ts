// `catalyze doctor`: checks what the other commands need, and says what to do about what is missing.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "./root.js";

/** Result of one check. `advice` is given when it is not well. */
interface Check {
  readonly name: string;
  readonly found: string;
  readonly advice?: string | undefined;
}

const MINIMUM_NODE = [20, 19] as const;
const MINIMUM_FREE_BYTES = 4 * 2 ** 30;
const MINIMUM_MEMORY_BYTES = 4 * 2 ** 30;
const DEFAULT_PORTS = [8545, 8645] as const;
const GIGABYTE = 2 ** 30;

function checkNode(): Check {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [needMajor, needMinor] = MINIMUM_NODE;
  const isNew = major > needMajor || (major === needMajor && minor >= needMinor);
  return {
    name: "Node",
    found: process.versions.node,
    advice: isNew ? undefined : `install Node ${MINIMUM_NODE.join(".")} or newer`,
  };
}

async function checkTool(tool: "anvil" | "forge"): Promise<Check> {
  const { foundryBinary } = await import("@catalyze/contracts");
  try {
    const { stdout } = await promisify(execFile)(await foundryBinary(tool), ["--version"]);
    return { name: tool, found: stdout.split("\n")[0] ?? "" };
  } catch (error) {
    const advice = `${error instanceof Error ? error.message : error}`;
    return { name: tool, found: "missing", advice };
  }
}

function checkCompiler(): Check {
  try {
    const manifest = createRequire(import.meta.url).resolve("circom2/package.json");
    return { name: "circom", found: `circom2 ${JSON.parse(readFileSync(manifest, "utf8")).version}` };
  } catch {
    return { name: "circom", found: "missing", advice: "run npm ci" };
  }
}

async function checkCache(): Promise<Check> {
  const folder = cacheFolder();
  const probe = join(folder, `.doctor-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, "");
    await rm(probe);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    return {
      name: "Cache",
      found: `${folder}, ${(free / GIGABYTE).toFixed(1)} GiB free`,
      advice:
        free < MINIMUM_FREE_BYTES
          ? `free at least ${MINIMUM_FREE_BYTES / GIGABYTE} GiB, or set CATALYZE_CACHE to a folder on another disk`
          : undefined,
    };
  } catch (error) {
    return {
      name: "Cache",
      found: folder,
      advice: `make it writable or set CATALYZE_CACHE: ${error instanceof Error ? error.message : error}`,
    };
  }
}

function checkMachine(): Check {
  const memory = totalmem();
  return {
    name: "Machine",
    found: `${availableParallelism()} processors, ${(memory / GIGABYTE).toFixed(1)} GiB memory`,
    advice:
      memory < MINIMUM_MEMORY_BYTES
        ? `proving needs about ${MINIMUM_MEMORY_BYTES / GIGABYTE} GiB of memory`
        : undefined,
  };
}

function checkPort(port: number): Promise<Check> {
  return new Promise((resolve) => {
    const server = createServer();
    const name = `Port ${port}`;
    server.once("error", () =>
      resolve({ name, found: "in use", advice: "end what uses it, or give another port to catalyze devnet" }),
    );
    server.listen(port, "127.0.0.1", () => server.close(() => resolve({ name, found: "free" })));
  });
}

/** Runs every check and prints a line for each. Gives the exit code: 0 when all is well. */
export async function runDoctor(): Promise<number> {
  const checks = [
    checkNode(),
    checkMachine(),
    await checkTool("anvil"),
    await checkTool("forge"),
    checkCompiler(),
    await checkCache(),
    ...(await Promise.all(DEFAULT_PORTS.map(checkPort))),
  ];
  for (const { name, found, advice } of checks) {
    process.stdout.write(`${advice === undefined ? "✔" : "✖"} ${name.padEnd(10)} ${found}\n`);
    if (advice !== undefined) process.stdout.write(`  ${advice}\n`);
  }
  return checks.every(({ advice }) => advice === undefined) ? 0 : 1;
}
