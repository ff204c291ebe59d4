// Schema of Catalyze: packed words, vectors, operations and domains, each declared once.
export * from "./cells.js";
export * from "./challenge.js";
export * from "./domains.js";
export * from "./exit.js";
export * from "./field.js";
export * from "./operations.js";
export * from "./public-data.js";
export * from "./royalty.js";
export * from "./sizes.js";
export * from "./words.js";
