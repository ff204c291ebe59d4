// What the store holds against a challenged receipt: the operation in a settled block, or the excuse. Owns the search for it;
// what counts is the contract's (docs/receipts.md).
import {
  buildInclusionAnswer,
  buildInvalidityAnswer,
  type InclusionAnswer,
  type InvalidityAnswer,
  type Operation,
  revertBlock,
  type SealedBlock,
  type State,
  stateRoot,
} from "@catalyze/circuits/reference";
import type { Context } from "../core/context.js";
import { SequencerError } from "../errors.js";
import { findSealedBlock, latestSettledBlock } from "../store/blocks.js";
import { findOperation } from "../store/operations.js";

/** A receipt as the contract has it. */
export interface ChallengedReceipt {
  readonly message: bigint;
  readonly sequence: bigint;
  readonly acceptedBlock: bigint;
  readonly promisedBlock: bigint;
  readonly validUntil: bigint;
}

/** A challenged receipt, and the static part of the signer's cell from the operation's preimage. */
export interface Challenged {
  readonly receipt: ChallengedReceipt;
  readonly signerStatic: bigint;
}

/** Body of a block that must be there. @throws {SequencerError} `SEQUENCER_BLOCK_NOT_FOUND` */
async function requireBlock(context: Context, number: bigint): Promise<SealedBlock> {
  const block = await findSealedBlock(context.driver, number);
  if (block !== undefined) return block;
  throw new SequencerError("SEQUENCER_BLOCK_NOT_FOUND", `Block ${number} is not in the store`);
}

/** The latest sealed state with its block's number, and an independent copy. */
const snapshot = (context: Context): Promise<{ readonly number: bigint; readonly state: State }> =>
  context.exclusive(async () => {
    const { head, state } = context.ledger;
    const { depth, tree, cells } = state;
    return { number: head.number, state: { depth, tree: tree.clone(), cells: new Map(cells) } };
  });

/** Takes a block back in a copy of the state after it. @throws {SequencerError} when it is not the state after it */
function stepBack(state: State, block: SealedBlock): void {
  if (stateRoot(state) !== block.newRoot) {
    const text = `Block ${block.header.number} was built again while an answer was looked for`;
    throw new SequencerError("SEQUENCER_BLOCK_NOT_FOUND", text);
  }
  revertBlock(state, block);
}

/** The latest block in (`acceptedBlock`, `last`], or `last` itself, after which the operation was impossible. */
async function findExcuse(
  context: Context,
  { receipt, signerStatic }: Challenged,
  operation: Operation,
  last: bigint,
): Promise<InvalidityAnswer | undefined> {
  const { number: head, state } = await snapshot(context);
  for (let number = head; number > last; number--) stepBack(state, await requireBlock(context, number));
  for (let number = last; number > 0n; number--) {
    const block = await requireBlock(context, number);
    const answer = buildInvalidityAnswer({
      operation,
      signerStatic,
      acceptedBlock: receipt.acceptedBlock,
      validUntil: receipt.validUntil,
      block: { number, time: block.header.time, bytes: block.bytes, requests: block.requests },
      state,
    });
    if (answer !== undefined) return answer;
    if (number <= receipt.acceptedBlock + 1n) return undefined;
    stepBack(state, block);
  }
  return undefined;
}

/**
 * Answer to a challenged receipt from the blocks that L1 has; undefined when there is none (yet).
 * @throws {SequencerError} when the blocks change meanwhile; the search can be repeated
 */
export async function findReceiptAnswer(
  context: Context,
  challenged: Challenged,
): Promise<InclusionAnswer | InvalidityAnswer | undefined> {
  const { receipt } = challenged;
  const settled = await latestSettledBlock(context.driver);
  const last = settled < receipt.promisedBlock ? settled : receipt.promisedBlock;
  const stored = await findOperation(context.driver, receipt.message);
  if (stored === undefined) return undefined;
  const { blockNumber, signed } = stored;
  if (blockNumber !== null && blockNumber <= last) {
    return buildInclusionAnswer(await requireBlock(context, blockNumber), receipt.message);
  }
  return findExcuse(context, challenged, signed.operation, last);
}
