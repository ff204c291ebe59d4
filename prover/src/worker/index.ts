// The prover worker and what it shares with the sequencer.
export { WorkerError, type WorkerErrorCode } from "./errors.js";
export type { WorkerCircuit } from "./job.js";
export {
  checkLease,
  type LeaseAuthority,
  type LeaseTerms,
  readOperator,
  type WorkerDeployment,
} from "./lease.js";
export { DOMAIN_LEASE_REQUEST, leaseRequestMessage } from "./lease-message.js";
export { type ProofJson, proofFromJson, proofToJson } from "./proof-json.js";
export { readWorkerSettings, workerSettingsSchema } from "./settings.js";
export {
  type ProverWorkerOptions,
  type RunningProverWorker,
  startProverWorker,
  type WorkerAccount,
  type WorkerEvent,
  type WorkerRole,
} from "./worker.js";
