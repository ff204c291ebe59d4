// From a circom circuit to a verified proof: witness, development key, snarkjs backend, verification, encoding.
// snarkjs is the oracle for keys, witnesses and proofs.

import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import * as snarkjs from "snarkjs";
import typescript from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  closeProver,
  decodeProofFromContract,
  developmentSetup,
  encodeProofForContract,
  encodeWitness,
  generateWitness,
  isNativeAvailable,
  type Proof,
  ProofInvalidError,
  type ProverBackend,
  prove,
  readWitness,
  SCALAR_FIELD_PRIME,
  SnarkjsBackend,
  selectBackend,
  type VerificationKey,
  verifyProof,
  witnessValue,
} from "../src/index.js";
import { type CompiledCircuit, compileCircuit, PRODUCT_CIRCUIT, PRODUCT_INPUT } from "./compile-circuit.js";

let circuit: CompiledCircuit;
let provingKeyPath: string;
let verificationKey: VerificationKey;
let witness: Uint8Array;

beforeAll(async () => {
  circuit = await compileCircuit(PRODUCT_CIRCUIT);
  provingKeyPath = join(circuit.folder, "circuit.zkey");
  ({ verificationKey } = await developmentSetup({ r1csPath: circuit.r1csPath, zkeyPath: provingKeyPath }));
  witness = await generateWitness({ programPath: circuit.programPath, input: PRODUCT_INPUT });
});

afterAll(async () => {
  const curve = (globalThis as { curve_bn128?: { terminate(): Promise<void> } | null }).curve_bn128;
  await Promise.all([closeProver(), curve?.terminate()]);
});

const toSnarkjs = ({ a, b, c }: Proof): snarkjs.SnarkjsProof => ({
  pi_a: [`${a.x}`, `${a.y}`, "1"],
  pi_b: [b.x.map(String), b.y.map(String), ["1", "0"]],
  pi_c: [`${c.x}`, `${c.y}`, "1"],
  protocol: "groth16",
  curve: "bn128",
});

