// What actions need of a client, with typed errors when it is missing.
import type { Account, Chain, Transport, WalletClient } from "viem";
import { ClientOptionMissingError } from "../errors/client.js";
import type { BaseClient, ProofVerifier } from "./types.js";

/** The client's wallet and account. @throws {ClientOptionMissingError} */
export function requireWallet(
  client: BaseClient,
  action: string,
): { walletClient: WalletClient<Transport, Chain, Account>; account: Account } {
  const { walletClient, account } = client;
  if (walletClient === undefined || account === undefined) {
    throw new ClientOptionMissingError({ option: "account", action });
  }
  return { walletClient, account };
}

/** The client's proof verifier. @throws {ClientOptionMissingError} */
export function requireVerifier(client: BaseClient, action: string): ProofVerifier {
  if (client.verifyProof === undefined) throw new ClientOptionMissingError({ option: "verifyProof", action });
  return client.verifyProof;
}
