// The circuits that ship, by name, and their compilation. Owns which instance of which template a name means.
import { digitsCircuit } from "../programs/digits/circuit.js";
import { BLOCK_SIZES, type BlockSize, MEDIUM_BLOCK, SMALL_BLOCK } from "../schema/index.js";
import { type CompiledCircuit, compileCircuit } from "./compile.js";
import { CircuitBuildError } from "./errors.js";
import { generateSchemaSources } from "./generate-schema.js";

/** Name and text of a main circuit. */
export interface CircuitInstance {
  readonly name: string;
  readonly source: string;
}

/** Main circuit of a size of the block circuit. */
export function blockCircuit(size: BlockSize): CircuitInstance {
  const parameters = [
    size.depth,
    size.requests,
    size.settlements,
    size.orders,
    size.withdrawals,
    size.cells,
    size.operations,
    size.openings,
    size.legGroups,
    size.cancellations,
    size.rotations,
    size.distributions,
    size.forcedOrders,
  ].join(", ");
  return {
    name: size.name,
    source: `pragma circom 2.2.0;

include "block/block.circom";

component main { public [z] } = Block(${parameters});
`,
  };
}

/** Main circuit of the royalty split. */
export const royaltySplitCircuit: CircuitInstance = {
  name: "royalty-split",
  source: `pragma circom 2.2.0;

include "royalty/split.circom";

component main { public [z] } = RoyaltySplit();
`,
};

/** Main circuit of the exit of one cell of a state of the given depth; `name` tells depths apart. */
export const exitCircuit = (depth: number, name = "exit"): CircuitInstance => ({
  name,
  source: `pragma circom 2.2.0;

include "exit/exit.circom";

component main { public [z] } = Exit(${depth});
`,
});

/** Main circuit of the payment of a recorded statement out of an order of a state of the given depth. */
export const exitSettlementCircuit = (depth: number, name = "exit-settlement"): CircuitInstance => ({
  name,
  source: `pragma circom 2.2.0;

include "exit/exit-settlement.circom";

component main { public [z] } = ExitSettlement(${depth});
`,
});

/** The exit circuits of a deployment with the small size, and of one with the ladder: they go by the depth alone. */
const EXIT_CIRCUITS = [
  exitCircuit(SMALL_BLOCK.depth),
  exitSettlementCircuit(SMALL_BLOCK.depth),
  exitCircuit(MEDIUM_BLOCK.depth, `exit-${MEDIUM_BLOCK.depth}`),
  exitSettlementCircuit(MEDIUM_BLOCK.depth, `exit-settlement-${MEDIUM_BLOCK.depth}`),
];

/** Every circuit that ships, by name: the sizes of the block circuit, royalty split and exits, and the programs. */
export const CIRCUITS: Readonly<Record<string, CircuitInstance>> = Object.fromEntries(
  [...Object.values(BLOCK_SIZES).map(blockCircuit), royaltySplitCircuit, ...EXIT_CIRCUITS, digitsCircuit].map(
    (circuit) => [circuit.name, circuit],
  ),
);

/**
 * Compiles a circuit of {@link CIRCUITS}, or finds it in the cache.
 * @throws {CircuitBuildError} `CIRCUIT_UNKNOWN` for another name, or when the compiler refuses it.
 */
export async function ensureCircuit(name: string): Promise<CompiledCircuit> {
  const circuit = CIRCUITS[name];
  if (circuit === undefined) {
    const known = Object.keys(CIRCUITS).join(", ");
    throw new CircuitBuildError("CIRCUIT_UNKNOWN", `There is no circuit "${name}"; known: ${known}.`);
  }
  generateSchemaSources();
  return compileCircuit(circuit);
}
