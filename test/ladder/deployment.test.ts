// Two sizes of one ladder on a real chain: the sequencer seals a small block and a big one, each is proven under its own key,
// and both settle in one transaction. Then the same content at both sizes, proven twice.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileCircuit, ensureCircuit } from "@catalyze/circuits/build";
import {
  blockCircuitInput,
  type CircuitInput,
  createState,
  fromJson,
  stateRoot,
} from "@catalyze/circuits/reference";
import { type BlockSize, challenge, SMALL_BLOCK } from "@catalyze/circuits/schema";
import { type Anvil, type Deployment, deploy, rollupAbi, startAnvil } from "@catalyze/contracts";
import {
  closeProver,
  developmentConstants,
  encodeG2ForContract,
  generateWitness,
  proofToJson,
  prove,
  selectBackend,
  verifyProof,
} from "@catalyze/prover";
import { type CatalyzeClient, createCatalyzeClient, devnetActions } from "@catalyze/sdk";
import { type RunningSequencer, startSequencer } from "@catalyze/sequencer";
import pino from "pino";
import { createPublicClient, createWalletClient, decodeFunctionData, defineChain, http } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wordsOfContent } from "../../circuits/test/block/contents.js";
import { emptyScenario, registerAll, runBlock } from "../../circuits/test/block/scenario.js";
import { blockCircuit } from "../../circuits/tools/manifest.js";
import { devnetAccounts, privateKeyOf } from "../../cli/src/devnet/accounts.js";
import { type CircuitWithKey, contractKeyBytes, ensureKey } from "../../cli/src/devnet/circuits.js";
import { request, until } from "../../sequencer/test/support/actors.js";

/** About half of the small block, at the same depth, without some kinds of slots. */
const HALF_BLOCK: BlockSize = {
  name: "half",
  depth: SMALL_BLOCK.depth,
  requests: 6,
  settlements: 2,
  orders: 1,
  withdrawals: 1,
  cells: 6,
  operations: 3,
  openings: 2,
  legGroups: 0,
  cancellations: 0,
  rotations: 0,
  distributions: 0,
  forcedOrders: 0,
};
const LADDER = [HALF_BLOCK, SMALL_BLOCK];
const DEPOSIT = 1_000_000n;

const accounts = devnetAccounts();
let folder: string;
let anvil: Anvil;
let deployment: Deployment;
let keys: ReadonlyMap<string, CircuitWithKey>;
let sequencer: RunningSequencer;
let clients: Record<"operator" | "requesterA", CatalyzeClient>;

const chain = () =>
  defineChain({
    id: 31337,
    name: "test",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [anvil.rpcUrl] } },
  });
const publicClient = () => createPublicClient({ chain: chain(), transport: http(), pollingInterval: 50 });

async function deployAll(): Promise<void> {
  anvil = await startAnvil();
  const { alpha, beta, gamma } = developmentConstants;
  const shared = { beta: encodeG2ForContract(beta), gamma: encodeG2ForContract(gamma) };
  deployment = await deploy({
    walletClient: createWalletClient({ chain: chain(), transport: http(), account: accounts.deployer }),
    publicClient: publicClient(),
    verifierConstants: { alpha: [alpha.x, alpha.y], ...shared },
    blockKeys: LADDER.map((size) => ({ key: contractKeyBytes(keys.get(size.name)!.verificationKey), size })),
    genesisRoot: stateRoot(createState(SMALL_BLOCK.depth)),
    operator: accounts.operator.address,
    pool: accounts.pool.address,
  });
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
  block: LADDER.map((size, sizeId) => ({
    ...{ size, sizeId, circuit: size.name },
    verificationKey: keys.get(size.name)!.verificationKey,
  })),
  programs: [],
  feeAccount: 1,
  lingerMs: 300,
  l1PollMs: 100,
  logger: pino({ level: process.env.TEST_LOG_LEVEL ?? "silent" }),
});

async function proveInput(name: string, input: CircuitInput) {
  const { circuit, provingKeyPath } = keys.get(name)!;
  const witness = await generateWitness({ programPath: circuit.wasmPath, input });
  return prove(selectBackend(), { provingKeyPath, witness });
}

/** Leases the oldest waiting block and proves it; undefined when none waits. `deliver` hands the proof in. */
async function proveNext() {
  const { url } = sequencer;
  const body = { worker: "tester", circuits: LADDER.map(({ name }) => name) };
  const { lease } = await request(url, "leaseProof", { body });
  if (lease === null) return undefined;
  const z = challenge(lease.context, lease.commitment, lease.words);
  const input = { ...fromJson<CircuitInput>(lease.circuitInput), z };
  const proof = proofToJson((await proveInput(lease.circuit, input)).proof);
  return {
    size: lease.size,
    blockNumber: lease.blockNumber,
    deliver: () =>
      request(url, "submitProof", {
        path: `/v1/proofs/${lease.id}/proof`,
        body: { token: lease.token, proof, provingSeconds: 0 },
      }),
  };
}

