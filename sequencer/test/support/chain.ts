// A local chain with the real contracts and stand-in keys, and people who use it.
import { createState, stateRoot } from "@catalyze/circuits/reference";
import { SMALL_BLOCK } from "@catalyze/circuits/schema";
import {
  type Anvil,
  ctzAbi,
  type Deployment,
  deploy,
  type OperatorTerms,
  programRegistryAbi,
  rollupAbi,
  seedRegistryAbi,
  startAnvil,
} from "@catalyze/contracts";
import { developmentConstants, encodeG2ForContract } from "@catalyze/prover";
import {
  type Account,
  createPublicClient,
  createTestClient,
  createWalletClient,
  http,
  type PublicClient,
  toHex,
  zeroHash,
} from "viem";
import { mnemonicToAccount, privateKeyToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { programIdOf } from "../../src/config.js";
import type { TestKey } from "./keys.js";
import { tripleProgram } from "./program.js";
import type { StandIn } from "./stand-in.js";
import { OPERATOR_KEY, PARAMETERS, sha256 } from "./world.js";

const MNEMONIC = "test test test test test test test test test test test junk";
const UNIT = 10n ** 9n;

/** Terms of the operator's stake. */
export const OPERATOR_TERMS: OperatorTerms = {
  slashAmount: 1_000n * 10n ** 18n,
  bond: 10n * 10n ** 18n,
  windowSeconds: 10_000n,
  stallSeconds: 20_000n,
  unbondingSeconds: 100_000n,
};

/** A running chain. */
export interface TestChain {
  readonly anvil: Anvil;
  readonly deployment: Deployment;
  readonly publicClient: PublicClient;
  /** Mines, moves time, takes and restores snapshots. */
  readonly control: ReturnType<typeof control>;
  /** Registers an account for its own L1 owner with a deposit in units; returns its index. */
  register(key: TestKey, amount: bigint): Promise<number>;
  /** Deposits units into an account. */
  deposit(index: number, amount: bigint): Promise<void>;
  /** Registers the test program's seed; returns its cell. */
  registerSeed(): Promise<number>;
  stop(): Promise<void>;
}

const control = (anvil: Anvil) =>
  createTestClient({ chain: foundry, mode: "anvil", transport: http(anvil.rpcUrl) });

/** Starts anvil and deploys; the operator is anvil's first account, who also holds all CTZ. */
export async function startTestChain(block: StandIn, program: StandIn): Promise<TestChain> {
  const anvil = await startAnvil();
  const chain = { ...foundry, rpcUrls: { default: { http: [anvil.rpcUrl] } } };
  const publicClient = createPublicClient({
    chain,
    transport: http(anvil.rpcUrl),
    pollingInterval: 50,
    cacheTime: 0,
  });
  const walletOf = (account: Account) =>
    createWalletClient({ chain, transport: http(anvil.rpcUrl), account });
  const deployer = walletOf(privateKeyToAccount(OPERATOR_KEY));
  const { alpha, beta, gamma } = developmentConstants;
  const deployment = await deploy({
    walletClient: deployer,
    publicClient: publicClient as PublicClient,
    verifierConstants: {
      alpha: [alpha.x, alpha.y],
      beta: encodeG2ForContract(beta),
      gamma: encodeG2ForContract(gamma),
    },
    blockKeys: [{ key: block.keyBytes, size: SMALL_BLOCK }],
    genesisRoot: stateRoot(createState(SMALL_BLOCK.depth)),
    operator: deployer.account.address,
    pool: deployer.account.address,
    operatorTerms: OPERATOR_TERMS,
  });
  const { ctz, rollup, seedRegistry, programRegistry } = deployment;
  const mined = async (hash: `0x${string}`): Promise<void> => {
    const receipt = await publicClient.waitForTransactionReceipt({ hash });
    if (receipt.status !== "success") throw new Error(`transaction ${hash} reverted`);
  };
  const fund = async (wallet: ReturnType<typeof walletOf>, units: bigint): Promise<void> => {
    const token = { address: ctz, abi: ctzAbi } as const;
    const amount = units * UNIT;
    if (wallet.account.address !== deployer.account.address) {
      await mined(
        await deployer.writeContract({
          ...token,
          functionName: "transfer",
          args: [wallet.account.address, amount],
        }),
      );
    }
    await mined(await wallet.writeContract({ ...token, functionName: "approve", args: [rollup, amount] }));
  };
  await mined(
    await deployer.writeContract({
      address: programRegistry,
      abi: programRegistryAbi,
      functionName: "register",
      args: [toHex(program.keyBytes), zeroHash, zeroHash, true],
    }),
  );
  return {
    anvil,
    deployment,
    publicClient: publicClient as PublicClient,
    control: control(anvil),
    async register(key, amount) {
      const wallet = walletOf(mnemonicToAccount(MNEMONIC, { addressIndex: key.number + 1 }));
      await fund(wallet, amount);
      const index = await publicClient.readContract({
        address: rollup,
        abi: rollupAbi,
        functionName: "nextIndex",
      });
      const args = [key.ax, key.ay, amount * UNIT] as const;
      await mined(
        await wallet.writeContract({ address: rollup, abi: rollupAbi, functionName: "register", args }),
      );
      key.owner = BigInt(wallet.account.address);
      return index;
    },
    async deposit(index, amount) {
      await fund(deployer, amount);
      const args = [index, amount * UNIT] as const;
      await mined(
        await deployer.writeContract({ address: rollup, abi: rollupAbi, functionName: "deposit", args }),
      );
    },
    async registerSeed() {
      const index = await publicClient.readContract({
        address: rollup,
        abi: rollupAbi,
        functionName: "nextIndex",
      });
      const args = [
        `0x${sha256(PARAMETERS)}`,
        "test:",
        programIdOf(program.verificationKey),
        tripleProgram.parametersCommitment(PARAMETERS),
        0n,
        { royalty: 200, middleware: 500, burn: 500, pool: 0 },
      ] as const;
      await mined(
        await deployer.writeContract({
          address: seedRegistry,
          abi: seedRegistryAbi,
          functionName: "register",
          args,
        }),
      );
      return index;
    },
    stop: () => anvil.stop(),
  };
}
