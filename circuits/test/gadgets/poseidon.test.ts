// Poseidon and the sponge against circomlibjs, and every internal signal changed.
import { constraintSystemOf } from "@catalyze/circuits/build";
import { describe, expect, test } from "vitest";
import { FIELD_MODULUS, HashInputError, poseidon, poseidonOutputs, sponge } from "../../reference/hash.js";
import { POSEIDON_DOMAINS } from "../../schema/domains.js";
import { compileGadget, signalOf, unpinnedSignals, witnessOf } from "./harness.js";

const values = (count: number, seed: bigint): bigint[] =>
  Array.from({ length: count }, (_, index) => (seed * 7n ** BigInt(3 * index + 90)) % FIELD_MODULUS);

/** Rank of the matrix mod the field, by elimination. */
function rank(rows: bigint[][], modulus: bigint): number {
  const power = (base: bigint, exponent: bigint): bigint => {
    let result = 1n;
    for (let square = base, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % modulus) {
      if (rest & 1n) result = (result * square) % modulus;
    }
    return result;
  };
  let found = 0;
  const columns = rows[0]?.length ?? 0;
  for (let column = 0; column < columns && found < rows.length; column += 1) {
    const pivot = rows.findIndex((row, index) => index >= found && row[column] !== 0n);
    if (pivot < 0) continue;
    [rows[found], rows[pivot]] = [rows[pivot]!, rows[found]!];
    const base = rows[found]!;
    const scale = power(base[column]!, modulus - 2n);
    for (let index = found + 1; index < rows.length; index += 1) {
      const row = rows[index]!;
      if (row[column] === 0n) continue;
      const factor = (row[column]! * scale) % modulus;
      for (let j = column; j < columns; j += 1) {
        row[j] = (((row[j]! - factor * base[j]!) % modulus) + modulus) % modulus;
      }
    }
    found += 1;
  }
  return found;
}

describe("Poseidon", () => {
  test("reference: circomlib's published vector", () => {
    expect(poseidon(0n, [1n, 2n])).toBe(
      7853200120776062878684798364095072458815029376092732009249414926327459813530n,
    );
    expect(poseidonOutputs(5n, [1n, 2n], 3)[0]).toBe(poseidon(5n, [1n, 2n]));
  });

  for (const [inputs, constraints] of [
    [1, 216],
    [2, 243],
    [3, 264],
    [4, 300],
    [5, 324],
    [8, 405],
    [16, 612],
  ] as const) {
    test(`${inputs} inputs agree with circomlibjs in ${constraints} constraints`, async () => {
      const gadget = await compileGadget(
        `poseidon-${inputs}`,
        ["hash/poseidon.circom"],
        `Poseidon(${inputs})`,
      );
      expect(gadget.compiled.constraints.constraints).toBe(constraints);
      for (const [capacity, words] of [
        [0n, Array<bigint>(inputs).fill(0n)],
        [FIELD_MODULUS - 1n, Array<bigint>(inputs).fill(FIELD_MODULUS - 1n)],
        [12345n, values(inputs, 3n)],
      ] as const) {
        const witness = await witnessOf(gadget, { inputs: words, capacity });
        expect(signalOf(gadget, witness, "out")).toBe(poseidon(capacity, words));
      }
    });
  }

  for (const inputs of [2, 4, 5, 16]) {
    test(`${inputs} inputs with a number as capacity: three constraints less, every signal pinned`, async () => {
      for (const capacity of [0n, 424242n, FIELD_MODULUS - 1n]) {
        const gadget = await compileGadget(
          `poseidon-fixed-${inputs}`,
          ["hash/poseidon.circom"],
          `PoseidonFixed(${inputs}, ${capacity})`,
        );
        const free = await compileGadget(
          `poseidon-${inputs}`,
          ["hash/poseidon.circom"],
          `Poseidon(${inputs})`,
        );
        expect(gadget.compiled.constraints.constraints).toBe(free.compiled.constraints.constraints - 3);
        const words = values(inputs, 23n);
        const witness = await witnessOf(gadget, { inputs: words });
        expect(signalOf(gadget, witness, "out")).toBe(poseidon(capacity, words));
        expect(unpinnedSignals(gadget, witness)).toEqual([]);
      }
    });
  }

  for (const [inputs, outputs] of [
    [2, 3],
    [4, 2],
    [16, 17],
  ] as const) {
    test(`${outputs} outputs of ${inputs} inputs`, async () => {
      const gadget = await compileGadget(
        `poseidon-outputs-${inputs}-${outputs}`,
        ["hash/poseidon.circom"],
        `PoseidonOutputs(${inputs}, ${outputs})`,
      );
      const words = values(inputs, 11n);
      const witness = await witnessOf(gadget, { inputs: words, capacity: 99n });
      const found = Array.from({ length: outputs }, (_, i) => signalOf(gadget, witness, `out[${i}]`));
      expect(found).toEqual(poseidonOutputs(99n, words, outputs));
      expect(unpinnedSignals(gadget, witness)).toEqual([]);
    });
  }

  for (const inputs of [1, 2, 4, 16]) {
    test(`${inputs} inputs: changing any one signal breaks a constraint`, async () => {
      const gadget = await compileGadget(
        `poseidon-${inputs}`,
        ["hash/poseidon.circom"],
        `Poseidon(${inputs})`,
      );
      const witness = await witnessOf(gadget, {
        inputs: values(inputs, 5n),
        capacity: 77n,
      });
      expect(unpinnedSignals(gadget, witness)).toEqual([]);
    });
  }

  test.each([
    ["poseidon-2", "Poseidon(2)", { capacity: 31n }],
    ["poseidon-fixed-2", "PoseidonFixed(2, 31)", {}],
  ])(
    "the solution is isolated: the Jacobian of %s has full rank in the internal signals",
    async (name, template, more) => {
      const gadget = await compileGadget(name, ["hash/poseidon.circom"], template);
      const witness = await witnessOf(gadget, { inputs: values(2, 9n), ...more });
      const { constraints, modulus } = constraintSystemOf(gadget.compiled);
      const { publicOutputs, privateInputs, wires } = gadget.compiled.constraints;
      const isUnknown = (wire: number): boolean =>
        wire !== 0 && !(wire > publicOutputs && wire <= publicOutputs + privateInputs);
      const value = (form: (typeof constraints)[number]["a"]): bigint =>
        form.reduce((sum, [wire, coefficient]) => sum + coefficient * witness[wire]!, 0n) % modulus;
      const rows = constraints.map(({ a, b, c }) => {
        const row = Array<bigint>(wires).fill(0n);
        const add = (form: typeof a, factor: bigint): void => {
          for (const [wire, coefficient] of form) {
            if (isUnknown(wire))
              row[wire] = (((row[wire]! + coefficient * factor) % modulus) + modulus) % modulus;
          }
        };
        add(a, value(b));
        add(b, value(a));
        add(c, -1n);
        return row;
      });
      const unknowns = Array.from({ length: wires }, (_, wire) => wire).filter(isUnknown).length;
      expect(rank(rows, modulus)).toBe(unknowns);
    },
  );

  test("reference rejects bad input with a typed error", () => {
    expect(() => poseidon(0n, [])).toThrow(HashInputError);
    expect(() => poseidon(0n, Array<bigint>(17).fill(0n))).toThrow(HashInputError);
    expect(() => poseidon(0n, [FIELD_MODULUS])).toThrow(HashInputError);
    expect(() => poseidon(-1n, [1n])).toThrow(HashInputError);
    expect(() => poseidonOutputs(0n, [1n], 3)).toThrow(HashInputError);
    expect(() => sponge(0n, [])).toThrow(HashInputError);
  });
});

