// Amounts: text, units and wei.
import { describe, expect, it } from "vitest";
import { AmountError } from "../errors/amount.js";
import { formatCtz, MAXIMUM_UNITS, parseCtz, unitsToWei, weiToUnits } from "./units.js";

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(AmountError);
    return (error as AmountError).code;
  }
  throw new Error("nothing was thrown");
};

describe("parseCtz and formatCtz", () => {
  it.each([
    ["0", 0n],
    ["1", 1_000_000_000n],
    ["1.5", 1_500_000_000n],
    ["0.000000001", 1n],
    ["123456.789", 123_456_789_000_000n],
    ["309485009821345068.724781055", MAXIMUM_UNITS],
  ])("%s CTZ", (text, units) => {
    expect(parseCtz(text)).toBe(units);
    expect(formatCtz(units)).toBe(text);
  });

  it("takes trailing zeros beyond nine places, and formats differences", () => {
    expect(parseCtz("1.50000000000")).toBe(1_500_000_000n);
    expect(formatCtz(-1n)).toBe("-0.000000001");
  });

  it.each(["", ".5", "5.", "-1", "1e3", "1,5", " 1", "0x1"])('refuses "%s"', (text) => {
    expect(codeOf(() => parseCtz(text))).toBe("SDK_AMOUNT_MALFORMED");
  });

  it("refuses a tenth decimal place and amounts above 88 bits", () => {
    expect(codeOf(() => parseCtz("0.0000000001"))).toBe("SDK_AMOUNT_TOO_PRECISE");
    expect(codeOf(() => parseCtz("309485009821345068.724781056"))).toBe("SDK_AMOUNT_OUT_OF_RANGE");
  });
});

describe("unitsToWei and weiToUnits", () => {
  it("are inverse on whole units", () => {
    expect(unitsToWei(3n)).toBe(3_000_000_000n);
    expect(weiToUnits(3_000_000_000n)).toBe(3n);
    expect(weiToUnits(unitsToWei(MAXIMUM_UNITS))).toBe(MAXIMUM_UNITS);
  });

  it("refuse what is no unit", () => {
    expect(codeOf(() => weiToUnits(1n))).toBe("SDK_AMOUNT_TOO_PRECISE");
    expect(codeOf(() => unitsToWei(-1n))).toBe("SDK_AMOUNT_OUT_OF_RANGE");
    expect(codeOf(() => unitsToWei(MAXIMUM_UNITS + 1n))).toBe("SDK_AMOUNT_OUT_OF_RANGE");
  });
});
