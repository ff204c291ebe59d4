// Which size a block is sealed with: the smallest that has room for it, whatever it holds. What a block uses is counted here
// from the sealed block, not by the rules that let things in.
import { createBlockDraft, revertBlock, type SealedBlock } from "@catalyze/circuits/reference";
import { type BlockSize, MEDIUM_BLOCK, SMALL_BLOCK } from "@catalyze/circuits/schema";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refill } from "../../circuits/test/block/contents.js";
import { addContent, fullBlock } from "../../circuits/test/block/full.js";
import { attempt, inTurn, randomRequestAction } from "../../circuits/test/block/random.js";
import {
  emptyScenario,
  nextHeader,
  registerAll,
  runBlock,
  type Scenario,
} from "../../circuits/test/block/scenario.js";
import { hasRoom, type SlotCounts, usedSlots } from "../../circuits/test/block/usage.js";
import { draftAtSmallest } from "../../sequencer/src/block/ladder.js";

const SLOTS = Object.keys(SMALL_BLOCK).filter(
  (key) => key !== "name" && key !== "depth",
) as (keyof SlotCounts)[];

/** Seals the content of a block, which was taken back, with the first of the sizes that fits; undefined when none does. */
function sealAgain(
  scenario: Scenario,
  block: SealedBlock,
  sizes: readonly BlockSize[],
): SealedBlock | undefined {
  const { requests, settlements, operations } = block;
  const counts = {
    ...{ requests: requests.length, settlements: settlements.length, operations: operations.length },
  };
  const draft = draftAtSmallest(scenario.state, block.header, sizes, counts, (other) => refill(other, block));
  const sealed = draft?.seal();
  if (sealed !== undefined) revertBlock(scenario.state, sealed);
  return sealed;
}

describe("the size of a block", () => {
  it("is the smaller one up to its last slot of every kind, and the larger one beyond it", () => {
    const { scenario, content } = fullBlock({ ...MEDIUM_BLOCK, depth: 8 });
    const full = runBlock(scenario, (draft) => addContent(draft, content));
    revertBlock(scenario.state, full);
    const used = usedSlots(full);
    const larger = full.header.size;
    const exact: BlockSize = { ...used, name: "exact", depth: larger.depth };
    expect(sealAgain(scenario, full, [exact, larger])?.header.size.name).toBe("exact");
    for (const slot of SLOTS) {
      expect(used[slot], slot).toBeGreaterThan(0);
      const narrow = { ...exact, name: `fewer-${slot}`, [slot]: used[slot] - 1 };
      expect(sealAgain(scenario, full, [narrow, larger])?.header.size.name, slot).toBe(larger.name);
    }
  });

  it("is for random contents and sizes the first that has room", () => {
    const wide: BlockSize = { ...MEDIUM_BLOCK, name: "wide", depth: SMALL_BLOCK.depth };
    // A size has at least one slot of every kind.
    const room = fc.record(
      Object.fromEntries(SLOTS.map((slot) => [slot, fc.integer({ min: 1, max: Math.min(wide[slot], 12) })])),
    ) as fc.Arbitrary<SlotCounts>;
    const actions = fc.array(randomRequestAction, { minLength: 1, maxLength: 14 });
    const chosen = new Map<string, number>();
    fc.assert(
      fc.property(actions, room, room, (steps, first, more) => {
        const scenario = emptyScenario(wide);
        runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
        const draft = createBlockDraft(scenario.state, nextHeader(scenario));
        const nonces = new Map<number, bigint>();
        inTurn(steps).forEach((step, i) => {
          attempt(scenario, draft, nonces, BigInt(100 + i), step);
        });
        const block = draft.seal();
        revertBlock(scenario.state, block);
        const second = Object.fromEntries(SLOTS.map((slot) => [slot, first[slot] + more[slot]]));
        const common = { depth: wide.depth };
        const ladder: BlockSize[] = [
          { ...first, ...common, name: "first" },
          { ...(second as SlotCounts), ...common, name: "second" },
          wide,
        ];
        const expected = ladder.find((size) => hasRoom(size, usedSlots(block)));
        const sealed = sealAgain(scenario, block, ladder);
        expect(sealed?.header.size.name).toBe(expected?.name);
        expect(usedSlots(sealed!)).toEqual(usedSlots(block));
        chosen.set(expected!.name, (chosen.get(expected!.name) ?? 0) + 1);
      }),
      { numRuns: 25, seed: 20_261_120 },
    );
    expect(chosen.size).toBeGreaterThan(1);
  });
});
