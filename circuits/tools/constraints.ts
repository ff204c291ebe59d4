// Constraint counts per component, by the compiler. Owns the list of components; `constraints.json` pins the counts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BLOCK_LADDER, type BlockSize } from "../schema/index.js";
import { compileCircuit } from "./compile.js";
import { generateSchemaSources } from "./generate-schema.js";
import { blockCircuit, CIRCUITS, type CircuitInstance, ensureCircuit } from "./manifest.js";
import { repositoryRoot } from "./paths.js";

const component = (name: string, include: string, template: string): CircuitInstance => ({
  name,
  source: `pragma circom 2.2.0;\n\ninclude "${include}";\n\ncomponent main = ${template};\n`,
});

/** Components of the block circuit and of the programs, each compiled alone. */
export const COMPONENTS: readonly CircuitInstance[] = [
  component("Poseidon(2)", "hash/poseidon.circom", "Poseidon(2)"),
  component("Poseidon(4)", "hash/poseidon.circom", "Poseidon(4)"),
  component("PoseidonFixed(4)", "hash/poseidon.circom", "PoseidonFixed(4, 1)"),
  component("Poseidon(16)", "hash/poseidon.circom", "Poseidon(16)"),
  component("VerifySignature", "signature/eddsa.circom", "VerifySignature()"),
  component("PublicData(160)", "public-data/public-data.circom", "PublicData(160)"),
  component("MerkleUpdate(12)", "merkle/merkle-update.circom", "MerkleUpdate(12, 1)"),
  component("Request", "block/request.circom", "Request()"),
  component("ForcedOrder(12)", "block/forced-order.circom", "ForcedOrder(12)"),
  component("Settlement", "block/settlement.circom", "Settlement()"),
  component("PostedOrder", "block/order.circom", "PostedOrder()"),
  component("Opening", "block/opening.circom", "Opening()"),
  component("Operation", "block/operation.circom", "Operation()"),
  component("LegGroup", "block/leg-group.circom", "LegGroup()"),
  component("Cancellation", "block/cancellation.circom", "Cancellation()"),
  component("Rotation", "block/rotation.circom", "Rotation()"),
  component("Distribution", "block/distribution.circom", "Distribution()"),
  component("Cell(8)", "block/cell.circom", "Cell(8)"),
  component("Cell(12)", "block/cell.circom", "Cell(12)"),
  component("RoyaltySlots", "royalty/slots.circom", "RoyaltySlots()"),
  component("RoyaltyAmounts", "royalty/amounts.circom", "RoyaltyAmounts()"),
  component("RoyaltyLegs", "royalty/legs.circom", "RoyaltyLegs()"),
  component("OwnerLists", "royalty/owner-lists.circom", "OwnerLists()"),
  component("OpenedCell(12)", "exit/opened-cell.circom", "OpenedCell(12)"),
  component("Exit(12)", "exit/exit.circom", "Exit(12)"),
  component("ExitSettlement(12)", "exit/exit-settlement.circom", "ExitSettlement(12)"),
];

/** Counts by component and circuit name. */
export type ConstraintTable = Readonly<Record<string, number>>;

/** Circuits whose compilation takes minutes: they are counted only when asked for. */
export const LADDER_CIRCUITS: readonly string[] = BLOCK_LADDER.map(({ name }) => name);

/** Compiles every component and every circuit that ships, the ladder's only with `ladder`, and counts their constraints. */
export async function countConstraints(options: { ladder?: boolean } = {}): Promise<ConstraintTable> {
  generateSchemaSources();
  const table: Record<string, number> = {};
  for (const { name, source } of COMPONENTS) {
    const folder = `component-${name.replace(/\W+/g, "-").replace(/-$/, "")}`;
    table[name] = (await compileCircuit({ name: folder, source })).constraints.constraints;
  }
  const skipped = options.ladder === true ? [] : LADDER_CIRCUITS;
  for (const name of Object.keys(CIRCUITS).filter((circuit) => !skipped.includes(circuit)))
    table[name] = (await ensureCircuit(name)).constraints.constraints;
  return table;
}

/** The pinned counts: `circuits/constraints.json`. */
export const pinnedConstraints = (): ConstraintTable =>
  JSON.parse(readFileSync(join(repositoryRoot(), "circuits", "constraints.json"), "utf8"));

const BASE: BlockSize = {
  name: "marginal",
  depth: 12,
  requests: 1,
  settlements: 1,
  orders: 1,
  withdrawals: 1,
  cells: 2,
  operations: 1,
  openings: 2,
  legGroups: 1,
  cancellations: 1,
  rotations: 1,
  distributions: 1,
  forcedOrders: 1,
};

/** Slots of a block whose cost is counted. */
export const MARGINAL_SLOTS = [
  "operations",
  "settlements",
  "orders",
  "openings",
  "legGroups",
  "cancellations",
  "rotations",
  "distributions",
  "forcedOrders",
  "requests",
  "withdrawals",
  "cells",
] as const;

/** One of {@link MARGINAL_SLOTS}. */
export type MarginalSlot = (typeof MARGINAL_SLOTS)[number];

/**
 * What one more slot costs in a whole block at depth 12, its share of transcript and public words included: the
 * difference between two blocks that differ by 16 slots, divided by 16. All slots unless some are named.
 */
export async function marginalConstraints<Slot extends MarginalSlot = MarginalSlot>(
  slots: readonly Slot[] = MARGINAL_SLOTS as readonly MarginalSlot[] as readonly Slot[],
): Promise<Readonly<Record<Slot, number>>> {
  generateSchemaSources();
  const count = async (size: BlockSize): Promise<number> =>
    (await compileCircuit(blockCircuit(size))).constraints.constraints;
  const base = await count(BASE);
  const table = {} as Record<Slot, number>;
  for (const name of slots) {
    const more = await count({ ...BASE, name: `marginal-${name}`, [name]: BASE[name] + 16 });
    table[name] = (more - base) / 16;
  }
  return table;
}
