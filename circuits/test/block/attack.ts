// A hostile operator's tools against the block circuit: a judge that names what refuses an input, edits of inputs that
// stay consistent elsewhere, and variants of the circuit without one of its protections.
import {
  type CircuitInput,
  type CompiledCircuit,
  calculateWitness,
  compileCircuit,
  generateSchemaSources,
} from "@catalyze/circuits/build";
import { poseidon, revertBlock, type SealedBlock, signMessage } from "@catalyze/circuits/reference";
import { accessOrder, cellDynamic, DOMAIN_CELL, FIELD_MODULUS } from "@catalyze/circuits/schema";
import { collectSources } from "../../tools/includes.js";
import { constraintPlace, createMutationRun, type MutationRun } from "../../tools/mutation.js";
import { violatedConstraints } from "../../tools/mutation-forge.js";
import { type Lies, loadMutationSubject } from "../../tools/mutation-program.js";
import { column, edit } from "../inputs.js";
import { TINY, tinyCircuit } from "./blocks.js";
import { privateKey, type Scenario } from "./scenario.js";

/** Arguments over the whole block, by a signal on each side of their equation. */
const ARGUMENTS: readonly (readonly [name: string, left: RegExp, right: RegExp])[] = [
  ["memory", /^main\.reads\./, /^main\.writes\./],
  ["messages", /^main\.sent\./, /^main\.taken\./],
  ["credits", /^main\.cellTerm/, /^main\.transferTerm/],
  ["presence", /^main\.presenceTerm/, /^main\.(middleware|seed)Term/],
  ["openings", /^main\.staticTerm/, /^main\.openedTerm/],
  ["uses", /^main\.usesTerm/, /^main\.(provider|program)Term/],
];

/** Orders of slots, by the signals that only their constraints have. */
const ORDERS: readonly (readonly [name: string, signal: RegExp])[] = [
  ["rank", /^main\.(rankGap|samePriority|dropInverse)/],
  ["index", /^main\.indexGap/],
];

/** Name of what a constraint says: an argument, an order, or its component. */
export function reasonOf(run: MutationRun, row: number): string {
  const { a, b, c } = run.system.constraints[row]!;
  const names = [...a, ...b, ...c].flatMap(([wire]) =>
    wire === 0 ? [] : (run.subject.names.get(wire) ?? []),
  );
  const some = (pattern: RegExp): boolean => names.some((signal) => pattern.test(signal));
  return (
    ORDERS.find(([, signal]) => some(signal))?.[0] ??
    ARGUMENTS.find(([, left, right]) => some(left) && some(right))?.[0] ??
    constraintPlace(run, row)
  );
}

/** Reasons for which an input is refused, sorted; none when it is accepted. */
export type Judge = (input: CircuitInput) => string[];

/** The block circuit of size `TINY`, ready to calculate every signal of any input. */
export async function loadRun(): Promise<MutationRun> {
  generateSchemaSources();
  return createMutationRun(await loadMutationSubject(tinyCircuit()));
}

/**
 * The judge of the block circuit of size `TINY`: the constraint system alone, over every signal of the input.
 *
 * @param lies makes hints of the circuit false, by an input `lie`
 */
export async function loadJudge(lies?: Lies): Promise<Judge> {
  const run = await loadRun();
  const { calculate } = lies === undefined ? run.subject : await loadMutationSubject(tinyCircuit(), lies);
  return (input) => {
    const rows = violatedConstraints(run.system, calculate(input));
    return [...new Set(rows.map((row) => reasonOf(run, row)))].sort();
  };
}

