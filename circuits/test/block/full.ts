// Blocks that leave nothing of a size unused that matters: every kind of slot is used, and settlements, operations, cells,
// posted orders, payment legs and requests are used up. For sizes from the smallest that has two of most things on.
import {
  type BlockDraft,
  type Distribution,
  firstOrderIndex,
  type Operation,
  type Order,
  orderStatic,
  publicKey,
  type Request,
  type Settlement,
  type SignedOperation,
  type Statement,
  setCell,
  settlementStatement,
  statementCommitment,
} from "@catalyze/circuits/reference";
import { type BlockSize, LEGS_PER_GROUP, ORDER_GRACE_PERIOD, seedSubject } from "@catalyze/circuits/schema";
import { fullList } from "./random-signed.js";
import {
  common,
  emptyScenario,
  MIDDLEWARE,
  makeOrder,
  OPERATOR,
  ownerOf,
  privateKey,
  rotatedKey,
  type Scenario,
  SEED,
  START,
  STATEMENT_DOMAIN,
  sign,
  TERMS,
} from "./scenario.js";

const WEALTH = 10n ** 15n;
/** Groups that one multi-transfer of a full block takes. */
const GROUPS_PER_TRANSFER = 4;

/** What goes into a block, in the order in which a draft takes it. */
export interface BlockContent {
  readonly requests: readonly { readonly request: Request; readonly statement?: Statement }[];
  readonly settlements: readonly Settlement[];
  readonly operations: readonly SignedOperation[];
  readonly distributions: readonly Distribution[];
}

/** Adds the content to a draft; sequence numbers are 1, 2, …. */
export function addContent(draft: BlockDraft, content: BlockContent): void {
  for (const { request, statement } of content.requests) draft.addRequest(request, statement);
  for (const settlement of content.settlements) draft.addSettlement(settlement);
  content.operations.forEach((signed, i) => {
    draft.addOperation(signed, BigInt(i + 1));
  });
  for (const distribution of content.distributions) draft.addDistribution(distribution);
}

/** Cells of a full block besides the operator's, the middleware's and the seed's. */
interface People {
  readonly providers: readonly number[];
  readonly requesters: readonly number[];
  /** Cell that the block's registration creates. */
  readonly newcomer: number;
  /** Orders with chunks to settle; with the chunks of each. */
  readonly open: readonly number[];
  readonly chunks: number;
  readonly cancellable: readonly number[];
  readonly forced: readonly number[];
}

const indices = (first: number, length: number): number[] => Array.from({ length }, (_, i) => first + i);

/** Gives a state everything that a full block of the size touches. */
function populate(scenario: Scenario): People {
  const { state, size } = scenario;
  const openCount = Math.max(1, Math.ceil(size.settlements / 16));
  const rest = size.cells - 4 - size.orders - size.cancellations - size.forcedOrders - openCount;
  const providerCount = Math.min(size.openings - 1, Math.floor(rest / 2));
  const providers = indices(SEED + 1, providerCount);
  const requesters = indices(SEED + 1 + providerCount, rest - providerCount);
  for (const index of [OPERATOR, MIDDLEWARE, ...providers, ...requesters]) {
    const { ax, ay } = publicKey(privateKey(index));
    setCell(state, index, { kind: "account", ax, ay, owner: ownerOf(index), amount: WEALTH, nonce: 0n });
  }
  const subject = seedSubject.encode({ parent: 0n, seedId: 1n });
  setCell(state, SEED, {
    ...{ kind: "seed", parametersCommitment: 1234567n, programId: 7654321n },
    ...{ subject, amount: WEALTH, terms: TERMS },
  });
  const chunks = Math.ceil(size.settlements / openCount) + 1;
  let next = firstOrderIndex(state.depth);
  const place = (count: number, change: Partial<Order>): number[] =>
    indices(0, count).map((i) => {
      const order = makeOrder(state, requesters[i % requesters.length]!, BigInt(next), change);
      const remaining = (order.jobCount + order.chunkSize - 1n) / order.chunkSize;
      setCell(state, next, { kind: "order", order, amount: WEALTH, bitmap: 0n, remaining });
      return next++;
    });
  return {
    ...{ providers, requesters, chunks, newcomer: requesters.at(-1)! + 1 },
    open: place(openCount, { jobCount: 256n * BigInt(chunks), chunkSize: 256n }),
    cancellable: place(size.cancellations, { deadline: START - ORDER_GRACE_PERIOD - 1n }),
    forced: place(size.forcedOrders, {}),
  };
}

