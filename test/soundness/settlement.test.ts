// A block that settles real work, against everybody who would like it to say something else. Real circuits, real proofs,
// a real chain: what must be rejected is rejected by the contract, and the honest block passes.
import { digitsAdapter } from "@catalyze/circuits/programs";
import {
  createState,
  getAccount,
  getOrder,
  getSeed,
  revertBlock,
  type SealedBlock,
  type Settlement,
  type State,
  settlementStatement,
  totalAmount,
} from "@catalyze/circuits/reference";
import { FIELD_MODULUS, SMALL_BLOCK } from "@catalyze/circuits/schema";
import { ctzAbi, rollupAbi } from "@catalyze/contracts";
import { closeProver } from "@catalyze/prover";
import { type BaseClient, getBlockProof } from "@catalyze/sdk";
import { BaseError, bytesToHex, ContractFunctionRevertedError, type Hex, hexToBytes, keccak256 } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  digitsOrder,
  MIDDLEWARE,
  OPERATOR,
  PARTY_REQUESTS,
  PROVIDER,
  REQUESTER,
  registerParties,
  runChunk,
  SEED,
  sealRegistrations,
  signOperation,
} from "../support/parties.js";
import {
  type BlockSubmission,
  ctzOf,
  domains,
  heldOutDigits,
  proveBlock,
  proveStatement,
  type RollupParts,
  type StatementSubmission,
  sealNext,
  startRollup,
  submit,
  UNIT,
} from "../support/rollup.js";

const DEPOSIT = 1_000_000_000n;
const JOBS = 20;

let parts: RollupParts;
let state: State;
let registered: BlockSubmission;
let settling: SealedBlock;
let honest: BlockSubmission;
let falseResult: BlockSubmission;
let redirected: BlockSubmission;
let statement: StatementSubmission;
const { inputs, labels } = heldOutDigits(JOBS);

/** Name of the custom error that a submission reverts with. */
async function refusal(blocks: readonly BlockSubmission[], role: "operator" | "requesterA" = "operator") {
  const call = {
    account: parts.accounts[role],
    address: parts.deployment.rollup,
    abi: rollupAbi,
    functionName: "submitBlocks",
    args: [blocks],
  } as const;
  try {
    await parts.client.simulateContract(call);
  } catch (error) {
    const reverted =
      error instanceof BaseError && error.walk((e) => e instanceof ContractFunctionRevertedError);
    if (reverted instanceof ContractFunctionRevertedError) return reverted.data?.errorName ?? reverted.reason;
    throw error;
  }
  return "accepted";
}

/** Replaces bytes of a hexadecimal string. */
function patch(words: Hex, offset: number, change: (bytes: Uint8Array) => void): Hex {
  const bytes = hexToBytes(words);
  change(bytes.subarray(offset));
  return bytesToHex(bytes);
}

/** Changes the lowest bit of a byte. */
const flip = (bytes: Uint8Array): void => bytes.set([bytes[0]! ^ 1]);

/** Adds to a 32-byte word. */
const addToHead = (by: bigint) => (bytes: Uint8Array) => {
  const word = BigInt(bytesToHex(bytes.slice(0, 32))) + by;
  bytes.set(hexToBytes(`0x${word.toString(16).padStart(64, "0")}`));
};

/** Proves the block that settles chunk 0 as `change` says, and takes it back. */
async function alternative(settlement: Settlement): Promise<BlockSubmission> {
  const block = await sealNext(parts, state, { number: 3n, firstRequest: PARTY_REQUESTS }, (draft) => {
    draft.addSettlement(settlement);
  });
  const submission = await proveBlock(parts, block, [statement]);
  revertBlock(state, block);
  return submission;
}

