// Everybody leaves a frozen rollup, with no operator, no sequencer and nothing but L1: real blocks, real proofs, a real chain.
// The state is rebuilt from calldata; withdrawals, waiting deposits, recorded statements, balances, an order's escrow and a
// seed's vault are paid, by the command's own code, through a node that writes down what it was asked.
import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensureCircuit } from "@catalyze/circuits/build";
import {
  createState,
  getAccount,
  getOrder,
  getSeed,
  type State,
  type Statement,
  settlementStatement,
  splitPayment,
  statementCommitment,
} from "@catalyze/circuits/reference";
import { SMALL_BLOCK } from "@catalyze/circuits/schema";
import { ctzAbi, rollupAbi, statementRegistryAbi } from "@catalyze/contracts";
import { closeProver } from "@catalyze/prover";
import { formatCtz } from "@catalyze/sdk";
import { type Address, parseEventLogs } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { privateKeyOf } from "../../cli/src/devnet/accounts.js";
import { type CircuitWithKey, ensureKey } from "../../cli/src/devnet/circuits.js";
import { type EscapeOptions, escapeRollup } from "../../cli/src/escape/escape.js";
import { type RebuildParameters, rebuildFromL1 } from "../../cli/src/escape/rebuild-from-l1.js";
import { payableStatements } from "../../cli/src/escape/recorded-statements.js";
import { type DevnetRole, devnetAccounts } from "../../cli/src/index.js";
import { compiledScript } from "../../cli/src/root.js";
import {
  digitsOrder,
  OPERATOR,
  PARTY_REQUESTS,
  PROVIDER,
  REQUESTER,
  registerParties,
  runChunk,
  SEED,
  sealRegistrations,
  signOperation,
} from "../support/parties.js";
import { type RecordingRpc, startRecordingRpc } from "../support/recording-rpc.js";
import {
  ctzOf,
  domains,
  heldOutDigits,
  proveBlock,
  proveStatement,
  type RollupParts,
  register,
  rollupKey,
  type StatementSubmission,
  sealNext,
  startRollup,
  submit,
  UNIT,
} from "../support/rollup.js";

const DEPOSIT = 1_000_000_000n;
const WITHDRAWN = 123_456n;
const [LATE_DEPOSIT, LATE_REGISTRATION] = [77n, 5_000n] as const;
const DAY = 86_400;
const PRICE = 900n;
/** What docs/exit.md says an escape asks of a node, and nothing else. */
const METHODS = [
  "eth_blockNumber",
  "eth_call",
  "eth_chainId",
  "eth_estimateGas",
  "eth_feeHistory",
  "eth_fillTransaction",
  "eth_getBlockByNumber",
  "eth_getCode",
  "eth_getLogs",
  "eth_getTransactionByHash",
  "eth_getTransactionCount",
  "eth_getTransactionReceipt",
  "eth_maxPriorityFeePerGas",
  "eth_sendRawTransaction",
];
const { inputs } = heldOutDigits(20);
const accounts = devnetAccounts();

let parts: RollupParts;
let state: State;
let orderIndex: number;
let statement: Statement;
let settlementCircuit: CircuitWithKey;
let folder: string;
let rpc: RecordingRpc;

/** Registers, posts an order of two chunks, withdraws twice, settles the first chunk: three blocks. */
async function runBlocks(): Promise<void> {
  const first = await sealRegistrations(parts, state);
  await submit(parts, [await proveBlock(parts, first)]);
  const position = { number: 2n, firstRequest: PARTY_REQUESTS };
  const { timestamp } = await parts.client.getBlock();
  const terms = { priceLimit: 1_000n, settlementFee: 30n, deadline: timestamp + 100_000n };
  const order = digitsOrder(state, inputs, terms);
  const common = { nonce: 0n, expiry: timestamp + 10_000n, fee: 10n, priorityFee: 0n };
  const post = { kind: "postOrder", signer: REQUESTER, ...common, order } as const;
  const signed = [await signOperation(parts, state, post)];
  for (const signer of [PROVIDER, OPERATOR]) {
    const withdraw = { kind: "withdraw", signer, ...common, amount: WITHDRAWN } as const;
    signed.push(await signOperation(parts, state, withdraw));
  }
  const posted = await sealNext(parts, state, position, (draft) => {
    signed.forEach((operation, i) => void draft.addOperation(operation, BigInt(i + 1)));
  });
  orderIndex = posted.orders[0]!.index;
  const { results, settlement } = runChunk(inputs, { orderIndex, chunk: 0, price: PRICE });
  const { statementDomain } = await domains(parts);
  const settledStatement = settlementStatement(state, settlement, statementDomain);
  const proven = await proveStatement(parts, settledStatement, inputs, results);
  const settled = await sealNext(parts, state, { ...position, number: 3n }, (draft) => {
    draft.addSettlement(settlement);
  });
  // Both in one transaction: the rebuild has to tell the blocks of a transaction apart.
  await submit(parts, [await proveBlock(parts, posted), await proveBlock(parts, settled, [proven])]);
  await record(settledStatement, proven);
}

