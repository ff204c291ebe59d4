// A hostile operator against cells, credits and lookups: what is opened, closed, created and deleted, who is paid, who is
// there. Every attack is an input that is consistent but for the one thing it lies about; `Judge` names what refuses it.
import type { CircuitInput } from "@catalyze/circuits/build";
import {
  accountStatic,
  getAccount,
  operationMessage,
  publicKey,
  type SealedBlock,
} from "@catalyze/circuits/reference";
import { beforeAll, describe, expect, it } from "vitest";
import { column, copySlot, type Edit, edit } from "../inputs.js";
import { cellOf, type Judge, loadJudge, resign, withPaths } from "./attack.js";
import { busyBlock, closing, inputOf, openOrder, registered, TINY } from "./blocks.js";
import {
  ALICE,
  BOB,
  common,
  emptyScenario,
  MIDDLEWARE,
  OPERATION_DOMAIN,
  ownerOf,
  PROVIDER,
  privateKey,
  runBlock,
  type Scenario,
  SEED,
  START,
  sign,
} from "./scenario.js";

let refusals: Judge;
let busy: SealedBlock;
let input: CircuitInput;

beforeAll(async () => {
  refusals = await loadJudge();
  busy = busyBlock();
  input = inputOf(busy);
});

const reasons = (...edits: readonly Edit[]): string[] => refusals(edit(input, ...edits));

describe("hostile credits", () => {
  it("mints: credits an account, the pool of burned units, or itself", () => {
    const scenario = emptyScenario(TINY);
    const block = busyBlock(scenario);
    const bob = cellOf(block, BOB);
    const minted = edit(
      inputOf(block),
      [`cellCredit.${bob}`, (credit) => credit + 1n],
      [`cellAmount.${bob}`, (amount) => amount + 1n],
    );
    expect(refusals(withPaths(minted, scenario, block))).toEqual(["credits"]);
    expect(reasons(["feeAccount", BigInt(BOB)])).toEqual(["credits"]);
  });

  it("moves a credit from one account to another", () => {
    const scenario = emptyScenario(TINY);
    const block = busyBlock(scenario);
    const [bob, alice] = [cellOf(block, BOB), cellOf(block, ALICE)];
    const moved = edit(
      inputOf(block),
      [`cellCredit.${bob}`, (credit) => credit + 1n],
      [`cellAmount.${bob}`, (amount) => amount + 1n],
      [`cellCredit.${alice}`, (credit) => credit - 1n],
      [`cellAmount.${alice}`, (amount) => amount - 1n],
    );
    expect(refusals(withPaths(moved, scenario, block))).toEqual(["credits"]);
  });

  it("splits a cell's closing amount otherwise into what was last written and what was credited", () => {
    const bob = cellOf(busy, BOB);
    expect(reasons([`cellCredit.${bob}`, (credit) => credit + 5n])).toEqual(["credits", "memory"]);
    expect(reasons([`cellCredit.${bob}`, (1n << 88n) - 1n])).toContain("cell.RangeCheck");
  });
});

describe("hostile orders in cells", () => {
  it("keeps money in an order that it deletes, or credits it", () => {
    const { block: closed, orderIndex } = closing();
    const cell = cellOf(closed, orderIndex);
    expect(refusals(edit(inputOf(closed), [`cellAmount.${cell}`, 5n]))).toEqual(["cell", "memory"]);
    const credited = edit(inputOf(closed), [`cellAmount.${cell}`, 5n], [`cellCredit.${cell}`, 5n]);
    expect(refusals(credited)).toEqual(["cell", "credits"]);
  });

  it("deletes an order that still has chunks, or keeps one that has none", () => {
    const cell = cellOf(busy, busy.settlements[0]!.settlement.orderIndex);
    expect(reasons([`cellPayload.${cell}`, 0n], [`cellAmount.${cell}`, 0n])).toContain("memory");
    const { block: closed, orderIndex } = closing();
    expect(refusals(edit(inputOf(closed), [`cellPayload.${cellOf(closed, orderIndex)}`, 1n]))).toContain(
      "memory",
    );
  });

  it("changes the fixed part of an order that it deletes, which no public word shows", () => {
    const { block: closed, orderIndex } = closing();
    const cell = cellOf(closed, orderIndex);
    const found = refusals(edit(inputOf(closed), [`cellStatic.${cell}`, (value) => value + 1n]));
    expect(found).toEqual(expect.arrayContaining(["cell.update.AssertSelected", "memory"]));
  });

  it("creates and deletes an order in one block", () => {
    const cell = cellOf(busy, Number(column(input, "orderIndex")[0]));
    expect(column(input, "cellCreated")[cell]).toBe(1n);
    expect(reasons([`cellPayload.${cell}`, 0n], [`cellAmount.${cell}`, 0n])).toEqual(["cell", "memory"]);
  });
});

