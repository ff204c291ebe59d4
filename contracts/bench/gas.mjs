// Benchmark: gas of blocks, statements and proofs from receipts on anvil (Prague: EIP-7623's calldata floor included).
// Keys have a known trapdoor and every proof is verified by the contracts. Blocks are words of the right form, not transitions
// of a real state: L1 reads no more of them. Their fields have as many bits as they may have, so that calldata costs the most:
// amounts of 88 bits (a balance of less has zero bytes), random indices.
import {
  blockLayout,
  blockMeta,
  blockTotals,
  cellDynamic,
  cellWord,
  challenge,
  encodeVector,
  evaluateVector,
  expandVector,
  FIELD_MODULUS,
  operationDomain,
  orderParties,
  orderWork,
  SMALL_BLOCK,
  statementDomain,
  statementLayout,
  statementRange,
} from "@catalyze/circuits/schema";
import {
  bytesToHex,
  createPublicClient,
  createWalletClient,
  defineChain,
  hexToBytes,
  http,
  keccak256,
  numberToHex,
  zeroHash,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { Report } from "../../circuits/bench/report.mjs";
import {
  deploy,
  groth16VerifierAbi,
  programRegistryAbi,
  rollupAbi,
  startAnvil,
  statementRegistryAbi,
} from "../dist/tools/index.js";
import { constants, trapdoorKey } from "./trapdoor.mjs";

const MNEMONIC = "test test test test test test test test test test test junk";
const CHAIN_ID = 31337;
const ACCOUNT = 1n;
const STATEMENTS = 16;
const JOBS = 256;
const LEGS = 1_024;
/** One verification of snarkjs' verifier per job or payment. */
const ONE_BY_ONE = { name: "one snarkjs verification each", value: 228_000 };
const HERMEZ = { name: "Hermez, per transfer at 2,048", value: 1_040 };

/** Room for everything that is measured; what a block does not use costs a few hundred gas a segment. */
const SIZE = {
  ...SMALL_BLOCK,
  name: "gas",
  depth: 12,
  requests: 64,
  settlements: 16,
  orders: 64,
  withdrawals: 64,
  cells: 512,
  rotations: 8,
  distributions: 8,
};

let drawn = 0;
/** Field element or number of bits, the same in every run. */
const draw = (bits) =>
  BigInt(keccak256(numberToHex(++drawn, { size: 32 }))) % (bits ? 1n << BigInt(bits) : FIELD_MODULUS);
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));

const cell = (i) =>
  cellWord.encode({
    dynamic: cellDynamic.encode({ amount: draw(88), payload: draw(40), kind: ACCOUNT }),
    index: BigInt(i) * 30_001n + draw(8),
  });

const orderTails = () => [
  orderParties.encode({
    nonce: draw(40),
    requester: draw(24),
    seed: draw(24),
    middleware: draw(24),
    index: draw(24),
    settlementFee: draw(40),
    savingsShare: draw(13),
    modes: 1n,
  }),
  orderWork.encode({
    priceLimit: draw(64),
    earlierChunks: 15n,
    lastChunk: 256n,
    chunkSize: 256n,
    deadline: draw(40),
    minimumBond: 0n,
  }),
];

