// A hostile operator against requests about orders: calls a valid one void, for each reason; carries out one that is not
// valid; skips it, pays it twice or to somebody else. Each input is consistent but for the one thing it lies about.
import type { CircuitInput } from "@catalyze/circuits/build";
import { requestWords, type SealedBlock } from "@catalyze/circuits/reference";
import { INITIAL_ACCESS, requestRoute, requestValue } from "@catalyze/circuits/schema";
import { beforeAll, describe, expect, it } from "vitest";
import { cellOf, column, type Edit, edit, inputOf, loadRefusals, type Refusals } from "./request-attacks.js";
import {
  EXIT_TIME,
  exitOrder,
  type ForcedSettlement,
  forcedSettlement,
  refusedSettlements,
  startedRequests,
} from "./request-scenario.js";
import { ALICE, BOB, ownerOf, runBlock, type Scenario } from "./scenario.js";

let refusals: Refusals;
let exit: Voided;
let settlement: Voided;

beforeAll(async () => {
  refusals = await loadRefusals();
  exit = voidExit();
  settlement = voidSettlement();
});

/** A block in which a request has no effect, and its input with the words of a request that is valid. */
interface Voided {
  readonly input: CircuitInput;
  readonly orderIndex: number;
  readonly scenario: Scenario;
  readonly block: SealedBlock;
}

/** A block in which an exit is void, with the inputs of the valid one: what an operator has who lets it do nothing. */
function voidExit(): Voided {
  const { scenario, orderIndex } = startedRequests();
  const block = runBlock(scenario, (draft) => {
    draft.addRequest(exitOrder(orderIndex, { time: EXIT_TIME - 1n }));
  });
  const input = edit(inputOf(block), ["requestTime.0", EXIT_TIME], ["forcedTime.0", EXIT_TIME]);
  return { input, orderIndex, scenario, block };
}

/** The same of a forced settlement of chunk 0. */
function voidSettlement(): Voided {
  const { scenario, orderIndex } = startedRequests();
  const { programId } = forcedSettlement(scenario, orderIndex, 0).request;
  const other = forcedSettlement(scenario, orderIndex, 0, {}, { programId: programId + 1n });
  const block = runBlock(scenario, (draft) => {
    draft.addRequest(other.request, other.statement);
  });
  const input = edit(inputOf(block), ["requestHead1.0", programId], ["forcedHead1.0", programId]);
  return { input, orderIndex, scenario, block };
}

/** Says that there is no order: nothing is read or written. */
const absent = (block: SealedBlock, orderIndex: number): Edit[] => [
  ["forcedPresent.0", 0n],
  [`cellLastAccess.${cellOf(block, orderIndex)}`, INITIAL_ACCESS],
];

describe("a valid ExitOrder that the operator calls void", () => {
  it("is carried out by the circuit: a block in which nothing happens is refused", () => {
    expect(refusals(exit.input)).toEqual(["memory", "messages"]);
  });

  const later = 1_000_000n;
  it.each<[string, string[], Edit[]]>([
    ["too early by the request's time", ["messages"], [["forcedTime.0", EXIT_TIME - 1n]]],
    ["too early by the deadline", ["forcedSlot"], [["forcedConditions.0.0", (deadline) => deadline + later]]],
    [
      "too early by the deadline and the word that holds it",
      ["memory"],
      [
        ["forcedConditions.0.0", (deadline) => deadline + later],
        ["forcedOrder.0.3", (word) => word + later],
      ],
    ],
    ["of another requester by the request", ["messages"], [["forcedAccount.0", BigInt(BOB)]]],
    ["of another requester by the order", ["memory"], [["forcedOrder.0.0", BigInt(BOB)]]],
    ["closed", ["memory"], [["forcedRemaining.0", 0n]]],
    [
      "closed and empty",
      ["memory"],
      [
        ["forcedRemaining.0", 0n],
        ["forcedEscrow.0", 0n],
      ],
    ],
    [
      "a forced settlement",
      ["forcedSlot", "messages"],
      [
        ["forcedIsExit.0", 0n],
        ["forcedIsSettle.0", 1n],
      ],
    ],
  ])("as %s", (_, expected, lies) => {
    expect(refusals(edit(exit.input, ...lies))).toEqual(expected);
  });

  it("as absent, with the path of an empty tree or with its own", () => {
    const { input, orderIndex, scenario, block } = exit;
    const gone = edit(input, ...absent(block, orderIndex));
    expect(refusals(gone)).toEqual(["forcedSlot"]);
    // The block changed nothing, so this is the path under the old root.
    const { children } = scenario.state.tree.proof(orderIndex);
    const paths = (input.forcedChildren as unknown as readonly unknown[]).map((path, i) =>
      i === 0 ? children : path,
    );
    const own = { ...gone, forcedChildren: paths } as unknown as CircuitInput;
    expect(refusals(own)).toEqual(["forcedSlot.path.AssertSelected"]);
  });

  it("by leaving its slot unused, or by answering another request", () => {
    const { input, orderIndex, block } = exit;
    const unused = edit(input, ...absent(block, orderIndex), ["forcedIsExit.0", 0n]);
    expect(refusals(unused)).toEqual(["messages"]);
    expect(refusals(edit(input, ["forcedSlotTime.0", 2n]))).toContain("messages");
    // Present in an unused slot: reads the order, does nothing.
    expect(refusals(edit(input, ["forcedIsExit.0", 0n]))).toEqual(["forcedSlot", "messages"]);
  });
});

