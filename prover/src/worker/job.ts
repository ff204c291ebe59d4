// What both kinds of work share: a circuit's witness and proof, with progress.
import type { CircuitInput } from "@catalyze/circuits/reference";
import type { ProverBackend } from "../backends/backend.js";
import type { Proof } from "../backends/proof.js";
import { prove } from "../backends/prove.js";
import { ProofInvalidError } from "../errors.js";
import type { VerificationKey } from "../keys/verification-key.js";
import { generateWitness } from "../witness/generate.js";

/** Files and key of a circuit. */
export interface WorkerCircuit {
  /** Witness program. */
  readonly wasmPath: string;
  /** `.zkey`. */
  readonly provingKeyPath: string;
  readonly verificationKey: VerificationKey;
}

/** Called as work goes on; percentage 0 to 100. */
export type ReportProgress = (phase: string, percentage: number) => void;

/** Share of the whole that the witness takes, in percent. */
const WITNESS_PERCENTAGE = 10;

/** What is proven: input without z, and the public signals C and z that must come out. */
export interface ProofRequest {
  readonly input: CircuitInput;
  readonly commitment: bigint;
  readonly z: bigint;
}

/**
 * Computes the witness and proves it. The proof has been verified against [C, y, z].
 * @throws ProverError when there is no witness or no proof
 */
export async function proveRequest(
  backend: ProverBackend,
  circuit: WorkerCircuit,
  request: ProofRequest,
  signal: AbortSignal,
  report: ReportProgress,
): Promise<Proof> {
  report("witness", 0);
  const input = { ...request.input, z: request.z };
  const witness = await generateWitness({ programPath: circuit.wasmPath, input, signal });
  const { proof, publicSignals } = await prove(backend, {
    provingKeyPath: circuit.provingKeyPath,
    verificationKey: circuit.verificationKey,
    witness,
    signal,
    onProgress: ({ phase, fraction }) =>
      report(phase, WITNESS_PERCENTAGE + (100 - WITNESS_PERCENTAGE) * Math.min(fraction, 1)),
  });
  if (publicSignals[0] !== request.commitment || publicSignals[2] !== request.z) {
    throw new ProofInvalidError(
      backend.name,
      `the circuit commits to ${publicSignals[0]}, the job to ${request.commitment}: circuit and job disagree`,
    );
  }
  return proof;
}
