// Development keys: snarkjs proves with them and verifies; the constants are what their strings say.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildBn128 } from "ffjavascript";
import * as snarkjs from "snarkjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { windowBitsFor } from "../src/curve/fixed-base.js";
import { multiplyGenerator } from "../src/curve/fixed-base-pool.js";
import { writeUint256 } from "../src/field.js";
import { decodeG1, decodeG2 } from "../src/files/zkey.js";
import {
  closeProver,
  contractVerificationKey,
  DEVELOPMENT_ALPHA,
  DEVELOPMENT_BETA,
  DEVELOPMENT_DOMAINS,
  DEVELOPMENT_TAU,
  developmentConstants,
  developmentDelta,
  developmentSetup,
  encodeWitness,
  ensureDevelopmentKey,
  isDevelopmentKey,
  openFileSource,
  readVerificationKey,
  readZkey,
  SCALAR_FIELD_PRIME,
  validateZkey,
} from "../src/index.js";
import { temporaryFolder } from "./compile-circuit.js";
import { type RandomR1csParameters, randomR1cs } from "./random-r1cs.js";

let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(async () => {
  const curve = (globalThis as { curve_bn128?: { terminate(): Promise<void> } | null }).curve_bn128;
  await Promise.all([closeProver(), curve?.terminate()]);
});

async function writeSystem(parameters: RandomR1csParameters): Promise<{ path: string; witness: Uint8Array }> {
  const system = randomR1cs(parameters);
  const path = join(folder, `${parameters.seed}.r1cs`);
  await writeFile(path, system.bytes);
  return { path, witness: encodeWitness(system.witness) };
}

