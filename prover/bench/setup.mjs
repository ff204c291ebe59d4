// Times the development setup on random systems: `npx tsc -b prover && node prover/bench/setup.mjs [log2 sizes]`.
// Each key is used for one proof, which is verified. Writes bench-results/setup.json.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { closeProver, developmentSetup, encodeWitness, prove, selectBackend } from "../dist/src/index.js";
import { randomR1cs } from "../dist/test/random-r1cs.js";

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [14, 16, 17];
const folder = await mkdtemp(join(tmpdir(), "catalyze-bench-"));
const seconds = async (work) => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};
const results = [];
for (const size of sizes) {
  const { bytes, witness } = randomR1cs({
    seed: size,
    constraintCount: Math.floor(2 ** size * 0.84),
    publicInputCount: 3,
  });
  const r1csPath = join(folder, `${size}.r1cs`);
  const zkeyPath = join(folder, `${size}.zkey`);
  await writeFile(r1csPath, bytes);
  const setup = await seconds(() => developmentSetup({ r1csPath, zkeyPath }));
  const proof = await seconds(() =>
    prove(selectBackend(), { provingKeyPath: zkeyPath, witness: encodeWitness(witness) }),
  );
  console.log(`2^${size}: setup ${setup.toFixed(1)} s, first proof ${proof.toFixed(1)} s`);
  const common = {
    unit: "s",
    cpu: `${cpus()[0]?.model} × ${availableParallelism()}`,
    command: process.argv.join(" "),
  };
  results.push({ metric: `setup.dev.${size}.seconds`, value: setup, ...common });
  results.push({ metric: `prove.${selectBackend().name}.${size}.seconds`, value: proof, ...common });
}
await closeProver();
await rm(folder, { recursive: true });
await mkdir("bench-results", { recursive: true });
await writeFile("bench-results/setup.json", `${JSON.stringify(results, null, 2)}\n`);
