// Templates under mutation on their own, where every input and output is free: good inputs, and how they are tampered
// with. A constraint that is killed here is needed by its template; the block circuit's own runs show the same in place.
import type { CircuitInput, CircuitInstance } from "@catalyze/circuits/build";
import {
  distributionTime,
  operationTime,
  poseidon,
  publicKey,
  requestTime,
  SUBGROUP_ORDER,
  settlementTime,
  signMessage,
} from "@catalyze/circuits/reference";
import {
  type BlockSize,
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
import { inputOf } from "../block/blocks.js";
import { forcedSettlement, refusedSettlements, startedRequests } from "../block/request-scenario.js";
import { ALICE, emptyScenario, privateKey, runBlock, STATEMENT_DOMAIN } from "../block/scenario.js";
import { changed, leaves, slotInput } from "../inputs.js";

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

/** A template on its own; it stands in larger circuits under its own name. */
export const component = (
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
    component(
      "below-ten-thousand",
      "math/below-ten-thousand.circom",
      "BelowTenThousand()",
      [0n, 1n, 9999n, 5555n, 4444n, 6789n].map((value) => ({ in: value })),
      [10_000n, 16_383n, -1n].map((value) => ({ in: value })),
    ),
    {
      ...component("division", "block/share.circom", "Division()", [
        { left: 0n, right: 5n },
        { left: 0x5555_5555_5555_5555n, right: 43_690n },
        { left: 0x2aaa_aaaa_aaaa_aaaan, right: 21_845n },
        { left: (1n << 64n) - 1n, right: 65_535n },
      ]),
      places: /(^|\.)(Division|total)$/,
    },
    component("share-of-division", "block/share.circom", "ShareOfDivision()", [
      { quotient: 12_345n, remainder: 6789n, basisPoints: 321n },
      { quotient: 0n, remainder: 9999n, basisPoints: 10_000n },
      { quotient: 1n << 66n, remainder: 5555n, basisPoints: 5461n },
    ]),
    component("at-most-ten-thousand", "block/order.circom", "AtMostTenThousand()", [
      { in: 0n },
      { in: 10_000n },
      { in: 9999n },
      { in: 5461n },
    ]),
    component("share", "block/share.circom", "Share()", [
      { total: 123_456_789n, basisPoints: 321n },
      { total: 0n, basisPoints: 5n },
      { total: (1n << 80n) - 1n, basisPoints: 10_000n },
    ]),
  ];
}

function argumentComponents(): Component[] {
  const powers = [1, 2, 3, 4, 5, 6, 7, 8].map((power) => 3n ** BigInt(power));
  return [
    component("powers", "block/argument.circom", "Powers()", [{ beta: 5n }]),
    component("cell-factor", "block/argument.circom", "CellFactor()", [
      { selected: 1n, index: 5n, static: 77n, dynamic: 88n, access: 99n, gamma: 123456n, powers },
      { selected: 0n, index: 5n, static: 77n, dynamic: 88n, access: 99n, gamma: 123456n, powers },
    ]),
    component("order-message", "block/argument.circom", "OrderMessage()", [
      { requester: 5n, nonce: 6n, static: 77n, amount: 88n, gamma: 123456n, powers },
    ]),
    component("list-message", "block/argument.circom", "ListMessage()", [
      { commitment: 77n, total: 88n, gamma: 123456n, powers },
    ]),
    component("cancellation-message", "block/argument.circom", "CancellationMessage()", [
      { requester: 5n, index: 6n, static: 77n, time: 8n, gamma: 123456n, powers },
    ]),
    component("rotation-message", "block/argument.circom", "RotationMessage()", [
      { index: 6n, static: 77n, owner: 9n, gamma: 123456n, powers },
    ]),
    component("forced-message", "block/argument.circom", "ForcedMessage()", [
      { route: 5n, task: 6n, head0: 77n, head1: 88n, gamma: 123456n, powers },
    ]),
    component("product", "block/argument.circom", "Product(4)", [{ factors: [3n, 5n, 7n, 9n] }]),
    component("term", "block/argument.circom", "Term()", [
      { numerator: 5n, key: 6n, gamma: 1000n },
      { numerator: 0n, key: 6n, gamma: 1000n },
    ]),
  ];
}

