// Padding has no side effects: the same content sealed at two sizes has the same roots and words, but for what a size
// determines: the times of the slots, to which the operations root commits, and the length of the vector, which C binds.
// Both are valid for their circuits. Real proofs of both: test/ladder/deployment.test.ts.
import {
  type CompiledCircuit,
  calculateWitness,
  checkConstraints,
  compileCircuit,
} from "@catalyze/circuits/build";
import { createBlockDraft, revertBlock, type SealedBlock } from "@catalyze/circuits/reference";
import { type BlockSize, blockLayout, evaluateVector, expandVector } from "@catalyze/circuits/schema";
import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { blockCircuit } from "../../tools/manifest.js";
import { busyBlock, inputOf, openOrder, TINY, tinyCircuit, transfers } from "./blocks.js";
import { refill, wordsOfContent } from "./contents.js";
import { attempt, inTurn, randomAction } from "./random.js";
import { emptyScenario, nextHeader, registerAll, runBlock, zOf } from "./scenario.js";

/** More room than {@link TINY} in every kind of slot. */
const WIDE: BlockSize = {
  name: "wide",
  depth: TINY.depth,
  requests: 7,
  settlements: 3,
  orders: 2,
  withdrawals: 3,
  cells: 9,
  operations: 9,
  openings: 4,
  legGroups: 1,
  cancellations: 1,
  rotations: 1,
  distributions: 1,
  forcedOrders: 1,
};

let circuits: ReadonlyMap<string, CompiledCircuit>;

beforeAll(async () => {
  const compiled = [await compileCircuit(tinyCircuit()), await compileCircuit(blockCircuit(WIDE))];
  circuits = new Map(compiled.map((circuit) => [circuit.name, circuit]));
});

async function expectValid(block: SealedBlock): Promise<void> {
  const { size } = block.header;
  const circuit = circuits.get(size.name)!;
  const witness = await calculateWitness(circuit, inputOf(block));
  expect(checkConstraints(circuit, witness)).toEqual({ ok: true });
  const words = expandVector(blockLayout(size), block.content);
  const z = zOf(block);
  expect(witness.slice(1, 4)).toEqual([block.commitment, evaluateVector(words, z), z]);
}

/** The words differ in nothing but the operations root, and so do their bytes. */
function expectSame(narrow: SealedBlock, wide: SealedBlock): void {
  expect([narrow.header.size.name, wide.header.size.name]).toEqual(["tiny", "wide"]);
  expect(wordsOfContent(wide)).toEqual(wordsOfContent(narrow));
  expect(wide.bytes.length).toBe(narrow.bytes.length);
  expect(wide.bytes.slice(96)).toEqual(narrow.bytes.slice(96));
  expect(wide.changes.map(({ after }) => after)).toEqual(narrow.changes.map(({ after }) => after));
  expect(wide.withdrawals).toEqual(narrow.withdrawals);
  expect(wide.commitment).not.toBe(narrow.commitment);
}

it("leaves a block with every kind of slot as it is", async () => {
  const [narrow, wide] = [TINY, WIDE].map((size) => busyBlock(emptyScenario(size))) as [
    SealedBlock,
    SealedBlock,
  ];
  expectSame(narrow, wide);
  await expectValid(narrow);
  await expectValid(wide);
});

it("moves the operations root only when an account acts twice: by the time of its first operation", () => {
  const [narrow, wide] = [TINY, WIDE].map((size) => transfers(emptyScenarioWithPeople(size))) as [
    SealedBlock,
    SealedBlock,
  ];
  expectSame(narrow, wide);
  expect(wide.content[0]![2]).not.toBe(narrow.content[0]![2]);
  const times = [narrow, wide].map(({ operations }) => operations.map(({ time }) => time));
  // Requests and settlements come first: 6 and 2 slots, 7 and 3.
  expect(times).toEqual([
    [9n, 10n, 11n],
    [11n, 12n, 13n],
  ]);
});

function emptyScenarioWithPeople(size: BlockSize) {
  const scenario = emptyScenario(size);
  runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
  return scenario;
}

it("leaves random blocks as they are, and valid", async () => {
  const actions = fc.array(randomAction, { minLength: 4, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(actions, async (steps) => {
      const scenario = emptyScenario(TINY);
      openOrder(scenario);
      const draft = createBlockDraft(scenario.state, nextHeader(scenario));
      const nonces = new Map<number, bigint>();
      inTurn(steps).forEach((step, i) => {
        attempt(scenario, draft, nonces, BigInt(100 + i), step);
      });
      const narrow = draft.seal();
      revertBlock(scenario.state, narrow);
      const again = createBlockDraft(scenario.state, { ...nextHeader(scenario), size: WIDE });
      refill(again, narrow);
      const wide = again.seal();
      expectSame(narrow, wide);
      await expectValid(wide);
    }),
    { numRuns: 4 },
  );
});
