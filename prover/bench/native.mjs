// Micro-benchmarks of the native prover, processor time, best of several runs:
//   node prover/bench/native.mjs field | msm | ntt [log2 sizes]
// Writes bench-results/<name>.json. All arithmetic paths that this processor runs.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { buildNative, TOOL_PATH } from "../native/build.mjs";
import { Report } from "./report.mjs";

const [name = "field", ...rest] = process.argv.slice(2);
const build = await buildNative();
if (build.status !== "built" && build.status !== "current") throw new Error(build.message);
const sizes = rest.length > 0 ? rest.map(Number) : name === "field" ? [0] : [14, 16, 18];
const report = new Report(name);

async function run(cpuPath, size) {
  const environment = { ...process.env, CATALYZE_CPU: cpuPath };
  const result = await promisify(execFile)(TOOL_PATH, ["bench", name, String(size)], {
    env: environment,
  }).catch(() => undefined);
  return (result?.stdout ?? "")
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** The best path has the plain metric name; the others carry theirs. */
let best;
for (const cpuPath of ["ifma", "mulx", "portable"]) {
  for (const size of sizes) {
    for (const line of await run(cpuPath, size)) {
      best ??= cpuPath;
      console.log(cpuPath, JSON.stringify(line));
      const suffix = `${line.group === "g2" ? ".g2" : ""}${size > 0 ? `.${size}` : ""}${cpuPath === best ? "" : `.${cpuPath}`}`;
      if (name === "field") {
        report.add(`field.mul_ns${suffix}`, line.mul_ns, "ns");
        report.add(`field.inverse_ns${suffix}`, line.inverse_ns, "ns");
      }
      if (name === "msm") {
        const isMain = cpuPath === best && line.group === "g1" && size === sizes.at(-1);
        report.add(isMain ? "msm.bucket_add_ns" : `msm.bucket_add_ns${suffix}`, line.addition_ns, "ns");
      }
      if (name === "ntt") report.add(`ntt.butterfly_ns${suffix}`, line.butterfly_ns, "ns");
    }
  }
}
await report.write();
