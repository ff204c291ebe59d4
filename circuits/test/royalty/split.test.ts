// The royalty-split circuit: accepts what the reference splits, with the reference's public signals, and nothing else.
import {
  type CircuitInput,
  calculateWitness,
  checkConstraints,
  constraintSystemOf,
  royaltySplitCircuit,
  signalWire,
  unpinnedWires,
} from "@catalyze/circuits/build";
import { RoyaltyError, type RoyaltyTerms, splitRoyalty } from "@catalyze/circuits/reference";
import { evaluateVector } from "@catalyze/circuits/schema";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { indexSystem, violatedConstraints } from "../../tools/mutation-forge.js";
import { type Lies, loadMutationSubject } from "../../tools/mutation-program.js";
import { type LoadedCircuit, loadCircuit } from "../programs/support.js";
import { EDGES, FORK, levelsArbitrary, termsOf, totalArbitrary } from "./support.js";

const Z = 0x1234567890abcdef1234567890abcdef1234567890abcdefn;

let circuit: LoadedCircuit;

beforeAll(async () => {
  circuit = await loadCircuit(royaltySplitCircuit);
});

const inputOf = (terms: RoyaltyTerms): CircuitInput => splitRoyalty(terms).circuitInput(Z);

async function witnessOf(input: CircuitInput): Promise<bigint[]> {
  const witness = await calculateWitness(circuit.compiled, input);
  expect(checkConstraints(circuit.compiled, witness).ok).toBe(true);
  return witness;
}

const provable = (input: CircuitInput): Promise<boolean> =>
  calculateWitness(circuit.compiled, input).then(
    () => true,
    () => false,
  );

const publicSignals = (terms: RoyaltyTerms): bigint[] => {
  const { commitment, words } = splitRoyalty(terms);
  return [commitment, evaluateVector(words, Z), Z];
};

describe("royalty-split", () => {
  it("fits 2^13 rows and has the public signals [C, y, z]", () => {
    const { constraints, publicOutputs, publicInputs } = circuit.compiled.constraints;
    expect(constraints + 4).toBeLessThanOrEqual(2 ** 13);
    expect(["C", "y", "z"].map((name) => signalWire(circuit.wires, `main.${name}`))).toEqual([1, 2, 3]);
    expect([publicOutputs, publicInputs]).toEqual([2, 1]);
  });

  it.each(EDGES)("proves the reference's split: %s", async (_, terms) => {
    expect((await witnessOf(inputOf(terms))).slice(1, 4)).toEqual(publicSignals(terms));
  });

  it("proves the reference's split of random levels and totals", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(levelsArbitrary, totalArbitrary, async (levels, total) => {
        const terms = termsOf(levels, total);
        expect((await witnessOf(inputOf(terms))).slice(1, 4)).toEqual(publicSignals(terms));
      }),
      { numRuns: 25 },
    );
  });
});

/** A copy of the input with numbers replaced: `share.3` is entry 3 of `share`. */
function changed(input: CircuitInput, changes: Readonly<Record<string, bigint>>): CircuitInput {
  const copy = structuredClone(input) as Record<string, bigint | bigint[]>;
  for (const [path, value] of Object.entries(changes)) {
    const [name, place] = path.split(".") as [string, string?];
    if (place === undefined) copy[name] = value;
    else (copy[name] as bigint[])[Number(place)] = value;
  }
  return copy as CircuitInput;
}

const read = (input: CircuitInput, path: string): bigint => {
  const [name, place] = path.split(".") as [string, string?];
  const value = input[name];
  return (place === undefined ? value : (value as readonly bigint[])[Number(place)]) as bigint;
};

/** Every number of the input but z, by its path. */
const paths = (input: CircuitInput): string[] =>
  Object.entries(input)
    .filter(([name]) => name !== "z")
    .flatMap(([name, value]) => (Array.isArray(value) ? value.map((_, i) => `${name}.${i}`) : [name]));

describe("an input with one number changed", () => {
  it("has no witness, or other public signals", { timeout: 300_000 }, async () => {
    const terms = termsOf(FORK);
    const input = inputOf(terms);
    const signals = publicSignals(terms);
    const open = new Set<string>();
    for (const path of paths(input)) {
      const old = read(input, path);
      for (const value of [old + 1n, old - 1n, old + (1n << 14n), old + (1n << 24n), -old, 0n, 1n]) {
        if (value === old) continue;
        const tampered = changed(input, { [path]: value });
        if (!(await provable(tampered))) continue;
        const witness = await calculateWitness(circuit.compiled, tampered);
        expect(witness[1], `${path} = ${value}`).not.toBe(signals[0]);
        open.add(path);
      }
    }
    // Free within their ranges: the words that are only bound, the total, the receivers, and a parent's share.
    expect([...open].sort()).toEqual(
      [
        ...["distribution", "domain", "parentShare.0", "total"],
        ...[0, 1, 2, 3, 4].map((i) => `receiver.${i}`),
      ].sort(),
    );
  });
});

