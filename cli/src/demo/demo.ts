// The demo: the whole loop on real jobs, through the SDK only. Steps are functions, so that tests can use them.
import {
  formatCtz,
  type JobReceipt,
  type PostOrderReturnType,
  parseCtz,
  type RunReturnType,
  type SentOperation,
} from "@catalyze/sdk";
import { DevnetError } from "../devnet/errors.js";
import { SERVICE_DEPOSIT } from "../devnet/services.js";
import type { Devnet, DevnetClient } from "../devnet/types.js";
import type { Reporter } from "../report/reporter.js";
import {
  type Balances,
  type ConservationLine,
  checkConservation,
  conservationLines,
  readBalances,
} from "./balances.js";
import { addSplits, type DemoTerms, type ExpectedSplit, expectedSplit } from "./expected.js";
import { type BlockFigures, readBlockFigures } from "./figures.js";
import { digitsModelBytes, digitsTypedProgram, heldOutImages, type LabelledImage } from "./program.js";

/** Jobs of each requester's order. */
export const DEMO_JOBS = 64;
/** The seed's terms in basis points. */
export const DEMO_TERMS: DemoTerms = { royalty: 200n, middleware: 500n, burn: 500n, pool: 0n };

const DEPOSITS = {
  operator: SERVICE_DEPOSIT,
  provider: SERVICE_DEPOSIT,
  middleware: parseCtz("1"),
  creator: parseCtz("1"),
  requesterA: parseCtz("100"),
  requesterB: parseCtz("100"),
} as const;
const LIMIT = parseCtz("0.05");
const TRANSFERS = { fromA: parseCtz("1.25"), fromB: parseCtz("0.5") } as const;
/** Paid by A to several accounts with one signature. */
const MULTI_TRANSFER = { middleware: parseCtz("0.25"), creator: parseCtz("0.75") } as const;
const WITHDRAWAL = parseCtz("10");
const LEAST_ACCURACY = 0.9;

/** Who acts on the rollup. The devnet has registered operator and provider with their deposits already. */
export const DEMO_ROLES = [
  "operator",
  "provider",
  "middleware",
  "creator",
  "requesterA",
  "requesterB",
] as const;
export type DemoRole = (typeof DEMO_ROLES)[number];

/** What tests may do while the demo runs. */
export type DemoEvent = "ready" | "orders" | "firstChunk" | "settled" | "claimed";

/** Settings of a demo. */
export interface DemoOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called, and waited for, when the demo has reached a point. */
  readonly onEvent?: (event: DemoEvent) => Promise<void> | void;
}

/** What the demo did. All amounts in units. */
export interface DemoResult {
  readonly before: Balances;
  readonly after: Balances;
  readonly split: ExpectedSplit;
  readonly correct: number;
  readonly jobs: number;
  readonly receipts: number;
  readonly transfers: number;
  readonly orderIds: readonly bigint[];
  readonly conservation: readonly ConservationLine[];
  readonly blocks: readonly BlockFigures[];
  /** Expected and found rollup balance of every account, and of the seed's vault. */
  readonly checks: readonly { readonly name: string; readonly expected: bigint; readonly found: bigint }[];
}

interface DemoContext {
  readonly devnet: Devnet;
  readonly clients: Readonly<Record<DemoRole, DevnetClient>>;
  readonly indices: Record<DemoRole, number>;
  readonly signal: AbortSignal | undefined;
  readonly emit: (event: DemoEvent) => Promise<void>;
}

/** Everybody who can hold CTZ on L1. */
export const demoParticipants = (devnet: Devnet) =>
  (["deployer", ...DEMO_ROLES, "pool"] as const).map((name) => ({
    name,
    address: devnet.accounts[name].address,
  }));

const NEWCOMERS = ["middleware", "creator", "requesterA", "requesterB"] as const;

