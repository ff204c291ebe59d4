// A hostile operator against the block circuit, one attack per test. Each attack is an input that is consistent but for
// the one thing it lies about; a witness program without assertions calculates every signal of it, and the constraint
// system alone says what refuses it, by name.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  blockCircuit,
  type CircuitInput,
  type CompiledCircuit,
  calculateWitness,
  compileCircuit,
  generateSchemaSources,
} from "@catalyze/circuits/build";
import {
  accountStatic,
  getAccount,
  operationMessage,
  poseidon,
  publicKey,
  revertBlock,
  type SealedBlock,
  signMessage,
} from "@catalyze/circuits/reference";
import {
  accessOrder,
  DOMAIN_CELL,
  FIELD_MODULUS,
  INITIAL_ACCESS,
  operationDomain,
} from "@catalyze/circuits/schema";
import { beforeAll, describe, expect, it } from "vitest";
import { constraintPlace, createMutationRun, type MutationRun } from "../../tools/mutation.js";
import { violatedConstraints } from "../../tools/mutation-forge.js";
import { invertModulo } from "../../tools/mutation-jacobian.js";
import { loadMutationSubject } from "../../tools/mutation-program.js";
import { changed } from "../mutation/components.js";
import {
  busyBlock,
  idleInput,
  inputOf,
  lateOperation,
  moveSlots,
  openOrder,
  TINY,
  tinyCircuit,
} from "../mutation/corpus.js";
import {
  ALICE,
  BOB,
  common,
  emptyScenario,
  MIDDLEWARE,
  OPERATION_DOMAIN,
  OPERATOR,
  ownerOf,
  PROVIDER,
  privateKey,
  registerAll,
  runBlock,
  type Scenario,
  SEED,
  START,
  sign,
} from "./scenario.js";

let run: MutationRun;

beforeAll(async () => {
  generateSchemaSources();
  run = createMutationRun(await loadMutationSubject(tinyCircuit()));
});

/** Arguments over the whole block, by a signal on each side of their equation. */
const ARGUMENTS: readonly (readonly [string, RegExp, RegExp])[] = [
  ["memory", /^main\.reads\./, /^main\.writes\./],
  ["orders", /^main\.posted\./, /^main\.(taken\.|MessageFactor)/],
  ["withdrawals", /^main\.requested\./, /^main\.granted\./],
  ["credits", /^main\.cellTerm/, /^main\.transferTerm/],
  ["lookups", /^main\.factTerm/, /^main\.providerTerm/],
];

/** Name of what a constraint says: an argument, or its component, and the signal that a range check is about. */
function reasonOf(row: number): string {
  const { a, b, c } = run.system.constraints[row]!;
  const names = [...a, ...b, ...c].flatMap(([wire]) =>
    wire === 0 ? [] : (run.subject.names.get(wire) ?? []),
  );
  if (names.some((signal) => signal.startsWith("main.rankGap"))) return "rank";
  if (names.some((signal) => signal.startsWith("main.indexGap"))) return "index";
  for (const [name, left, right] of ARGUMENTS) {
    if (names.some((signal) => left.test(signal)) && names.some((signal) => right.test(signal))) return name;
  }
  return constraintPlace(run, row);
}

/** Reasons for which an input is refused, sorted; none when it is accepted. */
function refusals(input: CircuitInput): string[] {
  const witness = run.subject.calculate(input);
  return [...new Set(violatedConstraints(run.system, witness).map(reasonOf))].sort();
}

type Edit = readonly [path: string, value: bigint | ((value: bigint) => bigint)];

/** A copy of an input with entries such as `cellAmount.3` replaced or changed. */
const edit = (input: CircuitInput, ...edits: readonly Edit[]): CircuitInput =>
  changed(
    input,
    edits.map(([path, value]) => [path.split("."), typeof value === "bigint" ? () => value : value] as const),
  );

const column = (input: CircuitInput, name: string): readonly bigint[] => input[name] as readonly bigint[];

