// Random operations through reference, circuit and contract on one rollup: real contracts, real proofs, one seed. Ends at the
// first disagreement of the layers; the seed and the number of operations lead there again.
import { type BlockSize, SMALL_BLOCK } from "@catalyze/circuits/schema";
import { createTestClient, http } from "viem";
import { compareSeeds, runBlocks } from "./blocks.js";
import { requestOnce } from "./requests.js";
import { startWorld, type World } from "./world.js";

/** A larger block: fewer proofs for as many operations. */
export const CAMPAIGN_BLOCK: BlockSize = {
  name: "campaign",
  depth: 8,
  requests: 8,
  settlements: 8,
  orders: 6,
  withdrawals: 8,
  cells: 32,
  operations: 32,
  openings: 16,
  legGroups: 6,
  cancellations: 3,
  rotations: 3,
  distributions: 2,
  forcedOrders: 3,
};

/** Sizes that a campaign can run with, by name. */
export const CAMPAIGN_SIZES: Readonly<Record<string, BlockSize>> = {
  small: SMALL_BLOCK,
  campaign: CAMPAIGN_BLOCK,
};

/** What {@link runCampaign} takes. */
export interface CampaignOptions {
  /** Operations that blocks must have carried at the end. */
  readonly operations: number;
  readonly seed: number;
  readonly size: BlockSize;
  /** Told after each submission. */
  readonly onProgress?: (operations: number, blocks: number) => void;
}

/** What a campaign did. */
export interface CampaignReport {
  /** Requests, settlements, distributions and signed operations in proven blocks. */
  readonly operations: number;
  readonly blocks: number;
  /** How often each thing was done, and how often each refusal was met with all layers of one mind. */
  readonly done: ReadonlyMap<string, number>;
  readonly refused: ReadonlyMap<string, number>;
  /** From the deployed contracts to the end. */
  readonly milliseconds: number;
}

const clock = ({ parts: { chain } }: World) => createTestClient({ chain, mode: "anvil", transport: http() });

/** Time passes on L1: mostly seconds, at times a day, after which orders can be cancelled. */
async function passTime(world: World): Promise<void> {
  const { parts, random } = world;
  const seconds = random.chance(15) ? random.integer(80_000, 100_000) : random.integer(1, 60);
  const { timestamp } = await parts.client.getBlock();
  await clock(world).setNextBlockTimestamp({ timestamp: timestamp + BigInt(seconds) });
  await clock(world).mine({ blocks: 1 });
}

/**
 * Runs a campaign on a rollup of its own.
 * @throws {Disagreement} when two layers said different things; the message says which, and where in the campaign.
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { seed, size, onProgress } = options;
  const world = await startWorld(seed, size);
  const started = Date.now();
  let [operations, blocks] = [0, 0];
  try {
    // L1's time goes on by blocks, not by the clock of the machine: the same seed leads to the same campaign.
    await clock(world).setBlockTimestampInterval({ interval: 1 });
    while (operations < options.operations) {
      await passTime(world);
      const first = world.number === 1n;
      const calls = first ? size.requests : world.random.integer(0, size.requests);
      for (let i = calls; i > 0; i--) await requestOnce(world, first ? 0 : 25);
      const done = await runBlocks(world);
      operations += done.operations;
      blocks += done.blocks;
      onProgress?.(operations, blocks);
    }
    await compareSeeds(world);
  } catch (error) {
    const place = `seed ${seed}, size ${size.name}, after ${operations} operations, block ${world.number}`;
    if (error instanceof Error) error.message = `${error.message} (${place})`;
    throw error;
  } finally {
    await world.parts.anvil.stop();
  }
  return { operations, blocks, done: world.done, refused: world.refused, milliseconds: Date.now() - started };
}