describe("a valid ForcedSettle that the operator calls void", () => {
  it("is carried out by the circuit: a block in which nothing happens is refused", () => {
    expect(refusals(settlement.input)).toEqual(["credits", "memory"]);
  });

  it.each<[string, string[], Edit[]]>([
    ["of another program by the request", ["messages"], [["forcedHead1.0", (id) => id + 1n]]],
    ["of another program by the order", ["memory"], [["forcedOrder.0.6", (id) => id + 1n]]],
    ["of other parameters by the statement", ["forcedSlot"], [["forcedClaims.0.0", (word) => word + 1n]]],
    ["of other parameters by the order", ["memory"], [["forcedOrder.0.7", (word) => word + 1n]]],
    ["of other inputs by the statement", ["forcedSlot"], [["forcedClaims.0.1", (word) => word + 1n]]],
    ["of other inputs by the order", ["memory"], [["forcedOrder.0.8", (word) => word + 1n]]],
    ["not accepting zk, in its terms alone", ["forcedSlot.SettledOrder"], [["forcedTerms.0.6", 2n]]],
    [
      "not accepting zk, in its terms and their word",
      ["memory"],
      [
        ["forcedTerms.0.6", 2n],
        ["forcedOrder.0.2", (word) => word + (1n << 102n)],
      ],
    ],
    ["without this chunk by the request", ["messages"], [["forcedChunk.0", 2n]]],
    ["without this chunk by its terms", ["forcedSlot.SettledOrder"], [["forcedTerms.0.9", 0n]]],
    ["of another range by the statement's count", ["forcedSlot"], [["forcedCount.0", 3n]]],
    ["of another range by the statement's first job", ["forcedSlot"], [["forcedFrom.0", 1n]]],
    ["of another range by the chunk", ["messages"], [["forcedChunk.0", 1n]]],
    ["settled already", ["memory"], [["forcedBitmap.0", 1n]]],
    ["closed", ["memory"], [["forcedRemaining.0", 0n]]],
    ["above the limit by the price", ["forcedSlot"], [["forcedPrice.0", 1001n]]],
    ["above the limit by the limit", ["memory"], [["forcedOrder.0.9", 1n]]],
    // This one stays valid, so that the block in which nothing happens is refused too.
    ["of another provider", ["credits", "forcedSlot", "memory", "messages"], [["forcedSubject.0", 5n]]],
    [
      "of another statement",
      ["messages"],
      [
        ["forcedIsSettle.0", 0n],
        ["forcedIsExit.0", 1n],
      ],
    ],
  ])("as %s", (_, expected, lies) => {
    expect(refusals(edit(settlement.input, ...lies))).toEqual(expected);
  });

  it("as absent", () => {
    const { input, orderIndex, block } = settlement;
    expect(refusals(edit(input, ...absent(block, orderIndex)))).toEqual(["forcedSlot"]);
  });
});

