// The contracts' ABIs that the SDK calls, in one place, and calls with typed errors.
import {
  ctzAbi,
  groth16VerifierAbi,
  leaseChallengeAbi,
  programRegistryAbi,
  receiptChallengeAbi,
  rollupAbi,
  seedRegistryAbi,
  statementRegistryAbi,
} from "@catalyze/contracts/abi";
import {
  type Abi,
  type ContractFunctionName,
  ContractFunctionRevertedError,
  type SimulateContractParameters,
  type TransactionReceipt,
  BaseError as ViemBaseError,
} from "viem";
import { requireWallet } from "./clients/require.js";
import type { BaseClient } from "./clients/types.js";
import { ContractCallError } from "./errors/client.js";

export {
  ctzAbi,
  groth16VerifierAbi,
  leaseChallengeAbi,
  programRegistryAbi,
  receiptChallengeAbi,
  rollupAbi,
  seedRegistryAbi,
  statementRegistryAbi,
};

/** Wraps what viem throws for a contract call. */
export function contractCallError(functionName: string, cause: unknown): ContractCallError {
  const reverted =
    cause instanceof ViemBaseError
      ? cause.walk((error) => error instanceof ContractFunctionRevertedError)
      : undefined;
  const errorName = reverted instanceof ContractFunctionRevertedError ? reverted.data?.errorName : undefined;
  const reason = reverted instanceof ContractFunctionRevertedError ? reverted.reason : undefined;
  const short = cause instanceof ViemBaseError ? cause.shortMessage : String(cause);
  const text = errorName ?? reason ?? short.replace(/\.$/, "");
  return new ContractCallError({ functionName, errorName, text, cause });
}

/** What {@link sendTransaction} takes. */
export interface SendTransactionParameters {
  readonly address: `0x${string}`;
  readonly abi: Abi | readonly unknown[];
  readonly functionName: string;
  readonly args: readonly unknown[];
  /** Wei of the native coin sent along; default none. */
  readonly value?: bigint | undefined;
  /** Gas beyond the estimate, in percent of it; default the estimate of the wallet. */
  readonly gasMarginPercent?: bigint | undefined;
}

/**
 * Simulates a call, sends it from the client's account and waits until it is mined.
 * @throws {ContractCallError} when it would revert or has reverted.
 */
export async function sendTransaction(
  client: BaseClient,
  parameters: SendTransactionParameters,
): Promise<TransactionReceipt> {
  const { gasMarginPercent, ...target } = parameters;
  const { functionName } = target;
  const { walletClient, account } = requireWallet(client, functionName);
  try {
    const call = { ...target, account } as unknown as SimulateContractParameters<
      Abi,
      ContractFunctionName<Abi>
    >;
    const { request } = await client.publicClient.simulateContract(call);
    const gas =
      gasMarginPercent === undefined
        ? undefined
        : ((await client.publicClient.estimateContractGas(call as never)) * (100n + gasMarginPercent)) / 100n;
    const hash = await walletClient.writeContract({ ...request, gas } as never);
    const receipt = await client.publicClient.waitForTransactionReceipt({
      hash,
      pollingInterval: client.pollingIntervalMs,
    });
    if (receipt.status !== "success") throw new Error(`transaction ${hash} reverted`);
    return receipt;
  } catch (error) {
    throw contractCallError(functionName, error);
  }
}
