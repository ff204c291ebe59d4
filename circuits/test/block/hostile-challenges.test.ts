// Data swapped after the challenges: each of the block's arguments accepts a lie when gamma and beta are known before the
// data is fixed, and the block circuit refuses the same lie. Lies are made to measure for challenges that a variant of the
// circuit takes as inputs.
import type { CircuitInput } from "@catalyze/circuits/build";
import { loadSignalWires } from "@catalyze/circuits/build";
import {
  accountStatic,
  getAccount,
  operationMessage,
  orderStatic,
  type SealedBlock,
} from "@catalyze/circuits/reference";
import { FIELD_MODULUS, KIND_ACCOUNT, KIND_SEED, orderParties, orderTerms } from "@catalyze/circuits/schema";
import { bn254 } from "@noble/curves/bn254";
import { beforeAll, describe, expect, it } from "vitest";
import { invertModulo } from "../../tools/mutation-jacobian.js";
import { type Gadget, signalOf, witnessOf } from "../gadgets/harness.js";
import { column, edit, slotInput } from "../inputs.js";
import {
  type Acceptor,
  cellOf,
  compileVariant,
  dynamicOf,
  FORCED_CHALLENGES,
  type Judge,
  loadJudge,
  loadVariant,
  modulo,
  type Patches,
  resign,
  withPaths,
} from "./attack.js";
import { busyBlock, inputOf, registered, TINY, transfers } from "./blocks.js";
import {
  ALICE,
  BOB,
  emptyScenario,
  MIDDLEWARE,
  OPERATION_DOMAIN,
  OPERATOR,
  PROVIDER,
  type Scenario,
  SEED,
} from "./scenario.js";

let refusals: Judge;
let unbound: Acceptor;

beforeAll(async () => {
  refusals = await loadJudge();
  unbound = await loadVariant("unbound", FORCED_CHALLENGES);
});

const divide = (numerator: bigint, denominator: bigint): bigint =>
  modulo(numerator * invertModulo(denominator, FIELD_MODULUS));
/** Some beta. */
const BETA = 7n;
/** Key of an index and kind in sums. */
const keyOf = (index: number, kind: number, beta = BETA): bigint => BigInt(index) + beta * BigInt(kind);
const isSquare = (value: bigint): boolean => bn254.fields.Fr.pow(value, (FIELD_MODULUS - 1n) / 2n) === 1n;
const force = (input: CircuitInput, gamma: bigint, beta: bigint): CircuitInput => ({
  ...input,
  knownChallenges: [modulo(gamma), modulo(beta)],
});

/** A busy block, its input, and its scenario for {@link withPaths}. */
function busy(): { scenario: Scenario; block: SealedBlock; input: CircuitInput } {
  const scenario = emptyScenario(TINY);
  const block = busyBlock(scenario);
  return { scenario, block, input: inputOf(block) };
}

