// What the large sizes of the block circuit cost: `npm run build && node prover/bench/ladder.mjs [sizes]`, all three by
// default. For each: compilation, translation of the witness program, development key, and one full block from the
// reference to a verified proof. Every step runs in a process of its own, whose peak memory counts with that of the
// processes it starts. Writes bench-results/ladder.json. Circuits go to a folder of their own, removed at the end, so that
// they are compiled; with CATALYZE_CACHE they are looked for there, and a compilation that was not needed is not reported.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { buildNative, TOOL_PATH } from "../native/build.mjs";
import { buildNativeWitness } from "../native/witness/build.mjs";
import { Report } from "./report.mjs";
import { importTestModule } from "./test-modules.mjs";

const MEGABYTE = 2 ** 20;

const seconds = async (work) => {
  const start = performance.now();
  const result = await work();
  return [(performance.now() - start) / 1000, result];
};

/** Steps by name; each gets what the earlier ones said, and its answer goes to the parent. */
const STEPS = {
  async compile({ size }) {
    const { ensureCircuit } = await import("@catalyze/circuits/build");
    const started = Date.now();
    const { constraints, r1csPath, wasmPath } = await ensureCircuit(size);
    const isCompiled = (await stat(r1csPath)).mtimeMs >= started;
    return { isCompiled, constraints: constraints.constraints, r1csPath, wasmPath };
  },
  async translate({ wasmPath }) {
    const { nativeWitnessSupport } = await import("../dist/src/witness/native-program.js");
    const support = await nativeWitnessSupport(wasmPath);
    return { native: support.supported, ...support };
  },
  async key({ r1csPath, folder }) {
    const { developmentSetup } = await import("../dist/src/index.js");
    const zkeyPath = join(folder, "key.zkey");
    await developmentSetup({ r1csPath, zkeyPath });
    return { zkeyPath };
  },
  async seal({ size, folder }) {
    const { BLOCK_SIZES } = await import("@catalyze/circuits/schema");
    const { blockCircuitInput, toJson } = await import("@catalyze/circuits/reference");
    const full = await importTestModule("circuits", "block/full");
    const { runBlock, zOf } = await importTestModule("circuits", "block/scenario");
    const { usedSlots } = await importTestModule("circuits", "block/usage");
    const { scenario, content } = full.fullBlock(BLOCK_SIZES[size]);
    const [sealSeconds, block] = await seconds(() =>
      runBlock(scenario, (draft) => full.addContent(draft, content)),
    );
    const input = { ...blockCircuitInput(block), z: zOf(block) };
    await writeFile(join(folder, "input.json"), toJson(input));
    const expected = { commitment: block.commitment.toString(), z: input.z.toString() };
    return { sealSeconds, used: usedSlots(block), calldata: block.bytes.length, expected };
  },
  async witness({ wasmPath, folder }) {
    const { fromJson } = await import("@catalyze/circuits/reference");
    const { generateWitness } = await import("../dist/src/index.js");
    const input = fromJson(await readFile(join(folder, "input.json"), "utf8"));
    const generate = () => generateWitness({ programPath: wasmPath, input });
    const [firstSeconds, witness] = await seconds(generate);
    const [witnessSeconds] = await seconds(generate);
    await writeFile(join(folder, "witness.wtns"), witness);
    return { firstSeconds, witnessSeconds };
  },
  /** Verified by our verifier, under the block's own commitment and challenge. */
  async prove({ zkeyPath, folder, expected }) {
    const { closeProver, prove, selectBackend } = await import("../dist/src/index.js");
    const witness = new Uint8Array(await readFile(join(folder, "witness.wtns")));
    const backend = selectBackend();
    const run = () => prove(backend, { provingKeyPath: zkeyPath, witness });
    const [firstSeconds, { publicSignals }] = await seconds(run);
    const [proofSeconds] = await seconds(run);
    if (publicSignals[0] !== BigInt(expected.commitment) || publicSignals[2] !== BigInt(expected.z)) {
      throw new Error("The proof is of another block");
    }
    await closeProver();
    return { backend: backend.name, firstSeconds, proofSeconds };
  },
};

