// Everything that an address can claim from a rollup, and how each claim is looked up and sent. Owns the order: withdrawals
// and deposits need no proof; recorded statements are paid before cells leave. Assumes a state under the rollup's last root.
import { cellExit, type State, seedIdOf, settlementExit } from "@catalyze/circuits/reference";
import { requestRoute, requestValue } from "@catalyze/circuits/schema";
import { exitsAbi, rollupAbi, seedRegistryAbi } from "@catalyze/contracts";
import { withdrawalTree } from "@catalyze/sdk";
import { type Address, bytesToHex, type Hex, isAddressEqual } from "viem";
import type { ExitProver } from "./exit-proofs.js";
import { type EscapeContext, exitsCall, rollupCall, sendCall } from "./l1.js";
import type { Rebuilt } from "./rebuild-from-l1.js";
import type { PayableStatement } from "./recorded-statements.js";

/** What a claim is about. */
export type ClaimKind = "withdrawal" | "deposit" | "statement" | "account" | "seed" | "order";

/** Whether something can be claimed now. `opensAt` is in seconds. */
export type Claimable =
  | { readonly status: "open" }
  | { readonly status: "left" }
  | { readonly status: "locked"; readonly opensAt: bigint };

/** One thing to claim. */
export interface Claim {
  readonly kind: ClaimKind;
  /** Where it is, in words: the cell, the queue's place, the block. */
  readonly place: string;
  /** Units that it pays the claimant; of a seed, its splitter. */
  readonly amount: bigint;
  /** Asks L1. */
  look(): Promise<Claimable>;
  /** Proves and sends. @throws {EscapeError} */
  send(): Promise<Hex>;
}

/** What a claim of a frozen rollup's exits needs. */
export interface ExitParameters {
  readonly context: EscapeContext;
  readonly state: State;
  readonly exits: Address;
  /** Exit domain of the deployment. */
  readonly domain: bigint;
  readonly prover: ExitProver;
}

const taken = (isTaken: boolean): Claimable => ({ status: isTaken ? "left" : "open" });

/** Withdrawals of earlier blocks to the recipient. They need no freeze. */
export function withdrawalClaims(context: EscapeContext, rebuilt: Rebuilt, recipient: Address): Claim[] {
  const { client, rollup } = context;
  return [...rebuilt.withdrawals].flatMap(([blockNumber, withdrawals]) => {
    const tree = withdrawalTree({ rollup, blockNumber, withdrawals });
    return withdrawals.flatMap((withdrawal, index): Claim[] => {
      if (!isAddressEqual(withdrawal.recipient, recipient)) return [];
      const args = [blockNumber, BigInt(index)] as const;
      const contract = { address: rollup, abi: rollupAbi, functionName: "isClaimed", args } as const;
      const claimed = [...args, recipient, withdrawal.amount, tree.proof(index)];
      return [
        {
          kind: "withdrawal",
          place: `withdrawal ${index} of block ${blockNumber}`,
          amount: withdrawal.amount,
          look: async () => taken(await client.readContract(contract)),
          send: () => sendCall(context, rollupCall(context, "claimWithdrawal", claimed)),
        },
      ];
    });
  });
}

/** Deposits of the owner that no block consumed. */
export function depositClaims(context: EscapeContext, rebuilt: Rebuilt, owner: Address): Claim[] {
  return rebuilt.waiting.flatMap(({ requestIndex, words }): Claim[] => {
    const { amount } = requestValue.decode(words.value);
    if (amount === 0n || requestRoute.decode(words.route).subject !== BigInt(owner)) return [];
    return [
      {
        kind: "deposit",
        place: `request ${requestIndex} of the queue`,
        amount,
        look: async () => taken(rebuilt.reclaimed.has(requestIndex)),
        send: () => sendCall(context, rollupCall(context, "reclaimDeposit", [requestIndex, words])),
      },
    ];
  });
}

