// A small rollup for tests: accounts with known keys, a seed, and the operations between them.
import {
  accountStatic,
  type BlockDraft,
  type BlockHeader,
  createBlockDraft,
  createState,
  getAccount,
  getSeed,
  type Operation,
  type Order,
  operationMessage,
  poseidon,
  publicKey,
  type SealedBlock,
  type SignedOperation,
  type State,
  signMessage,
} from "@catalyze/circuits/reference";
import {
  type BlockSize,
  type ChallengeContext,
  challenge,
  operationDomain,
  SMALL_BLOCK,
  seedSubject,
  statementDomain,
} from "@catalyze/circuits/schema";

/** Indices of the scenario's cells. */
export const OPERATOR = 1;
export const MIDDLEWARE = 2;
export const PROVIDER = 3;
export const ALICE = 4;
export const BOB = 5;
export const SEED = 6;

export const OPERATION_DOMAIN = operationDomain(31337n, 0x1001n);
export const STATEMENT_DOMAIN = statementDomain(31337n, 0x1002n);
export const CONTEXT: ChallengeContext = { chainId: 31337n, binder: 0x1002n, programId: 0x77n };
export const START = 1_800_000_000n;

export const TERMS = { royalty: 200n, middleware: 500n, burn: 500n, pool: 0n, version: 1n };

/** Private key of a scenario account. */
export const privateKey = (index: number): Uint8Array => new Uint8Array(32).fill(0x40 + index);
/** L1 owner of a scenario account. */
export const ownerOf = (index: number): bigint => 0xa000n + BigInt(index);

/** A rollup under test: its state and the header of the next block. */
export interface Scenario {
  readonly state: State;
  readonly size: BlockSize;
  number: bigint;
  firstRequest: bigint;
}

/** Header of the next block. */
export function nextHeader(scenario: Scenario): BlockHeader {
  return {
    size: scenario.size,
    operationDomain: OPERATION_DOMAIN,
    statementDomain: STATEMENT_DOMAIN,
    number: scenario.number,
    time: START + scenario.number,
    feeAccount: OPERATOR,
    firstRequest: scenario.firstRequest,
  };
}

/** Fills and seals the next block. */
export function runBlock(scenario: Scenario, fill: (draft: BlockDraft) => void): SealedBlock {
  const draft = createBlockDraft(scenario.state, nextHeader(scenario));
  fill(draft);
  const block = draft.seal();
  scenario.number += 1n;
  scenario.firstRequest += BigInt(block.requests.length);
  return block;
}

/** An empty rollup. */
export const emptyScenario = (size: BlockSize = SMALL_BLOCK): Scenario => ({
  state: createState(size.depth),
  size,
  number: 1n,
  firstRequest: 0n,
});

/** Registers the scenario's accounts and seed; accounts get `amount` units each. */
export function registerAll(draft: BlockDraft, amount: bigint): void {
  for (const index of [OPERATOR, MIDDLEWARE, PROVIDER, ALICE, BOB]) {
    const { ax, ay } = publicKey(privateKey(index));
    draft.addRequest({ kind: "register", index, time: START, ax, ay, owner: ownerOf(index), amount });
  }
  draft.addRequest({
    kind: "registerSeed",
    index: SEED,
    time: START,
    parametersCommitment: 1234567n,
    programId: 7654321n,
    subject: seedSubject.encode({ parent: 0n, seedId: 1n }),
    terms: TERMS,
  });
}

/** Private keys that accounts were given by {@link rotatedKey}, by the public key's x. */
const ROTATED = new Map<bigint, Uint8Array>();

/** The key that a scenario account rotates to; `generation` is below 50. */
export function rotatedKey(index: number, generation = 0): { key: Uint8Array; ax: bigint; ay: bigint } {
  const key = new Uint8Array(32).fill(0x80 + index).fill(generation, 31);
  const { ax, ay } = publicKey(key);
  ROTATED.set(ax, key);
  return { key, ax, ay };
}

/** Signs an operation with its signer's key, or with the key that it has from earlier in the block. */
export function sign(state: State, operation: Operation, rotated?: Uint8Array): SignedOperation {
  const account = getAccount(state, operation.signer);
  const key = rotated ?? ROTATED.get(account.ax) ?? privateKey(operation.signer);
  const { ax, ay } = rotated === undefined ? account : publicKey(rotated);
  const message = operationMessage(OPERATION_DOMAIN, accountStatic(ax, ay, account.owner), operation);
  return { operation, signature: signMessage(key, message) };
}

/** Fields that most test operations share. */
export const common = (signer: number, nonce: bigint) =>
  ({ signer, nonce, expiry: START + 1_000_000n, fee: 10n, priorityFee: 5n }) as const;

/** An order of 8 jobs in 2 chunks that names the scenario's seed. */
export function makeOrder(
  state: State,
  requester: number,
  nonce: bigint,
  change: Partial<Order> = {},
): Order {
  const seed = getSeed(state, SEED);
  return {
    requester: BigInt(requester),
    nonce,
    seed: BigInt(SEED),
    middleware: BigInt(MIDDLEWARE),
    programId: seed.programId,
    parametersCommitment: seed.parametersCommitment,
    inputsRoot: poseidon(0n, [BigInt(requester), nonce]),
    jobCount: 7n,
    chunkSize: 4n,
    priceLimit: 1000n,
    settlementFee: 30n,
    savingsShare: 5000n,
    modes: 1n,
    minimumBond: 0n,
    deadline: START + 100_000n,
    terms: seed.terms,
    ...change,
  };
}

/** Challenge of a block in the scenario's deployment. */
export const zOf = (block: SealedBlock): bigint => challenge(CONTEXT, block.commitment, block.bytes);
