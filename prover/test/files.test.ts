// Readers and writers of iden3 files: what is written is read back, sections may come in any order, and every
// damaged file gives a typed error that names kind, section and reason.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import * as snarkjs from "snarkjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bytesSource, encodeContainer, readContainer, readSection } from "../src/files/container.js";
import {
  type Constraint,
  closeProver,
  developmentSetup,
  encodeR1cs,
  encodeWitness,
  FileFormatError,
  type FileKind,
  R1csCursor,
  readPublicPoints,
  readR1cs,
  readVerificationKey,
  readWitness,
  readZkey,
  SCALAR_FIELD_PRIME,
  VerificationKeyError,
  validateR1cs,
  validateZkey,
  witnessValue,
} from "../src/index.js";
import { temporaryFolder } from "./compile-circuit.js";
import { randomR1cs } from "./random-r1cs.js";

let folder: string;
let zkey: Uint8Array;
const system = randomR1cs({
  seed: 21,
  constraintCount: 12,
  publicInputCount: 2,
  emptyRowEvery: 5,
  unusedWireCount: 1,
});
const witness = encodeWitness(system.witness);

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(folder, { recursive: true });
  const r1csPath = join(folder, "system.r1cs");
  const zkeyPath = join(folder, "system.zkey");
  await writeFile(r1csPath, system.bytes);
  await developmentSetup({ r1csPath, zkeyPath });
  zkey = new Uint8Array(await readFile(zkeyPath));
});

afterAll(async () => {
  const curve = (globalThis as { curve_bn128?: { terminate(): Promise<void> } | null }).curve_bn128;
  await Promise.all([closeProver(), curve?.terminate()]);
});

/** Reads and checks all of a file of one kind. */
const readers: Record<FileKind, (bytes: Uint8Array) => Promise<unknown>> = {
  r1cs: async (bytes) => validateR1cs(await readR1cs(bytesSource(bytes))),
  wtns: readWitness,
  zkey: async (bytes) => {
    const key = await readZkey(bytesSource(bytes));
    await readPublicPoints(key);
    await validateZkey(key);
  },
};

const sample = (kind: FileKind): Uint8Array => ({ r1cs: system.bytes, wtns: witness, zkey })[kind];

/** Takes a container apart, by its own section table. */
async function sectionsOf(kind: FileKind, version: number): Promise<{ id: number; bytes: Uint8Array }[]> {
  const container = await readContainer(bytesSource(sample(kind)), kind, version);
  return Promise.all(
    [...container.sections.keys()].map(async (id) => ({
      id,
      bytes: (await readSection(container, id, "any")).slice(),
    })),
  );
}

async function refusal(kind: FileKind, bytes: Uint8Array): Promise<{ section: string; reason: string }> {
  const error = await readers[kind](bytes).then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(FileFormatError);
  const { fileKind, section, reason } = error as FileFormatError;
  expect(fileKind).toBe(kind);
  return { section, reason };
}

describe("r1cs", () => {
  test("what is written is read back, and snarkjs agrees", async () => {
    const r1cs = await readR1cs(bytesSource(system.bytes));
    expect(r1cs.header).toEqual(system.header);
    const read: [number, bigint][][][] = system.constraints.map(() => [[], [], []]);
    const view = new DataView(r1cs.constraintBytes.buffer, r1cs.constraintBytes.byteOffset);
    const cursor = new R1csCursor(r1cs);
    const visit = (matrix: number, constraint: number, wire: number, offset: number): void => {
      let value = 0n;
      for (let word = 3; word >= 0; word--)
        value = (value << 64n) | view.getBigUint64(offset + word * 8, true);
      read[constraint]![matrix]!.push([wire, value]);
    };
    while (cursor.advance(3, visit));
    expect(read).toEqual(system.constraints);
    expect(await snarkjs.wtns.check(system.bytes, witness)).toBe(true);
  });

  test.each([
    ["a wire that does not exist", [[[99, 1n]], [], []] as Constraint, "out_of_range"],
    ["a coefficient of r", [[[1, SCALAR_FIELD_PRIME]], [], []] as Constraint, "out_of_range"],
  ])("refuses %s", async (_name, constraint, reason) => {
    const bytes = encodeR1cs({ ...system.header, constraintCount: 1 }, [constraint]);
    expect(await refusal("r1cs", bytes)).toEqual({ section: "constraints", reason });
  });

  test("refuses counts that lie", async () => {
    const more = encodeR1cs({ ...system.header, constraintCount: 13 }, system.constraints);
    const fewer = encodeR1cs({ ...system.header, constraintCount: 11 }, system.constraints);
    const huge = encodeR1cs({ ...system.header, constraintCount: 2 ** 32 - 1 }, system.constraints);
    const inputs = encodeR1cs({ ...system.header, publicInputCount: 1000 }, system.constraints);
    expect((await refusal("r1cs", more)).section).toBe("constraints");
    expect(await refusal("r1cs", fewer)).toEqual({ section: "constraints", reason: "wrong_size" });
    expect(await refusal("r1cs", huge)).toEqual({ section: "constraints", reason: "wrong_size" });
    expect(await refusal("r1cs", inputs)).toEqual({ section: "header", reason: "out_of_range" });
  });

  test("refuses custom gates and accepts empty lists of them", async () => {
    const sections = await sectionsOf("r1cs", 1);
    const withGates = (count: number): Uint8Array =>
      encodeContainer("r1cs", 1, [...sections, { id: 4, bytes: new Uint8Array([count, 0, 0, 0]) }]);
    await readers.r1cs(withGates(0));
    expect(await refusal("r1cs", withGates(1))).toEqual({ section: "custom gates", reason: "unsupported" });
  });
});