/** Chain, contracts, keys; sends transactions and returns their receipts' gas. */
async function start() {
  const anvil = await startAnvil();
  const chain = defineChain({
    id: CHAIN_ID,
    name: "gas",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [anvil.rpcUrl] } },
  });
  const publicClient = createPublicClient({ chain, transport: http(), pollingInterval: 20 });
  const account = mnemonicToAccount(MNEMONIC);
  const walletClient = createWalletClient({ chain, transport: http(), account });
  const blockKey = trapdoorKey(1n);
  const programs = times(4, (i) => trapdoorKey(BigInt(i + 2)));
  const deployment = await deploy({
    walletClient,
    publicClient,
    verifierConstants: constants,
    blockKeys: [{ key: hexToBytes(blockKey.hex), size: SIZE }],
    genesisRoot: 1n,
    operator: account.address,
    pool: account.address,
  });
  const send = async (address, abi, functionName, args) => {
    const hash = await walletClient.writeContract({ address, abi, functionName, args, gas: 16_777_216n });
    const receipt = await publicClient.waitForTransactionReceipt({ hash });
    // Says why it reverted.
    if (receipt.status !== "success") {
      await publicClient.simulateContract({ account, address, abi, functionName, args });
    }
    if (receipt.status !== "success") throw new Error(`${functionName} reverted in ${hash}`);
    return Number(receipt.gasUsed);
  };
  for (const { hex } of programs) {
    await send(deployment.programRegistry, programRegistryAbi, "register", [hex, zeroHash, zeroHash, true]);
  }
  const context = (key) => ({
    chainId: BigInt(CHAIN_ID),
    binder: BigInt(deployment.programRegistry),
    programId: key.programId,
  });
  const prove = (key, layout, content) => {
    const bytes = encodeVector(layout, content);
    const commitment = draw();
    const z = challenge(context(key), commitment, bytes);
    const y = evaluateVector(expandVector(layout, content), z);
    return { words: bytesToHex(bytes), commitment, y, z, proof: key.prove([commitment, y, z]) };
  };
  return { anvil, publicClient, deployment, blockKey, programs, send, prove };
}

/** Builds blocks that follow each other. */
function blockBuilder({ deployment, blockKey, publicClient, prove, send }) {
  const layout = blockLayout(SIZE);
  const domains = [
    operationDomain(BigInt(CHAIN_ID), BigInt(deployment.rollup)),
    statementDomain(BigInt(CHAIN_ID), BigInt(deployment.programRegistry)),
  ];
  let [number, root] = [0n, 1n];
  const build = (time, { statements = [], recorded = [], orders = 0, cells = 0 }) => {
    const settled = [...recorded, ...statements];
    const newRoot = draw();
    const meta = blockMeta.encode({
      number: ++number,
      time,
      feeAccount: draw(20),
      depth: BigInt(SIZE.depth),
      requests: 0n,
      settlements: BigInt(settled.length),
      orders: BigInt(orders),
      withdrawals: 0n,
      cells: BigInt(cells),
      rotations: 0n,
      distributions: 0n,
    });
    const content = [
      [root, newRoot, draw()],
      [...domains, meta, blockTotals.encode({ burned: 0n, pool: 0n, firstRequest: 0n })],
      [],
      [],
      settled.map(({ commitment }) => commitment),
      settled.map(({ programId }) => programId),
      times(orders, () => draw()),
      times(orders, orderTails).flat(),
      [],
      [],
      [],
      [],
      [],
      times(cells, cell),
    ];
    root = newRoot;
    const { words, commitment, proof } = prove(blockKey, layout, content);
    const bits = (1n << BigInt(recorded.length)) - 1n;
    return { sizeId: 0n, words, commitment, proof, recorded: bits, statements, distributions: [] };
  };
  return async (contents) => {
    const { timestamp } = await publicClient.getBlock();
    return send(deployment.rollup, rollupAbi, "submitBlocks", [
      contents.map((content) => build(timestamp, content)),
    ]);
  };
}

/** Makes statements of 256 jobs with their proofs. */
function statementMaker({ deployment, programs, prove }) {
  const domain = statementDomain(BigInt(CHAIN_ID), BigInt(deployment.programRegistry));
  const parameters = draw();
  return (program) => {
    const range = statementRange.encode({ count: BigInt(JOBS), from: draw(20), provider: draw(160) });
    const content = [
      [parameters, draw(), draw()],
      [domain, range, draw(40)],
    ];
    return { programId: programs[program].programId, ...prove(programs[program], statementLayout, content) };
  };
}

