// Constraint counts are pinned: a change of circuits/constraints.json is a decision, not an accident. What one more slot of
// a block costs stays within its budget (docs/performance.md).
import { expect, it } from "vitest";
import { BLOCK_LADDER } from "../schema/index.js";
import {
  countConstraints,
  LADDER_CIRCUITS,
  marginalConstraints,
  pinnedConstraints,
} from "../tools/constraints.js";

/** Most constraints of one more slot at depth 12; a group has 16 payment legs. */
const BUDGETS = {
  operations: 4500,
  orders: 1000,
  legGroups: 16 * 150,
  settlements: 2600,
  cells: 8200,
} as const;

it("has the pinned number of constraints in every component and circuit", async () => {
  const pinned = Object.entries(pinnedConstraints()).filter(([name]) => !LADDER_CIRCUITS.includes(name));
  expect(await countConstraints()).toEqual(Object.fromEntries(pinned));
});

it("has sizes that fill their domains: 2^18, 2^20 and 2^22 hold them with their public signals, and with little room left", () => {
  const pinned = pinnedConstraints();
  BLOCK_LADDER.forEach(({ name }, i) => {
    const rows = pinned[name]! + 4;
    expect(rows, name).toBeLessThanOrEqual(2 ** (18 + 2 * i));
    expect(rows, name).toBeGreaterThan(0.99 * 2 ** (18 + 2 * i));
  });
});

it("has a ladder of one depth, in which each size has room for whatever the one before has", () => {
  BLOCK_LADDER.slice(1).forEach((size, i) => {
    const { name: _name, depth, ...slots } = BLOCK_LADDER[i]!;
    expect(size.depth).toBe(depth);
    for (const [slot, count] of Object.entries(slots)) {
      expect(size[slot as keyof typeof slots], `${size.name}: ${slot}`).toBeGreaterThanOrEqual(count);
    }
  });
});

it("costs no more for a further slot than its budget", async () => {
  const slots = Object.keys(BUDGETS) as (keyof typeof BUDGETS)[];
  const counts = await marginalConstraints(slots);
  for (const slot of slots) expect(counts[slot], slot).toBeLessThanOrEqual(BUDGETS[slot]);
});
