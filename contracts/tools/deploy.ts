// Deployment of all contracts. Assumes that the account sends nothing else meanwhile: the seed registry's address is
// computed from the account's nonce, because rollup and seed registry name each other.
import type { BlockSize } from "@catalyze/circuits/schema";
import {
  type Account,
  type Address,
  bytesToHex,
  type Chain,
  getContractAddress,
  type Hex,
  type PublicClient,
  type Transport,
  type WalletClient,
  zeroAddress,
} from "viem";
import {
  ctzAbi,
  ctzBytecode,
  exitsAbi,
  exitsBytecode,
  groth16VerifierAbi,
  groth16VerifierBytecode,
  l1QueueAbi,
  l1QueueBytecode,
  leaseChallengeAbi,
  leaseChallengeBytecode,
  operatorStakeAbi,
  operatorStakeBytecode,
  poseidonAbi,
  poseidonBytecode,
  poseidonTableBytecodes,
  programRegistryAbi,
  programRegistryBytecode,
  receiptChallengeAbi,
  receiptChallengeBytecode,
  rollupAbi,
  rollupBytecode,
  seedRegistryAbi,
  seedRegistryBytecode,
  sharesHasherAbi,
  sharesHasherBytecode,
  statementRegistryAbi,
  statementRegistryBytecode,
} from "../generated/index.js";
import { ContractsError } from "./errors.js";

/** Bytes of a verification key: delta (4 words, precompile order), IC0 … IC3 (2 words each). */
export const VERIFICATION_KEY_BYTES = 384;
/** x of the published development alpha, as in DevelopmentKeys.sol. Negation keeps x. */
export const DEVELOPMENT_ALPHA_X =
  5359372748237535081802152643281427733528753554257424890680029196522106159160n;
/** Chains on which development keys work. */
export const LOCAL_CHAIN_IDS: readonly number[] = [31337, 1337];
/** Wei minted to the deployer unless told otherwise: the cap, 10^9 CTZ. */
export const DEFAULT_INITIAL_SUPPLY = 10n ** 27n;

/** Terms of the L1 queue, fixed at deployment. */
export interface QueueTerms {
  /** Seconds within which a request must be consumed, else anyone may freeze the rollup. */
  readonly deadline: number;
  /** Longest time in seconds between two blocks of an operator that keeps up; the queue's limit follows from it. */
  readonly blockInterval: number;
  /** Wei of the native coin for a request into an idle queue. */
  readonly requestFee: bigint;
  /** Least fee in wei of a request that takes an index for good (registering an account or a seed). */
  readonly registerFee: bigint;
}

/** Terms on public chains unless told otherwise (docs/decisions/030-forced-queue.md). */
export const DEFAULT_QUEUE_TERMS: QueueTerms = {
  deadline: 7 * 86_400,
  blockInterval: 120,
  requestFee: 200_000_000_000_000n,
  registerFee: 500_000_000_000_000n,
};
/** Terms on local chains unless told otherwise: the same, without fees. */
export const LOCAL_QUEUE_TERMS: QueueTerms = { ...DEFAULT_QUEUE_TERMS, requestFee: 0n, registerFee: 0n };

/** The points that all verification keys of a deployment share. G2 in precompile order: x imaginary, x real, y … */
export interface VerifierConstants {
  readonly alpha: readonly [bigint, bigint];
  readonly beta: readonly [bigint, bigint, bigint, bigint];
  readonly gamma: readonly [bigint, bigint, bigint, bigint];
}

/** A size of the block circuit with its verification key ({@link VERIFICATION_KEY_BYTES} bytes). */
export interface BlockKey {
  readonly key: Uint8Array;
  readonly size: BlockSize;
}

/** What the operator's promises are worth and how long everyone has. Amounts in wei of CTZ. */
export interface OperatorTerms {
  /** Lost for one broken promise: half to the challenger, half burned. */
  readonly slashAmount: bigint;
  /** Put up by a challenger; pays the operator's answer. Above what an answer costs in gas. */
  readonly bond: bigint;
  /** Time to answer a challenge. */
  readonly windowSeconds: bigint;
  /** Time without a block after which promises of later blocks may be challenged. */
  readonly stallSeconds: bigint;
  /** Between announcing and withdrawing stake; more than twice the two times above. */
  readonly unbondingSeconds: bigint;
}

/** The terms that {@link deploy} takes unless told otherwise. */
export const DEFAULT_OPERATOR_TERMS: OperatorTerms = {
  slashAmount: 1_000n * 10n ** 18n,
  bond: 10n * 10n ** 18n,
  windowSeconds: 86_400n,
  stallSeconds: 86_400n,
  unbondingSeconds: 14n * 86_400n,
};

