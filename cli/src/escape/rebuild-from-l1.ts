// The rollup's state from L1 data alone: the calldata of `submitBlocks`, found through the events of accepted blocks.
// Owns how it is fetched; `applyBlockBytes` of the reference owns what it means. Trusts the RPC node for nothing but
// availability: the last root must be the contract's, and each block's words must hash to what its event says.
import {
  type AppliedBlock,
  applyBlockBytes,
  createState,
  type State,
  stateRoot,
} from "@catalyze/circuits/reference";
import { rollupAbi } from "@catalyze/contracts";
import {
  type Address,
  decodeFunctionData,
  type Hex,
  hexToBytes,
  keccak256,
  type PublicClient,
  parseEventLogs,
} from "viem";
import { EscapeError } from "./errors.js";

/** L1 blocks of one request for events, unless told otherwise. */
export const DEFAULT_LOG_RANGE_BLOCKS = 2_000n;

/** What {@link rebuildFromL1} needs. */
export interface RebuildParameters {
  readonly client: PublicClient;
  readonly rollup: Address;
  /** L1 block from which on the rollup exists; 0 when unknown. */
  readonly deploymentBlock?: bigint;
  /** L1 blocks of one request for events, within what the node allows; {@link DEFAULT_LOG_RANGE_BLOCKS} by default. */
  readonly logRangeBlocks?: bigint;
  /** Called after each applied block with its number and the number of the last block. */
  readonly onBlock?: (number: bigint, last: bigint) => void;
  readonly signal?: AbortSignal;
}

/** The state under the rollup's last root, and what was read for it. */
export interface Rebuilt {
  readonly state: State;
  readonly root: bigint;
  /** Blocks applied. */
  readonly blocks: number;
  /** Bytes of their words. */
  readonly bytes: number;
}

interface BlockLocation {
  readonly number: bigint;
  readonly wordsHash: Hex;
  readonly transactionHash: Hex;
}

async function findBlocks(parameters: RebuildParameters, last: bigint): Promise<BlockLocation[]> {
  const { client, rollup, deploymentBlock = 0n, logRangeBlocks = DEFAULT_LOG_RANGE_BLOCKS } = parameters;
  const blocks: BlockLocation[] = [];
  for (let from = deploymentBlock; from <= last; from += logRangeBlocks) {
    parameters.signal?.throwIfAborted();
    const end = from + logRangeBlocks - 1n;
    const logs = await client.getLogs({
      address: rollup,
      fromBlock: from,
      toBlock: end < last ? end : last,
    });
    for (const log of parseEventLogs({ abi: rollupAbi, logs, eventName: "BlockSubmitted" })) {
      const { blockNumber: number, wordsHash } = log.args;
      blocks.push({ number, wordsHash, transactionHash: log.transactionHash });
    }
  }
  return blocks;
}

/** Words of the blocks of one transaction, by their hash. */
async function wordsOf(client: PublicClient, hash: Hex): Promise<ReadonlyMap<Hex, Uint8Array>> {
  const { input } = await client.getTransaction({ hash });
  const { functionName, args } = decodeFunctionData({ abi: rollupAbi, data: input });
  if (functionName !== "submitBlocks") return new Map();
  return new Map(args[0].map(({ words }) => [keccak256(words), hexToBytes(words)]));
}

function apply(state: State, location: BlockLocation, words: ReadonlyMap<Hex, Uint8Array>): AppliedBlock {
  const bytes = words.get(location.wordsHash);
  if (bytes === undefined) {
    throw new EscapeError(
      "ESCAPE_BLOCK_MISSING",
      `Transaction ${location.transactionHash} does not hold the words of block ${location.number}; ask another RPC node.`,
    );
  }
  return applyBlockBytes(state, bytes);
}

/**
 * Rebuilds the state of the rollup's last block.
 * @throws {EscapeError} `ESCAPE_BLOCK_MISSING` when the node lacks a block's calldata, `ESCAPE_ROOT_MISMATCH` when the
 * result is not the contract's root, and what `applyBlockBytes` and the RPC client throw.
 */
export async function rebuildFromL1(parameters: RebuildParameters): Promise<Rebuilt> {
  const { client, rollup, onBlock } = parameters;
  const contract = { address: rollup, abi: rollupAbi } as const;
  const blockNumber = await client.getBlockNumber({ cacheTime: 0 });
  const [depth, last] = await Promise.all([
    client.readContract({ ...contract, functionName: "depth", blockNumber }),
    client.readContract({ ...contract, functionName: "state", blockNumber }),
  ]);
  const state = createState(depth);
  let [blocks, bytes] = [0, 0];
  let current: { readonly hash: Hex; readonly words: ReadonlyMap<Hex, Uint8Array> } | undefined;
  for (const location of await findBlocks(parameters, blockNumber)) {
    parameters.signal?.throwIfAborted();
    const { transactionHash } = location;
    if (current?.hash !== transactionHash)
      current = { hash: transactionHash, words: await wordsOf(client, transactionHash) };
    const { number } = apply(state, location, current.words);
    blocks += 1;
    bytes += current.words.get(location.wordsHash)!.length;
    onBlock?.(number, last.blockNumber);
  }
  if (stateRoot(state) !== last.root) {
    throw new EscapeError(
      "ESCAPE_ROOT_MISMATCH",
      `The ${blocks} blocks found lead to root ${stateRoot(state)}, the contract has ${last.root} after block ${last.blockNumber}; ask another RPC node.`,
    );
  }
  return { state, root: last.root, blocks, bytes };
}
