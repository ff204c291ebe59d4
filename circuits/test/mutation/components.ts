// Templates under mutation on their own, where every input and output is free: good inputs, and how they are tampered
// with. A constraint that is killed here is needed by its template; the block circuit's own runs show the same in place.
import type { CircuitInput, CircuitInstance } from "@catalyze/circuits/build";
import { poseidon, publicKey, SUBGROUP_ORDER, signMessage } from "@catalyze/circuits/reference";
import {
  DOMAIN_CELL,
  DOMAIN_JOB_INPUT,
  DOMAIN_JOB_NODE,
  DOMAIN_OPERATION,
  DOMAIN_STATE_NODE,
  FIELD_MODULUS,
  operationRoute,
} from "@catalyze/circuits/schema";
import { chunkStatement, chunkWitnessInput, parametersCommitmentOf } from "../../reference/program.js";
import { accountStatic } from "../../reference/state.js";
import { createTree } from "../../reference/tree.js";
import { invertModulo } from "../../tools/mutation-jacobian.js";
import type { Lies, MutationSubject } from "../../tools/mutation-program.js";
import { anonymous } from "../../tools/mutation-program.js";
import { ALICE, privateKey, STATEMENT_DOMAIN } from "../block/scenario.js";

/** A template on its own. */
export interface Component {
  readonly instance: CircuitInstance;
  /** Good inputs. */
  readonly inputs: readonly CircuitInput[];
  /** Inputs that break something on purpose, beside single and double changes. */
  readonly tampered: readonly CircuitInput[];
  /** Whether pairs of inputs are tried too. */
  readonly pairs: boolean;
  /** Where the template stands in larger circuits: path of the component, without indices and compiler's numbers. */
  readonly places: RegExp;
  /** Whole false witnesses. */
  readonly witnesses?: (subject: MutationSubject) => bigint[][];
  /** A program that lies, with inputs for it. */
  readonly lies?: { readonly lies: Lies; readonly inputs: readonly CircuitInput[] };
}

const instance = (name: string, include: string, template: string): CircuitInstance => ({
  name: `mutant-${name}`,
  source: `pragma circom 2.2.0;\n\ninclude "${include}";\n\ncomponent main = ${template};\n`,
});

const component = (
  name: string,
  include: string,
  template: string,
  inputs: readonly CircuitInput[],
  tampered: readonly CircuitInput[] = [],
  pairs = false,
): Component => ({
  instance: instance(name, include, template),
  inputs,
  tampered,
  pairs,
  places: new RegExp(`(^|\\.)${template.replace(/\(.*/, "")}$`),
});

/** Inputs of one slot of a block circuit: `requestIndex[3]` becomes `index`. */
export function slotInput(
  input: CircuitInput,
  prefix: string,
  slot: number,
): Record<string, CircuitInput[string]> {
  const result: Record<string, CircuitInput[string]> = {};
  for (const [name, value] of Object.entries(input)) {
    const rest = name.slice(prefix.length);
    if (!name.startsWith(prefix) || !Array.isArray(value) || !/^[A-Z]/.test(rest)) continue;
    result[rest.charAt(0).toLowerCase() + rest.slice(1)] = value[slot]!;
  }
  return result;
}

const words = (count: number, start = 17n): bigint[] =>
  Array.from({ length: count }, (_, i) => (start + BigInt(i) * 7919n) ** 9n % (1n << 240n));

const NUMBERS = 0b1011_0110_1101_0100n;