describe("witness", () => {
  test("is snarkjs's, byte for byte", async () => {
    const output: { type: "mem"; data?: Uint8Array } = { type: "mem" };
    await snarkjs.wtns.calculate(PRODUCT_INPUT, circuit.programPath, output);
    expect(Buffer.from(witness).equals(Buffer.from(output.data!.subarray(0, witness.length)))).toBe(true);
    expect(witnessValue(await readWitness(witness), 1)).toBe(215n);
  });

  test("several at once give the same", async () => {
    const inputs = [1, 2, 3, 4, 5].map((b) => ({ ...PRODUCT_INPUT, b }));
    const witnesses = await Promise.all(inputs.map((input) => generateWitness({ ...circuit, input })));
    for (const [index, bytes] of witnesses.entries()) {
      expect(witnessValue(await readWitness(bytes), 1)).toBe(211n + BigInt(index));
    }
  });

  test.each([
    ["a value that fails an assertion", { a: 7 }, "PROVER_WITNESS_FAILED", /Product.*line/],
    [
      "a value that fails a sub-template's",
      {
        a: 65536,
        factors: [
          [256, 256],
          [1, 1],
        ],
      },
      "PROVER_WITNESS_FAILED",
      /Bits/,
    ],
    [
      "a signal of another size",
      { factors: [[2, 3], [5]] },
      "PROVER_INPUT_INVALID",
      /factors has 4 values, 3/,
    ],
    ["an unknown signal", { d: 1 }, "PROVER_INPUT_INVALID", /no input signal d/],
    ["a value that is not below r", { b: SCALAR_FIELD_PRIME }, "PROVER_INPUT_INVALID", /signal b/],
    ["a fraction", { b: 0.5 }, "PROVER_INPUT_INVALID", /signal b/],
  ])("is refused for %s", async (_name, change, code, message) => {
    const input = { ...PRODUCT_INPUT, ...change };
    const failure = await generateWitness({ ...circuit, input }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("a missing signal, a missing program and another file are refused", async () => {
    const { b: _b, ...input } = PRODUCT_INPUT;
    await expect(generateWitness({ ...circuit, input })).rejects.toMatchObject({
      code: "PROVER_INPUT_INVALID",
    });
    for (const programPath of [join(circuit.folder, "none.wasm"), circuit.r1csPath]) {
      await expect(generateWitness({ programPath, input })).rejects.toMatchObject({
        code: "PROVER_WITNESS_FAILED",
      });
    }
  });

  test("an abort rejects, and the next call works", async () => {
    const controller = new AbortController();
    const aborted = generateWitness({ ...circuit, input: PRODUCT_INPUT, signal: controller.signal });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: "PROVER_ABORTED" });
    expect(await generateWitness({ ...circuit, input: PRODUCT_INPUT })).toEqual(witness);
  });
});

describe("proof", () => {
  test("verifies here and in snarkjs, and only for its public signals", async () => {
    const phases: string[] = [];
    const { proof, publicSignals } = await prove(selectBackend(), {
      provingKeyPath,
      witness,
      onProgress: ({ phase }) => phases.push(phase),
    });
    expect(publicSignals).toEqual([215n, 6n, 5n]);
    expect([...new Set(phases)]).toEqual(["loading", "constraints", "transforms", "points", "verifying"]);
    expect(await snarkjs.groth16.verify(verificationKey, publicSignals.map(String), toSnarkjs(proof))).toBe(
      true,
    );
    expect(await verifyProof(verificationKey, publicSignals, proof)).toBe(true);
    for (let index = 0; index < 3; index++) {
      const changed = publicSignals.map((value, i) => (i === index ? value + 1n : value));
      expect(await verifyProof(verificationKey, changed, proof)).toBe(false);
      const aliased = publicSignals.map((value, i) => (i === index ? value + SCALAR_FIELD_PRIME : value));
      expect(await verifyProof(verificationKey, aliased, proof)).toBe(false);
    }
    expect(await verifyProof(verificationKey, publicSignals.slice(1), proof)).toBe(false);
    expect(await verifyProof(verificationKey, [...publicSignals, 0n], proof)).toBe(false);
    expect(decodeProofFromContract(encodeProofForContract(proof))).toEqual(proof);
  });

  test("with a changed, off-curve or infinite point does not verify", async () => {
    const { proof, publicSignals } = await prove(selectBackend(), { provingKeyPath, witness });
    const { a, b, c } = proof;
    const zero = { x: 0n, y: 0n };
    const changes: Proof[] = [
      { ...proof, a: c },
      { ...proof, c: a },
      { ...proof, a: { x: a.x, y: a.y + 1n } },
      { ...proof, a: zero },
      { ...proof, c: zero },
      { ...proof, b: { x: [0n, 0n], y: [0n, 0n] } },
      { ...proof, b: { x: [b.x[1], b.x[0]], y: b.y } },
    ];
    for (const changed of changes)
      expect(await verifyProof(verificationKey, publicSignals, changed)).toBe(false);
  });

  test("never leaves for a witness that does not satisfy the constraints", async () => {
    const values = Array.from({ length: (await readWitness(witness)).wireCount }, () => 0n);
    const parsed = await readWitness(witness);
    values.forEach((_, wire) => {
      values[wire] = witnessValue(parsed, wire);
    });
    values[1] = 216n;
    const forged = prove(selectBackend(), { provingKeyPath, witness: encodeWitness(values) });
    await expect(forged).rejects.toBeInstanceOf(ProofInvalidError);
  });

  test("of a backend that answers for other public signals is refused", async () => {
    const honest = selectBackend();
    const lying: ProverBackend = {
      name: "snarkjs",
      close: async () => undefined,
      prove: async (parameters) => ({ ...(await honest.prove(parameters)), publicSignals: [1n, 2n, 3n] }),
    };
    await expect(prove(lying, { provingKeyPath, witness })).rejects.toBeInstanceOf(ProofInvalidError);
  });

  test("fails with typed errors for a missing key, a broken witness and a witness of another circuit", async () => {
    const backend = selectBackend();
    const missing = prove(backend, { provingKeyPath: join(circuit.folder, "none.zkey"), witness });
    await expect(missing).rejects.toMatchObject({ code: "PROVER_SETUP_FAILED" });
    const broken = prove(backend, { provingKeyPath, witness: witness.subarray(0, 100) });
    await expect(broken).rejects.toMatchObject({ code: "PROVER_FILE_INVALID", fileKind: "wtns" });
    const other = prove(backend, { provingKeyPath, witness: encodeWitness([1n, 2n]) });
    await expect(other).rejects.toMatchObject({ code: "PROVER_BACKEND_FAILED" });
  });
});

describe("backend", () => {
  test("is chosen by name", () => {
    expect(selectBackend("snarkjs").name).toBe("snarkjs");
    expect(selectBackend()).toBe(selectBackend(process.env.CATALYZE_BACKEND));
    expect(selectBackend().name).toBe(
      process.env.CATALYZE_BACKEND || (isNativeAvailable() ? "native" : "snarkjs"),
    );
    expect(() => selectBackend("abacus")).toThrow(
      expect.objectContaining({ code: "PROVER_BACKEND_UNKNOWN" }),
    );
  });

  test("an aborted proof is rejected; others are made", async () => {
    const backend = new SnarkjsBackend();
    const controller = new AbortController();
    const aborted = backend.prove({ provingKeyPath, witness, signal: controller.signal });
    const kept = backend.prove({ provingKeyPath, witness });
    setTimeout(() => controller.abort(), 20);
    await expect(aborted).rejects.toMatchObject({ code: "PROVER_ABORTED" });
    const { proof, publicSignals } = await kept;
    expect(await verifyProof(verificationKey, publicSignals, proof)).toBe(true);
    await backend.close();
  });

  test("closing rejects what is in progress", async () => {
    const backend = new SnarkjsBackend();
    const pending = backend.prove({ provingKeyPath, witness });
    const expectation = expect(pending).rejects.toMatchObject({ code: "PROVER_BACKEND_FAILED" });
    await backend.close();
    await expectation;
  });
});

/** Transpiles the sources into a folder of the workspace, so that a plain Node process can run them. */
async function transpileSources(): Promise<string> {
  const workspace = join(import.meta.dirname, "..");
  const output = join(workspace, ".cache", `sources-${process.pid}`);
  const files = (await readdir(join(workspace, "src"), { recursive: true })).filter((file) =>
    file.endsWith(".ts"),
  );
  for (const file of files) {
    const target = join(output, file.replace(/\.ts$/, ".js"));
    const compilerOptions = { module: typescript.ModuleKind.ESNext, target: typescript.ScriptTarget.ES2022 };
    const source = await readFile(join(workspace, "src", file), "utf8");
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, typescript.transpileModule(source, { compilerOptions }).outputText);
  }
  return output;
}

test("idle threads and processes do not keep a process alive", async () => {
  const sources = await transpileSources();
  try {
    const input = {
      a: 6,
      b: 5,
      factors: [
        [2, 3],
        [5, 7],
      ],
      unused: 0,
    };
    const program = `
      import { closeProver, generateWitness, prove, selectBackend } from ${JSON.stringify(join(sources, "index.js"))};
      const input = ${JSON.stringify(input)};
      const witness = await generateWitness({ programPath: ${JSON.stringify(circuit.programPath)}, input });
      await prove(selectBackend(), { provingKeyPath: ${JSON.stringify(provingKeyPath)}, witness });
      if (process.argv.includes("close")) await closeProver();
      console.log("proven");`;
    for (const ending of ["idle", "close"]) {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ["--input-type=module", "--eval", program, ending],
        { timeout: 60_000 },
      );
      expect(stdout.trim()).toBe("proven");
    }
  } finally {
    await rm(sources, { recursive: true });
  }
});
