// A hostile operator's tools against the slots of signed operations: a judge that names what refuses an input, and edits
// of inputs that stay consistent elsewhere.
import { blockCircuit, type CircuitInput, generateSchemaSources } from "@catalyze/circuits/build";
import {
  accountStatic,
  poseidon,
  publicKey,
  revertBlock,
  type SealedBlock,
  signMessage,
} from "@catalyze/circuits/reference";
import {
  cellDynamic,
  DOMAIN_CELL,
  DOMAIN_OPERATION,
  FIELD_MODULUS,
  operationRoute,
} from "@catalyze/circuits/schema";
import { constraintPlace, createMutationRun, type MutationRun } from "../../tools/mutation.js";
import { violatedConstraints } from "../../tools/mutation-forge.js";
import { loadMutationSubject } from "../../tools/mutation-program.js";
import type { Scenario } from "./scenario.js";
import { SIGNED } from "./signed.js";

/** Arguments over the whole block, by a signal on each side of their equation. */
const ARGUMENTS: readonly (readonly [name: string, left: RegExp, right: RegExp])[] = [
  ["memory", /^main\.reads\./, /^main\.writes\./],
  ["messages", /^main\.sent\./, /^main\.taken\./],
  ["credits", /^main\.cellTerm/, /^main\.(transfer|leg)Term/],
  ["presence", /^main\.presenceTerm/, /^main\.(middleware|seed)Term/],
  ["openings", /^main\.staticTerm/, /^main\.openedTerm/],
  ["uses", /^main\.usesTerm/, /^main\.(provider|program)Term/],
];

/** Name of what a constraint says: an argument, or its component. */
function reasonOf(run: MutationRun, row: number): string {
  const { a, b, c } = run.system.constraints[row]!;
  const names = [...a, ...b, ...c].flatMap(([wire]) =>
    wire === 0 ? [] : (run.subject.names.get(wire) ?? []),
  );
  const some = (pattern: RegExp): boolean => names.some((signal) => pattern.test(signal));
  if (some(/^main\.(rankGap|samePriority|dropInverse)/)) return "rank";
  return ARGUMENTS.find(([, left, right]) => some(left) && some(right))?.[0] ?? constraintPlace(run, row);
}

/** What the constraints say of an input, every signal of which is calculated whatever they say. */
export interface Judge {
  /** Reasons for which it is refused, sorted; none when it is accepted. */
  refusals(input: CircuitInput): string[];
  /** The first challenge that is drawn for it. */
  challenge(input: CircuitInput): bigint;
}

/** The judge of the block circuit of size `SIGNED`. */
export async function loadJudge(): Promise<Judge> {
  generateSchemaSources();
  const run = createMutationRun(await loadMutationSubject(blockCircuit(SIGNED)));
  return {
    refusals: (input) => {
      const rows = violatedConstraints(run.system, run.subject.calculate(input));
      return [...new Set(rows.map((row) => reasonOf(run, row)))].sort();
    },
    challenge: (input) => run.subject.calculate(input)[run.subject.wires.get("main.gamma")!]!,
  };
}

/** Paths of all numbers in an input, as `cellAmount.3`. */
export function paths(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value !== "object") return [path.join(".")];
  return Object.entries(value as object).flatMap(([key, item]) => paths(item, [...path, key]));
}

/** One change of an input, as in `["cellAmount.3", (amount) => amount + 1n]`. */
export type Edit = readonly [path: string, value: bigint | ((value: bigint) => bigint)];

/** A copy of an input with numbers replaced or changed. @throws Error when a path leads to no number */
export function edit(input: CircuitInput, ...edits: readonly Edit[]): CircuitInput {
  const copy = structuredClone(input) as Record<string, unknown>;
  for (const [path, value] of edits) {
    const keys = path.split(".");
    let target: Record<string, unknown> | undefined = copy;
    for (const key of keys.slice(0, -1)) target = target?.[key] as Record<string, unknown> | undefined;
    const last = keys.at(-1)!;
    if (typeof target?.[last] !== "bigint") throw new Error(`The input has no number ${path}.`);
    target[last] = typeof value === "bigint" ? value : value(target[last]);
  }
  return copy as CircuitInput;
}

/** All slots of one signal. */
export const column = (input: CircuitInput, name: string): readonly bigint[] =>
  input[name] as readonly bigint[];

/** Slot of the cell with this index in a block. */
export const cellOf = (block: SealedBlock, index: number): number =>
  block.changes.findIndex((change) => change.index === index);

/** A change of an account's, seed's or order's credit by units, and of what the cell closes with. */
export const credited = (block: SealedBlock, index: number, units: bigint): Edit[] => [
  [`cellCredit.${cellOf(block, index)}`, (credit) => credit + units],
  [`cellAmount.${cellOf(block, index)}`, (amount) => amount + units],
];

const modulo = (value: bigint): bigint => ((value % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS;

/**
 * Paths of the cells again, after an attack changed what earlier cells are closed with. Takes the block back from the
 * scenario's state, so once per block.
 */
export function withPaths(input: CircuitInput, scenario: Scenario, block: SealedBlock): CircuitInput {
  revertBlock(scenario.state, block);
  const tree = scenario.state.tree.clone();
  const children = (input.cellBits as unknown as readonly (readonly bigint[])[]).map((bits, slot) => {
    const cell = (name: string): bigint => column(input, `cell${name}`)[slot]!;
    const kind = cell("IsAccount") + 2n * cell("IsSeed") + 3n * cell("IsOrder");
    if (kind === 0n) return (input.cellChildren as unknown as readonly bigint[][][])[slot]!;
    const index = Number(bits.reduce((sum, bit, place) => sum + (bit << BigInt(place)), 0n));
    const { children: path } = tree.proof(index);
    const { payload, kind: kindPlace } = cellDynamic.offsets;
    const dynamic = cell("Amount") + (cell("Payload") << BigInt(payload)) + (kind << BigInt(kindPlace));
    const leaf = poseidon(DOMAIN_CELL, [cell("NewStatic"), modulo(dynamic)]);
    tree.set(index, kind === 3n && cell("Payload") === 0n ? 0n : leaf);
    return path;
  });
  return { ...input, cellChildren: children } as CircuitInput;
}

/** Signs an operation slot again with a key, which it also names, after its fields were changed. */
export function resign(input: CircuitInput, slot: number, key: Uint8Array): CircuitInput {
  const field = (name: string): bigint => column(input, `operation${name}`)[slot]!;
  const kinds = ["Transfer", "PostOrder", "Withdraw", "MultiTransfer", "CancelOrder", "RotateKey"];
  const { ax, ay } = publicKey(key);
  const route = operationRoute.encode({
    kind: kinds.reduce((kind, name, i) => kind + field(`Is${name}`) * BigInt(i + 1), 0n),
    signer: field("Signer"),
    nonce: field("Nonce"),
    expiry: field("Expiry"),
    receiver: field("Receiver"),
    fee: field("Fee"),
    priorityFee: field("PriorityFee"),
  });
  const fixed = accountStatic(ax, ay, field("Owner"));
  const domain = (DOMAIN_OPERATION + (input.operationDomain as bigint)) % FIELD_MODULUS;
  const { r8x, r8y, s } = signMessage(key, poseidon(domain, [fixed, route, field("Amount"), field("Data")]));
  const values: Record<string, bigint> = { Ax: ax, Ay: ay, R8x: r8x, R8y: r8y, S: s };
  return edit(
    input,
    ...Object.entries(values).map(([name, value]): Edit => [`operation${name}.${slot}`, value]),
  );
}
