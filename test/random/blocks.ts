// Random blocks: waiting requests, settlements, distributions and signed operations, sealed by the reference, proven by the
// circuit, and submitted to the contract; then everything that the layers hold is compared.
import {
  applyBlockBytes,
  type BlockHeader,
  createBlockDraft,
  getSeed,
  type SealedBlock,
  splitRoyalty,
  stateRoot,
  TransitionError,
  type TransitionErrorCode,
  totalAmount,
} from "@catalyze/circuits/reference";
import { challenge, royaltyDomain } from "@catalyze/circuits/schema";
import { ctzAbi, rollupAbi, seedRegistryAbi } from "@catalyze/contracts";
import { withdrawalTree } from "@catalyze/sdk";
import { bytesToHex, concatHex, type Hex, keccak256, numberToHex, zeroHash } from "viem";
import {
  type BlockSubmission,
  contextOf,
  ctzOf,
  type DistributionSubmission,
  proveBlock,
  proveWith,
  type StatementSubmission,
  submit,
  UNIT,
} from "../support/rollup.js";
import { drawBroken, drawOperation, signOperation } from "./operations.js";
import { refuseBroken, refuseTamperedBlock, refuseTamperedInput } from "./refusals.js";
import { drawStatement, proveSquares, record } from "./requests.js";
import { agree, cellsOf, type Filling, present, refusalOf, send, tally, type World } from "./world.js";

/** Blocks of one record on L1. */
const EPOCH_BLOCKS = 16n;

/** A sealed block with what its submission needs besides its proof. */
interface Drawn {
  readonly block: SealedBlock;
  readonly statements: StatementSubmission[];
  readonly distributions: DistributionSubmission[];
  recorded: bigint;
}

/** Why a random step may be refused without having been broken: room, money, and what earlier steps of its block changed. */
const CHANCE_REFUSALS: readonly TransitionErrorCode[] = [
  "BLOCK_FULL",
  "INSUFFICIENT_BALANCE",
  "CHUNK_ALREADY_SETTLED",
  "MODE_NOT_ACCEPTED",
  "ORDER_MISMATCH",
  "ORDER_NOT_FOUND",
  "ORDER_NOT_CANCELLABLE",
  "ACCOUNT_NOT_YET_ROTATABLE",
];

/** Runs a step of a draft; a refusal that chance explains is counted and passes, any other is thrown. */
function tryStep<T>(world: World, name: string, step: () => T): T | undefined {
  try {
    const result = step();
    tally(world.done, name);
    return result;
  } catch (error) {
    if (!(error instanceof TransitionError) || !CHANCE_REFUSALS.includes(error.code)) throw error;
    tally(world.refused, `reference ${error.code} on a random ${name}`);
    return undefined;
  }
}

/** Takes waiting requests in their order, as many as fit. */
function takeRequests(world: World, { draft }: Filling): void {
  while (world.waiting.length > 0) {
    const { request, statement } = world.waiting[0]!;
    try {
      const effect = draft.addRequest(request, statement);
      const outcome = effect.kind === "forced" ? ` (${effect.refusal ?? "carried out"})` : "";
      tally(world.done, `request ${request.kind}${outcome}`);
    } catch (error) {
      if (error instanceof TransitionError && error.code === "BLOCK_FULL") return;
      throw error;
    }
    world.waiting.shift();
  }
}

/** Settles a random chunk with a proof of its statement, or with one that L1 has recorded. */
async function settle(world: World, filling: Filling, drawn: Omit<Drawn, "block">, slot: number) {
  const { random, state } = world;
  const orders = cellsOf(world, "order");
  if (orders.length === 0) return false;
  const orderIndex = random.pick(orders);
  const provider = random.pick(present(world));
  const work = drawStatement(world, orderIndex, provider);
  const { resultsRoot, price } = work.statement;
  const settlement = { orderIndex, chunk: work.chunk, provider: provider.index, resultsRoot, price };
  if (!state.cells.has(orderIndex)) return false;
  if (tryStep(world, "settlement", () => filling.draft.addSettlement(settlement)) === undefined) return false;
  if (random.chance(30)) {
    await record(world, work);
    drawn.recorded |= 1n << BigInt(slot);
  } else drawn.statements.push(await proveSquares(world, work));
  return true;
}