describe("a request that is not valid and is carried out", () => {
  const withRequest = (input: CircuitInput, { request, statement }: ForcedSettlement): CircuitInput => {
    const words = requestWords(request);
    const route = requestRoute.decode(words.route);
    const { payload } = requestValue.decode(words.value);
    return edit(
      input,
      ["requestSubject.0", route.subject],
      ["requestPayload.0", payload],
      ["requestHead0.0", words.heads[0]],
      ["requestHead1.0", words.heads[1]],
      ["forcedSubject.0", route.subject],
      ["forcedChunk.0", BigInt(request.chunk)],
      ["forcedHead0.0", words.heads[0]],
      ["forcedHead1.0", words.heads[1]],
      ["forcedClaims.0.0", statement.parametersCommitment],
      ["forcedClaims.0.1", statement.inputsRoot],
      ["forcedClaims.0.2", statement.resultsRoot],
      ["forcedCount.0", statement.count],
      ["forcedFrom.0", statement.from],
      ["forcedPrice.0", statement.price],
    );
  };

  it("is refused for each reason of a settlement", () => {
    const { scenario, orderIndex } = startedRequests();
    const refused = refusedSettlements(scenario, orderIndex);
    const { request, statement } = forcedSettlement(scenario, orderIndex, 0);
    const block = runBlock(scenario, (draft) => {
      draft.addRequest(request, statement);
    });
    const input = inputOf(block);
    expect(refusals(withRequest(input, { request, statement }))).toEqual([]);
    for (const [reason, other] of refused)
      expect(refusals(withRequest(input, other)), reason).toEqual(["credits", "memory"]);
  });

  it("is refused for an exit before its time or of another's order", () => {
    const { scenario, orderIndex } = startedRequests();
    const block = runBlock(scenario, (draft) => {
      draft.addRequest(exitOrder(orderIndex));
    });
    const input = inputOf(block);
    expect(refusals(input)).toEqual([]);
    const early = edit(input, ["requestTime.0", EXIT_TIME - 1n], ["forcedTime.0", EXIT_TIME - 1n]);
    expect(refusals(early)).toEqual(["memory", "messages"]);
    const bobs = edit(input, ["requestPayload.0", BigInt(BOB)], ["forcedAccount.0", BigInt(BOB)]);
    expect(refusals(bobs)).toEqual(["memory", "messages"]);
  });
});

