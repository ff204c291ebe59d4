// Messages between the sequencer and its clients: schemas, types and routes.
export * from "./blocks.js";
export * from "./errors.js";
export * from "./events.js";
export * from "./operations.js";
export * from "./primitives.js";
export * from "./routes.js";
export * from "./state.js";
export * from "./typed-data.js";
export * from "./work.js";
