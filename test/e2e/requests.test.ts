// Users who pay many at once, rotate keys, cancel, and go through L1 against their operator: SDK, sequencer, real block proofs
// and contracts on one chain, with the queue's real fees. At the end the operator stops, and the rollup freezes.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCircuit } from "@catalyze/circuits/build";
import { digitsAdapter } from "@catalyze/circuits/programs";
import { createState, type Statement, stateRoot } from "@catalyze/circuits/reference";
import { SMALL_BLOCK } from "@catalyze/circuits/schema";
import {
  type Anvil,
  DEFAULT_QUEUE_TERMS,
  type Deployment,
  deploy,
  programRegistryAbi,
  rollupAbi,
  startAnvil,
} from "@catalyze/contracts";
import {
  closeProver,
  decodeProofFromContract,
  developmentConstants,
  encodeG2ForContract,
  proofToJson,
  type RunningProverWorker,
  startProverWorker,
  verifyProof,
} from "@catalyze/prover";
import {
  type CatalyzeClient,
  createCatalyzeClient,
  deriveAccountKey,
  devnetActions,
  RequestRefusedError,
} from "@catalyze/sdk";
import { type RunningSequencer, startSequencer } from "@catalyze/sequencer";
import pino from "pino";
import {
  bytesToHex,
  createPublicClient,
  createTestClient,
  createWalletClient,
  defineChain,
  http,
  zeroHash,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digitsModelBytes, digitsTypedProgram } from "../../cli/src/demo/program.js";
import { devnetAccounts, privateKeyOf } from "../../cli/src/devnet/accounts.js";
import {
  type CircuitWithKey,
  contractKeyBytes,
  ensureKey,
  programIdOfVerificationKey,
} from "../../cli/src/devnet/circuits.js";
import { heldOutDigits, proveStatement, type RollupParts } from "../support/rollup.js";

const DEPOSIT = 1_000_000n;
const [LIMIT, PRICE, OTHER_LIMIT] = [1_000n, 900n, 500n];
const JOBS = BigInt(digitsAdapter.chunkSize);
const DAY = 86_400;
const ROLES = ["operator", "provider", "requesterA", "creator"] as const;
type Role = (typeof ROLES)[number];

const accounts = devnetAccounts();
const { inputs } = heldOutDigits(digitsAdapter.chunkSize);
let folder: string;
let anvil: Anvil;
let deployment: Deployment;
let block: CircuitWithKey;
let program: CircuitWithKey;
let sequencer: RunningSequencer;
let worker: RunningProverWorker;
let clients: Record<Role, CatalyzeClient>;
let seed: { readonly index: number; readonly seedId: bigint };
let requester: number;

const chainOf = (rpcUrl: string) =>
  defineChain({
    id: 31337,
    name: "test",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });

async function deployAll(): Promise<void> {
  anvil = await startAnvil();
  const chain = chainOf(anvil.rpcUrl);
  const publicClient = createPublicClient({ chain, transport: http(), pollingInterval: 50 });
  const walletClient = createWalletClient({ chain, transport: http(), account: accounts.deployer });
  const { alpha, beta, gamma } = developmentConstants;
  const shared = { beta: encodeG2ForContract(beta), gamma: encodeG2ForContract(gamma) };
  deployment = await deploy({
    walletClient,
    publicClient,
    verifierConstants: { alpha: [alpha.x, alpha.y], ...shared },
    blockKeys: [{ key: contractKeyBytes(block.verificationKey), size: SMALL_BLOCK }],
    genesisRoot: stateRoot(createState(SMALL_BLOCK.depth)),
    operator: accounts.operator.address,
    pool: accounts.pool.address,
    queueTerms: DEFAULT_QUEUE_TERMS,
  });
  const hash = await walletClient.writeContract({
    address: deployment.programRegistry,
    abi: programRegistryAbi,
    functionName: "register",
    args: [bytesToHex(contractKeyBytes(program.verificationKey)), zeroHash, zeroHash, true],
  });
  await publicClient.waitForTransactionReceipt({ hash });
}