function mathComponents(): Component[] {
  const pairs: [bigint, bigint][] = [
    [5n, 9n],
    [9n, 5n],
    [5n, 5n],
    [0n, 255n],
    [254n, 1n],
    [170n, 85n],
    [85n, 170n],
  ];
  return [
    component("is-zero", "math/is-zero.circom", "IsZero()", [{ in: 0n }, { in: 7n }]),
    component("is-equal", "math/is-zero.circom", "IsEqual()", [{ in: [4n, 4n] }, { in: [4n, 5n] }]),
    component("non-zero", "math/is-zero.circom", "AssertNonZero()", [{ in: 3n }], [{ in: 0n }]),
    component(
      "less-than",
      "math/less-than.circom",
      "LessThan(8)",
      pairs.map(([left, right]) => ({ left, right })),
      [
        { left: 512n, right: 3n },
        { left: 3n, right: 600n },
        { left: 256n + 5n, right: 1n },
      ],
    ),
    component(
      "bits",
      "math/range-check.circom",
      "Bits(16)",
      [{ in: 0n }, { in: NUMBERS }, { in: NUMBERS ^ 65535n }, { in: 65535n }],
      Array.from({ length: 16 }, (_, i) => ({ in: 65536n + (1n << BigInt(i)) })),
    ),
    component(
      "range-check",
      "math/range-check.circom",
      "RangeCheck(16)",
      [{ in: 0n }, { in: NUMBERS }, { in: NUMBERS ^ 65535n }, { in: 65535n }],
      Array.from({ length: 16 }, (_, i) => ({ in: 65536n + (1n << BigInt(i)) })),
    ),
    component("select", "math/select.circom", "Select()", [{ bit: 1n, whenZero: 3n, whenOne: 4n }]),
    component("share", "block/share.circom", "Share()", [
      { total: 123_456_789n, basisPoints: 321n },
      { total: 0n, basisPoints: 5n },
      { total: (1n << 80n) - 1n, basisPoints: 10_000n },
    ]),
  ];
}

function argumentComponents(): Component[] {
  const powers = [3n, 9n, 27n];
  return [
    component("powers", "block/argument.circom", "Powers()", [{ beta: 5n }]),
    component("cell-factor", "block/argument.circom", "CellFactor()", [
      { selected: 1n, index: 5n, static: 77n, dynamic: 88n, access: 99n, gamma: 123456n, powers },
      { selected: 0n, index: 5n, static: 77n, dynamic: 88n, access: 99n, gamma: 123456n, powers },
    ]),
    component("message-factor", "block/argument.circom", "MessageFactor()", [
      { selected: 1n, elements: [5n, 77n, 88n], gamma: 123456n, powers },
    ]),
    component("product", "block/argument.circom", "Product(4)", [{ factors: [3n, 5n, 7n, 9n] }]),
    component("term", "block/argument.circom", "Term()", [{ numerator: 5n, key: 6n, gamma: 1000n }]),
  ];
}

function hashComponents(): Component[] {
  return [
    ...[2, 3, 4, 5, 16].map((n) =>
      component(`poseidon-${n}`, "hash/poseidon.circom", `Poseidon(${n})`, [
        { inputs: words(n), capacity: 9n },
      ]),
    ),
    component("poseidon-outputs", "hash/poseidon.circom", "PoseidonOutputs(2, 2)", [
      { inputs: words(2), capacity: 9n },
    ]),
    component("sponge", "hash/sponge.circom", "PoseidonSponge(20)", [{ words: words(20), domain: 5n }]),
    component("public-data", "public-data/public-data.circom", "PublicData(20)", [
      { words: words(20), z: 12345678901234567890n, domain: 7n },
    ]),
  ];
}

function treeComponents(): Component[] {
  const tree = createTree({ depth: 2, nodeDomain: 1n });
  for (let i = 0; i < 16; i += 1) tree.set(i, 1000n + BigInt(i) ** 3n);
  const updates = [0, 6, 9, 15].map((index) => {
    const { bits, leaf, children } = tree.proof(index);
    return { bits, oldLeaf: leaf, newLeaf: leaf + 5n, children };
  });
  return [
    component(
      "merkle-inclusion",
      "merkle/merkle-inclusion.circom",
      "MerkleInclusion(2, 1)",
      updates.map(({ bits, oldLeaf, children }) => ({ bits, leaf: oldLeaf, children })),
    ),
    component("merkle-root", "merkle/merkle-root.circom", "MerkleRoot(2, 1)", [{ leaves: words(16) }]),
    component("merkle-update", "merkle/merkle-update.circom", "MerkleUpdate(2, 1)", updates),
  ];
}

