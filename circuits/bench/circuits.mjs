// Benchmark: constraints of the block circuit and of the digits network, next to other projects' figures.
// CIRCOMLIB_ML names the folder `circuits` of the npm package circomlib-ml: then the same network is compiled from its
// templates; without it that reference is left out.
import { spawnSync } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileCircuit, marginalConstraints } from "../dist/tools/index.js";
import { Report } from "./report.mjs";

/** Constraints of one transfer of Hermez v1, by tools/circuit-constraints.js of hermeznetwork/circuits. */
const HERMEZ_TRANSFER = 54_300;
/** Constraints of one slot of Loopring v3, by its DESIGN.md; zkSync Lite publishes none. */
const LOOPRING_TRADE = 130_000;
/** Legs of one group. */
const LEGS = 16;
const HIDDEN = 12;

const compile = async (name, include, template) =>
  (
    await compileCircuit({
      name,
      source: `pragma circom 2.2.0;\n\ninclude "${include}";\n\ncomponent main = ${template};\n`,
    })
  ).constraints.constraints;

const NETWORK = `pragma circom 2.0.0;
include "./Dense.circom";
include "./ReLU.circom";
include "./ArgMax.circom";
template Network(hidden) {
    signal input image[64];
    signal input weights[64][hidden];
    signal input bias[hidden];
    signal input lastWeights[hidden][10];
    signal input lastBias[10];
    signal output label;
    component first = Dense(64, hidden);
    component last = Dense(hidden, 10);
    component unit[hidden];
    component best = ArgMax(10);
    first.in <== image;
    first.weights <== weights;
    first.bias <== bias;
    for (var i = 0; i < hidden; i++) {
        unit[i] = ReLU();
        unit[i].in <== first.out[i];
        last.in[i] <== unit[i].out;
    }
    last.weights <== lastWeights;
    last.bias <== lastBias;
    best.in <== last.out;
    label <== best.out;
}
component main = Network(${HIDDEN});
`;

/** Constraints of the same network in circomlib-ml, as its own compiler flags give them (--O2, the smallest). */
async function circomlibNetwork(folder) {
  const copy = await mkdtemp(join(tmpdir(), "circomlib-ml-"));
  try {
    await cp(folder, copy, { recursive: true });
    await writeFile(join(copy, "network.circom"), NETWORK);
    const manifest = createRequire(import.meta.url).resolve("circom2/package.json");
    const cli = join(manifest, "..", "cli.js");
    const run = spawnSync(process.execPath, [cli, "network.circom", "--r1cs", "--O2"], { cwd: copy });
    const text = run.stdout.toString();
    const count = (kind) =>
      Number(new RegExp(`^${kind} constraints: (\\d+)`, "m").exec(text)?.[1] ?? Number.NaN);
    const total = count("non-linear") + count("linear");
    if (!Number.isFinite(total))
      throw new Error(`circomlib-ml's network did not compile:\n${run.stderr}${text}`);
    return total;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

const slots = await marginalConstraints();
const words = async (count) =>
  compile(`public-data-${count}`, "public-data/public-data.circom", `PublicData(${count})`);
const network = await compile("network", "programs/digits-network.circom", `DigitsNetwork(${HIDDEN})`);
const reference =
  process.env.CIRCOMLIB_ML === undefined
    ? undefined
    : { name: "circomlib-ml 1.4.4", value: await circomlibNetwork(process.env.CIRCOMLIB_ML) };
const hermez = { name: "Hermez v1, one transfer", value: HERMEZ_TRANSFER };
const loopring = { name: "Loopring v3, one slot", value: LOOPRING_TRADE };

const rows = [
  ["constraints.signed_operation", slots.operations, hermez],
  ["constraints.posted_order", slots.orders],
  ["constraints.extra_payment_leg", slots.legGroups / LEGS, hermez],
  ["constraints.settlement", slots.settlements, loopring],
  ["constraints.opening", slots.openings],
  ["constraints.distinct_cell", slots.cells],
  ["constraints.cancellation", slots.cancellations],
  ["constraints.rotation", slots.rotations],
  ["constraints.distribution", slots.distributions],
  ["constraints.forced_order", slots.forcedOrders],
  ["constraints.request", slots.requests],
  ["constraints.withdrawal", slots.withdrawals],
  ["constraints.public_word", ((await words(160)) - (await words(16))) / 144],
  ["constraints.digits_inference", network, reference],
];
const report = new Report("circuits");
for (const [metric, value, other] of rows) {
  report.add(metric, value, "constraints", other, other && other.value / value);
  const compared = other ? `   ${other.name} ${other.value}: ${(other.value / value).toFixed(1)} times` : "";
  console.log(`${metric.padEnd(32)} ${value.toFixed(1).padStart(10)}${compared}`);
}
await report.write();