const sequencerConfig = () => ({
  deployment: {
    chainId: BigInt(deployment.chainId),
    rollup: deployment.rollup,
    token: deployment.ctz,
    programRegistry: deployment.programRegistry,
    seedRegistry: deployment.seedRegistry,
    deploymentBlock: deployment.deploymentBlock,
  },
  l1RpcUrl: anvil.rpcUrl,
  operatorKey: privateKeyOf(accounts.operator),
  store: { directory: join(folder, "store") },
  block: {
    ...{ size: SMALL_BLOCK, sizeId: 0, circuit: SMALL_BLOCK.name },
    verificationKey: block.verificationKey,
  },
  programs: [{ adapter: digitsAdapter, verificationKey: program.verificationKey }],
  feeAccount: 1,
  lingerMs: 1_000,
  l1PollMs: 100,
  logger: pino({ level: process.env.TEST_LOG_LEVEL ?? "silent" }),
});

const clientOf = (parameters: Pick<Parameters<typeof createCatalyzeClient>[0], "account" | "accountKey">) =>
  createCatalyzeClient({
    chain: chainOf(anvil.rpcUrl),
    transport: http(),
    sequencerUrl: sequencer.url,
    rollup: deployment.rollup,
    verifyProof,
    pollingIntervalMs: 100,
    ...parameters,
  });

const amountOf = async (index: number): Promise<bigint> =>
  (await clients.operator.sequencer.request("getAccount", { params: { index } })).amount;

const settled = (message: bigint) => clients.operator.waitForOperation({ message });

/** Moves L1's clock on by these seconds. */
async function travel(seconds: number): Promise<void> {
  const control = createTestClient({
    chain: chainOf(anvil.rpcUrl),
    mode: "anvil",
    transport: http(),
  });
  const time = async (): Promise<bigint> => (await clients.creator.sequencer.request("getInfo")).time;
  const before = await time();
  await control.increaseTime({ seconds });
  await control.mine({ blocks: 1 });
  // The sequencer sees it when it next looks at L1.
  while ((await time()) < before + BigInt(seconds)) await new Promise((resolve) => setTimeout(resolve, 50));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "catalyze-requests-"));
  block = await ensureKey(await ensureCircuit(SMALL_BLOCK.name));
  program = await ensureKey(await ensureCircuit(digitsAdapter.name));
  await deployAll();
  sequencer = await startSequencer(sequencerConfig());
  worker = startProverWorker({
    sequencerUrl: sequencer.url,
    roles: ["blocks"],
    blockCircuits: [SMALL_BLOCK.name],
    circuits: () => ({
      wasmPath: block.circuit.wasmPath,
      provingKeyPath: block.provingKeyPath,
      verificationKey: block.verificationKey,
    }),
  });
  const made = ROLES.map((role) => [role, clientOf({ account: accounts[role] })] as const);
  clients = Object.fromEntries(made) as Record<Role, CatalyzeClient>;
}, 600_000);

afterAll(async () => {
  await worker?.close();
  await sequencer?.close();
  await anvil?.stop();
  await closeProver();
  await rm(folder, { recursive: true, force: true });
});

