// Proves exits of cells and sends them to the exits contract. Assumes a state under the rollup's last root.
import { type CellExit, cellExit, type State } from "@catalyze/circuits/reference";
import { challenge } from "@catalyze/circuits/schema";
import { exitsAbi } from "@catalyze/contracts";
import { encodeProofForContract, generateWitness, prove, selectBackend } from "@catalyze/prover";
import {
  type Account,
  type Address,
  BaseError,
  bytesToHex,
  type Chain,
  ContractFunctionRevertedError,
  type Hex,
  type PublicClient,
  type Transport,
  type WalletClient,
} from "viem";
import { type CircuitWithKey, programIdOfVerificationKey } from "../devnet/circuits.js";
import { EscapeError } from "./errors.js";

/** What proving and sending an exit needs. */
export interface ExitContext {
  readonly client: PublicClient;
  readonly wallet: WalletClient<Transport, Chain | undefined, Account>;
  readonly exits: Address;
  /** The deployment's `ProgramRegistry`. */
  readonly binder: Address;
  /** The circuit `exit` with its proving key. */
  readonly circuit: CircuitWithKey;
}

/** What became of one cell's exit. `opensAt` is when an escrow may leave, in seconds. */
export type ExitOutcome = {
  readonly index: number;
  readonly kind: CellExit["kind"];
  readonly amount: bigint;
} & (
  | { readonly status: "paid"; readonly transactionHash: Hex }
  | { readonly status: "left" }
  | { readonly status: "locked"; readonly opensAt: bigint }
);

/** Cells that pay the owner: its account, and the orders that the account posted. */
export function cellsOf(state: State, owner: Address): number[] {
  const cells = [...state.cells];
  const account = cells.find(([, cell]) => cell.kind === "account" && cell.owner === BigInt(owner))?.[0];
  if (account === undefined) return [];
  const orders = cells.filter(
    ([, cell]) => cell.kind === "order" && cell.order.requester === BigInt(account),
  );
  return [account, ...orders.map(([index]) => index)].sort((a, b) => a - b);
}

async function proofOf(context: ExitContext, exit: CellExit) {
  const { circuit, client, binder, exits } = context;
  const programId = programIdOfVerificationKey(circuit.verificationKey);
  const expected = await client.readContract({
    address: exits,
    abi: exitsAbi,
    functionName: "cellProgramId",
  });
  if (programId !== expected) {
    throw new EscapeError(
      "ESCAPE_KEY_MISMATCH",
      `The proving key is of program ${programId}, the contract takes ${expected}; use the deployment's key.`,
    );
  }
  const chainId = BigInt(await client.getChainId());
  const z = challenge({ chainId, binder: BigInt(binder), programId }, exit.commitment, exit.bytes);
  const witness = await generateWitness({
    programPath: circuit.circuit.wasmPath,
    input: { ...exit.circuitInput, z },
  });
  const { proof } = await prove(selectBackend(), { provingKeyPath: circuit.provingKeyPath, witness });
  return encodeProofForContract(proof);
}

/** The custom error that the contract gave, if it did. */
function revertOf(error: unknown): { readonly name: string; readonly args: readonly unknown[] } | undefined {
  if (!(error instanceof BaseError)) return undefined;
  const reverted = error.walk((inner) => inner instanceof ContractFunctionRevertedError);
  if (!(reverted instanceof ContractFunctionRevertedError) || reverted.data === undefined) return undefined;
  return { name: reverted.data.errorName, args: reverted.data.args ?? [] };
}

/**
 * Proves the exit of one cell and sends it, unless the cell has left or its escrow does not leave yet.
 * @throws {EscapeError} `ESCAPE_KEY_MISMATCH`, or `ESCAPE_REFUSED` with the contract's reason.
 */
export async function sendExit(context: ExitContext, state: State, index: number): Promise<ExitOutcome> {
  const { client, wallet, exits } = context;
  const contract = { address: exits, abi: exitsAbi } as const;
  const domain = await client.readContract({ ...contract, functionName: "exitDomain" });
  const exit = cellExit(state, index, domain);
  const cell = { index, kind: exit.kind, amount: exit.amount };
  const left = await client.readContract({
    ...contract,
    functionName: "isExited",
    args: [BigInt(index)],
  });
  if (left) return { ...cell, status: "left" };
  const proof = await proofOf(context, exit);
  try {
    const { request } = await client.simulateContract({
      ...contract,
      account: wallet.account,
      functionName: "exitCell",
      args: [bytesToHex(exit.bytes), exit.commitment, proof],
    });
    const transactionHash = await wallet.writeContract(request);
    const receipt = await client.waitForTransactionReceipt({ hash: transactionHash });
    if (receipt.status !== "success") throw new EscapeError("ESCAPE_REFUSED", `${transactionHash} reverted`);
    return { ...cell, status: "paid", transactionHash };
  } catch (error) {
    const reverted = revertOf(error);
    if (reverted?.name === "EscrowLocked") {
      return { ...cell, status: "locked", opensAt: reverted.args[0] as bigint };
    }
    if (reverted === undefined) throw error;
    const text = `The exits contract refuses cell ${index}: ${reverted.name}(${reverted.args.join(", ")})`;
    throw new EscapeError("ESCAPE_REFUSED", text, { cause: error });
  }
}
