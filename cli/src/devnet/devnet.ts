// Starts a devnet: circuits and keys, local chain, contracts, sequencer and prover worker. Owns its temporary folder and
// every process in it; whatever fails or is aborted, nothing is left behind.
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createState, stateRoot } from "@catalyze/circuits/reference";
import { SMALL_BLOCK } from "@catalyze/circuits/schema";
import {
  type Anvil,
  type Deployment,
  deploy,
  programRegistryAbi,
  startAnvil,
  type VerifierConstants,
} from "@catalyze/contracts";
import { developmentConstants, encodeG2ForContract, verifyProof } from "@catalyze/prover";
import { createCatalyzeClient, devnetActions } from "@catalyze/sdk";
import {
  type Chain,
  createPublicClient,
  createWalletClient,
  defineChain,
  erc20Abi,
  http,
  toHex,
  zeroHash,
} from "viem";
import type { Reporter } from "../report/reporter.js";
import { type DevnetAccounts, devnetAccounts } from "./accounts.js";
import {
  type CircuitWithKey,
  compileCircuits,
  contractKeyBytes,
  DEVNET_CIRCUITS,
  type DevnetCircuits,
  ensureKey,
  programIdOfVerificationKey,
} from "./circuits.js";
import { DevnetError } from "./errors.js";
import { logTail } from "./process.js";
import {
  createService,
  OPERATOR_INDEX,
  PROVIDER_INDEX,
  SERVICE_DEPOSIT,
  type StoppableService,
  startSequencerProcess,
  startWorkerProcess,
} from "./services.js";
import type { Devnet } from "./types.js";

/** What {@link startDevnet} takes. */
export interface DevnetOptions {
  readonly reporter: Reporter;
  readonly signal?: AbortSignal | undefined;
  /** Port of the chain; default a free one. */
  readonly chainPort?: number | undefined;
  /** Port of the sequencer; default a free one. */
  readonly sequencerPort?: number | undefined;
}

const POLLING_INTERVAL_MS = 200;

/** A TCP port on 127.0.0.1 that nobody uses now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** The development constants as the verifier contract takes them. */
function verifierConstants(): VerifierConstants {
  const { alpha, beta, gamma } = developmentConstants;
  return { alpha: [alpha.x, alpha.y], beta: encodeG2ForContract(beta), gamma: encodeG2ForContract(gamma) };
}

const localChain = (rpcUrl: string): Chain =>
  defineChain({
    id: 31337,
    name: "Catalyze devnet",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });

/** Deploys the contracts and registers the program. */
async function deployContracts(
  chain: Chain,
  accounts: DevnetAccounts,
  circuits: Devnet["circuits"],
): Promise<{ deployment: Deployment; initialSupplyWei: bigint }> {
  const publicClient = createPublicClient({ chain, transport: http(), pollingInterval: POLLING_INTERVAL_MS });
  const walletClient = createWalletClient({ chain, transport: http(), account: accounts.deployer });
  const deployment = await deploy({
    walletClient,
    publicClient,
    verifierConstants: verifierConstants(),
    blockKeys: [{ key: contractKeyBytes(circuits.block.verificationKey), size: SMALL_BLOCK }],
    genesisRoot: stateRoot(createState(SMALL_BLOCK.depth)),
    operator: accounts.operator.address,
    pool: accounts.pool.address,
    royaltyKey: contractKeyBytes(circuits.royaltySplit.verificationKey),
    exitKeys: {
      cell: contractKeyBytes(circuits.exit.verificationKey),
      settlement: contractKeyBytes(circuits.exitSettlement.verificationKey),
    },
  });
  const hash = await walletClient.writeContract({
    address: deployment.programRegistry,
    abi: programRegistryAbi,
    functionName: "register",
    args: [toHex(contractKeyBytes(circuits.program.verificationKey)), zeroHash, zeroHash, true],
  });
  const receipt = await publicClient.waitForTransactionReceipt({ hash });
  if (receipt.status !== "success") {
    throw new DevnetError("DEVNET_CHECK_FAILED", "The program could not be registered.");
  }
  const initialSupplyWei = await publicClient.readContract({
    address: deployment.ctz,
    abi: erc20Abi,
    functionName: "totalSupply",
  });
  return { deployment, initialSupplyWei };
}

async function prepareCircuits({ reporter, signal }: DevnetOptions): Promise<Devnet["circuits"]> {
  const names = Object.values(DEVNET_CIRCUITS);
  const compiled = await reporter.phase("Compile circuits", async (progress) => {
    progress(names.join(", "));
    return compileCircuits(names, signal);
  });
  return reporter.phase("Development keys", async (progress) => {
    const keys: [string, CircuitWithKey][] = [];
    for (const [i, role] of Object.keys(DEVNET_CIRCUITS).entries())
      keys.push([role, await ensureKey(compiled[i]!, { signal, onProgress: progress })]);
    return Object.fromEntries(keys) as DevnetCircuits;
  });
}

