// Command: mutates the templates, the block circuit, the royalty split and the digits circuit, and prints a table (docs/mutation.md).
// The corpus is made of test scenarios, so the campaign runs with the tests: this starts it whole.
// `--only <pattern>` restricts it to names. The exit status is that of the campaign: 1 when a survivor has no reason.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { repositoryRoot } from "./paths.js";

const position = process.argv.indexOf("--only");
const pattern = position < 0 ? "." : (process.argv[position + 1] ?? ".");
const manifest = createRequire(join(repositoryRoot(), "package.json")).resolve("vitest/package.json");
const campaign = ["run", "circuits/test/mutation/campaign.test.ts", "--disable-console-intercept"];
const { status } = spawnSync(process.execPath, [join(dirname(manifest), "vitest.mjs"), ...campaign], {
  cwd: repositoryRoot(),
  env: { ...process.env, CATALYZE_MUTATION: pattern },
  stdio: "inherit",
});
process.exitCode = status ?? 1;
