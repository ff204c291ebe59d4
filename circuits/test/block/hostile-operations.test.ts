// A hostile operator against signed operations: their order, their accesses, their signatures, their balances. Every
// attack is an input that is consistent but for the one thing it lies about; `Judge` names what refuses it.
import { accountStatic, getAccount, operationMessage, type SealedBlock } from "@catalyze/circuits/reference";
import { accessOrder, FIELD_MODULUS, INITIAL_ACCESS, operationDomain } from "@catalyze/circuits/schema";
import { beforeAll, describe, expect, it } from "vitest";
import { acceptsTampered, compileGadget, signalOf, unpinnedSignals, witnessOf } from "../gadgets/harness.js";
import { column, copySlot, edit, moveSlots, slotInput } from "../inputs.js";
import { accessAt, cellOf, type Judge, loadJudge, resign, withPaths } from "./attack.js";
import { busyBlock, closing, inputOf, registered, TINY, transfers } from "./blocks.js";
import { ALICE, BOB, common, OPERATION_DOMAIN, PROVIDER, runBlock, START, sign } from "./scenario.js";

let refusals: Judge;

beforeAll(async () => {
  refusals = await loadJudge();
});

describe("what an honest operator does", () => {
  it("is accepted", () => {
    for (const block of [busyBlock(), transfers(), closing().block]) {
      expect(refusals(inputOf(block))).toEqual([]);
    }
  });
});

/** Transfers by Alice and by the provider of the same priority, in the order of their sequence numbers 1 and 2. */
function samePriority(): SealedBlock {
  const scenario = registered();
  return runBlock(scenario, (draft) => {
    for (const [place, signer] of [ALICE, PROVIDER].entries()) {
      const operation = { kind: "transfer", ...common(signer, 0n), receiver: BOB, amount: 5n } as const;
      draft.addOperation(sign(scenario.state, operation), BigInt(place + 1));
    }
  });
}

describe("hostile order of operations", () => {
  it("skips an account's operation and takes its next one", () => {
    const block = transfers();
    const empty = inputOf(runBlock(registered(), () => undefined));
    // Alice's second transfer first, reading what her first would have left; the rest of the slots are unused.
    const moved = moveSlots(inputOf(block), "operation", [1, 2, 0]);
    const skipped = copySlot(moved, "operation", 2, empty, 0);
    expect(refusals(skipped)).toEqual(expect.arrayContaining(["credits", "memory"]));
  });

  it("puts an operation before one of higher priority", () => {
    const block = transfers();
    // Bob's transfer (7) between Alice's (9 and 8); every access is consistent with that.
    const swapped = edit(
      moveSlots(inputOf(block), "operation", [0, 2, 1]),
      [`cellLastAccess.${cellOf(block, ALICE)}`, accessAt(2, 8n, 2n)],
      [`cellLastAccess.${cellOf(block, BOB)}`, accessAt(1, 7n, 3n)],
    );
    expect(refusals(swapped)).toEqual(["rank"]);
  });

  it("puts an operation before an earlier one of the same priority", () => {
    const block = samePriority();
    const swap = (last: bigint, alice: bigint, provider: bigint) =>
      edit(
        moveSlots(inputOf(block), "operation", [1, 0, 2]),
        ["operationSequence.2", last],
        ["operationSequence.0", provider],
        ["operationSequence.1", alice],
        [`cellLastAccess.${cellOf(block, PROVIDER)}`, accessAt(0, 5n, provider)],
        [`cellLastAccess.${cellOf(block, ALICE)}`, accessAt(1, 5n, alice)],
      );
    expect(refusals(swap(3n, 1n, 2n))).toEqual(["rank"]);
    // Nor with the same number. With numbers that rise the swap is another history, whose numbers the operations root
    // holds for everybody to see.
    expect(refusals(swap(3n, 2n, 2n))).toEqual(["rank"]);
    expect(refusals(swap(3n, 2n, 1n))).toEqual([]);
  });

  it("claims an earlier place by a lower sequence number", () => {
    const block = transfers();
    const input = edit(inputOf(block), ["operationSequence.1", 1n]);
    const access = accessAt(1, 8n, 1n);
    expect(refusals(edit(input, [`cellLastAccess.${cellOf(block, ALICE)}`, access]))).toEqual([
      "operation.RangeCheck",
    ]);
  });

  it("raises an operation's priority above that of the account's previous one", () => {
    const scenario = registered();
    const { state } = scenario;
    const block = runBlock(scenario, (draft) => {
      for (const nonce of [0n, 1n]) {
        const operation = { kind: "transfer", ...common(ALICE, nonce), receiver: BOB, amount: 1n } as const;
        draft.addOperation(sign(state, { ...operation, priorityFee: 3n + nonce }), 1n + nonce);
      }
    });
    expect(column(inputOf(block), "operationPreviousPriority")[1]).toBe(3n);
    const raised = edit(inputOf(block), ["operationPreviousPriority.1", 4n]);
    expect(refusals(edit(raised, [`cellLastAccess.${cellOf(block, ALICE)}`, accessAt(1, 4n, 2n)]))).toContain(
      "memory",
    );
  });
});

