// The whole sequencer on a local chain with the real contracts. Circuits are stand-ins (see support/stand-in.ts): their
// proofs are real Groth16 proofs, verified by sequencer and contracts, but prove nothing about the blocks' content.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { operationDomain, orderId, SMALL_BLOCK } from "@catalyze/circuits/schema";
import { rollupAbi } from "@catalyze/contracts";
import { closeProver, encodeProofForContract, proofFromJson } from "@catalyze/prover";
import { type BaseClient, getBlockProof } from "@catalyze/sdk";
import pino from "pino";
import { bytesToHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { programIdOf, type SequencerConfig } from "../src/config.js";
import { type RunningSequencer, startSequencer } from "../src/start.js";
import { doOneChunk, proveBlocks, proveOneBlock, request, until, upload } from "./support/actors.js";
import { startTestChain, type TestChain } from "./support/chain.js";
import { TestKey, transfer } from "./support/keys.js";
import { tripleProgram } from "./support/program.js";
import { startProxy } from "./support/proxy.js";
import { type StandIn, standIn } from "./support/stand-in.js";
import { OPERATOR_KEY, PARAMETERS, sha256, testOrder } from "./support/world.js";

const operatorAccount = new TestKey(1);
const requester = new TestKey(2);
const provider = new TestKey(3);
const INPUTS = Uint8Array.from([1, 2, 3, 4, 5, 6]);

let folder: string;
let block: StandIn;
let program: StandIn;
let chain: TestChain;
let sequencer: RunningSequencer | undefined;
let nonce = 0n;

const config = (more: Partial<SequencerConfig> = {}): SequencerConfig => {
  const { deployment, anvil } = chain;
  return {
    deployment: {
      chainId: BigInt(deployment.chainId),
      rollup: deployment.rollup,
      token: deployment.ctz,
      programRegistry: deployment.programRegistry,
      seedRegistry: deployment.seedRegistry,
      statementRegistry: deployment.statementRegistry,
      deploymentBlock: deployment.deploymentBlock,
    },
    l1RpcUrl: anvil.rpcUrl,
    operatorKey: OPERATOR_KEY,
    store: { directory: join(folder, "store") },
    block: { size: SMALL_BLOCK, sizeId: 0, circuit: "small", verificationKey: block.verificationKey },
    programs: [{ adapter: tripleProgram, verificationKey: program.verificationKey }],
    feeAccount: 1,
    lingerMs: 200,
    l1PollMs: 100,
    logger: pino({ level: process.env.TEST_LOG_LEVEL ?? "silent" }),
    ...more,
  };
};

const start = async (more: Partial<SequencerConfig> = {}): Promise<string> => {
  sequencer = await startSequencer(config(more));
  return sequencer.url;
};

const stop = async (): Promise<void> => {
  await sequencer?.close();
  sequencer = undefined;
};

const rollupState = () =>
  chain.publicClient.readContract({
    address: chain.deployment.rollup,
    abi: rollupAbi,
    functionName: "state",
  });

const hasAccount = (url: string, index: number) =>
  request(url, "getAccount", { path: `/v1/accounts/${index}` }).then(
    () => true,
    () => false,
  );

const blockStatus = async (url: string, number: bigint) =>
  (await request(url, "getBlock", { path: `/v1/blocks/${number}` })).status;

async function pay(url: string, amount: bigint): Promise<bigint> {
  const domain = operationDomain(31_337n, BigInt(chain.deployment.rollup));
  const operation = transfer(2, nonce, 3, amount, { priorityFee: 1n });
  const { signature } = requester.sign(operation, domain);
  nonce += 1n;
  return (await request(url, "submitOperation", { body: { operation, signature } })).message;
}

async function sealedIn(url: string, message: bigint): Promise<bigint> {
  let number: bigint | null = null;
  await until(async () => {
    number = (await request(url, "getOperation", { path: `/v1/operations/${message}` })).blockNumber;
    return number !== null;
  });
  return number!;
}

const settle = (url: string, number: bigint) =>
  until(
    async () => (await blockStatus(url, number)) === "settled",
    () => proveOneBlock(url, block),
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "catalyze-l1-"));
  [block, program] = await Promise.all([
    standIn("stand-in-block", 3, folder),
    standIn("stand-in-program", 5, folder),
  ]);
  chain = await startTestChain(block, program);
  await chain.register(operatorAccount, 0n);
  await chain.register(requester, 1_000_000n);
  await chain.register(provider, 500n);
});

