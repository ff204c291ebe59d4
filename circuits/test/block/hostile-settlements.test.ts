// A hostile operator against settlements and posted orders: which chunk is paid, out of which order, to whom, how much.
// Every attack is an input that is consistent but for the one thing it lies about; `Judge` names what refuses it.
import type { CircuitInput } from "@catalyze/circuits/build";
import type { SealedBlock } from "@catalyze/circuits/reference";
import { FIELD_MODULUS, orderTerms } from "@catalyze/circuits/schema";
import { beforeAll, describe, expect, it } from "vitest";
import { invertModulo } from "../../tools/mutation-jacobian.js";
import { acceptsTampered, compileGadget, signalOf, unpinnedSignals, witnessOf } from "../gadgets/harness.js";
import { column, type Edit, edit, slotInput } from "../inputs.js";
import { cellOf, type Judge, loadJudge, modulo } from "./attack.js";
import { busyBlock, closing, inputOf, openOrder, TINY } from "./blocks.js";
import { BOB, emptyScenario, PROVIDER, runBlock, SEED, STATEMENT_DOMAIN } from "./scenario.js";

let refusals: Judge;
let busy: SealedBlock;
let input: CircuitInput;

beforeAll(async () => {
  refusals = await loadJudge();
  busy = busyBlock();
  input = inputOf(busy);
});

/** Places in a settled order's hash input, and of the fields in its terms. */
const ORDER = {
  requester: 0,
  terms: 2,
  conditions: 3,
  seed: 4,
  middleware: 5,
  programId: 6,
  parametersCommitment: 7,
  inputsRoot: 8,
  priceLimit: 9,
  settlementFee: 10,
} as const;
const TERMS = Object.keys(orderTerms.fields) as (keyof typeof orderTerms.offsets)[];

/** One field of the settled order's terms changed, its packed word included. */
const changeTerm = (name: keyof typeof orderTerms.offsets, by: bigint): CircuitInput =>
  edit(
    input,
    [`settlementTerms.0.${TERMS.indexOf(name)}`, (value) => value + by],
    [`settlementOrder.0.${ORDER.terms}`, (value) => value + (by << BigInt(orderTerms.offsets[name]))],
  );

describe("hostile chunks", () => {
  it("settles a chunk twice in two blocks, with the bitmap as it is and with a bitmap that denies it", () => {
    const scenario = emptyScenario(TINY);
    const orderIndex = openOrder(scenario);
    const settle = (chunk: number): SealedBlock =>
      runBlock(scenario, (draft) => {
        draft.addSettlement({ orderIndex, chunk, provider: PROVIDER, resultsRoot: 5n, price: 900n });
      });
    settle(0);
    const second = inputOf(settle(1));
    expect(refusals(edit(second, ["settlementChunk.0", 0n]))).toContain("settlement.SettleBit");
    const denied = refusals(edit(second, ["settlementChunk.0", 0n], ["settlementBitmap.0", 0n]));
    expect(denied).toContain("memory");
    expect(denied).not.toContain("settlement.SettleBit");
  });

  it("settles a chunk twice in one block", () => {
    const { block } = closing();
    const both = inputOf(block);
    expect(refusals(edit(both, ["settlementChunk.1", 0n]))).toContain("settlement.SettleBit");
    // Both settlements read the order as the block found it: the escrow would pay twice.
    const again = edit(
      both,
      ["settlementChunk.1", 0n],
      ["settlementBitmap.1", 0n],
      ["settlementRemaining.1", 2n],
      ["settlementPreviousTime.1", 0n],
      ["settlementEscrow.1", column(both, "settlementEscrow")[0]!],
    );
    expect(refusals(again)).toContain("memory");
    expect(refusals(again)).not.toContain("settlement.SettleBit");
  });

  it("settles a chunk that overlaps two others, or lies beyond the jobs", () => {
    const half = invertModulo(2n, FIELD_MODULUS);
    expect(refusals(edit(input, ["settlementChunk.0", half]))).toContain(
      "settlement.SettleBit.ChunkPower.Bits",
    );
    expect(refusals(edit(input, ["settlementChunk.0", 2n]))).toContain("settlement.ChunkRange.RangeCheck");
    // A smaller chunk size moves the chunk; the order's static hash is then another.
    expect(refusals(changeTerm("chunkSize", -1n))).toContain("memory");
    expect(refusals(changeTerm("lastChunk", 1n))).toContain("memory");
    expect(refusals(changeTerm("earlierChunks", 1n))).toContain("memory");
  });

  it("settles an order in the block that posts it", () => {
    const posted = column(input, "orderIndex")[0]!;
    expect(refusals(edit(input, ["settlementOrderIndex.0", posted]))).toContain("memory");
  });
});

describe("hostile terms of an order", () => {
  it.each([
    ["another program", "programId"],
    ["other parameters", "parametersCommitment"],
    ["other inputs", "inputsRoot"],
    ["a higher price limit", "priceLimit"],
    ["a higher settlement fee", "settlementFee"],
    ["another seed", "seed"],
    ["another middleware", "middleware"],
    ["another requester", "requester"],
    ["other conditions", "conditions"],
  ] as const)("settles with %s than the order's", (_, field) => {
    expect(refusals(edit(input, [`settlementOrder.0.${ORDER[field]}`, (value) => value + 1n]))).toContain(
      "memory",
    );
  });

  it.each(["royalty", "middleware", "burn", "savingsShare"] as const)(
    "settles with a lower %s than the order's: in its terms, or beside them",
    (name) => {
      expect(refusals(changeTerm(name, -1n))).toContain("memory");
      const beside = edit(input, [`settlementTerms.0.${TERMS.indexOf(name)}`, (value) => value - 1n]);
      expect(refusals(beside)).toContain("settlement.SettledOrder");
    },
  );

  it("settles an order that accepts no zk statement", () => {
    // Modes 2, as an order might have them: what is left of the lowest bit is half.
    expect(refusals(changeTerm("modes", 1n))).toEqual(["memory", "settlement.SettledOrder.RangeCheck"]);
    // Modes that differ from the packed ones.
    const modes = edit(input, [`settlementTerms.0.${TERMS.indexOf("modes")}`, 3n]);
    expect(refusals(modes)).toEqual(["settlement.SettledOrder"]);
  });
});

