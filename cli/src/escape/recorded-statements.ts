// Statements that a provider recorded on L1 and no block settled: which chunks of which open orders they are about. The
// registry's events hold every word of a statement but its domain, which is the deployment's.
import {
  chunkRange,
  type Order,
  type State,
  type Statement,
  splitPayment,
  statementCommitment,
} from "@catalyze/circuits/reference";
import { MODE_ZK } from "@catalyze/circuits/schema";
import { rollupAbi, statementRegistryAbi } from "@catalyze/contracts";
import { type Address, getAbiItem, type PublicClient } from "viem";
import { blockRanges, type LogRange } from "./l1.js";

/** A statement that is recorded under a program. */
export interface RecordedStatement {
  readonly programId: bigint;
  readonly statement: Statement;
}

/** A recorded statement and an open chunk that it is about. */
export interface PayableStatement extends RecordedStatement {
  readonly orderIndex: number;
  readonly chunk: number;
  /** Units for the provider. */
  readonly amount: bigint;
}

const PRICE_BITS = 64n;
const RECORDED = getAbiItem({ abi: statementRegistryAbi, name: "StatementRecorded" });

/** What {@link recordedStatements} needs. */
export interface RecordedParameters extends LogRange {
  readonly client: PublicClient;
  readonly rollup: Address;
  /** Whose statements. */
  readonly provider: Address;
  /** L1 block up to which events are read. */
  readonly l1Block: bigint;
}

/**
 * Statements of the provider in the rollup's registry, oldest first. One whose commitment does not follow from its words
 * (a price or a range with further bits) is left out: no order can be about it.
 */
export async function recordedStatements(parameters: RecordedParameters): Promise<RecordedStatement[]> {
  const { client, rollup, provider, l1Block } = parameters;
  const contract = { address: rollup, abi: rollupAbi } as const;
  const [address, domain] = await Promise.all([
    client.readContract({ ...contract, functionName: "statementRegistry" }),
    client.readContract({ ...contract, functionName: "statementDomain" }),
  ]);
  const found: RecordedStatement[] = [];
  for (const range of blockRanges(parameters, l1Block)) {
    const logs = await client.getLogs({
      ...{ address, event: RECORDED, args: { provider }, strict: true },
      ...range,
    });
    for (const { args } of logs) {
      const { programId, commitment, parameters: parametersCommitment, pricePerJob: price } = args;
      if (price >> PRICE_BITS !== 0n) continue;
      const { inputsRoot, resultsRoot, from, count } = args;
      const claims = { parametersCommitment, inputsRoot, resultsRoot };
      const statement = { domain, ...claims, provider: BigInt(provider), from, count, price };
      if (statementCommitment(statement) === commitment) found.push({ programId, statement });
    }
  }
  return found;
}

/** The chunk of the order that the statement is about, when it may be paid for it. */
function chunkOf(order: Order, bitmap: bigint, { programId, statement }: RecordedStatement) {
  const { parametersCommitment, inputsRoot, from, count, price } = statement;
  if (order.programId !== programId || order.parametersCommitment !== parametersCommitment) return undefined;
  if (order.inputsRoot !== inputsRoot || price > order.priceLimit) return undefined;
  if ((order.modes & BigInt(MODE_ZK)) === 0n || from >= order.jobCount) return undefined;
  if (from % order.chunkSize !== 0n) return undefined;
  const chunk = Number(from / order.chunkSize);
  if (chunkRange(order, chunk).count !== count || ((bitmap >> BigInt(chunk)) & 1n) === 1n) return undefined;
  return chunk;
}

/**
 * Chunks of open orders that recorded statements are about, at most one statement for a chunk: the one that pays its
 * provider most. In the order of orders and chunks.
 */
export function payableStatements(
  state: State,
  recorded: readonly RecordedStatement[],
): readonly PayableStatement[] {
  const best = new Map<string, PayableStatement>();
  for (const [orderIndex, cell] of state.cells) {
    if (cell.kind !== "order") continue;
    for (const entry of recorded) {
      const chunk = chunkOf(cell.order, cell.bitmap, entry);
      if (chunk === undefined) continue;
      const { count, price } = entry.statement;
      const amount = splitPayment(cell.order, count, price).provider;
      const key = `${orderIndex}/${chunk}`;
      if (amount > (best.get(key)?.amount ?? -1n)) best.set(key, { ...entry, orderIndex, chunk, amount });
    }
  }
  return [...best.values()].sort((a, b) => a.orderIndex - b.orderIndex || a.chunk - b.chunk);
}