describe("development setup", () => {
  const systems: RandomR1csParameters[] = [
    { seed: 1, constraintCount: 1, publicInputCount: 1 },
    { seed: 2, constraintCount: 7, publicInputCount: 1, unusedWireCount: 3 },
    { seed: 3, constraintCount: 14, publicOutputCount: 1, publicInputCount: 1 },
    { seed: 4, constraintCount: 13, publicInputCount: 3, emptyRowEvery: 2 },
    {
      seed: 5,
      constraintCount: 60,
      publicOutputCount: 2,
      publicInputCount: 1,
      unusedWireCount: 4,
      emptyRowEvery: 5,
    },
    { seed: 6, constraintCount: 3000, publicInputCount: 3, unusedWireCount: 10, emptyRowEvery: 100 },
  ];
  test.each(systems)("gives a key that snarkjs proves and verifies with: %o", async (parameters) => {
    const { path, witness } = await writeSystem(parameters);
    const zkeyPath = `${path}.zkey`;
    const { verificationKey } = await developmentSetup({ r1csPath: path, zkeyPath });
    const { vk_alphabeta_12: _, ...exported } = await snarkjs.zKey.exportVerificationKey(zkeyPath);
    expect(exported).toEqual(verificationKey);
    const { proof, publicSignals } = await snarkjs.groth16.prove(zkeyPath, witness);
    expect(await snarkjs.groth16.verify(verificationKey, publicSignals, proof)).toBe(true);
    const wrong = publicSignals.with(0, "12345");
    expect(await snarkjs.groth16.verify(verificationKey, wrong, proof)).toBe(false);
    const source = await openFileSource(zkeyPath, "zkey");
    await validateZkey(await readZkey(source));
    await source.close();
  });

  test("gives the same bytes for the same system, with any number of threads, and leaves no other file", async () => {
    const { path } = await writeSystem({ seed: 7, constraintCount: 200, publicInputCount: 2 });
    const output = join(folder, "deterministic");
    await mkdir(output);
    const hashes: string[] = [];
    for (const threadCount of [1, 2, 3]) {
      const zkeyPath = join(output, "key.zkey");
      await developmentSetup({ r1csPath: path, zkeyPath, threadCount });
      hashes.push(
        createHash("sha256")
          .update(await readFile(zkeyPath))
          .digest("hex"),
      );
    }
    expect(new Set(hashes).size).toBe(1);
    expect(await readdir(output)).toEqual(["key.zkey"]);
  });

  test("gives the same bytes with and without the native prover", async () => {
    const { path } = await writeSystem({
      seed: 15,
      constraintCount: 300,
      publicInputCount: 2,
      unusedWireCount: 4,
    });
    const keys: Buffer[] = [];
    const chosen = process.env.CATALYZE_BACKEND;
    for (const backend of ["", "snarkjs"]) {
      process.env.CATALYZE_BACKEND = backend;
      await developmentSetup({ r1csPath: path, zkeyPath: `${path}.zkey` });
      keys.push(await readFile(`${path}.zkey`));
    }
    if (chosen === undefined) delete process.env.CATALYZE_BACKEND;
    else process.env.CATALYZE_BACKEND = chosen;
    expect(keys[0]!.equals(keys[1]!)).toBe(true);
  });

  test("gives each circuit its own delta, never gamma", async () => {
    const { path: first } = await writeSystem({ seed: 8, constraintCount: 5, publicInputCount: 3 });
    const { path: second } = await writeSystem({ seed: 9, constraintCount: 5, publicInputCount: 3 });
    const keys = [];
    for (const path of [first, second]) {
      keys.push((await developmentSetup({ r1csPath: path, zkeyPath: `${path}.zkey` })).verificationKey);
    }
    expect(keys[0]!.vk_delta_2).not.toEqual(keys[1]!.vk_delta_2);
    for (const key of keys) expect(key.vk_delta_2).not.toEqual(key.vk_gamma_2);
    expect(developmentDelta(await readFile(first))).toBeGreaterThan(1n);
    const { delta, ic } = contractVerificationKey(keys[0]!);
    const [[x0, x1], [y0, y1]] = keys[0]!.vk_delta_2 as [[string, string], [string, string]];
    expect(delta).toEqual([x1, x0, y1, y0].map(BigInt));
    expect(ic).toHaveLength(4);
    expect(ic[3]).toEqual(keys[0]!.IC[3]!.slice(0, 2).map(BigInt));
  });

  test("stops when it is aborted, and leaves nothing", async () => {
    const { path } = await writeSystem({ seed: 10, constraintCount: 3000, publicInputCount: 1 });
    const output = join(folder, "aborted");
    await mkdir(output);
    const controller = new AbortController();
    const setup = developmentSetup({
      r1csPath: path,
      zkeyPath: join(output, "key.zkey"),
      signal: controller.signal,
      onProgress: ({ phase }) => phase === "points" && controller.abort(),
    });
    await expect(setup).rejects.toMatchObject({ code: "PROVER_ABORTED" });
    expect(await readdir(output)).toEqual([]);
  });

  test("fails with typed errors", async () => {
    const zkeyPath = join(folder, "never.zkey");
    const missing = developmentSetup({ r1csPath: join(folder, "none.r1cs"), zkeyPath });
    await expect(missing).rejects.toMatchObject({ code: "PROVER_SETUP_FAILED" });
    const r1csPath = join(folder, "broken.r1cs");
    await writeFile(r1csPath, "r1cs but not really");
    await expect(developmentSetup({ r1csPath, zkeyPath })).rejects.toMatchObject({
      code: "PROVER_FILE_INVALID",
    });
    const { path } = await writeSystem({ seed: 11, constraintCount: 2, publicInputCount: 1 });
    const unwritable = developmentSetup({
      r1csPath: path,
      zkeyPath: join(folder, "no", "folder", "key.zkey"),
    });
    await expect(unwritable).rejects.toMatchObject({ code: "PROVER_SETUP_FAILED" });
  });
});

