// The committed golden vectors are those that the generator gives. UPDATE_VECTORS=1 writes them.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { vectorFiles } from "./support/vectors.js";

const folder = fileURLToPath(new URL("./vectors", import.meta.url));

test.each(Object.entries(vectorFiles()))("%s is up to date", (name, text) => {
  const path = join(folder, name);
  if (process.env.UPDATE_VECTORS === "1") {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, text);
  }
  expect(readFileSync(path, "utf8")).toBe(text);
});
