// Random calls that enter the L1 queue, honest and hostile. A hostile call names the custom error that it must meet, and what
// the reference answers when the request is offered to it all the same.
import {
  chunkCount,
  createBlockDraft,
  decodeRequest,
  getOrder,
  isValidPublicKey,
  ownersRoot,
  publicKey,
  type Request,
  type RoyaltyLevel,
  requestWords,
  type Statement,
  statementBytes,
  statementCommitment,
} from "@catalyze/circuits/reference";
import { challenge } from "@catalyze/circuits/schema";
import { ctzAbi, rollupAbi, seedRegistryAbi } from "@catalyze/contracts";
import { bytesToHex, type Hex, parseEventLogs, zeroHash } from "viem";
import { contextOf, programIdOf, proveWith, UNIT } from "../support/rollup.js";
import { squaresInput, squaresParameters, squaresStatement } from "./program.js";
import {
  agree,
  type Call,
  cellsOf,
  type Person,
  present,
  refusalOf,
  send,
  tally,
  type World,
} from "./world.js";

/** A call to L1 with what it must meet. */
interface Attempt {
  readonly name: string;
  readonly from: Person;
  readonly call: Call;
  /** Custom error; undefined when the call must succeed. */
  readonly refusal?: string;
  /** The reference's answer: the class of error that stands for the custom error, and how to get it. */
  readonly reference?: { readonly code: string; ask(): string };
  readonly statement?: Statement;
  /** CTZ in units that the call takes from the caller. */
  readonly units?: bigint;
  /** Runs after success. */
  readonly after?: (request: Request | undefined) => Promise<void> | void;
}

const addressOf = (person: Person): Hex => person.account.address;

