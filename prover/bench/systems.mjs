// Constraint systems for benchmarks, with witness and development key, cached below .cache/bench.
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { developmentSetup, encodeR1cs, encodeWitness, SCALAR_FIELD_PRIME as r } from "../dist/src/index.js";
import { createRandom, randomR1cs } from "../dist/test/random-r1cs.js";

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
