// The native library by itself: its self-test on every arithmetic path, and its fields against bigint.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildNative, TOOL_PATH } from "../native/build.mjs";
import { BASE_FIELD_PRIME, modularInverse, SCALAR_FIELD_PRIME } from "../src/field.js";
import { closeProver, developmentSetup, encodeWitness, type Proof, verifyProof } from "../src/index.js";
import { temporaryFolder } from "./compile-circuit.js";
import { createRandom, randomR1cs } from "./random-r1cs.js";

let isBuilt = false;
const REASON = "the native prover has not been built: there is no compiler here";

beforeAll(async () => {
  const { status, message } = await buildNative();
  // A compiler that is there must manage.
  expect(status, message).not.toBe("failed");
  isBuilt = status !== "unavailable";
});

const FIELDS = { q: BASE_FIELD_PRIME, r: SCALAR_FIELD_PRIME };
const OPERATIONS: Readonly<Record<string, (a: bigint, b: bigint, p: bigint) => bigint>> = {
  "+": (a, b, p) => (a + b) % p,
  "-": (a, b, p) => (a - b + p) % p,
  "*": (a, b, p) => (a * b) % p,
  "/": (a, _b, p) => modularInverse(a, p),
};

/** Edges of the field and of the limbs of both representations, then pseudo-random values. */
function valuesBelow(p: bigint): bigint[] {
  const values = [0n, 1n, 2n, p - 1n, p - 2n, (p - 1n) / 2n, (p + 1n) / 2n];
  for (const bit of [51n, 52n, 63n, 64n, 104n, 128n, 156n, 192n, 208n, 253n])
    values.push((1n << bit) % p, ((1n << bit) - 1n) % p);
  const random = createRandom(77);
  while (values.length < 60) {
    const words = Array.from({ length: 8 }, () => BigInt(random(0xffffffff)));
    values.push(words.reduce((value, word) => (value << 32n) | word) % p);
  }
  return values;
}

async function runField(lines: readonly string[]): Promise<string[]> {
  const child = spawn(TOOL_PATH, ["field"], { stdio: ["pipe", "pipe", "ignore"] });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stdin.end(lines.join("\n"));
  await once(child, "close");
  return output.trim().split("\n");
}

describe("native library", () => {
  test.for([1, 2])("passes its self-test on every path, seed %i", async (seed, { skip }) => {
    if (!isBuilt) skip(REASON);
    const { stdout } = await promisify(execFile)(TOOL_PATH, ["self-test", String(seed)]);
    expect(stdout).toMatch(/^portable: 0 failures/);
    expect(stdout.match(/failures/g)).toHaveLength(stdout.match(/: 0 failures/g)!.length);
  });

  test.for(["q", "r"] as const)(
    "computes in the field %s as bigint does, on all paths",
    async (name, { skip }) => {
      if (!isBuilt) skip(REASON);
      const p = FIELDS[name];
      const values = valuesBelow(p);
      const lines: string[] = [];
      const expected: bigint[] = [];
      for (const [operation, compute] of Object.entries(OPERATIONS)) {
        for (const a of values) {
          for (const b of operation === "/" ? [1n] : values) {
            lines.push(`${name} ${operation} ${a.toString(16)} ${b.toString(16)}`);
            expected.push(compute(a, b, p));
          }
        }
      }
      const results = await runField(lines);
      expect(results.map((line) => BigInt(`0x${line}`))).toEqual(expected);
    },
  );

  test("uses the path that CATALYZE_CPU names, and refuses one that does not exist", async ({ skip }) => {
    if (!isBuilt) skip(REASON);
    const run = (name: string) =>
      promisify(execFile)(TOOL_PATH, ["path"], { env: { ...process.env, CATALYZE_CPU: name } });
    expect((await run("portable")).stdout).toBe("portable\n");
    await expect(run("abacus")).rejects.toMatchObject({
      stderr: expect.stringContaining("portable, mulx or ifma"),
    });
  });
});

