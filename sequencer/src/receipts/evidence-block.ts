// A block that is sealed for its time alone. An operation that expired is excused by a later block; when nothing else waits, none
// would come, and the operator would lose stake over it.
import { createBlockDraft, type SealedBlock } from "@catalyze/circuits/reference";
import { proofJobId } from "../block/sealing.js";
import { announceBlock, blockTime, type Context, reloadLedger, takesBlocks } from "../core/context.js";
import { recordSealedBlock } from "../store/blocks.js";
import { insertProofJob } from "../store/work.js";
import type { ChallengedReceipt } from "./evidence.js";

async function sealEmpty(context: Context): Promise<SealedBlock> {
  const { ledger, driver, sizes, config } = context;
  const { size, circuit } = sizes[0]!;
  const { number, nextRequest } = ledger.head;
  const draft = createBlockDraft(ledger.state, {
    size,
    operationDomain: context.operationDomain,
    statementDomain: context.statementDomain,
    number: number + 1n,
    time: blockTime(context),
    feeAccount: config.feeAccount,
    firstRequest: nextRequest,
  });
  try {
    const block = draft.seal();
    await driver.transaction(async (executor) => {
      await recordSealedBlock(executor, { block, nextRequest, settled: [] });
      await insertProofJob(executor, {
        id: proofJobId(circuit, block),
        blockNumber: block.header.number,
        circuit,
      });
    });
    ledger.head = { number: block.header.number, time: block.header.time, nextRequest };
    return block;
  } catch (error) {
    // The state may hold a block that the store does not: the store is right.
    await reloadLedger(context);
    throw error;
  }
}

/**
 * Seals an empty block when its time alone would answer the challenged receipt, and no sealed block's does: the promise has
 * ended by now, and blocks up to the promised one may still come. Returns whether it did.
 */
export async function sealForItsTime(
  context: Context,
  { promisedBlock, validUntil }: ChallengedReceipt,
): Promise<boolean> {
  const block = await context.exclusive(async () => {
    const { head } = context.ledger;
    const serves = head.number < promisedBlock && head.time <= validUntil && blockTime(context) > validUntil;
    if (!serves || context.halted !== undefined || !takesBlocks(context)) return undefined;
    return sealEmpty(context);
  });
  if (block === undefined) return false;
  const { number, time } = block.header;
  context.metrics.latestBlock.set(Number(number));
  context.log.info(
    { block: `${number}`, time: `${time}` },
    "empty block sealed: its time answers a challenge",
  );
  await announceBlock(context, number, "sealed");
  context.wake();
  return true;
}