/** A signature of a message by Alice, with the hash that its equation uses. */
function signatureOf(message: bigint): { input: CircuitInput; hash: bigint } {
  const { ax, ay } = publicKey(privateKey(ALICE));
  const { r8x, r8y, s } = signMessage(privateKey(ALICE), message);
  return { input: { ax, ay, r8x, r8y, s, message }, hash: poseidon(0n, [r8x, r8y, ax, ay, message]) };
}

/** The first signature, over messages from 1000 on, whose hash is as asked. */
function signatureWith(accepts: (hash: bigint) => boolean): CircuitInput {
  for (let message = 1000n; ; message += 1n) {
    const { input, hash } = signatureOf(message);
    if (accepts(hash)) return input;
  }
}

function signatureComponents(): Component[] {
  const order = SUBGROUP_ORDER;
  // k = 8 in the circuit's h = e + k·l; and a hash for which k = 9 would do too.
  const eight = signatureWith((hash) => hash / order === 7n && (hash % order) % 2n === 0n);
  const nine = signatureWith((hash) => hash % 2n === 0n && 9n * order - hash < 1n << 251n);
  const plain = component("signature", "signature/eddsa.circom", "VerifySignature()", [
    ...[1n, 2n, 3n].map((message) => signatureOf(message).input),
    eight,
  ]);
  const patch = (text: string): string =>
    text
      .replace("var quotient = scalar \\ subgroupOrder();", "var quotient = 9;")
      .replace("if (remainder % 2 == 0) {", "if (0 == 1) {");
  return [{ ...plain, lies: { lies: { name: "nine", patch }, inputs: [nine] } }];
}

/** Settling a chunk twice, for every chunk, and bits that would carry it. */
function settleBit(): Component {
  const inputs: CircuitInput[] = [];
  const tampered: CircuitInput[] = [];
  for (let chunk = 0n; chunk < 64n; chunk += 1n) {
    inputs.push({ bitmap: 0n, chunk });
    tampered.push({ bitmap: 1n << chunk, chunk }, { bitmap: -(1n << (63n - (chunk % 2n))) + 1n, chunk });
  }
  inputs.push({ bitmap: 0x5555_5555_5555_5555n, chunk: 1n }, { bitmap: 0x2aaa_aaaa_aaaa_aaaan, chunk: 0n });
  tampered.push({ bitmap: -1n, chunk: 63n }, { bitmap: 0n, chunk: 64n });
  const witnesses = (subject: MutationSubject): bigint[][] =>
    [0, 1, 2, 3, 4, 5].map((bit) => shiftedPower(subject, bit));
  return {
    ...component("settle-bit", "block/settlement.circom", "SettleBit()", inputs, tampered),
    witnesses,
  };
}

/** Wires by the names of their signals, compiler's numbers left out. */
const wiresByName = (subject: MutationSubject): Map<string, number> =>
  new Map([...subject.wires].map(([name, wire]) => [anonymous(name), wire]));

/** An empty bitmap in which one false bit of the chunk's number sets bit 3. */
function shiftedPower(subject: MutationSubject, bit: number): bigint[] {
  const wires = wiresByName(subject);
  const witness = subject.calculate({ bitmap: 0n, chunk: 0n });
  const set = (name: string, value: bigint): void => {
    const wire = wires.get(`main.${name}`);
    if (wire !== undefined) witness[wire] = value;
  };
  const value = (7n * invertModulo((1n << (1n << BigInt(bit))) - 1n, FIELD_MODULUS)) % FIELD_MODULUS;
  set(`ChunkPower.bits[${bit}]`, value);
  set("chunk", (value << BigInt(bit)) % FIELD_MODULUS);
  for (let i = bit; i < 6; i += 1) set(`ChunkPower.partial[${i}]`, 8n);
  set("power", 8n);
  set("newBitmap", 8n);
  set("after[0]", 0n);
  set("after[3]", 1n);
  return witness;
}