describe("proofs from files", () => {
  const seed = { seed: 7, constraintCount: 900, publicInputCount: 2 };
  let folder: string;
  let path: (name: string) => string;
  let system: ReturnType<typeof randomR1cs>;
  let verificationKey: Awaited<ReturnType<typeof developmentSetup>>["verificationKey"];

  beforeAll(async () => {
    folder = await temporaryFolder();
    path = (name) => join(folder, name);
    system = randomR1cs(seed);
    await writeFile(path("system.r1cs"), system.bytes);
    ({ verificationKey } = await developmentSetup({
      r1csPath: path("system.r1cs"),
      zkeyPath: path("key.zkey"),
    }));
    await writeFile(path("good.wtns"), encodeWitness(system.witness));
  });
  afterAll(closeProver);

  const run = (key: string, witness: string) =>
    promisify(execFile)(TOOL_PATH, [
      "prove",
      path(key),
      path(witness),
      path("proof.json"),
      path("public.json"),
    ]);

  async function readProof(): Promise<{ proof: Proof; publicSignals: bigint[] }> {
    const { pi_a, pi_b, pi_c } = JSON.parse(await readFile(path("proof.json"), "utf8"));
    const pair = ([x, y]: string[]): [bigint, bigint] => [BigInt(x!), BigInt(y!)];
    const point = ([x, y]: string[]) => ({ x: BigInt(x!), y: BigInt(y!) });
    const signals: string[] = JSON.parse(await readFile(path("public.json"), "utf8"));
    return {
      proof: { a: point(pi_a), b: { x: pair(pi_b[0]), y: pair(pi_b[1]) }, c: point(pi_c) },
      publicSignals: signals.map(BigInt),
    };
  }

  test("verify, and never for a witness that does not satisfy the constraints", async ({ skip }) => {
    if (!isBuilt) skip(REASON);
    await run("key.zkey", "good.wtns");
    const good = await readProof();
    expect(good.publicSignals).toEqual(system.witness.slice(1, 3));
    expect(await verifyProof(verificationKey, good.publicSignals, good.proof)).toBe(true);
    const wrong = system.witness.with(-1, (system.witness.at(-1)! + 1n) % SCALAR_FIELD_PRIME);
    await writeFile(path("wrong.wtns"), encodeWitness(wrong));
    await run("key.zkey", "wrong.wtns");
    const bad = await readProof();
    expect(await verifyProof(verificationKey, bad.publicSignals, bad.proof)).toBe(false);
  });

  test.for<[string, (bytes: Buffer) => Buffer | undefined, string]>([
    ["empty", () => Buffer.alloc(0), "section: container; reason: truncated"],
    ["magic", (bytes) => void bytes.writeUInt8(0, 0), "section: container; reason: wrong_magic"],
    ["version", (bytes) => void bytes.writeUInt32LE(1, 4), "section: container; reason: wrong_version"],
    ["cut", (bytes) => bytes.subarray(0, bytes.length - 1), "section: container; reason: truncated"],
    [
      "length",
      (bytes) => void bytes.writeBigUInt64LE(2n ** 63n, 68),
      "section: container; reason: truncated",
    ],
    ["no values", (bytes) => void bytes.writeUInt32LE(7, 64), "section: values; reason: missing_section"],
    ["field", (bytes) => void bytes.writeUInt8(2, 28), "section: header; reason: wrong_field"],
    ["value size", (bytes) => void bytes.writeUInt32LE(31, 24), "section: header; reason: wrong_field"],
    ["count", (bytes) => void bytes.writeUInt32LE(2 ** 32 - 1, 60), "section: values; reason: wrong_size"],
    [
      "value of r",
      (bytes) => void bytes.fill(0xff, bytes.length - 32),
      "section: values; reason: out_of_range",
    ],
    ["first wire", (bytes) => void bytes.writeUInt8(2, 76), "section: values; reason: out_of_range"],
    [
      "other circuit",
      () => Buffer.from(encodeWitness(system.witness.slice(1).with(0, 1n))),
      "section: values; reason: wrong_size",
    ],
  ])("refuse a damaged witness: %s", async ([, change, message], { skip }) => {
    if (!isBuilt) skip(REASON);
    const bytes = await readFile(path("good.wtns"));
    await writeFile(path("damaged.wtns"), change(bytes) ?? bytes);
    await expect(run("key.zkey", "damaged.wtns")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(message),
    });
  });

  test("end with an error, not a signal, when the key shrinks while it is read", async ({ skip }) => {
    if (!isBuilt) skip(REASON);
    for (let wait = 0; wait < 12; wait++) {
      await copyFile(path("key.zkey"), path("shrinking.zkey"));
      const result = run("shrinking.zkey", "good.wtns").then(
        () => ({ code: 0, signal: null }),
        (error: { code: unknown; signal: unknown }) => ({ code: error.code, signal: error.signal }),
      );
      await delay(wait);
      await truncate(path("shrinking.zkey"), 1000 * wait);
      const { code, signal } = await result;
      expect([0, 1]).toContain(code);
      expect(signal).toBeNull();
    }
  });
});