describe.each(["", "snarkjs"])("development setup, backend %j", (backend) => {
  const chosen = process.env.CATALYZE_BACKEND;
  beforeAll(() => {
    process.env.CATALYZE_BACKEND = backend;
  });
  afterAll(() => {
    if (chosen === undefined) delete process.env.CATALYZE_BACKEND;
    else process.env.CATALYZE_BACKEND = chosen;
  });

  test.each<[string, (bytes: Buffer, at: number) => void, string]>([
    [
      "a wire that does not exist",
      (bytes, at) => void bytes.writeUInt32LE(2 ** 32 - 1, at + 4),
      "out_of_range",
    ],
    [
      "a coefficient that is too large",
      (bytes, at) => void bytes.fill(0xff, at + 8, at + 40),
      "out_of_range",
    ],
    ["more terms than there are", (bytes, at) => void bytes.writeUInt32LE(2 ** 32 - 1, at), "truncated"],
  ])("refuses a constraint with %s", async (_name, change, reason) => {
    const { path } = await writeSystem({ seed: 12, constraintCount: 9, publicInputCount: 1 });
    const bytes = await readFile(path);
    let at = 12;
    while (bytes.readUInt32LE(at) !== 2) at += 12 + Number(bytes.readBigUInt64LE(at + 4));
    change(bytes, at + 12);
    await writeFile(path, bytes);
    await expect(developmentSetup({ r1csPath: path, zkeyPath: `${path}.zkey` })).rejects.toMatchObject({
      code: "PROVER_FILE_INVALID",
      fileKind: "r1cs",
      section: "constraints",
      reason,
    });
  });

  test("refuses a count of constraints that is too small", async () => {
    const { path } = await writeSystem({ seed: 13, constraintCount: 9, publicInputCount: 1 });
    const bytes = await readFile(path);
    let at = 12;
    while (bytes.readUInt32LE(at) !== 1) at += 12 + Number(bytes.readBigUInt64LE(at + 4));
    bytes.writeUInt32LE(8, at + 12 + 60);
    await writeFile(path, bytes);
    await expect(developmentSetup({ r1csPath: path, zkeyPath: `${path}.zkey` })).rejects.toMatchObject({
      section: "constraints",
      reason: "wrong_size",
    });
  });
});

describe("published constants", () => {
  test("are derived from their strings", async () => {
    const { keccak256, stringToBytes } = await import("viem");
    const derive = (domain: string): bigint => BigInt(keccak256(stringToBytes(domain))) % SCALAR_FIELD_PRIME;
    expect(derive(DEVELOPMENT_DOMAINS.tau)).toBe(DEVELOPMENT_TAU);
    expect(derive(DEVELOPMENT_DOMAINS.alpha)).toBe(DEVELOPMENT_ALPHA);
    expect(derive(DEVELOPMENT_DOMAINS.beta)).toBe(DEVELOPMENT_BETA);
  });

  test("have the published points, which a key holds and is recognised by", async () => {
    const { path } = await writeSystem({ seed: 12, constraintCount: 4, publicInputCount: 3 });
    const { verificationKey } = await developmentSetup({ r1csPath: path, zkeyPath: `${path}.zkey` });
    const { alpha, beta, gamma } = developmentConstants;
    expect(verificationKey.vk_alpha_1.slice(0, 2).map(BigInt)).toEqual([alpha.x, alpha.y]);
    expect(verificationKey.vk_beta_2.slice(0, 2).map((part) => part.map(BigInt))).toEqual([beta.x, beta.y]);
    expect(verificationKey.vk_gamma_2.slice(0, 2).map((part) => part.map(BigInt))).toEqual([
      gamma.x,
      gamma.y,
    ]);
    expect(isDevelopmentKey(verificationKey)).toBe(true);
    expect(isDevelopmentKey({ vk_alpha_1: ["1", "2", "1"] })).toBe(false);
  });
});

