// The withdrawal tree against a plain implementation of the contract's rule.
import { concatHex, encodePacked, type Hex, keccak256, pad, toHex } from "viem";
import { describe, expect, it } from "vitest";
import { WithdrawalNotFoundError } from "../errors/withdrawal.js";
import { type Withdrawal, withdrawalLeaf, withdrawalTree } from "./withdrawalTree.js";

const rollup = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const blockNumber = 7n;

const hashPair = (a: Hex, b: Hex): Hex =>
  keccak256(BigInt(a) < BigInt(b) ? concatHex([a, b]) : concatHex([b, a]));

/** Root by levels: pairs are hashed sorted, a last odd node rises. */
function plainRoot(leaves: readonly Hex[]): Hex {
  let level = [...leaves];
  while (level.length > 1) {
    const next: Hex[] = [];
    for (let i = 0; i < level.length; i += 2) {
      next.push(i + 1 < level.length ? hashPair(level[i]!, level[i + 1]!) : level[i]!);
    }
    level = next;
  }
  return level[0]!;
}

const makeWithdrawals = (count: number): Withdrawal[] =>
  Array.from({ length: count }, (_, i) => ({
    recipient: pad(toHex(i % 3 === 0 ? 1 : i + 1), { size: 20 }),
    amount: BigInt(i % 2) * 1_000n + 5n,
  }));

describe("withdrawalTree", () => {
  it("hashes a leaf twice over the five words", () => {
    const recipient = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    const words = encodePacked(
      ["uint256", "uint256", "uint256", "uint256", "uint256"],
      [BigInt(rollup), 7n, 2n, BigInt(recipient), 9n],
    );
    const leaf = withdrawalLeaf({
      rollup,
      blockNumber,
      index: 2,
      recipient,
      amount: 9n,
    });
    expect(leaf).toBe(keccak256(keccak256(words)));
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 13])("agrees with the plain rule for %i withdrawals", (count) => {
    const withdrawals = makeWithdrawals(count);
    const leaves = withdrawals.map((withdrawal, index) =>
      withdrawalLeaf({ rollup, blockNumber, index, ...withdrawal }),
    );
    const tree = withdrawalTree({ rollup, blockNumber, withdrawals });
    expect(tree.root).toBe(plainRoot(leaves));
    leaves.forEach((leaf, index) => {
      expect(tree.proof(index).reduce(hashPair, leaf)).toBe(tree.root);
    });
  });

  it("has the zero root without withdrawals, and no proof outside", () => {
    const tree = withdrawalTree({ rollup, blockNumber, withdrawals: [] });
    expect(BigInt(tree.root)).toBe(0n);
    expect(() => tree.proof(0)).toThrow(WithdrawalNotFoundError);
  });

  it("gives another root when amount, recipient, order, block or rollup change", () => {
    const withdrawals = makeWithdrawals(3);
    const [first, second, third] = withdrawals as [Withdrawal, Withdrawal, Withdrawal];
    const roots = [
      withdrawalTree({ rollup, blockNumber, withdrawals }),
      withdrawalTree({
        rollup,
        blockNumber,
        withdrawals: [second, first, third],
      }),
      withdrawalTree({
        rollup,
        blockNumber,
        withdrawals: [{ ...first, amount: 6n }, second, third],
      }),
      withdrawalTree({
        rollup,
        blockNumber,
        withdrawals: [{ ...first, recipient: second.recipient }, second, third],
      }),
      withdrawalTree({ rollup, blockNumber: 8n, withdrawals }),
      withdrawalTree({ rollup: first.recipient, blockNumber, withdrawals }),
    ].map(({ root }) => root);
    expect(new Set(roots).size).toBe(roots.length);
  });
});
