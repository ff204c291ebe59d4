// Proofs that a block was submitted, made by the SDK from L1 alone and checked by the contracts, over more than one epoch.
import { type BaseClient, BlockHistoryMismatchError, getBlockProof } from "@catalyze/sdk";
import { type Hex, keccak256, toHex, zeroHash } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OperatorWorld, startOperatorWorld } from "../support/operator.js";

let world: OperatorWorld;
/** Hashes of the words of blocks 1 to 18. */
const hashes: Hex[] = [];

const client = () =>
  ({ publicClient: world.client, rollup: world.deployment.rollup }) as unknown as BaseClient;
const isBlock = (number: bigint, wordsHash: Hex, proof: unknown): Promise<unknown> =>
  world.read("rollup", "isBlock", [number, wordsHash, proof]);

beforeAll(async () => {
  world = await startOperatorWorld();
  for (let i = 0; i < 18; i++) {
    const { block } = await world.submitBlock(() => {});
    hashes.push(keccak256(toHex(block.bytes)));
  }
}, 120_000);

afterAll(async () => {
  await world?.chain.stop();
});

test("every block has a proof, which shows no other block", async () => {
  for (const [i, hash] of hashes.entries()) {
    const number = BigInt(i + 1);
    const found = (await getBlockProof(client(), { blockNumber: number }))!;
    expect(found.wordsHash).toBe(hash);
    expect(await isBlock(number, hash, found.proof), `block ${number}`).toBe(true);
    expect(await isBlock(number + 1n, hash, found.proof), `block ${number} as the next`).toBe(false);
    expect(await isBlock(number, zeroHash, found.proof), `block ${number} of other words`).toBe(false);
    expect(await world.read("receipts", "provenBlock", [number])).toBe(hash);
  }
  expect(await getBlockProof(client(), { blockNumber: 19n })).toBeUndefined();
  expect(await getBlockProof(client(), { blockNumber: 0n })).toBeUndefined();
});

test("a node that lacks events of the epoch is found out", async () => {
  const l1Block = await world.client.getBlockNumber();
  const late = getBlockProof(client(), { blockNumber: 18n, fromL1Block: l1Block });
  await expect(late).rejects.toThrow(BlockHistoryMismatchError);
  await expect(late).rejects.toMatchObject({ code: "SDK_BLOCK_HISTORY_MISMATCH" });
});

test("a challenge contract keeps only blocks that are shown to it", async () => {
  const { proof } = (await getBlockProof(client(), { blockNumber: 17n }))!;
  for (const contract of ["receipts", "leases"] as const) {
    for (const [number, hash] of [
      [17n, hashes[17]!],
      [18n, hashes[16]!],
      [1n, hashes[16]!],
      [0n, zeroHash],
    ] as const) {
      const call = [number, hash, proof];
      expect(await world.revertOf("eve", contract, "proveBlock", call)).toBe("BlockNotProven");
    }
    expect(await world.revertOf("eve", contract, "proveBlock", [17n, hashes[16]!, proof])).toBeUndefined();
    expect(await world.read(contract, "provenBlock", [19n])).toBe(zeroHash);
  }
});
