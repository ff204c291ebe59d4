// The state machine's multi-transfers, cancellations, rotations and distributions: what each rule refuses, and what they do.
import {
  accountStatic,
  type BlockDraft,
  cancellableFrom,
  createBlockDraft,
  getAccount,
  getSeed,
  type Operation,
  operationMessage,
  type PaymentLeg,
  publicKey,
  revertBlock,
  signMessage,
  stateRoot,
  TransitionError,
  totalAmount,
} from "@catalyze/circuits/reference";
import {
  decodeBlockVector,
  distributionWord,
  MAXIMUM_LEGS,
  rotationWord,
  SchemaError,
} from "@catalyze/circuits/schema";
import { describe, expect, it } from "vitest";
import { fullList } from "../block/random-signed.js";
import {
  ALICE,
  BOB,
  common,
  makeOrder,
  nextHeader,
  OPERATION_DOMAIN,
  OPERATOR,
  ownerOf,
  PROVIDER,
  privateKey,
  rotatedKey,
  type Scenario,
  SEED,
  sign,
} from "../block/scenario.js";
import { blockAt, cancellation, expiringOrder, legs, OVER, SIGNED, signedBlock } from "../block/signed.js";

/** Runs `act` on a new draft and returns the code of the error it throws; the state must stay as it was. */
function codeOf(scenario: Scenario, act: (draft: BlockDraft) => void, time = OVER): string {
  const before = stateRoot(scenario.state);
  try {
    act(createBlockDraft(scenario.state, { ...nextHeader(scenario), time }));
  } catch (error) {
    expect(stateRoot(scenario.state)).toBe(before);
    if (error instanceof TransitionError || error instanceof SchemaError) return error.code;
    throw error;
  }
  return "none";
}

describe("multi-transfers", () => {
  const { scenario } = expiringOrder();
  const pay = (list: readonly PaymentLeg[], nonce = 0n): Operation => ({
    kind: "multiTransfer",
    ...common(BOB, nonce),
    legs: list,
  });
  const code = (...lists: (readonly PaymentLeg[])[]): string =>
    codeOf(scenario, (draft) => {
      lists.forEach((list, i) => {
        const operation = pay(list, BigInt(i));
        // An operation out of range can't be signed.
        let signed = { operation, signature: { r8x: 0n, r8y: 1n, s: 0n } };
        try {
          signed = sign(scenario.state, operation);
        } catch {}
        draft.addOperation(signed, BigInt(i) + 1n);
      });
    });
  const leg = (receiver: number, amount: bigint): PaymentLeg => ({ receiver, amount });

  it.each<[string, readonly PaymentLeg[]]>([
    ["none", legs(1)],
    ["none", legs(MAXIMUM_LEGS)],
    ["MALFORMED_OPERATION", legs(MAXIMUM_LEGS + 1)],
    ["MALFORMED_OPERATION", []],
    ["none", [leg(0, 0n), leg(ALICE, 5n), leg(0, 0n)]],
    ["ACCOUNT_NOT_FOUND", [leg(0, 1n)]],
    ["ACCOUNT_NOT_FOUND", [leg(SEED, 1n)]],
    ["ACCOUNT_NOT_FOUND", [leg(7, 0n)]],
    ["none", [leg(ALICE, 1_000_000n - 15n)]],
    ["INSUFFICIENT_BALANCE", [leg(ALICE, 1_000_000n - 15n), leg(BOB, 1n)]],
    ["SCHEMA_OUT_OF_RANGE", [leg(ALICE, 1n << 80n)]],
    ["SCHEMA_OUT_OF_RANGE", [leg(ALICE, -1n)]],
    ["SCHEMA_OUT_OF_RANGE", [leg(1 << 24, 1n)]],
  ])("answers %s", (expected, list) => {
    expect(code(list)).toBe(expected);
  });

  it("fill the groups of a block", () => {
    expect(SIGNED.legGroups).toBe(5);
    expect(code(legs(32), legs(33))).toBe("none");
    expect(code(legs(33), legs(33))).toBe("BLOCK_FULL");
  });

  it("can't be changed after signing", () => {
    const signed = sign(scenario.state, pay(legs(3)));
    for (const list of [legs(4), legs(2), legs(3).reverse()]) {
      const changed = { ...signed, operation: pay(list) };
      expect(codeOf(scenario, (draft) => draft.addOperation(changed, 1n))).toBe("BAD_SIGNATURE");
    }
  });

  it("credit every receiver, the signer too", () => {
    const { scenario: own } = expiringOrder();
    const before = getAccount(own.state, BOB).amount;
    const list = [leg(BOB, 7n), leg(ALICE, 5n), leg(BOB, 2n)];
    const block = blockAt(own, OVER, (draft) => void draft.addOperation(sign(own.state, pay(list)), 1n));
    expect(getAccount(own.state, BOB).amount).toBe(before - 15n - 5n);
    expect(block.changes.map(({ index }) => index)).toEqual([OPERATOR, ALICE, BOB]);
  });
});