/** The field element that a number stands for. */
export const modulo = (value: bigint): bigint => ((value % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS;

/** Slot of the cell with this index in a block. */
export const cellOf = (block: SealedBlock, index: number): number =>
  block.changes.findIndex((change) => change.index === index);

/** Kind of the cell in a slot, 0 when unused. */
const kindOf = (input: CircuitInput, slot: number): bigint =>
  column(input, "cellIsAccount")[slot]! +
  2n * column(input, "cellIsSeed")[slot]! +
  3n * column(input, "cellIsOrder")[slot]!;

/** Dynamic word of the cell in a slot, as the circuit packs it; `credited` false: as it was last written. */
export function dynamicOf(input: CircuitInput, slot: number, credited: boolean): bigint {
  const amount = column(input, "cellAmount")[slot]! - (credited ? 0n : column(input, "cellCredit")[slot]!);
  const payload = column(input, "cellPayload")[slot]! << BigInt(cellDynamic.offsets.payload);
  return modulo(amount + payload + (kindOf(input, slot) << BigInt(cellDynamic.offsets.kind)));
}

/**
 * Paths of the cells again, after an attack changed what earlier cells are closed with. Takes the block back from the
 * scenario's state.
 */
export function withPaths(input: CircuitInput, scenario: Scenario, block: SealedBlock): CircuitInput {
  revertBlock(scenario.state, block);
  const tree = scenario.state.tree.clone();
  const children = (input.cellBits as unknown as readonly (readonly bigint[])[]).map((bits, slot) => {
    const kind = kindOf(input, slot);
    if (kind === 0n) return (input.cellChildren as unknown as readonly bigint[][][])[slot]!;
    const index = Number(bits.reduce((sum, bit, place) => sum + (bit << BigInt(place)), 0n));
    const { children: path } = tree.proof(index);
    const leaf = poseidon(DOMAIN_CELL, [column(input, "cellStatic")[slot]!, dynamicOf(input, slot, true)]);
    tree.set(index, kind === 3n && column(input, "cellPayload")[slot] === 0n ? 0n : leaf);
    return path;
  });
  return { ...input, cellChildren: children } as CircuitInput;
}

/** Access word of an operation slot of a block of size `TINY`. */
export const accessAt = (slot: number, priority: bigint, sequence: bigint): bigint =>
  accessOrder.encode({ time: BigInt(TINY.requests + TINY.settlements + slot + 1), priority, sequence });

/** Signs an operation slot again after its fields were changed. */
export function resign(input: CircuitInput, slot: number, signer: number, message: bigint): CircuitInput {
  const { r8x, r8y, s } = signMessage(privateKey(signer), message);
  return edit(input, [`operationR8x.${slot}`, r8x], [`operationR8y.${slot}`, r8y], [`operationS.${slot}`, s]);
}

/** Whether a circuit has a witness for an input. */
export type Acceptor = (input: CircuitInput) => Promise<boolean>;

/** Text changes by path in `circuits/src`. */
export type Patches = Readonly<Record<string, (text: string) => string>>;

/**
 * A circuit with the text of some files changed: what would hold if a protection were not there. Each patch must change
 * its file.
 */
export async function compileVariant(name: string, main: string, patches: Patches): Promise<CompiledCircuit> {
  generateSchemaSources();
  const files = collectSources(main);
  for (const path of Object.keys(patches)) {
    if (!files.has(path)) throw new Error(`The variant ${name} does not include ${path}.`);
  }
  const texts = [...files].map(([path, text]) => {
    const result = patches[path]?.(text) ?? text;
    if (path in patches && result === text) throw new Error(`The variant ${name} leaves ${path} as it is.`);
    return result.replace(/^(pragma|include) .*$/gm, "");
  });
  // The main component, which stands in the first file, comes last.
  return compileCircuit({ name, source: ["pragma circom 2.2.0;", ...texts.reverse()].join("\n") });
}

/** The block circuit of size `TINY` with the text of some files changed. */
export async function loadVariant(name: string, patches: Patches): Promise<Acceptor> {
  const circuit = await compileVariant(`tiny-${name}`, tinyCircuit().source, patches);
  return (input) =>
    calculateWitness(circuit, input).then(
      () => true,
      () => false,
    );
}

/** Makes the challenges an input `knownChallenges[2]` (gamma, beta): challenges that bind nothing. */
export const FORCED_CHALLENGES: Patches = {
  "block/block.circom": (text) => {
    const unbound = text
      .replace(
        "    component challenges = PoseidonOutputs(2, 2);\n",
        "    signal input knownChallenges[2];\n",
      )
      .replace(/ {4}challenges\.capacity.*\n {4}challenges\.inputs.*\n/, "")
      .replace("challenges.out[0]", "knownChallenges[0]")
      .replace("challenges.out[1]", "knownChallenges[1]");
    if (/challenges\./.test(unbound)) throw new Error("The challenges are written in another way now.");
    return unbound;
  },
};
