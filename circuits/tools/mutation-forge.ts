// Forged witnesses for mutants: witnesses that violate exactly one constraint of a system. Owns the search on
// discrete values, which the gradients of mutation-jacobian.ts can't see: bits and other two-valued signals.
import { evaluateForm, invertModulo } from "./mutation-jacobian.js";
import type { Constraint, ConstraintSystem, LinearForm } from "./r1cs.js";

/** New values by wire. */
export type WitnessChange = ReadonlyMap<number, bigint>;

/** A constraint system with the constraints of each wire. */
export interface IndexedSystem extends ConstraintSystem {
  /** Constraints in which each wire occurs. */
  readonly users: readonly (readonly number[])[];
  /** By constraint, the form L when it says L·(L − 1) = 0; a sum of bits with what is left, or a single wire. */
  readonly booleans: ReadonlyMap<number, LinearForm>;
  /** Wires that have a constraint w·(w − 1) = 0 of their own. */
  readonly bits: ReadonlySet<number>;
}

/** The form L of a constraint L·(L − 1) = 0 up to sign, or undefined. */
function booleanForm({ a, b, c }: Constraint, modulus: bigint): LinearForm | undefined {
  if (c.length > 0 || a.length === 0) return undefined;
  const left = new Map(a);
  const right = new Map(b);
  const ratioWire = a.find(([wire]) => wire !== 0)?.[0];
  if (ratioWire === undefined || !right.has(ratioWire)) return undefined;
  const ratio = (left.get(ratioWire)! * invertModulo(right.get(ratioWire)!, modulus)) % modulus;
  for (const wire of new Set([...left.keys(), ...right.keys()])) {
    if (wire !== 0 && ((right.get(wire) ?? 0n) * ratio - (left.get(wire) ?? 0n)) % modulus !== 0n)
      return undefined;
  }
  // L = a / k with a − ratio·b = ± k: one of the factors is L, the other L − 1.
  const gap = ((((left.get(0) ?? 0n) - ratio * (right.get(0) ?? 0n)) % modulus) + modulus) % modulus;
  if (gap === 0n) return undefined;
  const scale = invertModulo(gap, modulus);
  const form = new Map([...left].map(([wire, value]) => [wire, (value * scale) % modulus]));
  // L and 1 − L say the same; the one without a constant is a bit.
  if (form.get(0) !== 1n) return [...form];
  form.delete(0);
  return [...form].map(([wire, value]) => [wire, modulus - value] as const);
}

/** Prepares a system for searches. */
export function indexSystem(system: ConstraintSystem): IndexedSystem {
  const users: number[][] = Array.from({ length: system.wires }, () => []);
  const booleans = new Map<number, LinearForm>();
  const bits = new Set<number>();
  for (const [index, constraint] of system.constraints.entries()) {
    const wires = new Set([...constraint.a, ...constraint.b, ...constraint.c].map(([wire]) => wire));
    for (const wire of wires) users[wire]!.push(index);
    const form = booleanForm(constraint, system.modulus);
    if (form === undefined) continue;
    booleans.set(index, form);
    const [only] = form;
    if (form.length === 1 && only![1] === 1n) bits.add(only![0]);
  }
  return { ...system, users, booleans, bits };
}

/** Residual a·b − c of one constraint. */
export function residual(system: ConstraintSystem, index: number, witness: readonly bigint[]): bigint {
  const { a, b, c } = system.constraints[index]!;
  const { modulus } = system;
  const value =
    (evaluateForm(a, witness, modulus) * evaluateForm(b, witness, modulus) -
      evaluateForm(c, witness, modulus)) %
    modulus;
  return value < 0n ? value + modulus : value;
}

/** Constraints that a witness violates, at most `limit` of them. */
export function violatedConstraints(
  system: ConstraintSystem,
  witness: readonly bigint[],
  limit = Number.POSITIVE_INFINITY,
): number[] {
  const found: number[] = [];
  for (let row = 0; row < system.constraints.length && found.length < limit; row += 1) {
    if (residual(system, row, witness) !== 0n) found.push(row);
  }
  return found;
}

/** A witness to start from and what it violates; nothing when it is a good one. */
export interface Seed {
  readonly witness: bigint[];
  readonly violated: readonly number[];
}

/** Whether the changed seed violates the given constraint and no other. The seed's witness is put back. */
export function violatesOnly(
  system: IndexedSystem,
  { witness, violated }: Seed,
  change: WitnessChange,
  index: number,
): boolean {
  const before = new Map<number, bigint>();
  const rows = new Set<number>(violated);
  for (const [wire, value] of change) {
    before.set(wire, witness[wire]!);
    witness[wire] = value;
    for (const row of system.users[wire]!) rows.add(row);
  }
  let only = residual(system, index, witness) !== 0n;
  for (const row of rows) {
    if (!only) break;
    only = row === index || residual(system, row, witness) === 0n;
  }
  for (const [wire, value] of before) witness[wire] = value;
  return only;
}

const reduce = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus;

/** Bits that are tried as partners of one bit, nearest first. */
const MAXIMUM_PARTNERS = 16;