describe("wtns", () => {
  test("what is written is read back", async () => {
    const read = await readWitness(witness);
    expect(system.witness.map((_, wire) => witnessValue(read, wire))).toEqual(system.witness);
  });

  test("refuses a value of r, and a first wire that is not 1", async () => {
    const large = encodeWitness([1n, SCALAR_FIELD_PRIME]);
    expect(await refusal("wtns", large)).toEqual({ section: "values", reason: "out_of_range" });
    expect(await refusal("wtns", encodeWitness([2n]))).toEqual({ section: "values", reason: "out_of_range" });
    expect(await refusal("wtns", encodeWitness([]))).toEqual({ section: "values", reason: "out_of_range" });
    await readWitness(encodeWitness([1n, SCALAR_FIELD_PRIME - 1n]));
  });
});

describe("zkey", () => {
  test("refuses sections of sizes that the header does not explain", async () => {
    const sections = await sectionsOf("zkey", 1);
    for (const { id } of sections) {
      const shorter = sections.map((section) =>
        section.id === id ? { id, bytes: section.bytes.subarray(0, section.bytes.byteLength - 1) } : section,
      );
      const { reason } = await refusal("zkey", encodeContainer("zkey", 1, shorter));
      expect(["wrong_size", "truncated"]).toContain(reason);
      const without = sections.filter((section) => section.id !== id);
      expect((await refusal("zkey", encodeContainer("zkey", 1, without))).reason).toBe("missing_section");
    }
  });

  test("a key whose alpha is off the curve, or whose delta is gamma, gives no verification key", async () => {
    const sections = await sectionsOf("zkey", 1);
    const header = sections.find((section) => section.id === 2)!.bytes;
    const pointsAt = 84;
    const changes: ((bytes: Uint8Array) => void)[] = [
      (bytes) => bytes.fill(0, pointsAt, pointsAt + 64),
      (bytes) => bytes.copyWithin(pointsAt + 64 * 3 + 256, pointsAt + 128 + 128, pointsAt + 128 + 256),
    ];
    for (const change of changes) {
      const changed = header.slice();
      change(changed);
      const path = join(folder, "changed.zkey");
      const all = sections.map((section) => (section.id === 2 ? { id: 2, bytes: changed } : section));
      await writeFile(path, encodeContainer("zkey", 1, all));
      await expect(readVerificationKey(path)).rejects.toBeInstanceOf(VerificationKeyError);
    }
  });
});

describe.each(["r1cs", "wtns", "zkey"] as const)("container of %s", (kind) => {
  const version = kind === "wtns" ? 2 : 1;

  test("sections may come in any order", async () => {
    const sections = await sectionsOf(kind, version);
    await readers[kind](encodeContainer(kind, version, [...sections].reverse()));
  });

  test("a wrong magic, version, field, repeated section and bytes at the end are refused", async () => {
    const bytes = sample(kind);
    const change = (offset: number, value: number): Uint8Array => {
      const changed = bytes.slice();
      changed[offset] = value;
      return changed;
    };
    expect(await refusal(kind, change(0, 0x78))).toEqual({ section: "container", reason: "wrong_magic" });
    expect(await refusal(kind, change(4, 9))).toEqual({ section: "container", reason: "wrong_version" });
    const sections = await sectionsOf(kind, version);
    const repeated = encodeContainer(kind, version, [...sections, sections[0]!]);
    expect(await refusal(kind, repeated)).toEqual({ section: "container", reason: "duplicate_section" });
    const longer = new Uint8Array([...bytes, 0]);
    expect(await refusal(kind, longer)).toEqual({ section: "container", reason: "wrong_size" });
    const headerId = kind === "zkey" ? 2 : 1;
    const wrongField = sections.map((section) => ({ id: section.id, bytes: section.bytes.slice() }));
    wrongField.find((section) => section.id === headerId)!.bytes[4]! ^= 1;
    expect(await refusal(kind, encodeContainer(kind, version, wrongField))).toEqual({
      section: "header",
      reason: "wrong_field",
    });
  });

  test("every truncation is refused with a typed error", async () => {
    const bytes = sample(kind);
    const lengths = fc.integer({ min: 0, max: bytes.byteLength - 1 });
    await fc.assert(
      fc.asyncProperty(lengths, async (length) => {
        await refusal(kind, bytes.subarray(0, length));
      }),
      { numRuns: 200 },
    );
  });

  test("changed bytes are read or refused with a typed error", async () => {
    const bytes = sample(kind);
    const position = fc.oneof(
      fc.integer({ min: 0, max: Math.min(400, bytes.byteLength - 1) }),
      fc.integer({ min: 0, max: bytes.byteLength - 1 }),
    );
    const changes = fc.array(fc.tuple(position, fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const changed = bytes.slice();
        for (const [offset, value] of list) changed[offset] = value;
        await readers[kind](changed).catch((error: unknown) => expect(error).toBeInstanceOf(FileFormatError));
      }),
      { numRuns: 500 },
    );
  });

  test("arbitrary bytes are refused with a typed error", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (tail) => {
        await refusal(kind, tail);
        await refusal(kind, new Uint8Array([...sample(kind).subarray(0, 8), ...tail]));
      }),
      { numRuns: 200 },
    );
  });
});
