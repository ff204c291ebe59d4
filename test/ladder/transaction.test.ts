// The largest block that the builder makes fits one transaction: below EIP-7825's gas and below the 128 KiB that nodes pass
// on, from receipts. Keys have a known trapdoor and words are random but of the right form: L1 reads no more of them, and
// they cost it the most calldata. Left out are L1 requests and royalty distributions.
import { publicKey } from "@catalyze/circuits/reference";
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
  HUGE_BLOCK,
  KIND_ACCOUNT,
  operationDomain,
  orderParties,
  orderWork,
  rotationWord,
  statementDomain,
  statementLayout,
  statementRange,
  type VectorContent,
  type VectorLayout,
  withdrawalWord,
} from "@catalyze/circuits/schema";
import {
  type Anvil,
  type Deployment,
  deploy,
  programRegistryAbi,
  rollupAbi,
  startAnvil,
} from "@catalyze/contracts";
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  encodeFunctionData,
  hexToBytes,
  http,
  keccak256,
  numberToHex,
  type PublicClient,
  zeroHash,
} from "viem";
import { afterAll, beforeAll, expect, it } from "vitest";
import { devnetAccounts } from "../../cli/src/devnet/accounts.js";
import {
  FIRST_STATEMENT_GAS,
  STATEMENT_GAS,
  STATEMENTS_GAS,
  TRANSACTION_GAS,
} from "../../sequencer/src/limits.js";
import { hexOf, type TrapdoorKey, trapdoorConstants, trapdoorKey } from "../support/trapdoor.js";

const CHAIN_ID = 31337n;
/** What is left for L1 requests and distributions, which the blocks here don't have. */
const RESERVE = 1_500_000n;
const NODE_BYTES = 131_072;

const accounts = devnetAccounts();
const blockKey = trapdoorKey(1n);
const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** As many statements as the builder takes with each of them of a program of its own. */
const ALONE = Number(STATEMENTS_GAS / (STATEMENT_GAS + FIRST_STATEMENT_GAS));
/** Most programs of as many statements as the size holds. */
const PROGRAMS = Number(
  (STATEMENTS_GAS - BigInt(HUGE_BLOCK.settlements) * STATEMENT_GAS) / FIRST_STATEMENT_GAS,
);

let drawn = 0;
/** A field element, or a number of so many bits; the same in every run. */
function draw(bits?: number): bigint {
  drawn += 1;
  const value = BigInt(keccak256(numberToHex(drawn, { size: 32 })));
  return bits === undefined ? value % FIELD_MODULUS : value % (1n << BigInt(bits));
}

let anvil: Anvil;
let deployment: Deployment;
let programs: readonly TrapdoorKey[];
let number = 0n;
let root = 1n;

const chain = () =>
  defineChain({
    id: Number(CHAIN_ID),
    name: "test",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [anvil.rpcUrl] } },
  });
let client: PublicClient;
const operator = () => createWalletClient({ chain: chain(), transport: http(), account: accounts.operator });
const deployer = () => createWalletClient({ chain: chain(), transport: http(), account: accounts.deployer });

beforeAll(async () => {
  anvil = await startAnvil();
  client = createPublicClient({ chain: chain(), transport: http(), pollingInterval: 20 });
  deployment = await deploy({
    walletClient: deployer(),
    publicClient: client,
    verifierConstants: trapdoorConstants,
    blockKeys: [{ key: hexToBytes(blockKey.hex), size: HUGE_BLOCK }],
    genesisRoot: root,
    operator: accounts.operator.address,
    pool: accounts.pool.address,
  });
  programs = times(ALONE, (i) => trapdoorKey(BigInt(i + 2)));
  for (const { hex } of programs) {
    const call = { address: deployment.programRegistry, abi: programRegistryAbi } as const;
    const args = [hex, zeroHash, zeroHash, true] as const;
    const hash = await deployer().writeContract({ ...call, functionName: "register", args });
    await client.waitForTransactionReceipt({ hash });
  }
});

afterAll(() => anvil?.stop());

function proven(key: TrapdoorKey, layout: VectorLayout, content: VectorContent) {
  const bytes = encodeVector(layout, content);
  const commitment = draw();
  const binder = BigInt(deployment.programRegistry);
  const z = challenge({ chainId: CHAIN_ID, binder, programId: key.programId }, commitment, bytes);
  const y = evaluateVector(expandVector(layout, content), z);
  return { words: hexOf(bytes), commitment, proof: key.prove([commitment, y, z]) };
}

