// The devnet's sequencer and prover worker as child processes. Their settings, keys among them, are files that only the
// owner can read.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Anvil, Deployment } from "@catalyze/contracts";
import { deriveAccountPrivateKey, parseCtz } from "@catalyze/sdk";
import { bytesToHex } from "viem";
import { compiledScript } from "../root.js";
import { type DevnetAccounts, privateKeyOf } from "./accounts.js";
import { type ManagedProcess, startProcess } from "./process.js";
import type { Devnet, DevnetService } from "./types.js";

/** A service that can be ended for good. */
export type StoppableService = DevnetService & { stop(): Promise<void> };

/** What the services need of the devnet. */
export interface ServiceParameters {
  readonly folder: string;
  readonly port: number;
  readonly anvil: Anvil;
  readonly accounts: DevnetAccounts;
  readonly circuits: Devnet["circuits"];
  readonly deployment: Deployment;
  readonly signal?: AbortSignal | undefined;
}

/** Cells of the accounts that the services act for: the operator registers first, the provider second. */
export const OPERATOR_INDEX = 1;
export const PROVIDER_INDEX = 2;
/** Fees of the devnet in units. */
export const DEVNET_FEES = {
  transfer: parseCtz("0.0001"),
  withdraw: parseCtz("0.0002"),
  postOrder: parseCtz("0.0005"),
  multiTransfer: parseCtz("0.0005"),
  cancelOrder: parseCtz("0.0002"),
  rotateKey: parseCtz("0.0002"),
  settlement: parseCtz("0.001"),
} as const;

/** Units per job that the devnet's provider asks. */
export const DEVNET_PRICE = parseCtz("0.04");
/** Units that the services' accounts deposit when they register. */
export const SERVICE_DEPOSIT = parseCtz("10");

/** How long a block gathers work: short, because a demo waits for each block. */
const LINGER_MS = 1_500;
const L1_POLL_MS = 300;
const OWNER_ONLY = 0o600;

/** Wraps a way to start a process into a service. */
export async function createService(start: () => Promise<ManagedProcess>): Promise<StoppableService> {
  let current = await start();
  return {
    get process() {
      return current;
    },
    async crash() {
      current.kill("SIGKILL");
      await current.exited;
    },
    async restart() {
      await current.stop();
      current = await start();
    },
    stop: () => current.stop(),
  };
}

const write = (path: string, text: string): Promise<void> => writeFile(path, text, { mode: OWNER_ONLY });

/** Starts the sequencer on the folder's store; ready when it answers health checks. */
export async function startSequencerProcess(parameters: ServiceParameters): Promise<ManagedProcess> {
  const { folder, port, anvil, accounts, circuits, deployment, signal } = parameters;
  const path = join(folder, "sequencer.json");
  const operatorKeyFile = join(folder, "operator.key");
  const settings = {
    deployment: {
      chainId: deployment.chainId,
      rollup: deployment.rollup,
      token: deployment.ctz,
      programRegistry: deployment.programRegistry,
      seedRegistry: deployment.seedRegistry,
      statementRegistry: deployment.statementRegistry,
      receiptChallenge: deployment.receiptChallenge,
      leaseChallenge: deployment.leaseChallenge,
      deploymentBlock: Number(deployment.deploymentBlock),
    },
    l1RpcUrl: anvil.rpcUrl,
    operatorKeyFile,
    dataDirectory: join(folder, "store"),
    port,
    block: { size: circuits.block.circuit.name, sizeId: 0, key: circuits.block.provingKeyPath },
    programs: [{ name: circuits.program.circuit.name, key: circuits.program.provingKeyPath }],
    feeAccount: OPERATOR_INDEX,
    fees: Object.fromEntries(Object.entries(DEVNET_FEES).map(([name, fee]) => [name, fee.toString()])),
    lingerMs: LINGER_MS,
    l1PollMs: L1_POLL_MS,
  };
  await write(operatorKeyFile, privateKeyOf(accounts.operator));
  await write(path, JSON.stringify(settings, undefined, 2));
  return startProcess({
    name: "sequencer",
    script: compiledScript("sequencer/dist/src/main.js"),
    arguments: [path],
    logPath: join(folder, "sequencer.log"),
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok,
    signal,
  });
}

/** Starts a worker that proves blocks for the operator and runs and proves jobs for the provider. */
export async function startWorkerProcess(parameters: ServiceParameters): Promise<ManagedProcess> {
  const { folder, port, accounts, circuits, deployment, anvil, signal } = parameters;
  const path = join(folder, "worker.json");
  const keyFile = join(folder, "provider.key");
  const key = await deriveAccountPrivateKey({
    account: accounts.provider,
    chainId: BigInt(deployment.chainId),
    rollup: deployment.rollup,
  });
  const files = [circuits.block, circuits.program].map(({ circuit, provingKeyPath }) => [
    circuit.name,
    { wasmPath: circuit.wasmPath, provingKeyPath },
  ]);
  const settings = {
    sequencerUrl: `http://127.0.0.1:${port}`,
    deployment: { rollup: deployment.rollup, l1RpcUrl: anvil.rpcUrl },
    roles: ["blocks", "jobs"],
    circuits: Object.fromEntries(files),
    account: { index: PROVIDER_INDEX, keyFile },
    programs: [circuits.program.circuit.name],
    price: DEVNET_PRICE.toString(),
    name: "devnet",
  };
  await write(keyFile, bytesToHex(key));
  await write(path, JSON.stringify(settings, undefined, 2));
  return startProcess({
    name: "prover worker",
    script: compiledScript("prover/dist/src/worker/main.js"),
    arguments: [path],
    logPath: join(folder, "worker.log"),
    signal,
  });
}
