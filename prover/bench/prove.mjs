// Whole proofs, side by side: this prover, rapidsnark when RAPIDSNARK names its binary, and snarkjs.
//   npx tsc -b prover && RAPIDSNARK=…/prover node prover/bench/prove.mjs [--sizes 14,16,18,20] [--runs 5]
//     [--bits 18] [--mulx 16] [--snarkjs 14,16] [--one-thread 16,18]
// Each program reads key and witness from files and writes the proof; the runs alternate. Ratios are of processor time
// (user and system, reading the key included); those against snarkjs are of wall time. Every proof is verified.
// Peak memory is the largest resident set of each process, as the system counts it (wait4), mapped files included.
// Runs with one thread bind both programs to one processor (taskset), because rapidsnark takes no number of threads.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import * as snarkjs from "snarkjs";
import { closeProver, verifyProof } from "../dist/src/index.js";
import { buildNative, TOOL_PATH } from "../native/build.mjs";
import { median, Report } from "./report.mjs";
import { benchmarkSystem } from "./systems.mjs";

const { values: options } = parseArgs({
  options: {
    sizes: { type: "string", default: "14,16,18,20" },
    bits: { type: "string", default: "18" },
    mulx: { type: "string", default: "16" },
    snarkjs: { type: "string", default: "14,16" },
    "one-thread": { type: "string", default: "16,18" },
    runs: { type: "string", default: "5" },
  },
});
const list = (text) => text.split(",").filter(Boolean).map(Number);
const runs = Number(options.runs);
const report = new Report("prove");
const folder = await mkdtemp(join(tmpdir(), "catalyze-bench-"));
const proofPath = join(folder, "proof.json");
const signalsPath = join(folder, "public.json");

async function verify(system, proof, publicSignals) {
  const number = BigInt;
  const decoded = {
    a: { x: number(proof.pi_a[0]), y: number(proof.pi_a[1]) },
    b: { x: proof.pi_b[0].map(number), y: proof.pi_b[1].map(number) },
    c: { x: number(proof.pi_c[0]), y: number(proof.pi_c[1]) },
  };
  if (!(await verifyProof(system.verificationKey, publicSignals.map(number), decoded)))
    throw new Error("a proof does not verify");
}

/** One run of a program that writes proof and public signals. */
async function measure(system, command, environment = {}) {
  await Promise.all([proofPath, signalsPath].map((path) => rm(path, { force: true })));
  const files = [system.zkeyPath, system.witnessPath, proofPath, signalsPath];
  const { stderr } = await promisify(execFile)(TOOL_PATH, ["measure", ...command, ...files], {
    env: { ...process.env, ...environment },
    maxBuffer: 1 << 26,
  });
  const json = async (path) => JSON.parse((await readFile(path, "utf8")).replace(/\0+$/, ""));
  await verify(system, await json(proofPath), await json(signalsPath));
  const lines = stderr.trim().split("\n");
  const steps = lines.slice(0, -1).flatMap((line) => (line.startsWith('{"step"') ? [JSON.parse(line)] : []));
  return { ...JSON.parse(lines.at(-1)), proveCpu: steps.find(({ step }) => step === "prove")?.cpu };
}

/** Runs programs alternately; medians of each. */
async function compare(system, programs) {
  const results = programs.map(() => []);
  for (let run = 0; run < runs; run++) {
    for (const [index, { command, environment }] of programs.entries()) {
      results[index].push(await measure(system, command, environment));
    }
  }
  const names = ["wall", "cpu", "peak_kilobytes", "proveCpu"];
  return results.map((list) =>
    Object.fromEntries(names.map((name) => [name, median(list.map((result) => result[name]))])),
  );
}

const ours = (cpuPath) => ({
  command: [TOOL_PATH, "prove"],
  environment: cpuPath ? { CATALYZE_CPU: cpuPath } : {},
});
const theirs = process.env.RAPIDSNARK ? [{ command: [process.env.RAPIDSNARK] }] : [];
const format = (value, digits = 2) => (value === undefined ? "–" : value.toFixed(digits));

const onOneProcessor = ({ command, environment }) => ({
  command: ["taskset", "-c", "0", ...command],
  environment,
});

async function againstRapidsnark(kind, size, { cpuPath, isOneThread = false } = {}) {
  const system = await benchmarkSystem(kind, size);
  const programs = [ours(cpuPath), ...theirs];
  const [our, their] = await compare(system, isOneThread ? programs.map(onOneProcessor) : programs);
  const label = isOneThread ? `${kind}.one_thread` : (cpuPath ?? kind);
  const ratio = their && their.cpu / our.cpu;
  console.log(
    `| ${label} 2^${size} | ${format(our.cpu)} (proof alone ${format(our.proveCpu)}) | ${format(their?.cpu)} | ${format(ratio, 1)} | ${format(our.wall)} / ${format(their?.wall)} | ${format(our.peak_kilobytes / 1024, 0)} / ${their ? format(their.peak_kilobytes / 1024, 0) : "–"} |`,
  );
  const reference = their && { name: "rapidsnark", value: their.cpu };
  report.add(`prove.${label}.${size}.vs_rapidsnark`, our.cpu, "core-s", reference, ratio);
  const memory = their && { name: "rapidsnark", value: their.peak_kilobytes };
  report.add(
    `prove.${label}.${size}.memory_vs_rapidsnark`,
    our.peak_kilobytes,
    "KB",
    memory,
    their && their.peak_kilobytes / our.peak_kilobytes,
  );
}

async function againstSnarkjs(size) {
  const system = await benchmarkSystem("random", size);
  const times = { native: [], snarkjs: [] };
  for (let run = 0; run < runs; run++) {
    times.native.push((await measure(system, ours().command)).wall);
    const start = performance.now();
    const { proof, publicSignals } = await snarkjs.groth16.prove(system.zkeyPath, system.witnessPath);
    times.snarkjs.push((performance.now() - start) / 1000);
    await verify(system, proof, publicSignals);
  }
  const [native, reference] = [median(times.native), median(times.snarkjs)];
  console.log(
    `| random 2^${size}, wall | ${format(native)} | snarkjs ${format(reference)} | ${format(reference / native, 1)} | | |`,
  );
  report.add(
    `prove.random.${size}.vs_snarkjs`,
    native,
    "s",
    { name: "snarkjs", value: reference },
    reference / native,
  );
}

const build = await buildNative();
if (build.status !== "built" && build.status !== "current") throw new Error(build.message);
console.log(
  "| system | ours, core-s | rapidsnark, core-s | ratio | wall, s | peak memory, MB |\n|---|---|---|---|---|---|",
);
for (const size of list(options.sizes)) await againstRapidsnark("random", size);
for (const size of list(options.bits)) await againstRapidsnark("bits", size);
for (const size of list(options.mulx)) await againstRapidsnark("random", size, { cpuPath: "mulx" });
for (const size of list(options["one-thread"]))
  await againstRapidsnark("random", size, { isOneThread: true });
for (const size of list(options.snarkjs)) await againstSnarkjs(size);
await report.write();
await rm(folder, { recursive: true });
await closeProver();
await globalThis.curve_bn128?.terminate();
