// A PostgreSQL server as store: what the driver promises, on a real server. Skipped where PostgreSQL is not installed.
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sealNextBlock } from "../src/block/sealing.js";
import { submitOperation } from "../src/core/accept.js";
import type { SqlDriver } from "../src/store/driver.js";
import { findOperation } from "../src/store/operations.js";
import { openPostgres } from "../src/store/postgres.js";
import { transfer } from "./support/keys.js";
import { findPostgres, type PostgresServer, startPostgres } from "./support/postgres.js";
import { enqueue, firstRequests, openWorld, requester } from "./support/world.js";

describe.skipIf(findPostgres() === undefined)("a PostgreSQL server as store", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  /** Opens the store for one test. */
  async function withDriver(run: (driver: SqlDriver) => Promise<void>): Promise<void> {
    const driver = await openPostgres(server.url);
    try {
      await run(driver);
    } finally {
      await driver.close();
    }
  }

  it("gives back what it was given: bytes, 64-bit integers, text, nothing", () =>
    withDriver(async (driver) => {
      await driver.query("CREATE TABLE kinds (bytes bytea, number bigint, words text, flag boolean)");
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
      const values = [bytes, (2n ** 63n - 1n).toString(), "ctz ü\u{1f600}", null] as const;
      await driver.query("INSERT INTO kinds VALUES ($1, $2, $3, $4)", values);
      const [row] = await driver.query("SELECT * FROM kinds");
      expect(new Uint8Array(row!.bytes as Uint8Array)).toEqual(bytes);
      expect(BigInt(row!.number as string)).toBe(2n ** 63n - 1n);
      expect(row!.words).toBe("ctz ü\u{1f600}");
      expect(row!.flag).toBeNull();
    }));

  it("does a transaction whole or not at all, also when its statements fail", () =>
    withDriver(async (driver) => {
      await driver.query("CREATE TABLE kept (number integer PRIMARY KEY)");
      await driver.transaction(async (executor) => {
        await executor.query("INSERT INTO kept VALUES (1)");
      });
      const failing = driver.transaction(async (executor) => {
        await executor.query("INSERT INTO kept VALUES (2)");
        await executor.query("INSERT INTO kept VALUES (1)");
      });
      await expect(failing).rejects.toMatchObject({ code: "23505" });
      const throwing = driver.transaction(async (executor) => {
        await executor.query("INSERT INTO kept VALUES (3)");
        throw new Error("changed my mind");
      });
      await expect(throwing).rejects.toThrow("changed my mind");
      expect(await driver.query("SELECT number FROM kept")).toEqual([{ number: 1 }]);
    }));

  it("belongs to one sequencer at a time, and to the next as soon as that one is gone", async () => {
    await withDriver(async () => {
      await expect(openPostgres(server.url)).rejects.toMatchObject({ code: "SEQUENCER_STORE_IN_USE" });
    });
    await withDriver(async (driver) => {
      expect(await driver.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    });
  });

  it("does nothing more once the connection with the lock is gone", () =>
    withDriver(async (driver) => {
      await driver.query("SELECT 1");
      const other = new pg.Client({ connectionString: server.url });
      await other.connect();
      const inside = driver.transaction(async (executor) => {
        await executor.query("CREATE TABLE late (number integer)");
        const holder = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'";
        await other.query(holder);
        await expect
          .poll(() => driver.query("SELECT 1").catch((error: { code?: string }) => error.code))
          .toBe("SEQUENCER_STORE_LOST");
      });
      await expect(inside).rejects.toMatchObject({ code: "SEQUENCER_STORE_LOST" });
      await expect(driver.transaction(async () => undefined)).rejects.toMatchObject({
        code: "SEQUENCER_STORE_LOST",
      });
      const { rows } = await other.query("SELECT to_regclass('late') AS late");
      expect(rows).toEqual([{ late: null }]);
      await other.end();
    }));

  it("loses no acknowledged operation when the server itself is killed", async () => {
    const context = await openWorld(server.url);
    await enqueue(context, 0n, firstRequests());
    await sealNextBlock(context);
    const acknowledged: `0x${string}`[] = [];
    let refused = "";
    for (let nonce = 0n; nonce < 5n && refused === ""; nonce++) {
      const operation = transfer(2, nonce, 3, 1n);
      const { signature } = requester.sign(operation);
      // The server goes down while the third is on its way.
      const crash = nonce === 2n ? server.crash() : undefined;
      try {
        acknowledged.push((await submitOperation(context, { operation, signature })).message);
      } catch (error) {
        refused = (error as Error).message;
      }
      await crash;
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(2);
    expect(refused).not.toBe("");
    await expect(context.driver.query("SELECT 1")).rejects.toMatchObject({ code: "SEQUENCER_STORE_LOST" });
    await context.driver.close();
    const again = await openWorld(server.url);
    try {
      for (const message of acknowledged) {
        expect(await findOperation(again.driver, message)).toMatchObject({ status: "pending" });
        expect(again.ledger.mempool.get(message)).toBeDefined();
      }
      // What was refused for want of the store can be sent again.
      const { nonce } = again.ledger.mempool.pendingView(2, requester.cell(0n, 0n));
      const operation = transfer(2, nonce, 3, 1n);
      await submitOperation(again, { operation, signature: requester.sign(operation).signature });
    } finally {
      await again.driver.close();
    }
  });
});