const latest = async () => (await request(sequencer.url, "getInfo")).latestBlock;
const block = (number: bigint) => request(sequencer.url, "getBlock", { path: `/v1/blocks/${number}` });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "catalyze-ladder-"));
  const half = await ensureKey(await compileCircuit(blockCircuit(HALF_BLOCK)));
  const small = await ensureKey(await ensureCircuit(SMALL_BLOCK.name));
  keys = new Map([
    [HALF_BLOCK.name, half],
    [SMALL_BLOCK.name, small],
  ]);
  await deployAll();
  sequencer = await startSequencer(sequencerConfig());
  const client = (role: "operator" | "requesterA") =>
    createCatalyzeClient({
      ...{ chain: chain(), transport: http(), sequencerUrl: sequencer.url, rollup: deployment.rollup },
      ...{ verifyProof, pollingIntervalMs: 100, account: accounts[role] },
    });
  clients = { operator: client("operator"), requesterA: client("requesterA") };
});

afterAll(async () => {
  await sequencer?.close();
  await anvil?.stop();
  await closeProver();
  await rm(folder, { recursive: true, force: true });
});

describe("a rollup with two sizes", () => {
  it("tells its clients both, and registers accounts in blocks of the smaller one", async () => {
    const info = await request(sequencer.url, "getInfo");
    expect(info.sizes?.map(({ size, sizeId }) => [size, sizeId])).toEqual([
      ["half", 0],
      ["small", 1],
    ]);
    expect(info.block).toEqual(info.sizes?.at(-1));
    for (const client of [clients.operator, clients.requesterA]) {
      await client.extend(devnetActions).fundAccount({ amount: 2n * DEPOSIT, faucet: accounts.deployer });
      await client.register({ deposit: DEPOSIT });
    }
    await until(
      async () => (await request(sequencer.url, "getInfo")).latestSettledBlock > 0n,
      async () => {
        const proven = await proveNext();
        if (proven !== undefined) expect(proven.size).toBe("half");
        await proven?.deliver();
        return proven !== undefined;
      },
    );
    await clients.requesterA.waitForAccount();
    await until(
      async () => (await block(await latest())).status === "settled",
      async () => (await (await proveNext())?.deliver()) !== undefined,
    );
  });

  it("settles a small and a big block in one transaction, each under its own key", async () => {
    const before = await latest();
    const pay = () => clients.requesterA.transfer({ to: 1, amount: 1n });
    await pay();
    await until(async () => (await latest()) === before + 1n);
    // The next block waits for company until it is full, since the first one has no proof yet.
    for (let i = 0; i < SMALL_BLOCK.operations; i++) await pay();
    await until(async () => (await latest()) === before + 2n);
    const first = (await proveNext())!;
    const second = (await proveNext())!;
    expect([first.size, second.size]).toEqual(["half", "small"]);
    expect([first.blockNumber, second.blockNumber]).toEqual([before + 1n, before + 2n]);
    await second.deliver();
    expect((await block(before + 2n)).status).toBe("proven");
    await first.deliver();
    await until(async () => (await block(before + 2n)).status === "settled");
    const settled = [await block(before + 1n), await block(before + 2n)];
    expect(settled.map(({ size, blocksInTransaction }) => [size, blocksInTransaction])).toEqual([
      ["half", 2],
      ["small", 2],
    ]);
    expect(settled[0]!.transactionHash).toBe(settled[1]!.transactionHash);
    const { input } = await publicClient().getTransaction({ hash: settled[0]!.transactionHash! });
    const { args } = decodeFunctionData({ abi: rollupAbi, data: input });
    const submissions = args![0] as readonly { readonly sizeId: bigint }[];
    expect(submissions.map(({ sizeId }) => sizeId)).toEqual([0n, 1n]);
    const rollup = { address: deployment.rollup, abi: rollupAbi } as const;
    const { blockNumber, root } = await publicClient().readContract({
      ...rollup,
      functionName: "state",
    });
    expect([blockNumber, root]).toEqual([before + 2n, settled[1]!.newRoot]);
  });

  it("proves the same content at both sizes, with the same words", async () => {
    const blocks = LADDER.map((size) =>
      runBlock(emptyScenario(size), (draft) => registerAll(draft, 1_000_000n)),
    );
    const [narrow, wide] = blocks;
    expect(wordsOfContent(wide!)).toEqual(wordsOfContent(narrow!));
    expect(wide!.bytes).toEqual(narrow!.bytes);
    for (const sealed of blocks) {
      const z = 12_345n;
      const { name } = sealed.header.size;
      const { publicSignals } = await proveInput(name, { ...blockCircuitInput(sealed), z });
      expect([publicSignals[0], publicSignals[2]]).toEqual([sealed.commitment, z]);
    }
  });
});
