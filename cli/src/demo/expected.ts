// What the demo must pay, computed again from the terms alone. Shares no code with the state machine, so that a mistake
// there does not repeat itself here. All amounts in units.

/** Basis points of the demo's seed. */
export interface DemoTerms {
  readonly royalty: bigint;
  readonly middleware: bigint;
  readonly burn: bigint;
  readonly pool: bigint;
}

/** One chunk that was settled. */
export interface SettledChunk {
  readonly jobs: bigint;
  /** Units per job that the provider asked. */
  readonly price: bigint;
}

/** Who got how much of an order's payments. */
export interface ExpectedSplit {
  readonly provider: bigint;
  readonly middleware: bigint;
  readonly seed: bigint;
  readonly burn: bigint;
  readonly pool: bigint;
  /** To the fee account. */
  readonly settlementFees: bigint;
  /** What the requester paid for the work in all; the rest of the escrow came back. */
  readonly paid: bigint;
}

const WHOLE = 10_000n;

/** Split of one order: every chunk by itself, each share rounded down, the remainder to the provider. */
export function expectedSplit(
  terms: DemoTerms,
  settlementFee: bigint,
  chunks: readonly SettledChunk[],
): ExpectedSplit {
  let [provider, middleware, seed, burn, pool, settlementFees] = [0n, 0n, 0n, 0n, 0n, 0n];
  for (const { jobs, price } of chunks) {
    const total = jobs * price;
    const toSeed = (total * terms.royalty) / WHOLE;
    const toMiddleware = (total * terms.middleware) / WHOLE;
    const toBurn = (total * terms.burn) / WHOLE;
    const toPool = (total * terms.pool) / WHOLE;
    provider += total - toSeed - toMiddleware - toBurn - toPool;
    middleware += toMiddleware;
    seed += toSeed;
    burn += toBurn;
    pool += toPool;
    settlementFees += settlementFee;
  }
  const paid = provider + middleware + seed + burn + pool + settlementFees;
  return { provider, middleware, seed, burn, pool, settlementFees, paid };
}

/** Sum of several splits. */
export function addSplits(splits: readonly ExpectedSplit[]): ExpectedSplit {
  const sum = (name: keyof ExpectedSplit): bigint => splits.reduce((total, split) => total + split[name], 0n);
  return {
    provider: sum("provider"),
    middleware: sum("middleware"),
    seed: sum("seed"),
    burn: sum("burn"),
    pool: sum("pool"),
    settlementFees: sum("settlementFees"),
    paid: sum("paid"),
  };
}