describe("hostile openings of cells", () => {
  it("creates a cell that is in use", () => {
    const registering = (scenario: Scenario): SealedBlock =>
      runBlock(scenario, (draft) => {
        const { ax, ay } = publicKey(privateKey(7));
        draft.addRequest({ kind: "register", index: 7, time: START, ax, ay, owner: ownerOf(7), amount: 0n });
      });
    const free = registering(registered());
    // The same request against a tree in which cell 7 is an account with money.
    const used = registered();
    registering(used);
    const deposited = runBlock(used, (draft) => {
      draft.addRequest({ kind: "deposit", index: 7, time: START, depositor: 1n, amount: 500n });
    });
    const after = inputOf(
      runBlock(used, (draft) => {
        draft.addRequest({ kind: "deposit", index: 7, time: START, depositor: 1n, amount: 1n });
      }),
    );
    expect(deposited.changes[0]!.after?.amount).toBe(500n);
    const taken = {
      ...inputOf(free),
      oldRoot: after.oldRoot!,
      cellChildren: after.cellChildren!,
    } as CircuitInput;
    expect(refusals(taken)).toEqual(["cell.update.AssertSelected"]);
    // Opened as it is, the creation has a second opening beside it.
    const opened = edit(
      taken,
      ["cellCreated.0", 0n],
      ["cellOldDynamic.0", column(after, "cellOldDynamic")[0]!],
    );
    expect(refusals(opened)).toEqual(["memory"]);
  });

  it("opens a cell twice", () => {
    const scenario = registered();
    const { state } = scenario;
    const pay = sign(state, { kind: "transfer", ...common(ALICE, 0n), receiver: BOB, amount: 5n });
    const once = runBlock(scenario, (draft) => void draft.addOperation(pay, 1n));
    const bob = cellOf(once, BOB);
    expect(bob).toBe(once.changes.length - 1);
    // A second opening of Bob's cell, of what the first left: no money moves by itself, but the accesses fork.
    const next = inputOf(
      runBlock(scenario, (draft) => {
        draft.addRequest({ kind: "deposit", index: BOB, time: START, depositor: 1n, amount: 0n });
      }),
    );
    expect(refusals(copySlot(inputOf(once), "cell", bob + 1, next, 0))).toEqual(["index"]);
  });

  it("reads an order as an account, and a seed as one", () => {
    const scenario = emptyScenario(TINY);
    const orderIndex = openOrder(scenario);
    const { state } = scenario;
    const settled = runBlock(scenario, (draft) => {
      draft.addSettlement({ orderIndex, chunk: 0, provider: PROVIDER, resultsRoot: 5n, price: 900n });
      draft.addOperation(sign(state, { kind: "withdraw", ...common(ALICE, 1n), amount: 5n }), 1n);
    });
    const withdrawing = inputOf(settled);
    const asAccount = edit(
      withdrawing,
      [`cellIsOrder.${cellOf(settled, orderIndex)}`, 0n],
      [`cellIsAccount.${cellOf(settled, orderIndex)}`, 1n],
    );
    expect(refusals(asAccount)).toContain("memory");
    const { ax, ay, owner } = getAccount(state, ALICE);
    for (const index of [orderIndex, SEED]) {
      const operation = { kind: "withdraw", ...common(index, 1n), amount: 5n } as const;
      const message = operationMessage(OPERATION_DOMAIN, accountStatic(ax, ay, owner), operation);
      const signed = resign(edit(withdrawing, ["operationSigner.0", BigInt(index)]), 0, ALICE, message);
      expect(refusals(signed)).toContain("memory");
    }
  });
});

