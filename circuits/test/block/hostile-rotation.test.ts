// A hostile operator against rotated keys, one attack per test.
import type { CircuitInput } from "@catalyze/circuits/build";
import { accountStatic, publicKey, type SealedBlock } from "@catalyze/circuits/reference";
import { beforeAll, describe, expect, it } from "vitest";
import {
  ALICE,
  BOB,
  common,
  emptyScenario,
  OPERATOR,
  ownerOf,
  privateKey,
  registerAll,
  rotatedKey,
  runBlock,
  type Scenario,
  sign,
} from "./scenario.js";
import { inputOf, SIGNED } from "./signed.js";
import {
  cellOf,
  column,
  credited,
  type Edit,
  edit,
  type Judge,
  loadJudge,
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
}

const NEW = rotatedKey(BOB, 7);
/** The operator's own key, which he would like to be somebody's. */
const OWN = publicKey(privateKey(OPERATOR));

/** Bob pays with his old key, rotates it, and pays with his new one. */
function rotated(): Attacked {
  const scenario = emptyScenario(SIGNED);
  const { state } = scenario;
  runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
  const pay = (nonce: bigint) =>
    ({
      kind: "transfer",
      ...common(BOB, nonce),
      priorityFee: 9n - nonce,
      receiver: ALICE,
      amount: 60n,
    }) as const;
  const block = runBlock(scenario, (draft) => {
    draft.addOperation(sign(state, pay(0n)), 1n);
    const { ax, ay } = NEW;
    const rotation = {
      kind: "rotateKey",
      ...common(BOB, 1n),
      priorityFee: 8n,
      ax,
      ay,
      owner: ownerOf(BOB),
    } as const;
    draft.addOperation(sign(state, rotation), 2n);
    draft.addOperation(sign(state, pay(2n), NEW.key), 3n);
  });
  return { scenario, block, input: inputOf(block) };
}

/** What the account's cell would be with a key. */
const staticOf = (key: { ax: bigint; ay: bigint }, index: number): bigint =>
  accountStatic(key.ax, key.ay, ownerOf(index));

