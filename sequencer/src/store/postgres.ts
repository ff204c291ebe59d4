// A PostgreSQL server as store, for when one machine is not enough. Assumes `synchronous_commit = on` (the default).
// One sequencer has a database at a time: it holds an advisory lock on a connection of its own, and without that
// connection it does nothing more, since another may hold the lock by then.
import { setTimeout as delay } from "node:timers/promises";
import pg, { type Client } from "pg";
import { SequencerError } from "../errors.js";
import type { SqlDriver, SqlExecutor, SqlRow, SqlValue } from "./driver.js";

/** Connections of one sequencer, besides the one that holds the lock. */
const CONNECTIONS = 8;
/** Key of the advisory lock: "catalyze" in ASCII, as a signed 64-bit number. Locks are the database's own. */
const LOCK_KEY = "7161132844276349541";
/** A server needs a moment to notice that a killed sequencer's connection is gone. */
const LOCK_ATTEMPTS = 20;
const LOCK_PAUSE_MS = 250;

interface Queryable {
  query(text: string, parameters?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

const toParameter = (value: SqlValue): unknown => (value instanceof Uint8Array ? Buffer.from(value) : value);

const executor = (client: Queryable): SqlExecutor => ({
  async query<Row extends SqlRow>(text: string, parameters: readonly SqlValue[] = []) {
    return (await client.query(text, parameters.map(toParameter))).rows as Row[];
  },
});

/** Takes the database's lock. @throws {SequencerError} `SEQUENCER_STORE_IN_USE` */
async function takeLock(owner: Client): Promise<void> {
  for (let attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
    if (attempt > 0) await delay(LOCK_PAUSE_MS);
    const { rows } = await owner.query("SELECT pg_try_advisory_lock($1::bigint) AS taken", [LOCK_KEY]);
    if (rows[0]?.taken === true) return;
  }
  throw new SequencerError(
    "SEQUENCER_STORE_IN_USE",
    "Another sequencer has this PostgreSQL database open; stop it first, or name another database.",
  );
}

/** What a failed COMMIT did is known only when the server says so, with an SQLSTATE. */
const isAnswer = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && !/^(08|57P)/.test(error.code ?? "08");

/**
 * Opens a PostgreSQL database by its connection string, for this process alone.
 * @throws {SequencerError} `SEQUENCER_STORE_IN_USE` when another sequencer has it; later, from every call,
 *   `SEQUENCER_STORE_LOST` once the connection with the lock, or the outcome of a transaction, is lost: start again then
 */
export async function openPostgres(connectionString: string): Promise<SqlDriver> {
  const owner = new pg.Client({ connectionString });
  let lost: Error | undefined;
  const lose = (error?: Error): void => {
    lost ??= error ?? new Error("the server closed the connection");
  };
  owner.on("error", lose);
  owner.on("end", () => lose());
  await owner.connect();
  try {
    await takeLock(owner);
  } catch (error) {
    await owner.end();
    throw error;
  }
  const pool = new pg.Pool({ connectionString, max: CONNECTIONS });
  // An idle connection that breaks leaves the pool; who needs the server next hears of it.
  pool.on("error", () => undefined);

  const requireOpen = (): void => {
    if (lost === undefined) return;
    throw new SequencerError(
      "SEQUENCER_STORE_LOST",
      `The connection to PostgreSQL was lost (${lost.message}); start the sequencer again.`,
    );
  };
  const transaction = async <T>(run: (executor: SqlExecutor) => Promise<T>): Promise<T> => {
    requireOpen();
    const client = await pool.connect();
    let broken: Error | undefined;
    const breaks = (error: Error): void => {
      broken = error;
    };
    // While a connection is taken, nobody but its user hears of its end.
    client.on("error", breaks);
    try {
      await client.query("BEGIN");
      const result = await run(executor(client));
      requireOpen();
      await client.query("COMMIT").catch((error: Error) => {
        if (!isAnswer(error)) lose(error);
        throw error;
      });
      return result;
    } catch (error) {
      await client.query("ROLLBACK").catch(breaks);
      throw error;
    } finally {
      client.off("error", breaks);
      client.release(broken);
    }
  };
  return {
    async query<Row extends SqlRow>(text: string, parameters?: readonly SqlValue[]) {
      requireOpen();
      return executor(pool).query<Row>(text, parameters);
    },
    transaction,
    close: async () => {
      await pool.end();
      await owner.end();
    },
  };
}
