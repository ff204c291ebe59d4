// Errors of withdrawals.
import { BaseError } from "./base.js";

/** The block has no withdrawal at this index, or none for the account. */
export class WithdrawalNotFoundError extends BaseError {
  override readonly name = "WithdrawalNotFoundError";

  constructor(parameters: {
    blockNumber: bigint;
    index?: number | undefined;
    recipient?: string | undefined;
  }) {
    const { blockNumber, index, recipient } = parameters;
    super(
      index === undefined
        ? `Block ${blockNumber} has no withdrawal to ${recipient}.`
        : `Block ${blockNumber} has no withdrawal ${index}.`,
      {
        code: "SDK_WITHDRAWAL_NOT_FOUND",
        wayOut: "Wait until the operation is proven and use the block number of its status.",
      },
    );
  }
}

/** The withdrawal was claimed before. */
export class WithdrawalAlreadyClaimedError extends BaseError {
  override readonly name = "WithdrawalAlreadyClaimedError";

  constructor(parameters: { blockNumber: bigint; index: number }) {
    const { blockNumber, index } = parameters;
    super(`Withdrawal ${index} of block ${blockNumber} was claimed already.`, {
      code: "SDK_WITHDRAWAL_ALREADY_CLAIMED",
      wayOut: "Nothing is left to do: the recipient has the tokens.",
    });
  }
}

/** The bytes of a block are not those on chain: their withdrawals have another root, or the block is not there yet. */
export class BlockWordsMismatchError extends BaseError {
  override readonly name = "BlockWordsMismatchError";

  constructor(parameters: {
    blockNumber: bigint;
    expected: string;
    given: string;
  }) {
    const { blockNumber, expected, given } = parameters;
    super(`The words given for block ${blockNumber} are not those on chain.`, {
      code: "SDK_BLOCK_WORDS_MISMATCH",
      context: { "Withdrawals root on chain": expected, "Root of the words given": given },
      wayOut: "Take the words from the calldata of the transaction that submitted the block.",
    });
  }
}