/** What of an order's escrow was paid for recorded statements, and whether the rest has left. */
async function orderStatus({ context, exits }: ExitParameters, index: number) {
  const contract = { address: exits, abi: exitsAbi, args: [BigInt(index)] } as const;
  const [[paid, chunks], exited] = await Promise.all([
    context.client.readContract({ ...contract, functionName: "paidOf" }),
    context.client.readContract({ ...contract, functionName: "isExited" }),
  ]);
  return { paid, chunks, exited };
}

/** Payment of a recorded statement out of its order's escrow. */
export function statementClaim(parameters: ExitParameters, payable: PayableStatement): Claim {
  const { context, state, exits, domain, prover } = parameters;
  const { orderIndex, chunk, amount } = payable;
  return {
    kind: "statement",
    place: `chunk ${chunk} of the order in cell ${orderIndex}`,
    amount,
    async look() {
      const { chunks, exited } = await orderStatus(parameters, orderIndex);
      return taken(exited || ((chunks >> BigInt(chunk)) & 1n) === 1n);
    },
    async send() {
      const exit = settlementExit(state, payable, domain);
      const args = [bytesToHex(exit.bytes), exit.commitment, await prover.prove("settlement", exit)];
      return sendCall(context, exitsCall(exits, "payStatement", args));
    },
  };
}

/**
 * Exit of one cell; of an order, what its statements have left of the escrow, seven days after the freeze.
 * @throws {ExitError} for an empty cell.
 */
export async function cellClaim(parameters: ExitParameters, index: number): Promise<Claim> {
  const { context, state, exits, domain, prover } = parameters;
  const { client, rollup } = context;
  const exit = cellExit(state, index, domain);
  const isOrder = exit.kind === "order";
  const { paid } = isOrder ? await orderStatus(parameters, index) : { paid: 0n };
  const contract = { address: exits, abi: exitsAbi } as const;
  return {
    kind: exit.kind,
    place: `cell ${index}`,
    amount: exit.amount - paid,
    async look() {
      const args = [BigInt(index)] as const;
      if (await client.readContract({ ...contract, functionName: "isExited", args })) return taken(true);
      if (!isOrder) return taken(false);
      const [frozenAt, delay, { timestamp }] = await Promise.all([
        client.readContract({ address: rollup, abi: rollupAbi, functionName: "frozenAt" }),
        client.readContract({ ...contract, functionName: "escrowDelay" }),
        client.getBlock(),
      ]);
      const opensAt = frozenAt + delay;
      // On a live rollup nothing opens yet: there is no freeze to count from.
      return frozenAt !== 0n && timestamp < opensAt ? { status: "locked", opensAt } : taken(false);
    },
    async send() {
      const args = [bytesToHex(exit.bytes), exit.commitment, await prover.prove("cell", exit)];
      return sendCall(context, exitsCall(exits, "exitCell", args));
    },
  };
}

/** Cells that pay the owner, but for empty ones: its account, the orders that the account posted, and its seeds. */
export async function cellsOf(context: EscapeContext, state: State, owner: Address): Promise<number[]> {
  const cells = [...state.cells].filter(([, cell]) => cell.amount !== 0n);
  const account = [...state.cells].find(
    ([, cell]) => cell.kind === "account" && cell.owner === BigInt(owner),
  )?.[0];
  const own = cells.filter(
    ([index, cell]) =>
      index === account || (cell.kind === "order" && cell.order.requester === BigInt(account ?? -1)),
  );
  const { client, rollup } = context;
  const contract = { address: rollup, abi: rollupAbi } as const;
  const address = await client.readContract({ ...contract, functionName: "seedRegistry" });
  const seeds: number[] = [];
  for (const [index, cell] of cells) {
    if (cell.kind !== "seed") continue;
    const args = [seedIdOf(cell)] as const;
    const seed = { address, abi: seedRegistryAbi, args } as const;
    if (isAddressEqual(await client.readContract({ ...seed, functionName: "ownerOf" }), owner))
      seeds.push(index);
  }
  return [...own.map(([index]) => index), ...seeds].sort((a, b) => a - b);
}
