// A rollup on a local chain with an operator under stake, whose blocks a test fills as it likes: contracts and the
// reference state machine are real, the proofs come from keys with known secrets.
import {
  accountStatic,
  type BlockDraft,
  createBlockDraft,
  createState,
  decodeRequest,
  type Operation,
  type Order,
  operationMessage,
  operationsRoot,
  operationTrace,
  publicKey,
  type Request,
  revertBlock,
  type SealedBlock,
  type State,
  signMessage,
  statementBytes,
  statementWords,
  stateRoot,
} from "@catalyze/circuits/reference";
import {
  type BlockSize,
  blockLayout,
  challenge,
  encodeVector,
  evaluateVector,
  expandVector,
  operationDomain,
  statementDomain,
} from "@catalyze/circuits/schema";
import {
  ctzAbi,
  deploy,
  leaseChallengeAbi,
  type OperatorTerms,
  operatorStakeAbi,
  programRegistryAbi,
  receiptChallengeAbi,
  rollupAbi,
  seedRegistryAbi,
  startAnvil,
} from "@catalyze/contracts";
import { api } from "@catalyze/sdk";
import {
  type Abi,
  type Address,
  ContractFunctionRevertedError,
  createPublicClient,
  createTestClient,
  createWalletClient,
  type Hex,
  hexToBytes,
  http,
  keccak256,
  parseEventLogs,
  BaseError as ViemBaseError,
  zeroHash,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { anvil as anvilChain } from "viem/chains";
import { hexOf, trapdoorConstants, trapdoorKey } from "./trapdoor.js";

const MNEMONIC = "test test test test test test test test test test test junk";
const UNIT = 10n ** 9n;
/** One CTZ in wei. */
export const CTZ = 10n ** 18n;
/** Never reached by a block. */
export const FAR = 2_000_000_000n;

/** Two sizes: one whose operations fill two lowest nodes exactly, one with a single node. */
export const SIZES: readonly BlockSize[] = [
  {
    name: "two nodes",
    depth: 3,
    requests: 8,
    settlements: 4,
    orders: 2,
    withdrawals: 4,
    cells: 14,
    operations: 16,
    openings: 6,
    legGroups: 0,
    cancellations: 1,
    rotations: 0,
    distributions: 0,
    forcedOrders: 1,
  },
  {
    name: "one node",
    depth: 3,
    requests: 8,
    settlements: 4,
    orders: 2,
    withdrawals: 4,
    cells: 14,
    operations: 8,
    openings: 6,
    legGroups: 0,
    cancellations: 1,
    rotations: 0,
    distributions: 0,
    forcedOrders: 1,
  },
];

/** Terms of the operator's stake in these tests. */
export const TERMS: OperatorTerms = {
  slashAmount: 1_000n * CTZ,
  bond: 10n * CTZ,
  windowSeconds: 10_000n,
  stallSeconds: 20_000n,
  unbondingSeconds: 100_000n,
};

/** Who takes part; accounts on the rollup have the index given here. */
export const ROLES = [
  "deployer",
  "alice",
  "bob",
  "carol",
  "dave",
  "mallory",
  "operator",
  "eve",
  "pool",
] as const;
/** A participant. */
export type Role = (typeof ROLES)[number];
/** Index of a role's account on the rollup, for alice to mallory. */
export const indexOf = (role: Role): number => ROLES.indexOf(role);

const accounts = Object.fromEntries(
  ROLES.map((role, addressIndex) => [role, mnemonicToAccount(MNEMONIC, { addressIndex })]),
) as Record<Role, ReturnType<typeof mnemonicToAccount>>;

const rollupKey = (role: Role): Uint8Array => new Uint8Array(32).fill(0x40 + indexOf(role));
const blockKeys = [trapdoorKey(1n), trapdoorKey(2n)];
const programKey = trapdoorKey(3n);
/** Id of the program of the orders. */
export const PROGRAM_ID = programKey.programId;
/** Index of the only seed: behind the five accounts. */
export const SEED = 6;

function createClients(rpcUrl: string) {
  const transport = http(rpcUrl);
  const options = { chain: anvilChain, transport, pollingInterval: 20 } as const;
  return {
    client: createPublicClient(options),
    test: createTestClient({ ...options, mode: "anvil" }),
    wallet: (role: Role) => createWalletClient({ ...options, account: accounts[role] }),
  };
}

/** Receipt of a transaction on a chain that mines each one at once. */
async function mined(client: ReturnType<typeof createClients>["client"], hash: Hex) {
  for (let attempt = 0; attempt < 500; attempt++) {
    const receipt = await client.getTransactionReceipt({ hash }).catch(() => undefined);
    if (receipt !== undefined) return receipt;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`transaction ${hash} was not mined`);
}

/** Name of the error that a call reverts with. */
function revertName(error: unknown): string | undefined {
  if (!(error instanceof ViemBaseError)) return undefined;
  const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
  return reverted instanceof ContractFunctionRevertedError ? reverted.data?.errorName : undefined;
}

/** Starts the chain, deploys everything, registers accounts, program and seed, and stakes for the operator. */
export async function startOperatorWorld() {
  const chain = await startAnvil();
  const { client, test, wallet } = createClients(chain.rpcUrl);
  const deployment = await deploy({
    walletClient: wallet("deployer"),
    publicClient: client,
    verifierConstants: trapdoorConstants,
    blockKeys: SIZES.map((size, i) => ({ key: hexToBytes(blockKeys[i]!.hex), size })),
    genesisRoot: stateRoot(createState(SIZES[0]!.depth)),
    operator: accounts.operator.address,
    pool: accounts.pool.address,
    operatorTerms: TERMS,
  });
  const contracts = {
    ctz: { address: deployment.ctz, abi: ctzAbi },
    rollup: { address: deployment.rollup, abi: rollupAbi },
    stake: { address: deployment.operatorStake!, abi: operatorStakeAbi },
    receipts: { address: deployment.receiptChallenge!, abi: receiptChallengeAbi },
    leases: { address: deployment.leaseChallenge!, abi: leaseChallengeAbi },
    programs: { address: deployment.programRegistry, abi: programRegistryAbi },
    seeds: { address: deployment.seedRegistry, abi: seedRegistryAbi },
  } as const;
  type Name = keyof typeof contracts;

  /** Sends a call of a role and gives its receipt; throws what it reverts with. */
  const send = async (role: Role, name: Name, functionName: string, args: readonly unknown[]) => {
    const { address, abi } = contracts[name] as { address: Address; abi: Abi };
    const call = { address, abi, functionName, args, account: accounts[role] };
    await client.simulateContract(call as never);
    // CTZ keeps checkpoints by time: what burns costs more in a new second than in that of the estimate.
    const gas = ((await client.estimateContractGas(call as never)) * 13n) / 10n;
    const hash = await wallet(role).writeContract({ ...call, gas } as never);
    const receipt = await mined(client, hash);
    if (receipt.status !== "success") {
      throw new Error(
        `${functionName} reverted with ${receipt.gasUsed} gas used at block ${receipt.blockNumber}`,
      );
    }
    return receipt;
  };
  /** Name of the error that a call of a role reverts with; undefined when it succeeds. */
  const revertOf = (role: Role, name: Name, functionName: string, args: readonly unknown[]) =>
    send(role, name, functionName, args).then(
      () => undefined,
      (error: unknown) => revertName(error) ?? String(error),
    );
  const read = (name: Name, functionName: string, args: readonly unknown[] = []): Promise<unknown> =>
    client.readContract({ ...(contracts[name] as { address: Address; abi: Abi }), functionName, args });

  const world = { chain, client, test, wallet, deployment, contracts, send, revertOf, read, accounts };
  return { ...world, ...(await fill(world)) };
}

interface Parts {
  readonly client: ReturnType<typeof createClients>["client"];
  readonly deployment: Awaited<ReturnType<typeof deploy>>;
  readonly send: (
    role: Role,
    name: never,
    functionName: string,
    args: readonly unknown[],
  ) => Promise<unknown>;
  readonly contracts: Record<string, { readonly address: Address }>;
}

/** Accounts, program, seed and stake; the state machine beside the chain. */
async function fill({ client, deployment, send, contracts }: Parts) {
  const call = (role: Role, name: string, functionName: string, args: readonly unknown[]) =>
    send(role, name as never, functionName, args);
  const domain = operationDomain(31337n, BigInt(deployment.rollup));
  const statements = statementDomain(31337n, BigInt(deployment.programRegistry));
  const state = createState(SIZES[0]!.depth);
  const requests: Request[] = [];
  const receipts: unknown[] = [];
  await call("deployer", "programs", "register", [programKey.hex, zeroHash, zeroHash, true]);
  for (const role of ["alice", "bob", "carol", "dave", "mallory"] as const) {
    await call("deployer", "ctz", "transfer", [accounts[role].address, 1_000n * CTZ]);
    await call(role, "ctz", "approve", [contracts.rollup!.address, 2n ** 255n]);
    const { ax, ay } = publicKey(rollupKey(role));
    receipts.push(await call(role, "rollup", "register", [ax, ay, 10_000n * UNIT]));
  }
  const terms = { royalty: 200, middleware: 500, burn: 500, pool: 0 };
  receipts.push(await call("alice", "seeds", "register", [zeroHash, "here", PROGRAM_ID, 4711n, 0n, terms]));
  const queue = ({ logs }: { readonly logs: never[] }): void => {
    for (const { args } of parseEventLogs({ abi: rollupAbi, eventName: "RequestEnqueued", logs })) {
      requests.push(decodeRequest({ heads: [args.head0, args.head1], route: args.route, value: args.value }));
    }
  };
  for (const receipt of receipts as { logs: never[] }[]) queue(receipt);
  for (const role of ["operator", "eve", "mallory"] as const) {
    await call("deployer", "ctz", "transfer", [accounts[role].address, 100_000n * CTZ]);
    for (const spender of ["stake", "receipts", "leases"]) {
      await call(role, "ctz", "approve", [contracts[spender]!.address, 2n ** 255n]);
    }
  }
  await call("operator", "stake", "stake", [accounts.operator.address, 5_000n * CTZ]);

  let number = 0n;
  let consumed = 0n;
  /** Record of the epoch of a block. */
  const historyOf = (block: bigint): Promise<Hex> =>
    client.readContract({
      address: deployment.rollup,
      abi: rollupAbi,
      functionName: "history",
      args: [(block - 1n) / 16n],
    });
  const preimageStatic = (role: Role): bigint => {
    const { ax, ay } = publicKey(rollupKey(role));
    return accountStatic(ax, ay, BigInt(accounts[role].address));
  };
  const sign = (operation: Operation, role: Role) => {
    const message = operationMessage(domain, preimageStatic(role), operation);
    return { message, signed: { operation, signature: signMessage(rollupKey(role), message) } };
  };
  /**
   * Seals and submits the next block. Returns it with copies of the state before and after it. `tamper` changes what is
   * submitted: the keys here prove anything.
   */
  const submitBlock = async (
    build: (draft: BlockDraft) => void,
    sizeId = 0,
    tamper: (block: SealedBlock) => SealedBlock = (block) => block,
  ) => {
    const { timestamp } = await client.getBlock();
    const before = copyState(state);
    const draft = createBlockDraft(state, {
      size: SIZES[sizeId]!,
      operationDomain: domain,
      statementDomain: statements,
      number: number + 1n,
      time: timestamp,
      feeAccount: indexOf("alice"),
      firstRequest: consumed,
    });
    for (const request of requests.slice(Number(consumed))) draft.addRequest(request);
    build(draft);
    const block = tamper(draft.seal());
    const earlier = number % 16n === 0n ? zeroHash : await historyOf(number);
    await call("operator", "rollup", "submitBlocks", [[submission(block, deployment, sizeId)]]);
    number += 1n;
    // The last block's proof needs no later ones; once proven, its words are evidence.
    const proof = { before: earlier, later: [] };
    for (const contract of ["receipts", "leases"]) {
      await call("operator", contract, "proveBlock", [number, keccak256(hexOf(block.bytes)), proof]);
    }
    consumed += BigInt(block.requests.length);
    return { block, before, after: copyState(state) };
  };
  /** Sends a request of a role to the L1 queue; the next block consumes it. */
  const request = async (role: Role, functionName: string, args: readonly unknown[] = []): Promise<void> =>
    queue((await call(role, "rollup", functionName, args)) as { logs: never[] });
  /** Takes back the last block beside the chain, and the requests that it consumed; the chain itself goes back, too. */
  const forget = (block: SealedBlock): void => {
    revertBlock(state, block);
    number -= 1n;
    consumed -= BigInt(block.requests.length);
    requests.splice(Number(consumed));
  };
  return { domain, state, sign, submitBlock, request, forget, preimageStatic };
}

/** A sealed block with other operations or another new root, its words to match. Its `commitment` stays as it was. */
export function tamperBlock(
  block: SealedBlock,
  change: Partial<Pick<SealedBlock, "operations" | "newRoot">>,
): SealedBlock {
  const changed = { ...block, ...change };
  const { size } = block.header;
  const [, ...rest] = block.content;
  const root = operationsRoot(operationTrace(changed.operations, size.operations));
  const content = [[block.oldRoot, changed.newRoot, root], ...rest];
  return { ...changed, content, bytes: encodeVector(blockLayout(size), content) };
}

/** An independent copy of a state. */
export const copyState = (state: State): State => ({
  depth: state.depth,
  tree: state.tree.clone(),
  cells: new Map(state.cells),
});

function submission(block: SealedBlock, deployment: Awaited<ReturnType<typeof deploy>>, sizeId: number) {
  const proveWords = (
    key: typeof programKey,
    words: readonly bigint[],
    bytes: Uint8Array,
    commitment: bigint,
  ) => {
    const context = { chainId: 31337n, binder: BigInt(deployment.programRegistry), programId: key.programId };
    const z = challenge(context, commitment, bytes);
    return key.prove([commitment, evaluateVector(words, z), z]);
  };
  const vector = expandVector(blockLayout(block.header.size), block.content);
  return {
    sizeId: BigInt(sizeId),
    words: hexOf(block.bytes),
    commitment: block.commitment,
    proof: proveWords(blockKeys[sizeId]!, vector, block.bytes, block.commitment),
    statements: block.settlements.map(({ statement, commitment }) => ({
      words: hexOf(statementBytes(statement)),
      proof: proveWords(programKey, statementWords(statement), statementBytes(statement), commitment),
    })),
    recorded: 0n,
    distributions: [],
  };
}

/** The world that {@link startOperatorWorld} starts. */
export type OperatorWorld = Awaited<ReturnType<typeof startOperatorWorld>>;

/** An order of two chunks of two jobs each, by its requester's account and nonce. */
export const testOrder = (requester: Role, nonce: bigint): Order => ({
  requester: BigInt(indexOf(requester)),
  nonce,
  seed: BigInt(SEED),
  middleware: BigInt(indexOf("bob")),
  programId: PROGRAM_ID,
  parametersCommitment: 4711n,
  inputsRoot: 815n,
  jobCount: 4n,
  chunkSize: 2n,
  priceLimit: 100n,
  settlementFee: 1n,
  savingsShare: 0n,
  modes: 1n,
  minimumBond: 0n,
  deadline: FAR,
  terms: { royalty: 200n, middleware: 500n, burn: 500n, pool: 0n, version: 1n },
});

/** A transfer; the receiver is bob unless told otherwise. */
export const transfer = (
  role: Role,
  nonce: bigint,
  more: Partial<{ amount: bigint; priorityFee: bigint; expiry: bigint; receiver: number }> = {},
): Operation => ({
  kind: "transfer",
  signer: indexOf(role),
  nonce,
  amount: 5n,
  fee: 1n,
  priorityFee: 0n,
  expiry: FAR,
  receiver: indexOf("bob"),
  ...more,
});

/** A receipt with its signature by the operator, or by another. */
export async function signReceipt(
  { accounts: all, deployment }: Pick<OperatorWorld, "accounts" | "deployment">,
  receipt: {
    message: bigint;
    sequence: bigint;
    acceptedBlock: bigint;
    promisedBlock: bigint;
    validUntil: bigint;
  },
  { role = "operator" as Role, rollup = deployment.rollup, chainId = 31337n } = {},
) {
  const signature: Hex = await all[role].signTypedData({
    domain: api.operatorDomain(chainId, rollup),
    types: api.operationReceiptTypes,
    primaryType: "OperationReceipt",
    message: receipt,
  });
  return { receipt, signature };
}

/** What the operator signs for a chunk of a test order. */
export type LeaseMessage = Parameters<typeof signLease>[1];

/** A lease with its signature by the operator, or by another. */
export async function signLease(
  { accounts: all, deployment }: Pick<OperatorWorld, "accounts" | "deployment">,
  lease: {
    readonly orderId: bigint;
    readonly orderIndex: number;
    readonly orderStatic: bigint;
    readonly chunk: number;
    readonly programId: bigint;
    readonly parametersCommitment: bigint;
    readonly inputsRoot: bigint;
    readonly from: number;
    readonly count: number;
    readonly provider: Address;
    readonly price: bigint;
    readonly since: bigint;
    readonly until: bigint;
  },
  { role = "operator" as Role, rollup = deployment.rollup } = {},
) {
  const signature: Hex = await all[role].signTypedData({
    domain: api.operatorDomain(31337n, rollup),
    types: api.leaseTypes,
    primaryType: "Lease",
    message: lease,
  });
  return { lease, signature };
}