beforeAll(async () => {
  parts = await startRollup();
  state = createState(SMALL_BLOCK.depth);
  await registerParties(parts, DEPOSIT);
  registered = await proveBlock(parts, await sealRegistrations(parts, state));

  const terms = { priceLimit: 10_000n, settlementFee: 500n, deadline: 2n ** 40n - 1n };
  const post = await signOperation(parts, state, {
    kind: "postOrder",
    signer: REQUESTER,
    nonce: 0n,
    expiry: 2n ** 40n - 1n,
    fee: 7n,
    priorityFee: 0n,
    order: digitsOrder(state, inputs, terms),
  });
  const second = await sealNext(parts, state, { number: 2n, firstRequest: PARTY_REQUESTS }, (draft) => {
    draft.addOperation(post, 1n);
  });
  const orderIndex = second.orders[0]!.index;
  const posting = await proveBlock(parts, second);

  const { results, settlement } = runChunk(inputs, { orderIndex, chunk: 0, price: 8_000n });
  const { statementDomain } = await domains(parts);
  const claim = settlementStatement(state, settlement, statementDomain);
  statement = await proveStatement(parts, claim, inputs, results);
  const wrong = Uint8Array.from(results, (label, i) => (i === 3 ? (label + 1) % 10 : label));
  falseResult = await alternative({ ...settlement, resultsRoot: digitsAdapter.resultsRoot(wrong) });
  redirected = await alternative({ ...settlement, provider: MIDDLEWARE });
  settling = await sealNext(parts, state, { number: 3n, firstRequest: PARTY_REQUESTS }, (draft) => {
    draft.addSettlement(settlement);
  });
  honest = await proveBlock(parts, settling, [statement]);
  expect(results.filter((label, i) => label === labels[i]).length).toBeGreaterThan(12);

  // What the contract must refuse of the first block, before it takes it.
  const requestTail = 3 * 32 + 4 * 31 + 2 * 5 * 32;
  const tampered = {
    ...registered,
    words: patch(registered.words, requestTail + 31 + 30, flip),
  };
  expect(await refusal([tampered])).toBe("QueueHashMismatch");
  expect(await refusal([posting])).toBe("BlockOutOfOrder");
  await submit(parts, [registered, posting]);
}, 900_000);

afterAll(async () => {
  await parts?.anvil.stop();
  await closeProver();
});

