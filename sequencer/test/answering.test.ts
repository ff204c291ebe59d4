// Challenges of receipts against an honest sequencer on a local chain: nobody does anything by hand, and none of them costs it
// stake. Contracts are real; circuits are stand-ins (see support/stand-in.ts).
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accountStatic, type Operation, operationPreimage } from "@catalyze/circuits/reference";
import { operationDomain, SMALL_BLOCK } from "@catalyze/circuits/schema";
import { ctzAbi, operatorStakeAbi, receiptChallengeAbi } from "@catalyze/contracts";
import { closeProver } from "@catalyze/prover";
import type { api } from "@catalyze/sdk";
import pino from "pino";
import { type Account, createWalletClient, http, parseEventLogs } from "viem";
import { mnemonicToAccount, privateKeyToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { SequencerConfig } from "../src/config.js";
import { type RunningSequencer, startSequencer } from "../src/start.js";
import { proveOneBlock, request, until } from "./support/actors.js";
import { OPERATOR_TERMS, startTestChain, type TestChain } from "./support/chain.js";
import { TestKey, transfer } from "./support/keys.js";
import { tripleProgram } from "./support/program.js";
import { type StandIn, standIn } from "./support/stand-in.js";
import { OPERATOR_KEY } from "./support/world.js";

const MNEMONIC = "test test test test test test test test test test test junk";
const operator = privateKeyToAccount(OPERATOR_KEY);
const challenger = mnemonicToAccount(MNEMONIC, { addressIndex: 8 });
const feeKey = new TestKey(1);
const alice = new TestKey(2);
const bob = new TestKey(3);
const STAKE = 5_000n * 10n ** 18n;

let folder: string;
let block: StandIn;
let chain: TestChain;
let sequencer: RunningSequencer | undefined;

const config = (more: Partial<SequencerConfig>, program: StandIn): SequencerConfig => {
  const { deployment, anvil } = chain;
  return {
    deployment: {
      chainId: BigInt(deployment.chainId),
      rollup: deployment.rollup,
      token: deployment.ctz,
      programRegistry: deployment.programRegistry,
      seedRegistry: deployment.seedRegistry,
      statementRegistry: deployment.statementRegistry,
      receiptChallenge: deployment.receiptChallenge,
      deploymentBlock: deployment.deploymentBlock,
    },
    l1RpcUrl: anvil.rpcUrl,
    operatorKey: OPERATOR_KEY,
    store: { directory: join(folder, "store") },
    block: { size: SMALL_BLOCK, sizeId: 0, circuit: "small", verificationKey: block.verificationKey },
    programs: [{ adapter: tripleProgram, verificationKey: program.verificationKey }],
    feeAccount: 1,
    lingerMs: 3_000,
    l1PollMs: 100,
    logger: pino({ level: process.env.TEST_LOG_LEVEL ?? "silent" }),
    ...more,
  };
};

async function write(account: Account, address: `0x${string}`, abi: object, name: string, args: unknown[]) {
  const transport = http(chain.anvil.rpcUrl);
  const wallet = createWalletClient({ chain: foundry, transport, account });
  const call = { address, abi, functionName: name, args, gas: 3_000_000n } as never;
  const hash = await wallet.writeContract(call);
  const receipt = await chain.publicClient.waitForTransactionReceipt({ hash });
  expect(receipt.status, name).toBe("success");
  return receipt;
}

const travel = async (seconds: bigint): Promise<void> => {
  await chain.control.increaseTime({ seconds: Number(seconds) });
  await chain.control.mine({ blocks: 1 });
};

async function submit(key: TestKey, operation: Operation): Promise<api.OperationReceipt> {
  const domain = operationDomain(31_337n, BigInt(chain.deployment.rollup));
  const { signature } = key.sign(operation, domain);
  return request(sequencer!.url, "submitOperation", { body: { operation, signature } });
}

const statusOf = async ({ message }: api.OperationReceipt): Promise<string> =>
  (await request(sequencer!.url, "getOperation", { path: `/v1/operations/${message}` })).status;

const reaches = (receipt: api.OperationReceipt, status: string) =>
  until(
    async () => (await statusOf(receipt)) === status,
    () => proveOneBlock(sequencer!.url, block),
    120_000,
  );

/** Challenges a receipt, as nobody does who knows that it was kept; returns the answer's event. */
async function challenge(receipt: api.OperationReceipt, operation: Operation, key: TestKey) {
  const address = chain.deployment.receiptChallenge!;
  const { message, sequence, acceptedBlock, promisedBlock, validUntil, signature } = receipt;
  const given = { message, sequence, acceptedBlock, promisedBlock, validUntil };
  const preimage = operationPreimage(accountStatic(key.ax, key.ay, key.owner), operation);
  const { blockNumber } = await write(challenger, address, receiptChallengeAbi, "challengeReceipt", [
    given,
    signature,
    preimage,
  ]);
  let names: string[] = [];
  await until(
    async () => {
      const logs = await chain.publicClient.getLogs({ address, fromBlock: blockNumber });
      names = parseEventLogs({ abi: receiptChallengeAbi, logs }).map(({ eventName }) => eventName);
      return names.length > 1;
    },
    undefined,
    120_000,
  );
  return names;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "catalyze-answers-"));
  const [blockCircuit, program] = await Promise.all([
    standIn("stand-in-block", 3, folder),
    standIn("stand-in-program", 5, folder),
  ]);
  block = blockCircuit;
  chain = await startTestChain(block, program);
  await chain.register(feeKey, 0n);
  await chain.register(alice, 1_000_000n);
  await chain.register(bob, 1_000_000n);
  const { ctz, operatorStake, receiptChallenge } = chain.deployment;
  await write(operator, ctz, ctzAbi, "transfer", [challenger.address, 10n * OPERATOR_TERMS.bond]);
  await write(operator, ctz, ctzAbi, "approve", [operatorStake, STAKE]);
  await write(operator, operatorStake!, operatorStakeAbi, "stake", [operator.address, STAKE]);
  await write(challenger, ctz, ctzAbi, "approve", [receiptChallenge, 10n * OPERATOR_TERMS.bond]);
  sequencer = await startSequencer(config({}, program));
  await until(() =>
    request(sequencer!.url, "getAccount", { path: "/v1/accounts/3" }).then(
      () => true,
      () => false,
    ),
  );
});