/** An operation slot signed by Alice with the kind and fields given, whatever its flags say. */
function signedSlot(
  base: CircuitInput,
  kind: bigint,
  fields: Readonly<Record<string, bigint>>,
): CircuitInput {
  const key = publicKey(privateKey(ALICE));
  const input = { ...base, receiver: 0n, data: 0n, owner: 5n, ...fields } as Record<string, bigint>;
  const route = operationRoute.encode({
    kind,
    signer: input.signer!,
    nonce: input.nonce!,
    expiry: input.expiry!,
    receiver: input.receiver!,
    fee: input.fee!,
    priorityFee: input.priorityFee!,
  });
  const fixed = accountStatic(key.ax, key.ay, input.owner!);
  const words = [input.operationDomain!, fixed, route, input.amount!, input.data!];
  const { r8x, r8y, s } = signMessage(privateKey(ALICE), poseidon(DOMAIN_OPERATION, words));
  return { ...input, ax: key.ax, ay: key.ay, r8x, r8y, s };
}

/** Signed slots whose flags are no flags, and fields that their kind does not have. */
function falseOperations(base: CircuitInput): CircuitInput[] {
  const flags = (isTransfer: bigint, isPostOrder: bigint, isWithdraw: bigint) => ({
    isTransfer,
    isPostOrder,
    isWithdraw,
  });
  return [
    signedSlot(base, 4n, flags(-1n, 1n, 1n)),
    signedSlot(base, 2n, flags(1n, -1n, 1n)),
    signedSlot(base, 0n, flags(1n, 1n, -1n)),
    signedSlot(base, 3n, flags(1n, 1n, 0n)),
    signedSlot(base, 3n, { ...flags(0n, 0n, 1n), receiver: 5n }),
    signedSlot(base, 3n, { ...flags(0n, 0n, 1n), data: 5n }),
  ];
}

/** A withdrawal whose flag says transfer: its kind is not what the flags give. */
function falseKind(subject: MutationSubject, base: CircuitInput): bigint[] {
  const wires = wiresByName(subject);
  const input = signedSlot(base, 3n, { isTransfer: 0n, isPostOrder: 0n, isWithdraw: 1n });
  const witness = subject.calculate(input);
  witness[wires.get("main.isTransfer")!] = 1n;
  witness[wires.get("main.isWithdraw")!] = 0n;
  witness[wires.get("main.transferCredit")!] = input.amount as bigint;
  return witness;
}

const FLAGS = [-1n, 0n, 1n, 2n];

/** Every combination of small values of three flags. */
function flagCombinations(input: CircuitInput, names: readonly [string, string, string]): CircuitInput[] {
  const result: CircuitInput[] = [];
  for (const x of FLAGS) {
    for (const y of FLAGS) {
      for (const z of FLAGS) result.push({ ...input, [names[0]]: x, [names[1]]: y, [names[2]]: z });
    }
  }
  return result;
}

