// The configuration file of a sequencer process, read strictly. Paths in it are relative to the file.
import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { PROGRAMS } from "@catalyze/circuits/programs";
import { BLOCK_SIZES } from "@catalyze/circuits/schema";
import { readVerificationKey, type VerificationKey } from "@catalyze/prover";
import { api } from "@catalyze/sdk";
import pino from "pino";
import { z } from "zod";
import type { BlockCircuit, SequencerConfig } from "./config.js";
import { SequencerError } from "./errors.js";

const count = z.number().int().min(0);

const blockSettings = z.strictObject({
  size: z.string(),
  sizeId: count,
  circuit: z.string().optional(),
  key: z.string(),
});

/** JSON of the configuration file. */
export const settingsSchema = z.strictObject({
  deployment: z.strictObject({
    chainId: count,
    rollup: api.address,
    token: api.address,
    programRegistry: api.address,
    seedRegistry: api.address,
    statementRegistry: api.address.optional(),
    receiptChallenge: api.address.optional(),
    leaseChallenge: api.address.optional(),
    deploymentBlock: count,
  }),
  l1RpcUrl: z.url(),
  /** File with the operator's private key, mode 0600; else the environment variable CATALYZE_OPERATOR_KEY. */
  operatorKeyFile: z.string().optional(),
  /** Directory of the embedded database. */
  dataDirectory: z.string().optional(),
  /** Connection string of a PostgreSQL server, instead of the directory. */
  postgres: z.string().optional(),
  host: z.string().optional(),
  port: z.number().int().min(0).max(65_535).optional(),
  /**
   * Size by name, or a list of sizes of one depth; `key` is a `.zkey` or a verification key in snarkjs' JSON. `circuit`
   * defaults to the size's name. A block takes the smallest of them that it fits.
   */
  block: z.union([blockSettings, z.array(blockSettings).min(1).max(16)]),
  /** Programs by their names in the build manifest. */
  programs: z.array(z.strictObject({ name: z.string(), key: z.string() })).max(64),
  feeAccount: api.cellIndex,
  /** Units, as decimal strings. */
  fees: z
    .strictObject({
      transfer: api.amount,
      withdraw: api.amount,
      postOrder: api.amount,
      multiTransfer: api.amount,
      cancelOrder: api.amount,
      rotateKey: api.amount,
      settlement: api.amount,
    })
    .optional(),
  lingerMs: count.max(60_000).optional(),
  l1PollMs: count.min(50).max(60_000).optional(),
  confirmations: count.max(128).optional(),
  leaseSeconds: count.min(1).max(86_400).optional(),
  /** File with the secret of the block-proof workers, mode 0600; else CATALYZE_WORKER_SECRET; else none is asked. */
  workerSecretFile: z.string().optional(),
  logLevel: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).optional(),
});

const invalid = (message: string, cause?: unknown): SequencerError =>
  new SequencerError("SEQUENCER_CONFIG_INVALID", message, { cause });

/** Reads a file with a secret. @throws {SequencerError} when others than its owner can read it */
async function readSecretFile(path: string): Promise<string> {
  let mode: number;
  try {
    mode = (await stat(path)).mode;
  } catch (error) {
    throw invalid(`${path} can't be read`, error);
  }
  if ((mode & 0o077) !== 0) throw invalid(`${path} can be read by others; run: chmod 600 ${path}`);
  return (await readFile(path, "utf8")).trim();
}

async function readKey(path: string): Promise<VerificationKey> {
  if (path.endsWith(".zkey")) return readVerificationKey(path);
  try {
    return JSON.parse(await readFile(path, "utf8")) as VerificationKey;
  } catch (error) {
    throw invalid(`${path} is not a verification key in JSON`, error);
  }
}

/** Private key from the file or the environment; never part of an error. */
async function readOperatorKey(
  file: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<`0x${string}`> {
  const text = file === undefined ? environment.CATALYZE_OPERATOR_KEY : await readSecretFile(file);
  if (text === undefined || !/^0x[0-9a-fA-F]{64}$/.test(text)) {
    throw invalid(
      "The operator's private key is missing or not 32 bytes of 0x hex; set operatorKeyFile or CATALYZE_OPERATOR_KEY",
    );
  }
  return text as `0x${string}`;
}

async function parse(path: string): Promise<z.output<typeof settingsSchema>> {
  try {
    return settingsSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw invalid(`${path}: ${detail}`, error);
  }
}

function storeOf(
  settings: z.output<typeof settingsSchema>,
  at: (path: string) => string,
): SequencerConfig["store"] {
  const { dataDirectory, postgres } = settings;
  if (dataDirectory !== undefined && postgres === undefined) return { directory: at(dataDirectory) };
  if (postgres !== undefined && dataDirectory === undefined) return { postgres };
  throw invalid("Give either dataDirectory or postgres");
}

async function readBlockCircuit(
  { size: name, sizeId, circuit, key }: z.output<typeof blockSettings>,
  at: (path: string) => string,
): Promise<BlockCircuit> {
  const size = BLOCK_SIZES[name];
  if (size === undefined) {
    throw invalid(`There is no block size ${name}; known: ${Object.keys(BLOCK_SIZES).join(", ")}`);
  }
  return { size, sizeId, circuit: circuit ?? name, verificationKey: await readKey(at(key)) };
}

/**
 * Reads a configuration file and what it points to.
 * @throws {SequencerError} `SEQUENCER_CONFIG_INVALID` saying which field is wrong
 */
export async function readSettings(path: string, environment: NodeJS.ProcessEnv): Promise<SequencerConfig> {
  const settings = await parse(path);
  const at = (relative: string): string => resolve(dirname(path), relative);
  const { deployment, block, workerSecretFile, operatorKeyFile, logLevel, dataDirectory, postgres, ...rest } =
    settings;
  const programs = await Promise.all(
    settings.programs.map(async ({ name, key }) => {
      const adapter = PROGRAMS[name];
      if (adapter === undefined) throw invalid(`There is no program ${name}`);
      return { adapter, verificationKey: await readKey(at(key)) };
    }),
  );
  const defined = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    ...(defined as Pick<SequencerConfig, "feeAccount" | "l1RpcUrl">),
    deployment: {
      ...deployment,
      chainId: BigInt(deployment.chainId),
      deploymentBlock: BigInt(deployment.deploymentBlock),
    },
    operatorKey: await readOperatorKey(
      operatorKeyFile === undefined ? undefined : at(operatorKeyFile),
      environment,
    ),
    store: storeOf({ ...settings, dataDirectory, postgres }, at),
    block: await Promise.all([block].flat().map((entry) => readBlockCircuit(entry, at))),
    programs,
    workerSecret:
      workerSecretFile === undefined
        ? environment.CATALYZE_WORKER_SECRET
        : await readSecretFile(at(workerSecretFile)),
    logger: pino({ name: "sequencer", level: logLevel ?? "info" }),
  };
}