/** Paths of the cells again, after an attack changed what earlier cells are closed with. */
function withPaths(input: CircuitInput, scenario: Scenario, block: SealedBlock): CircuitInput {
  revertBlock(scenario.state, block);
  const tree = scenario.state.tree.clone();
  const children = (input.cellBits as unknown as readonly (readonly bigint[])[]).map((bits, slot) => {
    const cell = (name: string): bigint => column(input, `cell${name}`)[slot]!;
    const kind = cell("IsAccount") + 2n * cell("IsSeed") + 3n * cell("IsOrder");
    if (kind === 0n) return (input.cellChildren as unknown as readonly bigint[][][])[slot]!;
    const index = Number(bits.reduce((sum, bit, place) => sum + (bit << BigInt(place)), 0n));
    const { children: path } = tree.proof(index);
    const dynamic = cell("Amount") + (cell("Payload") << 88n) + (kind << 220n);
    const leaf = poseidon(DOMAIN_CELL, [
      cell("Static"),
      ((dynamic % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS,
    ]);
    tree.set(index, kind === 3n && cell("Payload") === 0n ? 0n : leaf);
    return path;
  });
  return { ...input, cellChildren: children } as CircuitInput;
}

const cellOf = (block: SealedBlock, index: number): number =>
  block.changes.findIndex((change) => change.index === index);

const accessAt = (slot: number, priority: bigint, sequence: bigint): bigint =>
  accessOrder.encode({ time: BigInt(TINY.settlements + slot + 1), priority, sequence });

/** Signs an operation slot again after its fields were changed. */
function resign(input: CircuitInput, slot: number, signer: number, message: bigint): CircuitInput {
  const { r8x, r8y, s } = signMessage(privateKey(signer), message);
  return edit(input, [`operationR8x.${slot}`, r8x], [`operationR8y.${slot}`, r8y], [`operationS.${slot}`, s]);
}

function registered(): Scenario {
  const scenario = emptyScenario(TINY);
  runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
  return scenario;
}

/** Two transfers by Alice and one by Bob, in the order of their slots: Alice, Alice, Bob. */
function transfers(scenario: Scenario = registered()): SealedBlock {
  const { state } = scenario;
  return runBlock(scenario, (draft) => {
    const pay = (signer: number, nonce: bigint, priorityFee: bigint, sequence: bigint): void => {
      const receiver = signer === ALICE ? BOB : ALICE;
      draft.addOperation(
        sign(state, { kind: "transfer", ...common(signer, nonce), priorityFee, receiver, amount: 100n }),
        sequence,
      );
    };
    pay(ALICE, 0n, 9n, 1n);
    pay(ALICE, 1n, 8n, 2n);
    pay(BOB, 0n, 7n, 3n);
  });
}

/** Both chunks of an order settled in one block, which deletes the order. */
function closing(): { block: SealedBlock; orderIndex: number } {
  const scenario = emptyScenario(TINY);
  const orderIndex = openOrder(scenario);
  const block = runBlock(scenario, (draft) => {
    draft.addSettlement({ orderIndex, chunk: 0, provider: PROVIDER, resultsRoot: 5n, price: 900n });
    draft.addSettlement({ orderIndex, chunk: 1, provider: PROVIDER, resultsRoot: 6n, price: 900n });
  });
  return { block, orderIndex };
}

describe("what an honest operator does", () => {
  it("is accepted", () => {
    for (const block of [busyBlock(emptyScenario(TINY)), transfers(), closing().block]) {
      expect(refusals(inputOf(block))).toEqual([]);
    }
  });
});

describe("hostile order of operations", () => {
  it("skips an account's operation and takes its next one", () => {
    const block = transfers();
    const input = inputOf(block);
    const empty = inputOf(runBlock(registered(), () => undefined));
    // Alice's second transfer first, reading what her first would have left; the rest of the slots are unused.
    let skipped = moveSlots(input, "operation", [1, 2, 0]);
    for (const [name, value] of Object.entries(empty)) {
      if (/^operation[A-Z]/.test(name) && Array.isArray(value))
        skipped = edit(skipped, [`${name}.2`, value[0] as bigint]);
    }
    expect(refusals(skipped)).toEqual(expect.arrayContaining(["credits", "memory"]));
  });

  it("puts an operation before one of higher priority", () => {
    const block = transfers();
    const input = inputOf(block);
    // Bob's transfer (7) between Alice's (9 and 8); every access is consistent with that.
    const swapped = edit(
      moveSlots(input, "operation", [0, 2, 1]),
      [`cellLastAccess.${cellOf(block, ALICE)}`, accessAt(2, 8n, 2n)],
      [`cellLastAccess.${cellOf(block, BOB)}`, accessAt(1, 7n, 3n)],
    );
    expect(refusals(swapped)).toEqual(["rank"]);
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
    const future = edit(inputOf(block), ["operationPreviousTime.0", BigInt(TINY.settlements + 2)]);
    expect(refusals(future)).toEqual(expect.arrayContaining(["memory", "operation.RangeCheck"]));
  });

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
    const negative = edit(paid, [`cellAmount.${cellOf(block, ALICE)}`, -15n]);
    expect(refusals(withPaths(negative, scenario, block))).toEqual([
      "cell.RangeCheck",
      "operation.RangeCheck",
    ]);
    const lie = edit(paid, ["operationBalance.0", 1_000_015n]);
    expect(refusals(withPaths(lie, scenario, block))).toEqual(["memory"]);
  });
});