const orderTails = (): bigint[] => [
  orderParties.encode({
    ...{ nonce: draw(40), requester: draw(24), seed: draw(24), middleware: draw(24), index: draw(24) },
    ...{ settlementFee: draw(40), savingsShare: draw(13), modes: 1n },
  }),
  orderWork.encode({
    ...{ priceLimit: draw(64), earlierChunks: 15n, lastChunk: 256n, chunkSize: 256n, deadline: draw(40) },
    minimumBond: 0n,
  }),
];

/** A block with every slot of the size used, apart from requests and distributions; statements of these programs. */
function fullSubmission(time: bigint, keys: readonly TrapdoorKey[]) {
  const statementDomains = statementDomain(CHAIN_ID, BigInt(deployment.programRegistry));
  const statements = keys.map((key) => {
    const range = statementRange.encode({ count: 256n, from: draw(20), provider: draw(160) });
    const claims = [draw(), draw(), draw()];
    return { key, ...proven(key, statementLayout, [claims, [statementDomains, range, draw(40)]]) };
  });
  const { orders, withdrawals, cells, rotations, depth } = HUGE_BLOCK;
  const rotated = times(rotations, (i) => publicKey(new Uint8Array(32).fill(i + 1)));
  number += 1n;
  const meta = blockMeta.encode({
    ...{ number, time, feeAccount: draw(20), depth: BigInt(depth), requests: 0n, distributions: 0n },
    ...{ settlements: BigInt(keys.length), orders: BigInt(orders), withdrawals: BigInt(withdrawals) },
    ...{ cells: BigInt(cells), rotations: BigInt(rotations) },
  });
  const domain = operationDomain(CHAIN_ID, BigInt(deployment.rollup));
  const newRoot = draw();
  const cell = (i: number): bigint =>
    cellWord.encode({
      dynamic: cellDynamic.encode({ amount: draw(88), payload: draw(40), kind: BigInt(KIND_ACCOUNT) }),
      index: BigInt(i) * 30_001n + draw(8),
    });
  const content = [
    [root, newRoot, draw()],
    [domain, statementDomains, meta, blockTotals.encode({ burned: 0n, pool: 0n, firstRequest: 0n })],
    ...[[], []],
    statements.map(({ commitment }) => commitment),
    keys.map(({ programId }) => programId),
    times(orders, () => draw()),
    times(orders, orderTails).flat(),
    rotated.flatMap(({ ax, ay }) => [ax, ay]),
    times(rotations, () => rotationWord.encode({ index: draw(24) })),
    ...[[], []],
    times(withdrawals, () => withdrawalWord.encode({ recipient: draw(160), amount: draw(88) })),
    times(cells, cell),
  ];
  root = newRoot;
  const block = proven(blockKey, blockLayout(HUGE_BLOCK), content);
  const list = statements.map(({ words, proof }) => ({ words, proof }));
  return { sizeId: 0n, ...block, statements: list, recorded: 0n, distributions: [] };
}

it.each([
  ["every slot for statements and few programs", HUGE_BLOCK.settlements, 1],
  ["every slot for statements and as many programs as the builder takes", HUGE_BLOCK.settlements, PROGRAMS],
  ["only statements of different programs", ALONE, ALONE],
])("holds a full huge block: %s", async (_what, count, programCount) => {
  const { timestamp } = await client.getBlock();
  const keys = times(count, (i) => programs[i % programCount]!);
  const call = {
    abi: rollupAbi,
    functionName: "submitBlocks",
    args: [[fullSubmission(timestamp, keys)]],
  } as const;
  const bytes = (encodeFunctionData(call).length - 2) / 2;
  const gas = TRANSACTION_GAS;
  const hash = await operator().writeContract({ address: deployment.rollup, ...call, gas });
  const { status, gasUsed } = await client.waitForTransactionReceipt({ hash });
  console.log(`${count} statements of ${programCount} programs: ${gasUsed} gas, ${bytes} bytes`);
  expect(status).toBe("success");
  expect(gasUsed).toBeLessThan(TRANSACTION_GAS - RESERVE);
  expect(bytes).toBeLessThan(NODE_BYTES - 96 * 4 * 32);
});
