// A PostgreSQL server as store, for when one machine is not enough. Assumes `synchronous_commit = on` (the default).
import pg from "pg";
import type { SqlDriver, SqlExecutor, SqlRow, SqlValue } from "./driver.js";

/** Connections of one sequencer. */
const CONNECTIONS = 8;

interface Queryable {
  query(text: string, parameters?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

const toParameter = (value: SqlValue): unknown => (value instanceof Uint8Array ? Buffer.from(value) : value);

const executor = (client: Queryable): SqlExecutor => ({
  async query<Row extends SqlRow>(text: string, parameters: readonly SqlValue[] = []) {
    return (await client.query(text, parameters.map(toParameter))).rows as Row[];
  },
});

/** Opens a PostgreSQL database by its connection string. */
export function openPostgres(connectionString: string): SqlDriver {
  const pool = new pg.Pool({ connectionString, max: CONNECTIONS });
  return {
    ...executor(pool),
    async transaction(run) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        const result = await run(executor(client));
        await client.query("COMMIT");
        return result;
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      } finally {
        client.release();
      }
    },
    close: () => pool.end(),
  };
}
