// The configuration file of a worker process, read strictly. Paths in it are relative to the file.
import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { PROGRAMS } from "@catalyze/circuits/programs";
import { type ProgramAdapter, signMessage } from "@catalyze/circuits/reference";
import { z } from "zod";
import { readVerificationKey } from "../keys/verification-key.js";
import { WorkerError } from "./errors.js";
import type { WorkerCircuit } from "./job.js";
import { readOperator, type WorkerDeployment } from "./lease.js";
import type { ProverWorkerOptions, WorkerAccount } from "./worker.js";

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((text) => text as `0x${string}`);

/** JSON of the configuration file. */
export const workerSettingsSchema = z.strictObject({
  sequencerUrl: z.url(),
  roles: z.array(z.enum(["blocks", "jobs"])).min(1),
  /** Circuits by name: witness program and proving key. */
  circuits: z.record(z.string(), z.strictObject({ wasmPath: z.string(), provingKeyPath: z.string() })),
  /** Account of the provider; `keyFile` (mode 0600) has its 32-byte BabyJubJub private key in hex. */
  account: z
    .strictObject({ index: z.number().int().min(0), keyFile: z.string(), owner: address.optional() })
    .optional(),
  /**
   * The rollup whose operator must have signed a lease: named here, or read from L1. Without it the sequencer is believed who
   * its operator is.
   */
  deployment: z
    .strictObject({ rollup: address, operator: address.optional(), l1RpcUrl: z.url().optional() })
    .refine(({ operator, l1RpcUrl }) => (operator === undefined) !== (l1RpcUrl === undefined), {
      message: "give either operator or l1RpcUrl",
    })
    .optional(),
  /** Programs that the provider runs, by name. */
  programs: z.array(z.string()).optional(),
  /** Units per job, decimal. */
  price: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional(),
  /** File (mode 0600) with the operator's secret; else CATALYZE_WORKER_SECRET. */
  secretFile: z.string().optional(),
  name: z
    .string()
    .regex(/^[0-9a-zA-Z_-]{1,80}$/)
    .optional(),
});

const invalid = (message: string, cause?: unknown): WorkerError =>
  new WorkerError("WORKER_SETTINGS_INVALID", message, { cause });

async function readSecret(path: string): Promise<string> {
  try {
    if (((await stat(path)).mode & 0o077) === 0) return (await readFile(path, "utf8")).trim();
  } catch (error) {
    throw invalid(`${path} can't be read`, error);
  }
  throw invalid(`${path} can be read by others; run: chmod 600 ${path}`);
}

async function readAccount(
  index: number,
  keyFile: string,
  owner: `0x${string}` | undefined,
): Promise<WorkerAccount> {
  const text = await readSecret(keyFile);
  if (!/^(0x)?[0-9a-fA-F]{64}$/.test(text)) throw invalid(`${keyFile} does not hold 32 bytes of hex`);
  const key = new Uint8Array(Buffer.from(text.replace(/^0x/, ""), "hex"));
  return { index, owner, sign: (message) => signMessage(key, message) };
}

function toDeployment(
  settings: z.output<typeof workerSettingsSchema>["deployment"],
): WorkerDeployment | undefined {
  if (settings === undefined) return undefined;
  const { rollup, operator, l1RpcUrl } = settings;
  if (operator !== undefined) return { rollup, operator: () => operator };
  return { rollup, operator: () => readOperator(l1RpcUrl!, rollup) };
}

function findPrograms(names: readonly string[] | undefined): ProgramAdapter[] {
  return (names ?? []).map((name) => {
    const program = PROGRAMS[name];
    if (program === undefined) throw invalid(`There is no program ${name}`);
    return program;
  });
}

/** Lookup of circuits whose keys are read when they are first needed. */
function circuitLookup(
  circuits: z.output<typeof workerSettingsSchema>["circuits"],
  at: (path: string) => string,
): (name: string) => Promise<WorkerCircuit> {
  const loaded = new Map<string, Promise<WorkerCircuit>>();
  const load = async (name: string): Promise<WorkerCircuit> => {
    const paths = circuits[name];
    if (paths === undefined) throw invalid(`The configuration names no circuit ${name}`);
    const provingKeyPath = at(paths.provingKeyPath);
    const verificationKey = await readVerificationKey(provingKeyPath);
    return { wasmPath: at(paths.wasmPath), provingKeyPath, verificationKey };
  };
  return (name) => {
    const circuit = loaded.get(name) ?? load(name);
    loaded.set(name, circuit);
    circuit.catch(() => loaded.delete(name));
    return circuit;
  };
}

/**
 * Reads a worker's configuration file.
 * @throws {WorkerError} `WORKER_SETTINGS_INVALID` saying which field is wrong
 */
export async function readWorkerSettings(
  path: string,
  environment: NodeJS.ProcessEnv,
): Promise<ProverWorkerOptions> {
  let settings: z.output<typeof workerSettingsSchema>;
  try {
    settings = workerSettingsSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw invalid(`${path}: ${detail}`, error);
  }
  const at = (relative: string): string => resolve(dirname(path), relative);
  const { account, price, secretFile, name } = settings;
  return {
    sequencerUrl: settings.sequencerUrl,
    roles: settings.roles,
    circuits: circuitLookup(settings.circuits, at),
    blockCircuits: Object.keys(settings.circuits),
    programs: findPrograms(settings.programs),
    ...(account === undefined
      ? {}
      : { account: await readAccount(account.index, at(account.keyFile), account.owner) }),
    deployment: toDeployment(settings.deployment),
    ...(price === undefined ? {} : { price: BigInt(price) }),
    secret: secretFile === undefined ? environment.CATALYZE_WORKER_SECRET : await readSecret(at(secretFile)),
    ...(name === undefined ? {} : { name }),
  };
}
