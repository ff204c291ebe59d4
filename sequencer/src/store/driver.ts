// The little SQL that the store needs, so that embedded PGlite and a PostgreSQL server are interchangeable.

/** A parameter. Integers beyond 2^53 go as text. */
export type SqlValue = string | number | boolean | Uint8Array | null;

/** A row: 64-bit integers arrive as number, bigint or text depending on the driver; read them with `BigInt(…)`. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** Runs statements with `$1` parameters. */
export interface SqlExecutor {
  query<Row extends SqlRow = SqlRow>(text: string, parameters?: readonly SqlValue[]): Promise<Row[]>;
}

/** A database. What a transaction did is durable when its promise resolves; when `run` throws, nothing was done. */
export interface SqlDriver extends SqlExecutor {
  transaction<T>(run: (executor: SqlExecutor) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
