// The content of a sealed block, to be added to another draft; and what of a block's words its size determines.
import type { BlockDraft, SealedBlock } from "@catalyze/circuits/reference";

/** Adds the content of a sealed block to a draft, in the order in which the block took it. */
export function refill(draft: BlockDraft, block: SealedBlock): void {
  block.requests.forEach((request, i) => {
    const effect = block.requestEffects[i];
    draft.addRequest(request, effect?.kind === "forced" ? effect.statement : undefined);
  });
  for (const { settlement } of block.settlements) draft.addSettlement(settlement);
  const operations = [...block.operations].sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
  for (const { signed, sequence } of operations) draft.addOperation(signed, sequence);
  for (const { distribution } of block.distributions) draft.addDistribution(distribution);
}

/** The words of a block without its operations root. */
export function wordsOfContent({ content }: SealedBlock): readonly (readonly bigint[])[] {
  const [[oldRoot, newRoot], ...others] = content as readonly [readonly bigint[], ...(readonly bigint[])[]];
  return [[oldRoot!, newRoot!], ...others];
}