async function measure(system) {
  const submit = blockBuilder(system);
  const statement = statementMaker(system);
  const { send, deployment } = system;
  // The state's slots are not written from zero afterwards.
  await submit([{}]);
  const empty = await submit([{}]);
  const three = await submit(times(3, () => ({})));
  const cells = await submit([{ cells: 256 }]);
  const touchedCell = (cells - empty) / 256;
  const orders = await submit([{ orders: 32, cells: 32 }]);
  const oneStatement = await submit([{ statements: [statement(0)] }]);
  const statements = await submit([{ statements: times(STATEMENTS, () => statement(0)) }]);
  const recorded = times(STATEMENTS, () => statement(0));
  for (const { programId, commitment, words, proof } of recorded) {
    await send(deployment.statementRegistry, statementRegistryAbi, "record", [
      programId,
      commitment,
      words,
      proof,
    ]);
  }
  const registry = await submit([{ recorded }]);
  const settledOne = await submit([{ statements: times(STATEMENTS, () => statement(0)), cells: 64 }]);
  const settledFour = await submit([
    { statements: times(STATEMENTS, (i) => statement(Math.floor(i / 4))), cells: 64 },
  ]);
  // Up to here every transaction is within the first epoch, and none is its first.
  const sixCells = await submit([{ cells: 6 }]);
  await measureEpochFirst(submit, system);
  const five = await submit(times(5, () => ({})));
  return {
    empty,
    sixCells,
    furtherBlock: (three - empty) / 2,
    laterBlock: (five - three) / 2,
    epochFirst: await measureEpochFirst(submit, system),
    touchedCell,
    newOrder: (orders - empty) / 32,
    firstStatement: oneStatement - empty,
    statement: (statements - oneStatement) / (STATEMENTS - 1),
    registry: (registry - empty) / STATEMENTS,
    leg: cells / LEGS,
    settledOne: settledOne / (STATEMENTS * JOBS),
    settledFour: settledFour / (STATEMENTS * JOBS),
    ...(await measureProofs(system, statement)),
  };
}

/** An empty block that is its epoch's first: it writes a record where there was none. */
async function measureEpochFirst(submit, { publicClient, deployment }) {
  const contract = { address: deployment.rollup, abi: rollupAbi };
  for (;;) {
    const { blockNumber } = await publicClient.readContract({ ...contract, functionName: "state" });
    const gas = await submit([{}]);
    if (blockNumber % 16n === 0n) return gas;
  }
}

/** Transactions to the verifier alone. */
async function measureProofs({ send, deployment, publicClient, programs }, statement) {
  const keys = await Promise.all(
    programs.map(({ programId }) =>
      publicClient.readContract({
        address: deployment.programRegistry,
        abi: programRegistryAbi,
        functionName: "keyOf",
        args: [programId],
      }),
    ),
  );
  const entry = (program) => {
    const { commitment, y, z, proof } = statement(program);
    return { commitment, y, z, proof };
  };
  /** Sends a run of proofs under each of the first keys. */
  const batch = (...counts) => {
    const runs = counts.map((count, program) => ({ key: keys[program], count: BigInt(count) }));
    const entries = counts.flatMap((count, program) => times(count, () => entry(program)));
    return send(deployment.groth16Verifier, groth16VerifierAbi, "verifyBatch", [runs, entries]);
  };
  const two = await batch(2);
  const ten = await batch(10);
  return {
    oneProof: await batch(1),
    extraProof: (ten - two) / 8,
    extraKey: (await batch(2, 1)) - two,
  };
}

const system = await start();
try {
  const result = await measure(system);
  const report = new Report("gas");
  const add = (metric, value, reference) =>
    report.add(metric, Math.round(value), "gas", reference, reference && reference.value / value);
  add("gas.block_fixed", result.empty);
  add("gas.block_fixed_mean_of_epoch", (15 * result.empty + result.epochFirst) / 16);
  add("gas.further_block", result.furtherBlock);
  add("gas.later_block", result.laterBlock);
  add("gas.touched_cell", result.touchedCell);
  add("gas.new_order", result.newOrder);
  add("gas.statement_registry", result.registry);
  add("gas.statement_with_proof", result.statement);
  add("gas.extra_proof", result.extraProof);
  add("gas.transfer_leg_at_1024", result.leg, HERMEZ);
  add("gas.settled_job_all_in", result.settledOne, ONE_BY_ONE);
  add("gas.settled_job_four_programs", result.settledFour, ONE_BY_ONE);
  console.table(Object.fromEntries(Object.entries(result).map(([name, value]) => [name, Math.round(value)])));
  await report.write();
} finally {
  await system.anvil.stop();
}