describe("a rollup with the queue's fees", () => {
  it("refuses a registration without native coin for the fee", async () => {
    const poor = clientOf({ account: privateKeyToAccount(generatePrivateKey()) });
    const error = await poor.register().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RequestRefusedError);
    expect(error).toMatchObject({ code: "SDK_REQUEST_REFUSED", refusal: "fundsTooLow" });
  });

  it("registers accounts and a seed, and takes exactly the fees", async () => {
    const { publicClient } = clients.operator;
    for (const role of ROLES) {
      const faucet = accounts.deployer;
      await clients[role].extend(devnetActions).fundAccount({ amount: 2n * DEPOSIT, faucet });
      const { index } = await clients[role].register({ deposit: DEPOSIT });
      if (role === "requesterA") requester = index;
    }
    seed = await clients.creator.registerSeed({
      program: digitsTypedProgram(programIdOfVerificationKey(program.verificationKey)),
      parameters: digitsModelBytes(),
      terms: { royalty: 200, middleware: 500, burn: 500, pool: 100 },
    });
    const contract = { address: deployment.rollup, abi: rollupAbi } as const;
    const { waiting, earned } = await publicClient.readContract({ ...contract, functionName: "fees" });
    expect(waiting + earned).toBe(5n * DEFAULT_QUEUE_TERMS.registerFee);
    await clients.creator.waitForSeed({ index: seed.index });
  });
});

