// The parts of pg that the store uses; the package ships no types.
declare module "pg" {
  export interface Rows {
    rows: Record<string, unknown>[];
  }
  export class Client {
    constructor(options: { connectionString: string });
    connect(): Promise<void>;
    query(text: string, parameters?: unknown[]): Promise<Rows>;
    on(event: "error", listener: (error: Error) => void): this;
    on(event: "end", listener: () => void): this;
    end(): Promise<void>;
  }
  export interface PoolClient {
    query(text: string, parameters?: unknown[]): Promise<Rows>;
    on(event: "error", listener: (error: Error) => void): this;
    off(event: "error", listener: (error: Error) => void): this;
    /** With an error, the connection is closed instead of kept. */
    release(error?: Error): void;
  }
  export class Pool {
    constructor(options: { connectionString: string; max: number });
    query(text: string, parameters?: unknown[]): Promise<Rows>;
    connect(): Promise<PoolClient>;
    on(event: "error", listener: (error: Error) => void): this;
    end(): Promise<void>;
  }
  /** What the server answered with: `code` is an SQLSTATE. */
  export class DatabaseError extends Error {
    readonly code: string | undefined;
  }
  const pg: { Client: typeof Client; Pool: typeof Pool; DatabaseError: typeof DatabaseError };
  export default pg;
}