/** Changes that make up for a change of `wire` by flipping one bit beside it in a form. */
function* compensations(
  system: IndexedSystem,
  witness: readonly bigint[],
  wire: number,
  form: LinearForm,
): Generator<WitnessChange> {
  const { modulus, bits } = system;
  const own = form.find(([candidate]) => candidate === wire)?.[1];
  if (own === undefined) return;
  const inverse = invertModulo(own, modulus);
  const beside = form.filter(([other]) => other !== wire && bits.has(other));
  beside.sort(([one], [two]) => Math.abs(one - wire) - Math.abs(two - wire));
  for (const [other, coefficient] of beside.slice(0, MAXIMUM_PARTNERS)) {
    const flipped = 1n - witness[other]!;
    const step = (flipped - witness[other]!) * coefficient * inverse;
    yield new Map([
      [other, flipped],
      [wire, reduce(witness[wire]! - step, modulus)],
    ]);
  }
}

/** Values of one bit that mend a form which the witness violates: a sum of bits, or what is left for the lowest one. */
function* mendings(
  system: IndexedSystem,
  witness: readonly bigint[],
  wire: number,
  form: LinearForm,
): Generator<WitnessChange> {
  const { modulus } = system;
  const own = form.find(([candidate]) => candidate === wire)?.[1];
  const value = evaluateForm(form, witness, modulus);
  if (own === undefined || value === 0n) return;
  const inverse = invertModulo(own, modulus);
  for (const wanted of [0n, 1n]) {
    yield new Map([[wire, reduce(witness[wire]! - (value - wanted) * inverse, modulus)]]);
  }
}

/** Forms in which a bit stands beside others: what is left of a range check, or a linear constraint. */
function* formsOf(system: IndexedSystem, wire: number): Generator<LinearForm> {
  for (const row of system.users[wire]!) {
    const form = system.booleans.get(row);
    if (form !== undefined) {
      if (form.length > 1) yield form;
      continue;
    }
    const { a, b, c } = system.constraints[row]!;
    if (a.length === 0 || b.length === 0) yield c;
    else if (a.length === 1 && a[0]![0] === 0) yield linearCombination(b, a[0]![1], c, system.modulus);
    else if (b.length === 1 && b[0]![0] === 0) yield linearCombination(a, b[0]![1], c, system.modulus);
  }
}

function linearCombination(left: LinearForm, factor: bigint, right: LinearForm, modulus: bigint): LinearForm {
  const sum = new Map<number, bigint>();
  for (const [wire, value] of left) sum.set(wire, (value * factor) % modulus);
  for (const [wire, value] of right) sum.set(wire, reduce((sum.get(wire) ?? 0n) - value, modulus));
  return [...sum].filter(([, value]) => value !== 0n);
}

/** Changes that break one boolean constraint and keep the number that its bit belongs to. */
export function* booleanMoves(
  system: IndexedSystem,
  witness: readonly bigint[],
  index: number,
): Generator<WitnessChange> {
  const form = system.booleans.get(index);
  if (form === undefined) return;
  if (form.length > 1) {
    for (const [wire] of form) if (system.bits.has(wire)) yield new Map([[wire, 1n - witness[wire]!]]);
    return;
  }
  const wire = form[0]![0];
  for (const beside of formsOf(system, wire)) {
    yield* mendings(system, witness, wire, beside);
    yield* compensations(system, witness, wire, beside);
  }
}

/**
 * A witness that violates only the given boolean constraint: another bit of the same number is flipped, and the bit (or
 * what is left for the lowest one) takes the value that keeps the number.
 */
export function forgeBoolean(system: IndexedSystem, seed: Seed, index: number): WitnessChange | undefined {
  for (const change of booleanMoves(system, seed.witness, index)) {
    if (violatesOnly(system, seed, change, index)) return change;
  }
  return undefined;
}

/** Two borrowed from the bits above a bit that is 0, in one form. */
function borrowTwo(
  system: IndexedSystem,
  witness: readonly bigint[],
  form: LinearForm,
  own: number | undefined,
): WitnessChange {
  const { modulus, bits } = system;
  const unit = own === undefined ? modulus - 1n : form.find(([wire]) => wire === own)![1];
  const inverse = invertModulo(unit, modulus);
  const byWeight = new Map<bigint, number>();
  for (const [wire, coefficient] of form) {
    if (wire !== own && bits.has(wire)) byWeight.set((coefficient * inverse) % modulus, wire);
  }
  const change = new Map<number, bigint>(own === undefined ? [] : [[own, 2n]]);
  let weight = 2n;
  for (let wire = byWeight.get(weight); wire !== undefined; wire = byWeight.get(weight)) {
    change.set(wire, 1n - witness[wire]!);
    if (witness[wire] === 1n) break;
    weight *= 2n;
  }
  return change;
}

/**
 * A witness that violates only the given boolean constraint and in which the bit is 2, which the weakened constraint
 * L·(L − 1)·(L − 2) = 0 would allow: two is borrowed from the bits above.
 */
export function forgeTwo(system: IndexedSystem, seed: Seed, index: number): WitnessChange | undefined {
  const form = system.booleans.get(index);
  const { witness } = seed;
  if (form === undefined || evaluateForm(form, witness, system.modulus) !== 0n) return undefined;
  const own = form.length === 1 ? form[0]![0] : undefined;
  for (const beside of own === undefined ? [form] : formsOf(system, own)) {
    const change = borrowTwo(system, witness, beside, own);
    if (violatesOnly(system, seed, change, index)) return change;
  }
  return undefined;
}
