// A royalty split from levels to a verified proof: the circuit that ships, a development key, the best backend here.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCircuit } from "@catalyze/circuits/build";
import { splitRoyalty } from "@catalyze/circuits/reference";
import { challenge, evaluateVector, royaltyDomain } from "@catalyze/circuits/schema";
import { afterAll, expect, test } from "vitest";
import {
  closeProver,
  developmentSetup,
  generateWitness,
  prove,
  selectBackend,
  verifyProof,
} from "../src/index.js";

afterAll(async () => {
  const curve = (globalThis as { curve_bn128?: { terminate(): Promise<void> } | null }).curve_bn128;
  await Promise.all([closeProver(), curve?.terminate()]);
});

test("a split of 200 CTZ is proved, and no other split verifies with the proof", {
  timeout: 300_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "catalyze-royalty-"));
  try {
    const { r1csPath, wasmPath } = await ensureCircuit("royalty-split");
    const provingKeyPath = join(folder, "royalty-split.zkey");
    const { verificationKey } = await developmentSetup({ r1csPath, zkeyPath: provingKeyPath });
    const owner = (receiver: number, share: bigint) => ({ receiver, share });
    const split = splitRoyalty({
      domain: royaltyDomain(31337n, 0x1001n),
      seed: 7n,
      nonce: 3n,
      total: 200_000_000_000n,
      levels: [
        { owners: [owner(11, 5_000n), owner(12, 3_333n), owner(13, 1_667n)], parentShare: 1_000n },
        { owners: [owner(21, 7_500n), owner(11, 2_500n)], parentShare: 0n },
      ],
    });
    const context = { chainId: 31337n, binder: 0x1002n, programId: 5n };
    const z = challenge(context, split.commitment, split.bytes);
    const witness = await generateWitness({ programPath: wasmPath, input: split.circuitInput(z) });
    const { proof, publicSignals } = await prove(selectBackend(), { provingKeyPath, witness });
    expect(publicSignals).toEqual([split.commitment, evaluateVector(split.words, z), z]);
    expect(await verifyProof(verificationKey, publicSignals, proof)).toBe(true);
    const other = evaluateVector(split.words.with(1, split.words[1]! + 1n), z);
    expect(await verifyProof(verificationKey, publicSignals.with(1, other), proof)).toBe(false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