describe("cancellations", () => {
  const { scenario, orderIndex } = expiringOrder();
  const { state } = scenario;
  const operation = cancellation(scenario, orderIndex, 1n);
  const code = (change: object = {}, time = OVER): string =>
    codeOf(
      scenario,
      (draft) => draft.addOperation(sign(state, { ...operation, ...change } as Operation), 2n),
      time,
    );

  it("are possible when the deadline and the grace period are over, not a second before", () => {
    expect(cancellableFrom(operation.expiry)).toBe(operation.expiry + 86_400n);
    expect(code()).toBe("none");
    expect(code({}, OVER - 1n)).toBe("ORDER_NOT_CANCELLABLE");
  });

  it.each([
    ["ORDER_NOT_FOUND", { orderIndex: ALICE }],
    ["ORDER_NOT_FOUND", { orderIndex: 15 }],
    ["ORDER_MISMATCH", { orderStatic: 5n }],
    ["ORDER_MISMATCH", { signer: BOB, nonce: 0n }],
  ])("answer %s", (expected, change) => {
    expect(code(change)).toBe(expected);
  });

  it("need an order of an earlier block that is still open", () => {
    const twice = (draft: BlockDraft): void => {
      draft.addOperation(sign(state, operation), 2n);
      draft.addOperation(sign(state, { ...operation, nonce: 2n }), 3n);
    };
    expect(codeOf(scenario, twice)).toBe("ORDER_NOT_CANCELLABLE");
    const settled = (draft: BlockDraft): void => {
      draft.addSettlement({ orderIndex, chunk: 0, provider: PROVIDER, resultsRoot: 1n, price: 5n });
      draft.addOperation(sign(state, operation), 2n);
    };
    expect(codeOf(scenario, settled)).toBe("ORDER_NOT_CANCELLABLE");
    const settledLater = (draft: BlockDraft): void => {
      draft.addOperation(sign(state, operation), 2n);
      draft.addSettlement({ orderIndex, chunk: 0, provider: PROVIDER, resultsRoot: 1n, price: 5n });
    };
    expect(codeOf(scenario, settledLater)).toBe("CHUNK_ALREADY_SETTLED");
    const posted = (draft: BlockDraft): void => {
      const order = makeOrder(state, ALICE, 1n, { deadline: 0n });
      const entry = draft.addOperation(sign(state, { kind: "postOrder", ...common(ALICE, 1n), order }), 2n);
      const data = { orderIndex: entry.orderIndex!, orderStatic: 0n };
      draft.addOperation(sign(state, { ...operation, nonce: 2n, ...data }), 3n);
    };
    expect(codeOf(scenario, posted)).toBe("ORDER_MISMATCH");
  });

  it("are limited by the block's slots", () => {
    const size = { ...SIGNED, cancellations: 0 };
    const full = (): void => {
      const draft = createBlockDraft(state, { ...nextHeader(scenario), size, time: OVER });
      draft.addOperation(sign(state, operation), 2n);
    };
    expect(full).toThrow(expect.objectContaining({ code: "BLOCK_FULL" }));
  });

  it("give the escrow back and free the cell", () => {
    const { amount } = getAccount(state, ALICE);
    const cell = state.cells.get(orderIndex)!;
    blockAt(scenario, OVER, (draft) => void draft.addOperation(sign(state, operation), 2n));
    expect(state.cells.has(orderIndex)).toBe(false);
    expect(getAccount(state, ALICE).amount).toBe(amount + cell.amount - 15n);
    expect(code({ nonce: 2n })).toBe("ORDER_NOT_FOUND");
  });
});

