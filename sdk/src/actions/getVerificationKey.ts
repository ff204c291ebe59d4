// Action: a program's verification key from the chain.
import type { VerificationKey } from "@catalyze/prover";
import { hexToBytes } from "viem";
import type { BaseClient } from "../clients/types.js";
import { contractCallError, groth16VerifierAbi, programRegistryAbi } from "../contracts.js";
import type { ContractCallError } from "../errors/client.js";
import { ReceiptInvalidError } from "../errors/receipt.js";
import { programIdOfKey, toVerificationKey } from "../utils/proof.js";

export type GetVerificationKeyParameters = { readonly programId: bigint };
export type GetVerificationKeyReturnType = VerificationKey;
export type GetVerificationKeyErrorType = ContractCallError | ReceiptInvalidError;

/**
 * A program's verification key. Its bytes are checked against the id, which is their hash; the points that all keys
 * share are those of the deployment's verifier.
 *
 * @throws {ContractCallError} `UnknownProgram`
 */
export async function getVerificationKey(
  client: BaseClient,
  parameters: GetVerificationKeyParameters,
): Promise<GetVerificationKeyReturnType> {
  const { programId } = parameters;
  const { programRegistry } = await client.getDeployment();
  const { publicClient } = client;
  const registry = { address: programRegistry, abi: programRegistryAbi } as const;
  try {
    const [key, verifier] = await Promise.all([
      publicClient.readContract({ ...registry, functionName: "keyBytes", args: [programId] }),
      publicClient.readContract({ ...registry, functionName: "verifier" }),
    ]);
    const bytes = hexToBytes(key);
    if (programIdOfKey(bytes) !== programId) {
      throw new ReceiptInvalidError({
        check: "program",
        chunk: 0,
        reason: "the registry's key has another id",
      });
    }
    const contract = { address: verifier, abi: groth16VerifierAbi } as const;
    const [alpha, beta, gamma] = await Promise.all([
      publicClient.readContract({ ...contract, functionName: "alpha" }),
      publicClient.readContract({ ...contract, functionName: "beta" }),
      publicClient.readContract({ ...contract, functionName: "gamma" }),
    ]);
    return toVerificationKey(bytes, { alpha, beta, gamma });
  } catch (error) {
    if (error instanceof ReceiptInvalidError) throw error;
    throw contractCallError("keyBytes", error);
  }
}
