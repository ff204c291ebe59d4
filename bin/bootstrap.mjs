#!/usr/bin/env node
// Prepares a checkout and runs it: `start`, `test` or `build`. Owns installing and building; plain JavaScript without
// dependencies, because it runs before they are installed. What did not change is not built again.
//
//   node bin/bootstrap.mjs build
//   node bin/bootstrap.mjs start [-- --keep …]
//   node bin/bootstrap.mjs test [vitest's arguments]
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const parent = process.ppid;

/** Workspaces and folders whose TypeScript and Solidity decide what has to be built. */
const SOURCE_FOLDERS = ["circuits", "contracts", "prover", "sdk", "sequencer", "cli", "test"];
const SOURCE_SUFFIXES = [".ts", ".mjs", ".sol", "package.json", "tsconfig.json", "foundry.toml"];
const IGNORED_FOLDERS = new Set(["node_modules", "dist", "out", "cache", ".cache"]);
const MINIMUM_NODE = [20, 19];

/** A step of the preparation failed. The message says which, and what to do. */
class BootstrapError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "BootstrapError";
    this.code = code;
  }
}

const print = (text) => process.stdout.write(`${text}\n`);
const digest = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
};

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1])) return;
  throw new BootstrapError(
    "BOOTSTRAP_NODE_TOO_OLD",
    `Node ${process.versions.node} is too old: install Node ${MINIMUM_NODE.join(".")} or newer.`,
  );
}

/** Runs a program in the checkout. Its output is shown when it fails, or at once when `inherit` is set. */
function run(command, options, { inherit = false, what }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, options, {
      cwd: root,
      stdio: inherit ? "inherit" : ["ignore", "pipe", "pipe"],
    });
    const output = [];
    child.stdout?.on("data", (chunk) => output.push(chunk));
    child.stderr?.on("data", (chunk) => output.push(chunk));
    const forward = (signal) => child.kill(signal);
    const ignore = () => {}; // the terminal has sent it to the child as well
    process.on("SIGTERM", forward);
    process.on("SIGINT", ignore);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGTERM", forward);
      process.off("SIGINT", ignore);
      if (code === 0) return resolve();
      const reason = signal === null ? `exit code ${code}` : `signal ${signal}`;
      const text = Buffer.concat(output).toString("utf8").trimEnd();
      reject(
        new BootstrapError("BOOTSTRAP_STEP_FAILED", `${what} failed (${reason}).${text ? `\n${text}` : ""}`),
      );
    });
  });
}

/** Whether node_modules holds what the lock file says. */
function isInstalled(lockDigest) {
  const stamp = join(root, "node_modules", ".catalyze-lock");
  if (existsSync(stamp)) return readFileSync(stamp, "utf8") === lockDigest;
  const installed = join(root, "node_modules", ".package-lock.json");
  return (
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs
  );
}

async function install() {
  const lockDigest = digest(readFileSync(join(root, "package-lock.json")));
  const stamp = join(root, "node_modules", ".catalyze-lock");
  if (!isInstalled(lockDigest)) {
    // `npm_execpath` is npm's own script when npm started us; it works where npm is no executable (Windows).
    const npm = process.env.npm_execpath?.endsWith(".js")
      ? [process.execPath, process.env.npm_execpath]
      : ["npm"];
    // No scripts: none of a dependency is needed, and the native parts get a phase of their own.
    await run(npm[0], [...npm.slice(1), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      what: "npm ci",
    });
  }
  if (!existsSync(stamp)) writeFileSync(stamp, lockDigest);
  return lockDigest;
}

function sourcesBelow(folder, found = []) {
  if (!existsSync(folder)) return found;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!IGNORED_FOLDERS.has(entry.name) && entry.name !== "generated") sourcesBelow(path, found);
    } else if (SOURCE_SUFFIXES.some((suffix) => entry.name.endsWith(suffix))) found.push(path);
  }
  return found;
}

