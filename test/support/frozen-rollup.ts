// The Solidity tests' frozen rollup on a local chain: it has the real rollup's root and its CTZ, and pays what the exits
// contract tells it to.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { contractsFolder, ctzAbi, foundryBinary, rollupAbi } from "@catalyze/contracts";
import { type Abi, type Address, type Hex, parseAbi } from "viem";
import { type RollupParts, UNIT } from "./rollup.js";

const ABI = parseAbi([
  "function fix(address exits, uint256 root)",
  "function freeze(uint64 time)",
  "function setSplitter(uint64 seedId, address recipient)",
]);

async function artefact(): Promise<{ abi: Abi; bytecode: Hex }> {
  const cwd = contractsFolder();
  const environment = { ...process.env, FOUNDRY_OUT: "out/test", FOUNDRY_CACHE_PATH: "cache/test" };
  await promisify(execFile)(await foundryBinary("forge"), ["build", "test/support/FrozenRollup.sol"], {
    cwd,
    env: environment,
  });
  const path = join(cwd, "out", "test", "FrozenRollup.sol", "FrozenRollup.json");
  const { abi, bytecode } = JSON.parse(await readFile(path, "utf8"));
  return { abi, bytecode: bytecode.object };
}

/** Deploys it for the contracts of a rollup; it is not frozen and holds nothing yet. */
export async function deployFrozenRollup(parts: RollupParts): Promise<Address> {
  const { wallet, mined, deployment, accounts } = parts;
  const args = [
    deployment.ctz,
    deployment.programRegistry,
    deployment.statementRegistry,
    accounts.pool.address,
  ];
  const hash = await wallet("deployer").deployContract({ ...(await artefact()), args });
  return (await mined(hash)).contractAddress!;
}

/** Freezes it now, with the real rollup's root and as much CTZ as the real rollup holds. Returns the time. */
export async function freezeWith(
  parts: RollupParts,
  frozen: Address,
  exits: Address,
  splitter: Address,
): Promise<bigint> {
  const { client, wallet, mined, deployment } = parts;
  const { rollup, ctz } = deployment;
  const deployer = wallet("deployer");
  const { root } = await client.readContract({ address: rollup, abi: rollupAbi, functionName: "state" });
  const held = await client.readContract({ address: rollup, abi: rollupAbi, functionName: "liabilities" });
  const { timestamp } = await client.getBlock();
  const contract = { address: frozen, abi: ABI } as const;
  for (const call of [
    { ...contract, functionName: "fix", args: [exits, root] },
    { ...contract, functionName: "freeze", args: [timestamp] },
    { ...contract, functionName: "setSplitter", args: [1n, splitter] },
    { address: ctz, abi: ctzAbi, functionName: "transfer", args: [frozen, held * UNIT] },
  ] as const)
    await mined(await deployer.writeContract(call as Parameters<typeof deployer.writeContract>[0]));
  return timestamp;
}
