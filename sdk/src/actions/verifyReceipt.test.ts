// Receipts against a block that the reference sealed: the good one passes, and each part that is changed is found out.
// The proof verifier is handed in, as always; here it answers by the public signals alone. Real proofs: test/e2e.
import { digitsAdapter } from "@catalyze/circuits/programs";
import {
  createBlockDraft,
  createState,
  firstOrderIndex,
  type Order,
  setCell,
  statementBytes,
  statementWords,
} from "@catalyze/circuits/reference";
import {
  challenge,
  evaluateVector,
  MODE_ZK,
  operationDomain,
  SMALL_BLOCK,
  statementDomain,
} from "@catalyze/circuits/schema";
import { beforeAll, describe, expect, it } from "vitest";
import type { BaseClient, Deployment } from "../clients/types.js";
import { ReceiptInvalidError, ReceiptNotSettledError } from "../errors/receipt.js";
import type { JobReceipt } from "./getResults.js";
import { type VerifyReceiptParameters, verifyReceipt } from "./verifyReceipt.js";

const CHAIN_ID = 31337n;
const ROLLUP = "0x0000000000000000000000000000000000001001";
const REGISTRY = "0x0000000000000000000000000000000000001002";
const PROGRAM_ID = 0x77n;
const [OPERATOR, PROVIDER, REQUESTER] = [1, 2, 3];
const JOBS = 20;

const domains = {
  operationDomain: operationDomain(CHAIN_ID, BigInt(ROLLUP)),
  statementDomain: statementDomain(CHAIN_ID, BigInt(REGISTRY)),
};
const { name: size, ...capacities } = SMALL_BLOCK;
const deployment = {
  chainId: CHAIN_ID,
  rollup: ROLLUP,
  programRegistry: REGISTRY,
  ...domains,
  block: { ...capacities, size, sizeId: 0, circuit: size, programId: 1n },
} as unknown as Deployment;
const verificationKey = {} as VerifyReceiptParameters["verificationKey"];
const proof: JobReceipt["proof"] = {
  protocol: "groth16",
  curve: "bn128",
  pi_a: ["1", "2", "1"],
  pi_b: [
    ["1", "2"],
    ["3", "4"],
    ["1", "0"],
  ],
  pi_c: ["1", "2", "1"],
};
const inputs = Uint8Array.from({ length: JOBS * digitsAdapter.inputBytes }, (_, i) => (i * 7) % 17);
const results = Uint8Array.from({ length: digitsAdapter.chunkSize }, (_, i) => i % 10);

function makeOrder(): Order {
  return {
    requester: BigInt(REQUESTER),
    nonce: 0n,
    seed: 9n,
    middleware: BigInt(OPERATOR),
    programId: PROGRAM_ID,
    parametersCommitment: 55n,
    inputsRoot: digitsAdapter.inputsRoot(inputs),
    jobCount: BigInt(JOBS),
    chunkSize: BigInt(digitsAdapter.chunkSize),
    priceLimit: 100n,
    settlementFee: 3n,
    savingsShare: 0n,
    modes: BigInt(MODE_ZK),
    minimumBond: 0n,
    deadline: 2_000_000_000n,
    terms: { royalty: 200n, middleware: 500n, burn: 500n, pool: 0n, version: 1n },
  };
}

/** A block that settles chunk 0 of the order, and its receipt. */
function settle(order: Order): JobReceipt {
  const state = createState(SMALL_BLOCK.depth);
  const account = { kind: "account", ax: 1n, ay: 2n, amount: 0n, nonce: 0n } as const;
  for (const index of [OPERATOR, PROVIDER, REQUESTER]) {
    setCell(state, index, { ...account, owner: 0xa0n + BigInt(index) });
  }
  const orderIndex = firstOrderIndex(SMALL_BLOCK.depth);
  setCell(state, orderIndex, { kind: "order", order, amount: 10_000n, bitmap: 0n, remaining: 2n });
  setCell(state, 9, {
    kind: "seed",
    parametersCommitment: 55n,
    programId: PROGRAM_ID,
    subject: 1n,
    amount: 0n,
    terms: order.terms,
  });
  const header = { ...domains, size: SMALL_BLOCK, number: 5n, time: 1_900_000_000n, feeAccount: OPERATOR };
  const draft = createBlockDraft(state, { ...header, firstRequest: 0n });
  const resultsRoot = digitsAdapter.resultsRoot(results);
  const { statement, commitment } = draft.addSettlement({
    orderIndex,
    chunk: 0,
    provider: PROVIDER,
    resultsRoot,
    price: 90n,
  });
  return {
    orderId: 0n,
    order,
    chunk: 0,
    status: "settled",
    programId: PROGRAM_ID,
    statement,
    commitment,
    proof,
    providerIndex: PROVIDER,
    results,
    blockNumber: 5n,
    settlementIndex: 0,
    blockWords: draft.seal().bytes,
    transactionHash: null,
  };
}

