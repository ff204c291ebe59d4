// Action: close a challenge that the operator has not answered in time.
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

export type FinaliseChallengeParameters = {
  readonly receipt: OperationReceipt;
  /** The challenge contract; default the deployment's. */
  readonly contract?: Address | undefined;
};
export type FinaliseChallengeReturnType = TransactionReceipt;
export type FinaliseChallengeErrorType =
  | ClientOptionMissingError
  | ContractCallError
  | DeploymentMismatchError;

/**
 * Slashes the operator and returns the challenger's bond, after the window. Anyone may.
 *
 * @throws {ContractCallError} `WindowOpen` before its end, `NoOpenChallenge` when it was answered or closed
 */
export async function finaliseChallenge(
  client: BaseClient,
  parameters: FinaliseChallengeParameters,
): Promise<FinaliseChallengeReturnType> {
  const { receipt } = parameters;
  const address = await challengeContract(client, "receiptChallenge", parameters.contract);
  const args = [toContractReceipt(receipt), receipt.operator];
  const functionName = "finaliseChallenge";
  // What burns CTZ costs more in a new second than in that of the estimate: the token keeps checkpoints by time.
  const gasMarginPercent = 30n;
  return sendTransaction(client, { address, abi: receiptChallengeAbi, functionName, args, gasMarginPercent });
}
