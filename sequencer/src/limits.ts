// Every maximum of the sequencer: queues, loops, retries, bodies. Units are in the names.

/**
 * Nonces that are taken from the account's next one on. One: an operator answers for a receipt whose predecessor never comes
 * (docs/receipts.md §3), so nothing is accepted behind a gap.
 */
export const NONCE_WINDOW = 1n;
/** Pending operations of one account, and of all accounts together. */
export const OPERATIONS_PER_ACCOUNT = 64;
export const OPERATIONS_TOTAL = 10_000;
/** Blocks that an accepted operation may wait beyond what is queued before it; part of the receipt's promise. */
export const PROMISE_MARGIN_BLOCKS = 8n;

/** Deadline of L1 requests as long as the rollup's was not read: the contracts' default. */
export const QUEUE_DEADLINE_SECONDS = 604_800n;
/** Before the end of an announced shutdown no operation is accepted: its receipt could not be kept any more. */
export const SHUTDOWN_MARGIN_SECONDS = 3_600n;

/** Sealed blocks that may wait for their proof before the builder pauses. */
export const PIPELINE_BLOCKS = 8;
/** Sealed blocks that may wait for their proof before the builder waits with a block that is not full. */
export const EAGER_BLOCKS = 1;
/** How long settlements wait for more at most, and after the last sign of work on more of them. */
export const SETTLEMENT_LINGER_MS = 60_000;
export const SETTLEMENT_IDLE_LINGER_MS = 4_000;
/** Verified settlements that may wait for a block. */
export const SETTLEMENTS_QUEUED = 10_000;

/** Largest JSON body, artefact, and all artefacts together. */
export const JSON_BODY_BYTES = 4 * 2 ** 20;
export const ARTEFACT_BYTES = 16 * 2 ** 20;
export const ARTEFACTS_TOTAL_BYTES = 8 * 2 ** 30;

/** Lease of a block proof; a heartbeat extends it by as much again, at most up to the total. */
export const PROOF_LEASE_MS = 60_000;
export const PROOF_LEASE_TOTAL_MS = 3_600_000;
/** Leases of one block proof before it is parked as failed. */
export const PROOF_ATTEMPTS = 8;

/** Active chunk leases of one account, and attempts at finding one per request. */
export const LEASES_PER_ACCOUNT = 16;
/** Distance of a lease request's time from the sequencer's clock. */
export const LEASE_REQUEST_SKEW_MS = 60_000;
/** Orders looked at when a provider asks for a chunk. */
export const ORDERS_SCANNED = 1_000;

/** Proof verifications that run or wait at the same time. */
export const VERIFICATIONS_QUEUED = 64;
/** State changes that wait for their turn. */
export const EXCLUSIVE_QUEUE = 20_000;

/** L1 blocks asked for in one log query, and L1 block hashes kept for finding a fork. */
export const L1_LOG_RANGE_BLOCKS = 2_000n;
export const L1_HASHES_KEPT = 256;
/** When the latest L1 block is older than this, the pending block's time counts (idle local chains). */
export const L1_IDLE_SECONDS = 600n;
/** A sealed block whose time is older than this can't be submitted any more (docs/protocol.md §7: 1 hour). */
export const BLOCK_AGE_SECONDS = 3_300n;

/** Most gas of one transaction (EIP-7825). */
export const TRANSACTION_GAS = 16_777_216n;
/** Blocks, estimated gas and bytes of calldata of one submission. Nodes pass no transaction above 128 KiB on. */
export const BLOCKS_PER_TRANSACTION = 8;
export const SUBMISSION_GAS = 14_000_000n;
export const SUBMISSION_BYTES = 130_000;
/**
 * Gas that the statements of one block may cost, so that a block alone fits a transaction whatever its programs: each with
 * its proof, and the first of each program on top (docs/performance.md).
 */
export const STATEMENTS_GAS = 11_000_000n;
export const STATEMENT_GAS = 62_000n;
export const FIRST_STATEMENT_GAS = 82_000n;
/** Wait for a submission's receipt before it is replaced at a higher fee, and replacements of one submission. */
export const RECEIPT_WAIT_MS = 120_000;
export const REPLACEMENTS = 8;

/** Longest pause of a loop after failures. */
export const LOOP_BACKOFF_MS = 15_000;

/** Streams of events, and bytes that a slow reader may lag behind. */
export const EVENT_STREAMS = 256;
export const EVENT_LAG_BYTES = 2 ** 20;

/** Rows of a list answer. */
export const LIST_ROWS = 100;
