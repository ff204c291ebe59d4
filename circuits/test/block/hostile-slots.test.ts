// A hostile operator against slots: gaps, used ones called unused, numbers hidden in unused ones, two kinds at once.
// Every attack is an input that is consistent but for the one thing it lies about; `Judge` names what refuses it.
import type { CircuitInput } from "@catalyze/circuits/build";
import { beforeAll, describe, expect, it } from "vitest";
import { type Edit, edit, moveSlots } from "../inputs.js";
import { idleNumbers, lateOperation, lateSettlement } from "../mutation/corpus.js";
import { type Judge, loadJudge } from "./attack.js";
import { busyBlock, inputOf, registered, TINY } from "./blocks.js";
import { runBlock } from "./scenario.js";

let refusals: Judge;
let input: CircuitInput;
let empty: CircuitInput;

beforeAll(async () => {
  refusals = await loadJudge();
  input = inputOf(busyBlock());
  empty = inputOf(runBlock(registered(), () => undefined));
});

const reasons = (...edits: readonly Edit[]): string[] => refusals(edit(input, ...edits));
const hidden = (...edits: readonly Edit[]): string[] => refusals(edit(empty, ...edits));

describe("hostile slots", () => {
  it("leaves a gap: an unused slot before a used one", () => {
    const idle = idleNumbers(empty, input, TINY);
    expect(refusals(lateOperation(0, idle, TINY))).toEqual([]);
    expect(refusals(lateOperation(1, idle, TINY))).toEqual(["main"]);
    expect(refusals(lateSettlement(TINY))).toEqual(["Prefix"]);
    const late = moveSlots(edit(input, ["firstRequest", 0n]), "request", [1, 0, 2, 3, 4, 5]);
    expect(refusals({ ...late, requestPreviousTime: input.requestPreviousTime! })).toEqual(["Prefix"]);
    // Openings have no public words and no order: a gap between them says nothing.
    expect(refusals(moveSlots(input, "opening", [2, 0, 1]))).toEqual([]);
  });

  it("calls a used slot unused: an operation, a settlement, an order, an opening, a withdrawal, a cell", () => {
    expect(reasons(["operationIsTransfer.2", 0n])).toEqual(expect.arrayContaining(["credits", "memory"]));
    expect(reasons(["settlementUsed.0", 0n])).toEqual(["memory", "settlement", "uses"]);
    expect(reasons(["orderUsed.0", 0n])).toEqual(["memory", "messages", "presence", "uses"]);
    expect(reasons(["openingIsAccount.0", 0n])).toEqual(["opening", "openings", "uses"]);
    expect(reasons(["withdrawalUsed.0", 0n])).toEqual(["main", "messages"]);
    expect(reasons(["cellIsAccount.0", 0n])).toEqual(expect.arrayContaining(["cell", "credits"]));
    expect(reasons(["requestIsDeposit.0", 0n])).toEqual(expect.arrayContaining(["credits", "request"]));
  });

  it("hides something in an unused slot: a request, a withdrawal, a credit, a presence, an opening", () => {
    expect(hidden(["requestPayload.0", 5n])).toEqual(["request"]);
    // An amount that no kind reads says nothing.
    expect(hidden(["requestAmount.0", 5n])).toEqual([]);
    expect(hidden(["requestHead0.0", 5n])).toEqual(["request"]);
    expect(hidden(["withdrawalWord.0", 5n])).toEqual(["main"]);
    expect(hidden(["cellCredit.0", 5n], ["cellAmount.0", 5n])).toEqual(["cell", "credits"]);
    expect(hidden(["cellPresence.0", 1n])).toEqual(["cell", "presence"]);
    expect(hidden(["cellOpened.0", 1n])).toEqual(["cell", "openings"]);
    expect(hidden(["openingUses.0", 1n])).toEqual(["opening", "uses"]);
  });

  it("pays from an unused settlement", () => {
    // A price, a limit or a fee in a slot that settles nothing; money in its escrow that goes to a requester.
    expect(hidden(["settlementPrice.0", 5n])).toContain("settlement.RangeCheck");
    expect(hidden(["settlementPrice.0", 5n], ["settlementOrder.0.9", 5n])).toContain("settlement");
    expect(hidden(["settlementOrder.0.10", 5n], ["settlementEscrow.0", 5n])).toContain("settlement");
    expect(hidden(["settlementRemaining.0", 1n], ["settlementEscrow.0", 5n])).toContain("settlement");
    expect(hidden(["settlementPrice.0", -5n])).toContain("settlement.payment.total.RangeCheck");
  });

  it("uses a slot as two things at once", () => {
    const said = (name: string, component: string): boolean =>
      reasons([name, 1n]).some((reason) => reason.startsWith(component));
    expect(said("requestIsRegister.0", "request")).toBe(true);
    expect(said("cellIsSeed.0", "cell")).toBe(true);
    expect(said("operationIsWithdraw.2", "operation")).toBe(true);
    expect(said("openingIsSeed.0", "opening")).toBe(true);
  });

  it("withdraws more, to somebody else, or without an operation", () => {
    expect(reasons(["withdrawalWord.0", (word) => word + 1n])).toEqual(["messages"]);
    expect(reasons(["withdrawalWord.0", (word) => word + (1n << 88n)])).toEqual(["messages"]);
    expect(hidden(["withdrawalUsed.0", 1n], ["withdrawalWord.0", 5n])).toEqual(["messages"]);
  });
});