describe("sums whose challenges are known", () => {
  it("mint against another credit: refused, since credits are absorbed", async () => {
    const { scenario, block, input } = busy();
    const [bob, alice] = [cellOf(block, BOB), cellOf(block, ALICE)];
    // 1000/(gamma − Bob) = 1/(gamma − Alice).
    const gamma = divide(1000n * keyOf(ALICE, KIND_ACCOUNT) - keyOf(BOB, KIND_ACCOUNT), 999n);
    const swapped = edit(
      input,
      [`cellCredit.${bob}`, (credit) => credit + 1000n],
      [`cellAmount.${bob}`, (amount) => amount + 1000n],
      [`cellCredit.${alice}`, (credit) => credit - 1n],
      [`cellAmount.${alice}`, (amount) => amount - 1n],
    );
    const minted = withPaths(swapped, scenario, block);
    expect(await unbound(force(minted, gamma, BETA))).toBe(true);
    expect(refusals(minted)).toEqual(["credits"]);
  });

  it("name a middleware that is not there: refused, since presence is absorbed", async () => {
    const { scenario, block, input } = busy();
    const { operation } = block.operations[0]!.signed;
    if (operation.kind !== "postOrder") throw new Error("The block's first operation posts its order.");
    // An order, signed as it is, that names cell 9, in which there is nothing.
    const order = { ...operation.order, middleware: 9n };
    const fixed = orderStatic(order);
    const { ax, ay, owner } = getAccount(scenario.state, ALICE);
    const message = operationMessage(OPERATION_DOMAIN, accountStatic(ax, ay, owner), { ...operation, order });
    const cell = cellOf(block, block.orders[0]!.index);
    const named = edit(
      resign(input, 0, ALICE, message),
      ["orderMiddleware.0", 9n],
      ["operationData.0", fixed],
      [`cellStatic.${cell}`, fixed],
      [`cellNewStatic.${cell}`, fixed],
      [`cellPresence.${cellOf(block, MIDDLEWARE)}`, 2n],
    );
    const forged = withPaths(named, scenario, block);
    // 1/(gamma − false) = 2/(gamma − real).
    const gamma = 2n * keyOf(9, KIND_ACCOUNT) - keyOf(MIDDLEWARE, KIND_ACCOUNT);
    expect(await unbound(force(forged, gamma, BETA))).toBe(true);
    expect(refusals(forged)).toEqual(["presence"]);
  });

  it("look up an owner that the provider has not: refused, since uses are absorbed", async () => {
    const { input } = busy();
    const real = keyOf(PROVIDER, KIND_ACCOUNT) + BETA ** 2n * column(input, "settlementOwner")[0]!;
    const gamma = real + 2n * BETA ** 2n;
    const opening = column(input, "openingIndex").indexOf(BigInt(PROVIDER));
    const forged = edit(input, ["settlementOwner.0", (owner) => owner + 1n], [`openingUses.${opening}`, 2n]);
    expect(await unbound(force(forged, gamma, BETA))).toBe(true);
    expect(refusals(forged)).toEqual(["uses"]);
  });

  it("open a static part that no cell has: refused, since static parts and what is opened are absorbed", async () => {
    const { block, input } = busy();
    const opening = column(input, "openingIndex").indexOf(BigInt(PROVIDER));
    const [ax, ay, owner] = ["Head0", "Head1", "Subject"].map(
      (name) => column(input, `opening${name}`)[opening]!,
    ) as [bigint, bigint, bigint];
    const [provider, bob] = [cellOf(block, PROVIDER), cellOf(block, BOB)];
    const fixed = accountStatic(ax, ay, owner + 1n);
    const distance = (cell: number): bigint => column(input, "cellStatic")[cell]! - fixed;
    // 1/(gamma − false) = 1/(gamma − A − false) + 1/(gamma − B − false) when (gamma − false)² = A · B.
    const [beta, root] = (function search(candidate: bigint): [bigint, bigint] {
      const product = modulo(
        candidate ** 2n * distance(provider) * (BigInt(BOB - PROVIDER) + candidate ** 2n * distance(bob)),
      );
      return isSquare(product) ? [candidate, bn254.fields.Fr.sqrt(product)] : search(candidate + 1n);
    })(BETA);
    const gamma = keyOf(PROVIDER, KIND_ACCOUNT, beta) + beta ** 2n * fixed + root;
    const forged = edit(
      input,
      [`openingSubject.${opening}`, owner + 1n],
      ["settlementOwner.0", owner + 1n],
      [`cellOpened.${bob}`, 1n],
    );
    expect(await unbound(force(forged, gamma, beta))).toBe(true);
    expect(refusals(forged)).toEqual(["openings"]);
  });
});

/** Factor of a cell's closing in the memory argument, with more units and another last access. */
function closingFactor(
  input: CircuitInput,
  block: SealedBlock,
  slot: number,
  [gamma, beta]: readonly [bigint, bigint],
  change: { readonly units?: bigint; readonly access?: bigint } = {},
): bigint {
  const access = change.access ?? column(input, "cellLastAccess")[slot]!;
  const dynamic = dynamicOf(input, slot, false) + (change.units ?? 0n);
  const fixed = column(input, "cellStatic")[slot]!;
  const tuple =
    BigInt(block.changes[slot]!.index) + beta * fixed + beta ** 2n * dynamic + beta ** 3n * access;
  return modulo(gamma - tuple);
}

/** The last access with which a cell's closing factor is as needed. */
function accessFor(
  input: CircuitInput,
  block: SealedBlock,
  slot: number,
  challenges: readonly [bigint, bigint],
  needed: bigint,
): bigint {
  const without = closingFactor(input, block, slot, challenges, { access: 0n });
  return divide(without - needed, challenges[1] ** 3n);
}

describe("a product whose challenges are known", () => {
  it("forks an account's accesses: refused, since last accesses are absorbed", async () => {
    const scenario = registered();
    const block = transfers(scenario);
    const input = inputOf(block);
    const challenges = [1_234_567n, 7_654_321n] as const;
    expect(await unbound(force(input, ...challenges))).toBe(true);
    const [alice, operator] = [cellOf(block, ALICE), cellOf(block, OPERATOR)];
    // Alice ends with more than she has; a last access of the operator's cell, made to measure, balances the product.
    const factor = (slot: number, units = 0n): bigint =>
      closingFactor(input, block, slot, challenges, { units });
    const needed = divide(factor(alice) * factor(operator), factor(alice, 1000n));
    const swapped = edit(
      input,
      [`cellAmount.${alice}`, (amount) => amount + 1_000n],
      [`cellLastAccess.${operator}`, accessFor(input, block, operator, challenges, needed)],
    );
    const forged = withPaths(swapped, scenario, block);
    expect(await unbound(force(forged, ...challenges))).toBe(true);
    expect(refusals(forged)).toEqual(["memory"]);
  });
});

