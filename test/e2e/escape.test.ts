// Everybody leaves a frozen rollup, with no operator and nothing but L1: real blocks, real proofs, a real chain. The
// state is rebuilt from calldata; a balance, a recorded statement, an order's escrow and a seed's vault are paid.
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCircuit } from "@catalyze/circuits/build";
import { digitsAdapter } from "@catalyze/circuits/programs";
import {
  accountStatic,
  createState,
  getAccount,
  getOrder,
  getSeed,
  type Operation,
  type Order,
  operationMessage,
  type Settlement,
  type State,
  settlementExit,
  settlementStatement,
  signMessage,
  statementCommitment,
} from "@catalyze/circuits/reference";
import { challenge, exitDomain, MODE_ZK, SMALL_BLOCK } from "@catalyze/circuits/schema";
import { ctzAbi, exitsAbi, rollupAbi, statementRegistryAbi } from "@catalyze/contracts";
import { closeProver, encodeProofForContract, generateWitness, prove, selectBackend } from "@catalyze/prover";
import { type Address, bytesToHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digitsModelBytes } from "../../cli/src/demo/program.js";
import { privateKeyOf } from "../../cli/src/devnet/accounts.js";
import { type CircuitWithKey, ensureKey, programIdOfVerificationKey } from "../../cli/src/devnet/circuits.js";
import { escapeRollup } from "../../cli/src/escape/escape.js";
import { rebuildFromL1 } from "../../cli/src/escape/rebuild-from-l1.js";
import {
  ctzOf,
  domains,
  heldOutDigits,
  proveBlock,
  proveStatement,
  queuedRequests,
  type RollupParts,
  register,
  registerDigitsSeed,
  rollupKey,
  sealNext,
  startRollup,
  submit,
  UNIT,
} from "../support/rollup.js";

const [OPERATOR, MIDDLEWARE, PROVIDER, REQUESTER, SEED] = [1, 2, 3, 4, 5] as const;
const DEPOSIT = 1_000_000_000n;
const DAY = 86_400;
const { inputs } = heldOutDigits(20);
const labels = digitsAdapter.run(digitsModelBytes(), inputs);

let parts: RollupParts;
let state: State;
let orderIndex: number;
let exits: Address;
let settlementCircuit: CircuitWithKey;
let folder: string;

const signed = (operation: Operation, operationDomain: bigint) => {
  const { ax, ay, owner } = getAccount(state, operation.signer);
  const message = operationMessage(operationDomain, accountStatic(ax, ay, owner), operation);
  return { operation, signature: signMessage(rollupKey(operation.signer), message) };
};

function makeOrder(time: bigint): Order {
  const { programId, parametersCommitment, terms } = getSeed(state, SEED);
  return {
    requester: BigInt(REQUESTER),
    nonce: 0n,
    seed: BigInt(SEED),
    middleware: BigInt(MIDDLEWARE),
    inputsRoot: digitsAdapter.inputsRoot(inputs),
    ...{ programId, parametersCommitment, terms, jobCount: 20n, chunkSize: 16n },
    ...{ priceLimit: 1000n, settlementFee: 30n, savingsShare: 5000n, modes: BigInt(MODE_ZK) },
    ...{ minimumBond: 0n, deadline: time + 100_000n },
  };
}

/** Results of a chunk, and the settlement that pays for them. */
function work(chunk: number): { results: Uint8Array; settlement: Settlement } {
  const results = labels.slice(16 * chunk, 16 * chunk + 16);
  const settlement = { orderIndex, chunk, provider: PROVIDER, price: 900n };
  return { results, settlement: { ...settlement, resultsRoot: digitsAdapter.resultsRoot(results) } };
}

/** Registers, posts an order of two chunks, settles the first: three blocks. */
async function runBlocks(): Promise<void> {
  const requests = await queuedRequests(parts);
  const first = await sealNext(parts, state, { number: 1n, firstRequest: 0n }, (draft) => {
    for (const request of requests) draft.addRequest(request);
  });
  await submit(parts, [await proveBlock(parts, first)]);
  const position = { number: 2n, firstRequest: BigInt(requests.length) };
  const { operationDomain, statementDomain } = await domains(parts);
  const { timestamp } = await parts.client.getBlock();
  const order = makeOrder(timestamp);
  const common = { signer: REQUESTER, nonce: 0n, expiry: timestamp + 10_000n, fee: 10n, priorityFee: 0n };
  const posted = await sealNext(parts, state, position, (draft) => {
    draft.addOperation(signed({ kind: "postOrder", ...common, order }, operationDomain), 1n);
  });
  orderIndex = posted.orders[0]!.index;
  const { results, settlement } = work(0);
  const statement = settlementStatement(state, settlement, statementDomain);
  const proven = await proveStatement(parts, statement, inputs, results);
  const settled = await sealNext(parts, state, { ...position, number: 3n }, (draft) => {
    draft.addSettlement(settlement);
  });
  // Both in one transaction: the rebuild has to tell the blocks of a transaction apart.
  await submit(parts, [await proveBlock(parts, posted), await proveBlock(parts, settled, [proven])]);
}

