// Action: challenge a lease with a block that settled its chunk for another provider.
import { type LeaseEvidence, orderStatic } from "@catalyze/circuits/reference";
import { type Address, type Hex, parseEventLogs, type TransactionReceipt } from "viem";
import type { ChunkLease } from "../api/index.js";
import { approveBond, challengeContract, proveBlock } from "../clients/challenge.js";
import type { BaseClient } from "../clients/types.js";
import { leaseChallengeAbi, sendTransaction } from "../contracts.js";
import type {
  ClientOptionMissingError,
  ContractCallError,
  DeploymentMismatchError,
} from "../errors/client.js";

export type ChallengeLeaseParameters = {
  readonly lease: ChunkLease;
  /** From `buildLeaseEvidence` of `@catalyze/circuits/reference`. */
  readonly evidence: LeaseEvidence;
  /** The challenge contract; default the deployment's. */
  readonly contract?: Address | undefined;
};
export type ChallengeLeaseReturnType = {
  readonly id: Hex;
  /** Last second in which the operator may answer. */
  readonly deadline: bigint;
  readonly receipt: TransactionReceipt;
};
export type ChallengeLeaseErrorType = ClientOptionMissingError | ContractCallError | DeploymentMismatchError;

/** The fields of a lease that the operator signs (`leaseTypes`). */
export const leaseMessage = (lease: ChunkLease) => ({
  orderId: lease.orderId,
  orderIndex: lease.orderIndex,
  orderStatic: orderStatic(lease.order),
  chunk: lease.chunk,
  programId: lease.order.programId,
  parametersCommitment: lease.order.parametersCommitment,
  inputsRoot: lease.order.inputsRoot,
  from: Number(lease.from),
  count: Number(lease.count),
  provider: lease.provider,
  price: lease.priceLimit,
  since: lease.since,
  until: lease.until,
});

/**
 * Challenges a lease. Puts up the bond, which it approves if need be; the bond is lost when the operator shows that the same
 * block settles the work for the leased provider too. Proves the block to the contract before, in a transaction of its own,
 * unless that was done.
 *
 * @throws {ContractCallError} naming what the evidence lacks
 */
export async function challengeLease(
  client: BaseClient,
  parameters: ChallengeLeaseParameters,
): Promise<ChallengeLeaseReturnType> {
  const { lease, evidence } = parameters;
  const address = await challengeContract(client, "leaseChallenge", parameters.contract);
  await approveBond(client, address, "leaseTerms");
  await proveBlock(client, address, evidence.blockNumber);
  const mined = await sendTransaction(client, {
    address,
    abi: leaseChallengeAbi,
    functionName: "challengeLease",
    args: [leaseMessage(lease), lease.signature, evidence],
  });
  const [event] = parseEventLogs({ abi: leaseChallengeAbi, eventName: "LeaseChallenged", logs: mined.logs });
  return { id: event!.args.id, deadline: event!.args.deadline, receipt: mined };
}