let order: Order;
let receipt: JobReceipt;
let given: { signals: readonly bigint[] }[];
let proofIsValid: boolean;

const client = {
  getDeployment: async () => deployment,
  verifyProof: async (_key: unknown, signals: readonly bigint[]) => {
    given.push({ signals });
    return proofIsValid;
  },
} as unknown as BaseClient;

const verify = (changes: Partial<JobReceipt> = {}, more: Partial<VerifyReceiptParameters> = {}) =>
  verifyReceipt(client, {
    receipt: { ...receipt, ...changes },
    order,
    adapter: digitsAdapter,
    inputs,
    verificationKey,
    ...more,
  });

const failure = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ReceiptInvalidError);
  return (error as ReceiptInvalidError).check;
};

beforeAll(() => {
  order = makeOrder();
  receipt = settle(order);
  given = [];
  proofIsValid = true;
});

describe("verifyReceipt", () => {
  it("accepts the receipt and verifies the proof against the recomputed signals", async () => {
    given = [];
    expect(await verify()).toEqual({ commitment: receipt.commitment, blockNumber: 5n, settlementIndex: 0 });
    const context = { chainId: CHAIN_ID, binder: BigInt(REGISTRY), programId: PROGRAM_ID };
    const z = challenge(context, receipt.commitment, statementBytes(receipt.statement));
    const y = evaluateVector(statementWords(receipt.statement), z);
    expect(given).toEqual([{ signals: [receipt.commitment, y, z] }]);
  });

  it("finds every changed part", async () => {
    const { statement } = receipt;
    const wrongResults = Uint8Array.from(results, (value, i) => (i === 3 ? (value + 1) % 10 : value));
    const wrongInputs = Uint8Array.from(inputs, (value, i) => (i === 0 ? 16 - value : value));
    const change = (fields: Partial<JobReceipt["statement"]>) =>
      failure(verify({ statement: { ...statement, ...fields } }));
    expect(await failure(verify({ results: wrongResults }))).toBe("results");
    expect(await failure(verify({ results: results.subarray(1) }))).toBe("results");
    expect(await failure(verify({ results: new Uint8Array(results.length).fill(200) }))).toBe("results");
    expect(await failure(verify({}, { inputs: wrongInputs }))).toBe("inputs");
    expect(await failure(verify({ order: { ...order, priceLimit: 200n } }))).toBe("order");
    expect(await failure(verify({ programId: 0x78n }))).toBe("program");
    expect(await failure(verify({ commitment: receipt.commitment + 1n }))).toBe("commitment");
    expect(await change({ domain: statement.domain + 1n })).toBe("domain");
    expect(await change({ parametersCommitment: 56n })).toBe("parameters");
    expect(await change({ inputsRoot: 1n })).toBe("inputs");
    expect(await change({ resultsRoot: 1n })).toBe("results");
    expect(await change({ from: 16n })).toBe("range");
    expect(await change({ count: 15n })).toBe("range");
    expect(await change({ price: 101n })).toBe("price");
    expect(await change({ price: 91n })).toBe("commitment");
    expect(await change({ provider: 0xbad0n })).toBe("commitment");
  });

  it("refuses a proof that does not verify or is not affine", async () => {
    proofIsValid = false;
    expect(await failure(verify())).toBe("proof");
    proofIsValid = true;
    expect(await failure(verify({ proof: { ...proof, pi_a: ["1", "2", "2"] } }))).toBe("proof");
  });

  it("refuses words that do not settle it there, are another rollup's, or are malformed", async () => {
    expect(await failure(verify({ settlementIndex: 1 }))).toBe("settlement");
    expect(await failure(verify({ blockWords: receipt.blockWords!.subarray(1) }))).toBe("settlement");
    const foreign = Uint8Array.from(receipt.blockWords!);
    foreign[3 * 32 + 30]! ^= 1;
    expect(await failure(verify({ blockWords: foreign }))).toBe("settlement");
  });

  it("says so when the chunk is not settled yet", async () => {
    await expect(verify({ blockNumber: null, settlementIndex: null, blockWords: null })).rejects.toThrow(
      ReceiptNotSettledError,
    );
  });
});
