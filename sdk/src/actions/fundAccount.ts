// Action of local chains: the faucet.
import { type Account, type Address, createWalletClient, custom, type TransactionReceipt } from "viem";
import { requireWallet } from "../clients/require.js";
import type { BaseClient } from "../clients/types.js";
import { contractCallError, ctzAbi } from "../contracts.js";
import {
  type ClientOptionMissingError,
  type ContractCallError,
  NotLocalChainError,
} from "../errors/client.js";
import { unitsToWei } from "../utils/units.js";

export type FundAccountParameters = {
  /** Units of CTZ. */
  readonly amount: bigint;
  /** Who receives them on L1; default the client's account. */
  readonly recipient?: Address | undefined;
  /** Account that holds the local chain's CTZ: the one that deployed. */
  readonly faucet: Account;
};
export type FundAccountReturnType = TransactionReceipt;
export type FundAccountErrorType = ClientOptionMissingError | ContractCallError | NotLocalChainError;

/** Chains on which a faucet makes sense; the contracts' list of local chains. */
const LOCAL_CHAIN_IDS: readonly number[] = [31337, 1337];

/**
 * Sends CTZ from the local chain's faucet to a wallet on L1.
 *
 * @throws {NotLocalChainError} on any other chain
 */
export async function fundAccount(
  client: BaseClient,
  parameters: FundAccountParameters,
): Promise<FundAccountReturnType> {
  const { amount, faucet } = parameters;
  const { chain, publicClient } = client;
  if (!LOCAL_CHAIN_IDS.includes(chain.id)) {
    throw new NotLocalChainError({ chainId: chain.id, action: "fundAccount" });
  }
  const recipient = parameters.recipient ?? requireWallet(client, "fundAccount").account.address;
  const { token } = await client.getDeployment();
  const wallet = createWalletClient({ account: faucet, chain, transport: custom(publicClient) });
  try {
    const hash = await wallet.writeContract({
      address: token,
      abi: ctzAbi,
      functionName: "transfer",
      args: [recipient, unitsToWei(amount)],
    });
    return await publicClient.waitForTransactionReceipt({ hash, pollingInterval: client.pollingIntervalMs });
  } catch (error) {
    throw contractCallError("transfer", error);
  }
}
