// Action: CTZ of a wallet on L1.
import type { Address } from "viem";
import { requireWallet } from "../clients/require.js";
import type { BaseClient } from "../clients/types.js";
import { ctzAbi } from "../contracts.js";
import type { ClientOptionMissingError } from "../errors/client.js";

export type GetCtzBalanceParameters = {
  /** Default the client's account. */
  readonly owner?: Address | undefined;
};
/** Wei: wallets may hold parts of a unit. */
export type GetCtzBalanceReturnType = bigint;
export type GetCtzBalanceErrorType = ClientOptionMissingError;

/** CTZ that a wallet holds on L1, in wei. What it has on the rollup is `getAccount`. */
export async function getCtzBalance(
  client: BaseClient,
  parameters: GetCtzBalanceParameters = {},
): Promise<GetCtzBalanceReturnType> {
  const owner = parameters.owner ?? requireWallet(client, "getCtzBalance").account.address;
  const { token } = await client.getDeployment();
  return client.publicClient.readContract({
    address: token,
    abi: ctzAbi,
    functionName: "balanceOf",
    args: [owner],
  });
}