/** The slots of the block circuit, with inputs from blocks. `blocks` are inputs of the block circuit of depth 2. */
export function slotComponents(blocks: readonly CircuitInput[], settlements: number): Component[] {
  const collect = (prefix: string, extra: (slot: number, block: CircuitInput) => object): CircuitInput[] =>
    blocks.flatMap((block) => {
      const [, column] = Object.entries(block).find(
        ([name, value]) => new RegExp(`^${prefix}[A-Z]`).test(name) && Array.isArray(value),
      )!;
      const count = (column as readonly unknown[]).length;
      return Array.from({ length: count }, (_, slot) => ({
        ...slotInput(block, prefix, slot),
        ...extra(slot, block),
      }));
    });
  const requests = collect("request", () => ({}));
  const settled = collect("settlement", (slot) => ({
    statementDomain: STATEMENT_DOMAIN,
    time: BigInt(slot + 1),
  }));
  const orders = collect("order", () => ({}));
  const operations = collect("operation", (slot, block) => ({
    operationDomain: block.operationDomain,
    blockTime: block.blockTime,
    time: BigInt(settlements + slot + 1),
  }));
  const flags = (inputs: readonly CircuitInput[], names: readonly [string, string, string]): CircuitInput[] =>
    inputs.slice(0, 6).flatMap((input) => flagCombinations(input, names));
  return [
    component(
      "request",
      "block/request.circom",
      "Request()",
      requests,
      flags(requests, ["isRegister", "isDeposit", "isSeed"]),
      true,
    ),
    component("chunk-range", "block/settlement.circom", "ChunkRange()", [
      { chunk: 1n, earlierChunks: 1n, lastChunk: 3n, chunkSize: 4n },
      { chunk: 0n, earlierChunks: 1n, lastChunk: 3n, chunkSize: 4n },
      { chunk: 21n, earlierChunks: 63n, lastChunk: 21_845n, chunkSize: 43_690n },
      { chunk: 0n, earlierChunks: 42n, lastChunk: 1n, chunkSize: 43_690n },
    ]),
    settleBit(),
    component("settlement", "block/settlement.circom", "Settlement()", settled, [], true),
    component("posted-order", "block/order.circom", "PostedOrder(2)", orders, [], true),
    {
      ...component(
        "operation",
        "block/operation.circom",
        "Operation()",
        operations,
        falseOperations(operations[0]!),
      ),
      witnesses: (subject: MutationSubject) => [falseKind(subject, operations[0]!)],
    },
  ].map((slot) => ({
    ...slot,
    places: /PostedOrder/.test(slot.instance.source)
      ? /^main\.order$/
      : /= (Request|Settlement|Operation)\(/.test(slot.instance.source)
        ? new RegExp(`^main\\.${slot.instance.name.replace("mutant-", "")}$`)
        : slot.places,
  }));
}

/** A cell over a path on which its leaf is `leaf`, with the root that follows. */
function overLeaf(cell: CircuitInput, leaf: bigint): CircuitInput {
  const bits = cell.bits as readonly bigint[];
  const children = (cell.children as readonly (readonly bigint[])[]).map((nodes) => [...nodes]);
  let value = leaf;
  for (const [level, nodes] of children.entries()) {
    nodes[Number(bits[2 * level]! + 2n * bits[2 * level + 1]!)] = value;
    value = poseidon(DOMAIN_STATE_NODE, nodes);
  }
  return { ...cell, children, root: value };
}

/** Cells that lie about what they are, over trees that go along with it. */
function falseCells(cells: readonly CircuitInput[]): CircuitInput[] {
  const hash = (cell: CircuitInput): bigint =>
    poseidon(DOMAIN_CELL, [cell.static as bigint, cell.oldDynamic as bigint]);
  const order = cells.find(({ isOrder, created }) => isOrder === 1n && created === 0n)!;
  const posted = cells.find(({ isOrder, created }) => isOrder === 1n && created === 1n)!;
  return [
    // Two kinds at once, over twice the leaf; no slot at all that creates, over its negative; made and gone at once.
    overLeaf({ ...order, isAccount: 1n }, (2n * hash(order)) % FIELD_MODULUS),
    overLeaf({ ...order, isOrder: 0n, created: 1n, credit: 0n }, FIELD_MODULUS - hash(order)),
    { ...posted, amount: 0n, payload: 0n },
  ];
}

/** A cell alone; its root is the root of its own path. */
export function cellComponent(blocks: readonly CircuitInput[]): Component {
  const cells = blocks.flatMap((block) =>
    Array.from({ length: (block.cellStatic as readonly bigint[]).length }, (_, slot): CircuitInput => {
      const cell = slotInput(block, "cell", slot);
      const path = cell.children as readonly (readonly bigint[])[];
      return { ...cell, root: poseidon(DOMAIN_STATE_NODE, [...path.at(-1)!]) };
    }),
  );
  const flags = cells
    .slice(0, 8)
    .flatMap((cell) => flagCombinations(cell, ["isAccount", "isSeed", "isOrder"]));
  const tampered = [...falseCells(cells), ...flags];
  return {
    ...component("cell", "block/cell.circom", "Cell(2)", cells, tampered, true),
    places: /^main\.cell$/,
  };
}

/** The wrapper of every program at its smallest: four jobs of two words; a full chunk and one of three jobs. */
function taskBatch(): Component {
  const shape = { name: "mutant", chunkDepth: 1, inputWords: 2, resultWords: 1 };
  const inputs = Array.from({ length: 7 }, (_, job) => words(2, 31n + BigInt(job)));
  const parameterWords = words(3);
  const good = [0, 1].map((chunk): CircuitInput => {
    const count = chunk === 0 ? 4 : 3;
    const statement = chunkStatement(shape, {
      domain: (1n << 247n) / 3n,
      provider: (1n << 159n) / 3n,
      price: 0x5555_5555_5555_5555n,
      parametersCommitment: parametersCommitmentOf(parameterWords),
      inputs,
      chunk,
      results: Array.from({ length: count }, (_, job) => [BigInt(job + 5)]),
    });
    const input = chunkWitnessInput(shape, { statement, parameterWords, inputs, z: 12_345n });
    const resultWords = Array.from({ length: 4 }, (_, job) => [BigInt(job + 5)]);
    return { ...input, resultWords };
  });
  const [_full, _last] = good as [CircuitInput, CircuitInput];
  const [full] = good as [CircuitInput, CircuitInput];
  // Inputs in jobs that are not active; flags that are none, or no prefix; counts that are none.
  const flags: readonly (readonly [active: bigint[], hidden?: number])[] = [
    [[1n, 2n, 0n, 0n]],
    [[1n, 1n, 2n, 0n]],
    [[1n, 1n, 1n, 2n]],
    [[1n, 0n, 1n, 0n]],
    [[1n, 1n, 0n, 1n]],
    ...[1, 2, 3].flatMap((hidden): [bigint[], number][] => [
      [[1n, 0n, 0n, 0n].map((flag, job) => (job < hidden ? 1n : flag)), 2 * hidden],
      [[1n, 0n, 0n, 0n].map((flag, job) => (job < hidden ? 1n : flag)), 2 * hidden + 1],
    ]),
  ];
  const patch = (text: string): string =>
    text.includes("template TaskBatch(")
      ? text
          .replace("    signal input price;\n", "    signal input price;\n    signal input lie[B];\n")
          .replace("active[i] <-- i < count ? 1 : 0;", "active[i] <-- lie[i];")
      : text;
  const lying = flags.map(([active, hidden]) => withFlags(full, active, hidden));
  const counts = [0n, 5n, -1n].map((count) => ({ ...full, count }));
  return {
    ...component("task-batch", "programs/task-batch.circom", "TaskBatch(1, 2, 1, 3)", good, counts, true),
    lies: { lies: { name: "flags", patch }, inputs: lying },
  };
}

/** A chunk with false flags whose input tree goes along; word `hidden` (2 · job + word) is filled though its job is off. */
function withFlags(full: CircuitInput, active: readonly bigint[], hidden: number | undefined): CircuitInput {
  const inputWords = (full.inputWords as readonly (readonly bigint[])[]).map((job, i) =>
    job.map((word, w) => (active[i] === 1n || hidden === 2 * i + w ? word : 0n)),
  );
  const leaves = inputWords.map(
    (job, i) => (active[i]! * poseidon(DOMAIN_JOB_INPUT, [...job])) % FIELD_MODULUS,
  );
  let value = poseidon(DOMAIN_JOB_NODE, leaves);
  const inputsPath = (full.inputsPath as readonly (readonly bigint[])[]).map((nodes) => {
    const path = [value, ...nodes.slice(1)];
    value = poseidon(DOMAIN_JOB_NODE, path);
    return path;
  });
  const count = active.reduce((sum, flag) => sum + flag, 0n);
  return { ...full, count, inputWords, inputsPath, lie: [...active] };
}

/** One image through a network of two hidden units: sums of either sign, and each class winning. */
function digitsNetwork(): Component {
  const unit = 1n << 19n;
  const inputs = Array.from({ length: 4 }, (_, variant): CircuitInput => {
    const weight = (i: number, j: number): bigint => BigInt(((i * 37 + j * 11 + variant * 29) % 255) - 127);
    return {
      words: words(2, 99n + BigInt(variant)).map((word) => word % (1n << 160n)),
      hiddenRows: Array.from({ length: 64 }, (_, i) => weight(i, 1) + weight(i, 2) * unit),
      hiddenBias: 77n - 55n * unit,
      outputWeights: Array.from({ length: 10 }, (_, k) => [weight(k, 3), weight(k, 4)]),
      outputBiases: Array.from({ length: 10 }, (_, k) => weight(k, 5) * 1000n),
    };
  });
  return component("digits-network", "programs/digits-network.circom", "DigitsNetwork(2)", inputs, [], false);
}

/** Parameters of a network of one hidden unit, from random words of their widths. */
function digitsParameters(): Component {
  const widths = [
    ...new Array<number>(64).fill(8),
    14,
    ...new Array<number>(10).fill(8),
    ...new Array<number>(10).fill(26),
  ];
  const sizes: number[] = [0];
  for (const width of widths) {
    if (sizes.at(-1)! + width > 248) sizes.push(0);
    sizes[sizes.length - 1] = sizes.at(-1)! + width;
  }
  const pack = (pattern: bigint): CircuitInput => ({
    words: sizes.map((bits) => (pattern * ((1n << 256n) / 255n)) & ((1n << BigInt(bits)) - 1n)),
  });
  return component("digits-parameters", "programs/digits-parameters.circom", "DigitsParameters(1)", [
    pack(0x55n),
    pack(0xaan),
  ]);
}

/** The templates of task programs. */
export const programComponents = (): Component[] => [digitsParameters(), digitsNetwork(), taskBatch()];

/** Gadgets, hashes, trees, signatures and arguments. */
export const gadgetComponents = (): Component[] => [
  ...mathComponents(),
  ...argumentComponents(),
  ...hashComponents(),
  ...treeComponents(),
  ...signatureComponents(),
];

type Path = readonly (string | number)[];

/** Paths of all numbers in an input. */
export function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object") return [path];
  return Object.entries(value as object).flatMap(([key, item]) => leaves(item, [...path, key]));
}

