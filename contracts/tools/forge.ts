// Typed access to build.mjs (which cannot be TypeScript: `tsc -b contracts` needs its results) and to forge's tests.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ContractsError } from "./errors.js";

interface BuildScript {
  foundryBinary(tool: "forge" | "anvil"): string;
  ensureSchema(): Promise<void>;
  runForge(options: readonly string[]): Promise<{ code: number; output: string; stdout: string }>;
  buildContracts(): Promise<{ built: boolean }>;
}

/** Absolute path of the contracts workspace: the nearest folder above this file that holds foundry.toml. */
export function contractsFolder(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "foundry.toml"))) return folder;
    if (folder === dirname(folder)) break;
  }
  throw new ContractsError(
    "CONTRACTS_FOLDER_NOT_FOUND",
    `No foundry.toml above ${start}; run the contract tools from a checkout.`,
  );
}

async function buildScript(): Promise<BuildScript> {
  const url = pathToFileURL(join(contractsFolder(), "tools", "build.mjs")).href;
  return (await import(/* @vite-ignore */ url)) as BuildScript;
}

/** Path of a Foundry binary. @throws an error with code `CONTRACTS_TOOL_MISSING` when npm has none for this platform. */
export async function foundryBinary(tool: "forge" | "anvil"): Promise<string> {
  return (await buildScript()).foundryBinary(tool);
}

/**
 * Builds the contracts and their TypeScript ABIs under contracts/generated, unless nothing changed.
 * @throws an error with code `CONTRACTS_BUILD_FAILED` or `CONTRACTS_SCHEMA_MISSING`.
 */
export async function buildContracts(): Promise<{ readonly built: boolean }> {
  return (await buildScript()).buildContracts();
}

/** Result of one Solidity test. */
export interface ForgeTestResult {
  /** File and contract, such as `test/Rollup.t.sol:RollupTest`. */
  readonly suite: string;
  /** Signature, such as `test_register()`. */
  readonly name: string;
  readonly passed: boolean;
  /** Why it failed, with the counterexample if there is one; empty when it passed. */
  readonly reason: string;
}

interface RawResult {
  readonly status: string;
  readonly reason?: string | null;
  readonly counterexample?: unknown;
}

function parseReport(stdout: string): ForgeTestResult[] {
  const start = stdout.indexOf("{");
  const report = JSON.parse(stdout.slice(start)) as Record<
    string,
    { test_results: Record<string, RawResult> }
  >;
  return Object.entries(report).flatMap(([suite, { test_results: results }]) =>
    Object.entries(results).map(([name, { status, reason, counterexample }]) => ({
      suite,
      name,
      passed: status === "Success",
      reason:
        status === "Success"
          ? ""
          : [reason, counterexample && JSON.stringify(counterexample)].filter(Boolean).join(" "),
    })),
  );
}

/**
 * Runs the Solidity tests.
 * @param options further options of `forge test`, such as `["--match-contract", "RollupTest"]`.
 * @returns one result for each test.
 * @throws {ContractsError} `CONTRACTS_FORGE_FAILED` when the tests did not compile or forge gave no report.
 */
export async function runForgeTests(options: readonly string[] = []): Promise<ForgeTestResult[]> {
  const script = await buildScript();
  await script.ensureSchema();
  const { output, stdout } = await script.runForge(["test", "--json", ...options]);
  try {
    return parseReport(stdout);
  } catch (cause) {
    throw new ContractsError("CONTRACTS_FORGE_FAILED", `forge test gave no report:\n${output}`, { cause });
  }
}

/**
 * Compares the gas of the tests named `test_gas_…` with contracts/snapshots, or writes it there.
 * @throws {ContractsError} `CONTRACTS_FORGE_FAILED` with the differences.
 */
export async function checkGasSnapshots({ update = false } = {}): Promise<void> {
  const script = await buildScript();
  await script.ensureSchema();
  const options = ["test", "--match-test", "^test_gas_", `--gas-snapshot-check=${!update}`];
  const { code, output } = await script.runForge(options);
  if (code !== 0)
    throw new ContractsError("CONTRACTS_FORGE_FAILED", `gas differs from snapshots:\n${output}`);
}