/** Distributes a part of a seed's vault, with its royalty proof. */
async function distribute(world: World, { draft }: Filling, drawn: Omit<Drawn, "block">): Promise<void> {
  const { random, seeds, state, parts } = world;
  const ready = seeds.filter(({ index, levels }) => levels !== undefined && state.cells.has(index));
  if (ready.length === 0 || drawn.distributions.length >= parts.size.distributions) return;
  const seed = random.pick(ready);
  const total = random.amount(0n, getSeed(state, seed.index).amount);
  const { chainId, rollup } = parts.deployment;
  const split = splitRoyalty({
    ...{ domain: royaltyDomain(BigInt(chainId), BigInt(rollup)), seed: seed.seedId },
    ...{ nonce: seed.nonce, total, levels: seed.levels! },
  });
  const added = tryStep(world, "distribution", () =>
    draft.addDistribution({ seed: seed.index, legs: split.legs, total }),
  );
  if (added === undefined) return;
  seed.nonce += 1n;
  const key = parts.royalty!;
  const z = challenge(contextOf(parts, key), split.commitment, split.bytes);
  const proof = await proveWith(key, split.circuitInput(z), z);
  drawn.distributions.push({ seedId: seed.seedId, commitment: split.commitment, proof });
}

function operate(world: World, filling: Filling, time: bigint): void {
  const operation = drawOperation(world, filling, time);
  if (operation === undefined) return;
  const signed = signOperation(world, filling, operation);
  const { kind, signer } = operation;
  const added = tryStep(world, kind, () => filling.draft.addOperation(signed, world.sequence++));
  if (added === undefined) return;
  filling.nonces.set(signer, operation.nonce + 1n);
  if (operation.kind === "rotateKey") filling.rotated.set(signer, world.keys.get(operation.ax)!);
}

/** Fills and seals the next block. */
async function draw(world: World, header: BlockHeader): Promise<Drawn> {
  const { random, parts } = world;
  const draft = createBlockDraft(world.state, header);
  const filling: Filling = { draft, nonces: new Map(), rotated: new Map() };
  const drawn = { statements: [], distributions: [], recorded: 0n };
  takeRequests(world, filling);
  if (present(world).length > 0) {
    let settled = 0;
    for (let i = random.integer(0, parts.size.settlements); i > 0; i--) {
      if (await settle(world, filling, drawn, settled)) settled++;
    }
    if (random.chance(25)) await distribute(world, filling, drawn);
    for (let i = random.integer(0, 2 * parts.size.operations); i > 0; i--)
      operate(world, filling, header.time);
  }
  const block = draft.seal();
  world.number += 1n;
  world.firstRequest += BigInt(block.requests.length);
  return { block, ...drawn };
}

/** Broken operations against the state as it is. */
async function breakOperations(world: World, header: BlockHeader): Promise<void> {
  if (present(world).length === 0) return;
  for (let i = world.random.integer(0, 3); i > 0; i--) {
    const draft = createBlockDraft(world.state, header);
    const filling: Filling = { draft, nonces: new Map(), rotated: new Map() };
    await refuseBroken(world, header, drawBroken(world, filling, header.time), filling);
  }
}

/** The records of the epochs of the last `count` blocks, against one hashed from the blocks' words. */
async function compareHistory({ parts, history, number }: World, count: bigint): Promise<void> {
  const contract = { address: parts.deployment.rollup, abi: rollupAbi } as const;
  const epochOf = (block: bigint): bigint => (block - 1n) / EPOCH_BLOCKS;
  for (let epoch = epochOf(number - count); epoch <= epochOf(number - 1n); epoch++) {
    const first = Number(epoch * EPOCH_BLOCKS);
    const record = history
      .slice(first, first + Number(EPOCH_BLOCKS))
      .reduce((before, wordsHash) => keccak256(concatHex([before, wordsHash])), zeroHash);
    const found = await parts.client.readContract({ ...contract, functionName: "history", args: [epoch] });
    agree(`record of epoch ${epoch}`, record, found);
  }
}

/** What the contract holds after blocks, against the reference and the state rebuilt from calldata. */
async function compare(world: World, drawn: readonly Drawn[]): Promise<void> {
  const { parts, state, rebuilt } = world;
  const contract = { address: parts.deployment.rollup, abi: rollupAbi } as const;
  const { client } = parts;
  const onChain = await client.readContract({ ...contract, functionName: "state" });
  for (const { block } of drawn) {
    applyBlockBytes(rebuilt, block.bytes);
    world.history.push(keccak256(bytesToHex(block.bytes)));
    agree(`root rebuilt from block ${block.header.number}`, block.newRoot, stateRoot(rebuilt));
    const blockNumber = block.header.number;
    const root = await client.readContract({
      ...contract,
      functionName: "withdrawalsRoot",
      args: [blockNumber],
    });
    const withdrawals = block.withdrawals.map(({ recipient, amount }) => ({
      recipient: numberToHex(recipient, { size: 20 }),
      amount,
    }));
    const tree = withdrawalTree({ rollup: parts.deployment.rollup, blockNumber, withdrawals });
    agree(`withdrawals of block ${blockNumber}`, tree.root, root);
    withdrawals.forEach((one, index) => {
      world.claims.push({ ...one, blockNumber, index, proof: tree.proof(index) });
    });
  }
  await compareHistory(world, BigInt(drawn.length));
  agree("root on L1", stateRoot(state), onChain.root);
  agree("block number on L1", world.number - 1n, onChain.blockNumber);
  agree("consumed requests on L1", world.firstRequest, onChain.consumedRequests);
}

