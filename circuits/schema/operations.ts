// Operations signed by accounts, and requests that enter through the L1 queue.
import { AMOUNT_BITS, INDEX_BITS } from "./cells.js";
import { defineWord } from "./words.js";

/** Kinds of signed operations; 0 is the no-op that fills unused slots. */
export const OPERATION_TRANSFER = 1;
export const OPERATION_POST_ORDER = 2;
export const OPERATION_WITHDRAW = 3;
export const OPERATION_MULTI_TRANSFER = 4;
export const OPERATION_CANCEL_ORDER = 5;
export const OPERATION_ROTATE_KEY = 6;

/** Seconds after an order's deadline before which its escrow can neither be cancelled nor forced out. */
export const ORDER_GRACE_PERIOD = 86_400n;

/**
 * What an operation does, third input of its message. `expiry` is the last block time (seconds) at which it is valid;
 * `receiver` is the account of a transfer, the order's cell of a cancellation, else 0; fees in units, both go to the block's fee account.
 */
export const operationRoute = defineWord(
  "OperationRoute",
  {
    kind: 8,
    signer: INDEX_BITS,
    nonce: 40,
    expiry: 40,
    receiver: INDEX_BITS,
    fee: 56,
    priorityFee: 32,
  },
  // The circuit shows that expiry is at most 2^40 s after the block's time.
  { expiry: 2 },
);

/** Public word of a withdrawal: L1 recipient and amount in units. */
export const withdrawalWord = defineWord("WithdrawalWord", { amount: AMOUNT_BITS, recipient: 160 });

/** Payment legs that one hash of a chain absorbs. */
export const LEGS_PER_GROUP = 16;
/** Most legs of one multi-transfer; a block may have room for fewer. */
export const MAXIMUM_LEGS = 64;
/** Legs of a royalty distribution, unused ones zero. */
export const DISTRIBUTION_LEGS = 32;
/** One payment leg of a list: units, and the receiving account's index. A leg of amount 0 pays nobody. */
export const paymentLeg = defineWord("PaymentLeg", { amount: 80, receiver: INDEX_BITS });

/** Width of a sequence number of the sequencer. */
export const SEQUENCE_BITS = 48;
/**
 * Where an access stands: slot time in the block, effective priority, sequence number of the account's last operation.
 * The gaps make a read unique of which the circuit shows only the distances to the slot's own time and priority.
 */
export const accessOrder = defineWord(
  "AccessOrder",
  { time: 16, priority: 32, sequence: SEQUENCE_BITS },
  { time: 2, priority: 3 },
);
/**
 * Second word of an operation in the operations root: its sequence number, the access that it reads (slot time, effective
 * priority and sequence number of the account's previous operation), and the balance before it.
 */
export const operationRecord = defineWord(
  "OperationRecord",
  {
    sequence: SEQUENCE_BITS,
    previousTime: 16,
    previousPriority: 32,
    previousSequence: SEQUENCE_BITS,
    balance: AMOUNT_BITS,
  },
  { previousTime: 2, previousPriority: 3, previousSequence: 2 },
);
/** Access state of a cell that no slot has touched yet. */
export const INITIAL_ACCESS = accessOrder.encode({ time: 0n, priority: 2n ** 32n - 1n, sequence: 0n });

/** Kinds of L1 requests. */
export const REQUEST_REGISTER = 1;
export const REQUEST_DEPOSIT = 2;
export const REQUEST_REGISTER_SEED = 3;
export const REQUEST_EXIT_ACCOUNT = 4;
export const REQUEST_EXIT_SEED = 5;
export const REQUEST_UPDATE_SEED_TERMS = 6;
export const REQUEST_EXIT_ORDER = 7;
export const REQUEST_FORCED_SETTLE = 8;

/**
 * First tail word of a request: kind, the cell it concerns, enqueue time (seconds), and its subject:
 * the owner (Register), the depositor (Deposit), the {@link seedSubject} word (RegisterSeed), the recipient of what exits
 * (ExitAccount, ExitSeed, ExitOrder), 0 (UpdateSeedTerms), or the statement's provider (ForcedSettle).
 */
export const requestRoute = defineWord("RequestRoute", {
  kind: 4,
  index: INDEX_BITS,
  time: 40,
  subject: 160,
});
/**
 * Second tail word of a request: amount deposited (Register, Deposit), and the seed's terms (RegisterSeed,
 * UpdateSeedTerms), the requester's account (ExitOrder) or a {@link forcedSettlePayload} (ForcedSettle).
 */
export const requestValue = defineWord("RequestValue", { amount: AMOUNT_BITS, payload: 88 });
/** Payload of a ForcedSettle request: the provider's account, whose owner is the statement's provider, and the chunk. */
export const forcedSettlePayload = defineWord("ForcedSettlePayload", { provider: INDEX_BITS, chunk: 6 });
/** Public tail word of a rotated key: the account's index. */
export const rotationWord = defineWord("RotationWord", { index: INDEX_BITS });
/** Public tail word of a royalty distribution: units paid from the vault, and the seed's cell. */
export const distributionWord = defineWord("DistributionWord", { total: 80, index: INDEX_BITS });
