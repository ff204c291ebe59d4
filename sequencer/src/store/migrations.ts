// The database's tables, as numbered steps. A step is never changed once released; a new one is appended.
import type { SqlDriver } from "./driver.js";

/** Steps in order; each is a list of statements and runs in one transaction. */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE deployment (key text PRIMARY KEY, value text NOT NULL)`,
    `CREATE TABLE l1_blocks (number bigint PRIMARY KEY, hash text NOT NULL, time bigint NOT NULL)`,
    `CREATE TABLE l1_requests (request_index bigint PRIMARY KEY, body text NOT NULL, l1_block bigint NOT NULL)`,
    `CREATE TABLE l1_seeds (cell_index integer PRIMARY KEY, creator text NOT NULL, artefact text NOT NULL,
       pointer text NOT NULL, l1_block bigint NOT NULL)`,
    `CREATE TABLE operations (message text PRIMARY KEY, sequence bigint NOT NULL UNIQUE, signer integer NOT NULL,
       nonce bigint NOT NULL, body text NOT NULL, promised_block bigint NOT NULL, signature text NOT NULL,
       status text NOT NULL, block_number bigint, position integer, reason_code text, reason_message text)`,
    `CREATE INDEX operations_by_status ON operations (status)`,
    `CREATE INDEX operations_by_block ON operations (block_number)`,
    `CREATE TABLE orders (order_id text PRIMARY KEY, message text NOT NULL, requester integer NOT NULL,
       sequence bigint NOT NULL, body text NOT NULL, inputs text NOT NULL, cell_index integer, block_number bigint,
       completed_block bigint)`,
    `CREATE INDEX orders_by_requester ON orders (requester)`,
    `CREATE TABLE artefacts (sha256 text PRIMARY KEY, size bigint NOT NULL, data bytea NOT NULL)`,
    `CREATE TABLE lease_requests (account integer PRIMARY KEY, time_ms bigint NOT NULL)`,
    `CREATE TABLE leases (id text PRIMARY KEY, token text NOT NULL, order_id text NOT NULL, chunk integer NOT NULL,
       account integer NOT NULL, until_ms bigint NOT NULL, ended boolean NOT NULL, phase text,
       percentage double precision)`,
    `CREATE INDEX leases_by_chunk ON leases (order_id, chunk)`,
    `CREATE TABLE statements (order_id text NOT NULL, chunk integer NOT NULL, commitment text NOT NULL,
       program_id text NOT NULL, provider_index integer NOT NULL, settlement text NOT NULL, statement text NOT NULL,
       proof text NOT NULL, results bytea NOT NULL, proving_seconds double precision NOT NULL, arrival bigserial,
       block_number bigint, settlement_index integer, PRIMARY KEY (order_id, chunk))`,
    `CREATE INDEX statements_by_block ON statements (block_number)`,
    `CREATE TABLE dropped_statements (order_id text NOT NULL, chunk integer NOT NULL, commitment text NOT NULL,
       reason_code text NOT NULL, reason_message text NOT NULL)`,
    `CREATE TABLE cells (cell_index integer PRIMARY KEY, body text NOT NULL)`,
    `CREATE TABLE blocks (number bigint PRIMARY KEY, status text NOT NULL, body text NOT NULL, words bytea NOT NULL,
       new_root text NOT NULL, next_request bigint NOT NULL, time bigint NOT NULL, commitment text NOT NULL,
       proof text, proving_seconds double precision, transaction_hash text, l1_block bigint, gas_used bigint,
       blocks_in_transaction integer)`,
    `CREATE TABLE proof_jobs (id text PRIMARY KEY, block_number bigint NOT NULL UNIQUE, circuit text NOT NULL,
       status text NOT NULL, attempts integer NOT NULL, token text, worker text, until_ms bigint, leased_ms bigint,
       phase text, percentage double precision, reason text)`,
    `CREATE TABLE submissions (nonce bigint NOT NULL, hash text PRIMARY KEY, raw text NOT NULL,
       first_block bigint NOT NULL, last_block bigint NOT NULL, max_fee text NOT NULL, priority_fee text NOT NULL,
       sent_ms bigint NOT NULL)`,
  ],
  [`ALTER TABLE operations ADD COLUMN accepted_block bigint NOT NULL DEFAULT 0`],
  [
    `CREATE TABLE l1_statements (program_id text NOT NULL, commitment text NOT NULL, body text NOT NULL,
       l1_block bigint NOT NULL, PRIMARY KEY (program_id, commitment))`,
    // Statements may have been recorded in blocks that were processed before: L1 is followed from the start once more.
    `DELETE FROM l1_blocks`,
    `ALTER TABLE orders ADD COLUMN closed_as text`,
    `CREATE TABLE forced_settlements (order_id text NOT NULL, chunk integer NOT NULL, block_number bigint NOT NULL,
       PRIMARY KEY (order_id, chunk))`,
  ],
  [
    `ALTER TABLE blocks ADD COLUMN size_name text`,
    `UPDATE blocks SET size_name = (body::json)->'header'->'size'->>'name'`,
    `ALTER TABLE blocks ALTER COLUMN size_name SET NOT NULL`,
  ],
  [`ALTER TABLE operations ADD COLUMN valid_until bigint`],
];

/** Brings the database to the latest step. Safe to run at every start. */
export async function migrate(driver: SqlDriver): Promise<void> {
  await driver.query("CREATE TABLE IF NOT EXISTS migrations (step integer PRIMARY KEY)");
  const rows = await driver.query<{ step: number }>("SELECT step FROM migrations");
  const done = new Set(rows.map((row) => Number(row.step)));
  for (const [step, statements] of MIGRATIONS.entries()) {
    if (done.has(step)) continue;
    await driver.transaction(async (executor) => {
      for (const statement of statements) await executor.query(statement);
      await executor.query("INSERT INTO migrations (step) VALUES ($1)", [step]);
    });
  }
}
