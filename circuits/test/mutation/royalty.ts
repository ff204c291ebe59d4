// The royalty split under mutation: its templates alone and the whole circuit, with splits that are good and splits
// that are false in one thing.
import type { CircuitInput } from "@catalyze/circuits/build";
import { splitRoyalty } from "@catalyze/circuits/reference";
import { FIELD_MODULUS } from "@catalyze/circuits/schema";
import { invertModulo } from "../../tools/mutation-jacobian.js";
import type { Lies } from "../../tools/mutation-program.js";
import { EDGES, equalOwners, FORK, MAXIMUM_TOTAL, termsOf } from "../royalty/support.js";
import { type Component, component } from "./components.js";

const Z = 12_345_678_901_234_567_890n;

/** Four levels whose remainders have digits of all kinds. */
const DEEP = [3n, 7n, 11n, 13n, 17n].map((divisor) =>
  termsOf(
    [0, 1, 2, 3].map((k) => equalOwners(8, 100 * k, k < 3 ? 8_765n - 321n * divisor : 0n)),
    MAXIMUM_TOTAL / divisor,
  ),
);

/** Good inputs of the whole circuit: the edges, and splits whose numbers have bits of both kinds. */
export const royaltyInputs = (): CircuitInput[] =>
  [...EDGES.map(([, terms]) => terms), termsOf(FORK, MAXIMUM_TOTAL / 3n), ...DEEP].map((terms) =>
    splitRoyalty(terms).circuitInput(Z),
  );

type Numbers = Readonly<Record<string, bigint | readonly bigint[]>>;

const slots = (input: CircuitInput, name: string): readonly bigint[] => input[name] as readonly bigint[];

/** A copy with entry `place` of some lists replaced. */
function withSlot(
  input: CircuitInput,
  place: number,
  values: Readonly<Record<string, bigint>>,
): CircuitInput {
  const copy: Record<string, CircuitInput[string]> = { ...input };
  for (const [name, value] of Object.entries(values)) copy[name] = slots(input, name).with(place, value);
  return copy;
}

/** Inputs that are false in one thing and go along with it in all others. */
export function tamperedRoyaltyInputs(): CircuitInput[] {
  const none = splitRoyalty(termsOf(FORK, 0n)).circuitInput(Z) as CircuitInput;
  const result: CircuitInput[] = [];
  for (let place = 0; place < 3; place += 1) {
    // Shares of nothing are nothing, whatever they are.
    for (const share of [-1n, 10_001n, 16_384n + 5_000n])
      result.push(withSlot(none, place, { parentShare: share }));
  }
  return result;
}

/** A program that moves the list of a level that begins at slot 3 by four slots. */
export const royaltyLies: Lies = {
  name: "offset",
  patch: (text) =>
    text
      .replace("((offset % perWord) >> b)", "(((offset == 3 ? 4 : offset) % perWord) >> b)")
      .replace("((offset \\ perWord) >> b)", "(((offset == 3 ? 4 : offset) \\ perWord) >> b)"),
};

/** Inputs for {@link royaltyLies}: the second, third and fourth level begins at slot 3. */
export const lyingRoyaltyInputs = (): CircuitInput[] =>
  [
    [3, 1],
    [1, 2, 1],
    [1, 1, 1, 1],
  ].map((counts) => {
    const levels = counts.map((count, k) => equalOwners(count, 10 * k, k < counts.length - 1 ? 1_000n : 0n));
    return splitRoyalty(termsOf(levels)).circuitInput(Z);
  });

/** Numbers of a whole input that a template takes. */
const part = (input: CircuitInput, names: readonly string[]): Numbers =>
  Object.fromEntries(names.map((name) => [name, input[name] as bigint | readonly bigint[]]));

/** reached[k][i], as the circuit's slots have it. */
function reachedOf(input: CircuitInput): bigint[][] {
  const begins = slots(input, "begins");
  const levels = begins.map((_, i) => begins.slice(1, i + 1).reduce((sum, flag) => sum + flag, 0n));
  return [1n, 2n, 3n].map((k) => levels.map((one) => (one >= k ? 1n : 0n)));
}

