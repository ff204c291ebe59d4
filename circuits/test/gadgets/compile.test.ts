// The compile tool: cache, copies, typed errors, and the constraint file reader on malformed files.
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CircuitBuildError,
  type CircuitBuildErrorCode,
  calculateWitness,
  checkConstraints,
  compileCircuit,
  readConstraintCounts,
  readConstraintSystem,
} from "@catalyze/circuits/build";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const SOURCE = `pragma circom 2.2.0;
template Product() { signal input a; signal input b; signal output c; c <== a * b; }
component main { public [a] } = Product();
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "catalyze-compile-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function codeOf(action: () => unknown): Promise<CircuitBuildErrorCode | undefined> {
  try {
    await action();
  } catch (error) {
    expect(error).toBeInstanceOf(CircuitBuildError);
    return (error as CircuitBuildError).code;
  }
  return undefined;
}

describe("compileCircuit", () => {
  test("counts, and the same entry for the same content, also at the same time", async () => {
    const [first, second] = await Promise.all([
      compileCircuit({ name: "compile-test", source: SOURCE }),
      compileCircuit({ name: "compile-test", source: SOURCE }),
    ]);
    expect(second).toEqual(first);
    expect(first.constraints).toEqual({
      constraints: 1,
      wires: 4,
      publicOutputs: 1,
      publicInputs: 1,
      privateInputs: 1,
      nonZeros: { a: 1, b: 1, c: 1 },
    });
    const before = (await stat(first.r1csPath)).mtimeMs;
    await compileCircuit({ name: "compile-test", source: SOURCE });
    expect((await stat(first.r1csPath)).mtimeMs).toBe(before);
    const changed = await compileCircuit({ name: "compile-test", source: `${SOURCE}// more\n` });
    expect(changed.key).not.toBe(first.key);
    const flags = await compileCircuit({ name: "compile-test", source: SOURCE, optimization: "O2" });
    expect(flags.key).not.toBe(first.key);
  });

  test("copies go to the output directory", async () => {
    const outputDirectory = join(folder, "deep", "output");
    const compiled = await compileCircuit({ name: "compile-test", source: SOURCE, outputDirectory });
    expect(compiled.r1csPath).toBe(join(outputDirectory, "compile-test.r1cs"));
    expect(readConstraintCounts(compiled.r1csPath)).toEqual(compiled.constraints);
    expect((await readFile(compiled.symPath, "utf8")).includes("main.c")).toBe(true);
  });

  test("errors carry a code, and the compiler's words", async () => {
    const broken = SOURCE.replace("a * b", "a * d");
    await expect(compileCircuit({ name: "broken", source: broken })).rejects.toThrow(/error\[/);
    expect(await codeOf(() => compileCircuit({ name: "broken", source: broken }))).toBe(
      "CIRCUIT_COMPILATION_FAILED",
    );
    expect(await codeOf(() => compileCircuit({ name: "../x", source: SOURCE }))).toBe(
      "CIRCUIT_COMPILATION_FAILED",
    );
    for (const include of ["no/such.circom", "../../package.json", "circomlib/../package.json"]) {
      expect(
        await codeOf(() => compileCircuit({ name: "broken", source: `include "${include}";\n${SOURCE}` })),
      ).toBe("CIRCUIT_INCLUDE_NOT_FOUND");
    }
  });

  test("circomlib can be included", async () => {
    const compiled = await compileCircuit({
      name: "compile-test-circomlib",
      source: `pragma circom 2.2.0; include "circomlib/comparators.circom"; component main = IsZero();`,
    });
    expect(compiled.constraints.constraints).toBe(2);
  });
});

describe("witness and constraint files", () => {
  test("wrong inputs give typed errors", async () => {
    const compiled = await compileCircuit({ name: "compile-test", source: SOURCE });
    const witness = await calculateWitness(compiled, { a: 3n, b: -1n });
    expect(checkConstraints(compiled, witness)).toEqual({ ok: true });
    expect(checkConstraints(compiled, [1n, 5n, ...witness.slice(2)])).toEqual({ ok: false, constraint: 0 });
    for (const input of [{ a: 1n }, { a: 1n, b: [1n, 2n] }, { a: 1n, b: 1n, x: 1n }]) {
      expect(await codeOf(() => calculateWitness(compiled, input))).toBe("CIRCUIT_INPUT_INVALID");
    }
    expect(await codeOf(() => checkConstraints(compiled, [1n]))).toBe("CIRCUIT_INPUT_INVALID");
  });

  test("malformed constraint files give typed errors", async () => {
    const compiled = await compileCircuit({ name: "compile-test", source: SOURCE });
    const good = await readFile(compiled.r1csPath);
    const path = join(folder, "malformed.r1cs");
    for (let length = 0; length < good.length; length += 7) {
      await writeFile(path, good.subarray(0, length));
      for (const read of [readConstraintCounts, readConstraintSystem]) {
        // Files cut inside the last section (wire labels), which is not read, are still refused by its bounds.
        expect(await codeOf(() => read(path))).toBe("CIRCUIT_R1CS_MALFORMED");
      }
    }
    for (let position = 0; position < good.length; position += 1) {
      const changed = Buffer.from(good);
      changed[position] = changed[position]! ^ 0xff;
      await writeFile(path, changed);
      const code = await codeOf(() => readConstraintSystem(path));
      expect([undefined, "CIRCUIT_R1CS_MALFORMED"]).toContain(code);
    }
  });
});
