// A hostile operator against exits and changed terms, one attack per test: an input that is consistent but for the one
// thing it lies about, and the constraints that refuse it.

import { getSeed, type SealedBlock } from "@catalyze/circuits/reference";
import { cellDynamic, INITIAL_ACCESS } from "@catalyze/circuits/schema";
import { beforeAll, describe, expect, it } from "vitest";
import { cellOf, column, edit, inputOf, loadRefusals, type Refusals, withPaths } from "./request-attacks.js";
import { exitAccount, exitSeed, requestBlock, startedRequests, updateSeedTerms } from "./request-scenario.js";
import { ALICE, BOB, common, makeOrder, ownerOf, runBlock, type Scenario, SEED, sign } from "./scenario.js";

let refusals: Refusals;

beforeAll(async () => {
  refusals = await loadRefusals();
});

/** Bob's account exits, twice if asked. */
function exited(times: number): { scenario: Scenario; block: SealedBlock } {
  const { scenario } = startedRequests();
  const block = runBlock(scenario, (draft) => {
    for (let i = 0; i < times; i++) draft.addRequest(exitAccount(BOB));
  });
  return { scenario, block };
}

describe("hostile exits", () => {
  it("are none when honest", () => {
    expect(refusals(inputOf(exited(2).block))).toEqual([]);
    expect(refusals(inputOf(requestBlock().block))).toEqual([]);
  });

  it("pay somebody else, more, or nobody", () => {
    const input = inputOf(exited(1).block);
    expect(refusals(edit(input, ["withdrawalWord.0", (word) => word + (1n << 88n)]))).toEqual(["messages"]);
    expect(refusals(edit(input, ["withdrawalWord.0", (word) => word + 1n]))).toEqual(["messages"]);
    expect(refusals(edit(input, ["withdrawalUsed.0", 0n], ["withdrawalWord.0", 0n]))).toEqual(["messages"]);
  });

  it("pay a part and leave the rest", () => {
    const { scenario, block } = exited(1);
    const bob = cellOf(block, BOB);
    const part = edit(
      inputOf(block),
      ["requestAmount.0", (amount) => amount - 7n],
      ["withdrawalWord.0", (word) => word - 7n],
    );
    expect(refusals(part)).toEqual(["memory"]);
    const left = edit(part, [`cellAmount.${bob}`, (amount) => amount + 7n]);
    expect(refusals(withPaths(left, scenario, block))).toEqual(["memory"]);
  });

  it("pay a part by a payload that lends to the balance", () => {
    const { scenario, block } = exited(1);
    const place = 1n << BigInt(cellDynamic.offsets.payload);
    const bob = cellOf(block, BOB);
    // What the memory reads stays as it is; the balance is more than there is, the nonce less than none.
    const lent = edit(
      inputOf(block),
      ["requestAmount.0", (amount) => amount + place],
      ["requestHeldPayload.0", (payload) => payload - 1n],
      ["withdrawalWord.0", (word) => word + place],
      [`cellPayload.${bob}`, (payload) => payload - 1n],
    );
    expect(refusals(withPaths(lent, scenario, block))).toEqual(
      expect.arrayContaining(["request.RangeCheck", "cell.RangeCheck"]),
    );
  });

  it("pay twice: the second reads the account as the first found it", () => {
    const { block } = exited(2);
    const input = inputOf(block);
    const balance = column(input, "requestAmount")[0]!;
    const again = edit(
      input,
      ["requestAmount.1", balance],
      ["requestPreviousTime.1", 0n],
      ["withdrawalWord.1", (word) => word + balance],
    );
    expect(refusals(again)).toEqual(["memory"]);
  });

  it("pay an account that was created in the same block what it is credited", () => {
    const { scenario } = startedRequests();
    const block = runBlock(scenario, (draft) => {
      draft.addRequest({
        kind: "register",
        index: 7,
        time: 1n,
        ax: 5n,
        ay: 6n,
        owner: ownerOf(7),
        amount: 9n,
      });
      draft.addRequest(exitAccount(7));
    });
    const input = inputOf(block);
    expect(refusals(input)).toEqual([]);
    const paid = edit(input, ["requestAmount.1", 9n], ["withdrawalWord.0", (word) => word + 9n]);
    expect(refusals(paid)).toEqual(["memory"]);
    const slot = cellOf(block, 7);
    const taken = edit(paid, [`cellCredit.${slot}`, 0n], [`cellAmount.${slot}`, 0n]);
    expect(refusals(withPaths(taken, scenario, block))).toEqual(["credits", "memory"]);
  });

  it("come after an operation of the block, or are not seen by it", () => {
    const { scenario } = startedRequests();
    const { state } = scenario;
    const block = runBlock(scenario, (draft) => {
      draft.addRequest(exitAccount(BOB));
      const base = { ...common(BOB, 0n), fee: 0n, priorityFee: 0n };
      draft.addOperation(sign(state, { kind: "transfer", ...base, receiver: ALICE, amount: 0n }), 3n);
    });
    const input = inputOf(block);
    const balance = column(input, "requestAmount")[0]!;
    // The operation reads the account as the block opened it, and so does the exit.
    const unseen = edit(input, ["operationBalance.0", balance], ["operationPreviousTime.0", 0n]);
    expect(refusals(unseen)).toEqual(["memory"]);
    const late = edit(
      unseen,
      ["requestPreviousTime.0", column(input, "cellLastAccess")[cellOf(block, BOB)]! - INITIAL_ACCESS],
      ["requestHeldPayload.0", 1n],
      [`cellLastAccess.${cellOf(block, BOB)}`, INITIAL_ACCESS + 1n],
    );
    expect(refusals(late)).toEqual(["request.RangeCheck"]);
  });

  it("are skipped, or taken for another kind", () => {
    const input = inputOf(exited(1).block);
    expect(refusals(edit(input, ["requestIsExitAccount.0", 0n]))).toEqual(
      expect.arrayContaining(["memory", "messages", "request"]),
    );
    // As a deposit the words are others, which the queue's hash shows.
    const deposit = edit(input, ["requestIsExitAccount.0", 0n], ["requestIsDeposit.0", 1n]);
    expect(refusals(deposit)).toEqual(expect.arrayContaining(["credits", "memory", "messages"]));
    // Two kinds at once: no constraint of its own says that there is one, but an unused slot's zeros.
    const two = edit(input, ["requestIsDeposit.0", 1n]);
    expect(refusals(two)).toEqual(expect.arrayContaining(["request"]));
  });

  it("take the vault of a seed for somebody, or its terms away", () => {
    const { scenario } = startedRequests();
    const block = runBlock(scenario, (draft) => {
      draft.addRequest(exitSeed);
    });
    const input = inputOf(block);
    expect(refusals(edit(input, ["withdrawalWord.0", (word) => word + (1n << 88n)]))).toEqual(["messages"]);
    const stripped = edit(input, ["requestHeldPayload.0", 0n], [`cellPayload.${cellOf(block, SEED)}`, 0n]);
    expect(refusals(withPaths(stripped, scenario, block))).toEqual(["memory"]);
    // A seed read as an account, or another cell.
    expect(refusals(edit(input, ["requestCellStatic.0", (word) => word + 1n]))).toEqual(["memory"]);
    expect(refusals(edit(input, ["requestIndex.0", BigInt(BOB)]))).toEqual(["memory"]);
  });
});

