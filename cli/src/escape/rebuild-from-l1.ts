// The rollup's state from L1 data alone: the calldata of `submitBlocks`, found through the events of accepted blocks, and
// the requests that no block consumed. Owns how it is fetched; `applyBlockWords` of the reference owns what it means.
// Trusts the RPC node for nothing but availability: the last root and the number of requests must be the contract's, and
// each block's words must hash to what its event says.
import {
  applyBlockWords,
  createState,
  decodeBlockBytes,
  type State,
  stateRoot,
} from "@catalyze/circuits/reference";
import { blockLayout, SMALL_BLOCK, withdrawalWord } from "@catalyze/circuits/schema";
import { rollupAbi } from "@catalyze/contracts";
import type { Withdrawal } from "@catalyze/sdk";
import {
  type Address,
  decodeFunctionData,
  type Hex,
  hexToBytes,
  keccak256,
  numberToHex,
  type PublicClient,
  parseEventLogs,
} from "viem";
import { EscapeError } from "./errors.js";
import { blockRanges, type LogRange } from "./l1.js";

/** What {@link rebuildFromL1} needs. */
export interface RebuildParameters extends LogRange {
  readonly client: PublicClient;
  readonly rollup: Address;
  /** Called after each applied block with its number and the number of the last block. */
  readonly onBlock?: (number: bigint, last: bigint) => void;
}

/** A request of the L1 queue that no block consumed. */
export interface WaitingRequest {
  /** Its place in the queue. */
  readonly requestIndex: bigint;
  /** Its four public words, as the rollup takes them. */
  readonly words: {
    readonly head0: bigint;
    readonly head1: bigint;
    readonly route: bigint;
    readonly value: bigint;
  };
}

/** The state under the rollup's last root, and what was read for it. */
export interface Rebuilt {
  readonly state: State;
  readonly root: bigint;
  /** Blocks applied. */
  readonly blocks: number;
  /** Bytes of their words. */
  readonly bytes: number;
  /** The L1 block that all of this was read at. */
  readonly l1Block: bigint;
  /** Requests that no block consumed, oldest first. */
  readonly waiting: readonly WaitingRequest[];
  /** Waiting requests whose deposit was sent back. */
  readonly reclaimed: ReadonlySet<bigint>;
  /** Withdrawals by block; blocks without any are absent. */
  readonly withdrawals: ReadonlyMap<bigint, readonly Withdrawal[]>;
}

interface BlockLocation {
  readonly number: bigint;
  readonly wordsHash: Hex;
  readonly transactionHash: Hex;
}

interface RollupEvents {
  readonly blocks: readonly BlockLocation[];
  readonly requests: readonly WaitingRequest[];
  readonly reclaimed: ReadonlySet<bigint>;
}

const ADDRESS_BYTES = 20;
/** Place of the withdrawals among the segments of a block's vector, which every size shares. */
const WITHDRAWALS_SEGMENT = blockLayout(SMALL_BLOCK).segments.findIndex(({ name }) => name === "withdrawals");

async function findEvents(parameters: RebuildParameters, last: bigint): Promise<RollupEvents> {
  const { client, rollup: address } = parameters;
  const [blocks, requests, reclaimed] = [[] as BlockLocation[], [] as WaitingRequest[], new Set<bigint>()];
  for (const range of blockRanges(parameters, last)) {
    const logs = await client.getLogs({ address, ...range });
    for (const log of parseEventLogs({ abi: rollupAbi, logs })) {
      if (log.eventName === "BlockSubmitted") {
        const { blockNumber: number, wordsHash } = log.args;
        blocks.push({ number, wordsHash, transactionHash: log.transactionHash });
      } else if (log.eventName === "RequestEnqueued") {
        const { requestIndex, head0, head1, route, value } = log.args;
        requests.push({ requestIndex, words: { head0, head1, route, value } });
      } else if (log.eventName === "DepositReclaimed") reclaimed.add(log.args.requestIndex);
    }
  }
  return { blocks, requests, reclaimed };
}

/** Requires every block from the first to the contract's last. */
function requireAll(blocks: readonly BlockLocation[], last: bigint): void {
  const gap = blocks.findIndex(({ number }, i) => number !== BigInt(i + 1));
  if (gap === -1 && BigInt(blocks.length) === last) return;
  const missing = gap === -1 ? blocks.length + 1 : gap + 1;
  throw new EscapeError(
    "ESCAPE_BLOCK_MISSING",
    `The contract has ${last} blocks, the node has no event of block ${missing} where it should be; take the deployment's ` +
      "L1 block or an earlier one with --from-block, or ask another RPC node.",
  );
}

