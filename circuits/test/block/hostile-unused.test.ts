// What an unused slot leaves open when it is zero over zero. A term of a sum, numerator / (gamma - key), is free when both
// are zero: a slot that takes no part must not let its key be chosen after gamma. Each attack is a whole witness whose
// only freedom is one such term.
import type { CircuitInput } from "@catalyze/circuits/build";
import type { SealedBlock } from "@catalyze/circuits/reference";
import { FIELD_MODULUS, KIND_ACCOUNT } from "@catalyze/circuits/schema";
import { beforeAll, describe, expect, it } from "vitest";
import type { MutationRun } from "../../tools/mutation.js";
import { violatedConstraints } from "../../tools/mutation-forge.js";
import { invertModulo } from "../../tools/mutation-jacobian.js";
import { column, edit } from "../inputs.js";
import { cellOf, loadRun, modulo, reasonOf, withPaths } from "./attack.js";
import { inputOf, openOrder, TINY } from "./blocks.js";
import { BOB, emptyScenario, PROVIDER, runBlock, type Scenario } from "./scenario.js";

let run: MutationRun;

beforeAll(async () => {
  run = await loadRun();
});

/** A settlement by the provider, and a deposit that opens Bob's cell; one settlement slot and cell slots stay unused. */
function settled(): { scenario: Scenario; block: SealedBlock } {
  const scenario = emptyScenario(TINY);
  const orderIndex = openOrder(scenario);
  const block = runBlock(scenario, (draft) => {
    draft.addRequest({ kind: "deposit", index: BOB, time: 3n, depositor: 9n, amount: 17n });
    draft.addSettlement({ orderIndex, chunk: 0, provider: PROVIDER, resultsRoot: 5n, price: 900n });
  });
  return { scenario, block };
}

/** The settlement pays Bob's account for the provider's statement: everything but the lookups of the owner goes along. */
function stolen(): CircuitInput {
  const { scenario, block } = settled();
  const [bob, provider] = [cellOf(block, BOB), cellOf(block, PROVIDER)];
  const input = inputOf(block);
  const payment = column(input, "cellCredit")[provider]!;
  expect(payment).toBeGreaterThan(0n);
  const moved = edit(
    input,
    ["settlementProvider.0", BigInt(BOB)],
    [`cellCredit.${provider}`, 0n],
    [`cellAmount.${provider}`, (amount) => amount - payment],
    [`cellCredit.${bob}`, (credit) => credit + payment],
    [`cellAmount.${bob}`, (amount) => amount + payment],
    [`cellOpened.${provider}`, 0n],
  );
  return withPaths(moved, scenario, block);
}

const invert = (value: bigint): bigint => invertModulo(value, FIELD_MODULUS);
const signal = (witness: readonly bigint[], name: string): bigint => witness[run.subject.wires.get(name)!]!;

/** Power of beta beside a static part or an owner in a lookup. */
const STATIC_WEIGHT = "main.powers[1]";
/** Key of an index and kind in the lookups. */
const keyOf = (witness: readonly bigint[], index: number, kind: number): bigint =>
  BigInt(index) + signal(witness, "main.powers[0]") * BigInt(kind);

/** The witness of an input with one term set to a value, unless the compiler makes it what the sum leaves. */
function withTerm(input: CircuitInput, name: string, value: bigint): string[] {
  const witness = run.subject.calculate(input);
  const wire = run.subject.wires.get(name);
  if (wire !== undefined) witness[wire] = modulo(value);
  return [...new Set(violatedConstraints(run.system, witness).map((row) => reasonOf(run, row)))].sort();
}

describe("a term of an unused slot that is zero over zero", () => {
  it("is no opening: an unused cell's static part can't be chosen after the challenges", () => {
    // Bob's account is opened with the provider's owner.
    const opening = 0;
    const input = edit(stolen(), [`openingIndex.${opening}`, BigInt(BOB)]);
    const slot = TINY.cells - 1;
    expect(column(input, "cellIsAccount")[slot]! + column(input, "cellIsOrder")[slot]!).toBe(0n);
    const witness = run.subject.calculate(input);
    const [gamma, weight] = [signal(witness, "main.gamma"), signal(witness, STATIC_WEIGHT)];
    const chosen = modulo(gamma * invert(weight));
    const forged = edit(input, [`cellStatic.${slot}`, chosen], [`cellNewStatic.${slot}`, chosen]);
    const fixed = signal(witness, `main.opening[${opening}].static`);
    const opened = invert(gamma - keyOf(witness, BOB, KIND_ACCOUNT) - weight * fixed);
    expect(withTerm(forged, `main.staticTerm[${slot}]`, opened)).not.toEqual([]);
  });

  it("is no use: an unused settlement's owner can't be chosen after the challenges", () => {
    // Nothing is opened at all.
    const input = edit(stolen(), ["openingIsAccount.0", 0n], ["openingUses.0", 0n]);
    const witness = run.subject.calculate(input);
    const [gamma, weight] = [signal(witness, "main.gamma"), signal(witness, STATIC_WEIGHT)];
    const owner = (gamma - keyOf(witness, 0, KIND_ACCOUNT)) * invert(weight);
    const forged = edit(input, ["settlementOwner.1", modulo(owner)]);
    const fact = keyOf(witness, BOB, KIND_ACCOUNT) + weight * column(input, "settlementOwner")[0]!;
    expect(withTerm(forged, "main.providerTerm[1]", -invert(gamma - fact))).not.toEqual([]);
  });
});