afterAll(async () => {
  await sequencer?.close();
  await chain?.stop();
  await closeProver();
  await rm(folder, { recursive: true, force: true });
});

it("answers with the block, with the expiry, and with that of an operation before it", {
  timeout: 600_000,
}, async () => {
  const included = transfer(2, 0n, 3, 5n, { expiry: 4_000_000_000n });
  const kept = await submit(alice, included);
  await reaches(kept, "settled");

  // Both wait while the block gathers work; then the first is too late, and the second has no predecessor any more.
  const { timestamp } = await chain.publicClient.getBlock();
  const late = transfer(2, 1n, 3, 6n, { expiry: timestamp + 60n });
  const behind = transfer(2, 2n, 3, 7n, { expiry: 4_000_000_000n });
  const expired = await submit(alice, late);
  const stranded = await submit(alice, behind);
  expect(stranded.validUntil).toBe(timestamp + 60n);
  await travel(120n);
  await until(async () => (await statusOf(expired)) === "dropped");
  const other = transfer(3, 0n, 2, 1n, { expiry: 4_000_000_000n });
  await reaches(await submit(bob, other), "settled");
  expect(await statusOf(stranded)).toBe("pending");

  await travel(OPERATOR_TERMS.stallSeconds + 1n);
  expect(await challenge(kept, included, alice)).toEqual(["ReceiptChallenged", "AnsweredByInclusion"]);
  expect(await challenge(expired, late, alice)).toEqual(["ReceiptChallenged", "AnsweredByInvalidity"]);
  expect(await challenge(stranded, behind, alice)).toEqual(["ReceiptChallenged", "AnsweredByInvalidity"]);
  const stake = { address: chain.deployment.operatorStake!, abi: operatorStakeAbi } as const;
  const args = [operator.address] as const;
  const { bonded, openChallenges } = await chain.publicClient.readContract({
    ...stake,
    functionName: "stakeOf",
    args,
  });
  expect([bonded, openChallenges]).toEqual([STAKE, 0n]);
});