describe("hostile settlements", () => {
  it("settles a chunk twice in two blocks, with the bitmap as it is and with a bitmap that denies it", () => {
    const scenario = emptyScenario(TINY);
    const orderIndex = openOrder(scenario);
    const settle = (chunk: number): SealedBlock =>
      runBlock(scenario, (draft) => {
        draft.addSettlement({ orderIndex, chunk, provider: PROVIDER, resultsRoot: 5n, price: 900n });
      });
    settle(0);
    const input = inputOf(settle(1));
    expect(refusals(edit(input, ["settlementChunk.0", 0n]))).toContain("settlement.SettleBit");
    const denied = edit(input, ["settlementChunk.0", 0n], ["settlementBitmap.0", 0n]);
    expect(refusals(denied)).toEqual(expect.arrayContaining(["memory"]));
    expect(refusals(denied)).not.toContain("settlement.SettleBit");
  });

  it("settles a chunk twice in one block", () => {
    const { block } = closing();
    const input = inputOf(block);
    expect(refusals(edit(input, ["settlementChunk.1", 0n]))).toContain("settlement.SettleBit");
    // Both settlements read the order as the block found it: the escrow would pay twice.
    const again = edit(
      input,
      ["settlementChunk.1", 0n],
      ["settlementBitmap.1", 0n],
      ["settlementRemaining.1", 2n],
      ["settlementPreviousTime.1", 0n],
      ["settlementEscrow.1", column(input, "settlementEscrow")[0]!],
    );
    expect(refusals(again)).toContain("memory");
  });

  it("settles a chunk that overlaps two others, or lies beyond the jobs", () => {
    const input = inputOf(busyBlock(emptyScenario(TINY)));
    const half = invertModulo(2n, FIELD_MODULUS);
    expect(refusals(edit(input, ["settlementChunk.0", half]))).toContain(
      "settlement.SettleBit.ChunkPower.Bits",
    );
    expect(refusals(edit(input, ["settlementChunk.0", 2n]))).toContain("settlement.ChunkRange.RangeCheck");
    // A smaller chunk size moves the chunk; the order's static hash is then another.
    const smaller = edit(input, ["settlementOrder.0.9", 3n]);
    expect(refusals(smaller)).toContain("memory");
  });

  it.each([
    ["another program", 5],
    ["other parameters", 6],
    ["other inputs", 7],
    ["a higher price limit", 10],
    ["a lower royalty", 12],
    ["another seed", 3],
    ["another requester", 0],
  ])("settles with %s than the order's", (_, field) => {
    const input = inputOf(busyBlock(emptyScenario(TINY)));
    expect(refusals(edit(input, [`settlementOrder.0.${field}`, (value) => value + 1n]))).toContain("memory");
  });

  it("settles an order that accepts no zk statement", () => {
    const scenario = emptyScenario(TINY);
    const input = inputOf(busyBlock(scenario));
    const shares = column(input, "settlementOrder")[0] as unknown as readonly bigint[];
    const optimistic = edit(input, ["settlementModes.0", 2n], ["settlementOrder.0.2", shares[2]! + 1n]);
    expect(refusals(optimistic)).toEqual(["memory", "settlement.Bits"]);
    // Modes that differ from the packed ones.
    expect(refusals(edit(input, ["settlementModes.0", 3n]))).toEqual(["settlement.JoinOrderShares"]);
  });

  it("settles above the price limit, with more escrow than there is, or after the last chunk", () => {
    const input = inputOf(busyBlock(emptyScenario(TINY)));
    expect(refusals(edit(input, ["settlementPrice.0", 1001n]))).toContain("settlement.RangeCheck");
    expect(refusals(edit(input, ["settlementEscrow.0", (value) => value + 1000n]))).toContain("memory");
    expect(refusals(edit(input, ["settlementRemaining.0", 0n]))).toContain("settlement.RangeCheck");
  });

  it("pays a provider that is not the statement's", () => {
    const input = inputOf(busyBlock(emptyScenario(TINY)));
    // Bob's account with the provider's key and owner; then with his own, under another statement.
    expect(refusals(edit(input, ["settlementProvider.0", BigInt(BOB)]))).toEqual(["credits", "lookups"]);
    const seed = edit(input, ["settlementProvider.0", BigInt(SEED)]);
    expect(refusals(seed)).toEqual(["credits", "lookups"]);
  });

  it("settles an order in the block that posts it", () => {
    const input = inputOf(busyBlock(emptyScenario(TINY)));
    const posted = column(input, "orderIndex")[0]!;
    expect(refusals(edit(input, ["settlementOrderIndex.0", posted]))).toContain("memory");
  });
});

