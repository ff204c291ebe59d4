// Random satisfiable constraint systems with their witnesses, from a seed: test data for keys and files.

import { SCALAR_FIELD_PRIME } from "../src/field.js";
import { type Constraint, encodeR1cs, type LinearCombination, type R1csHeader } from "../src/files/r1cs.js";

const r = SCALAR_FIELD_PRIME;

/** A small deterministic generator of integers (xorshift32). */
export function createRandom(seed: number): (limit: number) => number {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % limit;
  };
}

/** What to generate. */
export interface RandomR1csParameters {
  readonly seed: number;
  readonly constraintCount: number;
  readonly publicOutputCount?: number;
  readonly publicInputCount: number;
  /** Wires that no constraint names. */
  readonly unusedWireCount?: number;
  /** Every how many constraints an empty row 0 · 0 = 0 stands; 0: none. */
  readonly emptyRowEvery?: number;
}

/** Builds a system in which each full row computes a new wire from earlier ones. */
export function randomR1cs(parameters: RandomR1csParameters): {
  header: R1csHeader;
  constraints: Constraint[];
  bytes: Uint8Array;
  witness: bigint[];
} {
  const {
    constraintCount,
    publicInputCount,
    publicOutputCount = 0,
    unusedWireCount = 0,
    emptyRowEvery = 0,
  } = parameters;
  const random = createRandom(parameters.seed);
  const randomField = (): bigint => {
    let value = 0n;
    for (let i = 0; i < 8; i++) value = (value << 32n) | BigInt(random(0xffffffff));
    return value % r;
  };
  const publicCount = publicInputCount + publicOutputCount;
  const witness = [1n];
  for (let i = 0; i < publicCount + 2 + unusedWireCount; i++) witness.push(randomField());
  const unusedFrom = publicCount + 3;
  const combination = (): LinearCombination => {
    const terms: [number, bigint][] = [];
    for (let i = 0, count = 1 + random(3); i < count; i++) {
      const wire = random(witness.length);
      const used = wire >= unusedFrom && wire < unusedFrom + unusedWireCount ? 0 : wire;
      terms.push([used, random(3) === 0 ? randomField() : BigInt(1 + random(5))]);
    }
    return terms;
  };
  const evaluate = (terms: LinearCombination): bigint =>
    terms.reduce((sum, [wire, coefficient]) => (sum + witness[wire]! * coefficient) % r, 0n);
  const constraints: Constraint[] = [];
  for (let row = 0; row < constraintCount; row++) {
    if (emptyRowEvery > 0 && row % emptyRowEvery === emptyRowEvery - 1) {
      constraints.push([[], [], []]);
      continue;
    }
    const a = combination();
    const b = combination();
    const value = (evaluate(a) * evaluate(b)) % r;
    constraints.push([a, b, [[witness.length, 1n]]]);
    witness.push(value);
  }
  const header: R1csHeader = {
    wireCount: witness.length,
    publicOutputCount,
    publicInputCount,
    privateInputCount: 2,
    labelCount: BigInt(witness.length),
    constraintCount,
  };
  return {
    header,
    constraints,
    bytes: encodeR1cs(header, constraints),
    witness,
  };
}