/** Code with which the reference refuses a request, offered to an empty block; "accepted" when it does not. */
function referenceCode(world: World, request: Request, statement?: Statement): string {
  const { state, domains, parts, number, firstRequest } = world;
  const header = { size: parts.size, ...domains, number, time: request.time, feeAccount: 1, firstRequest };
  try {
    requestWords(request);
    createBlockDraft(state, header).addRequest(request, statement);
    return "accepted";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

const rollupCall = ({ parts }: World, functionName: string, args: readonly unknown[]): Call => ({
  address: parts.deployment.rollup,
  functionName,
  args,
});
const seedCall = ({ parts }: World, functionName: string, args: readonly unknown[]): Call => ({
  address: parts.deployment.seedRegistry,
  functionName,
  args,
});

/** A fresh private key of the campaign, which is remembered. */
export function drawKey({ random, keys }: World): { key: Uint8Array; ax: bigint; ay: bigint } {
  const key = Uint8Array.from({ length: 32 }, () => random.integer(0, 255));
  const { ax, ay } = publicKey(key);
  keys.set(ax, key);
  return { key, ax, ay };
}

function registration(world: World, from: Person): Attempt {
  const { ax, ay } = drawKey(world);
  const units = world.random.amount(0n, 5_000_000n);
  return {
    ...{ name: "register", from, units, call: rollupCall(world, "register", [ax, ay, units * UNIT]) },
    after: (request) => {
      from.index = request!.index;
    },
  };
}

function deposit(world: World, from: Person): Attempt {
  const to = world.random.pick(world.people.filter(({ index }) => index !== undefined));
  const units = world.random.amount(1n, 3_000_000n);
  return { name: "deposit", from, units, call: rollupCall(world, "deposit", [to.index, units * UNIT]) };
}

/** Royalties of one level, or of two when the seed's parent has its own. */
function drawLevels(world: World): RoyaltyLevel[] {
  const { random } = world;
  const people = present(world);
  const first = random.amount(1n, 9_999n);
  const owners = [
    { receiver: random.pick(people).index, share: first },
    { receiver: random.pick(people).index, share: 10_000n - first },
  ];
  return [{ owners, parentShare: 0n }];
}

/** A seed with parts of its royalties for two accounts. */
function seedRegistration(world: World, from: Person): Attempt {
  const { random, parts, seeds, parameters } = world;
  const parameter = random.amount(0n, 1_000_000n);
  const commitment = squaresParameters(parameter);
  parameters.set(commitment, parameter);
  const terms = {
    royalty: random.integer(0, 4000),
    middleware: random.integer(0, 2000),
    burn: random.integer(0, 2000),
    pool: random.integer(0, 2000),
  };
  const args = [zeroHash, "memory:squares", programIdOf(parts.program), commitment, 0n, terms];
  return {
    ...{ name: "registerSeed", from, call: seedCall(world, "register", args) },
    after: async (request) => {
      const seed = { seedId: BigInt(seeds.length + 1), index: request!.index, owner: from, nonce: 0n };
      const levels = drawLevels(world);
      seeds.push({ ...seed, levels });
      const shares = [seed.seedId, ownersRoot(levels[0]!.owners), 0];
      await send(world, from.account, seedCall(world, "setShares", shares), seedRegistryAbi);
    },
  };
}

/** Terms of a seed, none of them higher than before, so that they are queued at once. */
async function termsUpdate(world: World): Promise<Attempt | undefined> {
  const { random, seeds, parts } = world;
  if (seeds.length === 0) return undefined;
  const { seedId, owner } = random.pick(seeds);
  const { terms } = await parts.client.readContract({
    address: parts.deployment.seedRegistry,
    abi: seedRegistryAbi,
    functionName: "seed",
    args: [seedId],
  });
  const lower = (value: number): number => random.integer(Math.max(0, value - 50), value);
  const { royalty, middleware, burn, pool } = terms;
  const next = {
    royalty: lower(royalty),
    middleware: lower(middleware),
    burn: lower(burn),
    pool: lower(pool),
  };
  return { name: "updateSeedTerms", from: owner, call: seedCall(world, "updateTerms", [seedId, next]) };
}

function seedExit(world: World): Attempt | undefined {
  if (world.seeds.length === 0) return undefined;
  const { seedId, owner } = world.random.pick(world.seeds);
  return { name: "exitSeed", from: owner, call: seedCall(world, "exitSeed", [seedId]) };
}

/** The cell of an order, or now and then one without. */
function drawOrder(world: World): number {
  const orders = cellsOf(world, "order");
  const empty = 4 ** world.state.depth - 1 - world.random.integer(0, 9);
  return orders.length === 0 || world.random.chance(10) ? empty : world.random.pick(orders);
}

function orderExit(world: World): Attempt | undefined {
  const { random, state } = world;
  const index = drawOrder(world);
  const cell = state.cells.get(index);
  const requester = cell?.kind === "order" ? Number(cell.order.requester) : undefined;
  const own = world.people.find((one) => one.index === requester && requester !== undefined);
  const from = own !== undefined && random.chance(80) ? own : random.pick(present(world));
  return { name: "exitOrder", from, call: rollupCall(world, "exitOrder", [index]) };
}

/** A true statement about a chunk of an order; undefined when there is none to make. */
export function drawStatement(world: World, orderIndex: number, provider: Person & { index: number }) {
  const { random, state, jobs, parameters, domains } = world;
  const { order } = getOrder(state, orderIndex);
  const inputs = jobs.get(order.inputsRoot);
  const parameter = parameters.get(order.parametersCommitment);
  if (inputs === undefined || parameter === undefined) throw new Error("an order without jobs");
  const chunk = random.integer(0, Number(chunkCount(order)) - 1);
  const price = random.amount(0n, order.priceLimit);
  const statement = squaresStatement({
    ...{ domain: domains.statementDomain, inputs, chunk, parameter, price },
    provider: BigInt(addressOf(provider)),
  });
  return { statement, chunk, parameter, inputs };
}

/** Proves a statement and gives what L1 takes. */
export async function proveSquares(
  { parts }: World,
  {
    statement,
    parameter,
    inputs,
  }: Pick<ReturnType<typeof drawStatement>, "statement" | "parameter" | "inputs">,
) {
  const bytes = statementBytes(statement);
  const z = challenge(contextOf(parts, parts.program), statementCommitment(statement), bytes);
  return {
    words: bytesToHex(bytes),
    proof: await proveWith(parts.program, squaresInput(statement, parameter, inputs), z),
  };
}

/** Records a statement on L1, once. */
export async function record(world: World, drawn: ReturnType<typeof drawStatement>): Promise<bigint> {
  const { parts, recorded, people } = world;
  const commitment = statementCommitment(drawn.statement);
  if (recorded.has(commitment)) return commitment;
  const { words, proof } = await proveSquares(world, drawn);
  const args = [programIdOf(parts.program), commitment, words, proof];
  const call = { address: parts.deployment.statementRegistry, functionName: "record", args };
  await send(world, people[0]!.account, call);
  recorded.add(commitment);
  tally(world.done, "record");
  return commitment;
}

async function forcedSettlement(world: World): Promise<Attempt | undefined> {
  const { random, parts } = world;
  const orders = cellsOf(world, "order");
  if (orders.length === 0) return undefined;
  const orderIndex = random.pick(orders);
  const provider = random.pick(present(world));
  const drawn = drawStatement(world, orderIndex, provider);
  const commitment = await record(world, drawn);
  const other = random.chance(15);
  const target = other ? drawOrder(world) : orderIndex;
  const chunk = random.chance(10) ? random.integer(0, 63) : drawn.chunk;
  const args = [programIdOf(parts.program), commitment, target, provider.index, BigInt(chunk)];
  return {
    ...{ name: "forcedSettle", from: random.pick(world.people), statement: drawn.statement },
    call: rollupCall(world, "forcedSettle", args),
  };
}

async function honest(world: World): Promise<Attempt | undefined> {
  const { random, people, seeds } = world;
  const stranger = people.find(({ index }) => index === undefined);
  if (stranger !== undefined && (world.number === 1n || random.chance(30)))
    return registration(world, stranger);
  const known = present(world);
  if (known.length < 3) return undefined;
  if (seeds.length === 0) return seedRegistration(world, random.pick(known));
  switch (random.integer(0, 13)) {
    case 0:
      return seeds.length < 12
        ? seedRegistration(world, random.pick(known))
        : deposit(world, random.pick(people));
    case 1: {
      const from = random.pick(known);
      return { name: "exitAccount", from, call: rollupCall(world, "exitAccount", []) };
    }
    case 2:
      return seedExit(world);
    case 3:
    case 4:
      return termsUpdate(world);
    case 5:
    case 6:
    case 7:
      return orderExit(world);
    case 8:
    case 9:
    case 10:
      return forcedSettlement(world);
    default:
      return deposit(world, random.pick(people));
  }
}

/** Deposits that L1 refuses. */
function hostileDeposit(world: World, from: Person): Attempt {
  const { random, seeds } = world;
  const index =
    seeds.length > 0 && random.chance(50) ? random.pick(seeds).index : 30_000 % 4 ** world.state.depth;
  const request = { kind: "deposit", index, time: 1n, depositor: 1n, amount: 5n } as const;
  return {
    ...{ name: "deposit to nobody", from, refusal: "UnknownAccount" },
    call: rollupCall(world, "deposit", [index, 5n * UNIT]),
    reference: { code: "ACCOUNT_NOT_FOUND", ask: () => referenceCode(world, request) },
  };
}

/** A key that nobody may have. */
function hostileKey(world: World, from: Person): Attempt {
  const small = world.random.chance(50);
  const [ax, ay] = small ? [0n, 1n] : [world.random.amount(2n, 1_000_000n), 3n];
  return {
    ...{ name: "register a bad key", from, refusal: small ? "KeyOfSmallOrder" : "KeyNotOnCurve" },
    call: rollupCall(world, "register", [ax, ay, 0n]),
    reference: {
      code: "KEY_INVALID",
      ask: () => (isValidPublicKey({ ax, ay }) ? "accepted" : "KEY_INVALID"),
    },
  };
}

/** Forced settlements that L1 refuses. */
async function hostileSettlement(world: World): Promise<Attempt | undefined> {
  const { random, parts, state } = world;
  const orders = cellsOf(world, "order");
  const known = present(world);
  if (orders.length === 0 || known.length < 2) return undefined;
  const index = random.pick(orders);
  const provider = random.pick(known);
  const drawn = drawStatement(world, index, provider);
  const way = random.integer(0, 2);
  const commitment = way === 0 ? statementCommitment(drawn.statement) + 1n : await record(world, drawn);
  const other = known.find((one) => one !== provider)!;
  const account = way === 1 ? other : provider;
  const chunk = way === 2 ? 64 : drawn.chunk;
  const programId = programIdOf(parts.program);
  const request: Request = {
    ...{ kind: "forcedSettle", index, time: 1n, account: account.index, chunk, commitment, programId },
    provider: BigInt(addressOf(account)),
  };
  const names = ["unrecorded statement", "statement of another provider", "chunk out of range"];
  return {
    ...{ name: names[way]!, from: provider },
    refusal: ["StatementNotRecorded", "ProviderMismatch", "ChunkOutOfRange"][way]!,
    call: rollupCall(world, "forcedSettle", [programId, commitment, index, account.index, BigInt(chunk)]),
    reference: {
      code: way === 2 ? SCHEMA_CODE : "STATEMENT_MISMATCH",
      ask: () => (state.cells.has(index) ? referenceCode(world, request, drawn.statement) : "gone"),
    },
  };
}

/** Code of a value that does not fit its word. */
const SCHEMA_CODE = "SCHEMA_OUT_OF_RANGE";

/** Calls that only L1 can refuse: what they would queue is not known to the reference. */
function hostileCaller(world: World, from: Person): Attempt {
  const { random, seeds, people } = world;
  const seed = seeds.length === 0 ? undefined : random.pick(seeds);
  const stranger = people.find(({ index }) => index === undefined);
  const terms = { royalty: 9_000, middleware: 900, burn: 100, pool: 1 };
  const { ax, ay } = publicKey(new Uint8Array(32).fill(7));
  const list: Attempt[] = [
    {
      name: "empty deposit",
      from,
      refusal: "ZeroAmount",
      call: rollupCall(world, "deposit", [from.index, 0n]),
    },
    {
      ...{ name: "parts of units", from, refusal: "AmountNotWholeUnits" },
      call: rollupCall(world, "deposit", [from.index, UNIT + 1n]),
    },
    {
      name: "register twice",
      from,
      refusal: "AccountExists",
      call: rollupCall(world, "register", [ax, ay, 0n]),
    },
    {
      ...{ name: "queue a seed by hand", from, refusal: "NotSeedRegistry" },
      call: rollupCall(world, "enqueueSeed", [1n, 1n, 1n, 1n]),
    },
    {
      ...{ name: "exit of no order", from, refusal: "NotAnOrderIndex" },
      call: rollupCall(world, "exitOrder", [from.index]),
      reference: {
        code: "INDEX_OUT_OF_RANGE",
        ask: () =>
          referenceCode(world, {
            kind: "exitOrder",
            index: from.index!,
            time: 1n,
            recipient: 1n,
            account: 1,
          }),
      },
    },
  ];
  if (stranger !== undefined) {
    const call = rollupCall(world, "exitAccount", []);
    list.push({ name: "exit of a stranger", from: stranger, refusal: "NoAccount", call });
  }
  const thief =
    seed === undefined ? undefined : present(world).find((one) => one.account !== seed.owner.account);
  if (seed !== undefined && thief !== undefined) {
    const exit = seedCall(world, "exitSeed", [seed.seedId]);
    list.push({ name: "exit of another's seed", from: thief, refusal: "NotOwnerOrSplitter", call: exit });
    const update = seedCall(world, "updateTerms", [seed.seedId, terms]);
    list.push({ name: "terms of another's seed", from: thief, refusal: "NotSeedOwner", call: update });
    list.push({ name: "terms above the whole", from: seed.owner, refusal: "TermsAboveWhole", call: update });
  }
  return random.pick(list);
}

async function hostile(world: World): Promise<Attempt | undefined> {
  const known = present(world);
  if (known.length === 0) return undefined;
  const from = world.random.pick(known);
  const stranger = world.people.find(({ index }) => index === undefined);
  switch (world.random.integer(0, 3)) {
    case 0:
      return hostileDeposit(world, from);
    case 1:
      return stranger === undefined ? hostileCaller(world, from) : hostileKey(world, stranger);
    case 2:
      return hostileSettlement(world);
    default:
      return hostileCaller(world, from);
  }
}

/** Gives a person CTZ for a call, and the rollup the right to take it. */
async function fund(world: World, { from, units }: Attempt): Promise<void> {
  if (!units) return;
  const { parts, people } = world;
  const { ctz, rollup } = parts.deployment;
  const deployer = people[1]!.account;
  const amount = units * UNIT;
  const call = (functionName: string, args: readonly unknown[]): Call => ({
    address: ctz,
    functionName,
    args,
  });
  if (from.account !== deployer)
    await send(world, deployer, call("transfer", [addressOf(from), amount]), ctzAbi);
  await send(world, from.account, call("approve", [rollup, amount]), ctzAbi);
}

async function carryOut(world: World, attempt: Attempt): Promise<void> {
  const receipt = await send(world, attempt.from.account, attempt.call);
  const [entry] = parseEventLogs({ abi: rollupAbi, logs: receipt.logs, eventName: "RequestEnqueued" });
  if (entry === undefined) throw new Error(`${attempt.name} queued nothing`);
  const { head0, head1, route, value } = entry.args;
  const request = decodeRequest({ heads: [head0, head1], route, value });
  world.waiting.push({ request, statement: attempt.statement });
  await attempt.after?.(request);
}

/** One random call to L1, honest or hostile. Its outcome is compared with what the reference says. */
export async function requestOnce(world: World, hostility: number): Promise<void> {
  const attempt = world.random.chance(hostility) ? await hostile(world) : await honest(world);
  if (attempt === undefined) return;
  await fund(world, attempt);
  const found = await refusalOf(world, attempt.from.account, attempt.call);
  agree(`L1 request "${attempt.name}"`, attempt.refusal, found);
  if (attempt.refusal === undefined) return carryOut(world, attempt);
  if (attempt.reference !== undefined)
    agree(`reference on "${attempt.name}"`, attempt.reference.code, attempt.reference.ask());
  tally(world.refused, `L1 ${attempt.refusal}${attempt.reference ? ` = ${attempt.reference.code}` : ""}`);
}
