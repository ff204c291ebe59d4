// Embedded PostgreSQL on a directory. One process may have a directory open.
import { PGlite } from "@electric-sql/pglite";
import type { SqlDriver, SqlExecutor, SqlRow, SqlValue } from "./driver.js";

interface Queryable {
  query<Row>(text: string, parameters?: unknown[]): Promise<{ rows: Row[] }>;
}

const executor = (database: Queryable): SqlExecutor => ({
  async query<Row extends SqlRow>(text: string, parameters: readonly SqlValue[] = []) {
    return (await database.query<Row>(text, [...parameters])).rows;
  },
});

/** Opens the database in `directory`, or one in memory when undefined (tests). */
export async function openPglite(directory: string | undefined): Promise<SqlDriver> {
  const database = directory === undefined ? await PGlite.create() : await PGlite.create(directory);
  return {
    ...executor(database),
    transaction: (run) => database.transaction((transaction) => run(executor(transaction))),
    close: () => database.close(),
  };
}
