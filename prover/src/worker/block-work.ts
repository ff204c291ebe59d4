// Proving a leased block.
import { type CircuitInput, fromJson } from "@catalyze/circuits/reference";
import { challenge } from "@catalyze/circuits/schema";
import type { ProverBackend } from "../backends/backend.js";
import type { SequencerClient } from "./client.js";
import { proveRequest, type ReportProgress, type WorkerCircuit } from "./job.js";
import { proofToJson } from "./proof-json.js";
import { acceptedAnswer, type ProofLease } from "./protocol.js";

/** Proves a block and posts the proof. Returns the seconds that it took. @throws ProverError, WorkerError */
export async function proveBlock(
  parts: {
    readonly client: SequencerClient;
    readonly backend: ProverBackend;
    readonly circuit: WorkerCircuit;
  },
  lease: ProofLease,
  signal: AbortSignal,
  report: ReportProgress,
): Promise<number> {
  const started = performance.now();
  const z = challenge(lease.context, lease.commitment, lease.words);
  const input = fromJson<CircuitInput>(lease.circuitInput);
  const request = { input, commitment: lease.commitment, z };
  const proof = await proveRequest(parts.backend, parts.circuit, request, signal, report);
  const provingSeconds = (performance.now() - started) / 1_000;
  const body = { token: lease.token, proof: proofToJson(proof), provingSeconds };
  await parts.client.postPatiently(`/v1/proofs/${lease.id}/proof`, body, acceptedAnswer);
  return provingSeconds;
}
