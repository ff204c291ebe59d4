// A hostile operator against multi-transfers and lists of payments, one attack per test.
import type { CircuitInput } from "@catalyze/circuits/build";
import { legsCommitment, type SealedBlock } from "@catalyze/circuits/reference";
import { beforeAll, describe, expect, it } from "vitest";
import { ALICE, BOB, common, privateKey, runBlock, type Scenario, sign } from "./scenario.js";
import { expiringOrder, inputOf, legs, signedBlock } from "./signed.js";
import {
  column,
  credited,
  type Edit,
  edit,
  type Judge,
  loadJudge,
  paths,
  resign,
  withPaths,
} from "./signed-attack.js";

let judge: Judge;
beforeAll(async () => {
  judge = await loadJudge();
});

/** Bob and Alice pay lists of 20 and 3 legs; both touch both. */
function twoLists(): { scenario: Scenario; block: SealedBlock; input: CircuitInput } {
  const { scenario } = expiringOrder();
  const { state } = scenario;
  const block = runBlock(scenario, (draft) => {
    const list = { kind: "multiTransfer" } as const;
    draft.addOperation(sign(state, { ...list, ...common(BOB, 0n), legs: legs(20) }), 2n);
    draft.addOperation(sign(state, { ...list, ...common(ALICE, 1n), legs: legs(3) }), 3n);
  });
  return { scenario, block, input: inputOf(block) };
}

/** Edits that make a group empty and unused. */
const without = (input: CircuitInput, group: number): Edit[] => [
  [`legGroupUsed.${group}`, 0n],
  [`legGroupContinues.${group}`, 0n],
  ...paths(column(input, "legGroupAmount")[group]).flatMap((place): Edit[] => [
    [`legGroupAmount.${group}.${place}`, 0n],
    [`legGroupReceiver.${group}.${place}`, 0n],
  ]),
];

