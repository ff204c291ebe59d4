// Constraint counts are pinned: a change of circuits/constraints.json is a decision, not an accident.
import { expect, it } from "vitest";
import { countConstraints, pinnedConstraints } from "../tools/constraints.js";

it("has the pinned number of constraints in every component and circuit", async () => {
  expect(await countConstraints()).toEqual(pinnedConstraints());
});
