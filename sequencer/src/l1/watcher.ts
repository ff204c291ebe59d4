// Follows L1: queued requests, registered seeds, recorded statements, settled blocks, freeze and shutdown, reorganisations. What it has seen is durable.
import { decodeRequest, type Statement, statementContent } from "@catalyze/circuits/reference";
import { SchemaError } from "@catalyze/circuits/schema";
import { rollupAbi, seedRegistryAbi, statementRegistryAbi } from "@catalyze/contracts";
import { type Block, type Log, parseEventLogs } from "viem";
import { announceBlock, type Context, halt, rewind } from "../core/context.js";
import { SequencerError } from "../errors.js";
import { L1_LOG_RANGE_BLOCKS } from "../limits.js";
import { findBlock, markSettled } from "../store/blocks.js";
import {
  forgetL1After,
  insertL1Block,
  insertRecordedStatement,
  insertRequest,
  insertSeed,
  type L1Block,
  latestL1Block,
  listL1Blocks,
} from "../store/chain.js";

/** One event of the two contracts. */
type RollupLog = ReturnType<typeof rollupLogs>[number];
type SeedLog = ReturnType<typeof seedLogs>[number];
type StatementLog = ReturnType<typeof statementLogs>[number];

const rollupLogs = (logs: Log[]) =>
  parseEventLogs({ abi: rollupAbi, logs, eventName: ["RequestEnqueued", "BlockSubmitted"] });
const seedLogs = (logs: Log[]) => parseEventLogs({ abi: seedRegistryAbi, logs, eventName: "SeedRegistered" });
const statementLogs = (logs: Log[]) =>
  parseEventLogs({ abi: statementRegistryAbi, logs, eventName: "StatementRecorded" });

/** A block of ours that L1 holds. */
interface SettledBlock {
  readonly number: bigint;
  readonly transactionHash: `0x${string}`;
  readonly l1Block: bigint;
  readonly gasUsed: bigint;
  readonly blocksInTransaction: number;
}

/** Events of a range of L1 blocks. */
interface Range {
  readonly last: L1Block;
  readonly rollup: readonly RollupLog[];
  readonly seeds: readonly SeedLog[];
  readonly statements: readonly StatementLog[];
}

const toL1Block = ({ number, hash, timestamp }: Block<bigint, false, "latest">): L1Block => ({
  number,
  hash,
  time: timestamp,
});

async function hashAt(context: Context, number: bigint): Promise<string | undefined> {
  try {
    return (await context.client.getBlock({ blockNumber: number })).hash;
  } catch {
    // A block that the node does not have (any more).
    return undefined;
  }
}

/** Latest stored L1 block that L1 still has; undefined when there is none. */
async function findFork(context: Context, stored: readonly L1Block[]): Promise<L1Block | undefined> {
  for (const block of stored) {
    if ((await hashAt(context, block.number)) === block.hash) return block;
  }
  return undefined;
}

/** First of our blocks that consumed a request at or after `request`. */
async function firstConsumer(context: Context, request: bigint): Promise<bigint | undefined> {
  const rows = await context.driver.query("SELECT min(number) AS first FROM blocks WHERE next_request > $1", [
    request.toString(),
  ]);
  const first = rows[0]?.first;
  return first === null || first === undefined ? undefined : BigInt(first as string | number | bigint);
}

/** Goes back to the last L1 block that is still there; takes back blocks that used what is gone. */
async function followReorganisation(
  context: Context,
  stored: readonly L1Block[],
): Promise<L1Block | undefined> {
  const fork = await findFork(context, stored);
  if (
    fork === undefined &&
    stored.length > 0 &&
    stored.at(-1)!.number > context.config.deployment.deploymentBlock
  ) {
    halt(
      context,
      "SEQUENCER_STATE_DIVERGED",
      `L1 has none of the ${stored.length} latest blocks seen; it was reorganised too deeply or is another chain.`,
    );
    return undefined;
  }
  const last = fork?.number ?? context.config.deployment.deploymentBlock - 1n;
  context.log.warn({ fork: last.toString() }, "L1 was reorganised");
  await context.exclusive(async () => {
    const gone = await context.driver.transaction((executor) => forgetL1After(executor, last));
    const first = gone === undefined ? undefined : await firstConsumer(context, gone);
    if (first !== undefined) await rewind(context, first, "L1 requests were reorganised away");
  });
  return fork;
}

