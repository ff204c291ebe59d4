// Forged witnesses by local repair: one signal of a witness takes a false value, and what depends on it is calculated
// again from the other constraints, numbers are split into bits again, until only the mutated constraint is violated.
// Owns a bounded search; it changes few signals and so never goes through a hash.
import type { IndexedSystem, Seed, WitnessChange } from "./mutation-forge.js";
import { residual } from "./mutation-forge.js";
import { evaluateForm, invertModulo } from "./mutation-jacobian.js";
import type { LinearForm } from "./r1cs.js";

/** Most signals that one forged witness changes, bits aside. */
const MAXIMUM_DEPTH = 7;
/** Most states that the search looks at for one constraint. */
const MAXIMUM_STATES = 400;
/** Signals in more constraints than this are not solved for: hashes and challenges. */
const MAXIMUM_USERS = 24;

const powersOfTwo = new Map<bigint, Map<bigint, number>>();

/** Exponents of 2^d modulo the field, d from −253 to 253. */
function exponents(modulus: bigint): Map<bigint, number> {
  let table = powersOfTwo.get(modulus);
  if (table === undefined) {
    table = new Map();
    const half = invertModulo(2n, modulus);
    for (let d = 0, up = 1n, down = 1n; d <= 253; d += 1) {
      table.set(down, -d);
      table.set(up, d);
      up = (up * 2n) % modulus;
      down = (down * half) % modulus;
    }
    powersOfTwo.set(modulus, table);
  }
  return table;
}

class Search {
  readonly #system: IndexedSystem;
  readonly #seed: Seed;
  readonly #index: number;
  readonly #change = new Map<number, bigint>();
  #states = 0;

  constructor(system: IndexedSystem, seed: Seed, index: number) {
    this.#system = system;
    this.#seed = seed;
    this.#index = index;
  }

