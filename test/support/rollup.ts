// A rollup on a local chain that a test drives by hand, with real proofs: contracts, keys, and the reference state machine.
import {
  blockCircuit,
  CIRCUITS,
  type CircuitInstance,
  compileCircuit,
  generateSchemaSources,
  royaltySplitCircuit,
} from "@catalyze/circuits/build";
import { digitsAdapter, digitsParameters } from "@catalyze/circuits/programs";
import { readDigits, readDigitsModel, splitDigits } from "@catalyze/circuits/programs/dataset";
import {
  type BlockDraft,
  blockCircuitInput,
  type CircuitInput,
  createBlockDraft,
  createState,
  decodeRequest,
  publicKey,
  type Request,
  type SealedBlock,
  type State,
  type Statement,
  statementBytes,
  statementCommitment,
  stateRoot,
} from "@catalyze/circuits/reference";
import { type BlockSize, challenge, SMALL_BLOCK } from "@catalyze/circuits/schema";
import {
  type Anvil,
  ctzAbi,
  type Deployment,
  deploy,
  programRegistryAbi,
  rollupAbi,
  seedRegistryAbi,
  startAnvil,
} from "@catalyze/contracts";
import {
  developmentConstants,
  encodeG2ForContract,
  encodeProofForContract,
  generateWitness,
  prove,
  selectBackend,
} from "@catalyze/prover";
import {
  type Address,
  bytesToHex,
  createPublicClient,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  parseEventLogs,
  zeroHash,
} from "viem";
import {
  type CircuitWithKey,
  contractKeyBytes,
  ensureKey,
  programIdOfVerificationKey,
} from "../../cli/src/devnet/circuits.js";
import { type DevnetRole, devnetAccounts } from "../../cli/src/index.js";

/** Wei of one unit. */
export const UNIT = 10n ** 9n;

/** A proof as calldata. */
export type ContractProof = ReturnType<typeof encodeProofForContract>;

/** A statement with its proof, as `submitBlocks` takes it. */
export interface StatementSubmission {
  readonly words: Hex;
  readonly proof: ContractProof;
}

/** A royalty distribution with its proof, as `submitBlocks` takes it. */
export interface DistributionSubmission {
  readonly seedId: bigint;
  readonly commitment: bigint;
  readonly proof: ContractProof;
}

/** A block as `submitBlocks` takes it. */
export interface BlockSubmission {
  readonly sizeId: bigint;
  readonly words: Hex;
  readonly commitment: bigint;
  readonly proof: ContractProof;
  readonly statements: readonly StatementSubmission[];
  /** Bit i: settlement i is of a recorded statement. */
  readonly recorded: bigint;
  /** Royalty proofs, one for each distribution of the block. */
  readonly distributions: readonly DistributionSubmission[];
}

/** Key on the rollup of a role; for tests only. */
export const rollupKey = (index: number): Uint8Array => new Uint8Array(32).fill(0x60 + index);

/** Real images of digits, 64 bytes each, and their labels. */
export function heldOutDigits(count: number): { inputs: Uint8Array; labels: number[] } {
  const samples = splitDigits(readDigits()).heldOut.slice(0, count);
  return {
    inputs: Uint8Array.from(samples.flatMap(({ pixels }) => [...pixels])),
    labels: samples.map(({ label }) => label),
  };
}

async function startChain() {
  const anvil: Anvil = await startAnvil();
  const chain = defineChain({
    id: 31337,
    name: "test",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [anvil.rpcUrl] } },
  });
  const client = createPublicClient({ chain, transport: http(), pollingInterval: 50 });
  return { anvil, chain, client };
}

/** Compiles a circuit and makes its development key, or finds both in the cache. */
async function prepare(circuit: CircuitInstance): Promise<CircuitWithKey> {
  generateSchemaSources();
  return ensureKey(await compileCircuit(circuit));
}

/** What {@link startRollup} takes; by default the small block and the digits program, without royalties or exits. */
export interface RollupOptions {
  readonly size?: BlockSize;
  /** Circuit of the program that is registered. */
  readonly program?: CircuitInstance;
  /** With the key of the royalty split. */
  readonly royalty?: boolean;
  /** Keys of the exit circuits: with them people can leave after a freeze. */
  readonly exits?: { readonly cell: CircuitWithKey; readonly settlement: CircuitWithKey };
}