/** Every unit is in the state, in a withdrawal, in a request that waits, or owed to the pool. */
async function conserve(world: World): Promise<void> {
  const { parts, state, claims, waiting } = world;
  const contract = { address: parts.deployment.rollup, abi: rollupAbi } as const;
  const sum = (list: readonly { amount: bigint }[]): bigint =>
    list.reduce((all, one) => all + one.amount, 0n);
  const totals = await parts.client.readContract({ ...contract, functionName: "accounting" });
  const queued = waiting.flatMap(({ request }) => ("amount" in request ? [request] : []));
  const pool = totals.poolAccrued - totals.poolPaid;
  const held = totalAmount(state) + sum(claims) + sum(queued) + pool;
  agree("units held", held, await parts.client.readContract({ ...contract, functionName: "liabilities" }));
  agree("CTZ held", held * UNIT, await ctzOf(parts, parts.deployment.rollup));
  const token = { address: parts.deployment.ctz, abi: ctzAbi } as const;
  const supply = await parts.client.readContract({ ...token, functionName: "totalSupply" });
  agree("CTZ burned", totals.burned * UNIT, 10n ** 27n - supply);
}

/** Claims random withdrawals, once each: what they pay is what the reference says. */
async function claimSome(world: World): Promise<void> {
  const { random, claims, parts, people } = world;
  for (let i = random.integer(0, 2); i > 0 && claims.length > 0; i--) {
    const [claim] = claims.splice(random.integer(0, claims.length - 1), 1);
    const { blockNumber, index, recipient, amount, proof } = claim!;
    const before = await ctzOf(parts, recipient as Hex);
    const call = (units: bigint) => ({
      ...{ address: parts.deployment.rollup, functionName: "claimWithdrawal" },
      args: [blockNumber, BigInt(index), recipient, units, proof],
    });
    const from = people[0]!.account;
    agree(
      "one unit more than withdrawn",
      "InvalidWithdrawalProof",
      await refusalOf(world, from, call(amount + 1n)),
    );
    await send(world, from, call(amount));
    agree("withdrawal paid", before + amount * UNIT, await ctzOf(parts, recipient as Hex));
    agree("withdrawal claimed twice", "WithdrawalAlreadyClaimed", await refusalOf(world, from, call(amount)));
    tally(world.done, "claim");
    tally(world.refused, "L1 InvalidWithdrawalProof");
    tally(world.refused, "L1 WithdrawalAlreadyClaimed");
  }
}

/** How many random things a block carried through all layers. */
const sizeOf = ({ requests, settlements, operations, distributions }: SealedBlock): number =>
  requests.length + settlements.length + operations.length + distributions.length;

/** One to three blocks in one transaction, with everything around them. Returns how many operations they carried. */
export async function runBlocks(world: World): Promise<{ operations: number; blocks: number }> {
  const { parts, random, domains } = world;
  const drawn: Drawn[] = [];
  const submissions: BlockSubmission[] = [];
  for (let i = random.chance(25) ? random.integer(2, 3) : 1; i > 0; i--) {
    const { timestamp } = await parts.client.getBlock();
    const header = {
      ...{ size: parts.size, ...domains, time: timestamp, feeAccount: 1 },
      ...{ number: world.number, firstRequest: world.firstRequest },
    };
    // Broken operations can be forced into a block only right after the contract's state.
    if (drawn.length === 0) await breakOperations(world, header);
    const one = await draw(world, header);
    const submission = await proveBlock(parts, one.block, one.statements, one.distributions);
    drawn.push(one);
    submissions.push({ ...submission, recorded: one.recorded });
    if (random.chance(40)) await refuseTamperedInput(world, one.block);
  }
  for (let i = random.integer(1, 3); i > 0; i--) {
    await refuseTamperedBlock(world, drawn[0]!.block, submissions[0]!);
  }
  await submit(parts, submissions);
  await compare(world, drawn);
  await conserve(world);
  await claimSome(world);
  if (random.chance(10)) {
    await send(world, world.people[0]!.account, {
      ...{ address: parts.deployment.rollup, functionName: "payPool", args: [] },
    });
  }
  return { operations: drawn.reduce((all, { block }) => all + sizeOf(block), 0), blocks: drawn.length };
}

/** Distribution numbers of all seeds, as L1 counts them. */
export async function compareSeeds({ parts, seeds }: World): Promise<void> {
  const contract = { address: parts.deployment.seedRegistry, abi: seedRegistryAbi } as const;
  for (const { seedId, nonce } of seeds) {
    const found = await parts.client.readContract({
      ...contract,
      functionName: "distributionNonce",
      args: [seedId],
    });
    agree(`distributions of seed ${seedId}`, nonce, found);
  }
}
