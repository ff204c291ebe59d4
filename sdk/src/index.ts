// Client of Catalyze for applications.
export * as api from "./api/index.js";
