// Random operations through reference, circuit and contract without a disagreement. The environment makes the run longer:
// CATALYZE_RANDOM_OPERATIONS, CATALYZE_RANDOM_SEED, CATALYZE_RANDOM_SIZE (test/random/main.mjs sets them).
import { closeProver } from "@catalyze/prover";
import { afterAll, expect, it } from "vitest";
import { CAMPAIGN_SIZES, runCampaign } from "./campaign.js";

const operations = Number(process.env.CATALYZE_RANDOM_OPERATIONS ?? 60);
const seed = Number(process.env.CATALYZE_RANDOM_SEED ?? 20_261_120);
const size = CAMPAIGN_SIZES[process.env.CATALYZE_RANDOM_SIZE ?? "small"];
const verbose = process.env.CATALYZE_RANDOM_OPERATIONS !== undefined;
/** A long run is bounded by its number of operations, not by time. */
const DAY_MS = 86_400_000;

afterAll(closeProver);

it(`agrees on ${operations} random operations of seed ${seed}`, { timeout: DAY_MS }, async () => {
  expect(size, "size is one of CAMPAIGN_SIZES").toBeDefined();
  const report = await runCampaign({
    ...{ operations, seed, size: size! },
    ...(verbose
      ? {
          onProgress: (done, blocks) =>
            console.log(`${new Date().toISOString()} ${done} operations, ${blocks} blocks`),
        }
      : {}),
  });
  if (verbose) {
    const lines = (counts: ReadonlyMap<string, number>): string =>
      [...counts]
        .map(([name, count]) => `  ${count} ${name}`)
        .sort()
        .join("\n");
    const seconds = Math.round(report.milliseconds / 1000);
    console.log(`${report.operations} operations in ${report.blocks} blocks, ${seconds} s, no disagreement`);
    console.log(`done:\n${lines(report.done)}\nrefused:\n${lines(report.refused)}`);
  }
  expect(report.operations).toBeGreaterThanOrEqual(operations);
});