/** Records a statement on L1 as its provider. */
async function record(recorded: Statement, { words, proof }: StatementSubmission): Promise<void> {
  const { programId } = getOrder(state, orderIndex).order;
  const call = {
    address: parts.deployment.statementRegistry,
    abi: statementRegistryAbi,
    functionName: "record",
    args: [programId, statementCommitment(recorded), words, proof],
  } as const;
  await parts.mined(await parts.wallet("provider").writeContract(call));
}

/** The provider works on the second chunk; the operator does not settle it, so the provider records the statement. */
async function recordSecondChunk(): Promise<void> {
  const { statementDomain } = await domains(parts);
  const { results, settlement } = runChunk(inputs, { orderIndex, chunk: 1, price: PRICE });
  statement = settlementStatement(state, settlement, statementDomain);
  await record(statement, await proveStatement(parts, statement, inputs, results));
}

const balanceOf = async (role: DevnetRole): Promise<bigint> =>
  (await ctzOf(parts, accounts[role].address)) / UNIT;

/** Two requests that no block consumes: the requester's deposit, and a registration with a deposit. */
async function queueDeposits(): Promise<void> {
  const { wallet, mined, deployment } = parts;
  const ctz = { address: deployment.ctz, abi: ctzAbi } as const;
  const value = LATE_DEPOSIT * UNIT;
  const { address } = accounts.requesterA;
  await mined(
    await wallet("deployer").writeContract({ ...ctz, functionName: "transfer", args: [address, value] }),
  );
  const approve = { ...ctz, functionName: "approve", args: [deployment.rollup, value] } as const;
  await mined(await wallet("requesterA").writeContract(approve));
  await mined(
    await wallet("requesterA").writeContract({
      address: deployment.rollup,
      abi: rollupAbi,
      functionName: "deposit",
      args: [REQUESTER, value],
    }),
  );
  await register(parts, "requesterB", rollupKey(9), LATE_REGISTRATION);
}

async function passTime(seconds: number): Promise<void> {
  await parts.client.request({ method: "evm_increaseTime" as never, params: [seconds] as never });
  await parts.client.request({ method: "evm_mine" as never, params: [] as never });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "catalyze-escape-"));
  const cell = await ensureKey(await ensureCircuit("exit"));
  settlementCircuit = await ensureKey(await ensureCircuit("exit-settlement"));
  parts = await startRollup({ exits: { cell, settlement: settlementCircuit } });
  rpc = await startRecordingRpc(parts.anvil.rpcUrl);
  state = createState(SMALL_BLOCK.depth);
  await registerParties(parts, DEPOSIT);
  await runBlocks();
  await recordSecondChunk();
  await queueDeposits();
}, 600_000);

afterAll(async () => {
  await rpc?.stop();
  await parts?.anvil.stop();
  await closeProver();
  await rm(folder, { recursive: true, force: true });
});

async function keyFileOf(role: DevnetRole): Promise<string> {
  const keyFile = join(folder, `${role}.key`);
  await writeFile(keyFile, privateKeyOf(accounts[role]), { mode: 0o600 });
  return keyFile;
}

/** Runs the command's code as a role whose key stands in a file, through the node that writes down what it is asked. */
async function escapeAs(role: DevnetRole, options: Partial<EscapeOptions> = {}) {
  const lines: string[] = [];
  const { rollup, deploymentBlock } = parts.deployment;
  const keyFile = await keyFileOf(role);
  const common = { rpcUrl: rpc.url, rollup, deploymentBlock, keyFile, cells: [] };
  const print = (line: string): void => void lines.push(line);
  const run = await escapeRollup({ ...common, print, ...options }).then(
    (outcomes) => ({ outcomes, error: undefined }),
    (error: unknown) => ({ outcomes: [], error: error as { code?: string; message: string } }),
  );
  return { lines, ...run };
}

