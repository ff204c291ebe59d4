// What every backend must do: the same systems, witnesses and damaged files for all of them, with snarkjs verifying.

import { mkdir, open, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as snarkjs from "snarkjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildNative } from "../native/build.mjs";
import {
  closeProver,
  developmentSetup,
  encodeWitness,
  isNativeAvailable,
  NativeBackend,
  type Proof,
  type ProveProgress,
  type ProverBackend,
  prove,
  readVerificationKey,
  SnarkjsBackend,
  selectBackend,
  type VerificationKey,
} from "../src/index.js";
import { temporaryFolder } from "./compile-circuit.js";
import { type RandomR1csParameters, randomR1cs } from "./random-r1cs.js";

interface ProvingSystem {
  readonly provingKeyPath: string;
  readonly verificationKey: VerificationKey;
  readonly witness: Uint8Array;
  readonly values: readonly bigint[];
}

let folder: string;
const systems = new Map<number, ProvingSystem>();

/** One public input to many, empty rows, wires never used; domains from 2 to 2^13. */
const PARAMETERS: readonly RandomR1csParameters[] = [
  { seed: 101, constraintCount: 1, publicInputCount: 1 },
  { seed: 102, constraintCount: 7, publicInputCount: 1, unusedWireCount: 3 },
  { seed: 103, constraintCount: 14, publicOutputCount: 1, publicInputCount: 1 },
  { seed: 104, constraintCount: 40, publicInputCount: 20, emptyRowEvery: 2 },
  { seed: 105, constraintCount: 61, publicOutputCount: 2, publicInputCount: 1, emptyRowEvery: 5 },
  { seed: 106, constraintCount: 300, publicInputCount: 200, unusedWireCount: 50 },
  { seed: 107, constraintCount: 5000, publicInputCount: 3, unusedWireCount: 10, emptyRowEvery: 100 },
];

beforeAll(async () => {
  await buildNative();
  folder = await temporaryFolder();
  for (const parameters of PARAMETERS) systems.set(parameters.seed, await makeSystem(parameters));
});

afterAll(async () => {
  const curve = (globalThis as { curve_bn128?: { terminate(): Promise<void> } | null }).curve_bn128;
  await Promise.all([closeProver(), curve?.terminate()]);
});

async function makeSystem(parameters: RandomR1csParameters): Promise<ProvingSystem> {
  const { bytes, witness } = randomR1cs(parameters);
  const r1csPath = join(folder, `${parameters.seed}.r1cs`);
  const provingKeyPath = join(folder, `${parameters.seed}.zkey`);
  await writeFile(r1csPath, bytes);
  const { verificationKey } = await developmentSetup({ r1csPath, zkeyPath: provingKeyPath });
  return { provingKeyPath, verificationKey, witness: encodeWitness(witness), values: witness };
}

const toSnarkjs = ({ a, b, c }: Proof): snarkjs.SnarkjsProof => ({
  pi_a: [`${a.x}`, `${a.y}`, "1"],
  pi_b: [b.x.map(String), b.y.map(String), ["1", "0"]],
  pi_c: [`${c.x}`, `${c.y}`, "1"],
  protocol: "groth16",
  curve: "bn128",
});

const BACKENDS: readonly (readonly [string, () => ProverBackend])[] = [
  ["snarkjs", () => new SnarkjsBackend()],
  ["native", () => new NativeBackend()],
  [
    "native, two threads, portable arithmetic",
    () => new NativeBackend({ threadCount: 2, cpuPath: "portable" }),
  ],
];

describe.each(BACKENDS)("%s", (name, create) => {
  const isAvailable = (): boolean => name === "snarkjs" || isNativeAvailable();

  async function withBackend(work: (backend: ProverBackend) => Promise<void>): Promise<void> {
    const backend = create();
    try {
      await work(backend);
    } finally {
      await backend.close();
    }
  }

  test.for(PARAMETERS)("proves %o", async ({ seed }, { skip }) => {
    if (!isAvailable()) skip("the native prover has not been built: there is no compiler here");
    const { provingKeyPath, verificationKey, witness, values } = systems.get(seed)!;
    await withBackend(async (backend) => {
      const { proof, publicSignals } = await backend.prove({ provingKeyPath, witness });
      expect(publicSignals).toEqual(values.slice(1, verificationKey.nPublic + 1));
      const signals = publicSignals.map(String);
      expect(await snarkjs.groth16.verify(verificationKey, signals, toSnarkjs(proof))).toBe(true);
      const wrong = signals.with(0, "12345");
      expect(await snarkjs.groth16.verify(verificationKey, wrong, toSnarkjs(proof))).toBe(false);
    });
  });

  test("proves for a witness of zeros, and randomises each proof", async ({ skip }) => {
    if (!isAvailable()) skip("the native prover has not been built: there is no compiler here");
    const { provingKeyPath, verificationKey, values } = systems.get(107)!;
    const zeros = encodeWitness(values.map((_, wire) => (wire === 0 ? 1n : 0n)));
    // Every row of the system multiplies combinations of wires, some of them with the constant one.
    const { witness } = systems.get(107)!;
    await withBackend(async (backend) => {
      const first = await backend.prove({ provingKeyPath, witness });
      const second = await backend.prove({ provingKeyPath, witness });
      expect(second.proof.a).not.toEqual(first.proof.a);
      const { publicSignals } = await backend.prove({ provingKeyPath, witness: zeros });
      expect(publicSignals).toEqual(Array.from({ length: verificationKey.nPublic }, () => 0n));
    });
  });

  test("reports every phase in order, with growing fractions", async ({ skip }) => {
    if (!isAvailable()) skip("the native prover has not been built: there is no compiler here");
    const { provingKeyPath, witness } = systems.get(107)!;
    const reports: ProveProgress[] = [];
    await withBackend(async (backend) => {
      await prove(backend, { provingKeyPath, witness, onProgress: (progress) => reports.push(progress) });
    });
    expect([...new Set(reports.map(({ phase }) => phase))]).toEqual([
      "loading",
      "constraints",
      "transforms",
      "points",
      "verifying",
    ]);
    const fractions = reports.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  test("makes several proofs at once, with several keys", async ({ skip }) => {
    if (!isAvailable()) skip("the native prover has not been built: there is no compiler here");
    await withBackend(async (backend) => {
      await Promise.all(
        [104, 105, 104, 107, 106, 107].map(async (seed) => {
          const { provingKeyPath, verificationKey, witness } = systems.get(seed)!;
          await prove(backend, { provingKeyPath, witness, verificationKey });
        }),
      );
    });
  });

  test("rejects an aborted proof and goes on with others", async ({ skip }) => {
    if (!isAvailable()) skip("the native prover has not been built: there is no compiler here");
    const { provingKeyPath, witness } = systems.get(107)!;
    await withBackend(async (backend) => {
      const controller = new AbortController();
      const aborted = backend.prove({ provingKeyPath, witness, signal: controller.signal });
      const kept = backend.prove({ provingKeyPath, witness });
      setTimeout(() => controller.abort(), 2);
      await expect(aborted).rejects.toMatchObject({ code: "PROVER_ABORTED" });
      expect((await kept).publicSignals).toHaveLength(3);
      const before = backend.prove({ provingKeyPath, witness, signal: AbortSignal.abort() });
      await expect(before).rejects.toMatchObject({ code: "PROVER_ABORTED" });
    });
  });

  test("rejects what is in progress when it is closed, and works again afterwards", async ({ skip }) => {
    if (!isAvailable()) skip("the native prover has not been built: there is no compiler here");
    const { provingKeyPath, witness } = systems.get(107)!;
    await withBackend(async (backend) => {
      const pending = backend.prove({ provingKeyPath, witness });
      const expectation = expect(pending).rejects.toMatchObject({ code: "PROVER_BACKEND_FAILED" });
      await backend.close();
      await expectation;
      expect((await backend.prove({ provingKeyPath, witness })).publicSignals).toHaveLength(3);
    });
  });

  test("refuses witnesses and keys that do not fit, with typed errors", async ({ skip }) => {
    if (!isAvailable()) skip("the native prover has not been built: there is no compiler here");
    const { provingKeyPath, witness } = systems.get(104)!;
    await withBackend(async (backend) => {
      const other = backend.prove({ provingKeyPath, witness: systems.get(103)!.witness });
      await expect(other).rejects.toMatchObject({ code: "PROVER_BACKEND_FAILED" });
      const missing = backend.prove({ provingKeyPath: join(folder, "none.zkey"), witness });
      await expect(missing).rejects.toMatchObject({ code: "PROVER_BACKEND_FAILED" });
    });
  });
});

describe("native", () => {
  async function damaged(name: string, change: (bytes: Buffer) => Buffer | undefined): Promise<string> {
    const bytes = await readFile(systems.get(105)!.provingKeyPath);
    await mkdir(join(folder, "damaged"), { recursive: true });
    const path = join(folder, "damaged", `${name}.zkey`);
    await writeFile(path, change(bytes) ?? bytes);
    return path;
  }

  /** Where a section's payload lies in a development key. */
  function sectionOffset(bytes: Buffer, id: number): number {
    for (let position = 12; ; ) {
      const length = Number(bytes.readBigUInt64LE(position + 4));
      if (bytes.readUInt32LE(position) === id) return position + 12;
      position += 12 + length;
    }
  }

  const setWord = (section: number, offset: number, value: number) => (bytes: Buffer) => {
    bytes.writeUInt32LE(value, sectionOffset(bytes, section) + offset);
    return undefined;
  };
  const setLength = (section: number, length: bigint) => (bytes: Buffer) => {
    bytes.writeBigUInt64LE(length, sectionOffset(bytes, section) - 8);
    return undefined;
  };

  test.for<[string, (bytes: Buffer) => Buffer | undefined, string, string]>([
    ["empty", () => Buffer.alloc(0), "container", "truncated"],
    ["magic", (bytes) => void bytes.writeUInt8(0, 0), "container", "wrong_magic"],
    ["version", (bytes) => void bytes.writeUInt32LE(2, 4), "container", "wrong_version"],
    ["sections", (bytes) => void bytes.writeUInt32LE(0xffffffff, 8), "container", "too_large"],
    ["fewer-sections", (bytes) => void bytes.writeUInt32LE(5, 8), "points B1", "missing_section"],
    ["cut", (bytes) => bytes.subarray(0, bytes.length - 100), "container", "truncated"],
    ["length", setLength(5, 2n ** 63n), "container", "truncated"],
    [
      "duplicate",
      (bytes) => void bytes.writeUInt32LE(5, sectionOffset(bytes, 6) - 12),
      "container",
      "duplicate_section",
    ],
    ["protocol", setWord(1, 0, 2), "protocol", "unsupported"],
    ["field", setWord(2, 4, 7), "header", "wrong_field"],
    ["wires", setWord(2, 72, 1), "header", "out_of_range"],
    ["more-wires", setWord(2, 72, 1 << 20), "points A", "wrong_size"],
    ["huge-wires", setWord(2, 72, 0xffffffff), "header", "too_large"],
    ["domain", setWord(2, 80, 100), "header", "out_of_range"],
    ["other-domain", setWord(2, 80, 1 << 28), "points H", "wrong_size"],
    ["alpha", setWord(2, 84, 12345), "header", "off_curve"],
    ["alpha-range", setWord(2, 84 + 28, 0xffffffff), "header", "out_of_range"],
    ["coefficient-count", setWord(4, 0, 0xffffffff), "coefficients", "wrong_size"],
    ["matrix", setWord(4, 4, 2), "coefficients", "out_of_range"],
    ["row", setWord(4, 8, 1 << 27), "coefficients", "out_of_range"],
    ["wire", setWord(4, 12, 0xffffffff), "coefficients", "out_of_range"],
    ["value", setWord(4, 16 + 28, 0xffffffff), "coefficients", "out_of_range"],
    ["point-a", setWord(5, 0, 99), "points A", "off_curve"],
    ["point-a-range", setWord(5, 28, 0xffffffff), "points A", "out_of_range"],
    ["point-b1", setWord(6, 64 + 32, 99), "points B1", "off_curve"],
    ["point-b2", setWord(7, 64, 99), "points B2", "off_curve"],
    ["point-c", setWord(8, 0, 99), "points C", "off_curve"],
    ["point-h", setWord(9, 64 * 5 + 32, 99), "points H", "off_curve"],
  ])("refuses a damaged key: %s", async ([name, change, section, reason], { skip }) => {
    if (!isNativeAvailable()) skip("the native prover has not been built: there is no compiler here");
    const provingKeyPath = await damaged(name, change);
    const backend = new NativeBackend();
    const failure = backend.prove({ provingKeyPath, witness: systems.get(105)!.witness });
    await expect(failure).rejects.toMatchObject({
      code: "PROVER_FILE_INVALID",
      fileKind: "zkey",
      section,
      reason,
    });
    await backend.close();
  });

  test("reads sections in any order", async ({ skip }) => {
    if (!isNativeAvailable()) skip("the native prover has not been built: there is no compiler here");
    const { verificationKey, witness } = systems.get(105)!;
    const provingKeyPath = await damaged("reversed", (bytes) => {
      const sections: Buffer[] = [];
      for (let position = 12; position < bytes.length; ) {
        const end = position + 12 + Number(bytes.readBigUInt64LE(position + 4));
        sections.unshift(bytes.subarray(position, end));
        position = end;
      }
      return Buffer.concat([bytes.subarray(0, 12), ...sections]);
    });
    const backend = new NativeBackend();
    await prove(backend, { provingKeyPath, witness, verificationKey });
    await backend.close();
  });

  test("reads sections that lie beyond 4 GB", async ({ skip }) => {
    if (!isNativeAvailable()) skip("the native prover has not been built: there is no compiler here");
    const { provingKeyPath, verificationKey, witness } = systems.get(105)!;
    const sparse = join(folder, "sparse.zkey");
    await writeSparseKey(await readFile(provingKeyPath), sparse);
    expect(await readVerificationKey(sparse)).toEqual(verificationKey);
    const backend = new NativeBackend();
    await prove(backend, { provingKeyPath: sparse, witness, verificationKey });
    await backend.close();
    await rm(sparse);
  });

  test("notices that a key was replaced", async ({ skip }) => {
    if (!isNativeAvailable()) skip("the native prover has not been built: there is no compiler here");
    const { verificationKey, witness } = systems.get(105)!;
    const provingKeyPath = await damaged("replaced", () => undefined);
    const backend = new NativeBackend();
    await prove(backend, { provingKeyPath, witness, verificationKey });
    await truncate(provingKeyPath, 1000);
    await expect(backend.prove({ provingKeyPath, witness })).rejects.toMatchObject({ reason: "truncated" });
    await backend.close();
  });

  test("gives the same proof for the same randomness on every arithmetic path, and A and B as the formula says", async ({
    skip,
  }) => {
    if (!isNativeAvailable()) skip("the native prover has not been built: there is no compiler here");
    const { provingKeyPath, witness, values } = systems.get(105)!;
    const randomness = { r: 123456789n << 200n, s: 987654321n };
    const proofs: Proof[] = [];
    for (const cpuPath of ["portable", "mulx", "ifma"] as const) {
      const backend = new NativeBackend({ cpuPath, threadCount: 3 });
      const result = await backend.prove({ provingKeyPath, witness, randomness }).catch((error: unknown) => {
        if (String(error).includes("no arithmetic path")) return undefined;
        throw error;
      });
      if (result !== undefined) proofs.push(result.proof);
      await backend.close();
    }
    for (const proof of proofs) expect(proof).toEqual(proofs[0]);
    const expected = await formula(provingKeyPath, values, randomness);
    expect({ a: proofs[0]!.a, b: proofs[0]!.b }).toEqual(expected);
  });

  test("keeps its memory over many proofs", { timeout: 240_000 }, async ({ skip }) => {
    if (!isNativeAvailable()) skip("the native prover has not been built: there is no compiler here");
    const { provingKeyPath, witness } = systems.get(106)!;
    const backend = selectBackend("native");
    const sizes: number[] = [];
    for (let i = 0; i < 300; i++) {
      await backend.prove({ provingKeyPath, witness });
      if (i % 50 === 49) sizes.push(process.memoryUsage().rss);
    }
    expect(sizes.at(-1)! - sizes[1]!).toBeLessThan(64 << 20);
  });
});

/** A section of 5 GB, a hole in the file, that no reader knows, then the key's own sections. */
async function writeSparseKey(key: Buffer, path: string): Promise<void> {
  const hole = 5 * 2 ** 30;
  const head = Buffer.alloc(24);
  key.copy(head, 0, 0, 8);
  head.writeUInt32LE(key.readUInt32LE(8) + 1, 8);
  head.writeUInt32LE(99, 12);
  head.writeBigUInt64LE(BigInt(hole), 16);
  const file = await open(path, "w");
  try {
    await file.write(head, 0, head.length, 0);
    await file.write(key, 12, key.length - 12, head.length + hole);
  } finally {
    await file.close();
  }
}

/** Affine points of ffjavascript, as far as the formula needs them. */
interface Group {
  zero: Uint8Array;
  add(left: Uint8Array, right: Uint8Array): Uint8Array;
  timesScalar(point: Uint8Array, scalar: bigint): Uint8Array;
  toAffine(point: Uint8Array): Uint8Array;
  toObject(point: Uint8Array): unknown[];
}

/** A = Σ w_i A_i + α + r δ and B = Σ w_i B_i + β + s δ, with ffjavascript, from the file's own points. */
async function formula(
  provingKeyPath: string,
  values: readonly bigint[],
  randomness: { readonly r: bigint; readonly s: bigint },
): Promise<Pick<Proof, "a" | "b">> {
  const { buildBn128 } = await import("ffjavascript");
  const curve = (await buildBn128(true)) as unknown as Record<"G1" | "G2", Group>;
  const file = await open(provingKeyPath);
  const bytes = await file.readFile();
  await file.close();
  const section = (id: number): Buffer => {
    for (let position = 12; ; ) {
      const length = Number(bytes.readBigUInt64LE(position + 4));
      if (bytes.readUInt32LE(position) === id) return bytes.subarray(position + 12, position + 12 + length);
      position += 12 + length;
    }
  };
  const header = section(2);
  const sum = (
    group: Group,
    points: Buffer,
    size: number,
    first: Buffer,
    delta: Buffer,
    scalar: bigint,
  ): unknown[] => {
    let total = group.add(first, group.timesScalar(delta, scalar));
    values.forEach((value, wire) => {
      const point = points.subarray(wire * size, (wire + 1) * size);
      if (point.some((byte) => byte !== 0)) total = group.add(total, group.timesScalar(point, value));
    });
    return group.toObject(group.toAffine(total));
  };
  const at = (offset: number, length: number): Buffer => header.subarray(84 + offset, 84 + offset + length);
  const a = sum(curve.G1, section(5), 64, at(0, 64), at(384, 64), randomness.r) as bigint[];
  const b = sum(curve.G2, section(7), 128, at(128, 128), at(448, 128), randomness.s) as [bigint, bigint][];
  return { a: { x: a[0]!, y: a[1]! }, b: { x: b[0]!, y: b[1]! } };
}
