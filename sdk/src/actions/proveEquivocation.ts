// Action: slash the operator for two receipts that contradict each other.
import type { Address, TransactionReceipt } from "viem";
import type { OperationReceipt } from "../api/index.js";
import { challengeContract, toContractReceipt } from "../clients/challenge.js";
import type { BaseClient } from "../clients/types.js";
import { receiptChallengeAbi, sendTransaction } from "../contracts.js";
import type {
  ClientOptionMissingError,
  ContractCallError,
  DeploymentMismatchError,
} from "../errors/client.js";

export type ProveEquivocationParameters = {
  readonly first: OperationReceipt;
  readonly second: OperationReceipt;
  /** The challenge contract; default the deployment's. */
  readonly contract?: Address | undefined;
};
export type ProveEquivocationReturnType = TransactionReceipt;
export type ProveEquivocationErrorType =
  | ClientOptionMissingError
  | ContractCallError
  | DeploymentMismatchError;

/**
 * Shows L1 two receipts with one sequence number and different messages, or one message and different numbers. Half of
 * what the operator loses is the caller's.
 *
 * @throws {ContractCallError} `NoContradiction`, `PunishedAlready`
 */
export async function proveEquivocation(
  client: BaseClient,
  parameters: ProveEquivocationParameters,
): Promise<ProveEquivocationReturnType> {
  const { first, second } = parameters;
  const address = await challengeContract(client, "receiptChallenge", parameters.contract);
  const args = [toContractReceipt(first), first.signature, toContractReceipt(second), second.signature];
  const functionName = "proveEquivocation";
  return sendTransaction(client, {
    address,
    abi: receiptChallengeAbi,
    functionName,
    args,
    gasMarginPercent: 30n,
  });
}
