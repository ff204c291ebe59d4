// `catalyze escape`: everybody's way out of a frozen rollup. Rebuilds the state from L1 data alone, lists what the caller can
// claim, proves and sends it; no operator, no sequencer, no database.
import { readFile, stat } from "node:fs/promises";
import { exitDomain } from "@catalyze/circuits/schema";
import { rollupAbi } from "@catalyze/contracts";
import { closeProver } from "@catalyze/prover";
import { formatCtz } from "@catalyze/sdk";
import {
  type Address,
  createPublicClient,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  isHex,
  zeroAddress,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import {
  type Claim,
  type ClaimKind,
  cellClaim,
  cellsOf,
  depositClaims,
  type ExitParameters,
  statementClaim,
  withdrawalClaims,
} from "./claims.js";
import { EscapeError } from "./errors.js";
import { createExitProver } from "./exit-proofs.js";
import { freezeRollup } from "./freeze.js";
import type { EscapeContext } from "./l1.js";
import { type Rebuilt, rebuildFromL1 } from "./rebuild-from-l1.js";
import { payableStatements, recordedStatements } from "./recorded-statements.js";

/** Options of the command. */
export interface EscapeOptions {
  readonly rpcUrl: string;
  readonly rollup: Address;
  /** L1 block from which on the rollup exists. */
  readonly deploymentBlock: bigint;
  /** L1 blocks of one request for events, within what the node allows; default 2,000. */
  readonly logRangeBlocks?: bigint | undefined;
  /** File with the private key that pays the gas and owns the cells, 0x and 64 hex digits; mode 0600. */
  readonly keyFile: string;
  /** Cells to exit and nothing else; by default everything that is the caller's. */
  readonly cells: readonly number[];
  /** Only list what could be claimed. */
  readonly dryRun?: boolean | undefined;
  /** Freeze the rollup first, when anyone may. */
  readonly freeze?: boolean | undefined;
  /** `.zkey` of the deployment's circuit `exit`; on local chains the development key is made instead. */
  readonly provingKey?: string | undefined;
  /** `.zkey` of the deployment's circuit `exit-settlement`, in the same way. */
  readonly statementProvingKey?: string | undefined;
  readonly print: (line: string) => void;
}

/** What became of a claim: what {@link Claim.look} said, or that it was paid, or why it was not. Amounts in units. */
export type ClaimOutcome = {
  readonly kind: ClaimKind;
  readonly place: string;
  readonly amount: bigint;
} & (
  | { readonly status: "open" | "left" }
  | { readonly status: "locked"; readonly opensAt: bigint }
  | { readonly status: "paid"; readonly transactionHash: Hex }
  | { readonly status: "failed"; readonly error: EscapeError }
);

/** Private key from a file that nobody else reads. Never part of an error. */
async function readKey(path: string): Promise<Hex> {
  const refuse = (why: string): never => {
    throw new EscapeError("ESCAPE_KEY_FILE", `The key file ${path} ${why}.`);
  };
  const information = await stat(path).catch(() => refuse("can't be read; name an existing file"));
  if (process.platform !== "win32" && (information.mode & 0o077) !== 0)
    refuse("is readable by others; set its mode to 0600");
  const text = (await readFile(path, "utf8")).trim();
  if (!isHex(text) || text.length !== 66) refuse("does not hold 0x and 64 hex digits");
  return text as Hex;
}

/** The node and the caller's wallet, on whatever chain the node is of. */
async function connect({ rpcUrl, rollup, keyFile }: EscapeOptions): Promise<EscapeContext> {
  const account = privateKeyToAccount(await readKey(keyFile));
  const transport = http(rpcUrl);
  const id = await createPublicClient({ transport }).getChainId();
  const chain = defineChain({
    id,
    name: `chain ${id}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  const client = createPublicClient({ chain, transport });
  if ((await client.getCode({ address: rollup })) === undefined) {
    throw new EscapeError(
      "ESCAPE_NO_DEPLOYMENT",
      `There is no contract at ${rollup} on chain ${id}; check --rollup and --rpc-url.`,
    );
  }
  return { client, wallet: createWalletClient({ chain, transport, account }), rollup };
}

function outcomeText(outcome: ClaimOutcome): string {
  const what = `${outcome.kind}, ${outcome.place}, ${formatCtz(outcome.amount)} CTZ`;
  switch (outcome.status) {
    case "open":
      return `${what}: can be claimed`;
    case "paid":
      return `${what}: paid in ${outcome.transactionHash}`;
    case "left":
      return `${what}: was claimed already`;
    case "locked":
      return `${what}: leaves from ${new Date(Number(outcome.opensAt) * 1000).toISOString()} on; run this again then`;
    case "failed":
      return `${what}: ${outcome.error.code}: ${outcome.error.message}`;
  }
}

/** Claims one thing, if it can be; a claim that fails holds back no other. */
async function settle(claim: Claim, dryRun: boolean): Promise<ClaimOutcome> {
  const { kind, place, amount } = claim;
  const what = { kind, place, amount };
  const claimable = await claim.look();
  if (claimable.status !== "open" || dryRun) return { ...what, ...claimable };
  try {
    return { ...what, status: "paid", transactionHash: await claim.send() };
  } catch (error) {
    if (!(error instanceof EscapeError)) throw error;
    return { ...what, status: "failed", error };
  }
}

async function exitParameters(
  context: EscapeContext,
  { state }: Rebuilt,
  options: EscapeOptions,
): Promise<ExitParameters> {
  const { client, rollup } = context;
  const exits = await client.readContract({ address: rollup, abi: rollupAbi, functionName: "exits" });
  if (exits === zeroAddress) {
    throw new EscapeError(
      "ESCAPE_NO_EXITS",
      "The rollup was deployed without the exit circuits' keys: no balance, escrow or vault leaves it by proof, only " +
        "withdrawals and waiting deposits do. While it is live, withdraw through it.",
    );
  }
  const keys = { cell: options.provingKey, settlement: options.statementProvingKey };
  const domain = exitDomain(BigInt(await client.getChainId()), BigInt(rollup));
  return { context, state, exits, domain, prover: createExitProver(context, exits, keys) };
}

/** Claims that need the exits contract: recorded statements first, then cells, which hold what statements have left. */
async function* exitClaims(
  context: EscapeContext,
  rebuilt: Rebuilt,
  options: EscapeOptions,
): AsyncGenerator<Claim> {
  const { cells, deploymentBlock, logRangeBlocks } = options;
  const parameters = await exitParameters(context, rebuilt, options);
  const { address } = context.wallet.account;
  const { state, l1Block } = rebuilt;
  if (cells.length === 0) {
    const range = { deploymentBlock, logRangeBlocks, l1Block };
    const recorded = await recordedStatements({ ...context, ...range, provider: address });
    for (const payable of payableStatements(state, recorded)) yield statementClaim(parameters, payable);
  }
  const empty = cells.find((index) => !state.cells.has(index));
  if (empty !== undefined) {
    throw new EscapeError(
      "ESCAPE_NOTHING_TO_CLAIM",
      `Cell ${empty} is empty under the last root; leave --cell out to claim everything that is yours.`,
    );
  }
  const indices = cells.length > 0 ? cells : await cellsOf(context, state, address);
  for (const index of indices) yield cellClaim(parameters, index);
}

/** What was read, so that everybody can check that it is on L1. */
function describeData({ blocks, bytes, root, waiting, l1Block, withdrawals }: Rebuilt): string {
  const withdrawn = [...withdrawals.values()].reduce((sum, { length }) => sum + length, 0);
  return (
    `state rebuilt from ${blocks} blocks, ${bytes} bytes of calldata, at L1 block ${l1Block}: root ${root}; ` +
    `${withdrawn} withdrawals, ${waiting.length} waiting requests`
  );
}

/**
 * Rebuilds, lists, proves and sends; returns what became of each claim, in the order in which they were made.
 * @throws {EscapeError} with what to do about it, after the claims that do not need what is missing.
 */
export async function escapeRollup(options: EscapeOptions): Promise<readonly ClaimOutcome[]> {
  const { print, deploymentBlock, logRangeBlocks, cells, dryRun = false } = options;
  const context = await connect(options);
  const { client, wallet, rollup } = context;
  const owner = wallet.account.address;
  const rebuilt = await rebuildFromL1({ client, rollup, deploymentBlock, logRangeBlocks });
  print(describeData(rebuilt));
  const outcomes: ClaimOutcome[] = [];
  const settleAll = async (claims: readonly Claim[] | AsyncIterable<Claim>): Promise<void> => {
    for await (const claim of claims) {
      const outcome = await settle(claim, dryRun);
      outcomes.push(outcome);
      print(outcomeText(outcome));
    }
  };
  const everything = cells.length === 0;
  if (everything) await settleAll(withdrawalClaims(context, rebuilt, owner));
  const frozenAt = await client.readContract({ address: rollup, abi: rollupAbi, functionName: "frozenAt" });
  if (frozenAt === 0n) {
    if (dryRun) print("the rollup is not frozen: what follows can be claimed once it is");
    else print(`frozen in ${await freezeRollup(context, rebuilt.waiting, options.freeze === true)}`);
  }
  if (everything) await settleAll(depositClaims(context, rebuilt, owner));
  await settleAll(exitClaims(context, rebuilt, options));
  if (outcomes.length === 0) {
    throw new EscapeError(
      "ESCAPE_NOTHING_TO_CLAIM",
      `No withdrawal, waiting deposit, recorded statement, account, order or seed belongs to ${owner}; take the owner's ` +
        "key, or name cells with --cell.",
    );
  }
  return outcomes;
}

/** Runs the command; returns its exit status: 1 also when a claim failed. */
export async function runEscape(options: Omit<EscapeOptions, "print">): Promise<number> {
  try {
    const print = (line: string): void => void process.stdout.write(`${line}\n`);
    const outcomes = await escapeRollup({ ...options, print });
    for (const status of ["paid", "open", "locked"] as const) {
      const amounts = outcomes.filter((outcome) => outcome.status === status).map(({ amount }) => amount);
      const total = formatCtz(amounts.reduce((sum, amount) => sum + amount, 0n));
      if (amounts.length > 0) print(`${status} in all: ${total} CTZ`);
    }
    return outcomes.some(({ status }) => status === "failed") ? 1 : 0;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${typeof code === "string" ? `${code}: ` : ""}${text}\n`);
    return 1;
  } finally {
    await closeProver();
  }
}
