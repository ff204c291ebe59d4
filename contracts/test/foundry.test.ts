// Runs the Solidity tests under vitest, after writing the tests of Schema.sol that the schema itself generates.
// UPDATE_GAS=1 writes the gas snapshots instead of comparing with them.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateSchemaSources } from "@catalyze/circuits/build";
import { expect, test } from "vitest";
import { contractsFolder, runForgeTests } from "../tools/index.js";
import { schemaTests } from "./support/vectors.js";

/** Fewer would mean that forge did not find the tests. */
const EXPECTED_SUITES = 12;

test("Solidity tests", { timeout: 600_000 }, async () => {
  generateSchemaSources();
  const path = join(contractsFolder(), "test", "generated", "Schema.t.sol");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, schemaTests());
  const update = process.env.UPDATE_GAS === "1";
  const results = await runForgeTests([`--gas-snapshot-check=${!update}`]);
  const failures = results.filter(({ passed }) => !passed);
  expect(failures.map(({ suite, name, reason }) => `${suite} ${name}: ${reason}`)).toEqual([]);
  expect(new Set(results.map(({ suite }) => suite)).size).toBeGreaterThanOrEqual(EXPECTED_SUITES);
});