/** What {@link deploy} needs. */
export interface DeployParameters {
  /** Sends the transactions and receives the initial supply. */
  readonly walletClient: WalletClient<Transport, Chain | undefined, Account>;
  readonly publicClient: PublicClient;
  readonly verifierConstants: VerifierConstants;
  /** Sizes of the block circuit, all of the same depth; a size's id is its place in this list. */
  readonly blockKeys: readonly BlockKey[];
  /** Root of the empty state tree of that depth. */
  readonly genesisRoot: bigint;
  /** May submit blocks. */
  readonly operator: Address;
  /** Receives the pool's share. */
  readonly pool: Address;
  /** Verification key of the royalty-split circuit; without it no royalties are distributed on L2. */
  readonly royaltyKey?: Uint8Array;
  /** Verification keys of the exit circuits; without them nobody leaves by proof after a freeze. */
  readonly exitKeys?: { readonly cell: Uint8Array; readonly settlement: Uint8Array } | undefined;
  /** Terms of the L1 queue; {@link LOCAL_QUEUE_TERMS} by default on local chains, else {@link DEFAULT_QUEUE_TERMS}. */
  readonly queueTerms?: QueueTerms;
  /** Wei of CTZ minted to the deployer; {@link DEFAULT_INITIAL_SUPPLY} by default. */
  readonly initialSupply?: bigint;
  /** Terms of the operator's stake; {@link DEFAULT_OPERATOR_TERMS} by default. */
  readonly operatorTerms?: OperatorTerms;
}

/** Contracts that hold operators to what they sign (docs/receipts.md). */
export interface OperatorContracts {
  readonly poseidon: Address;
  readonly operatorStake: Address;
  readonly receiptChallenge: Address;
  readonly leaseChallenge: Address;
}

/** A deployment: addresses and what a client must know about it. */
export interface Deployment extends Partial<OperatorContracts> {
  readonly chainId: number;
  /** Block of the first deployed contract; indexers start here. */
  readonly deploymentBlock: bigint;
  readonly ctz: Address;
  readonly groth16Verifier: Address;
  /** Also the binder of every challenge and statement domain. */
  readonly programRegistry: Address;
  readonly statementRegistry: Address;
  readonly seedRegistry: Address;
  readonly rollup: Address;
  /** Pays exits by proof after a freeze; absent in a deployment without {@link DeployParameters.exitKeys}. */
  readonly exits?: Address;
  readonly operator: Address;
  readonly pool: Address;
  readonly genesisRoot: bigint;
  readonly depth: number;
  /** Sizes of the block circuit; a size's id is its place in this list. */
  readonly blockSizes: readonly BlockSize[];
}

function checkParameters(parameters: DeployParameters, chainId: number): number {
  const { blockKeys, verifierConstants } = parameters;
  const depth = blockKeys[0]?.size.depth;
  if (depth === undefined) {
    throw new ContractsError("CONTRACTS_BAD_PARAMETERS", "blockKeys is empty; give at least one size.");
  }
  blockKeys.forEach(({ key, size }, i) => {
    if (key.length !== VERIFICATION_KEY_BYTES) {
      throw new ContractsError(
        "CONTRACTS_BAD_PARAMETERS",
        `blockKeys[${i}].key has ${key.length} bytes; a key has ${VERIFICATION_KEY_BYTES}.`,
      );
    }
    if (size.depth !== depth) {
      throw new ContractsError(
        "CONTRACTS_BAD_PARAMETERS",
        `blockKeys[${i}].size.depth is ${size.depth}; all sizes of a deployment share one depth, here ${depth}.`,
      );
    }
  });
  if (parameters.royaltyKey !== undefined && parameters.royaltyKey.length !== VERIFICATION_KEY_BYTES) {
    throw new ContractsError(
      "CONTRACTS_BAD_PARAMETERS",
      `royaltyKey has ${parameters.royaltyKey.length} bytes; a key has ${VERIFICATION_KEY_BYTES}.`,
    );
  }
  for (const [name, key] of Object.entries(parameters.exitKeys ?? {})) {
    if (key.length === VERIFICATION_KEY_BYTES) continue;
    throw new ContractsError(
      "CONTRACTS_BAD_PARAMETERS",
      `exitKeys.${name} has ${key.length} bytes; a key has ${VERIFICATION_KEY_BYTES}.`,
    );
  }
  if (verifierConstants.alpha[0] === DEVELOPMENT_ALPHA_X && !LOCAL_CHAIN_IDS.includes(chainId)) {
    throw new ContractsError(
      "CONTRACTS_DEVELOPMENT_KEYS",
      `Development keys work on chains ${LOCAL_CHAIN_IDS.join(" and ")} only, this is chain ${chainId}; ` +
        "make keys from a ceremony.",
    );
  }
  return depth;
}

/** Sends contract creations of one account with consecutive nonces. */
class Deployer {
  readonly #parameters: DeployParameters;
  readonly #firstNonce: number;
  #count = 0;
  deploymentBlock = 0n;

