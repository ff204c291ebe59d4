// A full block of the smallest size of the ladder, by the reference alone: what the size is documented to hold goes in. The
// larger ones are filled, proven and verified by prover/bench/ladder.mjs.
import { MEDIUM_BLOCK } from "@catalyze/circuits/schema";
import { expect, it } from "vitest";
import { addContent, fullBlock } from "./full.js";
import { runBlock } from "./scenario.js";
import { hasRoom, usedSlots } from "./usage.js";

it("holds a full block with every kind of slot in use", () => {
  const { scenario, content } = fullBlock(MEDIUM_BLOCK);
  const used = usedSlots(runBlock(scenario, (draft) => addContent(draft, content)));
  expect(hasRoom(MEDIUM_BLOCK, used)).toBe(true);
  const { name: _name, depth: _depth, withdrawals, openings, ...capacities } = MEDIUM_BLOCK;
  expect(used).toMatchObject(capacities);
  expect(used.withdrawals).toBeGreaterThan(withdrawals / 4);
  expect(used.openings).toBeGreaterThan(openings / 4);
});