async function readRange(context: Context, from: bigint, last: L1Block): Promise<Range | undefined> {
  const { rollup, seedRegistry } = context.config.deployment;
  const { statementRegistry } = await queueFacts(context);
  const logs = await context.client.getLogs({
    address: [rollup, seedRegistry, statementRegistry],
    fromBlock: from,
    toBlock: last.number,
  });
  // The logs belong to the branch of `last` only if it is still there.
  if ((await hashAt(context, last.number)) !== last.hash) return undefined;
  const of = (address: string) => logs.filter((log) => log.address.toLowerCase() === address.toLowerCase());
  return {
    last,
    rollup: rollupLogs(of(rollup)),
    seeds: seedLogs(of(seedRegistry)),
    statements: statementLogs(of(statementRegistry)),
  };
}

/** What the rollup fixes at deployment about its queue. */
interface QueueFacts {
  readonly statementRegistry: `0x${string}`;
  /** Seconds within which a request must be consumed. */
  readonly deadline: bigint;
}

const knownFacts = new WeakMap<Context, QueueFacts>();

/** Registry of statements and deadline of the queue, read from the rollup once. */
async function queueFacts(context: Context): Promise<QueueFacts> {
  const known = knownFacts.get(context);
  if (known !== undefined) return known;
  const rollup = { address: context.config.deployment.rollup, abi: rollupAbi } as const;
  const [statementRegistry, terms] = await Promise.all([
    context.client.readContract({ ...rollup, functionName: "statementRegistry" }),
    context.client.readContract({ ...rollup, functionName: "queueTerms" }),
  ]);
  const facts = { statementRegistry, deadline: BigInt(terms.deadline) };
  knownFacts.set(context, facts);
  return facts;
}

/** Times of freeze and announced shutdown, 0 for none. */
async function endOfRollup(context: Context): Promise<{ frozenAt: bigint; shutdownAt: bigint }> {
  const rollup = { address: context.config.deployment.rollup, abi: rollupAbi } as const;
  const [frozenAt, shutdownAt] = await Promise.all([
    context.client.readContract({ ...rollup, functionName: "frozenAt" }),
    context.client.readContract({ ...rollup, functionName: "shutdownAt" }),
  ]);
  return { frozenAt, shutdownAt };
}

/** The statement of an event; the registry has checked its domain. */
const recordedStatement = (context: Context, { args }: StatementLog): Statement => ({
  domain: context.statementDomain,
  parametersCommitment: args.parameters,
  inputsRoot: args.inputsRoot,
  resultsRoot: args.resultsRoot,
  provider: BigInt(args.provider),
  from: args.from,
  count: args.count,
  price: args.pricePerJob,
});

/** Checks that L1's block is ours. @throws {SequencerError} `SEQUENCER_STATE_DIVERGED` */
async function settledBlock(
  context: Context,
  log: Extract<RollupLog, { eventName: "BlockSubmitted" }>,
): Promise<SettledBlock> {
  const number = log.args.blockNumber;
  const ours = await findBlock(context.driver, number);
  if (ours === undefined || ours.newRoot !== log.args.newRoot) {
    const found = ours === undefined ? "this database has no such block" : `ours has root ${ours.newRoot}`;
    throw new SequencerError(
      "SEQUENCER_STATE_DIVERGED",
      `L1 holds block ${number} with root ${log.args.newRoot}, but ${found}. Restore the database that made it.`,
    );
  }
  const receipt = await context.client.getTransactionReceipt({ hash: log.transactionHash });
  const blocks = rollupLogs(receipt.logs).filter(({ eventName }) => eventName === "BlockSubmitted");
  return {
    number,
    transactionHash: log.transactionHash,
    l1Block: log.blockNumber,
    gasUsed: receipt.gasUsed,
    blocksInTransaction: blocks.length,
  };
}

/** Whether every field of the statement is in range. */
function isSettleable(statement: Statement): boolean {
  try {
    statementContent(statement);
    return true;
  } catch (error) {
    if (error instanceof SchemaError) return false;
    throw error;
  }
}

