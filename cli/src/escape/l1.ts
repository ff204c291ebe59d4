// How an escape talks to L1: ranges of blocks for events, and transactions that say why they are refused.
import { exitsAbi, rollupAbi } from "@catalyze/contracts";
import {
  type Abi,
  type Account,
  type Address,
  BaseError,
  type Chain,
  ContractFunctionRevertedError,
  type Hex,
  type PublicClient,
  type Transport,
  type WalletClient,
} from "viem";
import { EscapeError } from "./errors.js";

/** L1 blocks of one request for events, unless told otherwise. */
export const DEFAULT_LOG_RANGE_BLOCKS = 2_000n;

/** Where events are looked for. */
export interface LogRange {
  /** L1 block from which on the rollup exists; 0 when unknown. */
  readonly deploymentBlock?: bigint | undefined;
  /** L1 blocks of one request for events, within what the node allows; {@link DEFAULT_LOG_RANGE_BLOCKS} by default. */
  readonly logRangeBlocks?: bigint | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The L1 blocks from the deployment to `last` in ranges that a node answers. */
export function* blockRanges(
  { deploymentBlock = 0n, logRangeBlocks = DEFAULT_LOG_RANGE_BLOCKS, signal }: LogRange,
  last: bigint,
): Generator<{ readonly fromBlock: bigint; readonly toBlock: bigint }> {
  for (let fromBlock = deploymentBlock; fromBlock <= last; fromBlock += logRangeBlocks) {
    signal?.throwIfAborted();
    const end = fromBlock + logRangeBlocks - 1n;
    yield { fromBlock, toBlock: end < last ? end : last };
  }
}

/** A node, the contracts, and who sends transactions. */
export interface EscapeContext {
  readonly client: PublicClient;
  readonly wallet: WalletClient<Transport, Chain | undefined, Account>;
  readonly rollup: Address;
}

/** A call that changes something. */
export interface EscapeCall {
  readonly address: Address;
  readonly abi: Abi;
  readonly functionName: string;
  readonly args: readonly unknown[];
}

/** A call of the rollup. */
export const rollupCall = (
  { rollup }: EscapeContext,
  functionName: string,
  args: readonly unknown[],
): EscapeCall => ({ address: rollup, abi: rollupAbi as Abi, functionName, args });

/** A call of the exits contract. */
export const exitsCall = (address: Address, functionName: string, args: readonly unknown[]): EscapeCall => ({
  address,
  abi: exitsAbi as Abi,
  functionName,
  args,
});

/** The custom error that the contract gave, if it did. */
function revertOf(error: unknown): { readonly name: string; readonly args: readonly unknown[] } | undefined {
  if (!(error instanceof BaseError)) return undefined;
  const reverted = error.walk((inner) => inner instanceof ContractFunctionRevertedError);
  if (!(reverted instanceof ContractFunctionRevertedError) || reverted.data === undefined) return undefined;
  return { name: reverted.data.errorName, args: reverted.data.args ?? [] };
}

/**
 * Simulates a call, sends it and waits until it is mined.
 * @throws {EscapeError} `ESCAPE_REFUSED` with the contract's reason; what the RPC client throws otherwise.
 */
export async function sendCall(context: EscapeContext, call: EscapeCall): Promise<Hex> {
  const { client, wallet } = context;
  try {
    const { request } = await client.simulateContract({ ...call, account: wallet.account });
    const hash = await wallet.writeContract(request);
    const receipt = await client.waitForTransactionReceipt({ hash });
    if (receipt.status === "success") return hash;
    throw new EscapeError(
      "ESCAPE_REFUSED",
      `Transaction ${hash} of ${call.functionName} was reverted; run this again to see what is still to claim.`,
    );
  } catch (error) {
    const reverted = revertOf(error);
    if (reverted === undefined) throw error;
    throw new EscapeError(
      "ESCAPE_REFUSED",
      `The contract refuses ${call.functionName}: ${reverted.name}(${reverted.args.join(", ")}); run this again to see ` +
        "whether somebody else claimed it meanwhile.",
      { cause: error },
    );
  }
}