/** Funds the wallets, registers accounts with their deposits, and the creator's seed. Gives the seed's cell. */
async function setUp(context: DemoContext, progress: (text: string) => void): Promise<number> {
  const { devnet, clients, indices, signal } = context;
  indices.operator = (await clients.operator.getAccount()).index;
  indices.provider = (await clients.provider.getAccount()).index;
  for (const role of NEWCOMERS) {
    progress(`funding ${role}`);
    await clients[role].fundAccount({
      amount: DEPOSITS[role] + parseCtz("5"),
      faucet: devnet.accounts.deployer,
    });
  }
  progress(NEWCOMERS.map((role) => `${role} deposits ${formatCtz(DEPOSITS[role])} CTZ`).join(", "));
  await Promise.all(
    NEWCOMERS.map(async (role) => {
      indices[role] = (await clients[role].register({ deposit: DEPOSITS[role] })).index;
    }),
  );
  const seed = await clients.creator.registerSeed({
    program: digitsTypedProgram(devnet.programId),
    parameters: digitsModelBytes(),
    terms: {
      royalty: Number(DEMO_TERMS.royalty),
      middleware: Number(DEMO_TERMS.middleware),
      burn: Number(DEMO_TERMS.burn),
      pool: Number(DEMO_TERMS.pool),
    },
  });
  progress(`seed ${seed.seedId} queued; waiting for the next block`);
  for (const role of NEWCOMERS) await clients[role].waitForAccount({ signal });
  await clients.creator.waitForSeed({ index: seed.index, signal });
  await context.emit("ready");
  return seed.index;
}

interface PostedWork {
  /** Requester A's order goes through `run`, B's step by step. */
  readonly runA: Promise<RunReturnType<number>>;
  readonly orderIdA: bigint;
  readonly orderB: PostOrderReturnType;
  readonly transfers: readonly SentOperation[];
  readonly withdrawal: SentOperation;
  readonly imagesA: readonly LabelledImage[];
  readonly imagesB: readonly LabelledImage[];
}

/** A promise with its resolver. */
function deferred<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

/** Joins the jobs' inputs. */
const joinInputs = (images: readonly LabelledImage[], encode: (pixels: readonly number[]) => Uint8Array) =>
  Uint8Array.from(images.flatMap(({ pixels }) => [...encode(pixels)]));

/** Both requesters post an order under one signature each; some transfers; B withdraws. */
async function postWork(
  context: DemoContext,
  seed: number,
  progress: (text: string) => void,
): Promise<PostedWork> {
  const { devnet, clients, indices, signal } = context;
  const { requesterA, requesterB } = clients;
  const program = digitsTypedProgram(devnet.programId);
  const imagesA = heldOutImages(0, DEMO_JOBS);
  const imagesB = heldOutImages(DEMO_JOBS, DEMO_JOBS);
  const terms = { seed, middleware: indices.middleware, limit: LIMIT };
  const posted = deferred<bigint>();
  const runA = requesterA.run({
    ...terms,
    program,
    inputs: imagesA.map(({ pixels }) => pixels),
    signal,
    onProgress: (event) => {
      if (event.phase === "posted") posted.resolve(event.orderId);
    },
  });
  runA.catch(posted.reject);
  const simulated = await requesterB.simulatePostOrder({
    ...terms,
    program,
    inputs: joinInputs(imagesB, program.encodeInput),
  });
  progress(`order of ${simulated.jobs} jobs costs at most ${formatCtz(simulated.cost.total)} CTZ`);
  const [orderIdA, orderB] = await Promise.all([posted.promise, requesterB.postOrder(simulated.request)]);
  const transfers = [
    await requesterA.transfer({ to: indices.requesterB, amount: TRANSFERS.fromA }),
    await requesterB.transfer({ to: devnet.accounts.requesterA.address, amount: TRANSFERS.fromB }),
    await requesterA.multiTransfer({
      payments: [
        { to: indices.middleware, amount: MULTI_TRANSFER.middleware },
        { to: devnet.accounts.creator.address, amount: MULTI_TRANSFER.creator },
      ],
    }),
  ];
  const withdrawal = await requesterB.withdraw({ amount: WITHDRAWAL });
  await context.emit("orders");
  return { runA, orderIdA, orderB, transfers, withdrawal, imagesA, imagesB };
}

interface FinishedWork {
  readonly receiptsA: readonly JobReceipt[];
  readonly receiptsB: readonly JobReceipt[];
  readonly labelsA: readonly number[];
  readonly labelsB: readonly number[];
}