function hashComponents(): Component[] {
  return [
    ...[2, 3, 4, 5, 16].map((n) =>
      component(`poseidon-${n}`, "hash/poseidon.circom", `Poseidon(${n})`, [
        { inputs: words(n), capacity: 9n },
      ]),
    ),
    component("poseidon-fixed", "hash/poseidon.circom", "PoseidonFixed(4, 7)", [{ inputs: words(4) }]),
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
  const capacity = (DOMAIN_OPERATION + input.operationDomain!) % FIELD_MODULUS;
  const message = poseidon(capacity, [fixed, route, input.amount!, input.data!]);
  const { r8x, r8y, s } = signMessage(privateKey(ALICE), message);
  return { ...input, ax: key.ax, ay: key.ay, r8x, r8y, s };
}

/** Flags of an operation, by kind. */
const OPERATION_FLAGS = [
  "isTransfer",
  "isPostOrder",
  "isWithdraw",
  "isMultiTransfer",
  "isCancelOrder",
  "isRotateKey",
];

/** Signed slots whose flags are no flags, and fields that their kind does not have. */
function falseOperations(base: CircuitInput): CircuitInput[] {
  const none = Object.fromEntries(OPERATION_FLAGS.map((name) => [name, 0n]));
  const flags = (isTransfer: bigint, isPostOrder: bigint, isWithdraw: bigint) => ({
    ...none,
    isTransfer,
    isPostOrder,
    isWithdraw,
  });
  return [
    ...OPERATION_FLAGS.map((name, i) => {
      // One flag is -1 and two others make up for it: used is 1 and the kind a number of eight bits.
      const [two, three] = OPERATION_FLAGS.filter((other) => other !== name).slice(-2) as [string, string];
      const kind = OPERATION_FLAGS.indexOf(two) + OPERATION_FLAGS.indexOf(three) + 1 - i;
      return signedSlot(base, BigInt(kind), { ...none, [name]: -1n, [two]: 1n, [three]: 1n, amount: 0n });
    }),
    signedSlot(base, 5n, { ...none, isCancelOrder: 1n, amount: 7n }),
    signedSlot(base, 6n, { ...none, isRotateKey: 1n, amount: 7n }),
    signedSlot(base, 4n, { ...none, isMultiTransfer: 1n, receiver: 5n }),
    signedSlot(base, 3n, flags(1n, 1n, 0n)),
    signedSlot(base, 3n, { ...flags(0n, 0n, 1n), receiver: 5n }),
    signedSlot(base, 3n, { ...flags(0n, 0n, 1n), data: 5n }),
  ];
}

/** A withdrawal whose flag says transfer: its kind is not what the flags give. */
function falseKind(subject: MutationSubject, base: CircuitInput): bigint[] {
  const wires = wiresByName(subject);
  const none = Object.fromEntries(OPERATION_FLAGS.map((name) => [name, 0n]));
  const input = signedSlot(base, 3n, { ...none, isWithdraw: 1n });
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

/** Flags of a request with the numbers of their kinds. */
const REQUEST_FLAGS = [
  "isRegister",
  "isDeposit",
  "isSeed",
  "isExitAccount",
  "isExitSeed",
  "isUpdateTerms",
  "isExitOrder",
  "isForcedSettle",
];

/** Two flags of which one is no boolean and makes up for the other in the route. */
const falseRequests = (idle: CircuitInput): CircuitInput[] =>
  REQUEST_FLAGS.map((name, i) => {
    const other = i === 0 ? 1 : 0;
    const value = -BigInt(other + 1) * invertModulo(BigInt(i + 1), FIELD_MODULUS);
    return {
      ...idle,
      [REQUEST_FLAGS[other]!]: 1n,
      [name]: ((value % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS,
    };
  });

/** Collects inputs of one kind of slot from the blocks, with what the block gives each. */
type Collect = (prefix: string, extra: (slot: number, block: CircuitInput) => object) => CircuitInput[];

/** Slots of payment legs, cancellations, rotations and distributions. */
function signedSlots(collect: Collect, size: BlockSize): Component[] {
  const before = { outBefore: 7n ** 80n, totalBefore: 1n << 83n };
  const legGroups = collect("legGroup", () => before);
  const idleGroup = legGroups.at(-1)!;
  const cancellations = collect("cancellation", (_, { blockTime }) => ({ blockTime }));
  const rotations = collect("rotation", () => ({}));
  const distributions = collect("distribution", (slot) => ({ time: distributionTime(size, slot) }));
  return [
    component("leg-group", "block/leg-group.circom", "LegGroup()", legGroups, [
      { ...idleGroup, continues: 1n },
      { ...idleGroup, used: 2n },
    ]),
    component("cancellation", "block/cancellation.circom", "Cancellation()", cancellations),
    component("rotation", "block/rotation.circom", "Rotation()", rotations),
    component("distribution", "block/distribution.circom", "Distribution()", distributions, [
      { ...distributions.at(-1)!, payouts: 5n },
    ]),
  ];
}

/** Slots of requests about orders: absent and present, carried out and refused, and unused. */
function forcedOrder(collect: Collect, size: BlockSize): Component {
  const inBlocks = collect("forced", (_, { oldRoot, statementDomain }) => ({
    root: oldRoot,
    statementDomain,
  }));
  const inputs = [...inBlocks, ...refusedForcedOrders(size)];
  const absent = inBlocks.find(({ isExit, present }) => isExit === 1n && present === 0n)!;
  const tampered = [
    { ...absent, isExit: 2n },
    // An order in an unused slot, over the path of an empty tree.
    {
      ...inBlocks.find(({ present }) => present === 1n)!,
      isExit: 0n,
      isSettle: 0n,
      root: emptyScenario(size).state.tree.root,
    },
  ];
  const template = `ForcedOrder(${size.depth})`;
  return component("forced-order", "block/forced-order.circom", template, inputs, tampered);
}

/** Settlements of a chunk of which something doesn't fit, as slots. */
function refusedForcedOrders(size: BlockSize): CircuitInput[] {
  const { scenario, orderIndex } = startedRequests({}, size);
  const { request, statement } = forcedSettlement(scenario, orderIndex, 1);
  const [, other] = refusedSettlements(scenario, orderIndex)[0]!;
  const block = runBlock(scenario, (draft) => {
    draft.addRequest(other.request, other.statement);
    draft.addRequest({ ...request, index: orderIndex + 1 }, statement);
  });
  return Array.from({ length: 2 }, (_, slot) => ({
    ...slotInput(inputOf(block), "forced", slot),
    root: block.oldRoot,
    statementDomain: STATEMENT_DOMAIN,
  }));
}

/** Components of the block circuit by the names of their templates under mutation. */
const SLOT_PLACES: Readonly<Record<string, RegExp>> = {
  "mutant-request": /^main\.request$/,
  "mutant-settlement": /^main\.settlement$/,
  "mutant-posted-order": /^main\.order$/,
  "mutant-opening": /^main\.opening$/,
  "mutant-operation": /^main\.operation$/,
  "mutant-leg-group": /^main\.legGroup$/,
  "mutant-cancellation": /^main\.cancellation$/,
  "mutant-rotation": /^main\.rotation$/,
  "mutant-distribution": /^main\.distribution$/,
  "mutant-forced-order": /^main\.forcedSlot$/,
};

/** The slots of the block circuit, with inputs from blocks. `blocks` are inputs of the block circuit of depth 2. */
export function slotComponents(blocks: readonly CircuitInput[], size: BlockSize): Component[] {
  const collect: Collect = (prefix, extra) =>
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
  const requests = collect("request", (slot) => ({ slotTime: requestTime(slot) }));
  const idle = requests.at(-1)!;
  const settled = collect("settlement", (slot) => ({
    statementDomain: STATEMENT_DOMAIN,
    time: settlementTime(size, slot),
  }));
  const orders = collect("order", () => ({}));
  const openings = collect("opening", () => ({}));
  const operations = collect("operation", (slot, block) => ({
    operationDomain: block.operationDomain,
    blockTime: block.blockTime,
    time: operationTime(size, slot),
  }));
  const flags = (inputs: readonly CircuitInput[], names: readonly [string, string, string]): CircuitInput[] =>
    inputs.slice(0, 6).flatMap((input) => flagCombinations(input, names));
  return [
    component(
      "request",
      "block/request.circom",
      "Request()",
      requests,
      [...flags(requests, ["isRegister", "isDeposit", "isSeed"]), ...falseRequests(idle)],
      true,
    ),
    component("chunk-range", "block/settlement.circom", "ChunkRange()", [
      { chunk: 1n, earlierChunks: 1n, lastChunk: 3n, chunkSize: 4n },
      { chunk: 0n, earlierChunks: 1n, lastChunk: 3n, chunkSize: 4n },
      { chunk: 21n, earlierChunks: 63n, lastChunk: 21_845n, chunkSize: 43_690n },
      { chunk: 0n, earlierChunks: 42n, lastChunk: 1n, chunkSize: 43_690n },
      { chunk: 9n, earlierChunks: 10n, lastChunk: 480n, chunkSize: 4321n },
    ]),
    settleBit(),
    component("settlement", "block/settlement.circom", "Settlement()", settled, [], true),
    component("posted-order", "block/order.circom", "PostedOrder()", orders, [], true),
    component(
      "opening",
      "block/opening.circom",
      "Opening()",
      openings,
      [
        ...openings.map((opening) => ({ ...opening, isAccount: 1n, isSeed: 1n })),
        ...openings.map((opening) => ({ ...opening, isAccount: 0n, isSeed: 0n, uses: 1n })),
      ],
      true,
    ),
    ...signedSlots(collect, size),
    forcedOrder(collect, size),
    component("operations-root", "block/operations-root.circom", "OperationsRoot(20)", [
      { words: words(20) },
    ]),
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
    places: SLOT_PLACES[slot.instance.name] ?? slot.places,
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
    // Two kinds at once, over twice the leaf, and empty, since 1 - used is not zero; no slot at all that creates, over its
    // negative; made and gone at once.
    overLeaf(
      { ...order, isAccount: 1n, amount: 0n, credit: 0n, presence: 0n, opened: 0n },
      (2n * hash(order)) % FIELD_MODULUS,
    ),
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
