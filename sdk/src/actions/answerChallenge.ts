// Action: answer a challenged receipt for the operator.
import type { InclusionAnswer, InvalidityAnswer, OperationPreimage } from "@catalyze/circuits/reference";
import type { Address, TransactionReceipt } from "viem";
import type { OperationReceipt } from "../api/index.js";
import { challengeContract, proveBlock, toContractReceipt } from "../clients/challenge.js";
import type { BaseClient } from "../clients/types.js";
import { receiptChallengeAbi, sendTransaction } from "../contracts.js";
import type {
  ClientOptionMissingError,
  ContractCallError,
  DeploymentMismatchError,
} from "../errors/client.js";

export type AnswerChallengeParameters = {
  readonly receipt: OperationReceipt;
  readonly preimage: OperationPreimage;
  /** From `buildInclusionAnswer` or `buildInvalidityAnswer` of `@catalyze/circuits/reference`. */
  readonly answer: InclusionAnswer | InvalidityAnswer;
  /** The challenge contract; default the deployment's. */
  readonly contract?: Address | undefined;
};
export type AnswerChallengeReturnType = TransactionReceipt;
export type AnswerChallengeErrorType = ClientOptionMissingError | ContractCallError | DeploymentMismatchError;

function blockOf(answer: AnswerChallengeParameters["answer"]): bigint {
  if (!("kind" in answer)) return answer.place.blockNumber;
  return answer.kind === "expiry" ? answer.blockNumber : answer.proof.blockNumber;
}

function toCall(answer: AnswerChallengeParameters["answer"], common: readonly unknown[]) {
  if (!("kind" in answer)) {
    const { place, previous, next } = answer;
    return { functionName: "answerInclusion", args: [...common, place, previous, next] };
  }
  switch (answer.kind) {
    case "expiry":
      return { functionName: "answerExpiry", args: [...common, answer.blockNumber, answer.words] };
    case "exit": {
      const { blockNumber, words, position } = answer;
      return { functionName: "answerExit", args: [...common, blockNumber, words, position] };
    }
    case "state":
      return { functionName: "answerState", args: [...common, answer.proof] };
    case "orderClosed":
      return { functionName: "answerOrderClosed", args: [...common, answer.proof] };
  }
}

/**
 * Answers an open challenge with a block that holds the operation, or with a state in which it had become invalid. Anyone
 * may; the bond goes to the operator. Proves the block to the contract before, in a transaction of its own, unless that was done.
 *
 * @throws {ContractCallError} naming what the contract does not accept
 */
export async function answerChallenge(
  client: BaseClient,
  parameters: AnswerChallengeParameters,
): Promise<AnswerChallengeReturnType> {
  const { receipt, preimage, answer } = parameters;
  const address = await challengeContract(client, "receiptChallenge", parameters.contract);
  await proveBlock(client, address, blockOf(answer));
  const common = [toContractReceipt(receipt), receipt.operator, preimage];
  return sendTransaction(client, { address, abi: receiptChallengeAbi, ...toCall(answer, common) });
}
