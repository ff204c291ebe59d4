// Puts the parts together and runs them.
import { verifyProof } from "@catalyze/prover";
import type { FastifyInstance } from "fastify";
import pino from "pino";
import { createPublicClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { createApi } from "./api/server.js";
import { circuitOfSize, type KnownBlockCircuit } from "./block/ladder.js";
import { createBlockBuilder } from "./block/sealing.js";
import { reviveProofJobs } from "./broker/proofs.js";
import { createProofChecker } from "./broker/verification.js";
import { systemClock, systemRandom } from "./clock.js";
import type { SequencerConfig, StoreLocation } from "./config.js";
import { type Context, derivedConfig } from "./core/context.js";
import { EventHub } from "./core/events.js";
import { createExclusive } from "./core/exclusive.js";
import { loadLedger } from "./core/ledger.js";
import { type Loop, startLoop } from "./core/loop.js";
import { createMetrics } from "./core/metrics.js";
import { SequencerError } from "./errors.js";
import { createSubmitter } from "./l1/submitter.js";
import { createL1Watcher, followL1 } from "./l1/watcher.js";
import { createAnswering } from "./receipts/answering.js";
import { listUnsettledSizes } from "./store/blocks.js";
import type { SqlDriver } from "./store/driver.js";
import { migrate } from "./store/migrations.js";
import { openPglite } from "./store/pglite.js";
import { openPostgres } from "./store/postgres.js";

/** Pauses of the builder's and submitter's loops; both are also woken by events. */
const BUILDER_INTERVAL_MS = 250;
const SUBMITTER_INTERVAL_MS = 500;
/** Pause between looks at the challenges of receipts. */
const ANSWERING_INTERVAL_MS = 5_000;

/** A running sequencer. */
export interface RunningSequencer {
  /** Base URL of the API. */
  readonly url: string;
  /** Stops accepting, ends the loops, closes the store. Safe to call twice. */
  close(): Promise<void>;
}

const openStore = async (store: StoreLocation): Promise<SqlDriver> =>
  "directory" in store ? openPglite(store.directory) : openPostgres(store.postgres);

/**
 * The store belongs to one deployment for ever, and the sizes of its unsettled blocks must be configured.
 * @throws {SequencerError} `SEQUENCER_DEPLOYMENT_MISMATCH`, `SEQUENCER_CONFIG_INVALID`
 */
async function claimStore(
  driver: SqlDriver,
  config: SequencerConfig,
  sizes: readonly KnownBlockCircuit[],
): Promise<void> {
  const { chainId, rollup } = config.deployment;
  const prefix = `${chainId}/${rollup.toLowerCase()}/`;
  const expected = `${prefix}depth-${sizes[0]!.size.depth}`;
  await driver.query(
    "INSERT INTO deployment (key, value) VALUES ('deployment', $1) ON CONFLICT (key) DO NOTHING",
    [expected],
  );
  const [row] = await driver.query("SELECT value FROM deployment WHERE key = 'deployment'");
  // A store that was made for one size names it instead of the depth.
  const isOf = [expected, ...sizes.map(({ size }) => `${prefix}${size.name}`)].includes(String(row?.value));
  if (!isOf) {
    throw new SequencerError(
      "SEQUENCER_DEPLOYMENT_MISMATCH",
      `The database belongs to deployment ${row?.value}, the configuration names ${expected}.`,
    );
  }
  for (const name of await listUnsettledSizes(driver)) circuitOfSize(sizes, name);
}

/** Opens store and ledger and makes the context; nothing runs yet. */
export async function createContext(config: SequencerConfig): Promise<Context> {
  const log = config.logger ?? pino({ name: "sequencer", level: "info" });
  const driver = await openStore(config.store);
  try {
    await migrate(driver);
    const derived = derivedConfig(config);
    await claimStore(driver, config, derived.sizes);
    return {
      config,
      driver,
      exclusive: createExclusive(),
      events: new EventHub(),
      metrics: createMetrics(),
      log,
      clock: config.clock ?? systemClock,
      random: config.random ?? systemRandom,
      operator: privateKeyToAccount(config.operatorKey),
      client: createPublicClient({ transport: http(config.l1RpcUrl), cacheTime: 0 }),
      ...derived,
      verify: config.verifyProof ?? verifyProof,
      wake: () => undefined,
      changes: 0,
      ledger: await loadLedger(driver, derived.block.size.depth),
      l1: { number: -1n, latest: 0n, pending: undefined },
      halted: undefined,
    };
  } catch (error) {
    await driver.close();
    throw error;
  }
}

async function checkChain(context: Context): Promise<void> {
  const { chainId } = context.config.deployment;
  const actual = BigInt(await context.client.getChainId());
  if (actual === chainId) return;
  throw new SequencerError(
    "SEQUENCER_DEPLOYMENT_MISMATCH",
    `${context.config.l1RpcUrl} is chain ${actual}, the deployment is on chain ${chainId}.`,
  );
}

function startLoops(context: Context, signal: AbortSignal): Loop[] {
  const start = (name: string, intervalMs: number, run: () => Promise<void>): Loop =>
    startLoop({
      run,
      intervalMs,
      signal,
      onError: (error, failures) => {
        context.metrics.failures.inc({ loop: name });
        const level = failures > 3 ? "error" : "warn";
        context.log[level]({ err: error, loop: name, failures }, "a turn failed and will be repeated");
      },
    });
  const builder = start("builder", BUILDER_INTERVAL_MS, createBlockBuilder(context));
  const submitter = start("submitter", SUBMITTER_INTERVAL_MS, createSubmitter(context));
  const watcher = start("l1", context.config.l1PollMs ?? 500, createL1Watcher(context));
  Object.assign(context, {
    wake: () => {
      context.changes += 1;
      builder.wake();
      submitter.wake();
    },
  });
  const answering = createAnswering(context);
  const pause = Math.min(ANSWERING_INTERVAL_MS, 10 * (context.config.l1PollMs ?? 500));
  const answers = answering === undefined ? [] : [start("answers", pause, answering)];
  return [builder, submitter, watcher, ...answers];
}

async function listen(app: FastifyInstance, config: SequencerConfig): Promise<string> {
  const address = await app.listen({ host: config.host ?? "127.0.0.1", port: config.port ?? 0 });
  return address.replace("[::1]", "localhost");
}

/**
 * Starts a sequencer: opens the store, catches up with L1, serves the API, builds, brokers and submits.
 * @throws {SequencerError} when configuration, store and L1 don't fit together
 */
export async function startSequencer(config: SequencerConfig): Promise<RunningSequencer> {
  const context = await createContext(config);
  const stopping = new AbortController();
  let app: FastifyInstance | undefined;
  let loops: Loop[] = [];
  let closing: Promise<void> | undefined;
  const shutDown = async (): Promise<void> => {
    stopping.abort();
    await app?.close();
    await Promise.all(loops.map(({ done }) => done));
    await context.exclusive(async () => undefined);
    await context.driver.close();
  };
  const close = (): Promise<void> => {
    closing ??= shutDown();
    return closing;
  };
  try {
    await checkChain(context);
    await reviveProofJobs(context);
    await followL1(context);
    app = await createApi(context, createProofChecker(context.verify), stopping.signal);
    const url = await listen(app, config);
    loops = startLoops(context, stopping.signal);
    const { head } = context.ledger;
    context.log.info(
      { url, block: head.number.toString(), operator: context.operator.address },
      "sequencer runs",
    );
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}