/** A copy of the input with numbers changed. */
export function changed(
  input: CircuitInput,
  changes: readonly (readonly [Path, (value: bigint) => bigint])[],
): CircuitInput {
  const copy = structuredClone(input) as Record<string, unknown>;
  for (const [path, by] of changes) {
    let target = copy;
    for (const key of path.slice(0, -1)) target = target[key] as Record<string, unknown>;
    const last = path.at(-1)!;
    target[last] = by(target[last] as bigint);
  }
  return copy as CircuitInput;
}

const SINGLE: readonly ((value: bigint) => bigint)[] = [
  (value) => value + 1n,
  (value) => value - 1n,
  () => 0n,
  () => 1n,
  () => 2n,
  () => -1n,
  (value) => value + (1n << 64n),
  (value) => value + (1n << 24n),
];
const DOUBLE: readonly ((value: bigint) => bigint)[] = [(value) => value + 1n, (value) => value - 1n];

/** Inputs with one number changed, and with two if asked. */
export function* tamperedInputs(input: CircuitInput, pairs: boolean): Generator<CircuitInput> {
  const paths = leaves(input);
  for (const path of paths) for (const by of SINGLE) yield changed(input, [[path, by]]);
  if (!pairs) return;
  const scalar = paths.filter((path) => path.length === 1);
  for (const [i, one] of scalar.entries()) {
    for (const two of scalar.slice(i + 1)) {
      for (const byOne of DOUBLE) {
        for (const byTwo of DOUBLE) {
          yield changed(input, [
            [one, byOne],
            [two, byTwo],
          ]);
        }
      }
    }
  }
}
