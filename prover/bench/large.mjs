// One proof over a large domain, made natively and verified by snarkjs: shows that nothing ends at 2^20.
//   npm run build && node prover/bench/large.mjs [log2 of the domain, 16 to 22; default 21]
// Writes bench-results/large.json. At 2^21 about 4 GB of memory, 3 GB of disk and some minutes, most of them setup.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as snarkjs from "snarkjs";
import { closeProver, developmentSetup, encodeWitness, SCALAR_FIELD_PRIME as r } from "../dist/src/index.js";
import { buildNative, TOOL_PATH } from "../native/build.mjs";
import { Report } from "./report.mjs";
import { encodeProducts } from "./systems.mjs";
import { importTestModule } from "./test-modules.mjs";

const { createRandom } = await importTestModule("prover", "random-r1cs");

const sizeLog2 = Number(process.argv[2] ?? 21);
const folder = await mkdtemp(join(tmpdir(), "catalyze-large-"));
const path = (name) => join(folder, name);

/** Wires that are products of two random earlier ones. */
function productSystem(constraintCount) {
  const random = createRandom(sizeLog2);
  const field = () =>
    Array.from({ length: 8 }, () => BigInt(random(0xffffffff))).reduce((a, b) => (a << 32n) | b) % r;
  const witness = [1n, field(), field(), field()];
  const factors = new Uint32Array(2 * constraintCount);
  for (let row = 0; row < constraintCount; row++) {
    const [left, right] = [1 + random(witness.length - 1), 1 + random(witness.length - 1)];
    factors.set([left, right], 2 * row);
    witness.push((witness[left] * witness[right]) % r);
  }
  return { factors, witness };
}

const build = await buildNative();
if (build.status !== "built" && build.status !== "current") throw new Error(build.message);
try {
  const { factors, witness } = productSystem(Math.floor(0.84 * 2 ** sizeLog2));
  await writeFile(path("system.r1cs"), encodeProducts(factors, 3));
  await writeFile(path("witness.wtns"), encodeWitness(witness));
  const start = performance.now();
  const { verificationKey } = await developmentSetup({
    r1csPath: path("system.r1cs"),
    zkeyPath: path("key.zkey"),
  });
  const setup = (performance.now() - start) / 1000;
  const files = ["key.zkey", "witness.wtns", "proof.json", "public.json"].map(path);
  const { stderr } = await promisify(execFile)(TOOL_PATH, ["measure", TOOL_PATH, "prove", ...files]);
  const lines = stderr.trim().split("\n").map(JSON.parse);
  const [open, proof] = [lines[0], lines[1]];
  const total = lines.at(-1);
  const json = async (name) => JSON.parse(await readFile(path(name), "utf8"));
  if (!(await snarkjs.groth16.verify(verificationKey, await json("public.json"), await json("proof.json"))))
    throw new Error("snarkjs does not accept the proof");
  const { size } = await stat(path("key.zkey"));
  console.log(
    `2^${sizeLog2}: key ${(size / 2 ** 20).toFixed(0)} MB, setup ${setup.toFixed(0)} s, open ${open.cpu} core-s, proof ${proof.cpu} core-s, together ${total.wall} s, peak ${(total.peak_kilobytes / 1024).toFixed(0)} MB; verified by snarkjs`,
  );
  const report = new Report("large");
  report.add(`prove.products.${sizeLog2}.cpu_seconds`, total.cpu, "core-s");
  report.add(`prove.products.${sizeLog2}.peak_kilobytes`, total.peak_kilobytes, "KB");
  report.add(`setup.dev.${sizeLog2}.seconds`, setup, "s");
  await report.write();
} finally {
  await rm(folder, { recursive: true, force: true });
}
await closeProver();
await globalThis.curve_bn128?.terminate();
