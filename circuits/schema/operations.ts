// Operations signed by accounts, and requests that enter through the L1 queue.
import { AMOUNT_BITS, INDEX_BITS } from "./cells.js";
import { defineWord } from "./words.js";

/** Kinds of signed operations; 0 is the no-op that fills unused slots. */
export const OPERATION_TRANSFER = 1;
export const OPERATION_POST_ORDER = 2;
export const OPERATION_WITHDRAW = 3;

/**
 * What an operation does, third input of its message. `expiry` is the last block time (seconds) at which it is valid;
 * `receiver` is 0 unless the kind is transfer; fees in units, both go to the block's fee account.
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

/**
 * First tail word of a request: kind, the cell it concerns, enqueue time (seconds), and its subject:
 * the owner (Register), the depositor (Deposit), or the {@link seedSubject} word (RegisterSeed).
 */
export const requestRoute = defineWord("RequestRoute", {
  kind: 4,
  index: INDEX_BITS,
  time: 40,
  subject: 160,
});
/** Second tail word of a request: amount deposited (Register, Deposit) and the seed's terms (RegisterSeed). */
export const requestValue = defineWord("RequestValue", { amount: AMOUNT_BITS, payload: 88 });
