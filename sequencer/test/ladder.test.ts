// Sizes of blocks: what a configuration may name, what an older store holds, how much a block settles at most, and how blocks
// are shared out to transactions. Which size a block takes: test/ladder.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BlockHeader, createState, firstOrderIndex, setCell } from "@catalyze/circuits/reference";
import {
  type BlockSize,
  HUGE_BLOCK,
  LARGE_BLOCK,
  MEDIUM_BLOCK,
  SMALL_BLOCK,
} from "@catalyze/circuits/schema";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fillBlock } from "../src/block/builder.js";
import { blockLadder, circuitOfSize } from "../src/block/ladder.js";
import { sealNextBlock } from "../src/block/sealing.js";
import type { BlockCircuit } from "../src/config.js";
import { blocksThatFit, gasLimit } from "../src/l1/submission.js";
import {
  FIRST_STATEMENT_GAS,
  STATEMENT_GAS,
  STATEMENTS_GAS,
  SUBMISSION_BYTES,
  SUBMISSION_GAS,
  TRANSACTION_GAS,
} from "../src/limits.js";
import { Mempool } from "../src/mempool/mempool.js";
import { readSettings } from "../src/settings.js";
import { findBlock } from "../src/store/blocks.js";
import { TestKey } from "./support/keys.js";
import { emptyKey } from "./support/program.js";
import { enqueue, firstRequests, openWorld, testConfig, testOrder } from "./support/world.js";

const circuit = (size: BlockSize, number: number, more: Partial<BlockCircuit> = {}): BlockCircuit => ({
  ...{ size, sizeId: number, circuit: size.name, verificationKey: emptyKey(3 + number) },
  ...more,
});
const LADDER = [circuit(HUGE_BLOCK, 2), circuit(MEDIUM_BLOCK, 0), circuit(LARGE_BLOCK, 1)];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "catalyze-sizes-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("configured sizes", () => {
  it("may be one, or several in any order, and are used smallest first", () => {
    expect(blockLadder(circuit(SMALL_BLOCK, 0)).map(({ size }) => size.name)).toEqual(["small"]);
    const ladder = blockLadder(LADDER);
    expect(ladder.map(({ size, sizeId }) => [size.name, sizeId])).toEqual([
      ["medium", 0],
      ["large", 1],
      ["huge", 2],
    ]);
    expect(circuitOfSize(ladder, "large").sizeId).toBe(1);
  });

  it.each([
    ["there is none", [], "No block size"],
    ["two have one name", [LADDER[0]!, circuit(HUGE_BLOCK, 5)], "same name"],
    ["two have one place on chain", [LADDER[0]!, circuit(LARGE_BLOCK, 2)], "same"],
    ["two have one key", [LADDER[0]!, circuit(LARGE_BLOCK, 1, { verificationKey: emptyKey(5) })], "same key"],
    ["depths differ", [circuit(SMALL_BLOCK, 0), LADDER[0]!], "depths 8 and 12"],
    [
      "the larger one has less room somewhere",
      [circuit(MEDIUM_BLOCK, 0), circuit({ ...LARGE_BLOCK, rotations: 0 }, 1)],
      "fewer rotations",
    ],
  ])("are refused when %s", (_why, sizes, message) => {
    expect(() => blockLadder(sizes)).toThrow(message);
    expect(() => blockLadder(sizes)).toThrow(expect.objectContaining({ code: "SEQUENCER_CONFIG_INVALID" }));
  });

  it("stand in the configuration file as one or as a list", async () => {
    const { deployment } = testConfig(undefined);
    const entry = async (size: string, sizeId: number) => {
      const key = `${size}.json`;
      await writeFile(join(folder, key), JSON.stringify(emptyKey(3 + sizeId)));
      return { size, sizeId, key };
    };
    const read = async (block: unknown) => {
      const path = join(folder, "sequencer.json");
      const plain = { ...deployment, chainId: Number(deployment.chainId), deploymentBlock: 1 };
      const settings = { deployment: plain, l1RpcUrl: "http://127.0.0.1:9", dataDirectory: "store" };
      await writeFile(path, JSON.stringify({ ...settings, block, programs: [], feeAccount: 1 }));
      return readSettings(path, { CATALYZE_OPERATOR_KEY: `0x${"11".repeat(32)}` });
    };
    const list = [await entry("large", 1), await entry("medium", 0)];
    const names = async (block: unknown) =>
      blockLadder((await read(block)).block).map((one) => [one.size, one.sizeId, one.circuit]);
    expect(await names(list)).toEqual([
      [MEDIUM_BLOCK, 0, "medium"],
      [LARGE_BLOCK, 1, "large"],
    ]);
    expect(await names(await entry("small", 0))).toEqual([[SMALL_BLOCK, 0, "small"]]);
    await expect(read([{ ...list[0], size: "giant" }])).rejects.toThrow("no block size giant");
    await expect(read([])).rejects.toMatchObject({ code: "SEQUENCER_CONFIG_INVALID" });
  });
});