  constructor(parameters: DeployParameters, firstNonce: number) {
    this.#parameters = parameters;
    this.#firstNonce = firstNonce;
  }

  /** Address of the contract that is created `ahead` creations from now. */
  address(ahead: number): Address {
    const from = this.#parameters.walletClient.account.address;
    return getContractAddress({ from, nonce: BigInt(this.#firstNonce + this.#count + ahead) });
  }

  async create(name: string, send: (nonce: number) => Promise<Hex>): Promise<Address> {
    const expected = this.address(0);
    const nonce = this.#firstNonce + this.#count++;
    const hash = await send(nonce);
    const receipt = await this.#parameters.publicClient.waitForTransactionReceipt({ hash });
    if (receipt.status !== "success" || receipt.contractAddress?.toLowerCase() !== expected.toLowerCase()) {
      throw new ContractsError(
        "CONTRACTS_DEPLOYMENT_FAILED",
        `${name} was not created at ${expected} (transaction ${hash}, ${receipt.status}); ` +
          "the account must send nothing else during a deployment.",
      );
    }
    if (this.deploymentBlock === 0n) this.deploymentBlock = receipt.blockNumber;
    return expected;
  }
}

/** Constructor arguments of the rollup's table of block circuits. */
function blockCircuits(blockKeys: readonly BlockKey[]) {
  return blockKeys.map(({ key, size }) => ({
    key: bytesToHex(key),
    requests: size.requests,
    settlements: size.settlements,
    orders: size.orders,
    withdrawals: size.withdrawals,
    cells: size.cells,
    rotations: size.rotations,
    distributions: size.distributions,
    forcedOrders: size.forcedOrders,
  }));
}

type PoseidonTables = readonly [Address, Address, Address, Address, Address, Address, Address];

/** Deploys Poseidon with its tables, and the hash of royalty shares over it. */
async function deployHashes(
  deployer: Deployer,
  { walletClient }: DeployParameters,
): Promise<{ poseidon: Address; sharesHasher: Address }> {
  const from = { account: walletClient.account, chain: walletClient.chain ?? null };
  const tables: Address[] = [];
  for (const [i, data] of poseidonTableBytecodes.entries()) {
    const create = (nonce: number) => walletClient.sendTransaction({ data, ...from, nonce });
    tables.push(await deployer.create(`Poseidon table ${i}`, create));
  }
  const poseidon = await deployer.create("Poseidon", (nonce) => {
    const [abi, bytecode] = [poseidonAbi, poseidonBytecode];
    const args = [tables as unknown as PoseidonTables] as const;
    return walletClient.deployContract({ abi, bytecode, args, ...from, nonce });
  });
  const sharesHasher = await deployer.create("SharesHasher", (nonce) => {
    const [abi, bytecode] = [sharesHasherAbi, sharesHasherBytecode];
    return walletClient.deployContract({ abi, bytecode, args: [poseidon], ...from, nonce });
  });
  return { poseidon, sharesHasher };
}

/** Deploys the stake and the challenge contracts, whose addresses the stake is told ahead. */
async function deployOperatorContracts(
  deployer: Deployer,
  { walletClient, operatorTerms = DEFAULT_OPERATOR_TERMS }: DeployParameters,
  { ctz, rollup, poseidon }: { readonly ctz: Address; readonly rollup: Address; readonly poseidon: Address },
): Promise<OperatorContracts> {
  const from = { account: walletClient.account, chain: walletClient.chain ?? null };
  const { slashAmount, bond, windowSeconds, stallSeconds, unbondingSeconds } = operatorTerms;
  const challengeContracts = [deployer.address(1), deployer.address(2)];
  const operatorStake = await deployer.create("OperatorStake", (nonce) => {
    const [abi, bytecode] = [operatorStakeAbi, operatorStakeBytecode];
    const args = [{ token: ctz, slashAmount, unbondingSeconds }, challengeContracts] as const;
    return walletClient.deployContract({ abi, bytecode, args, ...from, nonce });
  });
  const receiptChallenge = await deployer.create("ReceiptChallenge", (nonce) => {
    const [abi, bytecode] = [receiptChallengeAbi, receiptChallengeBytecode];
    const args = [rollup, poseidon, operatorStake, { bond, windowSeconds, stallSeconds }] as const;
    return walletClient.deployContract({ abi, bytecode, args, ...from, nonce });
  });
  const leaseChallenge = await deployer.create("LeaseChallenge", (nonce) => {
    const [abi, bytecode] = [leaseChallengeAbi, leaseChallengeBytecode];
    const args = [rollup, poseidon, operatorStake, { bond, windowSeconds }] as const;
    return walletClient.deployContract({ abi, bytecode, args, ...from, nonce });
  });
  return { poseidon, operatorStake, receiptChallenge, leaseChallenge };
}

/**
 * Deploys CTZ, verifier, registries and rollup, in this order: CTZ, Groth16Verifier, ProgramRegistry,
 * StatementRegistry, Poseidon, SharesHasher, L1Queue, Rollup, SeedRegistry, Exits, OperatorStake, ReceiptChallenge,
 * LeaseChallenge. The whole initial supply of CTZ goes to the deploying account; nothing is staked.
 * @throws {ContractsError} for bad parameters, development keys on a public chain, or a creation that failed.
 */
export async function deploy(parameters: DeployParameters): Promise<Deployment> {
  const { walletClient, publicClient, verifierConstants, operator, pool, genesisRoot } = parameters;
  const chainId = await publicClient.getChainId();
  const depth = checkParameters(parameters, chainId);
  const account = walletClient.account;
  const nonce = await publicClient.getTransactionCount({ address: account.address, blockTag: "pending" });
  const deployer = new Deployer(parameters, nonce);
  const chain = walletClient.chain ?? null;

  const ctz = await deployer.create("CTZ", (nonce) => {
    const args = [parameters.initialSupply ?? DEFAULT_INITIAL_SUPPLY] as const;
    return walletClient.deployContract({ abi: ctzAbi, bytecode: ctzBytecode, args, account, chain, nonce });
  });
  const groth16Verifier = await deployer.create("Groth16Verifier", (nonce) => {
    const { alpha, beta, gamma } = verifierConstants;
    const [abi, bytecode] = [groth16VerifierAbi, groth16VerifierBytecode];
    return walletClient.deployContract({ abi, bytecode, args: [alpha, beta, gamma], account, chain, nonce });
  });
  const programRegistry = await deployer.create("ProgramRegistry", (nonce) => {
    const [abi, bytecode] = [programRegistryAbi, programRegistryBytecode];
    return walletClient.deployContract({ abi, bytecode, args: [groth16Verifier], account, chain, nonce });
  });
  const statementRegistry = await deployer.create("StatementRegistry", (nonce) => {
    const [abi, bytecode] = [statementRegistryAbi, statementRegistryBytecode];
    return walletClient.deployContract({ abi, bytecode, args: [programRegistry], account, chain, nonce });
  });
  const { poseidon, sharesHasher } = await deployHashes(deployer, parameters);
  const local = LOCAL_CHAIN_IDS.includes(chainId);
  const queueTerms = parameters.queueTerms ?? (local ? LOCAL_QUEUE_TERMS : DEFAULT_QUEUE_TERMS);
  const fixed = {
    token: ctz,
    programs: programRegistry,
    statementRegistry,
    seedRegistry: deployer.address(2),
    exits: parameters.exitKeys === undefined ? zeroAddress : deployer.address(3),
    queueTerms,
    royaltyKey: bytesToHex(parameters.royaltyKey ?? new Uint8Array()),
  };
  const configuration = [
    { ...fixed, operator, pool, genesisRoot, depth },
    blockCircuits(parameters.blockKeys),
  ] as const;
  const queue = await deployer.create("L1Queue", (nonce) => {
    const [abi, bytecode] = [l1QueueAbi, l1QueueBytecode];
    return walletClient.deployContract({ abi, bytecode, args: configuration, account, chain, nonce });
  });
  const rollup = await deployer.create("Rollup", (nonce) => {
    const args = [...configuration, queue] as const;
    return walletClient.deployContract({
      abi: rollupAbi,
      bytecode: rollupBytecode,
      args,
      account,
      chain,
      nonce,
    });
  });
  const seedRegistry = await deployer.create("SeedRegistry", (nonce) => {
    const [abi, bytecode] = [seedRegistryAbi, seedRegistryBytecode];
    const args = [rollup, sharesHasher] as const;
    return walletClient.deployContract({ abi, bytecode, args, account, chain, nonce });
  });
  const { exitKeys } = parameters;
  const exits =
    exitKeys &&
    (await deployer.create("Exits", (nonce) => {
      const [abi, bytecode] = [exitsAbi, exitsBytecode];
      const keys = [bytesToHex(exitKeys.cell), bytesToHex(exitKeys.settlement)] as const;
      const args = [rollup, programRegistry, ...keys] as const;
      return walletClient.deployContract({ abi, bytecode, args, account, chain, nonce });
    }));
  const operatorContracts = await deployOperatorContracts(deployer, parameters, { ctz, rollup, poseidon });

  return {
    ...operatorContracts,
    chainId,
    ...(exits === undefined ? {} : { exits }),
    deploymentBlock: deployer.deploymentBlock,
    ctz,
    groth16Verifier,
    programRegistry,
    statementRegistry,
    seedRegistry,
    rollup,
    operator,
    pool,
    genesisRoot,
    depth,
    blockSizes: parameters.blockKeys.map(({ size }) => size),
  };
}