describe("hostile presence", () => {
  it("names a middleware that is no account, or denies that one is", () => {
    const middleware = cellOf(busy, MIDDLEWARE);
    expect(reasons([`cellPresence.${middleware}`, 0n])).toEqual(["presence"]);
    expect(reasons([`cellPresence.${middleware}`, 0n], [`cellPresence.${cellOf(busy, BOB)}`, 1n])).toEqual([
      "presence",
    ]);
    expect(reasons(["orderMiddleware.0", BigInt(SEED)])).toEqual(["memory", "messages", "presence"]);
    expect(reasons(["orderMiddleware.0", 9n])).toEqual(["memory", "messages", "presence"]);
  });

  it("takes other terms than its seed's", () => {
    expect(reasons(["orderSeedPayload.0", (value) => value - 1n])).toEqual([
      "memory",
      "messages",
      "presence",
    ]);
    // A seed's payload is its terms only as a seed: the key of an account has no terms beside it.
    expect(reasons(["orderSeed.0", BigInt(ALICE)])).toEqual(["memory", "messages", "presence", "uses"]);
  });
});

describe("hostile openings of static parts", () => {
  const openingOf = (index: number): number => column(input, "openingIndex").indexOf(BigInt(index));

  it("opens another preimage than the cell's", () => {
    for (const index of [PROVIDER, SEED]) {
      for (const name of ["Head0", "Head1", "Subject"]) {
        expect(reasons([`opening${name}.${openingOf(index)}`, (value) => value + 1n])).toContain("openings");
      }
    }
    // The provider's owner and the settlement's changed together: the statement is another, and so is what is opened.
    const slot = openingOf(PROVIDER);
    expect(
      reasons(
        [`openingSubject.${slot}`, (owner) => owner + 1n],
        ["settlementOwner.0", (owner) => owner + 1n],
      ),
    ).toEqual(["openings"]);
  });

  it("opens a cell that the block does not touch, or one twice", () => {
    const slot = openingOf(PROVIDER);
    expect(reasons([`openingIndex.${slot}`, 9n])).toEqual(["openings", "uses"]);
    // A copy of the provider's opening in the free slot, with all uses there, or with no use.
    const free = column(input, "openingIsAccount").findIndex(
      (flag, i) => flag === 0n && column(input, "openingIsSeed")[i] === 0n,
    );
    const twice = copySlot(input, "opening", free, input, slot);
    expect(refusals(edit(twice, [`openingUses.${slot}`, 0n]))).toEqual(["openings"]);
    expect(refusals(twice)).toEqual(["openings", "uses"]);
    const provider = cellOf(busy, PROVIDER);
    const both = edit(twice, [`openingUses.${slot}`, 0n], [`cellOpened.${provider}`, 2n]);
    expect(refusals(both)).toEqual(["cell"]);
  });

  it("opens an account as a seed, a seed as an account, or a cell as both", () => {
    for (const index of [PROVIDER, SEED]) {
      const slot = openingOf(index);
      const swap = [
        [`openingIsAccount.${slot}`, (flag: bigint) => 1n - flag],
        [`openingIsSeed.${slot}`, (flag: bigint) => 1n - flag],
      ] as const;
      expect(reasons(...swap)).toEqual(["openings", "uses"]);
      const other = index === SEED ? "openingIsAccount" : "openingIsSeed";
      expect(reasons([`${other}.${slot}`, 1n])).toContain("opening");
    }
  });

  it("counts more or fewer uses than there are, or uses of an unused slot", () => {
    const slot = openingOf(SEED);
    expect(reasons([`openingUses.${slot}`, 0n])).toEqual(["uses"]);
    expect(reasons([`openingUses.${slot}`, 2n])).toEqual(["uses"]);
    const free = column(input, "openingUses").indexOf(0n);
    expect(reasons([`openingUses.${free}`, 1n])).toEqual(["opening", "uses"]);
    const opened = cellOf(busy, BOB);
    expect(reasons([`cellOpened.${opened}`, 1n])).toEqual(["openings"]);
  });

  it("posts an order with another program or other parameters than its seed's", () => {
    for (const name of ["orderProgramId.0", "orderParametersCommitment.0"]) {
      expect(reasons([name, (value) => value + 1n])).toEqual(["memory", "messages", "uses"]);
    }
  });
});
