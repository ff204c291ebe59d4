// Compiles a small circuit for a test with circom2, in a folder of its own.

import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** A compiled circuit. */
export interface CompiledCircuit {
  readonly folder: string;
  readonly r1csPath: string;
  readonly programPath: string;
}

/** A circuit with two public inputs, one output, a range check and an unused private signal. */
export const PRODUCT_CIRCUIT = `pragma circom 2.0.0;
template Bits(n) {
  signal input in;
  var sum = 0;
  signal bits[n];
  for (var i = 0; i < n; i++) {
    bits[i] <-- (in >> i) & 1;
    bits[i] * (bits[i] - 1) === 0;
    sum += bits[i] * (1 << i);
  }
  sum === in;
}
template Product() {
  signal input a;
  signal input b;
  signal input factors[2][2];
  signal input unused;
  signal output c;
  component range = Bits(16);
  range.in <== a;
  signal left <== factors[0][0] * factors[0][1];
  signal right <== factors[1][0] * factors[1][1];
  left === a;
  c <== left * right + b;
}
component main { public [a, b] } = Product();
`;

/** An input of PRODUCT_CIRCUIT: a = 6, b = 5, c = 6 · 35 + 5. */
export const PRODUCT_INPUT = {
  a: 6,
  b: "5",
  factors: [
    [2n, 3n],
    [5, 7],
  ],
  unused: -1,
};

/** A new empty folder for a test. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "catalyze-prover-"));
}

/** Compiles a circuit's source. */
export async function compileCircuit(source: string): Promise<CompiledCircuit> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "circuit.circom"), source);
  const cli = createRequire(import.meta.url).resolve("circom2/cli.js");
  await promisify(execFile)(process.execPath, [cli, "circuit.circom", "--r1cs", "--wasm", "--O1"], {
    cwd: folder,
  });
  return {
    folder,
    r1csPath: join(folder, "circuit.r1cs"),
    programPath: join(folder, "circuit_js", "circuit.wasm"),
  };
}