  /** Changes wires, goes on, and puts them back. */
  #with(entries: readonly (readonly [number, bigint])[], depth: number): boolean {
    const { witness } = this.#seed;
    const before = entries.map(([wire]) => [wire, witness[wire]!, this.#change.get(wire)] as const);
    for (const [wire, value] of entries) {
      witness[wire] = value;
      this.#change.set(wire, value);
    }
    const found = this.#step(depth);
    for (const [wire, value, changed] of before) {
      witness[wire] = value;
      if (found) continue;
      if (changed === undefined) this.#change.delete(wire);
      else this.#change.set(wire, changed);
    }
    return found;
  }

  /** First constraint to mend: the one with the fewest signals. */
  #broken(): number | undefined {
    const rows = new Set(this.#seed.violated);
    for (const wire of this.#change.keys()) for (const row of this.#system.users[wire]!) rows.add(row);
    let best: number | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const row of rows) {
      if (row === this.#index || residual(this.#system, row, this.#seed.witness) === 0n) continue;
      const { a, b, c } = this.#system.constraints[row]!;
      const size = a.length + b.length + c.length;
      if (size < fewest) [best, fewest] = [row, size];
    }
    return best;
  }

  #step(depth: number): boolean {
    this.#states += 1;
    if (this.#states > MAXIMUM_STATES) return false;
    const row = this.#broken();
    if (row === undefined) return residual(this.#system, this.#index, this.#seed.witness) !== 0n;
    if (depth === 0) return false;
    const bits = this.#split(row);
    if (bits !== undefined && this.#with(bits, depth - 1)) return true;
    const { a, b, c } = this.#system.constraints[row]!;
    const wires = [...new Set([...a, ...b, ...c].map(([wire]) => wire))]
      .filter((wire) => wire !== 0 && !this.#change.has(wire) && !this.#system.bits.has(wire))
      .filter((wire) => this.#system.users[wire]!.length <= MAXIMUM_USERS)
      .sort((one, two) => this.#system.users[one]!.length - this.#system.users[two]!.length);
    for (const wire of wires.slice(0, 6)) {
      const value = this.#solve(row, wire);
      if (value !== undefined && this.#with([[wire, value]], depth - 1)) return true;
    }
    return false;
  }

  /** Value of a wire that makes a constraint hold, when it is linear in the wire. */
  #solve(row: number, wire: number): bigint | undefined {
    const { constraints, modulus } = this.#system;
    const { a, b, c } = constraints[row]!;
    const { witness } = this.#seed;
    const of = (form: LinearForm): bigint => form.find(([candidate]) => candidate === wire)?.[1] ?? 0n;
    if (of(a) !== 0n && of(b) !== 0n) return undefined;
    const slope =
      (of(a) * evaluateForm(b, witness, modulus) + of(b) * evaluateForm(a, witness, modulus) - of(c)) %
      modulus;
    if (slope === 0n) return undefined;
    const step = residual(this.#system, row, witness) * invertModulo(slope, modulus);
    return (((witness[wire]! - step) % modulus) + modulus) % modulus;
  }

  /** Bits of a number split again, so that the constraint over them holds. */
  #split(row: number): [number, bigint][] | undefined {
    const { constraints, booleans, bits, modulus } = this.#system;
    const { witness } = this.#seed;
    const { a, b, c } = constraints[row]!;
    const boolean = booleans.get(row);
    const form = boolean ?? (a.length === 0 || b.length === 0 ? c : undefined);
    const own = form?.filter(([wire]) => bits.has(wire) && !this.#change.has(wire)) ?? [];
    if (form === undefined || own.length === 0 || (boolean !== undefined && form.length < 2))
      return undefined;
    const unit = invertModulo(own[0]![1], modulus);
    const places = own.map(
      ([wire, value]) => [wire, exponents(modulus).get((value * unit) % modulus)] as const,
    );
    if (places.some(([, place]) => place === undefined)) return undefined;
    if (new Set(places.map(([, place]) => place)).size !== places.length) return undefined;
    const lowest = Math.min(...places.map(([, place]) => place!));
    const base = own.find(([wire]) =>
      places.some(([other, place]) => other === wire && place === lowest),
    )![1];
    const mine = new Set(own.map(([wire]) => wire));
    const rest = evaluateForm(
      form.filter(([wire]) => !mine.has(wire)),
      witness,
      modulus,
    );
    // rest + base · Σ 2^k bit = 0, or one of 0 and 1 where a lowest bit is left over.
    let number = ((((modulus - rest) * invertModulo(base, modulus)) % modulus) + modulus) % modulus;
    if (boolean !== undefined) {
      const sign = base > modulus / 2n ? modulus - base : base;
      const exponent = exponents(modulus).get(sign);
      if (exponent === undefined || exponent < 0) return undefined;
      const value = base > modulus / 2n ? rest : (((1n - rest) % modulus) + modulus) % modulus;
      number = value >> BigInt(exponent);
    }
    return places.map(([wire, place]) => [wire, (number >> BigInt(place! - lowest)) & 1n]);
  }

  run(wire: number, value: bigint): WitnessChange | undefined {
    this.#states = 0;
    this.#change.clear();
    return this.#with([[wire, value]], MAXIMUM_DEPTH) ? new Map(this.#change) : undefined;
  }
}

/** False values to begin with: near the true one, and those that move another signal by one. */
function* startingValues(system: IndexedSystem, seed: Seed, index: number, wire: number): Generator<bigint> {
  const { modulus } = system;
  const { witness } = seed;
  const value = witness[wire]!;
  for (const step of [1n, -1n, 2n, -2n, 3n, 7n, 15n, 1n << 16n])
    yield (((value + step) % modulus) + modulus) % modulus;
  if (value !== 0n) yield 0n;
  for (const row of system.users[wire]!) {
    if (row === index || system.users[wire]!.length > MAXIMUM_USERS) continue;
    const { a, b, c } = system.constraints[row]!;
    const of = (form: LinearForm): bigint => form.find(([candidate]) => candidate === wire)?.[1] ?? 0n;
    const slope =
      (of(a) * evaluateForm(b, witness, modulus) + of(b) * evaluateForm(a, witness, modulus) - of(c)) %
      modulus;
    if (slope === 0n) continue;
    const inverse = invertModulo(slope, modulus);
    for (const step of [1n, -1n]) yield (((value + step * inverse) % modulus) + modulus) % modulus;
  }
}

/** A witness that violates only the given constraint, found by repair from a false value of one of its signals. */
export function forgeByRepair(system: IndexedSystem, seed: Seed, index: number): WitnessChange | undefined {
  const { a, b, c } = system.constraints[index]!;
  const search = new Search(system, seed, index);
  const wires = [...new Set([...a, ...b, ...c].map(([wire]) => wire))]
    .filter((wire) => wire !== 0 && system.users[wire]!.length <= MAXIMUM_USERS)
    .sort((one, two) => system.users[one]!.length - system.users[two]!.length);
  for (const wire of wires.slice(0, 8)) {
    for (const value of startingValues(system, seed, index, wire)) {
      const change = search.run(wire, value);
      if (change !== undefined) return change;
    }
  }
  return undefined;
}