describe("payments, keys and requests through L1 (real block proofs)", () => {
  let orderIndex: number;
  let cancelled: bigint;
  let forced: bigint;
  let statement: Statement;

  it("pays many at once and rotates the key; nothing follows a pending rotation", async () => {
    const { requesterA } = clients;
    const programId = programIdOfVerificationKey(program.verificationKey);
    const order = { program: digitsTypedProgram(programId), inputs, seed: seed.index, deadlineSeconds: 600n };
    const post = async (limit: bigint) =>
      requesterA.postOrder((await requesterA.simulatePostOrder({ ...order, limit })).request);
    forced = (await post(LIMIT)).orderId;
    cancelled = (await post(OTHER_LIMIT)).orderId;
    const paid = await requesterA.multiTransfer({
      payments: [
        { to: accounts.provider.address, amount: 30n },
        { to: accounts.creator.address, amount: 12n },
      ],
    });
    const { chainId, rollup } = await requesterA.getDeployment();
    const newKey = await deriveAccountKey({
      ...{ chainId, rollup, owner: accounts.requesterA.address, number: 1 },
      signTypedData: (data) => accounts.requesterA.signTypedData(data),
    });
    const rotated = await requesterA.rotateKey({ newKey });
    await expect(requesterA.transfer({ to: 1, amount: 1n })).rejects.toMatchObject({
      code: "SEQUENCER_KEY_ROTATING",
    });
    await Promise.all([settled(paid.message), settled(rotated.message)]);
    const { blockNumber } = await requesterA.getOperation({ message: rotated.message });
    expect((await requesterA.getBlock({ blockNumber: blockNumber! })).rotations).toBe(1);
    clients = { ...clients, requesterA: clientOf({ account: accounts.requesterA, accountKey: newKey }) };
    expect(await amountOf(requester)).toBe(DEPOSIT - 42n - (LIMIT + OTHER_LIMIT) * JOBS);
    orderIndex = (await requesterA.getOrder({ orderId: forced })).index!;
  });

  it("serves an exit, a forced settlement and new terms, paid to the unit", async () => {
    const { provider, creator, requesterA } = clients;
    const { order } = await requesterA.getOrder({ orderId: forced });
    const { statementDomain: domain } = await provider.getDeployment();
    const results = digitsAdapter.run(digitsModelBytes(), inputs);
    const { parametersCommitment, inputsRoot, programId } = order;
    statement = {
      ...{ domain, parametersCommitment, inputsRoot, resultsRoot: digitsAdapter.resultsRoot(results) },
      ...{ provider: BigInt(accounts.provider.address), from: 0n, count: JOBS, price: PRICE },
    };
    const parts = { deployment, program } as unknown as RollupParts;
    const proven = await proveStatement(parts, statement, inputs, results);
    const proof = proofToJson(decodeProofFromContract(proven.proof));
    const exit = await provider.exitAccount();
    const forcing = { orderIndex, chunk: 0, programId, statement, proof };
    await provider.forceSettle(forcing);
    expect((await provider.recordStatement(forcing)).receipt).toBeUndefined();
    const terms = { royalty: 100, middleware: 500, burn: 500, pool: 0 };
    const { request } = await creator.updateSeedTerms({ seedId: seed.seedId, terms });
    await provider.waitForRequest({ requestIndex: request!.requestIndex });
    await provider.waitForOrder({ orderId: forced });

    const { status, chunks } = await requesterA.getOrder({ orderId: forced });
    expect([status, chunks.map((chunk) => chunk.status)]).toEqual(["complete", ["settled"]]);
    const total = PRICE * JOBS;
    const share = (basisPoints: bigint) => (total * basisPoints) / 10_000n;
    expect(await amountOf(2)).toBe(total - share(200n) - share(500n) - share(500n) - share(100n));
    expect(await amountOf(1)).toBe(DEPOSIT + share(500n));
    expect(await amountOf(requester)).toBe(DEPOSIT - 42n - OTHER_LIMIT * JOBS - total);
    const vault = await creator.getSeed({ index: seed.index });
    expect(vault).toMatchObject({ amount: share(200n), terms: { royalty: 100n, pool: 0n, version: 2n } });
    await claimExit(exit.requestIndex);
  });

  /** The exit's withdrawal is listed with its request and pays what the account had. */
  async function claimExit(requestIndex: bigint): Promise<void> {
    const { provider } = clients;
    const { latestBlock } = await provider.sequencer.request("getInfo");
    for (let number = latestBlock; number > 0n; number--) {
      const { withdrawals } = await provider.sequencer.request("getWithdrawals", { params: { number } });
      if (withdrawals.length === 0) continue;
      expect(withdrawals).toMatchObject([{ requestIndex, message: null, amount: DEPOSIT + 30n }]);
      const before = await provider.getCtzBalance();
      await provider.claimWithdrawal({ blockNumber: number });
      expect((await provider.getCtzBalance()) - before).toBe((DEPOSIT + 30n) * 10n ** 9n);
      return;
    }
    throw new Error("no block has the withdrawal");
  }

  it("cancels an order one day after its deadline, signed by the new key", async () => {
    const { requesterA } = clients;
    await expect(requesterA.cancelOrder({ orderId: cancelled })).rejects.toMatchObject({
      code: "SEQUENCER_OPERATION_INVALID",
    });
    await travel(DAY + 1_200);
    const before = await amountOf(requester);
    const { message } = await requesterA.cancelOrder({ orderId: cancelled });
    await settled(message);
    expect((await requesterA.getOrder({ orderId: cancelled })).status).toBe("cancelled");
    expect(await amountOf(requester)).toBe(before + OTHER_LIMIT * JOBS);
    await expect(requesterA.waitForOrder({ orderId: cancelled })).rejects.toMatchObject({
      code: "SDK_ORDER_CLOSED",
    });
  });

  it("freezes when nobody serves a request, and gives its deposit back", async () => {
    await worker.close();
    const { creator } = clients;
    const { requestIndex } = await creator.deposit({ amount: 77n });
    await expect(creator.freeze()).rejects.toMatchObject({ errorName: "NotOverdue" });
    await travel(8 * DAY);
    await creator.freeze();
    expect(await creator.reclaimDeposit({ requestIndex })).toMatchObject({
      recipient: accounts.creator.address,
      amount: 77n,
    });
    const error = await creator.exitAccount().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "SDK_REQUEST_REFUSED", refusal: "frozen" });
    let state = "";
    for (let turn = 0; turn < 100 && state !== "frozen"; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      state = (await creator.sequencer.request("getInfo")).state;
    }
    expect(state).toBe("frozen");
    expect((await fetch(new URL("/healthz", sequencer.url))).status).toBe(503);
    await expect(creator.transfer({ to: 1, amount: 1n })).rejects.toMatchObject({
      code: "SEQUENCER_ROLLUP_CLOSED",
    });
  });
});