/** Runs a step in its own process: its answer, wall and processor seconds, peak memory of its largest process. */
async function step(name, input) {
  const file = fileURLToPath(import.meta.url);
  const answerPath = join(input.folder, `${name}.json`);
  const argument = JSON.stringify({ ...input, answerPath });
  const run = ["measure", process.execPath, "--max-old-space-size=12000", file, "--step", name, argument];
  const { stderr } = await promisify(execFile)(TOOL_PATH, run, {
    env: { CATALYZE_CACHE: input.folder, ...process.env },
    maxBuffer: 2 ** 26,
  });
  const { wall, cpu, peak_kilobytes: peak } = JSON.parse(stderr.trim().split("\n").at(-1));
  const answer = JSON.parse(await readFile(answerPath, "utf8"));
  return { ...answer, wall, cpu, megabytes: peak / 1024 };
}

const fileMegabytes = async (path) => (await stat(path)).size / MEGABYTE;

async function measureSize(report, size, folder) {
  const say = (text) => console.log(`${size}: ${text}`);
  const add = (metric, value, unit) => report.add(`ladder.${size}.${metric}`, value, unit);
  const cost = (metric, { wall, cpu, megabytes }) => {
    add(`${metric}.seconds`, wall, "s");
    add(`${metric}.cpu_seconds`, cpu, "core-s");
    add(`${metric}.peak_megabytes`, megabytes, "MB");
    return `${wall.toFixed(1)} s, ${cpu.toFixed(1)} core-s, peak ${megabytes.toFixed(0)} MB`;
  };
  const base = { size, folder };
  const compiled = await step("compile", base);
  const { constraints, r1csPath, wasmPath } = compiled;
  add("constraints", constraints, "constraints");
  add("r1cs.megabytes", await fileMegabytes(r1csPath), "MB");
  say(
    `${constraints} constraints, r1cs ${(await fileMegabytes(r1csPath)).toFixed(0)} MB, ${compiled.isCompiled ? `compiled in ${cost("compile", compiled)}` : "compiled before"}`,
  );
  const translated = await step("translate", { ...base, wasmPath });
  say(
    `witness program ${(await fileMegabytes(wasmPath)).toFixed(1)} MB, translated in ${cost("translate", translated)}; ${translated.native ? "native" : translated.reason}`,
  );
  const key = await step("key", { ...base, r1csPath });
  const { zkeyPath } = key;
  add("key.megabytes", await fileMegabytes(zkeyPath), "MB");
  say(`development key ${(await fileMegabytes(zkeyPath)).toFixed(0)} MB, made in ${cost("key", key)}`);
  const sealed = await step("seal", base);
  add("seal.block_seconds", sealed.sealSeconds, "s");
  say(`full block of ${JSON.stringify(sealed.used)}, ${sealed.calldata} bytes of words`);
  say(
    `filled and sealed in ${sealed.sealSeconds.toFixed(1)} s; with its people and signatures ${cost("seal", sealed)}`,
  );
  const witness = await step("witness", { ...base, wasmPath });
  add("witness.again_seconds", witness.witnessSeconds, "s");
  say(
    `witness ${witness.firstSeconds.toFixed(1)} s, again ${witness.witnessSeconds.toFixed(2)} s; process ${cost("witness", witness)}`,
  );
  const proof = await step("prove", { ...base, zkeyPath, expected: sealed.expected });
  add("prove.first_seconds", proof.firstSeconds, "s");
  add("prove.again_seconds", proof.proofSeconds, "s");
  say(
    `proof (${proof.backend}) ${proof.firstSeconds.toFixed(1)} s, again ${proof.proofSeconds.toFixed(1)} s, both verified; process ${cost("prove", proof)}`,
  );
}

if (process.argv[2] === "--step") {
  const { answerPath, ...input } = JSON.parse(process.argv[4]);
  const answer = await STEPS[process.argv[3]](input);
  await writeFile(answerPath, JSON.stringify(answer));
  process.exit(0);
}

const { status, message } = await buildNative();
if (status !== "built" && status !== "current") throw new Error(message);
console.log(`native witness generator: ${buildNativeWitness()}`);
const names = process.argv.slice(2);
const report = new Report("ladder");
for (const size of names.length > 0 ? names : ["medium", "large", "huge"]) {
  const folder = await mkdtemp(join(tmpdir(), "catalyze-ladder-"));
  try {
    await measureSize(report, size, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
await report.write();