/** Words of the blocks of one transaction, by their hash. */
async function wordsOf(client: PublicClient, hash: Hex): Promise<ReadonlyMap<Hex, Uint8Array>> {
  const { input } = await client.getTransaction({ hash });
  const { functionName, args } = decodeFunctionData({ abi: rollupAbi, data: input });
  if (functionName !== "submitBlocks") return new Map();
  return new Map(args[0].map(({ words }) => [keccak256(words), hexToBytes(words)]));
}

/** Words of each block, in their order. */
async function* blockWords(parameters: RebuildParameters, blocks: readonly BlockLocation[]) {
  let current: { readonly hash: Hex; readonly words: ReadonlyMap<Hex, Uint8Array> } | undefined;
  for (const { number, wordsHash, transactionHash } of blocks) {
    parameters.signal?.throwIfAborted();
    if (current?.hash !== transactionHash)
      current = { hash: transactionHash, words: await wordsOf(parameters.client, transactionHash) };
    const bytes = current.words.get(wordsHash);
    if (bytes === undefined) {
      throw new EscapeError(
        "ESCAPE_BLOCK_MISSING",
        `Transaction ${transactionHash} does not hold the words of block ${number}; ask another RPC node.`,
      );
    }
    yield bytes;
  }
}

function decodeWithdrawal(word: bigint): Withdrawal {
  const { amount, recipient } = withdrawalWord.decode(word);
  return { amount, recipient: numberToHex(recipient, { size: ADDRESS_BYTES }) };
}

/** The requests after the consumed ones; their number must be the contract's. */
function waitingRequests(
  requests: readonly WaitingRequest[],
  consumed: bigint,
  count: bigint,
): readonly WaitingRequest[] {
  const waiting = requests.filter(({ requestIndex }) => requestIndex >= consumed);
  if (waiting.every(({ requestIndex }, i) => requestIndex === consumed + BigInt(i))) {
    if (BigInt(waiting.length) === count - consumed) return waiting;
  }
  throw new EscapeError(
    "ESCAPE_REQUEST_MISSING",
    `${count - consumed} requests wait in the queue, the node has events of ${waiting.length}; take the deployment's ` +
      "L1 block or an earlier one with --from-block, or ask another RPC node.",
  );
}

/**
 * Rebuilds the state of the rollup's last block.
 * @throws {EscapeError} `ESCAPE_BLOCK_MISSING` when the node lacks a block's event or calldata, `ESCAPE_REQUEST_MISSING` when it
 * lacks a request's event, `ESCAPE_ROOT_MISMATCH` when the result is not the contract's root, and what `applyBlockWords`
 * and the RPC client throw.
 */
export async function rebuildFromL1(parameters: RebuildParameters): Promise<Rebuilt> {
  const { client, rollup, onBlock } = parameters;
  const contract = { address: rollup, abi: rollupAbi } as const;
  const blockNumber = await client.getBlockNumber({ cacheTime: 0 });
  const [depth, last, requestCount] = await Promise.all([
    client.readContract({ ...contract, functionName: "depth", blockNumber }),
    client.readContract({ ...contract, functionName: "state", blockNumber }),
    client.readContract({ ...contract, functionName: "requestCount", blockNumber }),
  ]);
  const events = await findEvents(parameters, blockNumber);
  requireAll(events.blocks, last.blockNumber);
  const state = createState(depth);
  const withdrawals = new Map<bigint, readonly Withdrawal[]>();
  let bytes = 0;
  for await (const words of blockWords(parameters, events.blocks)) {
    const content = decodeBlockBytes(words);
    const { number } = applyBlockWords(state, content);
    const withdrawn = content[WITHDRAWALS_SEGMENT]!.map(decodeWithdrawal);
    if (withdrawn.length > 0) withdrawals.set(number, withdrawn);
    bytes += words.length;
    onBlock?.(number, last.blockNumber);
  }
  const blocks = events.blocks.length;
  if (stateRoot(state) !== last.root) {
    throw new EscapeError(
      "ESCAPE_ROOT_MISMATCH",
      `The ${blocks} blocks found lead to root ${stateRoot(state)}, the contract has ${last.root} after block ` +
        `${last.blockNumber}; ask another RPC node.`,
    );
  }
  const waiting = waitingRequests(events.requests, last.consumedRequests, requestCount);
  const { reclaimed } = events;
  return { state, root: last.root, blocks, bytes, l1Block: blockNumber, waiting, reclaimed, withdrawals };
}