describe("hostile lists of payments", () => {
  it("are nothing that an honest operator does", () => {
    expect(judge.refusals(twoLists().input)).toEqual([]);
    expect(judge.refusals(inputOf(signedBlock().block))).toEqual([]);
  });

  it("pays somebody else than the signer said", () => {
    const { scenario, block, input } = twoLists();
    expect(judge.refusals(edit(input, ["legGroupReceiver.0.0", BigInt(ALICE)]))).toEqual([
      "credits",
      "messages",
    ]);
    const moved = edit(
      input,
      ["legGroupReceiver.0.0", BigInt(ALICE)],
      ...credited(block, ALICE, 1n),
      ...credited(block, BOB, -1n),
    );
    expect(judge.refusals(withPaths(moved, scenario, block))).toEqual(["messages"]);
  });

  it("pays other amounts with the same sum", () => {
    const { scenario, block, input } = twoLists();
    const moved = edit(
      input,
      ["legGroupAmount.0.0", 2n],
      ["legGroupAmount.0.1", 1n],
      ...credited(block, ALICE, -1n),
      ...credited(block, BOB, 1n),
    );
    expect(judge.refusals(withPaths(moved, scenario, block))).toEqual(["messages"]);
  });

  it("pays less or more than the signer is debited", () => {
    const { scenario, block, input } = twoLists();
    // Alice signs her list, but another sum.
    const amount = column(input, "operationAmount")[1]!;
    const less = edit(input, ["operationAmount.1", amount - 1n], ...credited(block, ALICE, 0n));
    const signed = resign(less, 1, privateKey(ALICE));
    const alice = block.changes.findIndex(({ index }) => index === ALICE);
    const cheap = edit(signed, [`cellAmount.${alice}`, (closing) => closing + 1n]);
    expect(judge.refusals(withPaths(cheap, scenario, block))).toEqual(["messages"]);
  });

  it("cuts a list in two, or hangs one list on another", () => {
    const { input } = twoLists();
    expect(judge.refusals(edit(input, ["legGroupContinues.1", 0n]))).toEqual(["messages"]);
    expect(judge.refusals(edit(input, ["legGroupContinues.2", 1n]))).toEqual(["messages"]);
  });

  it("begins a block with the rest of a list", () => {
    const { input } = twoLists();
    expect(judge.refusals(edit(input, ["legGroupContinues.0", 1n]))).toEqual(["main"]);
  });

  it("leaves a list out, or part of it", () => {
    const { scenario, block, input } = twoLists();
    const out = edit(
      input,
      ...without(input, 2),
      ...credited(block, BOB, -4n),
      ...credited(block, ALICE, -2n),
    );
    expect(judge.refusals(withPaths(out, scenario, block))).toEqual(["messages"]);
    // The last group of the first list: an unused slot before a used one.
    expect(judge.refusals(edit(input, ...without(input, 1)))).toEqual(
      expect.arrayContaining(["Prefix", "credits", "messages"]),
    );
  });

  it("takes one list for two operations that say the same", () => {
    const { scenario } = expiringOrder();
    const { state } = scenario;
    const list = { kind: "multiTransfer", legs: legs(3) } as const;
    const block = runBlock(scenario, (draft) => {
      draft.addOperation(sign(state, { ...list, ...common(BOB, 0n) }), 2n);
      draft.addOperation(sign(state, { ...list, ...common(ALICE, 1n) }), 3n);
    });
    const input = inputOf(block);
    expect(judge.refusals(input)).toEqual([]);
    const once = edit(
      input,
      ...without(input, 1),
      ...credited(block, BOB, -4n),
      ...credited(block, ALICE, -2n),
    );
    expect(judge.refusals(withPaths(once, scenario, block))).toEqual(["messages"]);
  });

  it("adds a list that nobody ordered", () => {
    const { scenario, block, input } = twoLists();
    const more = edit(
      input,
      ["legGroupUsed.3", 1n],
      ["legGroupAmount.3.0", 7n],
      ["legGroupReceiver.3.0", BigInt(BOB)],
      ...credited(block, BOB, 7n),
    );
    expect(judge.refusals(withPaths(more, scenario, block))).toEqual(["messages"]);
  });

  it("pays from an unused group", () => {
    const { scenario, block, input } = twoLists();
    const hidden = edit(
      input,
      ["legGroupAmount.4.0", 7n],
      ["legGroupReceiver.4.0", BigInt(BOB)],
      ...credited(block, BOB, 7n),
    );
    expect(judge.refusals(withPaths(hidden, scenario, block))).toEqual(["legGroup"]);
  });

  it("continues a list with an unused group, whose legs then count for the total", () => {
    const { input } = twoLists();
    expect(judge.refusals(edit(input, ["legGroupContinues.3", 1n]))).toContain("legGroup");
  });

  it("pays a negative leg, or more than 80 bits", () => {
    const { input } = twoLists();
    for (const by of [-5n, 1n << 80n]) {
      const negative = edit(
        input,
        ["legGroupAmount.0.0", (amount) => amount + by],
        ["legGroupAmount.0.2", (amount) => amount - by],
      );
      expect(judge.refusals(negative)).toContain("legGroup.PackPaymentLeg.RangeCheck");
    }
  });

  it("splits a leg's word otherwise: the list's commitment stays", () => {
    const { input } = twoLists();
    const split = edit(
      input,
      ["legGroupAmount.0.0", (amount) => amount + (1n << 80n)],
      ["legGroupReceiver.0.0", (receiver) => receiver - 1n],
    );
    expect(judge.refusals(split)).toEqual(["credits", "legGroup.PackPaymentLeg.RangeCheck", "messages"]);
  });

  it("splits the word of the flags otherwise", () => {
    const { input } = twoLists();
    const within = edit(input, ["legGroupUsed.0", 3n], ["legGroupContinues.0", -1n]);
    expect(judge.challenge(within)).toBe(judge.challenge(input));
    expect(judge.refusals(within)).toEqual(expect.arrayContaining(["legGroup"]));
    const across = edit(input, ["legGroupContinues.0", 2n], ["legGroupUsed.1", 0n]);
    expect(judge.challenge(across)).toBe(judge.challenge(input));
    expect(judge.refusals(across)).toEqual(expect.arrayContaining(["legGroup"]));
  });

  it("calls an operation two things at once, or gives it fields of another kind", () => {
    const { input } = twoLists();
    for (const kind of ["Transfer", "PostOrder", "Withdraw", "CancelOrder", "RotateKey"]) {
      const both = judge.refusals(edit(input, [`operationIs${kind}.0`, 1n]));
      expect(both.some((reason) => reason.startsWith("operation"))).toBe(true);
    }
    const receiver = resign(edit(input, ["operationReceiver.0", BigInt(ALICE)]), 0, privateKey(BOB));
    expect(judge.refusals(receiver)).toEqual(["operation"]);
    const plain = edit(input, ["operationIsMultiTransfer.1", 0n], ["operationIsTransfer.1", 1n]);
    expect(judge.refusals(resign(plain, 1, privateKey(ALICE)))).toEqual(["credits", "messages", "operation"]);
  });

  it("has no witness for any changed field of a used group, of its first and last leg", () => {
    const { input } = twoLists();
    for (const field of [
      "Used.0",
      "Continues.1",
      "Amount.0.0",
      "Amount.1.15",
      "Receiver.0.0",
      "Receiver.2.15",
    ]) {
      const refused = judge.refusals(edit(input, [`legGroup${field}`, (value) => value + 1n]));
      expect(refused, field).not.toEqual([]);
    }
  });

  it("fixes every leg and flag before the challenges", () => {
    const { input } = twoLists();
    const before = judge.challenge(input);
    for (const path of ["Used.2", "Used.3", "Continues.1", "Amount.0.3", "Receiver.1.15", "Amount.3.0"]) {
      expect(judge.challenge(edit(input, [`legGroup${path}`, (value) => value + 1n])), path).not.toBe(before);
    }
  });
});

describe("commitments to lists", () => {
  it("differ by every leg, by their order and by their length beyond zeros of one group", () => {
    const list = legs(17);
    const variants = [
      list,
      list.slice(0, 16),
      [...list].reverse(),
      list.with(3, { receiver: ALICE, amount: 1n }),
      [...list, ...Array.from({ length: 16 }, () => ({ receiver: 0, amount: 0n }))],
    ];
    expect(new Set(variants.map(legsCommitment)).size).toBe(variants.length);
  });
});