describe("a settlement on chain", () => {
  it("is refused when the block's calldata is not what was proven", async () => {
    const { words } = honest;
    const last = hexToBytes(words).length - 1;
    expect(await refusal([{ ...honest, words: patch(words, last, flip) }])).toBe("InvalidProof");
    expect(await refusal([{ ...honest, words: `${words}00` }])).toBe("WordsLengthMismatch");
    expect(await refusal([{ ...honest, commitment: honest.commitment + 1n }])).toBe("InvalidProof");
  });

  it("is refused when a public word or signal is not reduced", async () => {
    const words = patch(honest.words, 32, addToHead(FIELD_MODULUS));
    expect(await refusal([{ ...honest, words }])).toBe("WordNotInField");
    expect(await refusal([{ ...honest, commitment: honest.commitment + FIELD_MODULUS }])).toBe(
      "SignalNotInField",
    );
  });

  it("is refused with another root, number, domain, or request range", async () => {
    const patched = (offset: number) => ({
      ...honest,
      words: patch(honest.words, offset, flip),
    });
    const header = 3 * 32;
    expect(await refusal([patched(31)])).toBe("StateRootMismatch");
    expect(await refusal([patched(header + 30)])).toBe("OperationDomainMismatch");
    expect(await refusal([patched(header + 31 + 30)])).toBe("StatementDomainMismatch");
    expect(await refusal([patched(header + 2 * 31 + 30)])).toBe("BlockOutOfOrder");
    expect(await refusal([patched(63)])).toBe("InvalidProof");
  });

  it("never pays a wrong result", async () => {
    expect(await refusal([falseResult])).toBe("InvalidProof");
    const claimed = patch(statement.words, 64, addToHead(1n));
    expect(await refusal([{ ...falseResult, statements: [{ ...statement, words: claimed }] }])).toBe(
      "InvalidProof",
    );
  });

  it("never pays another provider than the one who proved", async () => {
    expect(await refusal([redirected])).toBe("InvalidProof");
    const owner = hexToBytes(parts.accounts.middleware.address);
    const claimed = patch(statement.words, 96 + 31 + 5, (bytes) => bytes.set(owner));
    expect(await refusal([{ ...redirected, statements: [{ ...statement, words: claimed }] }])).toBe(
      "InvalidProof",
    );
  });

  it("needs the statement's proof, and the statement of this deployment", async () => {
    expect(await refusal([{ ...honest, statements: [] }])).toBe("StatementCountMismatch");
    expect(await refusal([{ ...honest, statements: [statement, statement] }])).toBe("StatementCountMismatch");
    expect(await refusal([{ ...honest, statements: [{ ...statement, proof: honest.proof }] }])).toBe(
      "InvalidProof",
    );
    const elsewhere = patch(statement.words, 96 + 30, flip);
    expect(await refusal([{ ...honest, statements: [{ ...statement, words: elsewhere }] }])).toBe(
      "StatementDomainMismatch",
    );
  });

  it("can only be submitted by the operator", async () => {
    expect(await refusal([honest], "requesterA")).toBe("OwnableUnauthorizedAccount");
  });

  it("pays exactly once, and conserves every unit on L1, L2 and in the burn", async () => {
    const supplyBefore = await parts.client.readContract({
      address: parts.deployment.ctz,
      abi: ctzAbi,
      functionName: "totalSupply",
    });
    await submit(parts, [honest]);
    expect(await refusal([honest])).toBe("BlockOutOfOrder");
    const onOldRoot = patch(honest.words, 3 * 32 + 2 * 31 + 30, (bytes) => bytes.set([4]));
    expect(await refusal([{ ...honest, words: onOldRoot }])).toBe("StateRootMismatch");

    const total = 16n * 8_000n;
    const share = (basisPoints: bigint) => (total * basisPoints) / 10_000n;
    const bonus = (16n * 2_000n * 5_000n) / 10_000n;
    const pay = total - share(200n) - share(500n) - share(500n) - share(100n);
    expect(getAccount(state, PROVIDER).amount).toBe(DEPOSIT + pay);
    expect(getAccount(state, MIDDLEWARE).amount).toBe(DEPOSIT + share(500n) + bonus);
    expect(getSeed(state, SEED).amount).toBe(share(200n));
    expect(getAccount(state, OPERATOR).amount).toBe(DEPOSIT + 7n + 500n);
    expect([settling.burned, settling.pool]).toEqual([share(500n), share(100n)]);
    const order = getOrder(state, settling.settlements[0]!.settlement.orderIndex);
    expect(order.amount).toBe(20n * 10_000n + 2n * 500n - total - bonus - 500n);

    const supplyAfter = await parts.client.readContract({
      address: parts.deployment.ctz,
      abi: ctzAbi,
      functionName: "totalSupply",
    });
    expect(supplyBefore - supplyAfter).toBe(settling.burned * UNIT);
    const held = await ctzOf(parts, parts.deployment.rollup);
    expect(held).toBe((totalAmount(state) + settling.pool) * UNIT);
    expect(totalAmount(state) + settling.pool + settling.burned).toBe(4n * DEPOSIT);
  });

  it("can be shown to have been settled, and nothing else can", async () => {
    const { commitment, before } = settling.settlements[0]!;
    const client = { publicClient: parts.client, rollup: parts.deployment.rollup } as unknown as BaseClient;
    const { proof, wordsHash } = (await getBlockProof(client, { blockNumber: 3n }))!;
    expect(wordsHash).toBe(keccak256(honest.words));
    const shown = (words: Hex, index: bigint, programId: bigint, value: bigint) =>
      parts.client.readContract({
        address: parts.deployment.rollup,
        abi: rollupAbi,
        functionName: "verifySettlement",
        args: [3n, words, proof, index, programId, value],
      });
    const { programId } = before.order;
    expect(await shown(honest.words, 0n, programId, commitment)).toBe(true);
    expect(await shown(honest.words, 1n, programId, commitment)).toBe(false);
    expect(await shown(honest.words, 0n, programId + 1n, commitment)).toBe(false);
    expect(await shown(honest.words, 0n, programId, commitment + 1n)).toBe(false);
    expect(await shown(registered.words, 0n, programId, commitment)).toBe(false);
  });
});