describe("hostile changes of terms", () => {
  it("keep the old terms, or the vault", () => {
    const { scenario } = startedRequests();
    const block = runBlock(scenario, (draft) => {
      draft.addRequest(updateSeedTerms(2n));
    });
    const input = inputOf(block);
    const seed = cellOf(block, SEED);
    const kept = edit(input, [`cellPayload.${seed}`, column(input, "requestHeldPayload")[0]!]);
    expect(refusals(withPaths(kept, scenario, block))).toEqual(["memory"]);
  });

  it("post an order with the old terms after the change", () => {
    const { scenario } = startedRequests();
    const { state } = scenario;
    const { terms } = getSeed(state, SEED);
    const post = (change: object): SealedBlock => {
      const fresh = startedRequests().scenario;
      return runBlock(fresh, (draft) => {
        draft.addRequest(updateSeedTerms(5n));
        const order = makeOrder(fresh.state, BOB, 0n, {
          terms: { ...terms, royalty: 305n, version: 5n, ...change },
        });
        draft.addOperation(sign(fresh.state, { kind: "postOrder", ...common(BOB, 0n), order }), 2n);
      });
    };
    const input = inputOf(post({}));
    expect(refusals(input)).toEqual([]);
    const old = edit(input, ["orderSeedPayload.0", column(input, "requestHeldPayload")[0]!]);
    expect(refusals(old)).toEqual(expect.arrayContaining(["presence"]));
    expect(() => post({ royalty: terms.royalty })).toThrow(/royalty is not the seed's/);
  });
});

describe("words of a request split another way", () => {
  it("have a field out of range", () => {
    const input = inputOf(requestBlock().block);
    const splits: [string, bigint, string, bigint][] = [
      ["requestHeldPayload.0", -1n, "requestAmount.0", 1n << 88n],
      ["requestPreviousTime.0", 1n, "requestHeldPayload.0", 1n << 88n],
      ["requestIndex.0", -1n, "requestIsExitAccount.0", 1n << 4n],
      ["requestTime.0", -1n, "requestIndex.0", 1n << 24n],
      ["requestSubject.0", -1n, "requestTime.0", 1n << 40n],
      ["requestPayload.3", -1n, "requestAmount.3", 1n << 88n],
    ];
    for (const [higher, down, lower, up] of splits) {
      const split = edit(input, [higher, (value) => value + down], [lower, (value) => value + up]);
      expect(
        refusals(split).some((reason) => /^request(\.RangeCheck)?$/.test(reason)),
        `${higher} and ${lower}`,
      ).toBe(true);
    }
  });
});