const balanceOf = async (owner: Address): Promise<bigint> => (await ctzOf(parts, owner)) / UNIT;

/** A deposit that no block consumes in time: anybody freezes the rollup. Returns the request that was overdue. */
async function freeze() {
  const { client, wallet, mined, deployment, accounts } = parts;
  const contract = { address: deployment.rollup, abi: rollupAbi } as const;
  const ctz = { address: deployment.ctz, abi: ctzAbi } as const;
  const args = [deployment.rollup, UNIT] as const;
  await mined(await wallet("deployer").writeContract({ ...ctz, functionName: "approve", args }));
  const deposit = { ...contract, functionName: "deposit", args: [REQUESTER, UNIT] } as const;
  await mined(await wallet("deployer").writeContract(deposit));
  await passTime(7 * DAY + 1);
  const logs = await client.getContractEvents({ ...contract, eventName: "RequestEnqueued", fromBlock: 0n });
  const { head0, head1, route, value } = logs.at(-1)!.args as Record<
    "head0" | "head1" | "route" | "value",
    bigint
  >;
  const oldest = { head0, head1, route, value };
  const call = { ...contract, functionName: "freeze", args: [oldest] } as const;
  await mined(await wallet("requesterB").writeContract(call));
  expect(accounts.requesterB.address).not.toBe(accounts.operator.address);
}

async function passTime(seconds: number): Promise<void> {
  await parts.client.request({ method: "evm_increaseTime" as never, params: [seconds] as never });
  await parts.client.request({ method: "evm_mine" as never, params: [] as never });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "catalyze-escape-"));
  const cell = await ensureKey(await ensureCircuit("exit"));
  settlementCircuit = await ensureKey(await ensureCircuit("exit-settlement"));
  parts = await startRollup({ cell, settlement: settlementCircuit });
  exits = parts.deployment.exits!;
  state = createState(SMALL_BLOCK.depth);
  await register(parts, "operator", rollupKey(OPERATOR), DEPOSIT);
  await register(parts, "middleware", rollupKey(MIDDLEWARE), DEPOSIT);
  await register(parts, "provider", rollupKey(PROVIDER), DEPOSIT);
  await register(parts, "requesterA", rollupKey(REQUESTER), DEPOSIT);
  await registerDigitsSeed(parts, "creator");
  await runBlocks();
}, 600_000);