describe("rotations", () => {
  const { scenario } = expiringOrder();
  const { state } = scenario;
  const { key, ax, ay } = rotatedKey(BOB, 11);
  const operation = { kind: "rotateKey", ...common(BOB, 0n), ax, ay, owner: ownerOf(BOB) } as const;
  const code = (change: object): string =>
    codeOf(scenario, (draft) =>
      draft.addOperation(sign(state, { ...operation, ...change } as Operation), 1n),
    );

  it.each([
    ["none", {}],
    ["none", { ax: getAccount(state, ALICE).ax, ay: getAccount(state, ALICE).ay }],
    ["WRONG_ACCOUNT_STATIC", { owner: ownerOf(ALICE) }],
    ["KEY_INVALID", { ax: 1n, ay: 1n }],
    ["KEY_INVALID", { ax: 0n, ay: 1n }],
    ["SCHEMA_OUT_OF_RANGE", { owner: 1n << 160n }],
  ])("answer %s", (expected, change) => {
    expect(code(change)).toBe(expected);
  });

  it("need an account of an earlier block", () => {
    const owner = ownerOf(7);
    const free = { ...operation, signer: 7, fee: 0n, priorityFee: 0n, owner };
    const { ax: x, ay: y } = publicKey(privateKey(7));
    const message = operationMessage(OPERATION_DOMAIN, accountStatic(x, y, owner), free);
    const signature = signMessage(privateKey(7), message);
    const register = { kind: "register", index: 7, time: 1n, ax: x, ay: y, owner, amount: 99n } as const;
    const rotate = (draft: BlockDraft): void => void draft.addOperation({ operation: free, signature }, 1n);
    const registered = (draft: BlockDraft): void => {
      draft.addRequest(register);
      rotate(draft);
    };
    expect(codeOf(scenario, registered)).toBe("ACCOUNT_NOT_YET_ROTATABLE");
    const { scenario: later } = expiringOrder();
    blockAt(later, OVER, (draft) => draft.addRequest(register));
    expect(codeOf(later, rotate)).toBe("none");
  });

  it("change the key for what follows, in the block and after it, and keep the rest", () => {
    const before = getAccount(state, BOB);
    const transfer = { kind: "transfer", ...common(BOB, 1n), receiver: ALICE, amount: 1n } as const;
    const old = (draft: BlockDraft): void => {
      draft.addOperation(sign(state, operation), 1n);
      draft.addOperation(sign(state, transfer), 2n);
    };
    expect(codeOf(scenario, old)).toBe("BAD_SIGNATURE");
    const twice = (draft: BlockDraft): void => {
      draft.addOperation(sign(state, operation), 1n);
      draft.addOperation(sign(state, { ...operation, nonce: 1n }, key), 2n);
    };
    expect(codeOf(scenario, twice)).toBe("ACCOUNT_NOT_YET_ROTATABLE");
    const block = blockAt(scenario, OVER, (draft) => {
      draft.addOperation(sign(state, operation), 1n);
      draft.addOperation(sign(state, transfer, key), 2n);
    });
    expect(getAccount(state, BOB)).toMatchObject({ ax, ay, owner: before.owner, nonce: 2n });
    expect(block.rotations).toEqual([{ index: BOB, ax, ay, owner: ownerOf(BOB) }]);
    revertBlock(state, block);
    expect(getAccount(state, BOB)).toEqual(before);
  });
});

describe("distributions", () => {
  const { scenario } = expiringOrder();
  const { state } = scenario;
  const vault = getSeed(state, SEED).amount;
  const list = (amount: bigint, receiver = ALICE): PaymentLeg[] => fullList([{ receiver, amount }]);
  const code = (change: object): string =>
    codeOf(scenario, (draft) => {
      draft.addDistribution({ seed: SEED, legs: list(5n), total: 5n, ...change });
    });

  it.each<[string, object]>([
    ["none", {}],
    ["none", { legs: list(0n), total: 0n }],
    ["none", { legs: list(vault), total: vault }],
    ["INSUFFICIENT_BALANCE", { legs: list(vault + 1n), total: vault + 1n }],
    ["MALFORMED_OPERATION", { total: 4n }],
    ["MALFORMED_OPERATION", { legs: list(5n).slice(1) }],
    ["MALFORMED_OPERATION", { legs: [...list(5n), { receiver: 0, amount: 0n }] }],
    ["SEED_NOT_FOUND", { seed: ALICE }],
    ["SEED_NOT_FOUND", { seed: 7 }],
    ["ACCOUNT_NOT_FOUND", { legs: list(5n, SEED) }],
    ["SCHEMA_OUT_OF_RANGE", { legs: list(-5n), total: -5n }],
    ["SCHEMA_OUT_OF_RANGE", { seed: 1 << 24 }],
  ])("answer %s", (expected, change) => {
    expect(code(change)).toBe(expected);
  });

  it("can't spend what the block credits, nor the vault twice", () => {
    const [index] = [...state.cells].find(([, cell]) => cell.kind === "order")!;
    const credited = (draft: BlockDraft): void => {
      draft.addSettlement({ orderIndex: index, chunk: 0, provider: PROVIDER, resultsRoot: 1n, price: 900n });
      draft.addDistribution({ seed: SEED, legs: list(vault + 1n), total: vault + 1n });
    };
    expect(codeOf(scenario, credited)).toBe("INSUFFICIENT_BALANCE");
    const twice = (draft: BlockDraft): void => {
      draft.addDistribution({ seed: SEED, legs: list(vault), total: vault });
      draft.addDistribution({ seed: SEED, legs: list(1n), total: 1n });
    };
    expect(codeOf(scenario, twice)).toBe("INSUFFICIENT_BALANCE");
  });
});

describe("a block with all of them", () => {
  it("publishes rotated keys and distributions, conserves every unit and can be taken back", () => {
    const { scenario, block } = signedBlock();
    const { state } = scenario;
    const words = decodeBlockVector(SIGNED, block.bytes);
    expect(words).toEqual(block.content);
    const [rotation] = block.rotations;
    expect(words[8]).toEqual([rotation!.ax, rotation!.ay]);
    expect(rotationWord.decode(words[9]![0]!)).toEqual({ index: BigInt(BOB) });
    const [distribution] = block.distributions;
    expect(words[10]).toEqual([distribution!.payouts]);
    expect(distributionWord.decode(words[11]![0]!)).toEqual({
      total: distribution!.distribution.total,
      index: BigInt(SEED),
    });
    const after = totalAmount(state);
    revertBlock(state, block);
    expect(totalAmount(state)).toBe(after);
    expect(stateRoot(state)).toBe(block.oldRoot);
  });
});
