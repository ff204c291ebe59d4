// Action: pay a withdrawal out on L1.
import { type Address, isAddressEqual, type TransactionReceipt } from "viem";
import { requireWallet } from "../clients/require.js";
import type { BaseClient } from "../clients/types.js";
import { rollupAbi, sendTransaction } from "../contracts.js";
import { type ClientOptionMissingError, ContractCallError } from "../errors/client.js";
import { WithdrawalAlreadyClaimedError, WithdrawalNotFoundError } from "../errors/withdrawal.js";
import { type GetWithdrawalsErrorType, getWithdrawals } from "./getWithdrawals.js";

export type ClaimWithdrawalParameters = {
  /** Settled block that holds it. */
  readonly blockNumber: bigint;
  /** Its place in the block; default the first unclaimed one of the recipient. */
  readonly index?: number | undefined;
  /** Whose withdrawal; default the client's account. Anyone may claim for anyone. */
  readonly recipient?: Address | undefined;
  /** The block's words; default the sequencer's copy. */
  readonly words?: Uint8Array | undefined;
};
export type ClaimWithdrawalReturnType = {
  readonly index: number;
  /** Units. */
  readonly amount: bigint;
  readonly recipient: Address;
  readonly receipt: TransactionReceipt;
};
export type ClaimWithdrawalErrorType =
  | ClientOptionMissingError
  | ContractCallError
  | GetWithdrawalsErrorType
  | WithdrawalAlreadyClaimedError
  | WithdrawalNotFoundError;

async function findUnclaimed(
  client: BaseClient,
  blockNumber: bigint,
  candidates: readonly number[],
): Promise<number | undefined> {
  const { rollup } = await client.getDeployment();
  const claimed = await Promise.all(
    candidates.map((index) =>
      client.publicClient.readContract({
        address: rollup,
        abi: rollupAbi,
        functionName: "isClaimed",
        args: [blockNumber, BigInt(index)],
      }),
    ),
  );
  return candidates.find((_, i) => !claimed[i]);
}

/**
 * Claims a withdrawal of a settled block for its recipient.
 *
 * @throws {WithdrawalNotFoundError | WithdrawalAlreadyClaimedError | ContractCallError}
 */
export async function claimWithdrawal(
  client: BaseClient,
  parameters: ClaimWithdrawalParameters,
): Promise<ClaimWithdrawalReturnType> {
  const { blockNumber, words } = parameters;
  const recipient = parameters.recipient ?? requireWallet(client, "claimWithdrawal").account.address;
  const { rollup } = await client.getDeployment();
  const { withdrawals, tree } = await getWithdrawals(client, { blockNumber, words });
  const candidates = withdrawals.flatMap((withdrawal, index) =>
    parameters.index === undefined
      ? isAddressEqual(withdrawal.recipient, recipient)
        ? [index]
        : []
      : index === parameters.index
        ? [index]
        : [],
  );
  if (candidates.length === 0) {
    throw new WithdrawalNotFoundError({ blockNumber, index: parameters.index, recipient });
  }
  const index = await findUnclaimed(client, blockNumber, candidates);
  if (index === undefined) throw new WithdrawalAlreadyClaimedError({ blockNumber, index: candidates[0]! });
  const withdrawal = withdrawals[index]!;
  const receipt = await sendTransaction(client, {
    address: rollup,
    abi: rollupAbi,
    functionName: "claimWithdrawal",
    args: [blockNumber, BigInt(index), withdrawal.recipient, withdrawal.amount, tree.proof(index)],
  }).catch((error: unknown) => {
    if (error instanceof ContractCallError && error.errorName === "WithdrawalAlreadyClaimed") {
      throw new WithdrawalAlreadyClaimedError({ blockNumber, index });
    }
    throw error;
  });
  return { index, ...withdrawal, receipt };
}
