// Action: challenge a receipt that the operator seems to have broken.

import type { Operation } from "@catalyze/circuits/reference";
import { type OperationPreimage, operationMessage, operationPreimage } from "@catalyze/circuits/reference";
import { type Address, type Hex, parseEventLogs, type TransactionReceipt } from "viem";
import type { OperationReceipt } from "../api/index.js";
import {
  approveBond,
  challengeContract,
  type SignedReceipt,
  toContractReceipt,
} from "../clients/challenge.js";
import type { BaseClient } from "../clients/types.js";
import { receiptChallengeAbi, sendTransaction } from "../contracts.js";
import type {
  ClientOptionMissingError,
  ContractCallError,
  DeploymentMismatchError,
} from "../errors/client.js";
import { OperatorReceiptError } from "../errors/sequencer.js";

export type ChallengeReceiptParameters = {
  readonly receipt: OperationReceipt;
  /** The operation that it is for. */
  readonly operation: Operation;
  /** Static part of the signer's cell when it signed (`accountStatic` of its key and owner). */
  readonly signerStatic: bigint;
  /** The challenge contract; default the deployment's. */
  readonly contract?: Address | undefined;
};
export type ChallengeReceiptReturnType = {
  /** The challenge. */
  readonly id: Hex;
  /** Last second in which the operator may answer. */
  readonly deadline: bigint;
  readonly preimage: OperationPreimage;
  readonly receipt: TransactionReceipt;
};
export type ChallengeReceiptErrorType =
  | ClientOptionMissingError
  | ContractCallError
  | DeploymentMismatchError
  | OperatorReceiptError;

/**
 * Challenges a receipt once its promised block is submitted, or while the rollup stands still. Puts up the bond, which it
 * approves if need be; the bond is lost when the operator answers.
 *
 * @throws {OperatorReceiptError} when the receipt is for another operation
 */
export async function challengeReceipt(
  client: BaseClient,
  parameters: ChallengeReceiptParameters,
): Promise<ChallengeReceiptReturnType> {
  const { receipt, operation, signerStatic } = parameters;
  const { operationDomain } = await client.getDeployment();
  const message = operationMessage(operationDomain, signerStatic, operation);
  if (message !== receipt.message) {
    throw new OperatorReceiptError({
      reason: "it is for another operation",
      context: { Expected: message, Given: receipt.message },
    });
  }
  const contract = await challengeContract(client, "receiptChallenge", parameters.contract);
  await approveBond(client, contract);
  const preimage = operationPreimage(signerStatic, operation);
  const signed: SignedReceipt = toContractReceipt(receipt);
  const mined = await sendTransaction(client, {
    address: contract,
    abi: receiptChallengeAbi,
    functionName: "challengeReceipt",
    args: [signed, receipt.signature, preimage],
  });
  const [event] = parseEventLogs({
    abi: receiptChallengeAbi,
    eventName: "ReceiptChallenged",
    logs: mined.logs,
  });
  return { id: event!.args.id, deadline: event!.args.deadline, preimage, receipt: mined };
}
