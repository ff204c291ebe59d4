// The sequencer's picture of the store in memory: state, mempool, head. Rebuilt from the store at every start and
// after every rewind; only changed after the store was.
import { operationDebit, type SignedOperation, type State, stateRoot } from "@catalyze/circuits/reference";
import { SequencerError } from "../errors.js";
import { Mempool, type PoolOperation } from "../mempool/mempool.js";
import { latestBlock, loadState } from "../store/blocks.js";
import type { SqlExecutor } from "../store/driver.js";
import { lastSequence, listPendingOperations } from "../store/operations.js";

/** The latest sealed block. */
export interface Head {
  /** 0 before the first. */
  readonly number: bigint;
  /** Seconds; 0 before the first. */
  readonly time: bigint;
  /** First L1 request that the next block consumes. */
  readonly nextRequest: bigint;
}

/** The picture. Fields are replaced, never patched halfway. */
export interface Ledger {
  state: State;
  head: Head;
  mempool: Mempool;
  /** Last sequence number given. */
  sequence: bigint;
}

/** A mempool entry of an accepted operation. */
export const poolOperation = (
  message: bigint,
  sequence: bigint,
  signed: SignedOperation,
  promisedBlock: bigint,
): PoolOperation => ({ message, sequence, signed, debit: operationDebit(signed.operation), promisedBlock });

/**
 * Rebuilds the picture.
 * @throws {SequencerError} `SEQUENCER_STATE_DIVERGED` when the cells do not give the latest block's root.
 */
export async function loadLedger(executor: SqlExecutor, depth: number): Promise<Ledger> {
  const block = await latestBlock(executor);
  const state = await loadState(executor, depth);
  if (block !== undefined && stateRoot(state) !== block.newRoot) {
    throw new SequencerError(
      "SEQUENCER_STATE_DIVERGED",
      `The stored cells give root ${stateRoot(state)}, block ${block.number} has ${block.newRoot}. ` +
        "The database is damaged; restore it from a copy.",
    );
  }
  const mempool = new Mempool();
  for (const { message, sequence, signed, promisedBlock } of await listPendingOperations(executor)) {
    mempool.add(poolOperation(message, sequence, signed, promisedBlock));
  }
  return {
    state,
    head: {
      number: block?.number ?? 0n,
      time: block?.time ?? 0n,
      nextRequest: block?.nextRequest ?? 0n,
    },
    mempool,
    sequence: await lastSequence(executor),
  };
}