describe("hostile credits and cells", () => {
  const block = (): SealedBlock => busyBlock(emptyScenario(TINY));

  it("mints: credits an account, the pool of burned units, or itself", () => {
    const scenario = emptyScenario(TINY);
    const busy = busyBlock(scenario);
    const bob = cellOf(busy, BOB);
    const minted = edit(
      inputOf(busy),
      [`cellCredit.${bob}`, (credit) => credit + 1n],
      [`cellAmount.${bob}`, (amount) => amount + 1n],
    );
    expect(refusals(withPaths(minted, scenario, busy))).toEqual(["credits"]);
    const moved = edit(
      minted,
      [`cellCredit.${cellOf(busy, ALICE)}`, (credit) => credit - 1n],
      [`cellAmount.${cellOf(busy, ALICE)}`, (amount) => amount - 1n],
    );
    expect(refusals(withPaths(moved, scenario, busy))).toEqual(["credits"]);
    expect(refusals(edit(inputOf(busy), ["feeAccount", BigInt(BOB)]))).toEqual(["credits"]);
  });

  it("splits a cell's closing amount otherwise into what was last written and what was credited", () => {
    const busy = block();
    const bob = cellOf(busy, BOB);
    const split = edit(inputOf(busy), [`cellCredit.${bob}`, (credit) => credit + 5n]);
    expect(refusals(split)).toEqual(["credits", "memory"]);
    const wrapped = edit(inputOf(busy), [`cellCredit.${bob}`, (1n << 88n) - 1n]);
    expect(refusals(wrapped)).toContain("cell.RangeCheck");
  });

  it("splits the absorbed word of a cell otherwise into presence, facts and credit", () => {
    const busy = block();
    const input = inputOf(busy);
    const seed = cellOf(busy, SEED);
    expect(column(input, "cellFacts")[seed]).toBeGreaterThan(0n);
    const facts = edit(
      input,
      [`cellFacts.${seed}`, (value) => value - 1n],
      [`cellPresence.${seed}`, (value) => value + (1n << 16n)],
    );
    expect(refusals(facts)).toEqual(["cell.RangeCheck", "credits", "lookups"]);
    const bob = cellOf(busy, BOB);
    const credit = edit(
      input,
      [`cellCredit.${bob}`, (value) => value - 1n],
      [`cellFacts.${bob}`, (value) => value + (1n << 16n)],
    );
    expect(refusals(credit)).toEqual(
      expect.arrayContaining(["cell.RangeCheck", "credits", "lookups", "memory"]),
    );
  });

  it("splits the access word of a settlement otherwise", () => {
    const input = inputOf(block());
    const splits: [string, bigint, string, bigint][] = [
      ["Remaining", -1n, "Bitmap", 1n << 64n],
      ["OrderIndex", -1n, "Remaining", 1n << 7n],
      ["Provider", -1n, "OrderIndex", 1n << 24n],
      ["PreviousTime", -1n, "Provider", 1n << 24n],
      ["Escrow", -1n, "PreviousTime", 1n << 16n],
    ];
    for (const [higher, down, lower, up] of splits) {
      const split = edit(
        input,
        [`settlement${higher}.0`, (value) => value + down],
        [`settlement${lower}.0`, (value) => value + up],
      );
      const reasons = refusals(split);
      expect(
        reasons.some((reason) => /RangeCheck|SettleBit/.test(reason)),
        `${higher} and ${lower}`,
      ).toBe(true);
      expect(reasons, `${higher} and ${lower}`).toContain("memory");
    }
  });

  it("splits the trace of an operation otherwise, under the same operations root", () => {
    const input = inputOf(transfers());
    const later = edit(
      input,
      ["operationSequence.1", (value) => value + (1n << 48n)],
      ["operationPreviousTime.1", (value) => value - 1n],
    );
    expect(refusals(later)).toEqual(expect.arrayContaining(["memory", "operation.RangeCheck"]));
    const priority = edit(
      input,
      ["operationPreviousTime.1", (value) => value + (1n << 16n)],
      ["operationPreviousPriority.1", (value) => value - 1n],
    );
    expect(refusals(priority)).toContain("operation.RangeCheck");
    const sequence = edit(
      input,
      ["operationPreviousPriority.1", (value) => value + (1n << 32n)],
      ["operationPreviousSequence.1", (value) => value - 1n],
    );
    expect(refusals(sequence)).toContain("operation.RangeCheck");
  });

  it("keeps money in an order that it deletes, or credits it", () => {
    const { block: closed, orderIndex } = closing();
    const cell = cellOf(closed, orderIndex);
    expect(refusals(edit(inputOf(closed), [`cellAmount.${cell}`, 5n]))).toEqual(["cell", "memory"]);
    const credited = edit(inputOf(closed), [`cellAmount.${cell}`, 5n], [`cellCredit.${cell}`, 5n]);
    expect(refusals(credited)).toEqual(["cell", "credits"]);
  });

  it("deletes an order that still has chunks, or keeps one that has none", () => {
    const busy = block();
    const settled = busy.settlements[0]!.settlement.orderIndex;
    const cell = cellOf(busy, settled);
    expect(refusals(edit(inputOf(busy), [`cellPayload.${cell}`, 0n], [`cellAmount.${cell}`, 0n]))).toContain(
      "memory",
    );
    const { block: closed, orderIndex } = closing();
    expect(refusals(edit(inputOf(closed), [`cellPayload.${cellOf(closed, orderIndex)}`, 1n]))).toContain(
      "memory",
    );
  });

  it("changes the fixed part of an order that it deletes, which no public word shows", () => {
    const { block: closed, orderIndex } = closing();
    const cell = cellOf(closed, orderIndex);
    const reasons = refusals(edit(inputOf(closed), [`cellStatic.${cell}`, (value) => value + 1n]));
    expect(reasons).toEqual(expect.arrayContaining(["cell.update.AssertSelected", "memory"]));
  });

  it("creates and deletes an order in one block", () => {
    const busy = block();
    const cell = cellOf(busy, Number(column(inputOf(busy), "orderIndex")[0]));
    const input = inputOf(busy);
    expect(column(input, "cellCreated")[cell]).toBe(1n);
    const gone = edit(input, [`cellPayload.${cell}`, 0n], [`cellAmount.${cell}`, 0n]);
    expect(refusals(gone)).toEqual(["cell", "memory"]);
  });

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
    const input = { ...inputOf(free), oldRoot: after.oldRoot!, cellChildren: after.cellChildren! };
    expect(refusals(input as CircuitInput)).toEqual(["cell.update.AssertSelected"]);
    // Opened as it is, the creation has a second opening beside it.
    const opened = edit(
      input as CircuitInput,
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
    let twice = inputOf(once);
    for (const [name, value] of Object.entries(next)) {
      if (!/^cell[A-Z]/.test(name)) continue;
      const copy = [...(twice[name] as readonly unknown[])];
      copy[bob + 1] = (value as readonly unknown[])[0];
      twice = { ...twice, [name]: copy } as CircuitInput;
    }
    expect(refusals(twice)).toEqual(["index"]);
  });

  it("reads an order as an account, and a seed as one", () => {
    const scenario = emptyScenario(TINY);
    const orderIndex = openOrder(scenario);
    const { state } = scenario;
    const settled = runBlock(scenario, (draft) => {
      draft.addSettlement({ orderIndex, chunk: 0, provider: PROVIDER, resultsRoot: 5n, price: 900n });
      draft.addOperation(sign(state, { kind: "withdraw", ...common(ALICE, 1n), amount: 5n }), 1n);
    });
    const input = inputOf(settled);
    const asAccount = edit(
      input,
      [`cellIsOrder.${cellOf(settled, orderIndex)}`, 0n],
      [`cellIsAccount.${cellOf(settled, orderIndex)}`, 1n],
    );
    expect(refusals(asAccount)).toContain("memory");
    const { ax, ay, owner } = getAccount(state, ALICE);
    for (const index of [orderIndex, SEED]) {
      const operation = { kind: "withdraw", ...common(index, 1n), amount: 5n } as const;
      const message = operationMessage(OPERATION_DOMAIN, accountStatic(ax, ay, owner), operation);
      const signed = resign(edit(input, ["operationSigner.0", BigInt(index)]), 0, ALICE, message);
      expect(refusals(signed)).toContain("memory");
    }
  });

  it("names a middleware that is no account, or denies that one is", () => {
    const busy = block();
    const input = inputOf(busy);
    const middleware = cellOf(busy, MIDDLEWARE);
    expect(refusals(edit(input, [`cellPresence.${middleware}`, 0n]))).toEqual(["credits"]);
    const moved = edit(input, [`cellPresence.${middleware}`, 0n], [`cellPresence.${cellOf(busy, BOB)}`, 1n]);
    expect(refusals(moved)).toEqual(["credits"]);
    expect(refusals(edit(input, ["orderMiddleware.0", BigInt(SEED)]))).toEqual(
      expect.arrayContaining(["credits"]),
    );
  });

  it("uses a seed's terms or a provider's key that no cell has", () => {
    const busy = block();
    const input = inputOf(busy);
    expect(refusals(edit(input, ["orderRoyalty.0", (value) => value - 1n]))).toEqual([
      "lookups",
      "memory",
      "orders",
    ]);
    expect(refusals(edit(input, ["orderProgramId.0", (value) => value + 1n]))).toEqual([
      "lookups",
      "memory",
      "orders",
    ]);
    expect(refusals(edit(input, ["settlementAx.0", (value) => value + 1n]))).toEqual(["lookups"]);
    const seed = cellOf(busy, SEED);
    expect(refusals(edit(input, [`cellFacts.${seed}`, (value) => value + 1n]))).toEqual(["lookups"]);
  });
});

