// Compares native witness generation with the WASM programs: `npx tsc -b prover && node prover/bench/witness.mjs
// [runs]`. Both compute the same witnesses of the block circuit and of the digits task in one run, taking turns; the
// bytes are compared. Writes bench-results/witness.json.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ensureCircuit } from "@catalyze/circuits/build";
import { closeProver } from "../dist/src/index.js";
import { generateWitnessWasm } from "../dist/src/witness/generate.js";
import { nativeWitnessSupport, tryGenerateWitnessNative } from "../dist/src/witness/native-program.js";
import { buildNativeWitness } from "../native/witness/build.mjs";
import { median, Report } from "./report.mjs";
import { importTestModule } from "./test-modules.mjs";

console.log(`native witness generator: ${buildNativeWitness()}`);
const circuits = new URL("../../circuits/dist/", import.meta.url);
const load = (path) => import(new URL(path, circuits).href);
const { blockInputs, digitsInputs } = await importTestModule("prover", "native-witness-inputs");
const blockModules = {
  random: await importTestModule("circuits", "block/random"),
  scenario: await importTestModule("circuits", "block/scenario"),
};
const digitsModules = {
  dataset: await load("programs/digits/dataset.js"),
  digits: await load("programs/digits/reference.js"),
  program: await load("reference/program.js"),
};
const runs = Math.max(5, Number(process.argv[2] ?? 9));

// Collected before each measurement, so that none pays for what the one before it has left.
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");

/** Wall time and processor time of all threads, in milliseconds. */
async function measure(work) {
  collectGarbage();
  const processor = process.cpuUsage();
  const start = performance.now();
  const result = await work();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(processor);
  return { wall, processor: (user + system) / 1000, result };
}

const report = new Report("witness");
const rows = [];
for (const [metric, name, inputs] of [
  ["witness.block.vs_wasm", "small", blockInputs(blockModules, runs).slice(-runs)],
  ["witness.task.vs_wasm", "digits", digitsInputs(digitsModules, 37)],
]) {
  const { wasmPath: programPath, constraints } = await ensureCircuit(name);
  const translation = await measure(() => nativeWitnessSupport(programPath));
  if (!translation.result.supported) {
    console.log(`${name}: SKIPPED, ${translation.result.reason}`);
    continue;
  }
  const compilation = await measure(() => generateWitnessWasm({ programPath, input: inputs[0] }));
  const times = { wasm: [], native: [], portable: [] };
  for (let run = 0; run < runs; run++) {
    const input = inputs[run % inputs.length];
    const wasm = await measure(() => generateWitnessWasm({ programPath, input }));
    const native = await measure(() => tryGenerateWitnessNative({ programPath, input }));
    const portable = await measure(() => tryGenerateWitnessNative({ programPath, input, portable: true }));
    for (const { result } of [native, portable]) {
      if (result === undefined || Buffer.compare(result, wasm.result) !== 0) {
        throw new Error(`${name}: the witnesses differ`);
      }
    }
    times.wasm.push(wasm);
    times.native.push(native);
    times.portable.push(portable);
  }
  const of = (kind, clock) => median(times[kind].map((time) => time[clock]));
  const ratio = of("wasm", "wall") / of("native", "wall");
  for (const kind of ["wasm", "native", "portable"]) {
    rows.push({
      circuit: name,
      constraints: constraints.constraints,
      kind,
      "wall ms": of(kind, "wall").toFixed(1),
      "processor ms": of(kind, "processor").toFixed(1),
      "× WASM": (of("wasm", "wall") / of(kind, "wall")).toFixed(1),
      "first use ms": (kind === "wasm" ? compilation : translation).wall.toFixed(0),
    });
  }
  const reference = { name: "circom WASM", value: of("wasm", "wall") };
  report.add(metric, of("native", "wall"), "ms", reference, ratio);
  report.add(`${metric.slice(0, -8)}.translate_ms`, translation.wall, "ms");
}
console.table(rows);
await closeProver();
await report.write();