/** What a command that stopped said. */
async function stopOf(role: DevnetRole, options: Partial<EscapeOptions> = {}): Promise<string> {
  const { error } = await escapeAs(role, options);
  return `${error?.code}: ${error?.message}`;
}

describe("the state of a rollup", () => {
  const rebuild = (change: Partial<RebuildParameters> = {}) =>
    rebuildFromL1({ client: parts.client as never, rollup: parts.deployment.rollup, ...change });

  it("is rebuilt from calldata alone: the cells that the blocks made, what was withdrawn, what waits", async () => {
    const rebuilt = await rebuild({ logRangeBlocks: 3n });
    const sorted = (cells: State["cells"]) => [...cells].sort(([a], [b]) => a - b);
    expect(sorted(rebuilt.state.cells)).toEqual(sorted(state.cells));
    expect(rebuilt.blocks).toBe(3);
    const recipients = [accounts.provider, accounts.operator].map(({ address }) => address.toLowerCase());
    expect([...rebuilt.withdrawals]).toEqual([
      [2n, recipients.map((recipient) => ({ recipient, amount: WITHDRAWN }))],
    ]);
    expect(rebuilt.waiting.map(({ requestIndex }) => requestIndex)).toEqual([
      PARTY_REQUESTS,
      PARTY_REQUESTS + 1n,
    ]);
  });

  it("is not taken from a node that lacks blocks, words or requests", async () => {
    const { client, deployment } = parts;
    const { rollup } = deployment;
    const blocks = await client.getContractEvents({
      address: rollup,
      abi: rollupAbi,
      eventName: "BlockSubmitted",
      fromBlock: 0n,
    });
    const late = rebuild({ deploymentBlock: blocks[1]!.blockNumber });
    await expect(late).rejects.toThrow(/has no event of block 1 where it should be; .*--from-block/);
    const lacking = (eventName: "BlockSubmitted" | "RequestEnqueued") => {
      const getLogs = async (range: { fromBlock: bigint; toBlock: bigint }) => {
        const logs = await client.getLogs({ address: rollup, ...range });
        const hidden = parseEventLogs({ abi: rollupAbi, logs, eventName }).at(-1);
        return logs.filter(({ logIndex, blockHash }) => {
          return logIndex !== hidden?.logIndex || blockHash !== hidden?.blockHash;
        });
      };
      return rebuild({ client: { ...client, getLogs } as never });
    };
    await expect(lacking("BlockSubmitted")).rejects.toMatchObject({ code: "ESCAPE_BLOCK_MISSING" });
    await expect(lacking("RequestEnqueued")).rejects.toMatchObject({ code: "ESCAPE_REQUEST_MISSING" });
    const other = await client.getTransaction({ hash: blocks[0]!.transactionHash });
    const foreign = rebuild({ client: { ...client, getTransaction: async () => other } as never });
    await expect(foreign).rejects.toMatchObject({ code: "ESCAPE_BLOCK_MISSING" });
    const readContract = async (call: { functionName: string }) => {
      const value: unknown = await client.readContract(call as never);
      return call.functionName === "state" ? { ...(value as object), root: 1n } : value;
    };
    const lying = rebuild({ client: { ...client, readContract } as never });
    await expect(lying).rejects.toMatchObject({ code: "ESCAPE_ROOT_MISMATCH" });
  });
});

describe("recorded statements", () => {
  it("are about open chunks of orders that accept them, the best paid one for each", () => {
    const { order } = getOrder(state, orderIndex);
    const { programId } = order;
    const payable = (...given: readonly Partial<Statement>[]) =>
      payableStatements(
        state,
        given.map((change) => ({ programId, statement: { ...statement, ...change } })),
      );
    const { provider: amount } = splitPayment(order, 4n, PRICE);
    expect(payable({})).toMatchObject([{ orderIndex, chunk: 1, amount }]);
    expect(payable({ price: 1_000n }, {}, { price: 800n })).toMatchObject([{ statement: { price: 1_000n } }]);
    const others: readonly Partial<Statement>[] = [
      { price: 1_001n },
      { from: 0n, count: 16n },
      { count: 3n },
      { from: 17n, count: 3n },
      { from: 32n },
      { inputsRoot: 1n },
      { parametersCommitment: 1n },
    ];
    for (const change of others) expect(payable(change)).toEqual([]);
    expect(payableStatements(state, [{ programId: programId + 1n, statement }])).toEqual([]);
  });
});

