// Public surface of `@catalyze/circuits/build`: compiling circuits, reading constraint systems, witnesses.
export {
  type CompileCircuitParameters,
  type CompiledCircuit,
  compileCircuit,
} from "./compile.js";
export { marginalConstraints } from "./constraints.js";
export { CircuitBuildError, type CircuitBuildErrorCode } from "./errors.js";
export { generateEddsaConstants } from "./generate-eddsa.js";
export { generatePoseidonConstants } from "./generate-poseidon.js";
export { generatePoseidonSolidity, POSEIDON_SOLIDITY_WIDTHS } from "./generate-poseidon-solidity.js";
export { generateSchemaSources } from "./generate-schema.js";
export {
  blockCircuit,
  CIRCUITS,
  type CircuitInstance,
  ensureCircuit,
  exitCircuit,
  exitSettlementCircuit,
  royaltySplitCircuit,
} from "./manifest.js";
export {
  type Constraint,
  type ConstraintCounts,
  type ConstraintSystem,
  type LinearForm,
  readConstraintCounts,
  readConstraintSystem,
} from "./r1cs.js";
export {
  type CircuitInput,
  type CircuitInputValue,
  type ConstraintCheck,
  calculateWitness,
  checkConstraints,
  constraintSystemOf,
  loadSignalWires,
  loadWitnessCalculator,
  readSignal,
  type SignalWires,
  signalWire,
  unpinnedWires,
  type WitnessCalculator,
} from "./witness.js";
