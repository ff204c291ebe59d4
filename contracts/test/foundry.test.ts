// Runs the Solidity tests under vitest, after writing the tests of Schema.sol that the schema itself generates.
// UPDATE_GAS=1 writes the gas snapshots instead of comparing with them.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateSchemaSources } from "@catalyze/circuits/build";
import { beforeAll, expect, test } from "vitest";
import { checkGasSnapshots, contractsFolder, runForgeTests } from "../tools/index.js";
import { schemaTests } from "./support/vectors.js";

/** Fewer would mean that forge did not find the tests. */
const EXPECTED_SUITES = 24;

beforeAll(() => {
  generateSchemaSources();
  const path = join(contractsFolder(), "test", "generated", "Schema.t.sol");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, schemaTests());
});

test("Solidity tests", { timeout: 600_000 }, async () => {
  const results = await runForgeTests();
  const failures = results.filter(({ passed }) => !passed);
  expect(failures.map(({ suite, name, reason }) => `${suite} ${name}: ${reason}`)).toEqual([]);
  expect(new Set(results.map(({ suite }) => suite)).size).toBeGreaterThanOrEqual(EXPECTED_SUITES);
});

test("gas of verification and blocks", { timeout: 600_000 }, async () => {
  await checkGasSnapshots({ update: process.env.UPDATE_GAS === "1" });
});