/** Starts a chain, deploys everything with development keys and registers the program. */
export async function startRollup(options: RollupOptions = {}) {
  const { exits } = options;
  const size = options.size ?? SMALL_BLOCK;
  const [block, program] = [
    await prepare(blockCircuit(size)),
    await prepare(options.program ?? CIRCUITS[digitsAdapter.name]!),
  ];
  const royalty = options.royalty === true ? await prepare(royaltySplitCircuit) : undefined;
  const { anvil, chain, client } = await startChain();
  const accounts = devnetAccounts();
  const wallet = (role: DevnetRole) =>
    createWalletClient({ chain, transport: http(), account: accounts[role] });
  const { alpha, beta, gamma } = developmentConstants;
  const royaltyParameters =
    royalty === undefined
      ? {}
      : {
          royaltyKey: contractKeyBytes(royalty.verificationKey),
        };
  const deployment: Deployment = await deploy({
    walletClient: wallet("deployer"),
    publicClient: client,
    verifierConstants: {
      alpha: [alpha.x, alpha.y],
      beta: encodeG2ForContract(beta),
      gamma: encodeG2ForContract(gamma),
    },
    blockKeys: [{ key: contractKeyBytes(block.verificationKey), size }],
    genesisRoot: stateRoot(createState(size.depth)),
    operator: accounts.operator.address,
    pool: accounts.pool.address,
    exitKeys: exits && {
      cell: contractKeyBytes(exits.cell.verificationKey),
      settlement: contractKeyBytes(exits.settlement.verificationKey),
    },
    ...royaltyParameters,
  });
  const mined = async (hash: Hex) => {
    const receipt = await client.waitForTransactionReceipt({ hash });
    if (receipt.status !== "success") throw new Error(`transaction ${hash} reverted`);
    return receipt;
  };
  await mined(
    await wallet("deployer").writeContract({
      address: deployment.programRegistry,
      abi: programRegistryAbi,
      functionName: "register",
      args: [bytesToHex(contractKeyBytes(program.verificationKey)), zeroHash, zeroHash, true],
    }),
  );
  return { anvil, chain, client, accounts, wallet, mined, deployment, size, block, program, royalty };
}

/** The parts that {@link startRollup} gives. */
export type RollupParts = Awaited<ReturnType<typeof startRollup>>;

/** Funds a role with CTZ and registers it on the rollup with a deposit, in units. */
export async function register(parts: RollupParts, role: DevnetRole, key: Uint8Array, deposit: bigint) {
  const { wallet, mined, deployment, accounts } = parts;
  const { ctz, rollup } = deployment;
  const to = accounts[role].address;
  const value = deposit * UNIT;
  await mined(
    await wallet("deployer").writeContract({
      address: ctz,
      abi: ctzAbi,
      functionName: "transfer",
      args: [to, value],
    }),
  );
  await mined(
    await wallet(role).writeContract({
      address: ctz,
      abi: ctzAbi,
      functionName: "approve",
      args: [rollup, value],
    }),
  );
  const { ax, ay } = publicKey(key);
  await mined(
    await wallet(role).writeContract({
      address: rollup,
      abi: rollupAbi,
      functionName: "register",
      args: [ax, ay, value],
    }),
  );
}

/** Registers the digits model as a seed of the role. */
export async function registerDigitsSeed(parts: RollupParts, role: DevnetRole): Promise<void> {
  const { wallet, mined, deployment, program } = parts;
  const parameters = digitsParameters(readDigitsModel());
  await mined(
    await wallet(role).writeContract({
      address: deployment.seedRegistry,
      abi: seedRegistryAbi,
      functionName: "register",
      args: [
        zeroHash,
        "memory:digits",
        programIdOfVerificationKey(program.verificationKey),
        digitsAdapter.parametersCommitment(parameters),
        0n,
        { royalty: 200, middleware: 500, burn: 500, pool: 100 },
      ],
    }),
  );
}

