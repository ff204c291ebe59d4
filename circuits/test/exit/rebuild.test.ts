// The state from block words alone: what a new node, a restart and an escape run.
import {
  applyBlockBytes,
  applyBlockWords,
  cellDynamicWord,
  createState,
  getAccount,
  poseidon,
  RebuildError,
  revertAppliedBlock,
  type SealedBlock,
  type State,
  setCell,
  stateRoot,
} from "@catalyze/circuits/reference";
import {
  type BlockSize,
  blockMeta,
  cellWord,
  DOMAIN_CELL,
  DOMAIN_STATE_NODE,
  rotationWord,
  SMALL_BLOCK,
} from "@catalyze/circuits/schema";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { busyBlock, TINY } from "../block/blocks.js";
import { type Action, attempt, randomAction } from "../block/random.js";
import { ALICE, BOB, emptyScenario, registerAll, runBlock, type Scenario, SEED } from "../block/scenario.js";

const SIZE: BlockSize = { ...SMALL_BLOCK, depth: 3, cells: 16, orders: 3, operations: 8 };

/** Applies the bytes of the blocks, nothing else, to an empty state. */
function rebuild(size: BlockSize, blocks: readonly SealedBlock[]): State {
  const state = createState(size.depth);
  for (const block of blocks) {
    const applied = applyBlockBytes(state, size, block.bytes);
    expect(stateRoot(state)).toBe(block.newRoot);
    expect(applied).toMatchObject({ number: block.header.number, requests: block.requests.length });
  }
  return state;
}

const expectSame = (rebuilt: State, state: State): void => {
  expect(stateRoot(rebuilt)).toBe(stateRoot(state));
  expect([...rebuilt.cells].sort(([a], [b]) => a - b)).toEqual([...state.cells].sort(([a], [b]) => a - b));
};

/** Random blocks after the registration. */
function randomBlocks(rounds: readonly (readonly Action[])[]): { scenario: Scenario; blocks: SealedBlock[] } {
  const scenario = emptyScenario(SIZE);
  const blocks = [runBlock(scenario, (draft) => registerAll(draft, 1_000_000n))];
  let sequence = 0n;
  for (const actions of rounds) {
    const nonces = new Map<number, bigint>();
    const block = runBlock(scenario, (draft) => {
      for (const action of actions) attempt(scenario, draft, nonces, ++sequence, action);
    });
    blocks.push(block);
  }
  return { scenario, blocks };
}

const rounds = fc.array(fc.array(randomAction, { maxLength: 14 }), { minLength: 1, maxLength: 4 });

describe("the state from block words alone", () => {
  it("is the state that made the blocks: roots, cells and everything in them", () => {
    let deleted = 0;
    let orders = 0;
    fc.assert(
      fc.property(rounds, (drawn) => {
        const { scenario, blocks } = randomBlocks(drawn);
        expectSame(rebuild(SIZE, blocks), scenario.state);
        orders += blocks.reduce((sum, block) => sum + block.orders.length, 0);
        deleted += blocks.flatMap(({ changes }) => changes).filter(({ after }) => after === undefined).length;
      }),
      { numRuns: 12, seed: 11 },
    );
    // The property is not about empty blocks: orders were posted, settled to the end and deleted.
    expect([orders > 5, deleted > 0]).toEqual([true, true]);
  });

  it("goes back block by block", () => {
    const scenario = emptyScenario(TINY);
    const before = createState(TINY.depth);
    const block = busyBlock(scenario);
    expect(() => applyBlockBytes(before, TINY, block.bytes)).toThrow(RebuildError);
    const again = emptyScenario(TINY);
    const first = runBlock(again, (draft) => registerAll(draft, 1_000_000n));
    const applied = applyBlockBytes(before, TINY, first.bytes);
    expectSame(before, again.state);
    revertAppliedBlock(before, applied);
    expectSame(before, createState(TINY.depth));
  });

  it("takes an account's new key from the rotation words", () => {
    const scenario = emptyScenario(TINY);
    const registered = runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
    const rebuilt = rebuild(TINY, [registered]);
    const next = emptyScenario(TINY);
    runBlock(next, (draft) => registerAll(draft, 1_000_000n));
    const rotated = { ...getAccount(next.state, BOB), ax: 77n, ay: 88n, nonce: 1n };
    const oldRoot = stateRoot(next.state);
    setCell(next.state, BOB, rotated);
    const content = registered.content.map((): bigint[] => []);
    const meta = { ...blockMeta.decode(registered.content[1]![2]!), number: 2n, requests: 0n, cells: 1n };
    content[0] = [oldRoot, stateRoot(next.state), 0n];
    content[1] = [0n, 0n, blockMeta.encode({ ...meta, rotations: 1n }), 0n];
    content[8] = [77n, 88n];
    content[9] = [rotationWord.encode({ index: BigInt(BOB) })];
    content[13] = [cellWord.encode({ dynamic: cellDynamicWord(rotated), index: BigInt(BOB) })];
    applyBlockWords(rebuilt, content);
    expectSame(rebuilt, next.state);
  });
});

describe("words that are not the next block's", () => {
  const blocks = (): SealedBlock[] => {
    const scenario = emptyScenario(TINY);
    return [
      runBlock(scenario, (draft) => registerAll(draft, 1_000_000n)),
      runBlock(scenario, () => undefined),
    ];
  };

  const codeOf = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      return (error as RebuildError).code;
    }
    return "none";
  };

  it("are refused, and leave the state as it was", () => {
    const [first] = blocks() as [SealedBlock, SealedBlock];
    const state = createState(TINY.depth);
    const refuse = (change: (content: bigint[][]) => void): string => {
      const content = first.content.map((words) => [...words]);
      change(content);
      const code = codeOf(() => applyBlockWords(state, content));
      expectSame(state, createState(TINY.depth));
      return code;
    };
    const root = poseidon(DOMAIN_STATE_NODE, [poseidon(DOMAIN_CELL, [1n, 2n]), 0n, 0n, 0n]);
    expect(refuse((content) => content[0]!.splice(0, 1, root))).toBe("REBUILD_OLD_ROOT_MISMATCH");
    expect(refuse((content) => content[0]!.splice(1, 1, root))).toBe("REBUILD_NEW_ROOT_MISMATCH");
    expect(refuse((content) => content[2]!.splice(0, 1, 5n))).toBe("REBUILD_NEW_ROOT_MISMATCH");
    expect(refuse((content) => content[13]!.splice(2, 1))).toBe("REBUILD_NEW_ROOT_MISMATCH");
    expect(refuse((content) => content[2]!.splice(0) && content[3]!.splice(0))).toBe("REBUILD_CELL_UNKNOWN");
    expect(codeOf(() => applyBlockWords(createState(3), first.content))).toBe("REBUILD_DEPTH_MISMATCH");
    applyBlockWords(state, first.content);
    expect(stateRoot(state)).toBe(first.newRoot);
  });

  it("of a kind that does not exist are refused", () => {
    const [first] = blocks() as [SealedBlock, SealedBlock];
    const content = first.content.map((words) => [...words]);
    content[13]![0] = cellWord.encode({ dynamic: 9n << 220n, index: BigInt(ALICE) });
    expect(codeOf(() => applyBlockWords(createState(TINY.depth), content))).toBe("REBUILD_CELL_UNKNOWN");
    content[13]![0] = cellWord.encode({ dynamic: 1n << 220n, index: BigInt(SEED) });
    expect(codeOf(() => applyBlockWords(createState(TINY.depth), content))).toBe("REBUILD_CELL_UNKNOWN");
  });
});