afterAll(async () => {
  await parts?.anvil.stop();
  await closeProver();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the command as a role whose key stands in a file. */
async function escapeAs(
  role: "provider" | "requesterA" | "creator",
  cells: readonly number[] = [],
): Promise<{ lines: string[]; outcomes: Awaited<ReturnType<typeof escapeRollup>> }> {
  const keyFile = join(folder, `${role}.key`);
  await writeFile(keyFile, privateKeyOf(parts.accounts[role]), { mode: 0o600 });
  const lines: string[] = [];
  const { rollup, deploymentBlock } = parts.deployment;
  const outcomes = await escapeRollup({
    ...{ rpcUrl: parts.anvil.rpcUrl, rollup, exits, deploymentBlock, keyFile, cells },
    print: (line) => lines.push(line),
  });
  return { lines, outcomes };
}

/** Records the second chunk's statement on L1 and pays it out of the escrow. */
async function payRecorded() {
  const { deployment, wallet, mined } = parts;
  const { statementDomain } = await domains(parts);
  const { results, settlement } = work(1);
  const statement = settlementStatement(state, settlement, statementDomain);
  const { words, proof } = await proveStatement(parts, statement, inputs, results);
  const { programId } = getOrder(state, orderIndex).order;
  const exit = settlementExit(
    state,
    { orderIndex, chunk: 1, statement },
    exitDomain(31337n, BigInt(deployment.rollup)),
  );
  const context = {
    chainId: 31337n,
    binder: BigInt(deployment.programRegistry),
    programId: programIdOfVerificationKey(settlementCircuit.verificationKey),
  };
  const z = challenge(context, exit.commitment, exit.bytes);
  const witness = await generateWitness({
    programPath: settlementCircuit.circuit.wasmPath,
    input: { ...exit.circuitInput, z },
  });
  const proven = await prove(selectBackend(), { provingKeyPath: settlementCircuit.provingKeyPath, witness });
  const pay = () =>
    wallet("pool").writeContract({
      address: exits,
      abi: exitsAbi,
      functionName: "payStatement",
      args: [bytesToHex(exit.bytes), exit.commitment, encodeProofForContract(proven.proof)],
    });
  await expect(pay()).rejects.toThrow(/StatementNotRecorded/);
  const record = {
    address: deployment.statementRegistry,
    abi: statementRegistryAbi,
    functionName: "record",
    args: [programId, statementCommitment(statement), words, proof],
  } as const;
  await mined(await wallet("provider").writeContract(record));
  await mined(await pay());
  await expect(pay()).rejects.toThrow(/ChunkAlreadyPaid/);
  return exit;
}

describe("a frozen rollup", () => {
  it("is rebuilt from calldata alone: the cells that the blocks made", async () => {
    const { client, deployment } = parts;
    const rebuilt = await rebuildFromL1({
      client: client as never,
      rollup: deployment.rollup,
      logRangeBlocks: 3n,
    });
    expect([...rebuilt.state.cells].sort(([a], [b]) => a - b)).toEqual(
      [...state.cells].sort(([a], [b]) => a - b),
    );
    expect(rebuilt.blocks).toBe(3);
    // Without the first blocks there is no such state, and the rebuild says so.
    const { blockNumber } = (
      await client.getContractEvents({
        address: deployment.rollup,
        abi: rollupAbi,
        eventName: "BlockSubmitted",
        fromBlock: 0n,
      })
    )[1]!;
    const late = { client: client as never, rollup: deployment.rollup, deploymentBlock: blockNumber };
    await expect(rebuildFromL1(late)).rejects.toThrow(/apply the block before it first/);
  });

  it("lets nobody out before it is frozen", async () => {
    await expect(escapeAs("provider")).rejects.toThrow(/RollupNotFrozen/);
  });

  it("pays balances, recorded statements, escrows and vaults, each once and to the unit", async () => {
    const { accounts } = parts;
    await freeze();
    const provider = getAccount(state, PROVIDER).amount;
    const before = await balanceOf(accounts.provider.address);
    const first = await escapeAs("provider");
    expect(first.outcomes).toMatchObject([{ kind: "account", status: "paid", amount: provider }]);
    expect(await balanceOf(accounts.provider.address)).toBe(before + provider);
    expect((await escapeAs("provider")).outcomes).toMatchObject([{ status: "left" }]);

    const requester = await escapeAs("requesterA");
    expect(requester.outcomes).toMatchObject([
      { kind: "account", status: "paid" },
      { kind: "order", index: orderIndex, status: "locked" },
    ]);
    expect(requester.lines[0]).toMatch(/state rebuilt from 3 blocks/);

    const paid = await payRecorded();
    expect(await balanceOf(accounts.provider.address)).toBe(before + provider + paid.split.provider);
    expect(await balanceOf(accounts.middleware.address)).toBe(paid.split.middleware);

    await passTime(7 * DAY);
    const escrow = getOrder(state, orderIndex).amount - (paid.split.debit - paid.split.fee);
    const requesterBefore = await balanceOf(accounts.requesterA.address);
    const rest = await escapeAs("requesterA");
    expect(rest.outcomes).toMatchObject([{ status: "left" }, { kind: "order", status: "paid" }]);
    expect(await balanceOf(accounts.requesterA.address)).toBe(requesterBefore + escrow);

    const vault = await escapeAs("creator");
    expect(vault.outcomes).toMatchObject([
      { kind: "seed", status: "paid", amount: getSeed(state, SEED).amount },
    ]);
    expect(await balanceOf(accounts.creator.address)).toBe(getSeed(state, SEED).amount + paid.split.royalty);
    expect(getSeed(state, SEED).amount).toBeGreaterThan(0n);
  });

  it("takes no key that others can read, and nothing for an address that owns nothing", async () => {
    await escapeAs("creator");
    const keyFile = join(folder, "creator.key");
    await chmod(keyFile, 0o644);
    const { rollup, deploymentBlock } = parts.deployment;
    const options = { rpcUrl: parts.anvil.rpcUrl, rollup, exits, deploymentBlock, cells: [] };
    await expect(escapeRollup({ ...options, keyFile, print: () => undefined })).rejects.toThrow(/0600/);
    const other = join(folder, "other.key");
    await writeFile(other, `0x${"11".repeat(32)}`, { mode: 0o600 });
    const run = escapeRollup({ ...options, keyFile: other, print: () => undefined });
    await expect(run).rejects.toThrow(/belongs to/);
  });
});
