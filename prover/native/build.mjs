// Compiles the native prover when a C++17 compiler is there: the addon and the command-line tool, into ./build.
// Plain JavaScript without dependencies. What did not change is not compiled again; a failed or impossible build
// leaves nothing behind and is no error for the caller, because the snarkjs backend does the same work, slower.
//
//   node prover/native/build.mjs [--force]
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const folder = dirname(fileURLToPath(import.meta.url));
const output = join(folder, "build");
/** The addon, once it is built. */
export const ADDON_PATH = join(output, "catalyze-prover.node");
/** The command-line tool of tests and benchmarks, once it is built. */
export const TOOL_PATH = join(output, "catalyze-prover-tool");

const COMMON_FLAGS = [
  "-std=c++17",
  "-O3",
  "-DNDEBUG",
  "-fPIC",
  "-fvisibility=hidden",
  "-pthread",
  "-Wall",
  "-Wextra",
  // gcc's own intrinsics headers trip these.
  "-Wno-uninitialized",
  "-Wno-maybe-uninitialized",
  "-Wno-ignored-attributes",
];
const MULX_FLAGS = ["-mbmi2", "-madx"];
const IFMA_FLAGS = [...MULX_FLAGS, ..."f dq bw vl ifma vbmi2".split(" ").map((name) => `-mavx512${name}`)];

/**
 * Sources with their own flags. The order is that of linking and matters: inline functions of the standard library
 * that several of them contain are taken from the first, so those compiled for newer processors come last.
 * The portable path is compiled with less optimisation: half the time of the compiler for the path that few use.
 */
function sources() {
  const library = [
    "groth16/cpu.cpp",
    "groth16/prover.cpp",
    "files/container.cpp",
    "files/wtns.cpp",
    "files/zkey.cpp",
    "setup/scalars.cpp",
  ].map((path) => ({ path, flags: [] }));
  const paths = [{ path: "groth16/path_portable.cpp", flags: ["-O2"] }];
  if (process.arch === "x64") {
    paths.push(
      { path: "groth16/path_mulx.cpp", flags: MULX_FLAGS },
      { path: "groth16/path_ifma.cpp", flags: IFMA_FLAGS },
    );
  }
  return [...library, ...paths];
}

const run = promisify(execFile);

async function findCompiler() {
  for (const name of [process.env.CXX, "g++", "clang++", "c++"]) {
    if (!name) continue;
    const version = await run(name, ["--version"]).catch(() => undefined);
    if (version !== undefined) return { name, version: version.stdout };
  }
  return undefined;
}

/** The folder with node_api.h: beside this Node, in node-gyp's cache, or in the npm package node-api-headers. */
function findNodeHeaders() {
  const candidates = [
    ...(process.env.npm_config_nodedir ? [join(process.env.npm_config_nodedir, "include", "node")] : []),
    join(dirname(dirname(process.execPath)), "include", "node"),
    "/usr/include/node",
    "/usr/local/include/node",
    join(homedir(), ".cache", "node-gyp", process.versions.node, "include", "node"),
    join(homedir(), "Library", "Caches", "node-gyp", process.versions.node, "include", "node"),
    join(folder, "..", "..", "node_modules", "node-api-headers", "include"),
  ];
  return candidates.find((path) => existsSync(join(path, "node_api.h")));
}

/** All sources of the prover, and this file for the flags; the witness generator has a build of its own. */
function sourceFiles(below = folder) {
  return readdirSync(below, { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name);
    if (entry.isDirectory())
      return path === output || path === join(folder, "witness") ? [] : sourceFiles(path);
    return /\.(cpp|hpp|h)$/.test(entry.name) || entry.name === "build.mjs" ? [path] : [];
  });
}

function contentKey(compiler, flags) {
  const hash = createHash("sha256");
  for (const part of [compiler.name, compiler.version, process.platform, process.arch, ...flags])
    hash.update(part).update("\0");
  for (const path of sourceFiles().sort())
    hash.update(relative(folder, path)).update("\0").update(readFileSync(path)).update("\0");
  return hash.digest("hex");
}

async function compileAll(compiler, headers, extraFlags, scratch) {
  const units = [
    ...sources(),
    { path: "addon/addon.cpp", flags: [`-I${headers}`] },
    { path: "tool/main.cpp", flags: [] },
  ].map((unit) => ({ ...unit, object: join(scratch, `${unit.path.replaceAll("/", "-")}.o`) }));
  // The long ones first.
  const queue = [...units].sort(
    (a, b) => Number(b.path.includes("path_")) - Number(a.path.includes("path_")),
  );
  const work = async () => {
    for (let unit = queue.shift(); unit !== undefined; unit = queue.shift()) {
      await run(compiler.name, [
        ...COMMON_FLAGS,
        ...unit.flags,
        ...extraFlags,
        "-c",
        join(folder, unit.path),
        "-o",
        unit.object,
      ]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), units.length) }, work));
  const objects = (skipped) => units.filter(({ path }) => path !== skipped).map(({ object }) => object);
  const shared = process.platform === "darwin" ? ["-bundle", "-undefined", "dynamic_lookup"] : ["-shared"];
  const link = (objectFiles, flags, target) =>
    run(compiler.name, ["-pthread", ...extraFlags, ...flags, ...objectFiles, "-o", target]);
  await link(objects("tool/main.cpp"), shared, join(scratch, "addon"));
  await link(objects("addon/addon.cpp"), [], join(scratch, "tool"));
}

