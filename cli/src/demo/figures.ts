// Figures of the blocks that were settled: proof times and gas.
import type { CatalyzeClient } from "@catalyze/sdk";

/** What one block held and cost. */
export interface BlockFigures {
  readonly number: bigint;
  readonly requests: number;
  readonly settlements: number;
  readonly operations: number;
  readonly cells: number;
  /** Seconds that its worker needed for the proof. */
  readonly provingSeconds: number | null;
  /** Its share of the gas of the transaction that submitted it. */
  readonly gas: bigint | null;
  readonly transactionHash: `0x${string}` | null;
}

/** Figures of all blocks so far. */
export async function readBlockFigures(client: CatalyzeClient): Promise<readonly BlockFigures[]> {
  const { latestBlock } = await client.sequencer.request("getInfo");
  const figures: BlockFigures[] = [];
  for (let number = 1n; number <= latestBlock; number++) {
    const block = await client.getBlock({ blockNumber: number });
    const { gasUsed, blocksInTransaction } = block;
    figures.push({
      number,
      requests: block.requests,
      settlements: block.settlements,
      operations: block.operations,
      cells: block.cells,
      provingSeconds: block.provingSeconds,
      gas: gasUsed === null ? null : gasUsed / BigInt(blocksInTransaction ?? 1),
      transactionHash: block.transactionHash,
    });
  }
  return figures;
}