async function storeRange(context: Context, range: Range, settled: readonly SettledBlock[]): Promise<void> {
  await context.driver.transaction(async (executor) => {
    for (const log of range.rollup) {
      if (log.eventName !== "RequestEnqueued") continue;
      const { requestIndex, head0, head1, route, value } = log.args;
      const request = decodeRequest({ heads: [head0, head1], route, value });
      await insertRequest(executor, { requestIndex, request, l1Block: log.blockNumber });
    }
    for (const log of range.statements) {
      const statement = recordedStatement(context, log);
      // L1 refuses to queue those that no block can settle: their fields may be out of range.
      if (!isSettleable(statement)) continue;
      const { programId } = log.args;
      await insertRecordedStatement(executor, { programId, statement, l1Block: log.blockNumber });
    }
    for (const { args, blockNumber } of range.seeds) {
      await insertSeed(executor, {
        cellIndex: args.index,
        creator: args.creator.toLowerCase() as `0x${string}`,
        artefact: args.artefactHash.slice(2).toLowerCase(),
        pointer: args.pointer,
        l1Block: blockNumber,
      });
    }
    for (const block of settled) await markSettled(executor, block.number, block);
    await insertL1Block(executor, range.last);
  });
}

async function announceSettled(context: Context, settled: readonly SettledBlock[]): Promise<void> {
  const transactions = new Set<string>();
  for (const block of settled) {
    if (!transactions.has(block.transactionHash)) context.metrics.gas.inc(Number(block.gasUsed));
    transactions.add(block.transactionHash);
    context.metrics.settledBlock.set(Number(block.number));
    const { number, transactionHash, gasUsed } = block;
    context.log.info(
      { block: number.toString(), transactionHash, gas: gasUsed.toString() },
      "block settled on L1",
    );
    await announceBlock(context, number, "settled");
  }
}

async function processRange(context: Context, from: bigint, last: L1Block): Promise<boolean> {
  const range = await readRange(context, from, last);
  if (range === undefined) return false;
  const settled: SettledBlock[] = [];
  for (const log of range.rollup) {
    if (log.eventName === "BlockSubmitted") settled.push(await settledBlock(context, log));
  }
  await context.exclusive(() => storeRange(context, range, settled));
  context.metrics.l1Block.set(Number(last.number));
  await announceSettled(context, settled);
  return true;
}

/** Time of the pending block, where the node tells. */
async function pendingTime(context: Context): Promise<bigint | undefined> {
  try {
    return (await context.client.getBlock({ blockTag: "pending" })).timestamp;
  } catch {
    return undefined;
  }
}

/**
 * One look at L1: follows it up to its latest block.
 * @throws {SequencerError} `SEQUENCER_STATE_DIVERGED` when L1 holds blocks that are not ours
 */
export async function followL1(context: Context): Promise<void> {
  const latest = toL1Block(await context.client.getBlock({ blockTag: "latest" }));
  let cursor = await latestL1Block(context.driver);
  if (cursor !== undefined && (await hashAt(context, cursor.number)) !== cursor.hash) {
    cursor = await followReorganisation(context, await listL1Blocks(context.driver));
    if (context.halted !== undefined) return;
  }
  let from = cursor === undefined ? context.config.deployment.deploymentBlock : cursor.number + 1n;
  let moved = false;
  while (from <= latest.number) {
    const to = from + L1_LOG_RANGE_BLOCKS - 1n;
    const last = to >= latest.number ? latest : toL1Block(await context.client.getBlock({ blockNumber: to }));
    if (!(await processRange(context, from, last))) return;
    from = last.number + 1n;
    moved = true;
  }
  const { deadline } = await queueFacts(context);
  const end = moved || context.l1.frozenAt === undefined ? await endOfRollup(context) : context.l1;
  if (end.frozenAt !== 0n && (context.l1.frozenAt ?? 0n) === 0n) {
    context.log.warn({ frozenAt: `${end.frozenAt}` }, "the rollup is frozen: no block follows");
  }
  context.l1 = {
    number: latest.number,
    latest: latest.time,
    pending: await pendingTime(context),
    frozenAt: end.frozenAt,
    shutdownAt: end.shutdownAt,
    deadline,
  };
  // Only now are the new requests confirmed, or older ones by more blocks.
  if (moved) context.wake();
}

/** A turn of the watcher's loop: a divergence halts the sequencer, other failures are the loop's. */
export function createL1Watcher(context: Context): () => Promise<void> {
  return async () => {
    try {
      await followL1(context);
    } catch (error) {
      if (error instanceof SequencerError && error.code === "SEQUENCER_STATE_DIVERGED") {
        halt(context, error.code, error.message);
      }
      throw error;
    }
  };
}
