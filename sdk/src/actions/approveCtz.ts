// Action: allow the rollup to take CTZ from the wallet.
import type { TransactionReceipt } from "viem";
import { requireWallet } from "../clients/require.js";
import type { BaseClient } from "../clients/types.js";
import { ctzAbi, sendTransaction } from "../contracts.js";
import type { AmountError } from "../errors/amount.js";
import type { ClientOptionMissingError, ContractCallError } from "../errors/client.js";
import { unitsToWei } from "../utils/units.js";

export type ApproveCtzParameters = {
  /** Units that the rollup may take. */
  readonly amount: bigint;
};
/** The transaction's receipt; undefined when the allowance sufficed. */
export type ApproveCtzReturnType = TransactionReceipt | undefined;
export type ApproveCtzErrorType = AmountError | ClientOptionMissingError | ContractCallError;

/**
 * Raises the rollup's allowance on L1 to `amount`, unless it is there already.
 *
 * @throws {ContractCallError}
 */
export async function approveCtz(
  client: BaseClient,
  parameters: ApproveCtzParameters,
): Promise<ApproveCtzReturnType> {
  const { account } = requireWallet(client, "approveCtz");
  const { token, rollup } = await client.getDeployment();
  const wei = unitsToWei(parameters.amount);
  const allowance = await client.publicClient.readContract({
    address: token,
    abi: ctzAbi,
    functionName: "allowance",
    args: [account.address, rollup],
  });
  if (allowance >= wei) return undefined;
  return sendTransaction(client, {
    address: token,
    abi: ctzAbi,
    functionName: "approve",
    args: [rollup, wei],
  });
}