describe("a rollup that is not frozen", () => {
  it("is listed, with amounts, by the command itself", async () => {
    const { rollup, deploymentBlock } = parts.deployment;
    const options = [
      "--rpc-url",
      rpc.url,
      "--rollup",
      rollup,
      "--from-block",
      `${deploymentBlock}`,
      "--log-range",
      "7",
    ];
    const run = promisify(execFile)(process.execPath, [
      compiledScript("bin/catalyze.mjs"),
      ...["escape", ...options, "--key-file", await keyFileOf("provider"), "--dry-run"],
    ]);
    const { stdout } = await run;
    const { order } = getOrder(state, orderIndex);
    const paid = splitPayment(order, 4n, PRICE).provider;
    const balance = getAccount(state, PROVIDER).amount;
    const lines = [
      /^state rebuilt from 3 blocks, \d+ bytes of calldata, at L1 block \d+: root \d+; 2 withdrawals, 2 waiting requests$/,
      `withdrawal, withdrawal 0 of block 2, ${formatCtz(WITHDRAWN)} CTZ: can be claimed`,
      "the rollup is not frozen: what follows can be claimed once it is",
      `statement, chunk 1 of the order in cell ${orderIndex}, ${formatCtz(paid)} CTZ: can be claimed`,
      `account, cell ${PROVIDER}, ${formatCtz(balance)} CTZ: can be claimed`,
      `open in all: ${formatCtz(WITHDRAWN + paid + balance)} CTZ`,
    ];
    const printed = stdout.trimEnd().split("\n");
    expect(printed).toHaveLength(lines.length);
    for (const [i, line] of lines.entries()) expect(printed[i]).toMatch(line);
  });

  it("pays withdrawals of earlier blocks and nothing else, and says when anyone may freeze it", async () => {
    const before = await balanceOf("provider");
    const { error, lines } = await escapeAs("provider", { freeze: true });
    expect(error).toMatchObject({ code: "ESCAPE_NOT_FROZEN" });
    expect(error?.message).toMatch(/request 5 waits in the queue; from 20\d\d-.* run this with --freeze/);
    expect(lines[1]).toMatch(/^withdrawal, withdrawal 0 of block 2, 0.000123456 CTZ: paid in 0x/);
    expect(await balanceOf("provider")).toBe(before + WITHDRAWN);
  });
});

