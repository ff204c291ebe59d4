// Amounts: CTZ as text, units of 10^-9 CTZ (what the rollup counts in), and wei (what the token counts in).
import { AMOUNT_BITS } from "@catalyze/circuits/schema";
import { AmountError } from "../errors/amount.js";

/** Decimal places of a unit: 1 CTZ = 10^9 units. */
export const UNIT_DECIMALS = 9;
/** Wei per unit: the token has 18 decimals. */
export const WEI_PER_UNIT = 1_000_000_000n;
/** Largest amount of the rollup, in units. */
export const MAXIMUM_UNITS = (1n << BigInt(AMOUNT_BITS)) - 1n;

const UNITS_PER_CTZ = 10n ** BigInt(UNIT_DECIMALS);
const DECIMAL = /^(\d+)(?:\.(\d+))?$/;

function checkUnits(units: bigint): bigint {
  if (typeof units !== "bigint" || units < 0n || units > MAXIMUM_UNITS) {
    throw new AmountError(
      "SDK_AMOUNT_OUT_OF_RANGE",
      `${String(units)} units is not an amount.`,
      "Give units as a bigint from 0 to 2^88 - 1.",
    );
  }
  return units;
}

/**
 * Units of an amount of CTZ given as decimal text with at most nine decimal places.
 *
 * @example parseCtz("1.5") // 1500000000n
 * @throws {AmountError} `SDK_AMOUNT_MALFORMED`, `SDK_AMOUNT_TOO_PRECISE`, `SDK_AMOUNT_OUT_OF_RANGE`
 */
export function parseCtz(ctz: string): bigint {
  const match = DECIMAL.exec(ctz);
  if (!match) {
    throw new AmountError(
      "SDK_AMOUNT_MALFORMED",
      `"${ctz}" is not an amount of CTZ.`,
      'Write digits with at most one point, as in "1.5".',
    );
  }
  const [, whole, fraction = ""] = match;
  const trimmed = fraction.replace(/0+$/, "");
  if (trimmed.length > UNIT_DECIMALS) {
    throw new AmountError(
      "SDK_AMOUNT_TOO_PRECISE",
      `"${ctz}" CTZ is not a whole number of units.`,
      `Use at most ${UNIT_DECIMALS} decimal places.`,
    );
  }
  return checkUnits(BigInt(whole!) * UNITS_PER_CTZ + BigInt(trimmed.padEnd(UNIT_DECIMALS, "0")));
}

/**
 * CTZ as decimal text, without trailing zeros; inverse of {@link parseCtz}. Differences may be negative.
 *
 * @example formatCtz(1500000000n) // "1.5"
 */
export function formatCtz(units: bigint): string {
  const absolute = units < 0n ? -units : units;
  const fraction = (absolute % UNITS_PER_CTZ).toString().padStart(UNIT_DECIMALS, "0").replace(/0+$/, "");
  const text = `${absolute / UNITS_PER_CTZ}${fraction === "" ? "" : `.${fraction}`}`;
  return units < 0n ? `-${text}` : text;
}

/** Wei of an amount in units. @throws {AmountError} `SDK_AMOUNT_OUT_OF_RANGE` */
export const unitsToWei = (units: bigint): bigint => checkUnits(units) * WEI_PER_UNIT;

/**
 * Units of an amount in wei.
 * @throws {AmountError} `SDK_AMOUNT_TOO_PRECISE` when it is not a whole number of units, `SDK_AMOUNT_OUT_OF_RANGE`
 */
export function weiToUnits(wei: bigint): bigint {
  if (wei % WEI_PER_UNIT !== 0n) {
    throw new AmountError(
      "SDK_AMOUNT_TOO_PRECISE",
      `${wei} wei is not a whole number of units.`,
      `Use a multiple of ${WEI_PER_UNIT} wei.`,
    );
  }
  return checkUnits(wei / WEI_PER_UNIT);
}
