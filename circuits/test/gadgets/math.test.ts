// Range checks, comparison, zero tests and selection, at their boundaries and with changed witnesses.

import { CircuitBuildError } from "@catalyze/circuits/build";
import { describe, expect, test } from "vitest";
import { FIELD_MODULUS } from "../../reference/hash.js";
import { accepts, acceptsTampered, compileGadget, signalOf, unpinnedSignals, witnessOf } from "./harness.js";

describe("RangeCheck", () => {
  for (const width of [1, 2, 8, 88, 252, 253]) {
    test(`${width} bits`, async () => {
      const gadget = await compileGadget(
        `range-${width}`,
        ["math/range-check.circom"],
        `RangeCheck(${width})`,
      );
      expect(gadget.compiled.constraints.constraints).toBe(width);
      const limit = 1n << BigInt(width);
      for (const value of [0n, 1n, limit - 1n]) expect(await accepts(gadget, { in: value })).toBe(true);
      for (const value of [limit, limit + 1n, FIELD_MODULUS - 1n]) {
        expect(await accepts(gadget, { in: value })).toBe(false);
      }
      const witness = await witnessOf(gadget, { in: limit - 1n });
      expect(unpinnedSignals(gadget, witness)).toEqual([]);
    });
  }

  test("254 bits are refused", async () => {
    await expect(compileGadget("range-254", ["math/range-check.circom"], "RangeCheck(254)")).rejects.toThrow(
      CircuitBuildError,
    );
  });
});

test("Bits", async () => {
  const gadget = await compileGadget("bits-6", ["math/range-check.circom"], "Bits(6)");
  expect(gadget.compiled.constraints.constraints).toBe(7);
  const witness = await witnessOf(gadget, { in: 37n });
  expect([0, 1, 2, 3, 4, 5].map((i) => signalOf(gadget, witness, `bits[${i}]`))).toEqual([
    1n,
    0n,
    1n,
    0n,
    0n,
    1n,
  ]);
  expect(unpinnedSignals(gadget, witness)).toEqual([]);
  expect(
    acceptsTampered(gadget, witness, {
      "bits[0]": 3n,
      "bits[1]": FIELD_MODULUS - 1n,
    }),
  ).toBe(false);
  expect(await accepts(gadget, { in: 64n })).toBe(false);
});

test("BelowTenThousand", async () => {
  const gadget = await compileGadget(
    "below-ten-thousand",
    ["math/below-ten-thousand.circom"],
    "BelowTenThousand()",
  );
  expect(gadget.compiled.constraints.constraints).toBe(16);
  for (const value of [0n, 1n, 15n, 16n, 79n, 80n, 624n, 625n, 5000n, 9998n, 9999n]) {
    expect(await accepts(gadget, { in: value })).toBe(true);
    expect(unpinnedSignals(gadget, await witnessOf(gadget, { in: value }))).toEqual([]);
  }
  for (const value of [10_000n, 10_001n, 1n << 14n, 1n << 40n, FIELD_MODULUS - 1n]) {
    expect(await accepts(gadget, { in: value })).toBe(false);
  }
  // A digit of 5 with a smaller one beside it is the same sum, and no digit.
  const witness = await witnessOf(gadget, { in: 16n * 5n });
  expect(acceptsTampered(gadget, witness, { "digits[0]": 5n, "digits[1]": 0n })).toBe(false);
});

