// Constraint mutation: which constraints of a compiled circuit can be dropped or weakened without anybody noticing.
// Owns what killed means (docs/mutation.md); the searches are in mutation-forge.ts and mutation-jacobian.ts.
import {
  booleanMoves,
  forgeBoolean,
  forgeTwo,
  type IndexedSystem,
  indexSystem,
  residual,
  type Seed,
  violatedConstraints,
  violatesOnly,
} from "./mutation-forge.js";
import { analyseTangents } from "./mutation-jacobian.js";
import { anonymous, type MutationSubject } from "./mutation-program.js";
import { forgeByRepair } from "./mutation-repair.js";
import { type CircuitInput, constraintSystemOf } from "./witness.js";

/**
 * How a mutant was killed. `forged`: a witness of the corpus violates this constraint and no other. `tangent`: the
 * gradient at a good witness is independent of all others, so there are witnesses that violate only this one.
 */
export type Kill = "forged" | "tangent";

/** State of a mutation run over one circuit. */
export interface MutationRun {
  readonly subject: MutationSubject;
  readonly system: IndexedSystem;
  /** Constraints that are mutated: all, or a sample. */
  readonly mutants: ReadonlySet<number>;
  /** Dropped constraints whose absence was noticed. */
  readonly killed: Map<number, Kill>;
  /** Boolean constraints weakened to allow 2 whose weakness was noticed. */
  readonly killedWeakened: Set<number>;
}

/** Begins a run. `mutants` are the constraints to mutate, by default all. */
export function createMutationRun(subject: MutationSubject, mutants?: Iterable<number>): MutationRun {
  const system = indexSystem(constraintSystemOf(subject.compiled));
  return {
    subject,
    system,
    mutants: new Set(mutants ?? system.constraints.keys()),
    killed: new Map(),
    killedWeakened: new Set(),
  };
}

/** A generator of field elements from a seed, for weights and samples; reproducible, not secret. */
export function seededRandom(seed: bigint): () => bigint {
  let state = seed;
  const mask = (1n << 64n) - 1n;
  const next = (): bigint => {
    state = (state + 0x9e3779b97f4a7c15n) & mask;
    let mixed = ((state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & mask;
    return mixed ^ (mixed >> 31n);
  };
  return () => (next() << 128n) | (next() << 64n) | next();
}

/** `count` constraints of a system, from a seed. */
export function sampleConstraints(total: number, count: number, seed: bigint): number[] {
  const random = seededRandom(seed);
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, total)) chosen.add(Number(random() % BigInt(total)));
  return [...chosen];
}

function kill(run: MutationRun, index: number, witness: readonly bigint[]): void {
  run.killed.set(index, "forged");
  const form = run.system.booleans.get(index);
  // At L = 2 the residual of L·(L − 1) is 2 up to the constraint's scale; the form says it without the scale.
  if (form === undefined) return;
  let value = 0n;
  for (const [wire, coefficient] of form) value += coefficient * witness[wire]!;
  if (value % run.system.modulus === 2n) run.killedWeakened.add(index);
}

/** Tries bits of the seed against every boolean mutant that is left, and 2 against every weakened one. */
function forgeBooleans(run: MutationRun, seed: Seed): void {
  for (const index of run.system.booleans.keys()) {
    if (!run.mutants.has(index)) continue;
    if (run.killed.get(index) !== "forged" && forgeBoolean(run.system, seed, index))
      run.killed.set(index, "forged");
    if (!run.killedWeakened.has(index) && forgeTwo(run.system, seed, index)) {
      run.killed.set(index, "forged");
      run.killedWeakened.add(index);
    }
  }
}

/**
 * Uses a good witness: forged bits and first order.
 *
 * @returns false when the witness is not a good one, and then nothing was done
 */
export function mutateGoodWitness(run: MutationRun, witness: bigint[], random: () => bigint): boolean {
  if (violatedConstraints(run.system, witness, 1).length > 0) return false;
  forgeBooleans(run, { witness, violated: [] });
  const { dependent } = analyseTangents(run.system, witness, random);
  for (const index of run.mutants) {
    if (!run.killed.has(index) && !dependent.has(index)) run.killed.set(index, "tangent");
  }
  return true;
}

/** Searches forged witnesses by repair, from a good witness, for mutants that are left. */
export function mutateByRepair(run: MutationRun, witness: bigint[], mutants: Iterable<number>): void {
  const seed = { witness, violated: [] };
  for (const index of mutants) {
    if (!run.killed.has(index) && forgeByRepair(run.system, seed, index)) run.killed.set(index, "forged");
  }
}

/** Seeds that violate more than this are not worth repairing. */
const REPAIRABLE = 3;

/**
 * Uses a tampered input: the program without assertions calculates the witness, and when it violates one constraint
 * only, that mutant is dead. With two or three, bits are moved to mend all but one.
 *
 * @returns the constraints that the witness violates
 */
export function mutateInput(run: MutationRun, input: CircuitInput): readonly number[] {
  const witness = run.subject.calculate(input);
  return mutateWitness(run, witness);
}

