// Blocks, their withdrawals, and what the deployment fixes.
import { z } from "zod";
import {
  address,
  addressNumber,
  amount,
  cellIndex,
  contractProof,
  fieldElement,
  hash32,
  hexBytes,
  seconds,
  unsigned,
} from "./primitives.js";
import { MAXIMUM_WORD_BYTES } from "./state.js";

/** Where a block stands; `failed` needs the operator. */
export const blockStatus = z.enum(["sealed", "proven", "submitted", "settled", "failed"]);
/** Where a block stands. */
export type BlockStatus = z.infer<typeof blockStatus>;

/** A block. */
export const blockResponse = z.object({
  number: unsigned(40),
  status: blockStatus,
  time: seconds,
  /** Name of the size that it was sealed with. */
  size: z.string().optional(),
  oldRoot: fieldElement,
  newRoot: fieldElement,
  /** Public signal C. */
  commitment: fieldElement,
  /** The used words as they stand in calldata. */
  words: hexBytes(MAXIMUM_WORD_BYTES),
  firstRequest: unsigned(48),
  requests: z.number().int(),
  settlements: z.number().int(),
  operations: z.number().int(),
  orders: z.number().int(),
  withdrawals: z.number().int(),
  cancellations: z.number().int(),
  rotations: z.number().int(),
  distributions: z.number().int(),
  cells: z.number().int(),
  burned: amount,
  pool: amount,
  fees: amount,
  /** Messages of its operations in block order. */
  messages: z.array(fieldElement),
  /** Eight words for the contract; null until proven. */
  proof: contractProof.nullable(),
  /** Seconds that the worker reported for the proof. */
  provingSeconds: z.number().nullable(),
  transactionHash: hash32.nullable(),
  /** Gas of that transaction, and how many blocks it held; null until its receipt was seen. */
  gasUsed: unsigned(64).nullable(),
  blocksInTransaction: z.number().int().nullable(),
});
/** Answer of `GET /v1/blocks/:number` and `GET /v1/blocks/latest`. */
export type BlockResponse = z.infer<typeof blockResponse>;

/** Withdrawals of a block in order: the leaves of its Merkle root (docs/protocol.md §7). */
export const withdrawalsResponse = z.object({
  blockNumber: unsigned(40),
  status: blockStatus,
  withdrawals: z.array(
    z.object({
      index: z.number().int(),
      recipient: address,
      amount,
      /** Message of the operation that withdrew; null when an L1 request did. */
      message: fieldElement.nullable(),
      /** Place in the queue of the L1 request that withdrew; null when an operation did. */
      requestIndex: unsigned(48).nullable(),
    }),
  ),
});
/** Answer of `GET /v1/blocks/:number/withdrawals`. */
export type WithdrawalsResponse = z.infer<typeof withdrawalsResponse>;

/** A size of the block circuit: its place in the rollup's table, its key, and how much a block of it holds. */
export const blockSize = z.object({
  size: z.string(),
  sizeId: z.number().int(),
  /** Name of its circuit, and its key's id. */
  circuit: z.string(),
  programId: unsigned(248),
  depth: z.number().int(),
  requests: z.number().int(),
  settlements: z.number().int(),
  orders: z.number().int(),
  withdrawals: z.number().int(),
  cells: z.number().int(),
  operations: z.number().int(),
  openings: z.number().int(),
  legGroups: z.number().int(),
  cancellations: z.number().int(),
  rotations: z.number().int(),
  distributions: z.number().int(),
  forcedOrders: z.number().int(),
});

/** What a client must know of this deployment. */
export const infoResponse = z.object({
  name: z.literal("catalyze-sequencer"),
  version: z.string(),
  chainId: unsigned(64),
  rollup: address,
  token: address,
  /** `ProgramRegistry`: the binder of every challenge and of the statement domain. */
  programRegistry: address,
  seedRegistry: address,
  statementRegistry: address.nullable(),
  /** Contracts that enforce receipts and leases, where the deployment has them. */
  receiptChallenge: address.optional(),
  leaseChallenge: address.optional(),
  /** Signs receipts and leases, submits blocks. */
  operator: address,
  operationDomain: unsigned(248),
  statementDomain: unsigned(248),
  /** Account that gets the fees. */
  feeAccount: cellIndex,
  feeAccountOwner: addressNumber.nullable(),
  /** The largest size: the words of every block fit its layout. */
  block: blockSize,
  /** All sizes that blocks are sealed with, smallest first; `block` is the last. */
  sizes: z.array(blockSize).optional(),
  programs: z.array(
    z.object({
      name: z.string(),
      programId: unsigned(248),
      chunkSize: z.number().int(),
      inputBytes: z.number().int(),
      resultBytes: z.number().int(),
    }),
  ),
  /** Least fees in units: per operation, and per chunk of an order. */
  fees: z.object({
    transfer: amount,
    withdraw: amount,
    postOrder: amount,
    multiTransfer: amount,
    cancelOrder: amount,
    rotateKey: amount,
    settlement: amount,
  }),
  /** Most jobs and bytes that one order's inputs may have. */
  limits: z.object({
    chunksPerOrder: z.number().int(),
    artefactBytes: z.number().int(),
  }),
  /**
   * `running`; `shuttingDown` after the operator announced it, `ended` at its time; `frozen` when L1 takes no block any more;
   * `halted` when the sequencer stopped and its operator must act.
   */
  state: z.enum(["running", "shuttingDown", "ended", "frozen", "halted"]),
  /** Times of the freeze and of the announced end; null without. */
  frozenAt: seconds.nullable(),
  shutdownAt: seconds.nullable(),
  /** Time (seconds) that a block sealed now would have; expiries and deadlines are measured against it. */
  time: seconds,
  latestBlock: unsigned(40),
  latestSettledBlock: unsigned(40),
});
/** Answer of `GET /v1/info`. */
export type InfoResponse = z.infer<typeof infoResponse>;