describe("hostile slots", () => {
  it("leaves a gap: an unused slot before a used one", () => {
    expect(refusals(lateOperation(0, idleInput()))).toEqual([]);
    expect(refusals(lateOperation(1, idleInput()))).toEqual(["Prefix"]);
    const busy = edit(inputOf(busyBlock(emptyScenario(TINY))), ["firstRequest", 0n]);
    expect(refusals(moveSlots(busy, "request", [1, 0, 2, 3, 4, 5]))).toEqual(["Prefix"]);
  });

  it("calls a used slot unused: an operation, a settlement, an order, a withdrawal, a cell", () => {
    const input = inputOf(busyBlock(emptyScenario(TINY)));
    expect(refusals(edit(input, ["operationIsTransfer.2", 0n]))).toEqual(
      expect.arrayContaining(["credits", "memory"]),
    );
    expect(refusals(edit(input, ["settlementUsed.0", 0n]))).toEqual(["credits", "lookups", "memory"]);
    expect(refusals(edit(input, ["orderUsed.0", 0n]))).toEqual(["credits", "lookups", "memory", "orders"]);
    expect(refusals(edit(input, ["withdrawalUsed.0", 0n]))).toEqual(["main", "withdrawals"]);
    expect(refusals(edit(input, ["cellIsAccount.0", 0n]))).toEqual(
      expect.arrayContaining(["cell", "credits"]),
    );
    expect(refusals(edit(input, ["requestIsDeposit.0", 0n]))).toEqual(
      expect.arrayContaining(["credits", "request"]),
    );
  });

  it("hides something in an unused slot: a request, a withdrawal, a credit, a presence, a fact", () => {
    const input = inputOf(runBlock(registered(), () => undefined));
    expect(refusals(edit(input, ["requestAmount.0", 5n]))).toEqual(["request"]);
    expect(refusals(edit(input, ["requestHead0.0", 5n]))).toEqual(["request"]);
    expect(refusals(edit(input, ["withdrawalWord.0", 5n]))).toEqual(["main"]);
    expect(refusals(edit(input, ["cellCredit.0", 5n], ["cellAmount.0", 5n]))).toEqual(["cell", "credits"]);
    expect(refusals(edit(input, ["cellPresence.0", 1n]))).toEqual(["cell", "credits"]);
    expect(refusals(edit(input, ["cellFacts.0", 1n]))).toEqual(["cell", "lookups"]);
  });

  it("uses a slot as two things at once", () => {
    const input = inputOf(busyBlock(emptyScenario(TINY)));
    const said = (name: string, component: string): boolean =>
      refusals(edit(input, [name, 1n])).some((reason) => reason.startsWith(component));
    expect(said("requestIsRegister.0", "request")).toBe(true);
    expect(said("cellIsSeed.0", "cell")).toBe(true);
    expect(said("operationIsWithdraw.2", "operation")).toBe(true);
  });

  it("withdraws more, to somebody else, or without an operation", () => {
    const input = inputOf(busyBlock(emptyScenario(TINY)));
    expect(refusals(edit(input, ["withdrawalWord.0", (word) => word + 1n]))).toEqual(["withdrawals"]);
    expect(refusals(edit(input, ["withdrawalWord.0", (word) => word + (1n << 88n)]))).toEqual([
      "withdrawals",
    ]);
    const idle = inputOf(runBlock(registered(), () => undefined));
    expect(refusals(edit(idle, ["withdrawalUsed.0", 1n], ["withdrawalWord.0", 5n]))).toEqual(["withdrawals"]);
  });

  it("posts an order with less escrow, in the lower half of the tree, or for somebody else", () => {
    const input = inputOf(busyBlock(emptyScenario(TINY)));
    expect(refusals(edit(input, ["orderPriceLimit.0", 999n]))).toEqual(
      expect.arrayContaining(["memory", "orders"]),
    );
    expect(refusals(edit(input, ["orderIndex.0", 7n]))).toEqual(
      expect.arrayContaining(["memory", "order.RangeCheck"]),
    );
    expect(refusals(edit(input, ["orderRequester.0", BigInt(BOB)]))).toEqual(
      expect.arrayContaining(["memory", "orders"]),
    );
  });
});

