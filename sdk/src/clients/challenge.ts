// What the actions over receipts and leases share: the contract, checked against the rollup, the blocks that are evidence, and
// the bond.
import { type Address, isAddressEqual } from "viem";
import { getBlockProof } from "../actions/getBlockProof.js";
import type { OperationReceipt } from "../api/index.js";
import {
  contractCallError,
  ctzAbi,
  leaseChallengeAbi,
  receiptChallengeAbi,
  sendTransaction,
} from "../contracts.js";
import { ClientOptionMissingError, DeploymentMismatchError } from "../errors/client.js";
import { requireWallet } from "./require.js";
import type { BaseClient } from "./types.js";

/** A receipt as the contract takes it. */
export type SignedReceipt = Pick<
  OperationReceipt,
  "message" | "sequence" | "acceptedBlock" | "promisedBlock" | "validUntil"
>;

/** The signed fields of a receipt. */
export const toContractReceipt = (receipt: SignedReceipt): SignedReceipt => ({
  message: receipt.message,
  sequence: receipt.sequence,
  acceptedBlock: receipt.acceptedBlock,
  promisedBlock: receipt.promisedBlock,
  validUntil: receipt.validUntil,
});

/**
 * Address of a challenge contract, after asking it for which rollup it is.
 * @throws {ClientOptionMissingError | DeploymentMismatchError}
 */
export async function challengeContract(
  client: BaseClient,
  name: "receiptChallenge" | "leaseChallenge",
  given: Address | undefined,
): Promise<Address> {
  const deployment = await client.getDeployment();
  const address = given ?? deployment[name];
  if (address === undefined) throw new ClientOptionMissingError({ option: "contract", action: name });
  const rollup = await client.publicClient
    .readContract({ address, abi: receiptChallengeAbi, functionName: "rollup" })
    .catch((error: unknown) => {
      throw contractCallError("rollup", error);
    });
  if (!isAddressEqual(rollup, deployment.rollup)) {
    throw new DeploymentMismatchError({ what: name, expected: deployment.rollup, given: rollup });
  }
  return address;
}

/**
 * Proves a block to a challenge contract unless that was done before: only then are its words evidence there. Once more when the
 * epoch grew in between.
 */
export async function proveBlock(client: BaseClient, contract: Address, blockNumber: bigint): Promise<void> {
  const at = { address: contract, abi: receiptChallengeAbi } as const;
  for (let attempts = 3; ; attempts--) {
    const known = await client.publicClient.readContract({
      ...at,
      functionName: "provenBlock",
      args: [blockNumber],
    });
    if (BigInt(known) !== 0n) return;
    const found = await getBlockProof(client, { blockNumber });
    // The contract will say that there is no such block.
    if (found === undefined) return;
    const args = [blockNumber, found.wordsHash, found.proof];
    try {
      await sendTransaction(client, { ...at, functionName: "proveBlock", args });
      return;
    } catch (error) {
      if (attempts === 1) throw error;
    }
  }
}

async function bondOf(client: BaseClient, contract: Address, name: "terms" | "leaseTerms"): Promise<bigint> {
  const read = client.publicClient;
  const terms =
    name === "terms"
      ? await read.readContract({ address: contract, abi: receiptChallengeAbi, functionName: "terms" })
      : await read.readContract({ address: contract, abi: leaseChallengeAbi, functionName: "leaseTerms" });
  return terms.bond;
}

/** Approves the bond of a challenge contract unless the client's account has done so. */
export async function approveBond(
  client: BaseClient,
  contract: Address,
  name: "terms" | "leaseTerms" = "terms",
): Promise<void> {
  const { account } = requireWallet(client, "approveBond");
  const { token } = await client.getDeployment();
  const bond = await bondOf(client, contract, name);
  const allowance = await client.publicClient.readContract({
    address: token,
    abi: ctzAbi,
    functionName: "allowance",
    args: [account.address, contract],
  });
  if (allowance >= bond) return;
  const args = [contract, bond];
  await sendTransaction(client, { address: token, abi: ctzAbi, functionName: "approve", args });
}