function buildKey(lockDigest) {
  const files = SOURCE_FOLDERS.flatMap((folder) => sourcesBelow(join(root, folder))).sort();
  const shared = ["tsconfig.json", "tsconfig.base.json"].map((name) => join(root, name));
  return digest(
    lockDigest,
    process.versions.node,
    ...[...shared, ...files].flatMap((path) => [relative(root, path), readFileSync(path)]),
  );
}

/** Files that a finished build has; a stamp without them is stale. */
const buildOutputs = () => [
  ...SOURCE_FOLDERS.filter((name) => name !== "test").map((name) => join(root, name, "dist", ".tsbuildinfo")),
  join(root, "contracts", "generated", "index.ts"),
  join(root, "contracts", "src", "generated", "Schema.sol"),
];

/** Builds in the order of the dependencies: circuits, sources generated from the schema, contracts, the rest. */
async function build(lockDigest) {
  const stamp = join(root, ".cache", "build.key");
  const key = buildKey(lockDigest);
  const upToDate =
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === key &&
    buildOutputs().every((path) => existsSync(path));
  if (upToDate) return false;
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  await run(process.execPath, [tsc, "-b", "circuits"], {
    what: "Building circuits",
  });
  const { generateSchemaSources } = await import(
    pathToFileURL(join(root, "circuits", "dist", "tools", "generate-schema.js")).href
  );
  await generateSchemaSources();
  await run(process.execPath, [join("contracts", "tools", "build.mjs")], {
    what: "Building contracts",
  });
  await run(process.execPath, [tsc, "-b"], { what: "Building TypeScript" });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(`${stamp}.${process.pid}`, key);
  renameSync(`${stamp}.${process.pid}`, stamp);
  return true;
}

/** Compiles the native prover where a C++ compiler is; without one snarkjs proves, slower. Never a failure. */
async function buildNativeProver() {
  const native = await import(pathToFileURL(join(root, "prover", "native", "install.mjs")).href);
  const { state, message } = await native.buildNativeParts();
  if (state === "failed") print(`  the native prover did not compile; snarkjs proves instead.\n${message}`);
  if (state === "unavailable") print(`  no native prover (${message}); snarkjs proves instead.`);
}

/** Runs one phase and prints a line with its time; gives the time in milliseconds. */
async function phase(title, work) {
  const start = performance.now();
  print(`› ${title}`);
  await work();
  const time = performance.now() - start;
  print(`✔ ${title} (${(time / 1000).toFixed(1)} s)`);
  return { title, milliseconds: time };
}

async function prepare() {
  checkNode();
  let lockDigest;
  const phases = [
    await phase("Install dependencies", async () => {
      lockDigest = await install();
    }),
    await phase("Build", () => build(lockDigest)),
    await phase("Native prover", buildNativeProver),
  ];
  return phases;
}

async function main([command, ...rest]) {
  if (!["start", "test", "build"].includes(command)) {
    throw new BootstrapError("BOOTSTRAP_USAGE", "Usage: node bin/bootstrap.mjs start|test|build [arguments]");
  }
  const phases = await prepare();
  if (process.env.npm_lifecycle_event !== undefined && process.ppid !== parent) {
    throw new BootstrapError("BOOTSTRAP_STOPPED", "npm was stopped.");
  }
  if (command === "start") {
    const { start } = await import(pathToFileURL(join(root, "cli", "dist", "src", "start.js")).href);
    process.exitCode = await start(rest, phases);
  }
  if (command === "test") {
    const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
    // Its own summary is the last thing to be read, so a failure adds nothing but the exit code.
    await run(process.execPath, [vitest, "run", ...rest], {
      inherit: true,
      what: "vitest",
    }).catch(() => {
      process.exitCode = 1;
    });
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`✖ ${error instanceof BootstrapError ? error.message : (error.stack ?? error)}\n`);
  process.exitCode = 1;
}
