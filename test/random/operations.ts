// Random signed operations, honest and broken in one known way. A broken one names the rule that refuses it.
import {
  accountStatic,
  cancellableFrom,
  getAccount,
  getSeed,
  inputsRoot,
  type JobWords,
  type Operation,
  type Order,
  operationMessage,
  orderStatic,
  type PaymentLeg,
  publicKey,
  type SignedOperation,
  signMessage,
  type TransitionErrorCode,
} from "@catalyze/circuits/reference";
import { SQUARES } from "./program.js";
import { drawKey } from "./requests.js";
import { cellsOf, type Filling, present, type World } from "./world.js";

const NEVER = 2n ** 40n - 1n;
const DAY = 86_400n;

/** Fields that every operation has, with the account's next nonce in the draft. */
function commonOf(world: World, filling: Filling, signer: number) {
  const { random, state } = world;
  const nonce = filling.nonces.get(signer) ?? getAccount(state, signer).nonce;
  const [fee, priorityFee] = [random.amount(0n, 30n), random.amount(0n, 40n)];
  return { signer, nonce, expiry: NEVER, fee, priorityFee };
}

/** Signs with the key that the account has at this place of the draft. */
export function signOperation(world: World, filling: Filling, operation: Operation): SignedOperation {
  const account = getAccount(world.state, operation.signer);
  const rotated = filling.rotated.get(operation.signer);
  const key = rotated ?? world.keys.get(account.ax)!;
  const { ax, ay } = rotated === undefined ? account : publicKey(rotated);
  const fixed = accountStatic(ax, ay, account.owner);
  const message = operationMessage(world.domains.operationDomain, fixed, operation);
  return { operation, signature: signMessage(key, message) };
}

/** An order of 1 to 10 jobs on a seed of the state, whose jobs are remembered. */
function drawOrderTerms(world: World, requester: number, nonce: bigint, time: bigint): Order | undefined {
  const { random, state, jobs, parameters } = world;
  const seeds = cellsOf(world, "seed");
  if (seeds.length === 0) return undefined;
  const index = random.pick(seeds);
  const seed = getSeed(state, index);
  if (!parameters.has(seed.parametersCommitment)) return undefined;
  const inputs: JobWords[] = Array.from({ length: random.integer(1, 10) }, () => [
    random.amount(0n, 2n ** 60n),
  ]);
  const root = inputsRoot(SQUARES, inputs);
  jobs.set(root, inputs);
  return {
    ...{ requester: BigInt(requester), nonce, seed: BigInt(index) },
    middleware: BigInt(random.pick(present(world)).index),
    programId: seed.programId,
    parametersCommitment: seed.parametersCommitment,
    ...{ inputsRoot: root, jobCount: BigInt(inputs.length), chunkSize: 4n },
    priceLimit: random.amount(0n, 20_000n),
    settlementFee: random.amount(0n, 300n),
    savingsShare: random.amount(0n, 10_000n),
    modes: random.chance(90) ? 1n : 2n,
    minimumBond: 0n,
    deadline: time + random.amount(0n, DAY) - (random.chance(30) ? DAY : 0n),
    terms: seed.terms,
  };
}

function drawLegs(world: World): PaymentLeg[] {
  const { random } = world;
  const people = present(world);
  const length = random.pick([1, 2, 5, 16, 17, 31]);
  return Array.from({ length }, () => ({
    receiver: random.pick(people).index,
    amount: random.amount(0n, 3_000n),
  }));
}

function drawCancellation(world: World, signer: number, time: bigint) {
  const orders = [...world.state.cells].flatMap(([index, cell]) =>
    cell.kind === "order" ? [{ index, cell }] : [],
  );
  const ready = orders.filter(
    ({ cell }) => cell.order.requester === BigInt(signer) && cancellableFrom(cell.order.deadline) <= time,
  );
  if (ready.length === 0) return undefined;
  const { index, cell } = world.random.pick(ready);
  return { kind: "cancelOrder", orderIndex: index, orderStatic: orderStatic(cell.order) } as const;
}

