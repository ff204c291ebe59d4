// The contract that every prover backend fulfils: a standard `.zkey` and a standard `.wtns` in, a proof out.
// Backends don't verify; prove() in prove.ts does, for all of them.

import type { ProvenSignals } from "./proof.js";

/** The backends that exist, the fastest first. `native` is there when it has been built. */
export const BACKEND_NAMES = ["native", "snarkjs"] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

/** Phases of a proof, in order. */
export type ProvePhase = "loading" | "constraints" | "transforms" | "points" | "verifying";

/** Progress of a proof. */
export interface ProveProgress {
  readonly phase: ProvePhase;
  /** Share of the whole proof that is done, 0 to 1, an estimate. */
  readonly fraction: number;
}

/** What a backend needs for a proof. */
export interface ProveParameters {
  /** Path of the Groth16 proving key. */
  readonly provingKeyPath: string;
  /** Bytes of the `.wtns` file. */
  readonly witness: Uint8Array;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ProveProgress) => void) | undefined;
}

/** Makes Groth16 proofs over BN254. */
export interface ProverBackend {
  readonly name: BackendName;
  /**
   * Makes one proof. Randomness comes from the operating system.
   * @throws FileFormatError, BackendError, AbortedError
   */
  prove(parameters: ProveParameters): Promise<ProvenSignals>;
  /** Releases threads and processes; the next proof starts them again. */
  close(): Promise<void>;
}