/** Waits until both orders are settled on L1, showing the chunks' progress. */
async function settleWork(
  context: DemoContext,
  work: PostedWork,
  progress: (text: string) => void,
): Promise<RunReturnType<number>> {
  const { requesterA, requesterB } = context.clients;
  const { signal } = context;
  const states = new Map<string, string>();
  let isFirstChunk = true;
  const follow = async (name: string, client: DevnetClient, orderId: bigint): Promise<void> => {
    for await (const { chunks } of client.watchOrder({ orderId, signal })) {
      const counts = new Map<string, number>();
      for (const { status } of chunks) counts.set(status, (counts.get(status) ?? 0) + 1);
      const working = chunks.find(({ status, phase }) => status === "leased" && phase !== null);
      const detail =
        working === undefined ? "" : ` (${working.phase} ${Math.round(working.percentage ?? 0)} %)`;
      states.set(name, `${[...counts].map(([status, count]) => `${count} ${status}`).join(", ")}${detail}`);
      progress([...states].map(([order, text]) => `${order}: ${text}`).join("; "));
      if (isFirstChunk && chunks.some(({ status }) => status !== "open" && status !== "leased")) {
        isFirstChunk = false;
        await context.emit("firstChunk");
      }
    }
  };
  await Promise.all([
    follow("A", requesterA, work.orderIdA),
    follow("B", requesterB, work.orderB.orderId),
    ...[...work.transfers, work.withdrawal].map(({ message }) =>
      requesterA.waitForOperation({ message, signal }),
    ),
  ]);
  const result = await work.runA;
  await context.emit("settled");
  return result;
}

/** Requester B fetches its results and verifies every receipt locally and on chain; A's `run` has done the same. */
async function verifyWork(
  context: DemoContext,
  work: PostedWork,
  resultA: RunReturnType<number>,
  progress: (text: string) => void,
): Promise<FinishedWork> {
  const { devnet, clients } = context;
  const program = digitsTypedProgram(devnet.programId);
  const inputs = joinInputs(work.imagesB, program.encodeInput);
  const { receipts, results } = await clients.requesterB.getResults({ orderId: work.orderB.orderId });
  for (const receipt of receipts) {
    await clients.requesterB.verifyReceipt({
      receipt,
      order: work.orderB.order,
      adapter: program.adapter,
      inputs,
      verificationKey: devnet.circuits.program.verificationKey,
    });
    await clients.requesterB.verifyReceiptOnChain({ receipt });
    progress(`B: receipt of chunk ${receipt.chunk} holds locally and on chain`);
  }
  if (results === undefined) throw new DevnetError("DEVNET_CHECK_FAILED", "Results of order B are missing.");
  const labelsB = Array.from(results, (byte) => program.decodeResult(Uint8Array.of(byte)));
  return { receiptsA: resultA.receipts, receiptsB: receipts, labelsA: resultA.results, labelsB };
}

/** B's withdrawal is claimed on L1; its wallet must have it. */
async function claim(context: DemoContext, work: PostedWork): Promise<void> {
  const { requesterB } = context.clients;
  const { blockNumber } = await requesterB.waitForOperation({
    message: work.withdrawal.message,
    signal: context.signal,
  });
  const before = await requesterB.getCtzBalance();
  const { amount } = await requesterB.claimWithdrawal({ blockNumber });
  const received = (await requesterB.getCtzBalance()) - before;
  if (amount !== WITHDRAWAL || received !== WITHDRAWAL * 10n ** 9n) {
    throw new DevnetError(
      "DEVNET_CHECK_FAILED",
      `The claim paid ${received} wei instead of ${WITHDRAWAL} units.`,
    );
  }
  await context.emit("claimed");
}

/** Rollup balances that the demo must end with, from terms and signed operations alone. */
function expectedBalances(
  work: PostedWork,
  finished: FinishedWork,
  orderFeeA: bigint,
): { split: ExpectedSplit; balances: Record<DemoRole | "seed", bigint> } {
  const fee = work.orderB.order.settlementFee;
  const chunksOf = (receipts: readonly JobReceipt[]) =>
    receipts.map(({ statement }) => ({ jobs: statement.count, price: statement.price }));
  const splitA = expectedSplit(DEMO_TERMS, fee, chunksOf(finished.receiptsA));
  const splitB = expectedSplit(DEMO_TERMS, fee, chunksOf(finished.receiptsB));
  const split = addSplits([splitA, splitB]);
  const operationFee = ({ operation }: SentOperation): bigint => operation.fee + operation.priorityFee;
  const [transferA, transferB, multi] = work.transfers as [SentOperation, SentOperation, SentOperation];
  const feesA = orderFeeA + operationFee(transferA) + operationFee(multi);
  const feesB = operationFee(work.orderB) + operationFee(transferB) + operationFee(work.withdrawal);
  const { fromA, fromB } = TRANSFERS;
  const paidByA = fromA + MULTI_TRANSFER.middleware + MULTI_TRANSFER.creator;
  return {
    split,
    balances: {
      operator: DEPOSITS.operator + split.settlementFees + feesA + feesB,
      provider: DEPOSITS.provider + split.provider,
      middleware: DEPOSITS.middleware + split.middleware + MULTI_TRANSFER.middleware,
      creator: DEPOSITS.creator + MULTI_TRANSFER.creator,
      requesterA: DEPOSITS.requesterA - splitA.paid - feesA - paidByA + fromB,
      requesterB: DEPOSITS.requesterB - splitB.paid - feesB - fromB + fromA - WITHDRAWAL,
      seed: split.seed,
    },
  };
}