/** Things to end, newest first. */
function createCleanup(): { add(work: () => Promise<unknown>): void; run(): Promise<void> } {
  const works: (() => Promise<unknown>)[] = [];
  let running: Promise<void> | undefined;
  const runAll = async (): Promise<void> => {
    for (const work of works.reverse()) await work().catch(() => undefined);
  };
  return {
    add: (work) => void works.push(work),
    run: () => {
      running ??= runAll();
      return running;
    },
  };
}

interface Started {
  readonly anvil: Anvil;
  readonly chain: Chain;
  readonly circuits: Devnet["circuits"];
  readonly accounts: DevnetAccounts;
  readonly deployment: Deployment;
  readonly initialSupplyWei: bigint;
  readonly folder: string;
  readonly sequencerUrl: string;
  readonly sequencer: StoppableService;
  readonly worker: StoppableService;
  readonly createClient: Devnet["createClient"];
}

/** Makes SDK clients of the devnet. */
function clientFactory(
  parts: Pick<Started, "chain" | "accounts" | "deployment" | "sequencerUrl">,
): Devnet["createClient"] {
  const { chain, accounts, deployment, sequencerUrl } = parts;
  return (account) =>
    createCatalyzeClient({
      chain,
      transport: http(),
      account: typeof account === "string" ? accounts[account] : account,
      sequencerUrl,
      rollup: deployment.rollup,
      verifyProof,
      pollingIntervalMs: POLLING_INTERVAL_MS,
    }).extend(devnetActions);
}

/** Registers the accounts that the services act for: the operator's gets the fees, the provider's the pay. */
async function registerServices(
  createClient: Devnet["createClient"],
  accounts: DevnetAccounts,
  signal: AbortSignal | undefined,
): Promise<void> {
  const expected = [
    ["operator", OPERATOR_INDEX],
    ["provider", PROVIDER_INDEX],
  ] as const;
  for (const [role, index] of expected) {
    const client = createClient(role);
    await client.fundAccount({ amount: SERVICE_DEPOSIT, faucet: accounts.deployer });
    const registered = await client.register({ deposit: SERVICE_DEPOSIT });
    if (registered.index !== index) {
      throw new DevnetError("DEVNET_CHECK_FAILED", `${role} has account ${registered.index}, not ${index}.`);
    }
  }
  await createClient("provider").waitForAccount({ signal });
}

function createDevnet(started: Started, stop: () => Promise<void>): Devnet {
  const { anvil, chain, circuits, accounts, sequencer, worker, sequencerUrl, deployment } = started;
  return {
    chain,
    rpcUrl: anvil.rpcUrl,
    sequencerUrl,
    deployment,
    accounts,
    circuits,
    programId: programIdOfVerificationKey(circuits.program.verificationKey),
    initialSupplyWei: started.initialSupplyWei,
    folder: started.folder,
    sequencer,
    worker,
    createClient: started.createClient,
    async describeLogs() {
      const parts = await Promise.all(
        [sequencer, worker].map(
          async ({ process }) => `${process.name}'s log ends with:\n${await logTail(process.logPath)}`,
        ),
      );
      return parts.join("\n");
    },
    stop,
  };
}

/**
 * Starts a devnet.
 * @throws {DevnetError} and errors of its parts; everything is taken down then.
 */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  const { reporter, signal } = options;
  const cleanup = createCleanup();
  const stopOnAbort = (): void => void cleanup.run();
  signal?.addEventListener("abort", stopOnAbort, { once: true });
  try {
    const circuits = await prepareCircuits(options);
    signal?.throwIfAborted();
    const folder = await mkdtemp(join(tmpdir(), "catalyze-devnet-"));
    cleanup.add(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const anvil = await reporter.phase("Local chain", async () => {
      const started = await startAnvil(options.chainPort === undefined ? {} : { port: options.chainPort });
      cleanup.add(() => started.stop());
      return started;
    });
    const chain = localChain(anvil.rpcUrl);
    const accounts = devnetAccounts();
    const { deployment, initialSupplyWei } = await reporter.phase("Deploy contracts", () =>
      deployContracts(chain, accounts, circuits),
    );
    const port = options.sequencerPort || (await freePort());
    const parameters = { folder, port, anvil, accounts, circuits, deployment, signal };
    const sequencerUrl = `http://127.0.0.1:${port}`;
    const createClient = clientFactory({ chain, accounts, deployment, sequencerUrl });
    const services = await reporter.phase("Sequencer and prover worker", async (progress) => {
      const sequencer = await createService(() => startSequencerProcess(parameters));
      cleanup.add(() => sequencer.stop());
      progress("operator and provider: fund, register, deposit");
      await registerServices(createClient, accounts, signal);
      const worker = await createService(() => startWorkerProcess(parameters));
      cleanup.add(() => worker.stop());
      return { sequencer, worker };
    });
    signal?.throwIfAborted();
    return createDevnet(
      {
        anvil,
        chain,
        circuits,
        accounts,
        deployment,
        initialSupplyWei,
        folder,
        sequencerUrl,
        createClient,
        ...services,
      },
      () => cleanup.run(),
    );
  } catch (error) {
    await cleanup.run();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stopOnAbort);
  }
}