describe("hostile rotations", () => {
  it("are nothing that an honest operator does", () => {
    expect(judge.refusals(rotated().input)).toEqual([]);
  });

  it("gives the account another key than the one that was signed", () => {
    const { scenario, block, input } = rotated();
    const slot: Edit[] = [
      ["rotationAx.0", OWN.ax],
      ["rotationAy.0", OWN.ay],
    ];
    expect(judge.refusals(edit(input, ...slot))).toEqual(["messages"]);
    // With the operation's word too, which Bob did not sign.
    const all = edit(
      input,
      ...slot,
      ["operationData.1", staticOf(OWN, BOB)],
      [`cellNewStatic.${cellOf(block, BOB)}`, staticOf(OWN, BOB)],
    );
    const reasons = judge.refusals(withPaths(all, scenario, block));
    expect(reasons.some((reason) => reason.startsWith("operation.VerifySignature"))).toBe(true);
    expect(reasons).toContain("memory");
  });

  it("gives it another owner", () => {
    const { scenario, block, input } = rotated();
    expect(judge.refusals(edit(input, ["rotationOwner.0", ownerOf(OPERATOR)]))).toEqual(["messages"]);
    // Bob signs it, with another owner in the new static part than in the old.
    const data = accountStatic(NEW.ax, NEW.ay, ownerOf(OPERATOR));
    let moved = edit(
      input,
      ["rotationOwner.0", ownerOf(OPERATOR)],
      ["operationData.1", data],
      ["operationOwner.2", ownerOf(OPERATOR)],
      [`cellNewStatic.${cellOf(block, BOB)}`, data],
    );
    moved = resign(resign(moved, 1, privateKey(BOB)), 2, NEW.key);
    expect(judge.refusals(withPaths(moved, scenario, block))).toEqual(["messages"]);
  });

  it("rotates the key of somebody who signed nothing", () => {
    const { scenario, block, input } = rotated();
    const stolen = edit(input, [`cellNewStatic.${cellOf(block, ALICE)}`, staticOf(OWN, ALICE)]);
    expect(judge.refusals(withPaths(stolen, scenario, block))).toEqual(["memory"]);
    const words = edit(
      input,
      ["rotationUsed.1", 1n],
      ["rotationAx.1", OWN.ax],
      ["rotationAy.1", OWN.ay],
      ["rotationOwner.1", ownerOf(ALICE)],
      ["rotationIndex.1", BigInt(ALICE)],
    );
    expect(judge.refusals(words)).toContain("messages");
  });

  it("names another account for the words of a rotation", () => {
    expect(judge.refusals(edit(rotated().input, ["rotationIndex.0", BigInt(ALICE)]))).toEqual(["messages"]);
  });

  it("rotates without the public words, or keeps the old key", () => {
    const { scenario, block, input } = rotated();
    const hidden = edit(
      input,
      ...["Used", "Ax", "Ay", "Index"].map((name): Edit => [`rotation${name}.0`, 0n]),
    );
    expect(judge.refusals(hidden)).toEqual(["messages"]);
    const bob = cellOf(block, BOB);
    const kept = edit(input, [`cellNewStatic.${bob}`, column(input, "cellStatic")[bob]!]);
    expect(judge.refusals(withPaths(kept, scenario, block))).toEqual(["memory"]);
  });

  it("calls a rotation something else, so that the key stays", () => {
    const { input } = rotated();
    const plain = edit(input, ["operationIsRotateKey.1", 0n], ["operationIsMultiTransfer.1", 1n]);
    expect(judge.refusals(resign(plain, 1, privateKey(BOB)))).toEqual(["memory", "messages"]);
  });

  it("takes an operation by the old key after the rotation, or by the new key before it", () => {
    const { input } = rotated();
    expect(judge.refusals(resign(input, 2, privateKey(BOB)))).toEqual(["memory"]);
    expect(judge.refusals(resign(input, 0, NEW.key))).toEqual(["memory"]);
  });

  it("changes the static part of a seed, of an order, or of an account that the block creates", () => {
    const { block, input } = rotated();
    const creation = edit(inputOf(runBlock(emptyScenario(SIGNED), (draft) => registerAll(draft, 5n))), [
      "cellNewStatic.0",
      (value) => value + 1n,
    ]);
    expect(judge.refusals(creation)).toEqual(expect.arrayContaining(["cell", "memory"]));
    // A cell that calls itself a seed, as every seed's cell does.
    const bob = cellOf(block, BOB);
    const seed = edit(input, [`cellIsAccount.${bob}`, 0n], [`cellIsSeed.${bob}`, 1n]);
    expect(judge.refusals(seed)).toContain("cell");
  });

  it("debits an amount that goes nowhere, under a signature", () => {
    const { input } = rotated();
    const lost = resign(edit(input, ["operationAmount.1", 5n]), 1, privateKey(BOB));
    expect(judge.refusals(lost)).toEqual(["memory", "operation"]);
  });

  it("publishes words of an unused slot, or leaves a gap", () => {
    const { input } = rotated();
    for (const name of ["Ax", "Ay", "Index"]) {
      expect(judge.refusals(edit(input, [`rotation${name}.1`, 5n])), name).toEqual(["rotation"]);
    }
    const moved = edit(
      input,
      ...["Used", "Ax", "Ay", "Owner", "Index"].flatMap((name): Edit[] => [
        [`rotation${name}.1`, column(input, `rotation${name}`)[0]!],
        [`rotation${name}.0`, 0n],
      ]),
    );
    expect(judge.refusals(moved)).toEqual(["Prefix"]);
  });

  it("rotates a key twice in a block, so that the words do not say which one holds", () => {
    const { scenario, block, input } = rotated();
    const second = rotatedKey(BOB, 8);
    const bob = cellOf(block, BOB);
    const again = resign(
      edit(
        input,
        ["operationIsTransfer.2", 0n],
        ["operationIsRotateKey.2", 1n],
        ["operationReceiver.2", 0n],
        ["operationAmount.2", 0n],
        ["operationData.2", staticOf(second, BOB)],
        ["rotationUsed.1", 1n],
        ["rotationAx.1", second.ax],
        ["rotationAy.1", second.ay],
        ["rotationOwner.1", ownerOf(BOB)],
        ["rotationIndex.1", BigInt(BOB)],
        [`cellNewStatic.${bob}`, staticOf(second, BOB)],
        [`cellAmount.${bob}`, (amount) => amount + 60n],
        ...credited(block, ALICE, -60n),
      ),
      2,
      NEW.key,
    );
    expect(judge.refusals(withPaths(again, scenario, block))).toEqual(["RangeCheck"]);
  });

  it("publishes keys in another order than by account", () => {
    const scenario = emptyScenario(SIGNED);
    const { state } = scenario;
    runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
    const block = runBlock(scenario, (draft) => {
      for (const [signer, priorityFee] of [
        [BOB, 9n],
        [ALICE, 8n],
      ] as const) {
        const { ax, ay } = rotatedKey(signer, 9);
        const rotation = { kind: "rotateKey", ...common(signer, 0n), priorityFee, ax, ay } as const;
        draft.addOperation(sign(state, { ...rotation, owner: ownerOf(signer) }), 19n - priorityFee);
      }
    });
    const input = inputOf(block);
    expect(column(input, "rotationIndex")).toEqual([BigInt(ALICE), BigInt(BOB)]);
    expect(judge.refusals(input)).toEqual([]);
    const swapped = edit(
      input,
      ...["Ax", "Ay", "Owner", "Index"].flatMap((name): Edit[] => [
        [`rotation${name}.0`, column(input, `rotation${name}`)[1]!],
        [`rotation${name}.1`, column(input, `rotation${name}`)[0]!],
      ]),
    );
    expect(judge.refusals(swapped)).toEqual(["RangeCheck"]);
  });

  it("fixes every field of a rotation before the challenges", () => {
    const { block, input } = rotated();
    const before = judge.challenge(input);
    for (const name of ["rotationUsed", "rotationAx", "rotationAy", "rotationOwner", "rotationIndex"]) {
      const changed = edit(input, [`${name}.0`, (value) => value + 1n]);
      expect(judge.challenge(changed), name).not.toBe(before);
      expect(judge.refusals(changed), name).not.toEqual([]);
    }
    // In the last cell, whose new root is the block's: a change in another moves the paths of those after it.
    expect(cellOf(block, BOB)).toBe(block.changes.length - 1);
    const cell = edit(input, [`cellNewStatic.${cellOf(block, BOB)}`, (value) => value + 1n]);
    expect(judge.challenge(cell)).not.toBe(before);
    for (const name of ["IsMultiTransfer", "IsCancelOrder", "IsRotateKey"]) {
      const changed = edit(input, [`operation${name}.0`, 1n]);
      expect(judge.challenge(changed), name).not.toBe(before);
    }
  });
});