describe("Poseidon sponge", () => {
  for (const length of [1, 15, 16, 17, 33]) {
    test(`${length} words agree with the reference`, async () => {
      const gadget = await compileGadget(
        `sponge-${length}`,
        ["hash/sponge.circom"],
        `PoseidonSponge(${length})`,
      );
      const words = values(length, 13n);
      const witness = await witnessOf(gadget, { words, domain: 424242n });
      expect(signalOf(gadget, witness, "out")).toBe(sponge(424242n, words));
      expect(unpinnedSignals(gadget, witness)).toEqual([]);
    });
  }

  test("length and domain separate: padding zeros and neighbouring domains give other results", () => {
    const results = [
      sponge(1000n, [1n]),
      sponge(1000n, [1n, 0n]),
      sponge(1000n, [1n, ...Array<bigint>(15).fill(0n)]),
      sponge(1000n, [1n, ...Array<bigint>(16).fill(0n)]),
      sponge(1n << 40n, [1n]),
    ];
    expect(new Set(results).size).toBe(results.length);
  });

  test("the schema's domain constants are far enough apart for domain + length to be injective", () => {
    const domains = Object.values(POSEIDON_DOMAINS);
    for (const [index, domain] of domains.entries()) {
      expect(domain).toBeLessThan(1n << 248n);
      for (const other of [0n, ...domains.slice(0, index)]) {
        const distance = domain > other ? domain - other : other - domain;
        expect(distance).toBeGreaterThan(1n << 32n);
      }
    }
  });

  test("one block is Poseidon of 16 inputs with capacity domain + length", () => {
    const words = values(16, 17n);
    expect(sponge(5000n, words)).toBe(poseidon(5016n, words));
    const more = values(20, 19n);
    const first = poseidon(5020n, more.slice(0, 16));
    expect(sponge(5000n, more)).toBe(poseidon(first, [...more.slice(16), ...Array<bigint>(12).fill(0n)]));
  });
});