describe("a store", () => {
  const half: BlockSize = { ...SMALL_BLOCK, name: "half", requests: 4, cells: 5, operations: 3 };
  const both = [circuit(half, 0), circuit(SMALL_BLOCK, 1)];

  it("of one size goes on with several, and knows the size of its old blocks", async () => {
    const directory = join(folder, "old");
    const old = await openWorld(directory);
    await enqueue(old, 0n, firstRequests());
    await sealNextBlock(old);
    // As a store of the version before: it names its size instead of the depth, and blocks have no column for theirs.
    await old.driver.query("UPDATE deployment SET value = replace(value, 'depth-8', 'small')");
    await old.driver.query("ALTER TABLE blocks DROP COLUMN size_name");
    await old.driver.query("DELETE FROM migrations WHERE step = 3");
    await old.driver.close();
    const context = await openWorld(directory, { block: both });
    expect((await findBlock(context.driver, 1n))?.sizeName).toBe("small");
    await enqueue(context, 4n, [
      { kind: "deposit", index: 2, time: 1_700_000_000n, depositor: 1n, amount: 1n },
    ]);
    expect((await sealNextBlock(context))?.header.size.name).toBe("half");
    expect((await findBlock(context.driver, 2n))?.sizeName).toBe("half");
    await context.driver.close();
    // The size of an unsettled block can't be left out.
    await expect(openWorld(directory)).rejects.toMatchObject({ code: "SEQUENCER_CONFIG_INVALID" });
    const deeper = circuit({ ...SMALL_BLOCK, name: "deeper", depth: 9 }, 0);
    await expect(openWorld(directory, { block: deeper })).rejects.toMatchObject({
      code: "SEQUENCER_DEPLOYMENT_MISMATCH",
    });
  });
});

describe("a block", () => {
  const size: BlockSize = { ...HUGE_BLOCK, depth: 8 };

  /** Fills a block with settlements of orders of so many programs, in turn. */
  function settle(programs: number) {
    const state = createState(size.depth);
    const key = new TestKey(1);
    setCell(state, 1, key.cell(100n));
    const settlements = Array.from({ length: size.settlements }, (_, i) => {
      const orderIndex = firstOrderIndex(size.depth) + i;
      const order = testOrder(BigInt(i), new Uint8Array([1]), {
        ...{ requester: 1n, middleware: 1n, seed: 1n, programId: BigInt(1 + (i % programs)) },
        terms: { royalty: 0n, middleware: 0n, burn: 0n, pool: 0n, version: 1n },
      });
      setCell(state, orderIndex, { kind: "order", order, amount: 1_000n, bitmap: 0n, remaining: 1n });
      const settlement = { orderIndex, chunk: 0, provider: 1, resultsRoot: 1n, price: 1n };
      return { orderId: BigInt(i), chunk: 0, commitment: BigInt(i), settlement };
    });
    const header: BlockHeader = {
      ...{ size, operationDomain: 1n, statementDomain: 2n, number: 1n, time: 1n, feeAccount: 1 },
      firstRequest: 0n,
    };
    return fillBlock(state, header, { requests: [], deadline: 1n, settlements, mempool: new Mempool() });
  }

  it("settles no more than one transaction can verify: many statements of few programs, fewer of many", () => {
    expect(settle(1).settlements).toHaveLength(size.settlements);
    const filled = settle(size.settlements);
    expect(filled.settlements).toHaveLength(Number(STATEMENTS_GAS / (STATEMENT_GAS + FIRST_STATEMENT_GAS)));
    expect(filled.settlements.length).toBeLessThan(size.settlements);
    // What is left waits.
    expect(filled.refusedSettlements).toEqual([]);
  });
});

describe("transactions", () => {
  const cost = fc.record({ bytes: fc.integer({ min: 0, max: 10 ** 6 }), gas: fc.bigInt(0n, 10n ** 8n) });

  it("hold as many blocks as fit gas and bytes, at least one", () => {
    const fits = { bytes: SUBMISSION_BYTES, gas: SUBMISSION_GAS };
    expect(blocksThatFit(8, fits)).toBe(8);
    expect(blocksThatFit(8, { ...fits, gas: SUBMISSION_GAS + 1n })).toBe(7);
    expect(blocksThatFit(8, { ...fits, bytes: SUBMISSION_BYTES + 1 })).toBe(7);
    expect(blocksThatFit(8, { ...fits, gas: 4n * SUBMISSION_GAS })).toBe(2);
    expect(blocksThatFit(8, { ...fits, gas: undefined })).toBe(4);
    expect(blocksThatFit(1, { bytes: 10 ** 9, gas: undefined })).toBe(1);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), cost, (count, given) => {
        const some = blocksThatFit(count, given);
        const isCheap = given.bytes <= SUBMISSION_BYTES && given.gas <= SUBMISSION_GAS;
        expect(some === count).toBe(isCheap);
        expect(some).toBeGreaterThanOrEqual(1);
        expect(some).toBeLessThanOrEqual(count);
      }),
    );
  });

  it("allow a fifth more gas than estimated, never more than EIP-7825 and the chain do", () => {
    expect(TRANSACTION_GAS).toBe(2n ** 24n);
    expect(SUBMISSION_GAS).toBeLessThan(TRANSACTION_GAS);
    expect(gasLimit(1_000_000n, 30_000_000n)).toBe(1_200_000n);
    expect(gasLimit(SUBMISSION_GAS, 60_000_000n)).toBe(TRANSACTION_GAS);
    expect(gasLimit(1_000_000n, 1_100_000n)).toBe(1_100_000n);
  });
});
