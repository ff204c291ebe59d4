// Local chain and deployment: what TypeScript callers use, against a real anvil.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { operationDomain, SMALL_BLOCK, statementDomain } from "@catalyze/circuits/schema";
import { bn254 } from "@noble/curves/bn254";
import { createPublicClient, createWalletClient, http, keccak256 } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { anvil as anvilChain } from "viem/chains";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Anvil,
  buildContracts,
  DEVELOPMENT_ALPHA_X,
  deploy,
  foundryBinary,
  programRegistryAbi,
  rollupAbi,
  seedRegistryAbi,
  startAnvil,
  type VerifierConstants,
} from "../tools/index.js";

const account = mnemonicToAccount("test test test test test test test test test test test junk");
const pool = "0x00000000000000000000000000000000000000aa" as const;

let chain: Anvil;

beforeAll(async () => {
  await buildContracts();
  chain = await startAnvil();
});

afterAll(async () => {
  await chain.stop();
});

function clients(rpcUrl: string) {
  const transport = http(rpcUrl);
  return {
    publicClient: createPublicClient({ chain: anvilChain, transport, pollingInterval: 50 }),
    walletClient: createWalletClient({ account, chain: anvilChain, transport }),
  };
}

function g2(scalar: bigint): [bigint, bigint, bigint, bigint] {
  const { x, y } = bn254.G2.ProjectivePoint.BASE.multiply(scalar).toAffine();
  return [x.c1, x.c0, y.c1, y.c0];
}

function g1(scalar: bigint): [bigint, bigint] {
  const { x, y } = bn254.G1.ProjectivePoint.BASE.multiply(scalar).toAffine();
  return [x, y];
}

/** A well-formed key of points with known logarithms. */
function key(seed: bigint): Uint8Array {
  const words = [...g2(seed), ...[1n, 2n, 3n, 4n].flatMap((i) => g1(seed + i))];
  return Uint8Array.from(
    Buffer.from(words.map((word) => word.toString(16).padStart(64, "0")).join(""), "hex"),
  );
}

const verifierConstants: VerifierConstants = { alpha: g1(5n), beta: g2(7n), gamma: g2(1n) };
const blockKeys = [{ key: key(11n), size: SMALL_BLOCK }];

test("deploys everything and agrees with the schema's domains", { timeout: 60_000 }, async () => {
  const { publicClient, walletClient } = clients(chain.rpcUrl);
  const deployment = await deploy({
    walletClient,
    publicClient,
    verifierConstants,
    blockKeys,
    genesisRoot: 42n,
    operator: account.address,
    pool,
  });
  expect(deployment.chainId).toBe(31337);
  expect(deployment.blockSizes).toEqual([SMALL_BLOCK]);
  const rollup = { address: deployment.rollup, abi: rollupAbi } as const;
  const read = { ...rollup, functionName: "state" } as const;
  expect(await publicClient.readContract(read)).toMatchObject({ root: 42n, blockNumber: 0n });
  expect(await publicClient.readContract({ ...rollup, functionName: "operationDomain" })).toBe(
    operationDomain(31337n, BigInt(deployment.rollup)),
  );
  expect(await publicClient.readContract({ ...rollup, functionName: "statementDomain" })).toBe(
    statementDomain(31337n, BigInt(deployment.programRegistry)),
  );
  const size = await publicClient.readContract({ ...rollup, functionName: "blockSize", args: [0n] });
  expect(size.programId).toBe(BigInt(keccak256(key(11n))) >> 8n);
  expect(size.cells).toBe(SMALL_BLOCK.cells);
  expect(
    await publicClient.readContract({
      address: deployment.seedRegistry,
      abi: seedRegistryAbi,
      functionName: "rollup",
    }),
  ).toBe(deployment.rollup);
  expect(
    await publicClient.readContract({
      address: deployment.programRegistry,
      abi: programRegistryAbi,
      functionName: "verifier",
    }),
  ).toBe(deployment.groth16Verifier);
});

test("refuses development keys on a chain that is not local", { timeout: 60_000 }, async () => {
  const other = await startAnvil({ chainId: 10 });
  try {
    const { publicClient, walletClient } = clients(other.rpcUrl);
    const constants = { ...verifierConstants, alpha: [DEVELOPMENT_ALPHA_X, 0n] as const };
    const parameters = {
      walletClient,
      publicClient,
      blockKeys,
      genesisRoot: 0n,
      operator: account.address,
      pool,
    };
    await expect(deploy({ ...parameters, verifierConstants: constants })).rejects.toMatchObject({
      code: "CONTRACTS_DEVELOPMENT_KEYS",
    });
  } finally {
    await other.stop();
  }
});

test("refuses bad parameters before it sends anything", async () => {
  const { publicClient, walletClient } = clients(chain.rpcUrl);
  const parameters = {
    walletClient,
    publicClient,
    verifierConstants,
    genesisRoot: 0n,
    operator: account.address,
    pool,
  } as const;
  const before = await publicClient.getTransactionCount({ address: account.address });
  const bad = [
    [],
    [{ key: new Uint8Array(383), size: SMALL_BLOCK }],
    [blockKeys[0]!, { key: key(20n), size: { ...SMALL_BLOCK, depth: 9 } }],
  ];
  for (const keys of bad) {
    await expect(deploy({ ...parameters, blockKeys: keys })).rejects.toMatchObject({
      code: "CONTRACTS_BAD_PARAMETERS",
    });
  }
  expect(await publicClient.getTransactionCount({ address: account.address })).toBe(before);
});

test("reports a port in use", async () => {
  await expect(startAnvil({ port: chain.port })).rejects.toMatchObject({ code: "CONTRACTS_ANVIL_FAILED" });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function waitForEnd(pid: number): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    if (!isAlive(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

test("the guard ends its command when the parent is killed", { timeout: 30_000 }, async () => {
  const guard = fileURLToPath(new URL("../tools/anvil-guard.mjs", import.meta.url));
  const command = [guard, await foundryBinary("anvil"), "--port", "0"];
  // A parent that starts the guard as startAnvil does, prints its pid, and is then killed without warning.
  const script =
    `const child = require("node:child_process").spawn(process.execPath, ${JSON.stringify(command)}, ` +
    `{ stdio: "pipe", detached: true });` +
    `child.stdout.on("data", (chunk) => String(chunk).includes("Listening") && console.log(child.pid));` +
    `setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const [chunk] = (await once(parent.stdout, "data")) as [Buffer];
  const guardPid = Number(chunk.toString().trim());
  const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(guardPid)], { encoding: "utf8" });
  const anvilPid = Number(children.trim());
  expect(isAlive(anvilPid)).toBe(true);
  parent.kill("SIGKILL");
  expect(await waitForEnd(anvilPid)).toBe(true);
  expect(await waitForEnd(guardPid)).toBe(true);
});
