// Admission to the mempool: every rule at its boundary.
import { createState, orderStatic, type State, setCell } from "@catalyze/circuits/reference";
import { operationDomain, SMALL_BLOCK } from "@catalyze/circuits/schema";
import { beforeEach, describe, expect, it } from "vitest";
import { SequencerError } from "../src/errors.js";
import { OPERATIONS_PER_ACCOUNT } from "../src/limits.js";
import { type AdmissionContext, admit, authenticate } from "../src/mempool/admission.js";
import { Mempool } from "../src/mempool/mempool.js";
import { CHAIN_ID, ROLLUP, TestKey, transfer } from "./support/keys.js";
import { testOrder } from "./support/world.js";

const alice = new TestKey(1);
const bob = new TestKey(2);
const context: AdmissionContext = {
  operationDomain: operationDomain(CHAIN_ID, BigInt(ROLLUP)),
  size: SMALL_BLOCK,
  time: 1_000n,
  feeAccount: 2,
  fees: {
    transfer: 3n,
    withdraw: 5n,
    postOrder: 7n,
    multiTransfer: 9n,
    cancelOrder: 2n,
    rotateKey: 4n,
    settlement: 1n,
  },
};

let state: State;
let mempool: Mempool;
let sequence = 0n;

function add(nonce: bigint, amount = 10n, more: Parameters<typeof transfer>[4] = { fee: 3n }): void {
  const entry = admit(state, mempool, alice.sign(transfer(1, nonce, 2, amount, more)), context);
  sequence += 1n;
  mempool.add({ ...entry, sequence });
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(SequencerError);
    return (error as SequencerError).code;
  }
}

beforeEach(() => {
  state = createState(SMALL_BLOCK.depth);
  setCell(state, 1, alice.cell(1_000n, 5n));
  setCell(state, 2, bob.cell(0n));
  mempool = new Mempool();
});

describe("nonces", () => {
  it("takes the account's nonce, refuses the one before", () => {
    expect(codeOf(() => add(5n))).toBeUndefined();
    expect(codeOf(() => add(4n))).toBe("SEQUENCER_NONCE_TOO_LOW");
  });

  it("refuses a second operation with the same nonce: nothing is replaced", () => {
    add(5n);
    expect(codeOf(() => add(5n, 11n))).toBe("SEQUENCER_NONCE_TAKEN");
  });

  it("leaves no gap: an operator answers for a receipt whose predecessor never comes", () => {
    expect(codeOf(() => add(6n))).toBe("SEQUENCER_NONCE_TOO_HIGH");
    add(5n);
    expect(mempool.pendingView(1, alice.cell(1_000n, 5n)).nonce).toBe(6n);
    expect(codeOf(() => add(7n))).toBe("SEQUENCER_NONCE_TOO_HIGH");
    expect(codeOf(() => add(6n))).toBeUndefined();
    expect(mempool.pendingView(1, alice.cell(1_000n, 5n)).nonce).toBe(7n);
  });
});

describe("balance", () => {
  it("counts what is pending: exactly the rest is taken, one unit more is not", () => {
    add(5n, 900n);
    expect(mempool.pendingView(1, alice.cell(1_000n, 5n)).amount).toBe(97n);
    expect(codeOf(() => add(6n, 95n))).toBe("SEQUENCER_INSUFFICIENT_BALANCE");
    expect(codeOf(() => add(6n, 94n))).toBeUndefined();
  });

  it("forgets what was removed", () => {
    add(5n, 900n);
    mempool.remove(mempool.all()[0]!.message);
    expect(mempool.size).toBe(0);
    expect(codeOf(() => add(5n, 997n))).toBeUndefined();
  });
});

