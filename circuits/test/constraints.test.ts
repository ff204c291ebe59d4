// Constraint counts are pinned: a change of circuits/constraints.json is a decision, not an accident. What one more slot of
// a block costs stays within its budget (docs/performance.md).
import { expect, it } from "vitest";
import { countConstraints, marginalConstraints, pinnedConstraints } from "../tools/constraints.js";

/** Most constraints of one more slot at depth 12; a group has 16 payment legs. */
const BUDGETS = {
  operations: 4500,
  orders: 1000,
  legGroups: 16 * 150,
  settlements: 2600,
  cells: 8200,
} as const;

it("has the pinned number of constraints in every component and circuit", async () => {
  expect(await countConstraints()).toEqual(pinnedConstraints());
});

it("costs no more for a further slot than its budget", async () => {
  const slots = Object.keys(BUDGETS) as (keyof typeof BUDGETS)[];
  const counts = await marginalConstraints(slots);
  for (const slot of slots) expect(counts[slot], slot).toBeLessThanOrEqual(BUDGETS[slot]);
});