describe("there is no witness for", () => {
  const OWNERS = 5;
  const CASES: [string, Readonly<Record<string, bigint>>, RoyaltyTerms?][] = [
    ["a total of 81 bits", { total: 1n << 80n }],
    ["a negative total", { total: -1n }],
    ["a receiver of 25 bits", { "receiver.1": 1n << 24n }],
    ["a share of 0 that another owner has", { "share.1": 0n, "share.0": 8_333n }],
    ["a negative share", { "share.1": -1n, "share.0": 8_334n }],
    ["an owner without share behind the last", { [`used.${OWNERS}`]: 1n, [`receiver.${OWNERS}`]: 9n }],
    ["a payee in an unused slot", { [`receiver.${OWNERS}`]: 9n }],
    ["a gap", { "used.5": 0n, "used.6": 1n, "share.6": 1n, "share.4": 2_499n }],
    ["a marker less", { "begins.3": 0n }],
    ["a marker at another slot", { "begins.3": 0n, "begins.4": 1n }],
    ["a marker in an unused slot", { [`begins.${OWNERS}`]: 1n }],
    ["no marker at slot 0", { "begins.0": 0n }],
    ["a marker of 2", { "begins.3": 2n }],
    ["two levels read as one", { "begins.3": 0n, "parentShare.0": 0n }],
    ["a share passed on to nobody", { "parentShare.1": 1n }],
    ["10,001 basis points passed on", { "parentShare.0": 10_001n }],
    ["10,001 basis points of nothing passed on", { "parentShare.0": 10_001n }, termsOf(FORK, 0n)],
    ["-1 basis points of nothing passed on", { "parentShare.0": -1n }, termsOf(FORK, 0n)],
  ];
  it.each(CASES)("%s", async (_, changes, terms = termsOf(FORK)) => {
    expect(await provable(changed(inputOf(terms), changes))).toBe(false);
  });

  it("five levels", async () => {
    const input = inputOf(termsOf([{ owners: [{ receiver: 1, share: 10_000n }], parentShare: 0n }]));
    const levels = (count: number): CircuitInput =>
      changed(
        input,
        Object.fromEntries(
          Array.from({ length: count }, (_, i) => i).flatMap((i) => [
            [`used.${i}`, 1n],
            [`begins.${i}`, 1n],
            [`share.${i}`, 10_000n],
          ]),
        ),
      );
    expect(await provable(levels(4))).toBe(true);
    expect(await provable(levels(5))).toBe(false);
  });
});

/** The terms that an input says, if it says any: markers and flags that are none, or out of order, say nothing. */
function readTerms(input: CircuitInput): RoyaltyTerms | undefined {
  const [receiver, share, used, begins, parentShare] = (
    ["receiver", "share", "used", "begins", "parentShare"] as const
  ).map((name) => input[name] as readonly bigint[]) as [bigint[], bigint[], bigint[], bigint[], bigint[]];
  const count = used.indexOf(0n);
  const owners = count < 0 ? 32 : count;
  if (used.some((flag, i) => flag !== (i < owners ? 1n : 0n))) return undefined;
  if (begins.some((flag, i) => (flag !== 0n && flag !== 1n) || (flag === 1n && i >= owners)))
    return undefined;
  if (begins[0] !== 1n || [...receiver, ...share].some((value) => value >= 1n << 53n)) return undefined;
  if ([...receiver.slice(owners), ...share.slice(owners)].some((value) => value !== 0n)) return undefined;
  const starts = begins.flatMap((flag, i) => (flag === 1n ? [i] : []));
  if (parentShare.slice(starts.length).some((value) => value !== 0n)) return undefined;
  const levels = starts.map((start, k) => ({
    owners: share
      .slice(start, starts[k + 1] ?? owners)
      .map((part, i) => ({ receiver: Number(receiver[start + i]), share: part })),
    parentShare: parentShare[k] ?? 0n,
  }));
  return { ...termsOf(levels, input.total as bigint) };
}

/** What the reference gives for an input; undefined when it refuses. */
function referenceSignals(input: CircuitInput): bigint[] | undefined {
  const terms = readTerms(input);
  if (terms === undefined) return undefined;
  try {
    return publicSignals(terms);
  } catch (error) {
    if (error instanceof RoyaltyError) return undefined;
    throw error;
  }
}

