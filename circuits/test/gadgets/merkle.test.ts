// The 4-ary tree: circuits against the reference tree, boundaries, wrong paths and changed witnesses.
import { describe, expect, test } from "vitest";
import { FIELD_MODULUS, poseidon } from "../../reference/hash.js";
import { createTree, rootOfLeaves, rootOfProof, TreeError, type TreeProof } from "../../reference/tree.js";
import { accepts, acceptsTampered, compileGadget, signalOf, unpinnedSignals, witnessOf } from "./harness.js";

const DOMAIN = 1234567n;
const DEPTH = 3;
const LAST = 4 ** DEPTH - 1;

function filledTree(): ReturnType<typeof createTree> {
  const tree = createTree({ depth: DEPTH, nodeDomain: DOMAIN });
  for (const [index, leaf] of [
    [0, 11n],
    [1, 12n],
    [22, 13n],
    [LAST, FIELD_MODULUS - 1n],
  ] as const) {
    tree.set(index, leaf);
  }
  return tree;
}

describe("reference tree", () => {
  test("root equals hashing all leaves, also after deletions", () => {
    const tree = filledTree();
    const leaves = (): bigint[] => Array.from({ length: tree.capacity }, (_, index) => tree.get(index));
    expect(tree.root).toBe(rootOfLeaves(leaves(), DOMAIN));
    tree.set(22, 0n);
    tree.set(1, 99n);
    expect(tree.root).toBe(rootOfLeaves(leaves(), DOMAIN));
    for (const index of [0, 1, LAST]) tree.set(index, 0n);
    expect(tree.root).toBe(createTree({ depth: DEPTH, nodeDomain: DOMAIN }).root);
  });

  test("a tree of depth 1 is one hash", () => {
    const tree = createTree({ depth: 1, nodeDomain: 5n });
    expect(tree.root).toBe(poseidon(5n, [0n, 0n, 0n, 0n]));
    tree.set(2, 7n);
    expect(tree.root).toBe(poseidon(5n, [0n, 0n, 7n, 0n]));
  });

  test("proofs of present and absent leaves lead to the root; a changed leaf does not", () => {
    const tree = filledTree();
    for (let index = 0; index <= LAST; index += 1) {
      const proof = tree.proof(index);
      expect(rootOfProof(proof, DOMAIN)).toBe(tree.root);
      expect(rootOfProof({ ...proof, leaf: proof.leaf + 1n }, DOMAIN)).toBeUndefined();
    }
  });

  test("snapshots and clones are independent", () => {
    const tree = filledTree();
    const before = tree.root;
    const snapshot = tree.snapshot();
    const clone = tree.clone();
    tree.set(5, 50n);
    expect(clone.root).toBe(before);
    expect(tree.root).not.toBe(before);
    clone.set(6, 60n);
    expect(tree.get(6)).toBe(0n);
    tree.restore(snapshot);
    expect(tree.root).toBe(before);
    expect(tree.get(5)).toBe(0n);
  });

  test("entries come in order", () => {
    expect([...filledTree().entries()].map(([index]) => index)).toEqual([0, 1, 22, LAST]);
  });

  test("bad arguments give typed errors", () => {
    const tree = filledTree();
    for (const index of [-1, LAST + 1, 0.5, Number.NaN]) expect(() => tree.get(index)).toThrow(TreeError);
    expect(() => tree.set(0, FIELD_MODULUS)).toThrow(TreeError);
    expect(() => tree.restore({ depth: DEPTH, nodeDomain: DOMAIN })).toThrow(TreeError);
    expect(() => createTree({ depth: 0, nodeDomain: 1n })).toThrow(TreeError);
    expect(() => rootOfLeaves([1n, 2n], 1n)).toThrow(TreeError);
    expect(() => rootOfLeaves(Array<bigint>(8).fill(1n), 1n)).toThrow(TreeError);
  });
});

