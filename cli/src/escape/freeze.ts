// Freezing a rollup whose operator does not serve its queue, or whose announced end has come: anyone may.
import { requestRoute } from "@catalyze/circuits/schema";
import { rollupAbi } from "@catalyze/contracts";
import type { Hex } from "viem";
import { EscapeError } from "./errors.js";
import { type EscapeContext, rollupCall, sendCall } from "./l1.js";
import type { WaitingRequest } from "./rebuild-from-l1.js";

const dateOf = (seconds: bigint): string => new Date(Number(seconds) * 1000).toISOString();

/** Time from which anyone may freeze, what for, and the call that does it; undefined when nothing leads to a freeze. */
async function freezable(context: EscapeContext, waiting: readonly WaitingRequest[]) {
  const contract = { address: context.rollup, abi: rollupAbi } as const;
  const [{ deadline }, shutdownAt] = await Promise.all([
    context.client.readContract({ ...contract, functionName: "queueTerms" }),
    context.client.readContract({ ...contract, functionName: "shutdownAt" }),
  ]);
  const ends: { readonly from: bigint; readonly why: string; readonly send: () => Promise<Hex> }[] = [];
  const oldest = waiting[0];
  if (oldest !== undefined) {
    const from = requestRoute.decode(oldest.words.route).time + BigInt(deadline) + 1n;
    const send = () => sendCall(context, rollupCall(context, "freeze", [oldest.words]));
    ends.push({ from, why: `request ${oldest.requestIndex} waits in the queue`, send });
  }
  if (shutdownAt !== 0n) {
    const send = () => sendCall(context, rollupCall(context, "completeShutdown", []));
    ends.push({ from: shutdownAt, why: "the operator has announced the end", send });
  }
  return ends.sort((a, b) => (a.from < b.from ? -1 : 1))[0];
}

/**
 * Freezes the rollup when it may be and `allowed`; returns the transaction.
 * @throws {EscapeError} `ESCAPE_NOT_FROZEN` with when and how it can be.
 */
export async function freezeRollup(
  context: EscapeContext,
  waiting: readonly WaitingRequest[],
  allowed: boolean,
): Promise<Hex> {
  const end = await freezable(context, waiting);
  const refuse = (text: string): never => {
    throw new EscapeError("ESCAPE_NOT_FROZEN", `The rollup is not frozen, nobody leaves by proof: ${text}`);
  };
  if (end === undefined) {
    return refuse(
      "nothing waits in its queue. Queue an exit on L1 (exitAccount, exitOrder); when no block serves it in time, run " +
        "this with --freeze.",
    );
  }
  const { timestamp } = await context.client.getBlock();
  if (timestamp < end.from) {
    return refuse(`${end.why}; from ${dateOf(end.from)} on, unless that changes, run this with --freeze.`);
  }
  if (!allowed) return refuse(`${end.why}, and anyone may freeze it now: run this with --freeze.`);
  return end.send();
}