test("fixed-base multiplication agrees with ffjavascript, also at the edges of the windows", async () => {
  const curve = (await buildBn128(true)) as unknown as Record<
    "G1" | "G2",
    {
      g: Uint8Array;
      timesScalar(p: Uint8Array, s: bigint): Uint8Array;
      toAffine(p: Uint8Array): Uint8Array;
      toObject(p: Uint8Array): unknown[];
    }
  >;
  const r = SCALAR_FIELD_PRIME;
  const values = [0n, 1n, 2n, 3n, r - 1n, r - 2n, (r - 1n) / 2n, (r + 1n) / 2n, 1n << 253n, 255n, 256n, 257n];
  for (const bits of [4n, 5n, 8n, 15n])
    values.push(1n << (bits - 1n), (1n << (bits - 1n)) + 1n, (1n << (bits * 3n)) - 1n);
  for (let i = 0n; i < 40n; i++) values.push((DEVELOPMENT_TAU * (i * i + 7n)) % r);
  const scalars = new SharedArrayBuffer(values.length * 32);
  for (const [index, value] of values.entries()) writeUint256(new Uint8Array(scalars), index * 32, value);
  const [g1, g2] = await multiplyGenerator(
    [
      { group: "g1", scalars },
      { group: "g2", scalars },
    ],
    { threadCount: 2 },
  );
  expect(windowBitsFor(110_000)).toBe(15);
  values.forEach((value, index) => {
    const one = curve.G1.toObject(curve.G1.toAffine(curve.G1.timesScalar(curve.G1.g, value)));
    const two = curve.G2.toObject(curve.G2.toAffine(curve.G2.timesScalar(curve.G2.g, value)));
    const ours = decodeG1(new Uint8Array(g1!), index * 64, "points A");
    const oursTwo = decodeG2(new Uint8Array(g2!), index * 128, "points B2");
    if (value === 0n) {
      expect([ours, oursTwo]).toEqual([
        { x: 0n, y: 0n },
        { x: [0n, 0n], y: [0n, 0n] },
      ]);
    } else {
      expect([ours.x, ours.y]).toEqual(one.slice(0, 2));
      expect([oursTwo.x, oursTwo.y]).toEqual(two.slice(0, 2));
    }
  });
});

describe("key cache", () => {
  test("an aborted caller does not take others along", async () => {
    const { path } = await writeSystem({ seed: 14, constraintCount: 40, publicInputCount: 3 });
    const cacheDirectory = join(folder, "cache", "aborted");
    const controller = new AbortController();
    const aborted = ensureDevelopmentKey({ r1csPath: path, cacheDirectory, signal: controller.signal });
    const other = ensureDevelopmentKey({ r1csPath: path, cacheDirectory });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: "PROVER_ABORTED" });
    expect(isDevelopmentKey(await readVerificationKey(await other))).toBe(true);
  });

  test("makes a key once for concurrent callers, reuses it, and replaces a damaged one", async () => {
    const { path } = await writeSystem({ seed: 13, constraintCount: 20, publicInputCount: 3 });
    const cacheDirectory = join(folder, "cache", "keys");
    const parameters = { r1csPath: path, cacheDirectory };
    const paths = await Promise.all([1, 2, 3].map(() => ensureDevelopmentKey(parameters)));
    expect(new Set(paths).size).toBe(1);
    const [zkeyPath] = paths as [string];
    expect(await readdir(cacheDirectory)).toHaveLength(1);
    const { mtimeMs, size } = await stat(zkeyPath);
    expect(await ensureDevelopmentKey(parameters)).toBe(zkeyPath);
    expect((await stat(zkeyPath)).mtimeMs).toBe(mtimeMs);
    await truncate(zkeyPath, size - 1);
    expect(await ensureDevelopmentKey(parameters)).toBe(zkeyPath);
    expect((await stat(zkeyPath)).size).toBe(size);
    expect(isDevelopmentKey(await readVerificationKey(zkeyPath))).toBe(true);
  });
});
