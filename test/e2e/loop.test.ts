// The whole loop, as `npm start` runs it, once undisturbed and once with the sequencer killed in the middle: both end with
// the same balances.
import { closeProver } from "@catalyze/prover";
import { afterAll, describe, expect, it } from "vitest";
import {
  type Balances,
  createSilentReporter,
  DEMO_JOBS,
  type DemoEvent,
  type DemoResult,
  type Devnet,
  runDemo,
  startDevnet,
} from "../../cli/src/index.js";

afterAll(() => closeProver());

/** Runs devnet and demo; `onEvent` may disturb it. The services' logs go with a failure. */
async function run(onEvent: (devnet: Devnet, event: DemoEvent) => Promise<void>): Promise<DemoResult> {
  const reporter = createSilentReporter();
  const devnet = await startDevnet({ reporter });
  try {
    return await runDemo(devnet, reporter, { onEvent: (event) => onEvent(devnet, event) });
  } catch (error) {
    throw new Error(`${String(error)}\n${await devnet.describeLogs()}`, { cause: error });
  } finally {
    await devnet.stop();
  }
}

/** What must not depend on how often the sequencer was killed. */
const comparable = (balances: Balances): unknown =>
  JSON.parse(JSON.stringify(balances, (_, value) => (typeof value === "bigint" ? `${value}` : value)));

describe("the loop", () => {
  let undisturbed: DemoResult;

  it("settles real jobs and pays everybody, to the unit", async () => {
    undisturbed = await run(async () => undefined);
    expect(undisturbed.jobs).toBe(2 * DEMO_JOBS);
    expect(undisturbed.correct / undisturbed.jobs).toBeGreaterThan(0.9);
    expect(undisturbed.receipts).toBe(8);
    for (const { name, expected, found } of undisturbed.checks) expect(found, name).toBe(expected);
    expect(undisturbed.blocks.length).toBeGreaterThan(2);
  }, 900_000);

  it("ends with the same balances when the sequencer is killed in the middle", async () => {
    const killedAt: DemoEvent[] = [];
    const disturbed = await run(async (devnet, event) => {
      if (event !== "orders" && event !== "firstChunk") return;
      killedAt.push(event);
      await devnet.sequencer.crash();
      await devnet.sequencer.restart();
    });
    expect(killedAt).toEqual(["orders", "firstChunk"]);
    expect(comparable(disturbed.after)).toEqual(comparable(undisturbed.after));
    for (const { name, expected, found } of disturbed.checks) expect(found, name).toBe(expected);
  }, 900_000);
});