function requestsOf(scenario: Scenario, people: People): BlockContent["requests"] {
  const { state, size } = scenario;
  const account = people.providers[0]!;
  const forced = people.forced.map((index) => {
    const settlement = { orderIndex: index, chunk: 0, provider: account, resultsRoot: 9n, price: 500n };
    const statement = settlementStatement(state, settlement, STATEMENT_DOMAIN);
    const commitment = statementCommitment(statement);
    const names = { provider: ownerOf(account), account, chunk: 0, commitment, programId: 7654321n };
    return { request: { kind: "forcedSettle", index, time: START, ...names } as const, statement };
  });
  const { ax, ay } = publicKey(privateKey(people.newcomer));
  const owner = ownerOf(people.newcomer);
  const register: Request = {
    kind: "register",
    index: people.newcomer,
    time: START,
    ax,
    ay,
    owner,
    amount: 7n,
  };
  const deposit = (i: number): Request => ({
    ...{ kind: "deposit", index: people.requesters[i % people.requesters.length]! },
    ...{ time: START, depositor: 9n, amount: BigInt(i + 1) },
  });
  const deposits = indices(0, size.requests - forced.length - 1).map(deposit);
  return [...forced, ...[register, ...deposits].map((request) => ({ request }))];
}

const settlementsOf = ({ size }: Scenario, { open, chunks, providers }: People): Settlement[] =>
  indices(0, size.settlements).map((i) => ({
    orderIndex: open[Math.floor(i / (chunks - 1))]!,
    chunk: i % (chunks - 1),
    provider: providers[i % providers.length]!,
    resultsRoot: BigInt(1_000 + i),
    price: 900n,
  }));

/** Operations in slots: orders, cancellations, payments of many legs, withdrawals and transfers, and rotations at the end. */
function operationsOf(scenario: Scenario, people: People): SignedOperation[] {
  const { state, size } = scenario;
  const { requesters } = people;
  const nonces = new Map<number, bigint>();
  const base = (signer: number) => {
    const nonce = nonces.get(signer) ?? 0n;
    nonces.set(signer, nonce + 1n);
    return common(signer, nonce);
  };
  const of = (i: number): number => requesters[i % requesters.length]!;
  const operations: Operation[] = indices(0, size.orders).map((i) => {
    const shared = base(of(i));
    return { kind: "postOrder", ...shared, order: makeOrder(state, shared.signer, shared.nonce) };
  });
  for (const orderIndex of people.cancellable) {
    const cell = state.cells.get(orderIndex);
    if (cell?.kind !== "order") continue;
    const signer = Number(cell.order.requester);
    operations.push({
      kind: "cancelOrder",
      ...base(signer),
      orderIndex,
      orderStatic: orderStatic(cell.order),
    });
  }
  const rotations = Math.min(size.rotations, requesters.length);
  let groups = size.legGroups - 2 * size.distributions;
  const room = (): number => size.operations - operations.length - rotations;
  for (let i = 0; groups > 0 && room() > 0; i++) {
    const length = LEGS_PER_GROUP * Math.min(groups, GROUPS_PER_TRANSFER);
    const legs = indices(0, length).map((j) => ({ receiver: of(i + j), amount: BigInt(j + 1) }));
    operations.push({ kind: "multiTransfer", ...base(of(i)), legs });
    groups -= GROUPS_PER_TRANSFER;
  }
  const withdrawals = Math.min(size.withdrawals, Math.floor(room() / 2));
  for (let i = 0; i < withdrawals; i++) operations.push({ kind: "withdraw", ...base(of(i)), amount: 5n });
  for (let i = 0; room() > 0; i++) {
    operations.push({ kind: "transfer", ...base(of(i)), receiver: of(i + 1), amount: 3n });
  }
  for (let i = 0; i < rotations; i++) {
    const { ax, ay } = rotatedKey(of(i));
    operations.push({ kind: "rotateKey", ...base(of(i)), ax, ay, owner: ownerOf(of(i)) });
  }
  return operations.map((operation) => sign(state, operation));
}

/** A state and the content of a full block of the size on it. */
export function fullBlock(size: BlockSize): { readonly scenario: Scenario; readonly content: BlockContent } {
  const scenario = emptyScenario(size);
  const people = populate(scenario);
  const { requesters } = people;
  const distribution = (i: number): Distribution => {
    const legs = fullList(
      indices(0, 20).map((j) => ({ receiver: requesters[j % requesters.length]!, amount: BigInt(i + j) })),
    );
    return { seed: SEED, legs, total: legs.reduce((sum, { amount }) => sum + amount, 0n) };
  };
  const content = {
    requests: requestsOf(scenario, people),
    settlements: settlementsOf(scenario, people),
    operations: operationsOf(scenario, people),
    distributions: indices(0, size.distributions).map(distribution),
  };
  return { scenario, content };
}