/** Quotients and remainders of what the levels keep. */
function keptOf(input: CircuitInput): { quotient: bigint[]; remainder: bigint[] } {
  let amount = input.total as bigint;
  const kept = [...slots(input, "parentShare"), 0n].map((share) => {
    const passed = (amount * share) / 10_000n;
    const rest = amount - passed;
    amount = passed;
    return rest;
  });
  return { quotient: kept.map((rest) => rest / 10_000n), remainder: kept.map((rest) => rest % 10_000n) };
}

const PAYEES = 32;

/** All slots used, the first `place` with shares of `before` together, the others of `behind`; a marker at `place`. */
function slotsCut(place: number, before: bigint, behind: bigint, marker: bigint): CircuitInput {
  const spread = (count: number, sum: bigint): bigint[] =>
    Array.from({ length: count }, (_, i) => {
      const share = sum / BigInt(count);
      return i === 0 ? sum - share * BigInt(count - 1) : share;
    });
  const flags = new Array<bigint>(PAYEES).fill(0n).with(0, 1n);
  return {
    receiver: new Array<bigint>(PAYEES).fill(5n),
    share: [...spread(place, before), ...spread(PAYEES - place, behind)],
    used: new Array<bigint>(PAYEES).fill(1n),
    begins: flags.with(place, marker),
  };
}

/** Markers where no level begins, and markers that are no flags but go along with the sums of the shares. */
function falseMarkers(): CircuitInput[] {
  const inverse = invertModulo(10_000n, FIELD_MODULUS);
  return Array.from({ length: PAYEES - 1 }, (_, i) => i + 1).flatMap((place) => [
    slotsCut(place, 12_000n, 8_000n, 1n),
    slotsCut(place, 12_000n, 10_000n, (12_000n * inverse) % FIELD_MODULUS),
    ...(place > 1 ? [slotsCut(place, 20_000n, 10_000n, 2n)] : []),
  ]);
}

/** A level reached without a marker: two levels' shares in one. */
function falseLevels(): Component["lies"] {
  const patch = (text: string): string =>
    text.includes("template RoyaltySlots(")
      ? text
          .replace(
            "    signal input begins[n];\n",
            "    signal input begins[n];\n    signal input lie[3][n];\n",
          )
          .replace("begins[i] * (before - here);", "begins[i] * (before - here) + lie[k][i];")
      : text;
  const none = [0, 1, 2].map(() => new Array<bigint>(PAYEES).fill(0n));
  const inputs = [0, 1, 2].flatMap((k) =>
    Array.from({ length: PAYEES - 1 - k }, (_, i) => ({
      ...slotsCut(1, 10_000n, 10_000n, 0n),
      lie: none.with(k, none[k]!.with(k + 1 + i, 1n)),
    })),
  );
  return { lies: { name: "levels", patch }, inputs };
}

/** The slots, with false shares, markers and levels. */
function royaltySlots(inputs: readonly CircuitInput[]): Component {
  const good = inputs.map((input) => part(input, ["receiver", "share", "used", "begins"]));
  return {
    ...component("royalty-slots", "royalty/slots.circom", "RoyaltySlots()", good, falseMarkers()),
    lies: falseLevels()!,
  };
}

/** The templates of the royalty split. */
export function royaltyComponents(): Component[] {
  const inputs = royaltyInputs();
  const ends = (input: CircuitInput): bigint[] => reachedOf(input).map((flags) => flags.at(-1)!);
  return [
    component("level-value", "royalty/legs.circom", "LevelValue()", [
      { reached: [1n, 1n, 0n], values: [3n, 50n, 700n, 9000n] },
    ]),
    component("legs-commitment", "royalty/split.circom", "LegsCommitment()", [
      { legs: Array.from({ length: 32 }, (_, i) => BigInt(i) ** 7n) },
    ]),
    royaltySlots(inputs),
    component(
      "royalty-amounts",
      "royalty/amounts.circom",
      "RoyaltyAmounts()",
      inputs.map((input) => ({ ...part(input, ["total", "parentShare"]), reached: ends(input) })),
    ),
    component(
      "royalty-legs",
      "royalty/legs.circom",
      "RoyaltyLegs()",
      inputs.map((input) => ({
        ...part(input, ["receiver", "share", "begins"]),
        ...keptOf(input),
        reached: reachedOf(input),
      })),
    ),
    component(
      "owner-lists",
      "royalty/owner-lists.circom",
      "OwnerLists()",
      inputs.map((input) => ({ ...part(input, ["receiver", "share"]), reached: reachedOf(input) })),
    ),
  ];
}