describe("hostile accesses", () => {
  it("reads an old access: the second transfer starts from the balance before the first", () => {
    const scenario = registered();
    const block = transfers(scenario);
    const input = inputOf(block);
    const balance = column(input, "operationBalance")[0]!;
    const access = accessOrder.decode(INITIAL_ACCESS);
    const old = edit(
      input,
      ["operationBalance.1", balance],
      ["operationPreviousTime.1", access.time],
      ["operationPreviousPriority.1", access.priority],
      ["operationPreviousSequence.1", access.sequence],
      [`cellAmount.${cellOf(block, ALICE)}`, (amount) => amount + 119n],
    );
    expect(refusals(withPaths(old, scenario, block))).toEqual(["memory"]);
  });

  it("reads a future access: two operations that each read what the other wrote", () => {
    const block = transfers();
    const future = edit(inputOf(block), [
      "operationPreviousTime.0",
      BigInt(TINY.requests + TINY.settlements + 2),
    ]);
    expect(refusals(future)).toEqual(expect.arrayContaining(["memory", "operation.RangeCheck"]));
  });
});

describe("hostile signatures and balances", () => {
  it("takes an operation whose time is over", () => {
    const late = edit(inputOf(transfers()), ["blockTime", START + 1_000_001n]);
    expect(refusals(late)).toEqual(["operation.RangeCheck"]);
  });

  it("replays a signature of another deployment", () => {
    const foreign = edit(inputOf(transfers()), ["operationDomain", operationDomain(31338n, 0x1001n)]);
    expect(refusals(foreign).every((reason) => reason.startsWith("operation.VerifySignature"))).toBe(true);
    expect(refusals(foreign)).not.toEqual([]);
  });

  it("replays an operation of an earlier block", () => {
    const scenario = registered();
    const { state } = scenario;
    const pay = sign(state, { kind: "transfer", ...common(ALICE, 0n), receiver: BOB, amount: 5n });
    const first = inputOf(runBlock(scenario, (draft) => void draft.addOperation(pay, 1n)));
    const second = runBlock(scenario, (draft) => {
      const next = { kind: "transfer", ...common(ALICE, 1n), receiver: BOB, amount: 5n } as const;
      draft.addOperation(sign(state, next), 2n);
    });
    let replayed = inputOf(second);
    for (const name of ["Nonce", "R8x", "R8y", "S"]) {
      replayed = edit(replayed, [`operation${name}.0`, column(first, `operation${name}`)[0]!]);
    }
    expect(refusals(replayed)).toEqual(["memory"]);
  });

  it("spends more than there is", () => {
    const scenario = registered();
    const { state } = scenario;
    const base = { kind: "transfer", ...common(ALICE, 0n), receiver: BOB } as const;
    const block = runBlock(
      scenario,
      (draft) => void draft.addOperation(sign(state, { ...base, amount: 999_985n }), 1n),
    );
    const input = inputOf(block);
    const { ax, ay, owner } = getAccount(state, ALICE);
    const message = operationMessage(OPERATION_DOMAIN, accountStatic(ax, ay, owner), {
      ...base,
      amount: 1_000_000n,
    });
    const more = resign(edit(input, ["operationAmount.0", 1_000_000n]), 0, ALICE, message);
    const bob = cellOf(block, BOB);
    const paid = edit(
      more,
      [`cellCredit.${bob}`, 1_000_000n],
      [`cellAmount.${bob}`, (amount) => amount + 15n],
    );
    // The balance becomes −15; then also a lie about the balance read, which hides it.
    const negative = withPaths(edit(paid, [`cellAmount.${cellOf(block, ALICE)}`, -15n]), scenario, block);
    expect(refusals(negative)).toEqual(["cell.RangeCheck", "operation.RangeCheck"]);
    const lie = edit(paid, ["operationBalance.0", 1_000_015n]);
    expect(refusals(withPaths(lie, scenario, block))).toEqual(["memory"]);
  });
});

describe("hints of the circuit that lie", () => {
  it("takes another distance between two priorities than the one that is not negative", async () => {
    const gadget = await compileGadget("operation", ["block/operation.circom"], "Operation()");
    const { operationDomain: domain, blockTime, ...input } = inputOf(transfers());
    const slot = slotInput(input, "operation", 1);
    const time = BigInt(TINY.requests + TINY.settlements + 2);
    const witness = await witnessOf(gadget, {
      ...slot,
      operationDomain: domain!,
      blockTime: blockTime!,
      time,
    });
    expect(signalOf(gadget, witness, "distance")).toBe(1n);
    for (const distance of [0n, 2n, FIELD_MODULUS - 1n]) {
      expect(acceptsTampered(gadget, witness, { distance }), `${distance}`).toBe(false);
    }
    expect(unpinnedSignals(gadget, witness)).toEqual([]);
  });

  it("calls priorities that fall the same, for the sequence numbers to decide", async () => {
    const judge = await loadJudge({
      name: "same",
      patch: (text) => text.replace("dropInverse[i] <-- drop != 0 ? 1 / drop : 0;", "dropInverse[i] <-- 0;"),
    });
    expect(judge(inputOf(transfers()))).toEqual(["rank"]);
  });
});
