#!/usr/bin/env node
// Solidity compiler for Foundry: npm's `solc` behind the two command lines that forge uses, `--version` and
// `--standard-json`. Needs no download. Assumes that forge gives all sources in the standard input.
//
// forge names a dependency outside the project by its absolute path when another dependency imports it, and by the
// remapped relative path when the project does. The command-line solc sees through that on the file system; here
// absolute names become relative ones on the way in, and absolute again on the way out.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, relative, sep } from "node:path";

const solc = createRequire(import.meta.url)("solc");

function renameKeys(object, rename) {
  return Object.fromEntries(Object.entries(object ?? {}).map(([name, value]) => [rename(name), value]));
}

function compile(text) {
  const input = JSON.parse(text);
  const absoluteNames = new Map();
  const toRelative = (name) => {
    if (!isAbsolute(name)) return name;
    const short = relative(process.cwd(), name).split(sep).join("/");
    absoluteNames.set(short, name);
    return short;
  };
  const toAbsolute = (name) => absoluteNames.get(name) ?? name;
  input.sources = renameKeys(input.sources, toRelative);
  input.settings.outputSelection = renameKeys(input.settings.outputSelection, toRelative);
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  if (output.sources) output.sources = renameKeys(output.sources, toAbsolute);
  if (output.contracts) output.contracts = renameKeys(output.contracts, toAbsolute);
  return JSON.stringify(output);
}

if (process.argv[2] === "--version") {
  const version = solc.version().replace("Emscripten.clang", "Linux.g++");
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
} else if (process.argv.includes("--standard-json")) {
  process.stdout.write(compile(readFileSync(0, "utf8")));
} else {
  process.stderr.write("solc.mjs: use --version or --standard-json\n");
  process.exitCode = 1;
}
