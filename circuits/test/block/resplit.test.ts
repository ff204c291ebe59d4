// Packed values split another way: a carry from one field into the next must not pass (docs/protocol.md §8).
import {
  blockCircuit,
  type CompiledCircuit,
  calculateWitness,
  compileCircuit,
  generateSchemaSources,
} from "@catalyze/circuits/build";
import {
  accountStatic,
  blockCircuitInput,
  type Cell,
  type CircuitInput,
  getAccount,
  type Operation,
  operationMessage,
  type SealedBlock,
  type State,
  setCell,
  signMessage,
} from "@catalyze/circuits/reference";
import { AMOUNT_BITS, type BlockSize, cellDynamic } from "@catalyze/circuits/schema";
import { beforeAll, describe, expect, it } from "vitest";
import {
  ALICE,
  BOB,
  common,
  emptyScenario,
  OPERATION_DOMAIN,
  privateKey,
  registerAll,
  runBlock,
  sign,
  zOf,
} from "./scenario.js";

const TINY: BlockSize = {
  name: "tiny",
  depth: 2,
  requests: 6,
  settlements: 2,
  orders: 1,
  withdrawals: 1,
  cells: 8,
  operations: 3,
  openings: 3,
};

let circuit: CompiledCircuit;

beforeAll(async () => {
  generateSchemaSources();
  circuit = await compileCircuit(blockCircuit(TINY));
});

async function provable(input: CircuitInput): Promise<boolean> {
  try {
    await calculateWitness(circuit, input);
    return true;
  } catch {
    return false;
  }
}

/** The block's input with other closing cells: `after` by index; paths follow. Takes the block back first. */
function reclose(
  state: State,
  block: SealedBlock,
  input: CircuitInput,
  after: ReadonlyMap<number, Cell>,
): CircuitInput {
  for (const { index, before } of block.changes) setCell(state, index, before);
  const children = block.changes.map((change) => {
    const path = state.tree.proof(change.index).children;
    setCell(state, change.index, after.get(change.index) ?? change.after);
    return path;
  });
  const all = input.cellChildren as readonly (readonly (readonly bigint[])[])[];
  const amounts = [...(input.cellAmount as bigint[])];
  block.changes.forEach(({ index }, i) => {
    amounts[i] = after.get(index)?.amount ?? amounts[i]!;
  });
  return { ...input, cellAmount: amounts, cellChildren: all.map((path, i) => children[i] ?? path) };
}

describe("a balance that borrows from the nonce", () => {
  it("is no balance: an account can't spend more than it has under an old nonce", async () => {
    const scenario = emptyScenario(TINY);
    const { state } = scenario;
    runBlock(scenario, (draft) => registerAll(draft, 1_000n));
    runBlock(scenario, (draft) => {
      draft.addOperation(
        sign(state, { kind: "transfer", ...common(ALICE, 0n), receiver: BOB, amount: 1n }),
        1n,
      );
    });
    const held = getAccount(state, ALICE).amount;
    const honest: Operation = { kind: "transfer", ...common(ALICE, 1n), receiver: BOB, amount: 5n };
    const block = runBlock(scenario, (draft) => {
      draft.addOperation(sign(state, honest), 2n);
    });
    const input: CircuitInput = { ...blockCircuitInput(block), z: zOf(block) };
    expect(await provable(input)).toBe(true);

    // With nonce 0 the word (held, nonce 1) is also (held + 2^offset, nonce 0).
    const borrowed = 1n << BigInt(cellDynamic.offsets.payload);
    const amount = held + 1_000_000n;
    const debit = amount + 15n;
    const forgedOperation: Operation = { ...honest, nonce: 0n, amount };
    const alice = block.changes.find(({ index }) => index === ALICE)!.after as Extract<
      Cell,
      { kind: "account" }
    >;
    const bob = block.changes.find(({ index }) => index === BOB)!.before as Extract<
      Cell,
      { kind: "account" }
    >;
    const rest = held + borrowed - debit;
    const message = operationMessage(
      OPERATION_DOMAIN,
      accountStatic(alice.ax, alice.ay, alice.owner),
      forgedOperation,
    );
    const { r8x, r8y, s } = signMessage(privateKey(ALICE), message);
    const set = (name: string, value: bigint): bigint[] =>
      (input[name] as bigint[]).map((old, i) => (i === 0 ? value : old));
    const at = (index: number): number => block.changes.findIndex((change) => change.index === index);
    const forged: CircuitInput = {
      ...input,
      operationNonce: set("operationNonce", 0n),
      operationAmount: set("operationAmount", amount),
      operationRest: set("operationRest", rest),
      operationR8x: set("operationR8x", r8x),
      operationR8y: set("operationR8y", r8y),
      operationS: set("operationS", s),
      cellPayload: (input.cellPayload as bigint[]).map((old, i) => (i === at(ALICE) ? 1n : old)),
    };
    const after = new Map<number, Cell>([
      [ALICE, { ...alice, nonce: 1n, amount: rest % (1n << BigInt(AMOUNT_BITS)) }],
      [BOB, { ...bob, amount: bob.amount + amount }],
    ]);
    expect(await provable(reclose(state, block, forged, after))).toBe(false);
  });
});
