// Errors of the rollup's blocks on L1.
import { BaseError } from "./base.js";

/** The node's events of an epoch's blocks do not lead to the record that the contract holds. */
export class BlockHistoryMismatchError extends BaseError {
  override readonly name = "BlockHistoryMismatchError";

  constructor(parameters: { epoch: bigint; expected: string; given: string }) {
    const { epoch, expected, given } = parameters;
    super(`The blocks found for epoch ${epoch} are not those on chain.`, {
      code: "SDK_BLOCK_HISTORY_MISMATCH",
      context: { "Record on chain": expected, "Record of the blocks found": given },
      wayOut: "Ask a node that has the rollup's events since its deployment.",
    });
  }
}
