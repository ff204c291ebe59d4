// Blocks that tests attack and mutate, at the smallest size of the block circuit. A new kind of slot gets its capacity
// here and, where it can be used beside the others, its place in {@link busyBlock}.
import { blockCircuit, type CircuitInput, type CircuitInstance } from "@catalyze/circuits/build";
import { blockCircuitInput, type SealedBlock } from "@catalyze/circuits/reference";
import type { BlockSize } from "@catalyze/circuits/schema";
import {
  ALICE,
  BOB,
  common,
  emptyScenario,
  makeOrder,
  PROVIDER,
  registerAll,
  runBlock,
  type Scenario,
  sign,
  zOf,
} from "./scenario.js";

/**
 * Small enough to calculate hundreds of witnesses; {@link busyBlock} uses every kind of slot that it has. Slots of payments,
 * cancellations, rotations, distributions and forced orders are attacked where they are tested.
 */
export const TINY: BlockSize = {
  name: "tiny",
  depth: 2,
  requests: 6,
  settlements: 2,
  orders: 1,
  withdrawals: 1,
  cells: 8,
  operations: 3,
  openings: 3,
  legGroups: 0,
  cancellations: 0,
  rotations: 0,
  distributions: 0,
  forcedOrders: 0,
};

/** The block circuit of size {@link TINY}. */
export const tinyCircuit = (): CircuitInstance => blockCircuit(TINY);

/** Inputs of the block circuit for a sealed block, challenge included. */
export const inputOf = (block: SealedBlock): CircuitInput => ({ ...blockCircuitInput(block), z: zOf(block) });

/** Accounts with a million units each, and a seed. */
export function registered(): Scenario {
  const scenario = emptyScenario(TINY);
  runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
  return scenario;
}

/** Registered accounts and an order of two chunks by Alice, in an empty scenario. Returns the order's index. */
export function openOrder(scenario: Scenario): number {
  const { state } = scenario;
  runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
  const posted = runBlock(scenario, (draft) => {
    draft.addOperation(
      sign(state, { kind: "postOrder", ...common(ALICE, 0n), order: makeOrder(state, ALICE, 0n) }),
      1n,
    );
  });
  return posted.orders[0]!.index;
}

/** A block with every kind of slot in use: deposit, settlement, order, withdrawal, transfer. */
export function busyBlock(scenario: Scenario = emptyScenario(TINY)): SealedBlock {
  const { state } = scenario;
  const orderIndex = openOrder(scenario);
  return runBlock(scenario, (draft) => {
    draft.addRequest({ kind: "deposit", index: BOB, time: 3n, depositor: 9n, amount: 17n });
    draft.addSettlement({ orderIndex, chunk: 1, provider: PROVIDER, resultsRoot: 5n, price: 900n });
    draft.addOperation(
      sign(state, { kind: "postOrder", ...common(ALICE, 1n), order: makeOrder(state, ALICE, 1n) }),
      2n,
    );
    draft.addOperation(
      sign(state, { kind: "withdraw", ...common(ALICE, 2n), amount: 50n, priorityFee: 4n }),
      3n,
    );
    draft.addOperation(
      sign(state, { kind: "transfer", ...common(BOB, 0n), receiver: ALICE, amount: 60n, priorityFee: 3n }),
      4n,
    );
  });
}

/** Two transfers by Alice and one by Bob, in the order of their slots: Alice, Alice, Bob. */
export function transfers(scenario: Scenario = registered()): SealedBlock {
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
export function closing(): { block: SealedBlock; orderIndex: number } {
  const scenario = emptyScenario(TINY);
  const orderIndex = openOrder(scenario);
  const block = runBlock(scenario, (draft) => {
    draft.addSettlement({ orderIndex, chunk: 0, provider: PROVIDER, resultsRoot: 5n, price: 900n });
    draft.addSettlement({ orderIndex, chunk: 1, provider: PROVIDER, resultsRoot: 6n, price: 900n });
  });
  return { block, orderIndex };
}
