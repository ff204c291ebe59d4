// Public interface of @catalyze/contracts: typed ABIs and bytecode, build, local chain, deployment, Solidity tests.
export * from "../generated/index.js";
export * from "./anvil.js";
export * from "./deploy.js";
export * from "./errors.js";
export * from "./forge.js";
