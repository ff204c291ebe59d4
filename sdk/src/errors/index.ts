// Every error that the SDK throws.
export * from "./amount.js";
export * from "./base.js";
export * from "./block.js";
export * from "./client.js";
export * from "./operation.js";
export * from "./receipt.js";
export * from "./request.js";
export * from "./sequencer.js";
export * from "./withdrawal.js";
