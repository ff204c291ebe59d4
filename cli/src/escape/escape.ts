// `catalyze escape`: everybody's way out of a frozen rollup. Rebuilds the state from L1 data alone, proves the exits of
// the caller's cells and sends them; no operator, no sequencer, no database.
import { readFile, stat } from "node:fs/promises";
import { type State, seedIdOf } from "@catalyze/circuits/reference";
import { rollupAbi, seedRegistryAbi } from "@catalyze/contracts";
import { closeProver, readVerificationKey } from "@catalyze/prover";
import {
  type Address,
  type Chain,
  createPublicClient,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  isHex,
  type PublicClient,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { type CircuitWithKey, compileCircuits, ensureKey } from "../devnet/circuits.js";
import { EscapeError } from "./errors.js";
import { cellsOf, type ExitOutcome, sendExit } from "./exit-cells.js";
import { rebuildFromL1 } from "./rebuild-from-l1.js";

/** Name of the circuit in the manifest. */
const EXIT_CIRCUIT = "exit";
const LOCAL_CHAIN_IDS = [31337, 1337];

/** Options of the command. */
export interface EscapeOptions {
  readonly rpcUrl: string;
  readonly rollup: Address;
  readonly exits: Address;
  /** L1 block from which on the rollup exists. */
  readonly deploymentBlock: bigint;
  /** File with the private key that pays the gas and owns the cells, 0x and 64 hex digits; mode 0600. */
  readonly keyFile: string;
  /** Cells to exit; by default the caller's account, its orders, and its seeds. */
  readonly cells: readonly number[];
  /** `.zkey` of the deployment's exit circuit; on local chains the development key is made instead. */
  readonly provingKey?: string | undefined;
  readonly print: (line: string) => void;
}

/** Private key from a file that nobody else reads. Never part of an error. */
async function readKey(path: string): Promise<Hex> {
  const refuse = (why: string): never => {
    throw new EscapeError("ESCAPE_KEY_MISMATCH", `The key file ${path} ${why}.`);
  };
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & 0o077) !== 0)
    refuse("is readable by others; set its mode to 0600");
  const text = (await readFile(path, "utf8")).trim();
  if (!isHex(text) || text.length !== 66) refuse("does not hold 0x and 64 hex digits");
  return text as Hex;
}

async function prepareCircuit(chainId: number, provingKey: string | undefined): Promise<CircuitWithKey> {
  if (provingKey === undefined && !LOCAL_CHAIN_IDS.includes(chainId)) {
    throw new EscapeError(
      "ESCAPE_PROVING_KEY_MISSING",
      `Chain ${chainId} is not local; name the deployment's proving key of the exit circuit with --proving-key.`,
    );
  }
  const [circuit] = await compileCircuits([EXIT_CIRCUIT]);
  if (provingKey === undefined) return ensureKey(circuit!);
  return {
    circuit: circuit!,
    provingKeyPath: provingKey,
    verificationKey: await readVerificationKey(provingKey),
  };
}

/** Seeds whose NFT the address owns. */
async function seedsOf(
  client: PublicClient,
  rollup: Address,
  state: State,
  owner: Address,
): Promise<number[]> {
  const address = await client.readContract({
    address: rollup,
    abi: rollupAbi,
    functionName: "seedRegistry",
  });
  const owned: number[] = [];
  for (const [index, cell] of state.cells) {
    if (cell.kind !== "seed") continue;
    const args = [seedIdOf(cell)] as const;
    const holder = await client.readContract({
      address,
      abi: seedRegistryAbi,
      functionName: "ownerOf",
      args,
    });
    if (holder === owner) owned.push(index);
  }
  return owned;
}

function outcomeText(outcome: ExitOutcome): string {
  const what = `${outcome.kind} in cell ${outcome.index}, ${outcome.amount} units`;
  switch (outcome.status) {
    case "paid":
      return `${what}: paid in ${outcome.transactionHash}`;
    case "left":
      return `${what}: has left already`;
    case "locked":
      return `${what}: leaves from ${new Date(Number(outcome.opensAt) * 1000).toISOString()} on; run this again then`;
  }
}

async function connect(rpcUrl: string): Promise<{ client: PublicClient; chain: Chain }> {
  const id = await createPublicClient({ transport: http(rpcUrl) }).getChainId();
  const chain = defineChain({
    id,
    name: `chain ${id}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  return { client: createPublicClient({ chain, transport: http(rpcUrl) }), chain };
}

/**
 * Rebuilds, proves and sends; returns what became of each cell.
 * @throws {EscapeError} with what to do about it.
 */
export async function escapeRollup(options: EscapeOptions): Promise<readonly ExitOutcome[]> {
  const { print, rollup, exits, deploymentBlock } = options;
  const account = privateKeyToAccount(await readKey(options.keyFile));
  const { client, chain } = await connect(options.rpcUrl);
  if ((await client.getCode({ address: exits })) === undefined) {
    throw new EscapeError("ESCAPE_NO_DEPLOYMENT", `There is no contract at ${exits} on chain ${chain.id}.`);
  }
  const rebuilt = await rebuildFromL1({ client, rollup, deploymentBlock });
  print(
    `state rebuilt from ${rebuilt.blocks} blocks, ${rebuilt.bytes} bytes of calldata: root ${rebuilt.root}`,
  );
  const own = cellsOf(rebuilt.state, account.address);
  const found = [...own, ...(await seedsOf(client, rollup, rebuilt.state, account.address))];
  const cells = options.cells.length === 0 ? found : options.cells;
  if (cells.length === 0) {
    throw new EscapeError(
      "ESCAPE_NOTHING_TO_CLAIM",
      `No account, order or seed of the state belongs to ${account.address}; name cells with --cell.`,
    );
  }
  const wallet = createWalletClient({ chain, transport: http(options.rpcUrl), account });
  const binder = await client.readContract({ address: rollup, abi: rollupAbi, functionName: "programs" });
  const circuit = await prepareCircuit(chain.id, options.provingKey);
  const outcomes: ExitOutcome[] = [];
  for (const index of cells) {
    const outcome = await sendExit({ client, wallet, exits, binder, circuit }, rebuilt.state, index);
    outcomes.push(outcome);
    print(outcomeText(outcome));
  }
  return outcomes;
}

/** Runs the command; returns its exit status. */
export async function runEscape(options: Omit<EscapeOptions, "print">): Promise<number> {
  try {
    await escapeRollup({ ...options, print: (line) => void process.stdout.write(`${line}\n`) });
    return 0;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${typeof code === "string" ? `${code}: ` : ""}${text}\n`);
    return 1;
  } finally {
    await closeProver();
  }
}