/** Like {@link mutateInput}, for a witness. */
export function mutateWitness(run: MutationRun, witness: bigint[]): readonly number[] {
  const { system } = run;
  const violated = violatedConstraints(system, witness, REPAIRABLE + 1);
  const [first] = violated;
  if (violated.length === 1 && run.mutants.has(first!)) kill(run, first!, witness);
  if (violated.length === 0 || violated.length > REPAIRABLE) return violated;
  const seed = { witness, violated };
  // Bits that stand in a violated constraint, or beside one that does.
  const near = new Set<number>();
  for (const row of violated) {
    const { a, b, c } = system.constraints[row]!;
    for (const [wire] of [...a, ...b, ...c]) {
      for (const user of wire === 0 ? [] : (system.users[wire] ?? [])) near.add(user);
    }
  }
  for (const index of near) {
    if (!run.mutants.has(index) || run.killedWeakened.has(index)) continue;
    for (const change of booleanMoves(system, witness, index)) {
      if (!violatesOnly(system, seed, change, index)) continue;
      const forged = witness.slice();
      for (const [wire, value] of change) forged[wire] = value;
      kill(run, index, forged);
      if (run.killedWeakened.has(index)) break;
    }
  }
  return violated;
}

/** Components that have a signal on the wire, and the components that those are in. */
function componentsOf({ names }: MutationSubject, wire: number): Set<string> {
  const components = new Set<string>();
  for (const name of names.get(wire) ?? []) {
    for (let end = name.lastIndexOf("."); end > 0; end = name.lastIndexOf(".", end - 1))
      components.add(name.slice(0, end));
  }
  return components;
}

/**
 * Where a constraint comes from: the deepest component that has all its signals, without numbers; `main` last. A component
 * with a name goes before an anonymous one of the same depth, which only took a signal as its input.
 */
export function constraintPlace({ subject, system }: MutationRun, index: number): string {
  const { a, b, c } = system.constraints[index]!;
  let common: Set<string> | undefined;
  for (const wire of new Set([...a, ...b, ...c].map(([candidate]) => candidate))) {
    if (wire === 0) continue;
    const components = componentsOf(subject, wire);
    common = common === undefined ? components : new Set([...common].filter((name) => components.has(name)));
    if (common.size === 1) break;
  }
  const rank = (name: string): number => 2 * name.split(".").length - (anonymous(name) === name ? 0 : 1);
  const deepest = [...(common ?? [])].reduce((best, name) => (rank(name) > rank(best) ? name : best), "main");
  return anonymous(deepest)
    .replace(/^main\./, "")
    .replace(/\[\d+\]/g, "");
}

/** A constraint by the names of its signals, numbers left out: constraints that say the same of different slots share it. */
export function constraintShape({ subject, system }: MutationRun, index: number, keep = 6): string {
  const form = (terms: readonly (readonly [number, bigint])[]): string => {
    const names = terms.map(([wire]) =>
      wire === 0 ? "1" : (subject.names.get(wire)?.[0] ?? `wire ${wire}`),
    );
    const short = names.map((name) =>
      anonymous(name)
        .replace(/^main\./, "")
        .replace(/\[\d+\]/g, "[]"),
    );
    const distinct = [...new Set(short)];
    return distinct.length > keep
      ? `${distinct.slice(0, keep).join(" + ")} + …`
      : distinct.join(" + ") || "0";
  };
  const { a, b, c } = system.constraints[index]!;
  return `(${form(a)}) · (${form(b)}) = ${form(c)}`;
}

/** Names, relative to a component, of the signals of a constraint; undefined when one lies outside. */
export function relativeSignature(
  { subject, system }: MutationRun,
  index: number,
  prefix: string,
): string | undefined {
  const { a, b, c } = system.constraints[index]!;
  const parts: string[] = [];
  for (const wire of new Set([...a, ...b, ...c].map(([candidate]) => candidate))) {
    if (wire === 0) continue;
    const inside = (subject.names.get(wire) ?? []).filter((name) => name.startsWith(prefix));
    if (inside.length === 0) return undefined;
    parts.push(inside.map((name) => anonymous(name.slice(prefix.length))).sort()[0]!);
  }
  return parts.sort().join(" ");
}

/** Numbers of one group of a report. */
export interface MutationCounts {
  mutants: number;
  forged: number;
  tangent: number;
  survived: number;
}

/** Counts by the place of the constraints. */
export function countByPlace(run: MutationRun): Map<string, MutationCounts> {
  const groups = new Map<string, MutationCounts>();
  for (const index of run.mutants) {
    const place = constraintPlace(run, index);
    const counts = groups.get(place) ?? { mutants: 0, forged: 0, tangent: 0, survived: 0 };
    groups.set(place, counts);
    counts.mutants += 1;
    counts[run.killed.get(index) ?? "survived"] += 1;
  }
  return groups;
}

/** Constraints whose absence nothing noticed. */
export const survivors = ({ mutants, killed }: MutationRun): number[] =>
  [...mutants].filter((index) => !killed.has(index));

export { residual };