/** A posted order whose index has no range: what its first public word would then leave open. */
const UNRANGED_INDEX: Patches = {
  "block/order.circom": (text) => text.replace("    RangeCheck(INDEX_BITS())(index);\n", ""),
};

/** Index, savings share, modes and seed payload split another way; the public word and the terms word stay. */
function resplitOrder(input: CircuitInput, shares: bigint, modes: bigint): CircuitInput {
  const lend = (offsets: { savingsShare: number; modes: number }, to: number): bigint =>
    (shares << BigInt(offsets.savingsShare - to)) + (modes << BigInt(offsets.modes - to));
  return edit(
    input,
    ["orderSavingsShare.0", (value) => value - shares],
    ["orderModes.0", (value) => value - modes],
    ["orderIndex.0", (value) => value + lend(orderParties.offsets, orderParties.offsets.index)],
    ["orderSeedPayload.0", (value) => value + lend(orderTerms.offsets, 0)],
  );
}

describe("an order's index, savings share, modes and seed payload split another way", () => {
  let input: CircuitInput;
  let block: SealedBlock;
  let scenario: Scenario;
  const SPLITS = [
    [1n, 0n],
    [0n, 1n],
    [-3n, 0n],
    [4096n, 1n],
    [-5000n, -14n],
  ] as const;

  beforeAll(() => {
    ({ scenario, block, input } = busy());
  });

  it("leave every absorbed word as it is when the index has no range", async () => {
    const main = `pragma circom 2.2.0;\ninclude "block/order.circom";\ncomponent main = PostedOrder();\n`;
    const gadgetOf = async (name: string, patches: Patches): Promise<Gadget> => {
      const compiled = await compileVariant(name, main, patches);
      return { compiled, wires: await loadSignalWires(compiled) };
    };
    const [open, real] = [await gadgetOf("order-unranged", UNRANGED_INDEX), await gadgetOf("order", {})];
    const absorbed = ["head", "tails[0]", "tails[1]", "static", "amount"];
    const honest = await witnessOf(real, slotInput(input, "order", 0));
    for (const [shares, modes] of SPLITS) {
      const slot = slotInput(resplitOrder(input, shares, modes), "order", 0);
      const witness = await witnessOf(open, slot);
      for (const name of absorbed) {
        expect(signalOf(open, witness, name), name).toBe(signalOf(real, honest, name));
      }
      await expect(witnessOf(real, slot)).rejects.toThrow();
    }
  });

  it("are a choice after the challenges, which mints; with the range there is no choice", async () => {
    const beta = 7_654_321n;
    const swapped = resplitOrder(input, 1n, 0n);
    const shift = column(swapped, "orderSeedPayload")[0]! - column(input, "orderSeedPayload")[0]!;
    // The seed is looked up once and says twice: 1/(gamma − false terms) = 2/(gamma − its terms).
    const terms = keyOf(SEED, KIND_SEED, beta) + beta ** 2n * column(input, "orderSeedPayload")[0]!;
    const gamma = modulo(terms + 2n * beta ** 2n * shift);
    const challenges = [gamma, beta] as const;
    // The memory: the order is written elsewhere than it is closed, and Bob ends with more than he has.
    const [bob, operator] = [cellOf(block, BOB), cellOf(block, OPERATOR)];
    const order = cellOf(block, block.orders[0]!.index);
    const index = column(swapped, "orderIndex")[0]! - column(input, "orderIndex")[0]!;
    const written = closingFactor(input, block, order, challenges);
    const factor = (slot: number, units = 0n): bigint =>
      closingFactor(input, block, slot, challenges, { units });
    const needed = divide(
      factor(bob) * factor(operator) * (written - index),
      factor(bob, 1_000_000n) * written,
    );
    const absorbed = [
      [`cellPresence.${cellOf(block, SEED)}`, 2n],
      [`cellAmount.${bob}`, (amount: bigint) => amount + 1_000_000n],
      [`cellLastAccess.${operator}`, accessFor(input, block, operator, challenges, needed)],
    ] as const;
    const honestFields = withPaths(edit(input, ...absorbed), scenario, block);
    const otherFields = edit(swapped, ...absorbed);
    const forged = { ...otherFields, cellChildren: honestFields.cellChildren! } as CircuitInput;
    const unranged = await loadVariant("unbound-unranged", { ...FORCED_CHALLENGES, ...UNRANGED_INDEX });
    // The same absorbed words under the same challenges: refused with the honest fields, accepted with the others.
    expect(await unranged(force(honestFields, ...challenges))).toBe(false);
    expect(await unranged(force(forged, ...challenges))).toBe(true);
    expect(await unbound(force(forged, ...challenges))).toBe(false);
    expect(refusals(forged)).toEqual(["memory", "order.RangeCheck", "presence"]);
  });
});
