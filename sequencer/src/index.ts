// Public API of @catalyze/sequencer.
export { type Clock, type Random, systemClock, systemRandom } from "./clock.js";
export {
  type Address,
  type BlockCircuit,
  type DeploymentAddresses,
  type ProgramEntry,
  type ProofVerifier,
  programIdOf,
  type SequencerConfig,
  type StoreLocation,
} from "./config.js";
export { ERROR_STATUS, SequencerError, type SequencerErrorCode } from "./errors.js";
export type { FeeSchedule } from "./mempool/admission.js";
export { readSettings, settingsSchema } from "./settings.js";
export { type RunningSequencer, startSequencer } from "./start.js";
