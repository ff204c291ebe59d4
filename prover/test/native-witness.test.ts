// The native witness generator against the WASM programs: the same bytes for blocks, task batches and every operator
// of circom's language; no answer where there is no witness or where it can't know one.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { ensureCircuit } from "@catalyze/circuits/build";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as dataset from "../../circuits/programs/digits/dataset.js";
import * as digits from "../../circuits/programs/digits/reference.js";
import * as program from "../../circuits/reference/program.js";
import * as random from "../../circuits/test/block/random.js";
import * as scenario from "../../circuits/test/block/scenario.js";
import { buildNativeWitness } from "../native/witness/build.mjs";
import {
  AbortedError,
  closeProver,
  generateWitness,
  SCALAR_FIELD_PRIME,
  WitnessGenerationError,
  WitnessInputError,
} from "../src/index.js";
import { generateWitnessWasm } from "../src/witness/generate.js";
import type { CircuitInput } from "../src/witness/input.js";
import {
  nativeWitnessAvailable,
  nativeWitnessSupport,
  tryGenerateWitnessNative,
} from "../src/witness/native-program.js";
import { compileCircuit, PRODUCT_CIRCUIT, PRODUCT_INPUT, temporaryFolder } from "./compile-circuit.js";
import { blockInputs, digitsInputs } from "./native-witness-inputs.js";

const buildOutput = buildNativeWitness();
const built = nativeWitnessAvailable();
if (!built) console.log(`SKIPPED: native witness generator: ${buildOutput}`);

afterAll(closeProver);

/** Expects the WASM program's bytes from both of the native multipliers. */
async function expectSame(programPath: string, input: CircuitInput): Promise<void> {
  const expected = await generateWitnessWasm({ programPath, input });
  for (const portable of [false, true]) {
    const native = await tryGenerateWitnessNative({ programPath, input, portable });
    expect(native?.byteLength).toBe(expected.byteLength);
    expect(isDeepStrictEqual(native, expected)).toBe(true);
  }
}

/** Expects the WASM program's refusal, and no answer from the native one. */
async function expectRefused(programPath: string, input: CircuitInput, message: RegExp): Promise<void> {
  expect(await tryGenerateWitnessNative({ programPath, input })).toBeUndefined();
  await expect(generateWitness({ programPath, input })).rejects.toThrow(message);
}

describe.runIf(built)("circuits that ship", () => {
  it("gives the same witnesses for blocks", async () => {
    const { wasmPath } = await ensureCircuit("small");
    expect(await nativeWitnessSupport(wasmPath)).toMatchObject({ supported: true });
    const inputs = blockInputs({ random, scenario }, 5);
    for (const input of inputs) await expectSame(wasmPath, input);
    const [, registrations] = inputs;
    const changed = { ...registrations, z: (registrations?.z as bigint) + 1n };
    await expectSame(wasmPath, changed);
  });

  it("refuses blocks that have no witness", async () => {
    const { wasmPath } = await ensureCircuit("small");
    const input = blockInputs({ random, scenario }, 1).at(-1) as CircuitInput;
    // Some of the signals; each run of the WASM program takes long.
    const names = Object.keys(input).filter((_, index) => index % 9 === 4);
    for (const name of names) {
      const values = [input[name]].flat(8) as bigint[];
      const changed = values.map((value, index) => (index === values.length - 1 ? value + 1n : value));
      const given = { ...input, [name]: changed };
      const wasm = await generateWitnessWasm({ programPath: wasmPath, input: given }).catch(() => undefined);
      const native = await tryGenerateWitnessNative({ programPath: wasmPath, input: given });
      expect([name, isDeepStrictEqual(native, wasm)]).toEqual([name, true]);
    }
  });

  it("gives the same witnesses for task batches", async () => {
    const { wasmPath } = await ensureCircuit("digits");
    for (const input of digitsInputs({ dataset, digits, program }, 37)) await expectSame(wasmPath, input);
  });
});