describe("a frozen rollup", () => {
  it("is frozen by the command when a request is overdue, and only when told to", async () => {
    await passTime(7 * DAY + 1);
    expect(await stopOf("requesterB")).toMatch(/ESCAPE_NOT_FROZEN: .*anyone may freeze it now.*--freeze/);
    const { outcomes, lines } = await escapeAs("requesterB", { freeze: true });
    expect(lines[1]).toMatch(/^frozen in 0x/);
    // Never registered on the rollup: what comes back is the deposit that was to open the account.
    expect(outcomes).toMatchObject([
      { kind: "deposit", place: "request 6 of the queue", status: "paid", amount: LATE_REGISTRATION },
    ]);
    expect(await balanceOf("requesterB")).toBe(LATE_REGISTRATION);
    expect((await escapeAs("requesterB")).outcomes).toMatchObject([{ kind: "deposit", status: "left" }]);
  });

  it("pays a provider's recorded statement out of the order's escrow, and its balance, each once", async () => {
    const split = splitPayment(getOrder(state, orderIndex).order, 4n, PRICE);
    const balance = getAccount(state, PROVIDER).amount;
    const before = await balanceOf("provider");
    const { outcomes } = await escapeAs("provider");
    expect(outcomes).toMatchObject([
      { kind: "withdrawal", status: "left", amount: WITHDRAWN },
      { kind: "statement", status: "paid", amount: split.provider },
      { kind: "account", status: "paid", amount: balance },
    ]);
    expect(await balanceOf("provider")).toBe(before + split.provider + balance);
    expect(await balanceOf("middleware")).toBe(split.middleware);
    expect(await balanceOf("creator")).toBe(split.royalty);
    const again = await escapeAs("provider");
    expect(again.outcomes.map(({ status }) => status)).toEqual(["left", "left", "left"]);
  });

  it("pays a requester's deposit and balance at once, and what is left of the escrow seven days later", async () => {
    const split = splitPayment(getOrder(state, orderIndex).order, 4n, PRICE);
    const escrow = getOrder(state, orderIndex).amount - (split.debit - split.fee);
    const balance = getAccount(state, REQUESTER).amount;
    const before = await balanceOf("requesterA");
    const first = await escapeAs("requesterA");
    expect(first.outcomes).toMatchObject([
      { kind: "deposit", place: "request 5 of the queue", status: "paid", amount: LATE_DEPOSIT },
      { kind: "account", status: "paid", amount: balance },
      { kind: "order", place: `cell ${orderIndex}`, status: "locked", amount: escrow },
    ]);
    expect(first.lines.at(-1)).toMatch(/leaves from 20\d\d-.*; run this again then/);
    await passTime(7 * DAY);
    const rest = await escapeAs("requesterA");
    expect(rest.outcomes.map(({ status }) => status)).toEqual(["left", "left", "paid"]);
    expect(await balanceOf("requesterA")).toBe(before + LATE_DEPOSIT + balance + escrow);
  });

  it("pays a seed's vault to its owner", async () => {
    const { amount } = getSeed(state, SEED);
    expect(amount).toBeGreaterThan(0n);
    const before = await balanceOf("creator");
    const foreign = await escapeAs("creator", { provingKey: settlementCircuit.provingKeyPath });
    expect(foreign.outcomes).toMatchObject([{ status: "failed", error: { code: "ESCAPE_KEY_MISMATCH" } }]);
    expect(foreign.lines.at(-1)).toMatch(/name the deployment's key of the circuit exit with --proving-key/);
    expect((await escapeAs("creator")).outcomes).toMatchObject([{ kind: "seed", status: "paid", amount }]);
    expect(await balanceOf("creator")).toBe(before + amount);
  });

  it("owes nothing but what others can still claim", async () => {
    const { client, deployment } = parts;
    const contract = { address: deployment.rollup, abi: rollupAbi } as const;
    const held = await client.readContract({ ...contract, functionName: "liabilities" });
    const { poolAccrued, poolPaid } = await client.readContract({ ...contract, functionName: "accounting" });
    for (const role of ["operator", "middleware"] as const) {
      expect((await escapeAs(role)).outcomes.every(({ status }) => status === "paid")).toBe(true);
    }
    expect(held).toBeGreaterThan(poolAccrued - poolPaid);
    const left = await client.readContract({ ...contract, functionName: "liabilities" });
    expect(left).toBe(poolAccrued - poolPaid);
  });

  it("needed nothing but a node: calldata, events, the contracts' storage", () => {
    expect(METHODS).toEqual(expect.arrayContaining([...rpc.methods]));
    expect([...rpc.methods]).toEqual(expect.arrayContaining(["eth_getLogs", "eth_getTransactionByHash"]));
  });
});

describe("the command", () => {
  it("says what is wrong with a key file, an address or a proving key", async () => {
    const keyFile = await keyFileOf("creator");
    await chmod(keyFile, 0o644);
    const print = (): void => undefined;
    const { rollup, deploymentBlock } = parts.deployment;
    const options = { rpcUrl: rpc.url, rollup, deploymentBlock, cells: [], print };
    await expect(escapeRollup({ ...options, keyFile })).rejects.toThrow(/0600/);
    await expect(escapeRollup({ ...options, keyFile: join(folder, "none") })).rejects.toMatchObject({
      code: "ESCAPE_KEY_FILE",
    });
    const other = join(folder, "other.key");
    await writeFile(other, `0x${"11".repeat(32)}`, { mode: 0o600 });
    await expect(escapeRollup({ ...options, keyFile: other })).rejects.toMatchObject({
      code: "ESCAPE_NOTHING_TO_CLAIM",
    });
    const nowhere: Address = `0x${"11".repeat(20)}`;
    expect(await stopOf("provider", { rollup: nowhere })).toMatch(/ESCAPE_NO_DEPLOYMENT: .*--rollup/);
    expect(await stopOf("provider", { cells: [200] })).toMatch(/ESCAPE_NOTHING_TO_CLAIM: Cell 200 is empty/);
  });

  it("leaves no deployment without the exit circuits' keys, and says so", async () => {
    const bare = await startRollup();
    try {
      const { rollup, deploymentBlock } = bare.deployment;
      const options = { rpcUrl: bare.anvil.rpcUrl, rollup, deploymentBlock };
      expect(await stopOf("provider", { ...options, dryRun: true })).toMatch(/ESCAPE_NO_EXITS: .*withdraw/);
      expect(await stopOf("provider", options)).toMatch(/ESCAPE_NOT_FROZEN: .*nothing waits in its queue/);
    } finally {
      await bare.anvil.stop();
    }
  });
});
