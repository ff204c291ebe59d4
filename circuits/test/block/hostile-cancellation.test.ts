// A hostile operator against cancelled orders, one attack per test.
import type { CircuitInput } from "@catalyze/circuits/build";
import type { SealedBlock } from "@catalyze/circuits/reference";
import { beforeAll, describe, expect, it } from "vitest";
import { ALICE, BOB, common, OPERATOR, PROVIDER, privateKey, type Scenario, sign } from "./scenario.js";
import { blockAt, cancellation, expiringOrder, inputOf, OVER } from "./signed.js";
import {
  cellOf,
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

interface Attacked {
  readonly scenario: Scenario;
  readonly block: SealedBlock;
  readonly input: CircuitInput;
  readonly orderIndex: number;
  readonly escrow: bigint;
}

/** Bob pays Alice; then Alice cancels her order. */
function cancelled(): Attacked {
  const { scenario, orderIndex } = expiringOrder();
  const { state } = scenario;
  const block = blockAt(scenario, OVER, (draft) => {
    const pay = {
      kind: "transfer",
      ...common(BOB, 0n),
      priorityFee: 9n,
      receiver: ALICE,
      amount: 60n,
    } as const;
    draft.addOperation(sign(state, pay), 2n);
    draft.addOperation(sign(state, cancellation(scenario, orderIndex, 1n)), 3n);
  });
  return {
    scenario,
    block,
    input: inputOf(block),
    orderIndex,
    escrow: block.cancellations[0]!.before.amount,
  };
}

/** A settlement of the first chunk, which closes the order, in the same place as a cancellation would be. */
const TIME = 6n + 2n + 2n;

describe("hostile cancellations", () => {
  it("are nothing that an honest operator does", () => {
    const { input, escrow } = cancelled();
    expect(escrow).toBeGreaterThan(0n);
    expect(column(input, "cancellationTime")[0]).toBe(TIME);
    expect(judge.refusals(input)).toEqual([]);
  });

  it("cancels before the deadline and the grace period are over, whatever deadline it gives", () => {
    const { input } = cancelled();
    expect(judge.refusals(edit(input, ["blockTime", OVER - 1n]))).toEqual(["cancellation.RangeCheck"]);
    const early: Edit[] = [
      ["blockTime", OVER - 1n],
      ["cancellationDeadline.0", (deadline) => deadline - 1n],
    ];
    expect(judge.refusals(edit(input, ...early))).toEqual(["cancellation.PackOrderConditions"]);
    const other = edit(input, ...early, ["cancellationOrder.0.3", (word) => word - 1n]);
    expect(judge.refusals(other)).toEqual(["memory", "messages"]);
  });

  it("splits the order's conditions otherwise", () => {
    const { input } = cancelled();
    const carry = edit(
      input,
      ["cancellationDeadline.0", (deadline) => deadline - (1n << 40n)],
      ["cancellationMinimumBond.0", 1n],
    );
    expect(judge.refusals(carry)).toEqual([
      "cancellation.PackOrderConditions.RangeCheck",
      "cancellation.RangeCheck",
    ]);
  });

  it("cancels for somebody who is not the requester", () => {
    const { input } = cancelled();
    // Bob signs the cancellation in his second operation.
    const field = (name: string, from: number): Edit => [
      `operation${name}.1`,
      column(input, `operation${name}`)[from]!,
    ];
    const byBob = edit(input, ...["Signer", "Owner", "Ax", "Ay"].map((name) => field(name, 0)), [
      "operationNonce.1",
      1n,
    ]);
    const signed = resign(byBob, 1, privateKey(BOB));
    expect(judge.refusals(signed)).toEqual(["memory", "messages"]);
    // The order's requester is said to be Bob.
    const requester = edit(signed, ["cancellationOrder.0.0", BigInt(BOB)]);
    expect(judge.refusals(requester)).toEqual(["credits", "memory", "messages"]);
  });

  it("cancels an order whose requester signed nothing", () => {
    const { input } = cancelled();
    const plain = edit(
      input,
      ["operationIsCancelOrder.1", 0n],
      ["operationIsTransfer.1", 1n],
      ["operationData.1", 0n],
      ["operationReceiver.1", BigInt(BOB)],
    );
    expect(judge.refusals(resign(plain, 1, privateKey(ALICE)))).toEqual(["messages"]);
  });

  it("takes the operation and leaves the order", () => {
    const { scenario, block, input, orderIndex, escrow } = cancelled();
    const kept: Edit[] = [
      ["cancellationUsed.0", 0n],
      ["cancellationEscrow.0", 0n],
      ...credited(block, ALICE, -escrow),
    ];
    const cell = cellOf(block, orderIndex);
    const open = edit(
      input,
      ...kept,
      [`cellAmount.${cell}`, escrow],
      [`cellPayload.${cell}`, block.cancellations[0]!.before.bitmap + (1n << 64n)],
      [`cellLastAccess.${cell}`, block.cancellations[0]!.previousAccess],
    );
    expect(judge.refusals(withPaths(open, scenario, block))).toEqual(["messages"]);
  });

  it("pays the escrow to somebody else, more than it is, or nothing of it", () => {
    const { scenario, block, input, escrow } = cancelled();
    const elsewhere = edit(input, ...credited(block, ALICE, -escrow), ...credited(block, OPERATOR, escrow));
    expect(judge.refusals(withPaths(elsewhere, scenario, block))).toEqual(["credits"]);
    const more = edit(input, ["cancellationEscrow.0", escrow + 1n], ...credited(block, ALICE, 1n));
    expect(judge.refusals(edit(more))).toContain("memory");
    expect(judge.refusals(edit(input, ["cancellationEscrow.0", 0n]))).toEqual(["credits", "memory"]);
  });

  it("pays the escrow and keeps the order open", () => {
    const { scenario, block, input, orderIndex } = cancelled();
    const { before } = block.cancellations[0]!;
    const cell = cellOf(block, orderIndex);
    const open = edit(
      input,
      [`cellAmount.${cell}`, before.amount],
      [`cellPayload.${cell}`, before.bitmap + (before.remaining << 64n)],
    );
    expect(judge.refusals(withPaths(open, scenario, block))).toEqual(["memory"]);
  });

  it("cancels twice for one operation, and twice for two", () => {
    const { block, input, escrow } = cancelled();
    const copy = paths(
      Object.fromEntries(Object.entries(input).filter(([name]) => /^cancellation[A-Z]/.test(name))),
    )
      .filter((path) => path.split(".")[1] === "0")
      .map((path): Edit => {
        const [name, , ...rest] = path.split(".");
        const value = rest.reduce<unknown>((at, key) => (at as never)[key], column(input, name!)[0]);
        return [[name, "1", ...rest].join("."), value as bigint];
      });
    const twice = edit(input, ...copy, ...credited(block, ALICE, escrow));
    expect(judge.refusals(twice)).toEqual(expect.arrayContaining(["memory", "messages"]));
    const later = edit(twice, ["cancellationTime.1", TIME + 1n], ["cancellationPreviousTime.1", TIME]);
    expect(judge.refusals(later)).toEqual(expect.arrayContaining(["memory", "messages"]));
  });

  it("cancels an order that a settlement of the block has closed, or with the escrow before a settlement", () => {
    const { scenario, orderIndex } = expiringOrder();
    const { state } = scenario;
    const wrong = cancellation(scenario, orderIndex, 1n);
    const block = blockAt(scenario, OVER, (draft) => {
      draft.addSettlement({ orderIndex, chunk: 0, provider: PROVIDER, resultsRoot: 6n, price: 900n });
      const pay = { kind: "transfer", ...common(ALICE, 1n), receiver: BOB, amount: 0n } as const;
      draft.addOperation(sign(state, pay), 3n);
    });
    const honest = inputOf(block);
    const slot = cancelled().input;
    const kind: Edit[] = [
      ["operationIsTransfer.0", 0n],
      ["operationIsCancelOrder.0", 1n],
      ["operationReceiver.0", BigInt(orderIndex)],
      ["operationData.0", wrong.orderStatic],
    ];
    const signed = resign(edit(honest, ...kind), 0, privateKey(ALICE));
    const columns = Object.entries(slot).filter(([name]) => /^cancellation[A-Z]/.test(name));
    const taken = edit({ ...signed, ...Object.fromEntries(columns) } as CircuitInput, [
      "cancellationTime.0",
      TIME - 1n,
    ]);
    // What it was before the settlement; then what the settlement left.
    expect(judge.refusals(taken)).toEqual(expect.arrayContaining(["memory"]));
    expect(judge.refusals(taken)).not.toContain("messages");
    const closed = edit(
      taken,
      ["cancellationEscrow.0", 0n],
      ["cancellationBitmap.0", 0n],
      ["cancellationRemaining.0", 0n],
      ["cancellationPreviousTime.0", 7n],
      [`cellLastAccess.${cellOf(block, orderIndex)}`, (access) => access + TIME - 1n - 7n],
    );
    expect(judge.refusals(closed)).toEqual(["cancellation.RangeCheck"]);
  });

  it("stands at another time than its operation, or reads what comes later", () => {
    const { block, input, orderIndex } = cancelled();
    const cell = cellOf(block, orderIndex);
    const earlier = edit(
      input,
      ["cancellationTime.0", TIME - 1n],
      [`cellLastAccess.${cell}`, (access) => access - 1n],
    );
    expect(judge.refusals(earlier)).toEqual(["messages"]);
    expect(judge.refusals(edit(input, ["cancellationPreviousTime.0", TIME]))).toEqual([
      "cancellation.RangeCheck",
      "memory",
    ]);
  });

  it("splits the access word otherwise", () => {
    const { input } = cancelled();
    const before = judge.challenge(input);
    const splits: [string, bigint, string, bigint][] = [
      ["Bitmap", 1n << 64n, "Remaining", -1n],
      ["Remaining", 1n << 7n, "Index", -1n],
      ["Index", 1n << 24n, "Time", -1n],
      // The distance to the previous time moves with the time.
      ["Time", (1n << 16n) + 1n, "PreviousTime", (1n << 16n) + 2n],
      ["PreviousTime", -(1n << 16n), "Escrow", -1n],
    ];
    for (const [lower, up, higher, down] of splits) {
      const split = edit(
        input,
        [`cancellation${lower}.0`, (value) => value + up],
        [`cancellation${higher}.0`, (value) => value + down],
      );
      const reasons = judge.refusals(split);
      expect(reasons, `${lower} and ${higher}`).toContain("cancellation.RangeCheck");
      if (lower !== "Time" && lower !== "Index") expect(judge.challenge(split), lower).toBe(before);
    }
  });

  it("hides a refund in an unused slot", () => {
    const { scenario, block, input } = cancelled();
    const hidden = edit(
      input,
      ["cancellationEscrow.1", 7n],
      ["cancellationOrder.1.0", BigInt(OPERATOR)],
      ...credited(block, OPERATOR, 7n),
    );
    expect(judge.refusals(withPaths(hidden, scenario, block))).toEqual(["cancellation"]);
  });

  it("debits an amount that goes nowhere, under a signature", () => {
    const { scenario, block, input } = cancelled();
    const lost = edit(
      input,
      ["operationAmount.1", 5n],
      [`cellAmount.${cellOf(block, ALICE)}`, (amount) => amount - 5n],
    );
    expect(judge.refusals(withPaths(resign(lost, 1, privateKey(ALICE)), scenario, block))).toEqual([
      "operation",
    ]);
  });

  it("has no witness for any changed field, and draws another challenge or breaks the slot", () => {
    const { input } = cancelled();
    const before = judge.challenge(input);
    const fields = paths(
      Object.fromEntries(
        Object.entries(input)
          .filter(([name]) => /^cancellation[A-Z]/.test(name))
          .map(([name, value]) => [name, [(value as readonly unknown[])[0]]]),
      ),
    );
    expect(fields.length).toBe(20);
    for (const path of fields) {
      const changed = edit(input, [path, (value) => value + 1n]);
      const reasons = judge.refusals(changed);
      expect(reasons, path).not.toEqual([]);
      const slot = reasons.some((reason) => reason.startsWith("cancellation"));
      expect(slot || judge.challenge(changed) !== before, path).toBe(true);
    }
  });
});
