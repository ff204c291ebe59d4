// Action: say who shares a seed's royalties.
import { parseEventLogs, type TransactionReceipt } from "viem";
import { l1Contracts } from "../clients/l1.js";
import type { BaseClient } from "../clients/types.js";
import { seedRegistryAbi, sendTransaction } from "../contracts.js";
import type { ClientOptionMissingError, ContractCallError } from "../errors/client.js";

export type SetSeedSharesParameters = {
  readonly seedId: bigint;
  /** `ownersRoot` of the owners' list (docs/royalty.md §2). Publish the list: whoever distributes needs it. */
  readonly ownersRoot: bigint;
  /** Basis points for the parent's owners; can only rise; 0 without a parent. */
  readonly parentShare: number;
};
export type SetSeedSharesReturnType = {
  readonly receipt: TransactionReceipt;
  readonly sharesRoot: bigint;
  /** Time (seconds) from which distributions pay by it. */
  readonly effectiveAt: bigint;
};
export type SetSeedSharesErrorType = ClientOptionMissingError | ContractCallError;

/**
 * Sets the owners of the wallet's seed: at once the first time, after the notice period later on.
 *
 * @example await setSeedShares(client, { seedId: 1n, ownersRoot: ownersRoot(owners), parentShare: 0 })
 * @throws {ContractCallError} `NotSeedOwner`, `ParentShareLowered`, `SharesMissing` of the parent, …
 */
export async function setSeedShares(
  client: BaseClient,
  parameters: SetSeedSharesParameters,
): Promise<SetSeedSharesReturnType> {
  const { seedId, ownersRoot, parentShare } = parameters;
  const { seedRegistry } = await l1Contracts(client);
  const receipt = await sendTransaction(client, {
    address: seedRegistry,
    abi: seedRegistryAbi,
    functionName: "setShares",
    args: [seedId, ownersRoot, parentShare],
  });
  const [event] = parseEventLogs({ abi: seedRegistryAbi, eventName: "SharesAnnounced", logs: receipt.logs });
  const { sharesRoot, effectiveAt } = event!.args;
  return { receipt, sharesRoot, effectiveAt };
}