afterAll(async () => {
  await stop();
  await chain?.stop();
  await closeProver();
  await rm(folder, { recursive: true, force: true });
});

describe("a sequencer on L1 (stand-in circuits)", () => {
  it("follows the queue, settles payments, work and withdrawals, and its receipts verify on chain", async () => {
    const url = await start();
    await until(() => hasAccount(url, 3));
    const seed = await chain.registerSeed();
    await until(
      async () => (await request(url, "getSeeds")).seeds.length === 1,
      () => proveOneBlock(url, block),
    );
    await upload(url, sha256(INPUTS), INPUTS);
    await upload(url, sha256(PARAMETERS), PARAMETERS);
    const programId = programIdOf(program.verificationKey);
    const order = testOrder(nonce, INPUTS, {
      seed: BigInt(seed),
      programId,
      deadline: 4_000_000_000n,
    });
    const domain = operationDomain(31_337n, BigInt(chain.deployment.rollup));
    const operation = {
      kind: "postOrder" as const,
      signer: 2,
      nonce,
      expiry: 4_000_000_000n,
      fee: 0n,
      priorityFee: 0n,
      order,
    };
    nonce += 1n;
    const { signature } = requester.sign(operation, domain);
    await request(url, "submitOperation", { body: { operation, signature, inputs: sha256(INPUTS) } });
    await pay(url, 1_000n);
    const path = `/v1/orders/${orderId.encode({ nonce: order.nonce, requester: 2n })}`;
    await until(
      async () => (await request(url, "getOrder", { path })).status === "complete",
      async () => {
        await doOneChunk(url, program, 3, provider, INPUTS, PARAMETERS);
        await proveOneBlock(url, block);
      },
    );
    await until(
      async () => (await request(url, "getOrderResults", { path: `${path}/results` })).settled,
      () => proveOneBlock(url, block),
    );
    const { results } = await request(url, "getOrderResults", { path: `${path}/results` });
    for (const { blockNumber, blockWords, settlementIndex, commitment, proof } of results) {
      const { publicClient } = chain;
      const { rollup } = chain.deployment;
      const client = { publicClient, rollup } as unknown as BaseClient;
      const found = await getBlockProof(client, { blockNumber: blockNumber! });
      const args = [
        blockNumber!,
        bytesToHex(blockWords!),
        found!.proof,
        BigInt(settlementIndex!),
        programId,
        commitment,
      ] as const;
      const call = { address: rollup, abi: rollupAbi, functionName: "verifySettlement", args } as const;
      expect(await publicClient.readContract(call)).toBe(true);
      expect(encodeProofForContract(proofFromJson(proof)!)).toHaveLength(8);
    }
    // Six jobs at 100 units: 12 % to royalty, middleware and burn, the rest to the provider.
    const { amount } = await request(url, "getAccount", { path: "/v1/accounts/3" });
    expect(amount).toBe(500n + 1_000n + 528n);
    const withdrawal = { ...operation, kind: "withdraw" as const, nonce, amount: 40n, order: undefined };
    const { order: _order, ...plain } = withdrawal;
    nonce += 1n;
    const body = { operation: plain, signature: requester.sign(plain, domain).signature };
    await sealedIn(url, (await request(url, "submitOperation", { body })).message);
    const latest = await request(url, "getBlock", { path: "/v1/blocks/latest" });
    await settle(url, latest.number);
    const listed = await request(url, "getWithdrawals", { path: `/v1/blocks/${latest.number}/withdrawals` });
    const [{ index, recipient, amount: withdrawn }] = listed.withdrawals as [(typeof listed.withdrawals)[0]];
    expect([BigInt(recipient), withdrawn]).toEqual([requester.owner, 40n]);
    // A single withdrawal is its own Merkle root.
    await chain.publicClient.simulateContract({
      address: chain.deployment.rollup,
      abi: rollupAbi,
      functionName: "claimWithdrawal",
      args: [latest.number, BigInt(index), recipient, withdrawn, []],
      account: recipient,
    });
    expect((await rollupState()).root).toBe(latest.newRoot);
    expect((await request(url, "getBlock", { path: `/v1/blocks/${latest.number}` })).gasUsed).toBeGreaterThan(
      0n,
    );
  });

  it("sends a stored transaction again when it was lost, and does not when only its answer was", async () => {
    await stop();
    for (const fate of ["swallow", "lose-answer"] as const) {
      let cut = false;
      const proxy = await startProxy(chain.anvil.rpcUrl, (method) => {
        if (method === "eth_sendRawTransaction") {
          cut = true;
          return fate;
        }
        return cut ? "swallow" : "pass";
      });
      const url = await start({ l1RpcUrl: proxy.url });
      const number = await sealedIn(url, await pay(url, 5n));
      await until(
        async () => cut && (await blockStatus(url, number)) === "submitted",
        () => proveOneBlock(url, block),
      );
      await stop();
      proxy.close();
      const before = (await rollupState()).blockNumber;
      expect(before).toBe(fate === "swallow" ? number - 1n : number);
      const again = await start();
      await until(async () => (await blockStatus(again, number)) === "settled");
      expect((await rollupState()).blockNumber).toBe(number);
      await stop();
    }
  });

  it("shares blocks out to several transactions when one would need too much gas", async () => {
    const url = await start();
    const { number: before } = await request(url, "getBlock", { path: "/v1/blocks/latest" });
    const count = 4;
    const numbers = Array.from({ length: count }, (_, i) => before + 1n + BigInt(i));
    // The first block is sealed at once, the others when they are full, since none is proven.
    await sealedIn(url, await pay(url, 1n));
    for (const number of numbers.slice(1)) {
      let message = 0n;
      for (let i = 0; i < SMALL_BLOCK.operations; i++) message = await pay(url, 1n);
      expect(await sealedIn(url, message)).toBe(number);
    }
    await chain.control.setBlockGasLimit({ gasLimit: 450_000n });
    await chain.control.mine({ blocks: 1 });
    try {
      await proveBlocks(url, block, count);
      await until(async () => (await blockStatus(url, numbers.at(-1)!)) === "settled");
    } finally {
      await chain.control.setBlockGasLimit({ gasLimit: 30_000_000n });
      await chain.control.mine({ blocks: 1 });
    }
    const settled = await Promise.all(
      numbers.map((number) => request(url, "getBlock", { path: `/v1/blocks/${number}` })),
    );
    const transactions = new Map(settled.map((one) => [one.transactionHash, one.blocksInTransaction!]));
    expect(transactions.size).toBeGreaterThan(1);
    expect([...transactions.values()].reduce((sum, blocks) => sum + blocks, 0)).toBe(count);
    for (const { gasUsed } of settled) expect(gasUsed).toBeLessThanOrEqual(450_000n);
    await stop();
  });

  it("builds a block again that waited too long for its proof", async () => {
    const url = await start();
    const message = await pay(url, 7n);
    const number = await sealedIn(url, message);
    const old = await request(url, "getBlock", { path: `/v1/blocks/${number}` });
    await chain.control.increaseTime({ seconds: 2 * 3_600 });
    await chain.control.mine({ blocks: 1 });
    await until(async () => {
      const now = await request(url, "getBlock", { path: `/v1/blocks/${number}` }).catch(() => old);
      return now.time > old.time;
    });
    await settle(url, await sealedIn(url, message));
    await stop();
  });

  it("follows a reorganisation: what used a request that is gone is built again", async () => {
    const url = await start();
    const before = (await request(url, "getAccount", { path: "/v1/accounts/3" })).amount;
    const snapshot = await chain.control.snapshot();
    await chain.deposit(3, 111n);
    const balance = async () => (await request(url, "getAccount", { path: "/v1/accounts/3" })).amount;
    await until(async () => (await balance()) === before + 111n);
    await chain.control.revert({ id: snapshot });
    await chain.control.mine({ blocks: 1 });
    await until(async () => (await balance()) === before);
    await chain.deposit(3, 222n);
    await until(async () => (await balance()) === before + 222n);
    const { number } = await request(url, "getBlock", { path: "/v1/blocks/latest" });
    await settle(url, number);
    expect((await fetch(new URL("/healthz", url))).status).toBe(200);
    await stop();
  });

  it("halts instead of going on when L1 holds blocks that its store does not know", async () => {
    const started = startSequencer(config({ store: { directory: join(folder, "empty") } }));
    await expect(started).rejects.toMatchObject({ code: "SEQUENCER_STATE_DIVERGED" });
  });
});
