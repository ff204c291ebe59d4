// Client of Catalyze for applications. Runs in Node and in browsers.
export * from "./actions/index.js";
export * as api from "./api/index.js";
export * from "./clients/createCatalyzeClient.js";
export * from "./clients/decorators.js";
export * from "./clients/sequencerTransport.js";
export * from "./clients/types.js";
export * from "./errors/index.js";
export * from "./utils/accountKey.js";
export { programIdOfKey, type SharedPoints, toProof, toVerificationKey } from "./utils/proof.js";
export * from "./utils/units.js";
export type { WaitOptions } from "./utils/wait.js";
export * from "./utils/withdrawalTree.js";