/** Every operator, on values in each of the forms in which the WASM program holds them. */
const OPERATORS = ["+", "-", "*", "/", "&", "|", "^", "<<", ">>", "<", "<=", ">", ">=", "==", "!=", "**"];
const OPERATOR_CIRCUIT = `pragma circom 2.2.0;
template Operators() {
  signal input a; signal input b; signal input large; signal input inverse;
  signal output out[${4 * (OPERATORS.length + 8)}];
  // As given, and by way of a product, which leaves any value in Montgomery form.
  signal am <-- a * large * inverse;
  signal bm <-- b * large * inverse;
  var n = 0;
  for (var form = 0; form < 4; form++) {
    var x = form % 2 == 0 ? a : am;
    var y = form < 2 ? b : bm;
    ${OPERATORS.map((operator) => `out[n] <-- x ${operator} y; n++;`).join("\n    ")}
    out[n] <-- -x; n++;
    out[n] <-- ~x; n++;
    out[n] <-- !x; n++;
    out[n] <-- (x && y) + 2 * (x || y); n++;
    out[n] <-- y != 0 ? x \\ y : 7; n++;
    out[n] <-- y != 0 ? x % y : 7; n++;
    out[n] <-- x \\ 8 + 16 * (x % 2) + (x >> 3) * ((x >> 5) & 1); n++;
    out[n] <-- x < 0 ? -x : (y > x ? y - x : x & 255); n++;
  }
}
component main = Operators();
`;

const EDGES = [
  ...[0n, 1n, 2n, 3n, 7n, 31n, 32n, 63n, 64n, 253n, 254n, 255n],
  ...[2n ** 31n - 1n, 2n ** 31n, 2n ** 32n, 2n ** 64n - 1n, 2n ** 127n + 5n, 2n ** 253n],
  ...[(SCALAR_FIELD_PRIME - 1n) / 2n, (SCALAR_FIELD_PRIME + 1n) / 2n],
  ...[-1n, -2n, -30n, -253n, -254n, -(2n ** 31n), -(2n ** 31n) - 1n, -(2n ** 64n)],
];

describe.runIf(built)("operators", () => {
  let programPath: string;
  beforeAll(async () => {
    ({ programPath } = await compileCircuit(OPERATOR_CIRCUIT));
  });

  it("agree with the WASM program on pairs of edge values", async () => {
    const large = 2n ** 200n + 12345n;
    const inverse = invert(large);
    expect((large * inverse) % SCALAR_FIELD_PRIME).toBe(1n);
    for (const a of EDGES) {
      for (const b of EDGES) {
        const input = { a, b, large, inverse };
        const expected = await generateWitnessWasm({ programPath, input });
        const native = await tryGenerateWitnessNative({ programPath, input });
        expect([a, b, isDeepStrictEqual(native, expected)]).toEqual([a, b, true]);
      }
    }
  });
});

function invert(value: bigint): bigint {
  let result = 1n;
  let base = value;
  for (let exponent = SCALAR_FIELD_PRIME - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % SCALAR_FIELD_PRIME;
    base = (base * base) % SCALAR_FIELD_PRIME;
  }
  return result;
}

const CONTROL_CIRCUIT = `pragma circom 2.2.0;
function classify(x) {
  if (x < 10) { return 1; }
  if (x < 100) {
    if (x % 2 == 0) { return 2; } else { return 3; }
  }
  var sum = 0;
  for (var i = 0; i < 4; i++) { sum += (x >> i) & 1; }
  return sum + 4;
}
function pair(x) {
  var values[2] = [x, x * x];
  if (x > 5) { values[0] = values[1]; values[1] = 9; }
  return values;
}
template Square() { signal input in; signal output out; out <== in * in; }
template Control() {
  signal input in;
  signal input many[3][2];
  signal output out[12];
  var low = in & 3;
  var table[4] = [11, 22, 33, in];
  out[0] <-- classify(in);
  out[1] <-- table[low];
  table[low] = 5;
  out[2] <-- table[0] + 10 * table[1] + 100 * table[2];
  var both[2] = pair(in);
  out[3] <-- both[0]; out[4] <-- both[1];
  var total = 0;
  if (in % 2 == 1) {
    for (var i = 0; i < 3; i++) { if (many[i][0] > many[i][1]) { total += many[i][0]; } else { total -= 1; } }
  } else if (in % 3 == 1) { total = many[2][1]; }
  out[5] <-- total;
  component squares[2];
  for (var i = 0; i < 2; i++) { squares[i] = Square(); squares[i].in <== many[i][1] + in; }
  out[6] <== squares[0].out;
  out[7] <-- squares[1].out > in ? squares[0].out : 1 / (in - 4);
  out[8] <-- many[low > 2 ? 2 : low][1];
  out[9] <-- in == 4 ? 0 : many[0][0] \\ (in - 4);
  if (in < 1000) { assert(many[0][0] != 77); }
  log("in", in);
  out[10] <== in;
  out[11] <-- low * (low - 1);
}
component main { public [in] } = Control();
`;

