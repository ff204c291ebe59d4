// Builds the contracts: forge build, then typed ABIs and bytecode as TypeScript under contracts/generated.
// Plain script without TypeScript dependencies, because `tsc -b contracts` needs its results. Content-keyed: an
// unchanged tree is not built again. Assumes that npm has installed forge and solc.
//
//   node contracts/tools/build.mjs
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);

/** Folder of the contracts workspace: the nearest folder above this file that holds foundry.toml. */
export const contractsFolder = findContractsFolder(dirname(fileURLToPath(import.meta.url)));

/** Contracts whose ABI and bytecode are exported to TypeScript; `<name>Abi`, `<name>Bytecode`. */
const EXPORTED = [
  "CTZ",
  "Groth16Verifier",
  "ProgramRegistry",
  "StatementRegistry",
  "SeedRegistry",
  "L1Queue",
  "Rollup",
  "Exits",
  "Poseidon",
  "SharesHasher",
  "OperatorStake",
  "ReceiptChallenge",
  "LeaseChallenge",
];
/** Contracts whose code is data: only their bytecode is exported, from the file that holds them all. */
const TABLES = ["3", "4", "5", "17Part1", "17Part2", "17Part3", "17Part4"].map(
  (name) => `PoseidonTable${name}`,
);
const TABLES_SOURCE = "PoseidonTables";

/** A step of the contract build failed. `code` is stable; the message says what to do. */
export class ContractBuildError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "ContractBuildError";
    this.code = code;
  }
}

function findContractsFolder(start) {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "foundry.toml"))) return folder;
    if (folder === dirname(folder)) throw new Error(`No foundry.toml above ${start}`);
  }
}

/**
 * Path of a Foundry binary from its npm platform package.
 * @param {"forge" | "anvil"} tool
 * @throws {ContractBuildError} CONTRACTS_TOOL_MISSING when there is none for this platform.
 */
export function foundryBinary(tool) {
  const architecture = { x64: "amd64", arm64: "arm64" }[process.arch];
  const name = `@foundry-rs/${tool}-${process.platform}-${architecture}`;
  try {
    const folder = dirname(require.resolve(`${name}/package.json`));
    return join(folder, "bin", process.platform === "win32" ? `${tool}.exe` : tool);
  } catch {
    throw new ContractBuildError(
      "CONTRACTS_TOOL_MISSING",
      `${name} is not installed; run npm install on a platform that Foundry supports.`,
    );
  }
}

function filesBelow(folder, suffix) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * Makes sure that the generated sources under src/generated are there: writes the missing ones from the built circuits
 * workspace.
 * @throws {ContractBuildError} CONTRACTS_SCHEMA_MISSING when circuits has not been built.
 */
export async function ensureSchema() {
  const missing = ["Schema.sol", "PoseidonTables.sol"].filter(
    (name) => !existsSync(join(contractsFolder, "src", "generated", name)),
  );
  if (missing.length === 0) return;
  const tools = join(contractsFolder, "..", "circuits", "dist", "tools", "index.js");
  if (!existsSync(tools)) {
    throw new ContractBuildError(
      "CONTRACTS_SCHEMA_MISSING",
      `contracts/src/generated/${missing[0]} is missing; build circuits first (npx tsc -b circuits).`,
    );
  }
  const { generatePoseidonSolidity, generateSchemaSources } = await import(pathToFileURL(tools).href);
  generateSchemaSources();
  await generatePoseidonSolidity();
}