/** Compares every balance with what it must be, and checks that nothing was lost or made. */
async function checkBalances(
  context: DemoContext,
  work: PostedWork,
  finished: FinishedWork,
  costA: RunReturnType<number>["cost"],
): Promise<Pick<DemoResult, "after" | "split" | "conservation" | "checks">> {
  const { devnet, clients } = context;
  const after = await readBalances(clients.operator, demoParticipants(devnet));
  const { split, balances } = expectedBalances(work, finished, costA.fee + costA.priorityFee);
  const checks = [
    ...DEMO_ROLES.map((name) => ({
      name,
      expected: balances[name],
      found: after.participants.find((participant) => participant.name === name)!.units,
    })),
    { name: "seed's vault", expected: balances.seed, found: after.vaults },
    { name: "burned", expected: split.burn, found: after.burned },
    { name: "open escrow", expected: 0n, found: after.escrows },
  ];
  for (const { name, expected, found } of checks) {
    if (expected !== found) {
      throw new DevnetError(
        "DEVNET_CHECK_FAILED",
        `${name} has ${formatCtz(found)} CTZ instead of ${formatCtz(expected)}.`,
      );
    }
  }
  const conservation = conservationLines(after, devnet.initialSupplyWei, 0n);
  checkConservation(conservation);
  return { after, split, conservation, checks };
}

/** Images classified as their writers meant. @throws {DevnetError} when too few. */
function countCorrect(work: PostedWork, finished: FinishedWork): number {
  const images = [...work.imagesA, ...work.imagesB];
  const labels = [...finished.labelsA, ...finished.labelsB];
  if (labels.length !== images.length) {
    throw new DevnetError("DEVNET_CHECK_FAILED", `${labels.length} results for ${images.length} images.`);
  }
  const correct = images.filter(({ label }, i) => labels[i] === label).length;
  if (correct < images.length * LEAST_ACCURACY) {
    throw new DevnetError("DEVNET_CHECK_FAILED", `Only ${correct} of ${images.length} images are right.`);
  }
  return correct;
}

/**
 * Runs the demo on a fresh devnet.
 * @throws {DevnetError} `DEVNET_CHECK_FAILED` when a balance or a result is not what it must be; errors of the SDK.
 */
export async function runDemo(
  devnet: Devnet,
  reporter: Reporter,
  options: DemoOptions = {},
): Promise<DemoResult> {
  const clients = Object.fromEntries(DEMO_ROLES.map((role) => [role, devnet.createClient(role)])) as Record<
    DemoRole,
    DevnetClient
  >;
  const context: DemoContext = {
    devnet,
    clients,
    indices: {} as Record<DemoRole, number>,
    signal: options.signal,
    emit: async (event) => options.onEvent?.(event),
  };
  const seed = await reporter.phase("Accounts and seed: deposit and register through L1", (p) =>
    setUp(context, p),
  );
  const before = await readBalances(clients.operator, demoParticipants(devnet));
  const work = await reporter.phase("Orders, transfers and a withdrawal", (p) => postWork(context, seed, p));
  work.runA.catch(() => undefined);
  const resultA = await reporter.phase("Jobs: lease, run, prove, settle on L1", (p) =>
    settleWork(context, work, p),
  );
  const finished = await reporter.phase("Receipts: verify locally and on chain", (p) =>
    verifyWork(context, work, resultA, p),
  );
  const correct = countCorrect(work, finished);
  await reporter.phase("Withdrawal: claim on L1", () => claim(context, work));
  const checked = await reporter.phase("Balances: split and conservation", () =>
    checkBalances(context, work, finished, resultA.cost),
  );
  return {
    before,
    ...checked,
    correct,
    jobs: finished.labelsA.length + finished.labelsB.length,
    receipts: finished.receiptsA.length + finished.receiptsB.length,
    transfers: work.transfers.length,
    orderIds: [work.orderIdA, work.orderB.orderId],
    blocks: await readBlockFigures(clients.operator),
  };
}