describe("the rest", () => {
  it("asks for the least fee", () => {
    expect(codeOf(() => add(5n, 1n, { fee: 2n }))).toBe("SEQUENCER_FEE_TOO_LOW");
    expect(codeOf(() => add(5n, 1n, { fee: 3n }))).toBeUndefined();
  });

  it("refuses what has expired, and takes what expires now", () => {
    expect(codeOf(() => add(5n, 1n, { fee: 3n, expiry: 999n }))).toBe("SEQUENCER_OPERATION_EXPIRED");
    expect(codeOf(() => add(5n, 1n, { fee: 3n, expiry: 1_000n }))).toBeUndefined();
  });

  it("refuses everything behind a pending rotation of the key", () => {
    const { ax, ay } = bob;
    const common = { signer: 1, nonce: 5n, fee: 4n, priorityFee: 0n, expiry: 2_000n };
    const rotation = alice.sign({ kind: "rotateKey", ...common, ax, ay, owner: alice.owner });
    mempool.add({ ...admit(state, mempool, rotation, context), sequence: 1n });
    expect(codeOf(() => add(6n))).toBe("SEQUENCER_KEY_ROTATING");
    mempool.remove(mempool.all()[0]!.message);
    expect(codeOf(() => add(5n))).toBeUndefined();
  });

  it("refuses everything behind a pending cancellation: it may become impossible by another's doing", () => {
    const order = { ...testOrder(0n, new Uint8Array(4), { requester: 1n }), deadline: 1n };
    const far = { ...context, time: 100_000n };
    setCell(state, 40_000, { kind: "order", order, amount: 9n, bitmap: 0n, remaining: 1n });
    const common = { signer: 1, nonce: 5n, fee: 3n, priorityFee: 0n, expiry: 200_000n };
    const named = { orderIndex: 40_000, orderStatic: orderStatic(order) };
    const cancellation = alice.sign({ kind: "cancelOrder", ...common, ...named });
    mempool.add({ ...admit(state, mempool, cancellation, far), sequence: 1n });
    expect(codeOf(() => add(6n))).toBe("SEQUENCER_ORDER_CANCELLING");
    mempool.remove(mempool.all()[0]!.message);
    expect(codeOf(() => add(5n))).toBeUndefined();
  });

  it("refuses everything without a fee account, and what only fits a block without its cell", () => {
    const missing = { ...context, feeAccount: 7 };
    const signed = alice.sign(transfer(1, 5n, 2, 1n, { fee: 3n }));
    expect(codeOf(() => admit(state, mempool, signed, missing))).toBe("SEQUENCER_FEE_ACCOUNT_MISSING");
    for (let index = 3; index < 20; index++) setCell(state, index, bob.cell(0n));
    const pay = (receivers: number) => {
      const legs = Array.from({ length: receivers }, (_, i) => ({ receiver: 3 + i, amount: 1n }));
      const common = { signer: 1, nonce: 5n, fee: 9n, priorityFee: 0n, expiry: 2_000n };
      return admit(state, mempool, alice.sign({ kind: "multiTransfer", ...common, legs }), context);
    };
    // Signer and fee account are cells, too.
    expect(codeOf(() => pay(SMALL_BLOCK.cells - 1))).toBe("SEQUENCER_OPERATION_INVALID");
    expect(codeOf(() => pay(SMALL_BLOCK.cells - 2))).toBeUndefined();
  });

  it("refuses a receiver that is no account", () => {
    const signed = alice.sign(transfer(1, 5n, 9, 1n, { fee: 3n }));
    expect(codeOf(() => admit(state, mempool, signed, context))).toBe("SEQUENCER_ACCOUNT_NOT_FOUND");
  });

  it("refuses another's signature, another domain and a changed field", () => {
    const operation = transfer(1, 5n, 2, 1n, { fee: 3n });
    const byBob = { ...bob.sign(operation), operation };
    const elsewhere = alice.sign(operation, operationDomain(1n, BigInt(ROLLUP)));
    const changed = { ...alice.sign(operation), operation: { ...operation, fee: 4n } };
    for (const signed of [byBob, elsewhere, changed]) {
      expect(codeOf(() => authenticate(state, signed, context))).toBe("SEQUENCER_BAD_SIGNATURE");
      expect(codeOf(() => admit(state, mempool, signed, context))).toBe("SEQUENCER_BAD_SIGNATURE");
    }
  });

  it("holds a bounded number of operations per account", () => {
    for (let i = 0; i < OPERATIONS_PER_ACCOUNT; i++) {
      const signed = alice.sign(transfer(1, 5n + BigInt(i), 2, 0n, { fee: 3n }));
      mempool.add({ message: BigInt(i), sequence: BigInt(i + 1), signed, debit: 3n });
    }
    expect(codeOf(() => add(5n + BigInt(OPERATIONS_PER_ACCOUNT)))).toBe("SEQUENCER_ACCOUNT_POOL_FULL");
  });
});
