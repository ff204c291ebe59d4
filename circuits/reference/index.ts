// Reference implementation of what the circuits prove; the state machine of sequencer, rebuild and tests.
export * from "./adapter.js";
export * from "./block.js";
export { blockCircuitInput } from "./block-input.js";
export * from "./errors.js";
export * from "./exit.js";
export { poseidon, poseidonOutputs, sponge } from "./hash.js";
export * from "./json.js";
export * from "./legs.js";
export * from "./operations.js";
export * from "./operations-root.js";
export * from "./program.js";
export * from "./rebuild.js";
export * from "./seal.js";
export * from "./signature.js";
export * from "./state.js";
export * from "./statement.js";
export * from "./times.js";
export * from "./tree.js";
