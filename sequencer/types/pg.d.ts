// The parts of pg that the store uses; the package ships no types.
declare module "pg" {
  export interface PgClient {
    query(text: string, parameters?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
    release(): void;
  }
  export class Pool {
    constructor(options: { connectionString: string; max: number });
    query(text: string, parameters?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
    connect(): Promise<PgClient>;
    end(): Promise<void>;
  }
  const pg: { Pool: typeof Pool };
  export default pg;
}
