// A sequencer's context without L1: requests are put into the store as the watcher would, and the clocks are set.
import { createHash } from "node:crypto";
import type { Order, Request } from "@catalyze/circuits/reference";
import { SMALL_BLOCK, seedSubject } from "@catalyze/circuits/schema";
import type { api } from "@catalyze/sdk";
import pino from "pino";
import { programIdOf, type SequencerConfig, type StoreLocation } from "../../src/config.js";
import type { Context } from "../../src/core/context.js";
import { createContext } from "../../src/start.js";
import { insertRequest, insertSeed } from "../../src/store/chain.js";
import { CHAIN_ID, REGISTRY, ROLLUP, TestKey } from "./keys.js";
import { emptyKey, tripleProgram } from "./program.js";

/** Test key of the operator (anvil's first). */
export const OPERATOR_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
export const FEE_ACCOUNT = 1;
export const SEED = 4;
export const START_SECONDS = 1_700_000_000n;
export const PARAMETERS = new Uint8Array([7]);

/** A clock that stands still until it is moved. */
export class TestClock {
  constructor(public ms: number = Number(START_SECONDS) * 1_000) {}
  nowMs(): number {
    return this.ms;
  }
}

/** Randomness that never repeats and is the same in every run. */
export function countingRandom(): (bytes: number) => Uint8Array {
  let count = 0;
  return (bytes) => new Uint8Array(createHash("sha512").update(`${count++}`).digest().subarray(0, bytes));
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The form of a proof; whether it verifies is up to the test's verifier. */
export const shapedProof = (mark: bigint): api.Groth16Proof => ({
  protocol: "groth16",
  curve: "bn128",
  pi_a: [mark.toString(), "2", "1"],
  pi_b: [
    ["1", "2"],
    ["3", "4"],
    ["1", "0"],
  ],
  pi_c: ["1", "2", "1"],
});

/** Mark of a shaped proof that the replaced verifier refuses. */
export const BAD_MARK = 666n;

/** A store: a connection string of PostgreSQL, a directory, or undefined for a database in memory. */
const storeAt = (place: string | undefined): StoreLocation =>
  place?.startsWith("postgresql:") ? { postgres: place } : { directory: place ?? "memory://" };

/** Configuration of a sequencer without L1; its verifier accepts every proof but those marked bad. */
export const testConfig = (
  place: string | undefined,
  more: Partial<SequencerConfig> = {},
): SequencerConfig => ({
  deployment: {
    chainId: CHAIN_ID,
    rollup: ROLLUP,
    token: ROLLUP,
    programRegistry: REGISTRY,
    seedRegistry: REGISTRY,
    deploymentBlock: 1n,
  },
  l1RpcUrl: "http://127.0.0.1:9",
  operatorKey: OPERATOR_KEY,
  store: storeAt(place),
  block: { size: SMALL_BLOCK, sizeId: 0, circuit: "small", verificationKey: emptyKey(1) },
  programs: [{ adapter: tripleProgram, verificationKey: emptyKey(2) }],
  feeAccount: FEE_ACCOUNT,
  clock: new TestClock(),
  random: countingRandom(),
  logger: pino({ level: "silent" }),
  verifyProof: async (_key, _signals, proof) => proof.a.x !== BAD_MARK,
  ...more,
});

export const PROGRAM_ID = programIdOf(emptyKey(2));

/** Fee account 1, requester 2, provider 3, seed 4. */
export const keys = [0, 1, 2, 3].map((number) => new TestKey(number)) as [TestKey, TestKey, TestKey, TestKey];
export const [, operatorAccount, requester, provider] = keys;

const register = (key: TestKey, index: number, amount: bigint): Request => ({
  kind: "register",
  index,
  time: START_SECONDS,
  ax: key.ax,
  ay: key.ay,
  owner: key.owner,
  amount,
});

/** The first L1 requests: three accounts and a seed. */
export const firstRequests = (): Request[] => [
  register(operatorAccount, FEE_ACCOUNT, 0n),
  register(requester, 2, 1_000_000n),
  register(provider, 3, 500n),
  {
    kind: "registerSeed",
    index: SEED,
    time: START_SECONDS,
    parametersCommitment: tripleProgram.parametersCommitment(PARAMETERS),
    programId: PROGRAM_ID,
    subject: seedSubject.encode({ parent: 0n, seedId: 1n }),
    terms: { royalty: 200n, middleware: 500n, burn: 500n, pool: 0n, version: 1n },
  },
];

/** Puts requests into the store as the watcher would, in L1 block `l1Block`. */
export async function enqueue(
  context: Context,
  first: bigint,
  requests: readonly Request[],
  l1Block = 1n,
): Promise<void> {
  await context.driver.transaction(async (executor) => {
    for (const [i, request] of requests.entries()) {
      await insertRequest(executor, { requestIndex: first + BigInt(i), request, l1Block });
      if (request.kind !== "registerSeed") continue;
      await insertSeed(executor, {
        cellIndex: request.index,
        creator: "0x00000000000000000000000000000000000000c3",
        artefact: sha256(PARAMETERS),
        pointer: "test:",
        l1Block,
      });
    }
  });
  context.l1 = { number: l1Block, latest: START_SECONDS, pending: undefined };
}

/** Opens a context on a store: a connection string of PostgreSQL, a directory, or by default a database in memory. */
export async function openWorld(place?: string, more: Partial<SequencerConfig> = {}): Promise<Context> {
  const context = await createContext(testConfig(place, more));
  context.l1 = { number: 1n, latest: START_SECONDS, pending: undefined };
  return context;
}

/** An order of the test program. */
export const testOrder = (nonce: bigint, inputs: Uint8Array, more: Partial<Order> = {}): Order => ({
  requester: 2n,
  nonce,
  seed: BigInt(SEED),
  middleware: BigInt(FEE_ACCOUNT),
  programId: PROGRAM_ID,
  parametersCommitment: tripleProgram.parametersCommitment(PARAMETERS),
  inputsRoot: tripleProgram.inputsRoot(inputs),
  jobCount: BigInt(inputs.length),
  chunkSize: 4n,
  priceLimit: 100n,
  settlementFee: 2n,
  savingsShare: 1_000n,
  modes: 1n,
  minimumBond: 0n,
  deadline: START_SECONDS + 86_400n,
  terms: { royalty: 200n, middleware: 500n, burn: 500n, pool: 0n, version: 1n },
  ...more,
});
