// A proof that leaves this module has been verified, whichever backend made it.

import { ProofInvalidError, throwIfAborted } from "../errors.js";
import { readWitness, witnessValue } from "../files/wtns.js";
import { readVerificationKey, type VerificationKey } from "../keys/verification-key.js";
import type { ProveParameters, ProverBackend } from "./backend.js";
import { type ProvenSignals, verifyProof } from "./proof.js";

/** Parameters of prove: what the backend needs, and the verification key if it is at hand. */
export interface ProveAndVerifyParameters extends ProveParameters {
  /** Read from the proving key when it is not given. */
  readonly verificationKey?: VerificationKey;
}

/**
 * Makes a proof and verifies it, against the public signals of the witness.
 * @example const { proof, publicSignals } = await prove(selectBackend(), { provingKeyPath, witness })
 * @throws FileFormatError when witness or key are malformed, ProofInvalidError when the proof does not verify (the
 * witness does not satisfy the constraints, or the backend is faulty), BackendError, AbortedError
 */
export async function prove(
  backend: ProverBackend,
  parameters: ProveAndVerifyParameters,
): Promise<ProvenSignals> {
  const { provingKeyPath, signal, onProgress } = parameters;
  throwIfAborted(signal, "the proof");
  const verificationKey = parameters.verificationKey ?? (await readVerificationKey(provingKeyPath));
  const witness = await readWitness(parameters.witness);
  const result = await backend.prove({ provingKeyPath, witness: parameters.witness, signal, onProgress });
  onProgress?.({ phase: "verifying", fraction: 0.99 });
  const matches =
    result.publicSignals.length === verificationKey.nPublic &&
    witness.wireCount > verificationKey.nPublic &&
    result.publicSignals.every((value, index) => value === witnessValue(witness, index + 1));
  if (!matches) throw new ProofInvalidError(backend.name, "the public signals are not those of the witness");
  if (!(await verifyProof(verificationKey, result.publicSignals, result.proof))) {
    throw new ProofInvalidError(
      backend.name,
      "the proof does not verify; check the witness against the constraints",
    );
  }
  onProgress?.({ phase: "verifying", fraction: 1 });
  return result;
}