describe("hostile inputs", () => {
  const change = fc.tuple(
    fc.constantFrom("total", "receiver", "share", "share", "used", "begins", "begins", "parentShare"),
    fc.nat(35),
    fc.constantFrom(-10_000n, -1n, 1n, 2n, 10_000n, 1n << 14n, 1n << 24n),
    fc.boolean(),
  );
  it("are accepted exactly where the reference splits, and as the reference says", {
    timeout: 300_000,
  }, async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constant([...FORK]), levelsArbitrary),
        totalArbitrary,
        fc.array(change, { minLength: 1, maxLength: 3 }),
        async (levels, total, changes) => {
          let input = inputOf(termsOf(levels, total));
          for (const [name, place, by, moves] of changes) {
            const length = name === "total" ? 1 : (input[name] as readonly bigint[]).length;
            const path = (i: number): string => (name === "total" ? name : `${name}.${i % length}`);
            const here = path(place % 8);
            const next = path((place % 8) + 1);
            input = changed(input, { [here]: read(input, here) + by });
            // What one gets, its neighbour loses: sums stay.
            if (moves) input = changed(input, { [next]: read(input, next) - by });
          }
          const expected = referenceSignals(input);
          const proved = await calculateWitness(circuit.compiled, input).catch(() => undefined);
          expect(proved?.slice(1, 4)).toEqual(expected);
          if (expected !== undefined) accepted += 1;
        },
      ),
      { numRuns: 400, seed: 20_26 },
    );
    expect(accepted).toBeGreaterThan(20);
  });
});

describe("packed values split another way", () => {
  const carry = (from: string, to: string, by: bigint, input: CircuitInput): CircuitInput =>
    changed(input, { [from]: read(input, from) + by, [to]: read(input, to) - 1n });

  it("have no witness: an owner's share and account, two owners of one word", async () => {
    const input = inputOf(termsOf(FORK));
    for (let i = 0; i < 5; i += 1) {
      expect(await provable(carry(`share.${i}`, `receiver.${i}`, 1n << 14n, input))).toBe(false);
      expect(await provable(carry(`receiver.${i}`, `share.${i + 1}`, 1n << 24n, input))).toBe(false);
    }
  });
});

describe("changed witnesses", () => {
  it("break a constraint for every signal changed alone", { timeout: 300_000 }, async () => {
    for (const total of [200_000_000_007n, 0n]) {
      const witness = await witnessOf(inputOf(termsOf(FORK, total)));
      expect(unpinnedWires(circuit.compiled, witness)).toEqual([]);
    }
  });
});

/** Programs that lie where the circuit divides; all that follows, hashes included, goes along with the lie. */
const LIES: readonly Lies[] = [
  {
    name: "kept",
    patch: (text) =>
      text
        .replace("(amount - passed) \\ BASIS_POINTS();", "(amount - passed) \\ BASIS_POINTS() - 1;")
        .replace(
          "(amount - passed) % BASIS_POINTS();",
          "(amount - passed) % BASIS_POINTS() + BASIS_POINTS();",
        ),
  },
  {
    name: "passed",
    patch: (text) =>
      text
        .replace(
          "amount * parentShare[k] \\ BASIS_POINTS();",
          "amount * parentShare[k] \\ BASIS_POINTS() - 1;",
        )
        .replace(
          "amount * parentShare[k] % BASIS_POINTS();",
          "amount * parentShare[k] % BASIS_POINTS() + BASIS_POINTS();",
        ),
  },
  {
    name: "floor",
    patch: (text) =>
      text
        .replace("part <-- product \\ BASIS_POINTS();", "part <-- product \\ BASIS_POINTS() - 1;")
        .replace("left <-- product % BASIS_POINTS();", "left <-- product % BASIS_POINTS() + BASIS_POINTS();"),
  },
];

describe("quotients one lower, with remainders 10,000 higher", () => {
  it.each(LIES.map((lies) => [lies.name, lies] as const))("have no witness: %s", async (_, lies) => {
    const liar = await loadMutationSubject(royaltySplitCircuit, lies);
    const system = indexSystem(constraintSystemOf(circuit.compiled));
    const violated = violatedConstraints(system, liar.calculate(inputOf(termsOf(FORK, 123_456_789n))));
    const names = violated.map((row) =>
      system.constraints[row]!.a.flatMap(([wire]) => liar.names.get(wire) ?? []).join(" "),
    );
    // The equations hold; what refuses the lie are the ranges.
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(name).toMatch(/BelowTenThousand|RangeCheck/);
  });
});
