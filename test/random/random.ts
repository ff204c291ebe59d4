// Numbers from a seed, the same on every machine: what a campaign draws from. Not for secrets.

/** A source of numbers. */
export interface Random {
  /** A whole number in [from, to]. */
  integer(from: number, to: number): number;
  /** A whole number in [from, to]; ends are drawn more often than the rest. */
  amount(from: bigint, to: bigint): bigint;
  /** True `percent` times of a hundred. */
  chance(percent: number): boolean;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
}

/** A xorshift generator of 32 bits, started at `seed`. */
export function createRandom(seed: number): Random {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const integer = (from: number, to: number): number => from + (next() % (to - from + 1));
  return {
    integer,
    amount(from, to) {
      const way = next() % 10;
      if (to <= from || way === 0) return from;
      if (way === 1) return to;
      const wide = (BigInt(next()) << 64n) | (BigInt(next()) << 32n) | BigInt(next());
      return from + (wide % (to - from + 1n));
    },
    chance: (percent) => next() % 100 < percent,
    pick: (list) => list[integer(0, list.length - 1)]!,
  };
}
