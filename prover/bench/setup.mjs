// Times the development setup on random systems: `npx tsc -b prover && node prover/bench/setup.mjs [log2 sizes]`.
// Each key is used for one proof, which is verified. Writes bench-results/setup.json.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { closeProver, developmentSetup, encodeWitness, prove, selectBackend } from "../dist/src/index.js";
import { Report } from "./report.mjs";
import { importTestModule } from "./test-modules.mjs";

const { randomR1cs } = await importTestModule("prover", "random-r1cs");

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [14, 16, 18];
const folder = await mkdtemp(join(tmpdir(), "catalyze-bench-"));
const seconds = async (work) => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};
const report = new Report("setup");
for (const size of sizes) {
  const { bytes, witness } = randomR1cs({
    seed: size,
    constraintCount: Math.floor(2 ** size * 0.84),
    publicInputCount: 3,
  });
  const r1csPath = join(folder, `${size}.r1cs`);
  const zkeyPath = join(folder, `${size}.zkey`);
  await writeFile(r1csPath, bytes);
  for (const threadCount of new Set([1, availableParallelism()])) {
    const setup = await seconds(() => developmentSetup({ r1csPath, zkeyPath, threadCount }));
    console.log(`2^${size}: setup ${setup.toFixed(1)} s with ${threadCount} threads`);
    report.add(`setup.dev.${size}${threadCount === 1 ? ".one_thread" : ""}.seconds`, setup, "s");
  }
  const proof = await seconds(() =>
    prove(selectBackend(), { provingKeyPath: zkeyPath, witness: encodeWitness(witness) }),
  );
  console.log(`2^${size}: first proof ${proof.toFixed(1)} s`);
  report.add(`prove.${selectBackend().name}.${size}.seconds`, proof, "s");
}
await closeProver();
await rm(folder, { recursive: true });
await report.write();
