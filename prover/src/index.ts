// Public API of @catalyze/prover.

export {
  BACKEND_NAMES,
  type BackendName,
  type ProveParameters,
  type ProvePhase,
  type ProveProgress,
  type ProverBackend,
} from "./backends/backend.js";
export {
  isNativeAvailable,
  NativeBackend,
  type NativeBackendOptions,
  type NativeProveParameters,
  nativeCpuPath,
} from "./backends/native.js";
export {
  type ContractProof,
  decodeProofFromContract,
  encodeProofForContract,
  type Proof,
  type ProvenSignals,
  verifyProof,
} from "./backends/proof.js";
export { type ProveAndVerifyParameters, prove } from "./backends/prove.js";
export { selectBackend } from "./backends/select.js";
export { SnarkjsBackend } from "./backends/snarkjs.js";
export { closeProver } from "./close.js";
export {
  AbortedError,
  BackendError,
  BackendUnavailableError,
  FileFormatError,
  type FileFormatReason,
  type FileKind,
  ProofInvalidError,
  ProverError,
  type ProverErrorCode,
  SetupError,
  ThreadError,
  UnknownBackendError,
  VerificationKeyError,
  WitnessGenerationError,
  WitnessInputError,
} from "./errors.js";
export { BASE_FIELD_PRIME, SCALAR_FIELD_PRIME } from "./field.js";
export { type ByteSource, bytesSource, type FileSource, openFileSource } from "./files/container.js";
export {
  type Constraint,
  encodeR1cs,
  type LinearCombination,
  publicSignalCount,
  type R1cs,
  R1csCursor,
  type R1csHeader,
  readR1cs,
  type TermVisitor,
  validateR1cs,
} from "./files/r1cs.js";
export { encodeWitness, readWitness, type Witness, witnessValue } from "./files/wtns.js";
export { readPublicPoints, readZkey, validateZkey, type Zkey, type ZkeyHeader } from "./files/zkey.js";
export { type EnsureDevelopmentKeyParameters, ensureDevelopmentKey } from "./keys/cache.js";
export {
  DEVELOPMENT_ALPHA,
  DEVELOPMENT_BETA,
  DEVELOPMENT_DOMAINS,
  DEVELOPMENT_TAU,
  type DevelopmentConstants,
  developmentConstants,
  isDevelopmentKey,
} from "./keys/constants.js";
export {
  DEVELOPMENT_SETUP_VERSION,
  type DevelopmentSetupParameters,
  developmentDelta,
  developmentSetup,
  type SetupPhase,
  type SetupProgress,
} from "./keys/development-setup.js";
export {
  CONTRACT_PUBLIC_SIGNALS,
  type ContractVerificationKey,
  contractVerificationKey,
  encodeG2ForContract,
  readVerificationKey,
  type VerificationKey,
  type VerificationKeyPoints,
  verificationKeyPoints,
} from "./keys/verification-key.js";
export type { G1Point, G2Point } from "./points.js";
export { type GenerateWitnessParameters, generateWitness } from "./witness/generate.js";
export type { CircuitInput, InputArray, InputValue } from "./witness/input.js";
export * from "./worker/index.js";
