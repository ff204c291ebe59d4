// Constraint systems for benchmarks, with witness and development key, cached below .cache/bench.
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { developmentSetup, encodeR1cs, encodeWitness, SCALAR_FIELD_PRIME as r } from "../dist/src/index.js";
import { importTestModule } from "./test-modules.mjs";

const { createRandom, randomR1cs } = await importTestModule("prover", "random-r1cs");

const cache = join(dirname(dirname(fileURLToPath(import.meta.url))), ".cache", "bench");
/** Share of the domain that has constraints. */
const FILLED = 0.84;

/** Nine of ten wires are bits with their constraint b · (b − 1) = 0; the others are products of random values. */
function bitSystem(seed, constraintCount) {
  const random = createRandom(seed);
  const field = () =>
    Array.from({ length: 8 }, () => BigInt(random(0xffffffff))).reduce((a, b) => (a << 32n) | b) % r;
  const witness = [1n, field(), field(), field()];
  const constraints = [];
  const products = [1, 2, 3];
  while (constraints.length < constraintCount) {
    const wire = witness.length;
    if (random(10) !== 0) {
      witness.push(BigInt(random(2)));
      constraints.push([
        [[wire, 1n]],
        [
          [wire, 1n],
          [0, r - 1n],
        ],
        [],
      ]);
      continue;
    }
    const [left, right] = [products[random(products.length)], products[random(products.length)]];
    witness.push((witness[left] * witness[right]) % r);
    products.push(wire);
    constraints.push([[[left, 1n]], [[right, 1n]], [[wire, 1n]]]);
  }
  const header = {
    wireCount: witness.length,
    publicOutputCount: 0,
    publicInputCount: 3,
    privateInputCount: 0,
    labelCount: BigInt(witness.length),
    constraintCount,
  };
  return { bytes: encodeR1cs(header, constraints), witness };
}

/**
 * An `.r1cs` file, written without an object per constraint: wire (inputs + 1 + row) is the product of the two wires
 * factors[2 · row] and factors[2 · row + 1]. `inputs`: public inputs, wires 1 to that number.
 */
export function encodeProducts(factors, inputs) {
  const rows = factors.length / 2;
  const header = {
    wireCount: rows + inputs + 1,
    publicOutputCount: 0,
    publicInputCount: inputs,
    privateInputCount: 0,
    labelCount: BigInt(rows + inputs + 1),
    constraintCount: 0,
  };
  // The empty file: sections header, constraints, labels; the header's last field is the number of constraints.
  const empty = Buffer.from(encodeR1cs(header, []));
  const constraintsAt = sectionAt(empty, 2);
  empty.writeUInt32LE(rows, sectionAt(empty, 1) + 60);
  const rowBytes = 3 * 40;
  empty.writeBigUInt64LE(BigInt(rows * rowBytes), constraintsAt - 8);
  const body = Buffer.alloc(rows * rowBytes);
  for (let row = 0; row < rows; row++) {
    const wires = [factors[2 * row], factors[2 * row + 1], inputs + 1 + row];
    for (const [matrix, wire] of wires.entries()) {
      const at = row * rowBytes + matrix * 40;
      body.writeUInt32LE(1, at);
      body.writeUInt32LE(wire, at + 4);
      body.writeUInt8(1, at + 8);
    }
  }
  return Buffer.concat([empty.subarray(0, constraintsAt), body, empty.subarray(constraintsAt)]);
}

/** Where the content of a section of a container begins. */
function sectionAt(bytes, id) {
  for (let at = 12; ; at += 12 + Number(bytes.readBigUInt64LE(at + 4))) {
    if (bytes.readUInt32LE(at) === id) return at + 12;
  }
}

/**
 * A system whose domain has 2^sizeLog2 elements. kind: "random" or "bits".
 * @returns paths of key and witness, the verification key, the seconds of the setup (undefined when cached)
 */
export async function benchmarkSystem(kind, sizeLog2) {
  const base = join(cache, `${kind}-${sizeLog2}`);
  const paths = {
    zkeyPath: `${base}.zkey`,
    witnessPath: `${base}.wtns`,
    verificationKeyPath: `${base}.json`,
  };
  if (!existsSync(paths.verificationKeyPath)) {
    await mkdir(cache, { recursive: true });
    const constraintCount = Math.floor(2 ** sizeLog2 * FILLED);
    const { bytes, witness } =
      kind === "bits"
        ? bitSystem(sizeLog2, constraintCount)
        : randomR1cs({ seed: sizeLog2, constraintCount, publicInputCount: 3 });
    await writeFile(`${base}.r1cs`, bytes);
    await writeFile(paths.witnessPath, encodeWitness(witness));
    const { verificationKey } = await developmentSetup({
      r1csPath: `${base}.r1cs`,
      zkeyPath: paths.zkeyPath,
    });
    await writeFile(paths.verificationKeyPath, JSON.stringify(verificationKey));
  }
  return { ...paths, verificationKey: JSON.parse(await readFile(paths.verificationKeyPath, "utf8")) };
}
