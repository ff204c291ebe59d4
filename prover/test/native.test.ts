// The native library by itself: its self-test on every arithmetic path, and its fields against bigint.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { buildNative, TOOL_PATH } from "../native/build.mjs";
import { BASE_FIELD_PRIME, modularInverse, SCALAR_FIELD_PRIME } from "../src/field.js";
import { createRandom } from "./random-r1cs.js";

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
