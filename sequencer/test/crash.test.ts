// SIGKILL at several points: whatever was acknowledged is there after a restart, and the state is that of the blocks.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createState, fromJson, setCell, stateRoot, totalAmount } from "@catalyze/circuits/reference";
import { SMALL_BLOCK } from "@catalyze/circuits/schema";
import type { api } from "@catalyze/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "../src/core/context.js";
import { findBlock, findSealedBlock } from "../src/store/blocks.js";
import { findOperation } from "../src/store/operations.js";
import { listOpenProofJobs } from "../src/store/work.js";
import { findPostgres, startPostgres } from "./support/postgres.js";
import { openWorld } from "./support/world.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const script = join(root, "sequencer", "dist", "test", "support", "crash-child.js");

/** What the child said. */
interface Said {
  readonly ready?: bigint;
  readonly accepted?: api.OperationReceipt;
  readonly sealed?: bigint;
  readonly root?: bigint;
}

/** A place for a store, and how to remove it. */
interface Place {
  readonly place: string;
  remove(): Promise<void>;
}

async function directoryPlace(): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), "catalyze-crash-"));
  return { place: join(directory, "store"), remove: () => rm(directory, { recursive: true, force: true }) };
}

async function postgresPlace(): Promise<Place> {
  const server = await startPostgres();
  return { place: server.url, remove: () => server.stop() };
}

beforeAll(() => {
  // Plain Node runs what the build made of the child; `npm test` builds first.
  if (!existsSync(script)) throw new Error(`${script} is missing; run: npm run build`);
});

/** Runs the child and kills it as soon as `when` holds of what it said in this run, which is added to `said`. */
async function runUntil(
  place: string,
  said: Said[],
  when: (lines: readonly Said[]) => boolean,
  delayMs: number,
): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [script, place], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: Said[] = [];
  let errors = "";
  child.stderr!.on("data", (data) => {
    errors += data;
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let killing = false;
  createInterface({ input: child.stdout! }).on("line", (line) => {
    if (!line.startsWith("{")) return;
    lines.push(fromJson<Said>(line));
    if (killing || !when(lines)) return;
    killing = true;
    setTimeout(() => child.kill("SIGKILL"), delayMs);
  });
  await exited;
  expect(errors).toBe("");
  expect(child.signalCode).toBe("SIGKILL");
  said.push(...lines);
}

/** Everything acknowledged is there, and cells, blocks and mempool agree. */
async function check(context: Context, said: readonly Said[]): Promise<void> {
  const { ledger, driver } = context;
  for (const { accepted, sealed, root: newRoot } of said) {
    if (accepted !== undefined) {
      const stored = await findOperation(driver, accepted.message);
      expect(stored).toMatchObject({ sequence: accepted.sequence, signature: accepted.signature });
      const pending = ledger.mempool.get(accepted.message) !== undefined;
      expect(pending).toBe(stored?.status === "pending");
    }
    if (sealed !== undefined) expect((await findBlock(driver, sealed))?.newRoot).toBe(newRoot);
  }
  const replayed = createState(SMALL_BLOCK.depth);
  let sealedOperations = 0;
  for (let number = 1n; number <= ledger.head.number; number++) {
    const block = await findSealedBlock(driver, number);
    expect(stateRoot(replayed)).toBe(block!.oldRoot);
    for (const { index, after } of block!.changes) setCell(replayed, index, after);
    expect(stateRoot(replayed)).toBe(block!.newRoot);
    sealedOperations += block!.operations.length;
  }
  expect(stateRoot(ledger.state)).toBe(stateRoot(replayed));
  expect(totalAmount(ledger.state)).toBe(1_000_500n);
  const account = ledger.state.cells.get(2);
  expect(account).toMatchObject({ kind: "account", nonce: BigInt(sealedOperations) });
  expect(await listOpenProofJobs(driver)).toHaveLength(Number(ledger.head.number));
}

const points: [string, (lines: readonly Said[]) => boolean, number][] = [
  ["right after its first block", (lines) => lines.some(({ ready }) => ready !== undefined), 0],
  [
    "right after an acknowledged operation",
    (lines) => lines.at(-1)?.accepted !== undefined && lines.length > 4,
    0,
  ],
  ["right after a sealed block", (lines) => lines.at(-1)?.sealed !== undefined, 0],
  ["a little after, in the middle of the next change", (lines) => lines.length > 3, 37],
  ["again, elsewhere in the middle", (lines) => lines.length > 5, 113],
];

/** Kills sequencers on one store, one after another; what all of them said must hold after each. */
function describeCrashes(store: string, open: () => Promise<Place>): void {
  describe(`a sequencer on ${store}, killed at any point`, () => {
    const said: Said[] = [];
    let opened: Place;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.remove());

    for (const [name, when, delayMs] of points) {
      it(`loses nothing and repeats nothing: ${name}`, async () => {
        await runUntil(opened.place, said, when, delayMs);
        const context = await openWorld(opened.place);
        try {
          await check(context, said);
        } finally {
          await context.driver.close();
        }
      });
    }
  });
}

describeCrashes("PGlite", directoryPlace);
describe.skipIf(findPostgres() === undefined)("with a PostgreSQL server", () => {
  describeCrashes("PostgreSQL", postgresPlace);
});
