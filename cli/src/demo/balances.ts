// Balances of everybody on both layers, and the check that no unit was lost or made.

import { ctzAbi, rollupAbi } from "@catalyze/contracts";
import { type CatalyzeClient, formatCtz, WEI_PER_UNIT } from "@catalyze/sdk";
import type { Address } from "viem";
import { DevnetError } from "../devnet/errors.js";

/** Somebody in the demo. `index` is the rollup account, undefined before it exists. */
export interface Participant {
  readonly name: string;
  readonly address: Address;
}

/** What somebody has: wei on L1, units on the rollup. */
export interface Balance extends Participant {
  readonly wei: bigint;
  readonly units: bigint;
}

/** Everything that exists at one moment. */
export interface Balances {
  readonly participants: readonly Balance[];
  /** Units in the vaults of all seeds, and in the escrow of open orders. */
  readonly vaults: bigint;
  readonly escrows: bigint;
  /** Wei held by the rollup contract, and units that it owes according to its own books. */
  readonly rollupWei: bigint;
  readonly liabilities: bigint;
  /** Units that blocks burned and granted to the pool but have not paid. */
  readonly burned: bigint;
  readonly poolOwed: bigint;
  readonly totalSupplyWei: bigint;
}

async function rollupUnits(client: CatalyzeClient, address: Address): Promise<bigint> {
  const deployment = await client.getDeployment();
  const index = await client.publicClient.readContract({
    address: deployment.rollup,
    abi: rollupAbi,
    functionName: "accountIndex",
    args: [address],
  });
  if (index === 0) return 0n;
  return (await client.getAccount({ index })).amount;
}

/** Reads all balances. Assumes that everything sealed is settled, and that `participants` are all holders of CTZ. */
export async function readBalances(
  client: CatalyzeClient,
  participants: readonly Participant[],
): Promise<Balances> {
  const { rollup, token } = await client.getDeployment();
  const contract = { address: rollup, abi: rollupAbi } as const;
  const [accounting, liabilities, rollupWei, totalSupplyWei, seeds, orders] = await Promise.all([
    client.publicClient.readContract({ ...contract, functionName: "accounting" }),
    client.publicClient.readContract({ ...contract, functionName: "liabilities" }),
    client.getCtzBalance({ owner: rollup }),
    client.publicClient.readContract({ address: token, abi: ctzAbi, functionName: "totalSupply" }),
    client.getSeeds(),
    client.getOrders(),
  ]);
  const balances = await Promise.all(
    participants.map(async (participant) => ({
      ...participant,
      wei: await client.getCtzBalance({ owner: participant.address }),
      units: await rollupUnits(client, participant.address),
    })),
  );
  return {
    participants: balances,
    vaults: seeds.reduce((sum, { amount }) => sum + amount, 0n),
    escrows: orders.reduce((sum, { amount }) => sum + amount, 0n),
    rollupWei,
    liabilities,
    burned: accounting.burned,
    poolOwed: accounting.poolAccrued - accounting.poolPaid,
    totalSupplyWei,
  };
}

/** One line of the conservation check. */
export interface ConservationLine {
  readonly what: string;
  readonly left: bigint;
  readonly right: bigint;
}

/**
 * The identities that must hold to the unit, in wei: supply = all L1 balances; initial supply = supply + burned;
 * the rollup holds what it owes; what it owes = accounts + vaults + escrows + withdrawals to claim + pool.
 */
export function conservationLines(
  balances: Balances,
  initialSupplyWei: bigint,
  unclaimedUnits: bigint,
): readonly ConservationLine[] {
  const { participants, vaults, escrows, rollupWei, liabilities, burned, poolOwed, totalSupplyWei } =
    balances;
  const onL1 = participants.reduce((sum, { wei }) => sum + wei, 0n);
  const onRollup = participants.reduce((sum, { units }) => sum + units, 0n) + vaults + escrows;
  return [
    { what: "L1 balances + rollup = supply", left: onL1 + rollupWei, right: totalSupplyWei },
    {
      what: "supply + burned = initial supply",
      left: totalSupplyWei + burned * WEI_PER_UNIT,
      right: initialSupplyWei,
    },
    { what: "rollup holds = rollup owes", left: rollupWei, right: liabilities * WEI_PER_UNIT },
    {
      what: "rollup owes = accounts + vaults + escrows + unclaimed + pool",
      left: liabilities * WEI_PER_UNIT,
      right: (onRollup + unclaimedUnits + poolOwed) * WEI_PER_UNIT,
    },
  ];
}

/** @throws {DevnetError} `DEVNET_CHECK_FAILED` when an identity does not hold. */
export function checkConservation(lines: readonly ConservationLine[]): void {
  for (const { what, left, right } of lines) {
    if (left !== right) {
      throw new DevnetError("DEVNET_CHECK_FAILED", `Conservation is off by ${left - right} wei: ${what}.`);
    }
  }
}

/** CTZ of an amount in wei. */
export const formatWei = (wei: bigint): string => {
  const rest = wei % WEI_PER_UNIT;
  return rest === 0n ? formatCtz(wei / WEI_PER_UNIT) : `${wei} wei`;
};