describe("Shares", () => {
  const totals = [0n, 1n, 9999n, 10_000n, 123_456_789n, (1n << 64n) * 65_535n];

  test("of a divided total", async () => {
    const gadget = await compileGadget("share-of-division", ["block/share.circom"], "ShareOfDivision()");
    expect(gadget.compiled.constraints.constraints).toBe(32);
    for (const total of totals) {
      for (const basisPoints of [0n, 1n, 200n, 9999n, 10_000n]) {
        const [quotient, remainder] = [total / 10_000n, total % 10_000n];
        const witness = await witnessOf(gadget, { quotient, remainder, basisPoints });
        const share = (total * basisPoints) / 10_000n;
        expect(signalOf(gadget, witness, "share")).toBe(share);
        expect(unpinnedSignals(gadget, witness)).toEqual([]);
        // One unit less, with the rest in the remainder.
        const part = signalOf(gadget, witness, "part");
        const left = signalOf(gadget, witness, "left");
        const tampered = { share: share - 1n, part: part - 1n, left: left + 10_000n };
        expect(acceptsTampered(gadget, witness, tampered)).toBe(false);
      }
    }
  });

  test("Division refuses a total below zero", async () => {
    const gadget = await compileGadget("division", ["block/share.circom"], "Division()");
    expect(gadget.compiled.constraints.constraints).toBe(84);
    for (const left of [0n, 7n, (1n << 64n) - 1n]) {
      const witness = await witnessOf(gadget, { left, right: 65_535n });
      expect(signalOf(gadget, witness, "quotient")).toBe((left * 65_535n) / 10_000n);
      expect(unpinnedSignals(gadget, witness)).toEqual([]);
    }
    for (const left of [FIELD_MODULUS - 1n, FIELD_MODULUS - 10_000n, FIELD_MODULUS - (1n << 64n) + 1n]) {
      expect(await accepts(gadget, { left, right: 1n })).toBe(false);
      expect(await accepts(gadget, { left, right: 65_535n })).toBe(false);
    }
  });

  test("at once", async () => {
    const gadget = await compileGadget("share", ["block/share.circom"], "Share()");
    expect(gadget.compiled.constraints.constraints).toBe(97);
    for (const total of totals) {
      const witness = await witnessOf(gadget, { total, basisPoints: 10_000n });
      expect(signalOf(gadget, witness, "share")).toBe(total);
      expect(unpinnedSignals(gadget, witness)).toEqual([]);
    }
  });
});

describe("LessThan", () => {
  for (const width of [1, 8, 252]) {
    test(`${width} bits`, async () => {
      const gadget = await compileGadget(
        `less-than-${width}`,
        ["math/less-than.circom"],
        `LessThan(${width})`,
      );
      expect(gadget.compiled.constraints.constraints).toBe(width + 1);
      const top = (1n << BigInt(width)) - 1n;
      for (const [left, right] of [
        [0n, 0n],
        [0n, 1n],
        [1n, 0n],
        [top, top],
        [top - 1n, top],
        [top, top - 1n],
        [0n, top],
        [top, 0n],
      ] as const) {
        const witness = await witnessOf(gadget, { left, right });
        expect(signalOf(gadget, witness, "out")).toBe(left < right ? 1n : 0n);
        expect(unpinnedSignals(gadget, witness)).toEqual([]);
        const out = signalOf(gadget, witness, "out");
        expect(acceptsTampered(gadget, witness, { out: 1n - out })).toBe(false);
      }
    });
  }
});

test("IsZero and IsEqual", async () => {
  const gadget = await compileGadget("is-equal", ["math/is-zero.circom"], "IsEqual()");
  for (const [left, right] of [
    [0n, 0n],
    [5n, 5n],
    [0n, 1n],
    [FIELD_MODULUS - 1n, 0n],
  ] as const) {
    const witness = await witnessOf(gadget, { in: [left, right] });
    const out = signalOf(gadget, witness, "out");
    expect(out).toBe(left === right ? 1n : 0n);
    expect(acceptsTampered(gadget, witness, { out: 1n - out })).toBe(false);
  }
});

test("AssertNonZero", async () => {
  const gadget = await compileGadget("non-zero", ["math/is-zero.circom"], "AssertNonZero()");
  expect(gadget.compiled.constraints.constraints).toBe(1);
  expect(await accepts(gadget, { in: 0n })).toBe(false);
  expect(await accepts(gadget, { in: FIELD_MODULUS - 1n })).toBe(true);
});

test("Select", async () => {
  const gadget = await compileGadget("select", ["math/select.circom"], "Select()");
  expect(gadget.compiled.constraints.constraints).toBe(1);
  for (const bit of [0n, 1n]) {
    const witness = await witnessOf(gadget, { bit, whenZero: 7n, whenOne: 9n });
    expect(signalOf(gadget, witness, "out")).toBe(bit ? 9n : 7n);
  }
});