describe("MerkleUpdate", () => {
  const compile = () =>
    compileGadget("merkle-update", ["merkle/merkle-update.circom"], `MerkleUpdate(${DEPTH}, ${DOMAIN})`);
  const inputOf = ({ bits, leaf, children }: TreeProof, newLeaf: bigint) => ({
    bits,
    oldLeaf: leaf,
    newLeaf,
    children,
  });

  test("roots agree with the reference at every position of every level", async () => {
    const gadget = await compile();
    expect(gadget.compiled.constraints.constraints).toBe(601 * DEPTH);
    const tree = filledTree();
    for (const index of [0, 1, 2, 3, 4, 11, 22, 27, 48, LAST]) {
      const oldRoot = tree.root;
      const input = inputOf(tree.proof(index), BigInt(1000 + index));
      const witness = await witnessOf(gadget, input);
      tree.set(index, BigInt(1000 + index));
      expect(signalOf(gadget, witness, "oldRoot")).toBe(oldRoot);
      expect(signalOf(gadget, witness, "newRoot")).toBe(tree.root);
    }
  });

  test("deleting and keeping a leaf", async () => {
    const gadget = await compile();
    const tree = filledTree();
    const kept = await witnessOf(gadget, inputOf(tree.proof(22), 13n));
    expect(signalOf(gadget, kept, "newRoot")).toBe(tree.root);
    const deleted = await witnessOf(gadget, inputOf(tree.proof(22), 0n));
    tree.set(22, 0n);
    expect(signalOf(gadget, deleted, "newRoot")).toBe(tree.root);
  });

  test("a wrong old leaf, a wrong index and a changed child on the path are rejected", async () => {
    const gadget = await compile();
    const proof = filledTree().proof(22);
    const input = inputOf(proof, 5n);
    expect(await accepts(gadget, input)).toBe(true);
    expect(await accepts(gadget, { ...input, oldLeaf: 14n })).toBe(false);
    for (let bit = 0; bit < 2 * DEPTH; bit += 1) {
      const bits = proof.bits.map((value, index) => (index === bit ? 1n - value : value));
      expect(await accepts(gadget, { ...input, bits })).toBe(false);
    }
    for (let level = 0; level < DEPTH; level += 1) {
      const position = Math.floor(22 / 4 ** level) % 4;
      const children = proof.children.map((row, index) =>
        row.map((child, column) => (index === level && column === position ? child + 1n : child)),
      );
      expect(await accepts(gadget, { ...input, children })).toBe(false);
    }
  });

  test("a changed sibling gives another old root", async () => {
    const gadget = await compile();
    const tree = filledTree();
    const proof = tree.proof(22);
    const children = proof.children.map((row) => [...row]);
    children[0]![3] = children[0]![3]! + 1n;
    children[1]![1] = poseidon(DOMAIN, children[0]!);
    children[2]![1] = poseidon(DOMAIN, children[1]!);
    const witness = await witnessOf(gadget, {
      ...inputOf(proof, 5n),
      children,
    });
    expect(signalOf(gadget, witness, "oldRoot")).not.toBe(tree.root);
  });

  test("changing any one signal, or both roots, breaks a constraint", async () => {
    const gadget = await compile();
    const witness = await witnessOf(gadget, inputOf(filledTree().proof(22), 5n));
    expect(unpinnedSignals(gadget, witness)).toEqual([]);
    expect(acceptsTampered(gadget, witness, { oldRoot: 1n, newRoot: 1n })).toBe(false);
    expect(acceptsTampered(gadget, witness, { newLeaf: 6n })).toBe(false);
  });
});

describe("MerkleInclusion", () => {
  test("membership and absence; wrong leaf, index and path are rejected", async () => {
    const gadget = await compileGadget(
      "merkle-inclusion",
      ["merkle/merkle-inclusion.circom"],
      `MerkleInclusion(${DEPTH}, ${DOMAIN})`,
    );
    expect(gadget.compiled.constraints.constraints).toBe(300 * DEPTH);
    const tree = filledTree();
    for (const index of [0, 1, 2, 22, LAST]) {
      const { bits, leaf, children } = tree.proof(index);
      const witness = await witnessOf(gadget, { bits, leaf, children });
      expect(signalOf(gadget, witness, "root")).toBe(tree.root);
      expect(unpinnedSignals(gadget, witness)).toEqual([]);
      expect(await accepts(gadget, { bits, leaf: leaf + 1n, children })).toBe(false);
    }
    const { bits, leaf, children } = tree.proof(22);
    for (let bit = 0; bit < 2 * DEPTH; bit += 1) {
      const wrong = bits.map((value, index) => (index === bit ? 1n - value : value));
      expect(await accepts(gadget, { bits: wrong, leaf, children })).toBe(false);
    }
  });
});

test("MerkleRoot", async () => {
  const gadget = await compileGadget(
    "merkle-root",
    ["merkle/merkle-root.circom"],
    `MerkleRoot(2, ${DOMAIN})`,
  );
  expect(gadget.compiled.constraints.constraints).toBe(1485);
  const leaves = Array.from({ length: 16 }, (_, index) => BigInt(index * index));
  const witness = await witnessOf(gadget, { leaves });
  expect(signalOf(gadget, witness, "root")).toBe(rootOfLeaves(leaves, DOMAIN));
  expect(unpinnedSignals(gadget, witness)).toEqual([]);
});