/** A random operation that may well be valid; undefined when there is nothing to do for it. */
export function drawOperation(world: World, filling: Filling, time: bigint): Operation | undefined {
  const { random, state } = world;
  const people = present(world);
  const { index: signer } = random.pick(people);
  const common = commonOf(world, filling, signer);
  const most = getAccount(state, signer).amount / 4n;
  switch (random.integer(0, 9)) {
    case 0:
      return { kind: "withdraw", ...common, amount: random.amount(0n, most / 4n) };
    case 1:
    case 2: {
      const order = drawOrderTerms(world, signer, common.nonce, time);
      return order === undefined ? undefined : { kind: "postOrder", ...common, order };
    }
    case 3:
      return { kind: "multiTransfer", ...common, legs: drawLegs(world) };
    case 4:
    case 5: {
      const cancellation = drawCancellation(world, signer, time);
      return cancellation === undefined ? undefined : { ...common, ...cancellation };
    }
    case 6: {
      const { ax, ay } = drawKey(world);
      return { kind: "rotateKey", ...common, ax, ay, owner: getAccount(state, signer).owner };
    }
    default: {
      const receiver = random.pick(people).index;
      return { kind: "transfer", ...common, receiver, amount: random.amount(0n, most) };
    }
  }
}

/** An operation that breaks one rule. */
export interface Broken {
  readonly signed: SignedOperation;
  readonly rule: TransitionErrorCode;
}

type Breakage = readonly [rule: TransitionErrorCode, operation: Operation | undefined];

/** Operations of one account, each against one rule, where the state allows them. */
function breakages(world: World, filling: Filling, signer: number, time: bigint): Breakage[] {
  const { random, state } = world;
  const account = getAccount(state, signer);
  const common = { ...commonOf(world, filling, signer), fee: 0n, priorityFee: 0n };
  const pay = (change: Partial<Extract<Operation, { kind: "transfer" }>>): Operation => ({
    ...{ kind: "transfer", ...common, receiver: signer, amount: 0n },
    ...change,
  });
  const cancel = (orderIndex: number, fixed: bigint): Operation => ({
    ...{ kind: "cancelOrder", ...common, orderIndex, orderStatic: fixed },
  });
  const early = [...state.cells].find(
    ([, cell]) =>
      cell.kind === "order" &&
      cell.order.requester === BigInt(signer) &&
      cancellableFrom(cell.order.deadline) > time,
  );
  const earlyOrder = early?.[1].kind === "order" ? early[1].order : undefined;
  const order = drawOrderTerms(world, signer, common.nonce, time);
  const cheap = order === undefined ? undefined : { ...order, priceLimit: 0n, settlementFee: 0n };
  const post = (change: Partial<Order>): Operation | undefined =>
    cheap === undefined ? undefined : { kind: "postOrder", ...common, order: { ...cheap, ...change } };
  const { ax, ay } = drawKey(world);
  const rotate = { kind: "rotateKey", ...common, ax, ay, owner: account.owner } as const;
  return [
    ["BAD_SIGNATURE", pay({})],
    ["INSUFFICIENT_BALANCE", pay({ amount: account.amount + random.amount(1n, 1_000n) })],
    ["NONCE_TOO_HIGH", pay({ nonce: common.nonce + 100n })],
    ["NONCE_TOO_LOW", common.nonce === 0n ? undefined : pay({ nonce: common.nonce - 1n })],
    ["OPERATION_EXPIRED", pay({ expiry: time - random.amount(1n, 1_000n) })],
    [
      "ACCOUNT_NOT_FOUND",
      pay({ receiver: random.pick([20_000 % 4 ** state.depth, ...cellsOf(world, "seed")]) }),
    ],
    ["ORDER_NOT_FOUND", cancel(4 ** state.depth - 1, 5n)],
    ["ORDER_MISMATCH", early === undefined ? undefined : cancel(early[0], 5n)],
    [
      "ORDER_NOT_CANCELLABLE",
      earlyOrder === undefined ? undefined : cancel(early![0], orderStatic(earlyOrder)),
    ],
    ["ORDER_MISMATCH", post({ terms: { royalty: 1n, middleware: 1n, burn: 1n, pool: 1n, version: 77n } })],
    ["SEED_NOT_FOUND", post({ seed: BigInt(signer) })],
    ["WRONG_ACCOUNT_STATIC", { ...rotate, owner: account.owner + 1n }],
    ["KEY_INVALID", { ...rotate, ax: 0n, ay: 1n }],
  ];
}

/** A random operation against one rule. */
export function drawBroken(world: World, filling: Filling, time: bigint): Broken {
  const { index: signer } = world.random.pick(present(world));
  const possible = breakages(world, filling, signer, time).filter(([, operation]) => operation !== undefined);
  const [rule, operation] = world.random.pick(possible);
  const signed = signOperation(world, filling, operation!);
  if (rule !== "BAD_SIGNATURE") return { signed, rule };
  const { r8x, r8y } = signed.signature;
  return { signed: { ...signed, signature: { r8x, r8y, s: signed.signature.s - 1n } }, rule };
}
