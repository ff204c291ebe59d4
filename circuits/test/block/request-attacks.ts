// A hostile operator against requests that read the state: what the constraint system says of an input, and how to edit one.
import type { CircuitInput } from "@catalyze/circuits/build";
import { blockCircuit, generateSchemaSources } from "@catalyze/circuits/build";
import { blockCircuitInput, poseidon, revertBlock, type SealedBlock } from "@catalyze/circuits/reference";
import { DOMAIN_CELL, FIELD_MODULUS } from "@catalyze/circuits/schema";
import { constraintPlace, createMutationRun, type MutationRun } from "../../tools/mutation.js";
import { violatedConstraints } from "../../tools/mutation-forge.js";
import { loadMutationSubject } from "../../tools/mutation-program.js";
import { REQUEST_SIZE } from "./request-scenario.js";
import { type Scenario, zOf } from "./scenario.js";

/** Arguments over the whole block, by a signal on each side of their equation. */
const ARGUMENTS: readonly (readonly [string, RegExp, RegExp])[] = [
  ["memory", /^main\.reads\./, /^main\.writes\./],
  ["messages", /^main\.sent\./, /^main\.taken\./],
  ["credits", /^main\.cellTerm/, /^main\.depositTerm/],
  ["presence", /^main\.seedTerm/, /^main\.presenceTerm/],
];

/** Says for which reasons an input is refused: arguments, or components; sorted, none when it is accepted. */
export type Refusals = (input: CircuitInput) => string[];

function reasonOf(run: MutationRun, row: number): string {
  const { a, b, c } = run.system.constraints[row]!;
  const names = [...a, ...b, ...c].flatMap(([wire]) =>
    wire === 0 ? [] : (run.subject.names.get(wire) ?? []),
  );
  for (const [name, left, right] of ARGUMENTS) {
    if (names.some((signal) => left.test(signal)) && names.some((signal) => right.test(signal))) return name;
  }
  return constraintPlace(run, row);
}

/** Compiles the circuit of {@link REQUEST_SIZE} with a witness program that goes on after a false statement. */
export async function loadRefusals(): Promise<Refusals> {
  generateSchemaSources();
  const run = createMutationRun(await loadMutationSubject(blockCircuit(REQUEST_SIZE)));
  return (input) => {
    const witness = run.subject.calculate(input);
    return [...new Set(violatedConstraints(run.system, witness).map((row) => reasonOf(run, row)))].sort();
  };
}

/** Inputs of a sealed block, challenge included. */
export const inputOf = (block: SealedBlock): CircuitInput => ({ ...blockCircuitInput(block), z: zOf(block) });

/** A path such as `cellAmount.3` and its new value, or what becomes of the old one. */
export type Edit = readonly [path: string, value: bigint | ((value: bigint) => bigint)];

/** A copy of an input with entries replaced or changed. */
export function edit(input: CircuitInput, ...edits: readonly Edit[]): CircuitInput {
  const copy = structuredClone(input) as Record<string, unknown>;
  for (const [path, value] of edits) {
    const keys = path.split(".");
    let target = copy;
    for (const key of keys.slice(0, -1)) target = target[key] as Record<string, unknown>;
    const last = keys.at(-1)!;
    if (target[last] === undefined) throw new Error(`no input ${path}`);
    target[last] = typeof value === "bigint" ? value : value(target[last] as bigint);
  }
  return copy as CircuitInput;
}

/** Column of an input. */
export const column = (input: CircuitInput, name: string): readonly bigint[] =>
  input[name] as readonly bigint[];

/** Slot of the cell in the block. */
export const cellOf = (block: SealedBlock, index: number): number =>
  block.changes.findIndex((change) => change.index === index);

/** Paths of the cells again, after an attack changed what earlier cells are closed with. Takes the block back. */
export function withPaths(input: CircuitInput, scenario: Scenario, block: SealedBlock): CircuitInput {
  revertBlock(scenario.state, block);
  const tree = scenario.state.tree.clone();
  const children = (input.cellBits as unknown as readonly (readonly bigint[])[]).map((bits, slot) => {
    const cell = (name: string): bigint => column(input, `cell${name}`)[slot]!;
    const kind = cell("IsAccount") + 2n * cell("IsSeed") + 3n * cell("IsOrder");
    if (kind === 0n) return (input.cellChildren as unknown as readonly bigint[][][])[slot]!;
    const index = Number(bits.reduce((sum, bit, place) => sum + (bit << BigInt(place)), 0n));
    const { children: path } = tree.proof(index);
    const dynamic = cell("Amount") + (cell("Payload") << 92n) + (kind << 220n);
    const leaf = poseidon(DOMAIN_CELL, [cell("Static"), dynamic % FIELD_MODULUS]);
    tree.set(index, kind === 3n && cell("Payload") === 0n ? 0n : leaf);
    return path;
  });
  return { ...input, cellChildren: children } as CircuitInput;
}