describe.runIf(built)("control flow", () => {
  let programPath: string;
  beforeAll(async () => {
    ({ programPath } = await compileCircuit(CONTROL_CIRCUIT));
  });

  const many = (first: bigint): bigint[][] => [
    [first, 2n],
    [5n, -3n],
    [0n, 2n ** 40n],
  ];

  it("follows branches, indices and returns that depend on the input", async () => {
    for (const value of [0n, 1n, 2n, 3n, 4n, 5n, 7n, 9n, 10n, 11n, 42n, 99n, 100n, 1001n, 2n ** 200n, -1n]) {
      await expectSame(programPath, { in: value, many: many(3n) });
    }
    await expectSame(programPath, { in: 1000n, many: many(77n) });
  });

  it("refuses what an assertion on one branch refuses", async () => {
    await expectRefused(programPath, { in: 999n, many: many(77n) }, /there is no witness/);
  });
});

describe.runIf(built)("errors and limits", () => {
  it("leaves wrong inputs and false assertions to the WASM program's messages", async () => {
    const { programPath } = await compileCircuit(PRODUCT_CIRCUIT);
    await expectSame(programPath, PRODUCT_INPUT);
    const { a, ...missing } = PRODUCT_INPUT;
    await expectRefused(programPath, { ...missing }, /input/);
    await expectRefused(programPath, { ...PRODUCT_INPUT, d: a }, /no input signal d/);
    await expectRefused(programPath, { ...PRODUCT_INPUT, factors: [1, 2, 3] }, /factors/);
    const failure = await generateWitness({ programPath, input: { ...PRODUCT_INPUT, a: 7 } }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(WitnessGenerationError);
    expect((failure as WitnessGenerationError).message).toMatch(/Product|Bits/);
    const input = { ...PRODUCT_INPUT, a: SCALAR_FIELD_PRIME };
    await expect(generateWitness({ programPath, input })).rejects.toThrow(WitnessInputError);
  });

  it("has no native form for loops whose length depends on the input, and still gives the witness", async () => {
    const { programPath } = await compileCircuit(`pragma circom 2.2.0;
      template Length() {
        signal input in; signal output out;
        var n = 0; var x = in;
        while (x > 0) { x = x >> 1; n++; }
        out <-- n;
        out * 0 === 0;
      }
      component main = Length();`);
    expect(await nativeWitnessSupport(programPath)).toMatchObject({ supported: false });
    const input = { in: 1000 };
    expect(await tryGenerateWitnessNative({ programPath, input })).toBeUndefined();
    expect(await generateWitness({ programPath, input })).toEqual(
      await generateWitnessWasm({ programPath, input }),
    );
  });

  it("survives programs that are cut or changed anywhere", async () => {
    const { programPath } = await compileCircuit(PRODUCT_CIRCUIT);
    const bytes = await readFile(programPath);
    const folder = await temporaryFolder();
    let noise = 12345;
    for (let round = 0; round < 300; round++) {
      noise = (noise * 1103515245 + 12345) & 0x7fffffff;
      const changed = Uint8Array.from(round % 3 === 0 ? bytes.subarray(0, noise % bytes.length) : bytes);
      // Half of the changes hit the circuit's own code and data, at the end of the file.
      const from = round % 2 === 0 ? 0 : Math.floor(changed.length * 0.85);
      const place = from + ((noise >> 3) % Math.max(1, changed.length - from));
      if (place < changed.length) changed[place] = (changed[place] as number) ^ (1 << (noise & 7));
      const path = join(folder, `${round}.wasm`);
      await writeFile(path, changed);
      await tryGenerateWitnessNative({ programPath: path, input: PRODUCT_INPUT });
    }
    const missing = await nativeWitnessSupport(join(folder, "missing.wasm"));
    expect(missing).toMatchObject({ supported: false });
  });

  it("stops waiting when aborted, and runs side by side", async () => {
    const { programPath } = await compileCircuit(PRODUCT_CIRCUIT);
    const controller = new AbortController();
    const work = tryGenerateWitnessNative({ programPath, input: PRODUCT_INPUT, signal: controller.signal });
    controller.abort();
    await expect(work).rejects.toThrow(AbortedError);
    const all = await Promise.all(
      Array.from({ length: 8 }, () => tryGenerateWitnessNative({ programPath, input: PRODUCT_INPUT })),
    );
    for (const witness of all) expect(witness).toEqual(all[0]);
  });
});
