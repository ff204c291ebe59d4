// Builds the native witness generator: `node prover/native/witness/build.mjs`. Needs a C++17 compiler
// (CXX, or c++, g++, clang++) and Node's headers, which come with Node. Without them it says so and succeeds: the WASM
// programs do the same work. The result, dist/catalyze_witness.node, is kept while sources, flags and Node's major
// version stay the same.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));
const NAME = "catalyze_witness";

const sources = readdirSync(folder)
  .filter((name) => name.endsWith(".cpp"))
  .sort();
/** The compiler's flags; the sanitizers need their library loaded before the addon, see ../../test/sanitize.mjs. */
const flags = (sanitize) => [
  ...[
    "-std=c++17",
    sanitize ? "-O1" : "-O3",
    "-fno-tree-vectorize",
    "-fPIC",
    "-shared",
    "-fvisibility=hidden",
    "-Wall",
    "-Wextra",
  ],
  "-DNODE_GYP_MODULE_NAME=catalyze_witness",
  ...(sanitize ? ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"] : []),
  ...(process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : []),
];

function contentKey(sanitize) {
  const hash = createHash("sha256").update(JSON.stringify([flags(sanitize), process.platform, process.arch]));
  hash.update(process.versions.node.split(".")[0]);
  for (const name of ["integer.hpp", "element.hpp", "inverse.hpp"]) {
    hash.update(name).update(readFileSync(join(folder, "..", "field", name)));
  }
  for (const name of readdirSync(folder)
    .filter((file) => /\.(cpp|hpp|h)$/.test(file))
    .sort()) {
    hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest("hex");
}

function findHeaders() {
  const candidates = [
    process.env.npm_config_nodedir && join(process.env.npm_config_nodedir, "include", "node"),
    join(dirname(dirname(process.execPath)), "include", "node"),
    "/usr/include/node",
    "/usr/local/include/node",
  ];
  return candidates.find((path) => path && existsSync(join(path, "node_api.h")));
}

function findCompiler() {
  const works = (name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0;
  return [process.env.CXX, "c++", "g++", "clang++"].find((name) => name && works(name));
}

/**
 * Builds the addon unless it is up to date, with `sanitize` into dist/sanitized with AddressSanitizer and
 * UndefinedBehaviorSanitizer. Never throws because of the compiler.
 * @returns what was done, in words
 */
export function buildNativeWitness({ sanitize = false } = {}) {
  const output = join(folder, "dist", sanitize ? "sanitized" : "");
  const addon = join(output, `${NAME}.node`);
  const stamp = join(output, `${NAME}.key`);
  const key = contentKey(sanitize);
  if (existsSync(addon) && existsSync(stamp) && readFileSync(stamp, "utf8") === key) return "up to date";
  const headers = findHeaders();
  const compiler = findCompiler();
  if (process.platform === "win32" || !headers || !compiler)
    return "absent: no C++ compiler or no Node headers";
  mkdirSync(output, { recursive: true });
  const temporary = `${addon}.${process.pid}`;
  const command = [
    ...flags(sanitize),
    "-I",
    headers,
    ...sources.map((name) => join(folder, name)),
    "-o",
    temporary,
  ];
  const { status, stderr } = spawnSync(compiler, command, { encoding: "utf8" });
  if (status !== 0) return `absent: ${compiler} failed\n${stderr}`;
  renameSync(temporary, addon);
  writeFileSync(stamp, key);
  return `built with ${compiler}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(`native witness generator: ${buildNativeWitness()}`);
}
