// Running and proving a leased chunk of an order.
import { createHash } from "node:crypto";
import {
  type ProgramAdapter,
  type Statement,
  statementBytes,
  statementCommitment,
} from "@catalyze/circuits/reference";
import { challenge } from "@catalyze/circuits/schema";
import type { ProverBackend } from "../backends/backend.js";
import type { SequencerClient } from "./client.js";
import { WorkerError } from "./errors.js";
import { proveRequest, type ReportProgress, type WorkerCircuit } from "./job.js";
import { proofToJson } from "./proof-json.js";
import { acceptedAnswer, type ChunkLease } from "./protocol.js";

/** An artefact whose bytes have the hash that names it. @throws {WorkerError} `WORKER_ARTEFACT_MISMATCH` */
async function fetchArtefact(client: SequencerClient, sha256: string): Promise<Uint8Array> {
  const bytes = await client.artefact(sha256);
  const digest = createHash("sha256").update(bytes).digest("hex");
  if (digest === sha256) return bytes;
  throw new WorkerError("WORKER_ARTEFACT_MISMATCH", `Artefact ${sha256} came with bytes of hash ${digest}`);
}

/** The artefacts must be those that the order commits to: otherwise the work could not be paid. */
function checkArtefacts(
  program: ProgramAdapter,
  lease: ChunkLease,
  parameters: Uint8Array,
  inputs: Uint8Array,
): void {
  const { order } = lease;
  if (program.parametersCommitment(parameters) !== order.parametersCommitment) {
    throw new WorkerError("WORKER_ARTEFACT_MISMATCH", "The parameters are not those of the order");
  }
  if (program.inputsRoot(inputs) !== order.inputsRoot) {
    throw new WorkerError("WORKER_ARTEFACT_MISMATCH", "The inputs are not those of the order");
  }
}

/** What a provider brings. */
export interface ChunkParts {
  readonly client: SequencerClient;
  readonly backend: ProverBackend;
  readonly circuit: WorkerCircuit;
  readonly program: ProgramAdapter;
  /** Account that is paid. */
  readonly account: number;
  /** Units per job that it asks; the order's limit when undefined. */
  readonly price: bigint | undefined;
}

/** Runs a chunk, proves and delivers it. Returns the seconds that it took. @throws ProverError, WorkerError */
export async function proveChunk(
  parts: ChunkParts,
  lease: ChunkLease,
  signal: AbortSignal,
  report: ReportProgress,
): Promise<number> {
  const { client, program } = parts;
  const started = performance.now();
  report("inputs", 0);
  const [parameters, inputs] = await Promise.all([
    fetchArtefact(client, lease.parameters),
    fetchArtefact(client, lease.inputs),
  ]);
  checkArtefacts(program, lease, parameters, inputs);
  report("run", 2);
  const first = Number(lease.from) * program.inputBytes;
  const results = program.run(
    parameters,
    inputs.subarray(first, first + Number(lease.count) * program.inputBytes),
  );
  const statement: Statement = {
    domain: lease.statementDomain,
    parametersCommitment: lease.order.parametersCommitment,
    inputsRoot: lease.order.inputsRoot,
    resultsRoot: program.resultsRoot(results),
    provider: lease.provider,
    from: lease.from,
    count: lease.count,
    price: parts.price ?? lease.priceLimit,
  };
  const commitment = statementCommitment(statement);
  const z = challenge(lease.context, commitment, statementBytes(statement));
  const input = program.circuitInput({ parameters, inputs, results, statement });
  const proof = await proveRequest(parts.backend, parts.circuit, { input, commitment, z }, signal, report);
  const provingSeconds = (performance.now() - started) / 1_000;
  const provider = `0x${statement.provider.toString(16).padStart(40, "0")}`;
  await client.postPatiently(
    "/v1/statements",
    {
      lease: lease.id,
      token: lease.token,
      statement: { ...statement, provider },
      provider: parts.account,
      results: `0x${Buffer.from(results).toString("hex")}`,
      proof: proofToJson(proof),
      provingSeconds,
    },
    acceptedAnswer,
  );
  return provingSeconds;
}
