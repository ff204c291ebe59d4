// Sparse 4-ary tree of field elements, as `circuits/src/merkle` proves it. Owns proofs and snapshots. Pure and
// browser-safe. Nodes are never changed after they are made: a write copies its path, so a snapshot or a clone is
// one reference, and a node's hash is computed at most once, when somebody asks for it.
import { FIELD_MODULUS, poseidon } from "./hash.js";

/** Codes of {@link TreeError}. */
export type TreeErrorCode =
  | "TREE_DEPTH_INVALID"
  | "TREE_INDEX_OUT_OF_RANGE"
  | "TREE_LEAF_INVALID"
  | "TREE_SNAPSHOT_FOREIGN";

/** Thrown for a depth, index, leaf or snapshot that does not fit the tree. */
export class TreeError extends Error {
  /** Stable identifier. */
  readonly code: TreeErrorCode;

  constructor(code: TreeErrorCode, message: string) {
    super(message);
    this.name = "TreeError";
    this.code = code;
  }
}

/** What {@link createTree} takes. */
export interface TreeParameters {
  /** Levels of nodes above the leaves, 1 to 26: the tree has 4^depth leaves. */
  readonly depth: number;
  /** Domain constant of inner nodes. */
  readonly nodeDomain: bigint;
}

/** Path of a leaf, in the form that the circuits take. */
export interface TreeProof {
  /** Position of the leaf. */
  readonly index: number;
  /** The leaf. */
  readonly leaf: bigint;
  /** 2 · depth bits of the index, lowest first. */
  readonly bits: readonly bigint[];
  /** From the leaves upwards: the four children of the node on the path. */
  readonly children: readonly (readonly bigint[])[];
}

/** State of a tree at one moment; costs nothing to keep. */
export interface TreeSnapshot {
  readonly depth: number;
  readonly nodeDomain: bigint;
}

/** A sparse 4-ary tree; absent leaves are 0. */
export interface SparseTree {
  readonly depth: number;
  readonly nodeDomain: bigint;
  /** Number of leaves that fit, 4^depth. */
  readonly capacity: number;
  /** Root; hashes what has changed since the last call. */
  readonly root: bigint;
  /** Leaf at an index. @throws TreeError TREE_INDEX_OUT_OF_RANGE */
  get(index: number): bigint;
  /** Writes a leaf; 0 deletes it. @throws TreeError TREE_INDEX_OUT_OF_RANGE, TREE_LEAF_INVALID */
  set(index: number, leaf: bigint): void;
  /** Path of a leaf, present or not. @throws TreeError TREE_INDEX_OUT_OF_RANGE */
  proof(index: number): TreeProof;
  /** Present leaves in order of their indices. */
  entries(): IterableIterator<[index: number, leaf: bigint]>;
  /** An independent tree with the same content. */
  clone(): SparseTree;
  /** Keeps the present state. */
  snapshot(): TreeSnapshot;
  /** Goes to a kept state of this tree or of one that it was cloned from. @throws TreeError TREE_SNAPSHOT_FOREIGN */
  restore(snapshot: TreeSnapshot): void;
}

/** A leaf, an inner node, or nothing. */
type Child = TreeNode | bigint | undefined;

class TreeNode {
  #hash: bigint | undefined;

  constructor(readonly children: readonly [Child, Child, Child, Child]) {}

  /** Hash of the node; `empty` is the hash of an absent child. */
  hash(emptyHashes: readonly bigint[], height: number, domain: bigint): bigint {
    this.#hash ??= poseidon(domain, this.childHashes(emptyHashes, height, domain));
    return this.#hash;
  }

  childHashes(emptyHashes: readonly bigint[], height: number, domain: bigint): bigint[] {
    return this.children.map((child) => hashOf(child, emptyHashes, height - 1, domain));
  }
}

function hashOf(child: Child, emptyHashes: readonly bigint[], height: number, domain: bigint): bigint {
  if (child === undefined) return emptyHashes[height]!;
  return typeof child === "bigint" ? child : child.hash(emptyHashes, height, domain);
}

const emptyHashesByDomain = new Map<bigint, bigint[]>();

/** Hashes of empty subtrees by height, 0 to depth. */
function emptySubtrees(depth: number, domain: bigint): readonly bigint[] {
  const hashes = emptyHashesByDomain.get(domain) ?? [0n];
  emptyHashesByDomain.set(domain, hashes);
  while (hashes.length <= depth) {
    const below = hashes[hashes.length - 1]!;
    hashes.push(poseidon(domain, [below, below, below, below]));
  }
  return hashes;
}

/** Snapshots carry their state here, so that nobody can forge one. */
const snapshotRoots = new WeakMap<TreeSnapshot, Child>();

/** Child of a node of the given height that leads to the index: 0 to 3. */
const positionOf = (index: number, height: number): number => Math.floor(index / 4 ** (height - 1)) % 4;

function replaceLeaf(node: Child, height: number, index: number, leaf: bigint): Child {
  if (height === 0) return leaf === 0n ? undefined : leaf;
  const children: [Child, Child, Child, Child] =
    node instanceof TreeNode ? [...node.children] : [undefined, undefined, undefined, undefined];
  const position = positionOf(index, height) as 0 | 1 | 2 | 3;
  children[position] = replaceLeaf(children[position], height - 1, index, leaf);
  return children.every((child) => child === undefined) ? undefined : new TreeNode(children);
}

