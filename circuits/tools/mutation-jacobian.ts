// Which constraints are independent of all others to first order, at a witness. Owns sparse elimination over the field.
//
// The row of a constraint a·b = c at a witness w is its gradient b(w)·a + a(w)·b − c over every wire but the constant.
// When a row is no linear combination of the other rows, there is a direction along which the witness can be changed
// that violates this constraint and, to first order, no other one: the constraint is needed. When a row is a
// combination of others, first order says nothing: docs/mutation.md treats those rows one by one.
import { CircuitBuildError } from "./errors.js";
import type { ConstraintSystem, LinearForm } from "./r1cs.js";

/** Rows of a sparse matrix: coefficients by column. */
type SparseRow = Map<number, bigint>;

/** Inverse modulo a prime. @throws CircuitBuildError CIRCUIT_INPUT_INVALID for zero. */
export function invertModulo(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [((value % modulus) + modulus) % modulus, modulus, 1n, 0n];
  if (a === 0n) throw new CircuitBuildError("CIRCUIT_INPUT_INVALID", "Zero has no inverse.");
  while (b > 0n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}

/** Value of a linear form at a witness, reduced. */
export function evaluateForm(form: LinearForm, witness: readonly bigint[], modulus: bigint): bigint {
  let sum = 0n;
  for (const [wire, coefficient] of form) sum += coefficient * witness[wire]!;
  return sum % modulus;
}

/** Gradients of all constraints at a witness. */
function gradients(system: ConstraintSystem, witness: readonly bigint[]): SparseRow[] {
  const { modulus } = system;
  return system.constraints.map(({ a, b, c }) => {
    const row: SparseRow = new Map();
    const add = (form: LinearForm, factor: bigint): void => {
      if (factor === 0n) return;
      for (const [wire, coefficient] of form) {
        if (wire !== 0) row.set(wire, ((row.get(wire) ?? 0n) + coefficient * factor) % modulus);
      }
    };
    add(a, evaluateForm(b, witness, modulus));
    add(b, evaluateForm(a, witness, modulus));
    add(c, modulus - 1n);
    for (const [wire, value] of row) if (value === 0n) row.delete(wire);
    return row;
  });
}

/** Elimination with its history: rows are taken away until each is free, a pivot, or zero. */
class Elimination {
  readonly #rows: (SparseRow | undefined)[];
  readonly #columns = new Map<number, Set<number>>();
  readonly #modulus: bigint;
  /** Rows by number of entries, entries may be stale. */
  readonly #buckets: number[][] = [];
  readonly #singleColumns: number[] = [];
  readonly #targets: number[] = [];
  readonly #sources: number[] = [];
  readonly #factors: bigint[] = [];
  /** Rows that became zero. */
  readonly zero: number[] = [];

  constructor(rows: SparseRow[], modulus: bigint) {
    this.#rows = rows;
    this.#modulus = modulus;
    for (const [index, row] of rows.entries()) {
      for (const column of row.keys()) {
        const users = this.#columns.get(column);
        if (users === undefined) this.#columns.set(column, new Set([index]));
        else users.add(index);
      }
      this.#queue(index);
    }
    for (const [column, users] of this.#columns) if (users.size === 1) this.#singleColumns.push(column);
  }

  #queue(index: number): void {
    const size = this.#rows[index]!.size;
    if (size === 0) {
      this.zero.push(index);
      this.#rows[index] = undefined;
      return;
    }
    this.#buckets[size] ??= [];
    this.#buckets[size].push(index);
  }

  #leaveColumn(column: number, row: number): void {
    const users = this.#columns.get(column)!;
    users.delete(row);
    if (users.size === 1) this.#singleColumns.push(column);
  }

  #take(index: number): SparseRow {
    const row = this.#rows[index]!;
    this.#rows[index] = undefined;
    for (const column of row.keys()) this.#leaveColumn(column, index);
    return row;
  }

  /** A row with a column of its own takes part in no combination. */
  #peel(): void {
    for (let column = this.#singleColumns.pop(); column !== undefined; column = this.#singleColumns.pop()) {
      const [user] = this.#columns.get(column)!;
      if (user !== undefined && this.#columns.get(column)!.size === 1) this.#take(user);
    }
  }

  #smallest(): number | undefined {
    for (const [size, bucket] of this.#buckets.entries()) {
      while (bucket !== undefined && bucket.length > 0) {
        const index = bucket.pop()!;
        if (this.#rows[index]?.size === size) return index;
      }
    }
    return undefined;
  }

  #pivot(index: number): void {
    const row = this.#rows[index]!;
    let column = -1;
    let fewest = Number.POSITIVE_INFINITY;
    for (const candidate of row.keys()) {
      const { size } = this.#columns.get(candidate)!;
      if (size < fewest) [column, fewest] = [candidate, size];
    }
    this.#take(index);
    const inverse = invertModulo(row.get(column)!, this.#modulus);
    for (const target of [...this.#columns.get(column)!]) this.#subtract(target, index, row, column, inverse);
  }

  #subtract(target: number, source: number, row: SparseRow, column: number, inverse: bigint): void {
    const modulus = this.#modulus;
    const changed = this.#rows[target]!;
    const factor = (changed.get(column)! * inverse) % modulus;
    for (const [entry, value] of row) {
      const before = changed.get(entry);
      const after = ((before ?? 0n) + (modulus - factor) * value) % modulus;
      if (after !== 0n) {
        changed.set(entry, after);
        if (before === undefined) this.#columns.get(entry)!.add(target);
      } else if (before !== undefined) {
        changed.delete(entry);
        this.#leaveColumn(entry, target);
      }
    }
    this.#targets.push(target);
    this.#sources.push(source);
    this.#factors.push(factor);
    this.#queue(target);
  }

  run(): void {
    for (;;) {
      this.#peel();
      const index = this.#smallest();
      if (index === undefined) return;
      this.#pivot(index);
    }
  }

  /**
   * A combination of the original rows that gives zero, each zero row with the weight given: every row that takes part
   * in some combination takes part in one with random weights, but for a chance of one in the modulus.
   */
  combination(weights: readonly bigint[]): Map<number, bigint> {
    const modulus = this.#modulus;
    const result = new Map<number, bigint>();
    for (const [position, row] of this.zero.entries()) result.set(row, weights[position]!);
    for (let step = this.#targets.length - 1; step >= 0; step -= 1) {
      const weight = result.get(this.#targets[step]!);
      if (weight === undefined || weight === 0n) continue;
      const source = this.#sources[step]!;
      result.set(source, ((result.get(source) ?? 0n) + (modulus - this.#factors[step]!) * weight) % modulus);
    }
    return result;
  }
}

/** What first order says about a system at a witness. */
export interface TangentAnalysis {
  /** Rank of the gradients is the number of constraints minus this. */
  readonly dependencies: number;
  /** Constraints whose gradient is a combination of others'. Every other constraint is needed. */
  readonly dependent: ReadonlySet<number>;
}

/**
 * Finds the constraints whose gradients at the witness are combinations of other gradients.
 *
 * @param random field elements for the weights; see {@link Elimination.combination}
 */
export function analyseTangents(
  system: ConstraintSystem,
  witness: readonly bigint[],
  random: () => bigint,
): TangentAnalysis {
  const elimination = new Elimination(gradients(system, witness), system.modulus);
  elimination.run();
  const combination = elimination.combination(elimination.zero.map(random));
  const dependent = new Set<number>();
  for (const [row, weight] of combination) if (weight !== 0n) dependent.add(row);
  return { dependencies: elimination.zero.length, dependent };
}
