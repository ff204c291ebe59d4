#!/usr/bin/env node
// The `catalyze` command of a built checkout.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const script = new URL("../cli/dist/src/catalyze.js", import.meta.url);
if (existsSync(fileURLToPath(script))) {
  const { main } = await import(script.href);
  await main(process.argv);
} else {
  process.stderr.write("✖ Catalyze is not built yet; run: npm run build\n");
  process.exitCode = 1;
}
