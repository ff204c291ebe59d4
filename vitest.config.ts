// Vitest configuration: tests run on the TypeScript sources of every workspace.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: "@catalyze/circuits/schema", replacement: path("./circuits/schema/index.ts") },
      { find: "@catalyze/circuits/reference", replacement: path("./circuits/reference/index.ts") },
      {
        find: "@catalyze/circuits/programs/dataset",
        replacement: path("./circuits/programs/digits/dataset.ts"),
      },
      { find: "@catalyze/circuits/programs", replacement: path("./circuits/programs/index.ts") },
      { find: "@catalyze/circuits/build", replacement: path("./circuits/tools/index.ts") },
      { find: "@catalyze/contracts/abi", replacement: path("./contracts/generated/index.ts") },
      { find: "@catalyze/contracts", replacement: path("./contracts/tools/index.ts") },
      { find: "@catalyze/prover", replacement: path("./prover/src/index.ts") },
      { find: "@catalyze/sdk", replacement: path("./sdk/src/index.ts") },
      { find: "@catalyze/sequencer", replacement: path("./sequencer/src/index.ts") },
    ],
  },
  test: {
    include: ["{circuits,contracts,prover,sdk,sequencer,cli,test}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
});
