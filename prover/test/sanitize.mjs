// Runs the native parts under AddressSanitizer and UndefinedBehaviorSanitizer: the library's self-test, and the tests
// that go through the two addons, in a Node that has the sanitizer's library loaded first. Needs g++ on Linux.
//
//   npm run test:sanitize [-- test files]
//
// Leaks are looked for in the self-test only: Node itself does not free everything at its end. Takes about 10 minutes
// the first time (the compiler), 4 afterwards. Ends with code 0 when nothing was found.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSanitized } from "../native/build.mjs";
import { buildNativeWitness } from "../native/witness/build.mjs";

const folder = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(folder));
const TESTS = ["backends", "native-witness", "development-setup"];

function run(command, environment) {
  const { status, signal, error } = spawnSync(command[0], command.slice(1), {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...environment },
  });
  if (status !== 0)
    throw new Error(`${command.join(" ")}: ${error?.message ?? signal ?? `exit code ${status}`}`);
}

/** A library of the compiler that made the addons. */
function libraryOf(compiler, name) {
  const path = execFileSync(compiler, [`-print-file-name=${name}`], { encoding: "utf8" }).trim();
  if (!existsSync(path)) throw new Error(`${compiler} has no ${name}: install g++ with its sanitizers`);
  return path;
}

process.env.CXX = "g++";
const libraries = ["libasan.so", "libstdc++.so"].map((name) => libraryOf("g++", name));
const tool = await buildSanitized();
const witness = buildNativeWitness({ sanitize: true });
if (witness.startsWith("absent")) throw new Error(witness);
run([tool, "self-test"], { UBSAN_OPTIONS: "print_stacktrace=1" });
const files =
  process.argv.length > 2
    ? process.argv.slice(2)
    : TESTS.map((name) => join("prover", "test", `${name}.test.ts`));
run([process.execPath, join("node_modules", "vitest", "vitest.mjs"), "run", ...files], {
  CATALYZE_SANITIZED: "1",
  CATALYZE_BACKEND: "native",
  LD_PRELOAD: libraries.join(":"),
  ASAN_OPTIONS: "detect_leaks=0",
  UBSAN_OPTIONS: "print_stacktrace=1",
});