/** The block circuit with challenges as inputs: arguments whose challenge binds nothing. */
function unboundCircuit(): { name: string; source: string } {
  const path = fileURLToPath(new URL("../../src/block/block.circom", import.meta.url));
  const unbound = readFileSync(path, "utf8")
    .replace("    component challenges = PoseidonOutputs(2, 2);\n", "    signal input forced[2];\n")
    .replace(/ {4}challenges\.capacity.*\n {4}challenges\.inputs.*\n/, "")
    .replace("challenges.out[0]", "forced[0]")
    .replace("challenges.out[1]", "forced[1]");
  expect(unbound.match(/challenges/g)).toBeNull();
  const { source } = blockCircuit(TINY);
  return { name: "tiny-unbound", source: unbound + source.slice(source.indexOf("component main")) };
}

describe("data swapped after the challenge", () => {
  let unbound: CompiledCircuit;
  beforeAll(async () => {
    unbound = await compileCircuit(unboundCircuit());
  });
  const accepted = (input: CircuitInput, forced: readonly bigint[]): Promise<boolean> =>
    calculateWitness(unbound, { ...input, forced }).then(
      () => true,
      () => false,
    );

  it("mints against presence when beta is known: refused, since the cell's word is absorbed", async () => {
    const scenario = emptyScenario(TINY);
    const block = busyBlock(scenario);
    const input = inputOf(block);
    const middleware = cellOf(block, MIDDLEWARE);
    // With beta = 1 a unit of credit is worth as much as one presence.
    const swapped = edit(
      input,
      [`cellPresence.${middleware}`, 0n],
      [`cellCredit.${middleware}`, (credit) => credit + 1n],
      [`cellAmount.${middleware}`, (amount) => amount + 1n],
    );
    const minted = withPaths(swapped, scenario, block);
    expect(await accepted(minted, [123_456_789n, 1n])).toBe(true);
    expect(refusals(minted)).toEqual(["credits"]);
  });

  it("looks up a provider that is none when gamma is known: refused, since the static parts are absorbed", async () => {
    const block = busyBlock(emptyScenario(TINY));
    const honest = inputOf(block);
    const beta = 7n;
    const input = edit(honest, ["settlementAx.0", (ax) => ax + 1n]);
    const provider = cellOf(block, PROVIDER);
    const key = BigInt(PROVIDER) * 16n + 1n;
    const real = key + beta * column(honest, "cellStatic")[provider]!;
    const { ay, owner } = getAccountOf(honest);
    const false1 = key + beta * accountStatic(column(input, "settlementAx")[0]!, ay, owner);
    // 1/(gamma − false) = 2/(gamma − real): a fact counted twice makes up for one that is none.
    const gamma = (((2n * false1 - real) % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS;
    const forged = edit(input, [`cellFacts.${provider}`, 2n]);
    expect(await accepted(forged, [gamma, beta])).toBe(true);
    expect(refusals(forged)).toEqual(["lookups"]);
  });

  it("forks an account's accesses when gamma and beta are known: refused, since last accesses are absorbed", async () => {
    const scenario = registered();
    const block = transfers(scenario);
    const input = inputOf(block);
    const [gamma, beta] = [1_234_567n, 7_654_321n];
    expect(await accepted(input, [gamma, beta])).toBe(true);
    const alice = cellOf(block, ALICE);
    const operator = cellOf(block, OPERATOR);
    // Alice ends with more than she has; a last access of the operator's cell, made to measure, balances the product.
    const closing = (slot: number, dynamicChange: bigint, access: bigint): bigint => {
      const change = block.changes[slot]!;
      const fixed = column(input, "cellStatic")[slot]!;
      return (
        gamma -
        BigInt(change.index) -
        beta * fixed -
        beta ** 2n * (lastDynamic(input, slot) + dynamicChange) -
        beta ** 3n * access
      );
    };
    const access = (slot: number): bigint => column(input, "cellLastAccess")[slot]!;
    const honest = closing(alice, 0n, access(alice)) * closing(operator, 0n, access(operator));
    const needed = honest * invertModulo(closing(alice, 1_000n, access(alice)), FIELD_MODULUS);
    const shift =
      (closing(operator, 0n, access(operator)) - needed) * invertModulo(beta ** 3n, FIELD_MODULUS);
    const false1 = (((access(operator) + shift) % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS;
    const swapped = edit(
      input,
      [`cellAmount.${alice}`, (amount) => amount + 1_000n],
      [`cellLastAccess.${operator}`, false1],
    );
    const forged = withPaths(swapped, scenario, block);
    expect(await accepted(forged, [gamma, beta])).toBe(true);
    expect(refusals(forged)).toEqual(["memory"]);
  });
});

/** The provider's key and owner as a settlement gives them. */
function getAccountOf(input: CircuitInput): { ay: bigint; owner: bigint } {
  return { ay: column(input, "settlementAy")[0]!, owner: column(input, "settlementOwner")[0]! };
}

/** What a cell was last written with: its new dynamic word without the credit. */
function lastDynamic(input: CircuitInput, slot: number): bigint {
  const kind =
    column(input, "cellIsAccount")[slot]! +
    2n * column(input, "cellIsSeed")[slot]! +
    3n * column(input, "cellIsOrder")[slot]!;
  const amount = column(input, "cellAmount")[slot]! - column(input, "cellCredit")[slot]!;
  return amount + (column(input, "cellPayload")[slot]! << 88n) + (kind << 220n);
}