/**
 * Builds what is out of date.
 * @param {{ force?: boolean, extraFlags?: string[] }} [options]
 * @returns {Promise<{ status: "built" | "current" | "unavailable" | "failed", message: string }>} `unavailable`: no
 * compiler, no headers or a system that is not supported; `failed`: the compiler's output. Never rejects for these.
 */
export async function buildNative({ force = false, extraFlags = [] } = {}) {
  if (process.platform !== "linux" && process.platform !== "darwin")
    return { status: "unavailable", message: `not on ${process.platform}` };
  const compiler = await findCompiler();
  if (compiler === undefined)
    return { status: "unavailable", message: "no C++ compiler (g++ or clang++) was found" };
  const headers = findNodeHeaders();
  if (headers === undefined)
    return { status: "unavailable", message: "the headers of Node (node_api.h) were not found" };
  const key = contentKey(compiler, extraFlags);
  mkdirSync(output, { recursive: true });
  return whileLocked(`lock-${key.slice(0, 16)}`, async () => {
    if (isCurrent(key) && !force) return { status: "current", message: ADDON_PATH };
    return install(key, (scratch) => compileAll(compiler, headers, extraFlags, scratch));
  });
}

const stampPath = join(output, "build.key");

function isCurrent(key) {
  const exists = [stampPath, ADDON_PATH, TOOL_PATH].every((path) => existsSync(path));
  return exists && readFileSync(stampPath, "utf8") === key;
}

/** One build of the same sources at a time: the others wait for it and find it done. */
async function whileLocked(name, work) {
  const lock = join(output, name);
  while (!tryToLock(lock)) await new Promise((resolve) => setTimeout(resolve, 200));
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryToLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  try {
    process.kill(Number(readFileSync(lock, "utf8")), 0);
  } catch (error) {
    // Its process has ended; or the lock was given back just now.
    if (error.code === "ESRCH") rmSync(lock, { force: true });
  }
  return false;
}

/** Compiles into a folder of its own, then puts addon, tool and stamp in their places. */
async function install(key, compile) {
  const scratch = join(output, `scratch-${process.pid}`);
  mkdirSync(scratch, { recursive: true });
  try {
    await compile(scratch);
    rmSync(stampPath, { force: true });
    renameSync(join(scratch, "addon"), ADDON_PATH);
    renameSync(join(scratch, "tool"), TOOL_PATH);
    writeFileSync(join(scratch, "key"), key);
    renameSync(join(scratch, "key"), stampPath);
    return { status: "built", message: ADDON_PATH };
  } catch (error) {
    for (const path of [ADDON_PATH, TOOL_PATH, stampPath]) rmSync(path, { force: true });
    return { status: "failed", message: String(error.stderr ?? error.message ?? error) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const SANITIZER_FLAGS = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"];
const sanitized = join(output, "sanitized");

/**
 * Builds addon and tool with AddressSanitizer and UndefinedBehaviorSanitizer into build/sanitized, unless they are up
 * to date; takes minutes. The addon needs the sanitizer's library to be loaded first, see ../test/sanitize.mjs.
 * Rejects when it can't.
 * @returns {Promise<string>} the path of the tool
 */
export async function buildSanitized() {
  const compiler = await findCompiler();
  const headers = findNodeHeaders();
  if (compiler === undefined || headers === undefined)
    throw new Error("a C++ compiler and Node's headers are needed");
  const tool = join(sanitized, "catalyze-prover-tool");
  const stamp = join(sanitized, "build.key");
  const key = contentKey(compiler, SANITIZER_FLAGS);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) return tool;
  rmSync(sanitized, { recursive: true, force: true });
  mkdirSync(sanitized, { recursive: true });
  await compileAll(compiler, headers, SANITIZER_FLAGS, sanitized);
  renameSync(join(sanitized, "tool"), tool);
  renameSync(join(sanitized, "addon"), join(sanitized, "catalyze-prover.node"));
  writeFileSync(stamp, key);
  return tool;
}

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === process.argv[1]) {
  const start = performance.now();
  const { status, message } = await buildNative({ force: process.argv.includes("--force") });
  console.log(`native prover: ${status} (${((performance.now() - start) / 1000).toFixed(1)} s): ${message}`);
  process.exitCode = status === "failed" ? 1 : 0;
}
