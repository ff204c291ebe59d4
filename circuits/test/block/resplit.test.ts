// Packed words read in another way than they were written: a cell's dynamic word is amount + payload · 2^88, so an amount
// of 2^88 more with a payload of 1 less is the same word. Every change is made consistently; only the ranges forbid it.
import {
  blockCircuit,
  type CompiledCircuit,
  calculateWitness,
  compileCircuit,
  generateSchemaSources,
} from "@catalyze/circuits/build";
import {
  blockCircuitInput,
  type CircuitInput,
  getAccount,
  getOrder,
  revertBlock,
  type SealedBlock,
  type State,
  setCell,
  splitPayment,
} from "@catalyze/circuits/reference";
import { SMALL_BLOCK } from "@catalyze/circuits/schema";
import { beforeAll, describe, expect, it } from "vitest";
import {
  ALICE,
  BOB,
  common,
  emptyScenario,
  MIDDLEWARE,
  makeOrder,
  PROVIDER,
  registerAll,
  runBlock,
  SEED,
  sign,
  zOf,
} from "./scenario.js";

const SIZE = {
  ...SMALL_BLOCK,
  name: "resplit",
  depth: 2,
  settlements: 1,
  operations: 1,
  orders: 1,
  withdrawals: 1,
  cells: 7,
};
const CARRY = 1n << 88n;

let circuit: CompiledCircuit;

beforeAll(async () => {
  generateSchemaSources();
  circuit = await compileCircuit(blockCircuit(SIZE));
});

type Columns = Record<string, unknown[]>;

/** The input of a block as columns that can be changed. */
const columnsOf = (block: SealedBlock): Columns =>
  structuredClone({ ...blockCircuitInput(block), z: zOf(block) }) as unknown as Columns;

async function hasWitness(input: Columns): Promise<boolean> {
  try {
    await calculateWitness(circuit, input as unknown as CircuitInput);
    return true;
  } catch {
    return false;
  }
}

/** Lets cells of the block be credited with other amounts, and walks the tree with what they close with then. */
function recredit(
  state: State,
  block: SealedBlock,
  input: Columns,
  credits: ReadonlyMap<number, bigint>,
): void {
  block.changes.forEach((change, i) => {
    const credit = credits.get(change.index);
    input.cellChildren![i] = state.tree.proof(change.index).children;
    if (credit === undefined || change.after === undefined) {
      setCell(state, change.index, change.after);
    } else {
      const amount = change.last.amount + credit;
      input.cellCredit![i] = credit;
      input.cellAmount![i] = amount;
      setCell(state, change.index, { ...change.after, amount });
    }
  });
}

describe("a word split another way", () => {
  it("does not let an account spend 2^88 units more under a nonce that it has used", async () => {
    const scenario = emptyScenario(SIZE);
    const { state } = scenario;
    runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
    const pay = (nonce: bigint, amount: bigint) =>
      sign(state, { kind: "transfer", ...common(BOB, nonce), receiver: ALICE, amount });
    runBlock(scenario, (draft) => draft.addOperation(pay(0n, 1n), 1n));
    const honest = runBlock(scenario, (draft) => draft.addOperation(pay(1n, 10n), 2n));
    expect(await hasWitness(columnsOf(honest))).toBe(true);
    revertBlock(state, honest);

    const funds = getAccount(state, BOB).amount;
    const forged = pay(0n, funds);
    const input = columnsOf(honest);
    const bob = honest.changes.findIndex((change) => change.index === BOB);
    const { r8x, r8y, s } = forged.signature;
    Object.assign(input, {
      operationNonce: [0n],
      operationAmount: [funds],
      operationR8x: [r8x],
      operationR8y: [r8y],
      operationS: [s],
      operationBalance: [funds + CARRY],
    });
    recredit(state, honest, input, new Map([[ALICE, funds]]));
    input.cellAmount![bob] = CARRY - 15n;
    input.cellPayload![bob] = 1n;
    expect(await hasWitness(input)).toBe(false);
  });

  it("does not let an order settle a chunk twice with an escrow of 2^88 units more", async () => {
    const scenario = emptyScenario(SIZE);
    const { state } = scenario;
    const price = 198_000n;
    runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
    const order = makeOrder(state, ALICE, 0n, { jobCount: 5n, chunkSize: 4n, priceLimit: 199_000n });
    const posted = runBlock(scenario, (draft) => {
      draft.addOperation(sign(state, { kind: "postOrder", ...common(ALICE, 0n), order }), 1n);
    });
    const orderIndex = posted.orders[0]!.index;
    const settle = (chunk: number) =>
      runBlock(scenario, (draft) => {
        draft.addSettlement({ orderIndex, chunk, provider: PROVIDER, resultsRoot: 5n, price });
      });
    settle(0);
    const honest = settle(1);
    expect(await hasWitness(columnsOf(honest))).toBe(true);
    revertBlock(state, honest);

    // Bitmap 1 with this escrow is the word of bitmap 0 with 2^88 units more: chunk 0, of four jobs, is paid again
    // from an escrow that holds one job's price, and what is left of 2^88 units goes to the requester.
    const { amount } = getOrder(state, orderIndex);
    const again = splitPayment(order, 4n, price);
    expect(again.debit).toBeGreaterThan(amount + getAccount(state, ALICE).amount);
    const input = columnsOf(honest);
    input.settlementBitmap = [0n];
    input.settlementChunk = [0n];
    input.settlementEscrow = [amount + CARRY];
    const credits = new Map([
      [PROVIDER, again.provider],
      [MIDDLEWARE, again.middleware],
      [SEED, again.royalty],
      [ALICE, amount + CARRY - again.debit],
    ]);
    recredit(state, honest, input, credits);
    expect(await hasWitness(input)).toBe(false);
  });
});