/** All requests of the L1 queue, in order. */
export async function queuedRequests(parts: RollupParts): Promise<Request[]> {
  const logs = await parts.client.getLogs({ address: parts.deployment.rollup, fromBlock: 0n });
  return parseEventLogs({ abi: rollupAbi, logs, eventName: "RequestEnqueued" }).map(({ args }) =>
    decodeRequest({ heads: [args.head0, args.head1], route: args.route, value: args.value }),
  );
}

/** Header values that the deployment fixes. */
export async function domains(parts: RollupParts) {
  const contract = { address: parts.deployment.rollup, abi: rollupAbi } as const;
  const [operationDomain, statementDomain] = await Promise.all([
    parts.client.readContract({ ...contract, functionName: "operationDomain" }),
    parts.client.readContract({ ...contract, functionName: "statementDomain" }),
  ]);
  return { operationDomain, statementDomain };
}

/** Fills and seals the next block on a state, with L1's time. */
export async function sealNext(
  parts: RollupParts,
  state: State,
  position: { readonly number: bigint; readonly firstRequest: bigint },
  fill: (draft: BlockDraft) => void,
): Promise<SealedBlock> {
  const { timestamp } = await parts.client.getBlock();
  const header = {
    size: parts.size,
    ...(await domains(parts)),
    ...position,
    time: timestamp,
    feeAccount: 1,
  };
  const draft = createBlockDraft(state, header);
  fill(draft);
  return draft.seal();
}

/** Proves with a circuit of the rollup, for a challenge. */
export async function proveWith(key: CircuitWithKey, input: CircuitInput, z: bigint): Promise<ContractProof> {
  const witness = await generateWitness({ programPath: key.circuit.wasmPath, input: { ...input, z } });
  const { proof } = await prove(selectBackend(), { provingKeyPath: key.provingKeyPath, witness });
  return encodeProofForContract(proof);
}

/** Id under which a circuit is registered. */
export const programIdOf = (key: CircuitWithKey): bigint => programIdOfVerificationKey(key.verificationKey);

/** What challenges of proofs with this circuit bind. */
export const contextOf = ({ deployment }: RollupParts, key: CircuitWithKey) => ({
  chainId: BigInt(deployment.chainId),
  binder: BigInt(deployment.programRegistry),
  programId: programIdOfVerificationKey(key.verificationKey),
});

/** Proves a statement about a chunk of digits. */
export async function proveStatement(
  parts: RollupParts,
  statement: Statement,
  inputs: Uint8Array,
  results: Uint8Array,
): Promise<StatementSubmission> {
  const parameters = digitsParameters(readDigitsModel());
  const input = digitsAdapter.circuitInput({ parameters, inputs, results, statement });
  const bytes = statementBytes(statement);
  const z = challenge(contextOf(parts, parts.program), statementCommitment(statement), bytes);
  return { words: bytesToHex(bytes), proof: await proveWith(parts.program, input, z) };
}

/** Proves a block. */
export async function proveBlock(
  parts: RollupParts,
  block: SealedBlock,
  statements: readonly StatementSubmission[] = [],
  distributions: readonly DistributionSubmission[] = [],
): Promise<BlockSubmission> {
  const z = challenge(contextOf(parts, parts.block), block.commitment, block.bytes);
  return {
    sizeId: 0n,
    words: bytesToHex(block.bytes),
    commitment: block.commitment,
    proof: await proveWith(parts.block, blockCircuitInput(block), z),
    statements,
    recorded: 0n,
    distributions,
  };
}

/** Submits blocks as the operator. */
export async function submit(parts: RollupParts, blocks: readonly BlockSubmission[]) {
  const { wallet, mined, deployment, client, accounts } = parts;
  const { request } = await client.simulateContract({
    account: accounts.operator,
    address: deployment.rollup,
    abi: rollupAbi,
    functionName: "submitBlocks",
    args: [blocks],
  });
  return mined(await wallet("operator").writeContract(request));
}

/** CTZ of an address, in wei. */
export const ctzOf = (parts: RollupParts, owner: Address): Promise<bigint> =>
  parts.client.readContract({
    address: parts.deployment.ctz,
    abi: ctzAbi,
    functionName: "balanceOf",
    args: [owner],
  });