describe("hostile payments", () => {
  it("settles above the price limit, below zero, with more escrow than there is, or after the last chunk", () => {
    expect(refusals(edit(input, ["settlementPrice.0", 1001n]))).toContain("settlement.RangeCheck");
    expect(refusals(edit(input, ["settlementPrice.0", -1n]))).toContain(
      "settlement.payment.total.RangeCheck",
    );
    expect(refusals(edit(input, ["settlementEscrow.0", (value) => value + 1000n]))).toContain("memory");
    expect(refusals(edit(input, ["settlementRemaining.0", 0n]))).toContain("settlement.RangeCheck");
  });

  it("pays a provider that is not the statement's", () => {
    // Bob's account, and a seed, under a statement by the provider.
    expect(refusals(edit(input, ["settlementProvider.0", BigInt(BOB)]))).toEqual(["credits", "uses"]);
    expect(refusals(edit(input, ["settlementProvider.0", BigInt(SEED)]))).toEqual(["credits", "uses"]);
    // The provider's account under a statement by somebody else.
    expect(refusals(edit(input, ["settlementOwner.0", (owner) => owner + 1n]))).toEqual(["uses"]);
  });

  it("puts the statement's provider into the bits of its jobs", () => {
    // The range word stays as it is when the owner lends a job to the count, which is the order's; so the owner is not.
    const lent = edit(input, [
      "settlementOwner.0",
      (owner) => owner - invertModulo(1n << 48n, FIELD_MODULUS),
    ]);
    expect(refusals(lent)).toEqual(["uses"]);
  });

  it("divides the total with another remainder, or rounds a share up", async () => {
    const division = await compileGadget("division", ["block/share.circom"], "Division()");
    const divided = await witnessOf(division, { left: 900n, right: 3n });
    const [quotient, remainder] = [signalOf(division, divided, "quotient"), 2700n];
    for (const by of [-1n, 1n]) {
      const other = { quotient: modulo(quotient + by), remainder: modulo(remainder - by * 10_000n) };
      expect(acceptsTampered(division, divided, other)).toBe(false);
    }
    const gadget = await compileGadget("settlement", ["block/settlement.circom"], "Settlement()");
    const slot = { ...slotInput(input, "settlement", 0), statementDomain: STATEMENT_DOMAIN, time: 1n };
    const witness = await witnessOf(gadget, slot);
    // The hint of a test for zero is free where there is zero.
    expect(unpinnedSignals(gadget, witness).filter((name) => !/IsZero.*inverse$/.test(name))).toEqual([]);
    const signal = (name: string): bigint => signalOf(gadget, witness, name);
    const provider = signal("providerCredit");
    expect(
      acceptsTampered(gadget, witness, {
        seedCredit: signal("seedCredit") + 1n,
        providerCredit: provider - 1n,
      }),
    ).toBe(false);
    expect(
      acceptsTampered(gadget, witness, { burn: signal("burn") - 1n, providerCredit: provider + 1n }),
    ).toBe(false);
  });
});

describe("hostile orders", () => {
  const reasons = (...edits: Edit[]): string[] => refusals(edit(input, ...edits));

  it("posts an order with less escrow, in the lower half of the tree, or for somebody else", () => {
    expect(reasons(["orderPriceLimit.0", 999n])).toEqual(expect.arrayContaining(["memory", "messages"]));
    expect(reasons(["orderIndex.0", 7n])).toEqual(["memory"]);
    // With a cell that goes along, the cell's own place refuses it.
    const cell = cellOf(busy, Number(column(input, "orderIndex")[0]));
    const highest = 2 * TINY.depth - 1;
    expect(
      reasons(
        ["orderIndex.0", (index) => index - (1n << BigInt(highest))],
        [`cellBits.${cell}.${highest}`, 0n],
      ),
    ).toContain("cell");
    expect(reasons(["orderRequester.0", BigInt(BOB)])).toEqual(
      expect.arrayContaining(["memory", "messages"]),
    );
    expect(reasons(["orderNonce.0", (nonce) => nonce + 1n])).toEqual(
      expect.arrayContaining(["memory", "messages"]),
    );
  });

  it("posts an order for the escrow of fewer jobs or chunks", () => {
    // The last chunk loses a job, or there is one chunk less: the static part is another, and so is the escrow.
    for (const name of ["LastChunk", "EarlierChunks", "ChunkSize"]) {
      expect(reasons([`order${name}.0`, (value) => value - 1n])).toEqual(
        expect.arrayContaining(["memory", "messages"]),
      );
    }
    // A last chunk longer than the others, or of no job.
    expect(reasons(["orderLastChunk.0", 5n])).toContain("order.RangeCheck");
    expect(reasons(["orderLastChunk.0", 0n])).toContain("order.RangeCheck");
  });

  it("posts an order that saves more than everything", () => {
    expect(reasons(["orderSavingsShare.0", 10_001n])).toContain("order.AtMostTenThousand.BelowTenThousand");
  });
});
