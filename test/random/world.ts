// What a campaign knows of its rollup: people and their keys, jobs behind orders, requests that wait on L1, and what has
// been counted. Owns the calls to L1 and the comparison of their outcome with what is expected.
import {
  type BlockDraft,
  createState,
  type JobWords,
  type Request,
  type RoyaltyLevel,
  type State,
  type Statement,
} from "@catalyze/circuits/reference";
import type { BlockSize } from "@catalyze/circuits/schema";
import { rollupAbi, seedRegistryAbi, statementRegistryAbi } from "@catalyze/contracts";
import { type Abi, BaseError, ContractFunctionRevertedError, type Hex, type TransactionReceipt } from "viem";
import { type HDAccount, mnemonicToAccount } from "viem/accounts";
import { type RollupOptions, type RollupParts, startRollup } from "../support/rollup.js";
import { squaresCircuit } from "./program.js";
import { createRandom, type Random } from "./random.js";

/** Somebody with an address on L1. */
export interface Person {
  readonly account: HDAccount;
  /** Index on the rollup; undefined before the registration. */
  index: number | undefined;
}

/** A seed as its registration made it. */
export interface KnownSeed {
  readonly seedId: bigint;
  readonly index: number;
  readonly owner: Person;
  /** Levels of its royalties, once they are set. */
  levels: readonly RoyaltyLevel[] | undefined;
  /** Distributions so far. */
  nonce: bigint;
}

/** A request that waits on L1, with the statement of a forced settlement. */
export interface Waiting {
  readonly request: Request;
  readonly statement: Statement | undefined;
}

/** A withdrawal that nobody has claimed. */
export interface Claim {
  readonly blockNumber: bigint;
  readonly index: number;
  readonly recipient: Hex;
  readonly amount: bigint;
  readonly proof: readonly Hex[];
}

/** A campaign's rollup. */
export interface World {
  readonly parts: RollupParts;
  readonly random: Random;
  readonly state: State;
  /** The state again, rebuilt from calldata alone. */
  readonly rebuilt: State;
  readonly domains: { readonly operationDomain: bigint; readonly statementDomain: bigint };
  readonly people: readonly Person[];
  readonly seeds: KnownSeed[];
  /** Private keys by the public key's x. */
  readonly keys: Map<bigint, Uint8Array>;
  /** Parameters by their commitment, jobs by the root of their inputs. */
  readonly parameters: Map<bigint, bigint>;
  readonly jobs: Map<bigint, readonly JobWords[]>;
  readonly recorded: Set<bigint>;
  readonly waiting: Waiting[];
  readonly claims: Claim[];
  /** How often each thing was done, or refused by all layers. */
  readonly done: Map<string, number>;
  readonly refused: Map<string, number>;
  /** Hashes of the words of all blocks. */
  readonly history: Hex[];
  number: bigint;
  firstRequest: bigint;
  sequence: bigint;
}

/** Layers said different things. */
export class Disagreement extends Error {
  override readonly name = "Disagreement";
  readonly code = "CAMPAIGN_DISAGREEMENT";
}

/** @throws {Disagreement} unless both are the same. */
export function agree(what: string, expected: unknown, given: unknown): void {
  if (expected === given) return;
  throw new Disagreement(`${what}: expected ${String(expected)}, found ${String(given)}`);
}

/** Adds one to a count. */
export const tally = (counts: Map<string, number>, name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1);
};

/** Starts the rollup of a campaign. */
export async function startWorld(seed: number, size: BlockSize): Promise<World> {
  const options: RollupOptions = { size, program: squaresCircuit, royalty: true };
  const parts = await startRollup(options);
  const read = (functionName: "operationDomain" | "statementDomain") =>
    parts.client.readContract({ address: parts.deployment.rollup, abi: rollupAbi, functionName });
  const account = (addressIndex: number): HDAccount =>
    mnemonicToAccount("test test test test test test test test test test test junk", { addressIndex });
  const others = [0, 2, 3, 4, 5, 6, 8, 9].map(account);
  return {
    parts,
    random: createRandom(seed),
    state: createState(size.depth),
    rebuilt: createState(size.depth),
    domains: {
      operationDomain: await read("operationDomain"),
      statementDomain: await read("statementDomain"),
    },
    people: [account(1), ...others].map((one) => ({ account: one, index: undefined })),
    ...{ seeds: [], keys: new Map(), parameters: new Map(), jobs: new Map(), recorded: new Set() },
    ...{ waiting: [], claims: [], history: [], done: new Map(), refused: new Map() },
    ...{ number: 1n, firstRequest: 0n, sequence: 1n },
  };
}

/** People whose accounts are in the state. */
export const present = ({ people, state }: World): (Person & { index: number })[] =>
  people.filter(
    (one): one is Person & { index: number } => one.index !== undefined && state.cells.has(one.index),
  );

/** Cells of a kind in the state, lowest index first. */
export const cellsOf = ({ state }: World, kind: "account" | "seed" | "order"): number[] =>
  [...state.cells].flatMap(([index, cell]) => (cell.kind === kind ? [index] : [])).sort((a, b) => a - b);

/** A call to L1. */
export interface Call {
  readonly address: Hex;
  readonly functionName: string;
  readonly args: readonly unknown[];
}

/** Functions and errors of every contract that people call: errors pass from one to the other. */
const ABI = [...rollupAbi, ...seedRegistryAbi, ...statementRegistryAbi] as Abi;

/** Name of the custom error with which a call reverts; undefined when it does not. */
export async function refusalOf({ parts }: World, from: HDAccount, call: Call, abi = ABI) {
  try {
    await parts.client.simulateContract({ ...call, abi: functionOf(abi, call), account: from });
  } catch (error) {
    const cause =
      error instanceof BaseError && error.walk((one) => one instanceof ContractFunctionRevertedError);
    if (cause instanceof ContractFunctionRevertedError) return cause.data?.errorName ?? cause.reason ?? "?";
    throw error;
  }
  return undefined;
}

/** The errors of an ABI, and of its functions the one that takes the arguments of a call. */
function functionOf(abi: Abi, { functionName, args }: Call): Abi {
  const fits = (item: Abi[number]): boolean =>
    item.type === "function" && item.name === functionName && item.inputs.length === args.length;
  return [...abi.filter(({ type }) => type === "error"), ...abi.filter(fits).slice(-1)];
}

/** Sends a call that must succeed. */
export async function send(
  { parts }: World,
  from: HDAccount,
  call: Call,
  abi = ABI,
): Promise<TransactionReceipt> {
  const wallet = parts.wallet("deployer");
  const request = { ...call, abi: functionOf(abi, call), account: from, chain: parts.chain };
  return parts.mined(await wallet.writeContract(request));
}

/** What a draft is filled with besides its own content. */
export interface Filling {
  readonly draft: BlockDraft;
  /** Next nonces and new keys of accounts that acted in the draft. */
  readonly nonces: Map<number, bigint>;
  readonly rotated: Map<number, Uint8Array>;
}