function* walk(node: Child, height: number, first: number): IterableIterator<[number, bigint]> {
  if (typeof node === "bigint") yield [first, node];
  else if (node) {
    const width = 4 ** (height - 1);
    for (const [position, child] of node.children.entries()) {
      yield* walk(child, height - 1, first + position * width);
    }
  }
}

class PersistentTree implements SparseTree {
  readonly capacity: number;
  #root: Child;
  readonly #emptyHashes: readonly bigint[];

  constructor(
    readonly depth: number,
    readonly nodeDomain: bigint,
    root: Child,
  ) {
    this.capacity = 4 ** depth;
    this.#emptyHashes = emptySubtrees(depth, nodeDomain);
    this.#root = root;
  }

  get root(): bigint {
    return hashOf(this.#root, this.#emptyHashes, this.depth, this.nodeDomain);
  }

  get(index: number): bigint {
    this.#checkIndex(index);
    let node = this.#root;
    for (let height = this.depth; node instanceof TreeNode; height -= 1) {
      node = node.children[positionOf(index, height) as 0 | 1 | 2 | 3];
    }
    return node ?? 0n;
  }

  set(index: number, leaf: bigint): void {
    this.#checkIndex(index);
    if (typeof leaf !== "bigint" || leaf < 0n || leaf >= FIELD_MODULUS) {
      throw new TreeError("TREE_LEAF_INVALID", `Leaf ${String(leaf)} is no field element.`);
    }
    if (this.get(index) !== leaf) this.#root = replaceLeaf(this.#root, this.depth, index, leaf);
  }

  proof(index: number): TreeProof {
    this.#checkIndex(index);
    const children: bigint[][] = [];
    let node = this.#root;
    for (let height = this.depth; height > 0; height -= 1) {
      const empty = this.#emptyHashes[height - 1]!;
      if (node instanceof TreeNode) {
        children.unshift(node.childHashes(this.#emptyHashes, height, this.nodeDomain));
        node = node.children[positionOf(index, height) as 0 | 1 | 2 | 3];
      } else children.unshift([empty, empty, empty, empty]);
    }
    const bits = Array.from({ length: 2 * this.depth }, (_, bit) => BigInt(Math.floor(index / 2 ** bit) % 2));
    return { index, leaf: this.get(index), bits, children };
  }

  entries(): IterableIterator<[number, bigint]> {
    return walk(this.#root, this.depth, 0);
  }

  clone(): SparseTree {
    return new PersistentTree(this.depth, this.nodeDomain, this.#root);
  }

  snapshot(): TreeSnapshot {
    const snapshot: TreeSnapshot = Object.freeze({
      depth: this.depth,
      nodeDomain: this.nodeDomain,
    });
    snapshotRoots.set(snapshot, this.#root);
    return snapshot;
  }

  restore(snapshot: TreeSnapshot): void {
    const fits = snapshot.depth === this.depth && snapshot.nodeDomain === this.nodeDomain;
    if (!fits || !snapshotRoots.has(snapshot)) {
      throw new TreeError("TREE_SNAPSHOT_FOREIGN", "The snapshot is of a tree of another depth or domain.");
    }
    this.#root = snapshotRoots.get(snapshot);
  }

  #checkIndex(index: number): void {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.capacity) {
      throw new TreeError(
        "TREE_INDEX_OUT_OF_RANGE",
        `Index ${index} is outside the tree; give an integer from 0 to ${this.capacity - 1}.`,
      );
    }
  }
}

/**
 * An empty tree.
 *
 * @throws TreeError TREE_DEPTH_INVALID
 */
export function createTree({ depth, nodeDomain }: TreeParameters): SparseTree {
  if (!Number.isInteger(depth) || depth < 1 || depth > 26) {
    throw new TreeError(
      "TREE_DEPTH_INVALID",
      `Depth ${depth} is not supported; give an integer from 1 to 26.`,
    );
  }
  return new PersistentTree(depth, nodeDomain, undefined);
}

/**
 * Root that a path leads to with the given leaf in place, or undefined when the path contradicts itself; what
 * `MerkleInclusion` proves.
 */
export function rootOfProof(proof: TreeProof, nodeDomain: bigint): bigint | undefined {
  let value = proof.leaf;
  for (const [level, children] of proof.children.entries()) {
    if (children.length !== 4 || children[positionOf(proof.index, level + 1)] !== value) return undefined;
    value = poseidon(nodeDomain, children);
  }
  return value;
}

/**
 * Root of the full tree over exactly 4^depth leaves; what `MerkleRoot` proves.
 *
 * @throws TreeError TREE_DEPTH_INVALID when the number of leaves is no power of four above 1
 */
export function rootOfLeaves(leaves: readonly bigint[], nodeDomain: bigint): bigint {
  let level = [...leaves];
  for (let count = leaves.length; count > 1; count /= 4) {
    if (count % 4 !== 0) break;
    level = Array.from({ length: count / 4 }, (_, node) =>
      poseidon(nodeDomain, level.slice(4 * node, 4 * node + 4)),
    );
  }
  if (leaves.length < 4 || level.length !== 1) {
    throw new TreeError("TREE_DEPTH_INVALID", `${leaves.length} leaves are no power of four above 1.`);
  }
  return level[0]!;
}