function contentKey() {
  const hash = createHash("sha256");
  const own = [join(contractsFolder, "foundry.toml"), fileURLToPath(import.meta.url)];
  for (const file of [...filesBelow(join(contractsFolder, "src"), ".sol"), ...own]) {
    hash
      .update(`${relative(contractsFolder, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  }
  for (const dependency of ["solc", "@openzeppelin/contracts"]) {
    hash.update(JSON.parse(readFileSync(require.resolve(`${dependency}/package.json`), "utf8")).version);
  }
  return hash.digest("hex");
}

/**
 * Runs forge in the contracts folder.
 * @param {string[]} options
 * @returns {Promise<{ code: number, output: string, stdout: string }>} exit code, both outputs, standard output.
 */
export function runForge(options) {
  // Tests have folders of their own: they may run while another process builds.
  const folders =
    options[0] === "test" ? { FOUNDRY_OUT: "out/test", FOUNDRY_CACHE_PATH: "cache/test" } : undefined;
  const environment = {
    ...process.env,
    ...folders,
    FOUNDRY_DISABLE_NIGHTLY_WARNING: "1",
    NO_COLOR: "1",
  };
  return new Promise((resolve, reject) => {
    execFile(
      foundryBinary("forge"),
      options,
      { cwd: contractsFolder, env: environment, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error && typeof error.code !== "number") reject(error);
        else
          resolve({
            code: error ? error.code : 0,
            output: `${stdout}${stderr}`,
            stdout,
          });
      },
    );
  });
}

function writeIfChanged(path, text) {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

function constantName(name) {
  return name === name.toUpperCase() ? name.toLowerCase() : name.charAt(0).toLowerCase() + name.slice(1);
}

function readArtefact(name, source = name) {
  return JSON.parse(readFileSync(join(contractsFolder, "out", `${source}.sol`, `${name}.json`), "utf8"));
}

const signature = ({ name, inputs }) => `${name}(${inputs.map(({ type }) => type).join()})`;

/** Errors of all contracts, each once: a revert passes through the contracts that call one another. */
function allErrors(artefacts) {
  const errors = artefacts.flatMap(({ abi }) => abi.filter(({ type }) => type === "error"));
  return [...new Map(errors.map((error) => [signature(error), error])).values()];
}

function generateContract(folder, name, { abi, bytecode }, errors) {
  const prefix = constantName(name);
  const complete = [...abi.filter(({ type }) => type !== "error"), ...errors];
  const text = [
    "// Generated by contracts/tools/build.mjs; do not edit. Lists the errors of all contracts, to decode any revert.",
    `export const ${prefix}Abi = ${JSON.stringify(complete, null, 1)} as const;`,
    `export const ${prefix}Bytecode = "${bytecode.object}" as const;`,
    "",
  ].join("\n");
  writeIfChanged(join(folder, `${name}.ts`), text);
}

function generateTables(folder) {
  const codes = TABLES.map((name) => `  "${readArtefact(name, TABLES_SOURCE).bytecode.object}",`);
  const text = [
    "// Generated by contracts/tools/build.mjs; do not edit.",
    "/** Creation code of the tables that Poseidon reads, in the order of its constructor. */",
    "export const poseidonTableBytecodes = [",
    ...codes,
    "] as const;",
    "",
  ].join("\n");
  writeIfChanged(join(folder, `${TABLES_SOURCE}.ts`), text);
}

/**
 * Builds the contracts unless nothing changed.
 * @returns {Promise<{ built: boolean }>} whether forge ran.
 * @throws {ContractBuildError} CONTRACTS_BUILD_FAILED with the compiler's output.
 */
export async function buildContracts() {
  await ensureSchema();
  const folder = join(contractsFolder, "generated");
  const keyFile = join(folder, ".key");
  const key = contentKey();
  if (existsSync(keyFile) && readFileSync(keyFile, "utf8") === key) return { built: false };
  const { code, output } = await runForge(["build", "--skip", "test"]);
  if (code !== 0) throw new ContractBuildError("CONTRACTS_BUILD_FAILED", `forge build failed:\n${output}`);
  const artefacts = EXPORTED.map((name) => readArtefact(name));
  const errors = allErrors(artefacts);
  for (const [i, name] of EXPORTED.entries()) generateContract(folder, name, artefacts[i], errors);
  generateTables(folder);
  const index = [...EXPORTED, TABLES_SOURCE].map((name) => `export * from "./${name}.js";`);
  writeIfChanged(
    join(folder, "index.ts"),
    `// Generated by contracts/tools/build.mjs; do not edit.\n${index.join("\n")}\n`,
  );
  writeIfChanged(keyFile, key);
  return { built: true };
}

if (process.argv[1] && pathToFileURL(process.argv[1]).href === import.meta.url) {
  try {
    const { built } = await buildContracts();
    process.stdout.write(built ? "contracts: built\n" : "contracts: up to date\n");
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