describe("a request about an order that is paid wrongly", () => {
  it("to another account, or to another address", () => {
    const { scenario, orderIndex } = startedRequests();
    const { request, statement } = forcedSettlement(scenario, orderIndex, 0);
    const settled = runBlock(scenario, (draft) => {
      draft.addRequest(request, statement);
    });
    expect(refusals(edit(inputOf(settled), ["forcedAccount.0", BigInt(BOB)]))).toEqual([
      "credits",
      "messages",
    ]);
    expect(refusals(edit(inputOf(settled), ["feeAccount", BigInt(BOB)]))).toEqual(["credits"]);
    const exited = runBlock(scenario, (draft) => {
      draft.addRequest(exitOrder(orderIndex));
    });
    const input = inputOf(exited);
    const stolen: Edit[] = [["withdrawalWord.0", (word) => word + ((ownerOf(BOB) - ownerOf(ALICE)) << 88n)]];
    expect(refusals(edit(input, ...stolen))).toEqual(["messages"]);
    expect(refusals(edit(input, ...stolen, ["forcedSubject.0", ownerOf(BOB)]))).toEqual(["messages"]);
  });

  it("twice for one chunk in one block", () => {
    const { scenario, orderIndex } = startedRequests();
    const { request, statement } = forcedSettlement(scenario, orderIndex, 0);
    const input = inputOf(
      runBlock(scenario, (draft) => {
        draft.addRequest(request, statement);
        draft.addRequest(request, statement);
      }),
    );
    const again = edit(input, ["forcedBitmap.1", 0n]);
    // What the first left does not even pay the second.
    expect(refusals(again)).toEqual(["credits", "forcedSlot.RangeCheck", "memory"]);
    const fork = edit(
      again,
      ["forcedRemaining.1", 2n],
      ["forcedEscrow.1", column(input, "forcedEscrow")[0]!],
      ["forcedPreviousTime.1", 0n],
    );
    expect(refusals(fork)).toEqual(["credits", "memory"]);
  });

  it.each([true, false])("by a settlement and an exit of the same escrow, settlement first: %s", (first) => {
    const { scenario, orderIndex } = startedRequests();
    const { request, statement } = forcedSettlement(scenario, orderIndex, 0);
    const input = inputOf(
      runBlock(scenario, (draft) => {
        if (first) draft.addRequest(request, statement);
        draft.addRequest(exitOrder(orderIndex));
        if (!first) draft.addRequest(request, statement);
      }),
    );
    expect(refusals(input)).toEqual([]);
    // The second reads the order as the first found it.
    const both = edit(
      input,
      ["forcedBitmap.1", 0n],
      ["forcedRemaining.1", 2n],
      ["forcedEscrow.1", column(input, "forcedEscrow")[0]!],
      ["forcedPreviousTime.1", 0n],
    );
    expect(refusals(both)).toEqual(first ? ["memory", "messages"] : ["credits", "memory"]);
  });

  it("by one slot for two requests, or two slots for one", () => {
    const { scenario, orderIndex } = startedRequests();
    const block = runBlock(scenario, (draft) => {
      draft.addRequest(exitOrder(orderIndex));
      draft.addRequest(exitOrder(orderIndex));
    });
    const input = inputOf(block);
    expect(refusals(edit(input, ["forcedSlotTime.1", 1n]))).toContain("messages");
    expect(refusals(edit(input, ["forcedIsExit.1", 0n], ["forcedPresent.1", 0n]))).toEqual([
      "memory",
      "messages",
    ]);
  });
});

describe("words of a forced order split another way", () => {
  it("have a field out of range, or do not fit the word", () => {
    const { scenario, orderIndex } = startedRequests({ deadline: 1n, minimumBond: 5n });
    const { request, statement } = forcedSettlement(scenario, orderIndex, 1);
    const input = inputOf(
      runBlock(scenario, (draft) => {
        draft.addRequest({ kind: "deposit", index: BOB, time: 1n, depositor: 1n, amount: 1n });
        draft.addRequest(request, statement);
      }),
    );
    const splits: [string, bigint, string, bigint][] = [
      // Route: kind, index, time, subject.
      ["forcedIndex.0", -1n, "forcedIsSettle.0", 2n],
      ["forcedTime.0", -1n, "forcedIndex.0", 1n << 24n],
      ["forcedSubject.0", -1n, "forcedTime.0", 1n << 40n],
      // Task: account, chunk, time of the slot.
      ["forcedChunk.0", -1n, "forcedAccount.0", 1n << 24n],
      ["forcedSlotTime.0", -1n, "forcedChunk.0", 1n << 64n],
      // Access: bitmap, remaining, distance, present, escrow.
      ["forcedRemaining.0", -1n, "forcedBitmap.0", 1n << 64n],
      ["forcedPreviousTime.0", 1n, "forcedRemaining.0", 1n << 7n],
      ["forcedPresent.0", -1n, "forcedPreviousTime.0", -(1n << 16n)],
      ["forcedEscrow.0", -1n, "forcedPresent.0", 2n],
      // Conditions: deadline, minimum bond.
      ["forcedConditions.0.1", -1n, "forcedConditions.0.0", 1n << 40n],
      // Statement's range: count, from, provider.
      ["forcedFrom.0", -1n, "forcedCount.0", 1n << 16n],
      ["forcedSubject.0", -1n, "forcedFrom.0", 1n << 32n],
    ];
    const place = /^forcedSlot(\.(RangeCheck|Bits|ChunkPower\.Bits))?$/;
    for (const [higher, down, lower, up] of splits) {
      const split = edit(input, [higher, (value) => value + down], [lower, (value) => value + up]);
      expect(
        refusals(split).some((reason) => place.test(reason)),
        `${higher} and ${lower}: ${refusals(split).join(", ")}`,
      ).toBe(true);
    }
    expect(refusals(input)).toEqual([]);
  });
});
