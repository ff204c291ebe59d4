// Compares what a sequencer says of its deployment with the chain, before anything is signed for it.
import { operationDomain, statementDomain } from "@catalyze/circuits/schema";
import { type Address, isAddressEqual } from "viem";
import { rollupAbi } from "../contracts.js";
import { DeploymentMismatchError } from "../errors/client.js";
import type { BaseClient, Deployment } from "./types.js";

function requireEqual(what: string, expected: string | bigint, given: string | bigint): void {
  if (expected !== given) throw new DeploymentMismatchError({ what, expected, given });
}

function requireAddress(what: string, expected: Address, given: Address): void {
  if (!isAddressEqual(expected, given)) throw new DeploymentMismatchError({ what, expected, given });
}

/**
 * Fetches and checks the deployment: chain, domains, and every address that the rollup contract names. Whether the
 * rollup itself is the right one only the caller can say, with the client's option `rollup`.
 * @throws {DeploymentMismatchError} and errors of sequencer and chain.
 */
export async function fetchDeployment(
  client: Pick<BaseClient, "chain" | "publicClient" | "sequencer" | "rollup">,
): Promise<Deployment> {
  const info = await client.sequencer.request("getInfo");
  const chainId = BigInt(client.chain.id);
  requireEqual("chain id", chainId, info.chainId);
  if (client.rollup !== undefined) requireAddress("rollup", client.rollup, info.rollup);
  requireEqual("operation domain", operationDomain(chainId, BigInt(info.rollup)), info.operationDomain);
  requireEqual(
    "statement domain",
    statementDomain(chainId, BigInt(info.programRegistry)),
    info.statementDomain,
  );
  const read = (functionName: "token" | "programs" | "seedRegistry" | "operator"): Promise<Address> =>
    client.publicClient.readContract({ address: info.rollup, abi: rollupAbi, functionName });
  const [token, programs, seedRegistry, operator] = await Promise.all([
    read("token"),
    read("programs"),
    read("seedRegistry"),
    read("operator"),
  ]);
  requireAddress("token", token, info.token);
  requireAddress("program registry", programs, info.programRegistry);
  requireAddress("seed registry", seedRegistry, info.seedRegistry);
  requireAddress("operator", operator, info.operator);
  return info;
}
