// Runs a random campaign of any length: node test/random/main.mjs --operations 10000 --seed 7 --size campaign
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const usage = "usage: npm run test:random -- [--operations N] [--seed N] [--size small|campaign]";

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        operations: { type: "string", default: "10000" },
        seed: { type: "string", default: "20261120" },
        size: { type: "string", default: "campaign" },
      },
    });
    const whole = /^[1-9][0-9]{0,8}$/;
    if (!whole.test(values.operations)) throw new Error("--operations is a whole number above 0");
    if (!whole.test(values.seed)) throw new Error("--seed is a whole number above 0");
    if (!["small", "campaign"].includes(values.size)) throw new Error("--size is small or campaign");
    return values;
  } catch (error) {
    process.stderr.write(`${error.message}\n${usage}\n`);
    process.exit(2);
  }
}

const { operations, seed, size } = readOptions();
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const { status } = spawnSync(
  process.execPath,
  [vitest, "run", "test/random/random.test.ts", "--disable-console-intercept"],
  {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      CATALYZE_RANDOM_OPERATIONS: operations,
      CATALYZE_RANDOM_SEED: seed,
      CATALYZE_RANDOM_SIZE: size,
    },
  },
);
process.exitCode = status ?? 1;
