// Answers challenges of the operator's receipts: follows the challenge contract, looks for the answer in the store, sends it from
// the operator's key until the contract has it. Remembers nothing that it could not read from L1 again.
import type { InclusionAnswer, InvalidityAnswer, OperationPreimage } from "@catalyze/circuits/reference";
import { receiptChallengeAbi } from "@catalyze/contracts";
import { encodeFunctionData, keccak256 } from "viem";
import type { Address } from "../config.js";
import type { Context } from "../core/context.js";
import { revertOf } from "../l1/submitter.js";
import { L1_HASHES_KEPT, L1_LOG_RANGE_BLOCKS, RECEIPT_WAIT_MS } from "../limits.js";
import { type ChallengedReceipt, findReceiptAnswer } from "./evidence.js";

/** Status of a challenge in the contract. */
const OPEN = 1;

/** A transaction with an answer that L1 has not confirmed. */
interface Sent {
  readonly nonce: number;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  readonly sentMs: number;
}

/** An open challenge. */
interface Challenge {
  readonly id: `0x${string}`;
  readonly receipt: ChallengedReceipt;
  readonly operation: OperationPreimage;
  /** Last second of the window. */
  readonly deadline: bigint;
  sent: Sent | undefined;
  /** Whether the log says already that there is no answer. */
  reported: boolean;
}

/** What the loop remembers; a new start reads it from L1 again. */
interface Memory {
  readonly challenges: Map<string, Challenge>;
  /** First L1 block that was not looked at. */
  next: bigint;
}

/** Name and arguments of the contract's function for an answer. */
function toCall(
  context: Context,
  { receipt, operation }: Challenge,
  answer: InclusionAnswer | InvalidityAnswer,
) {
  const common = [receipt, context.operator.address, operation] as const;
  const abi = receiptChallengeAbi;
  if (!("kind" in answer)) {
    const { place, previous, next } = answer;
    return { abi, functionName: "answerInclusion", args: [...common, place, previous, next] } as const;
  }
  switch (answer.kind) {
    case "expiry":
      return {
        abi,
        functionName: "answerExpiry",
        args: [...common, answer.blockNumber, answer.words],
      } as const;
    case "exit": {
      const { blockNumber, words, position } = answer;
      return { abi, functionName: "answerExit", args: [...common, blockNumber, words, position] } as const;
    }
    case "state":
      return { abi, functionName: "answerState", args: [...common, answer.proof] } as const;
    case "orderClosed":
      return { abi, functionName: "answerOrderClosed", args: [...common, answer.proof] } as const;
  }
}

/** Reads new challenges of this operator. Looks again at blocks that a reorganisation may have changed. */
async function readChallenges(context: Context, address: Address, memory: Memory): Promise<void> {
  const latest = await context.client.getBlockNumber();
  const { deploymentBlock } = context.config.deployment;
  const again = memory.next - BigInt(L1_HASHES_KEPT);
  let fromBlock = again > deploymentBlock ? again : deploymentBlock;
  while (fromBlock <= latest) {
    const end = fromBlock + L1_LOG_RANGE_BLOCKS - 1n;
    const toBlock = end < latest ? end : latest;
    const logs = await context.client.getContractEvents({
      address,
      abi: receiptChallengeAbi,
      eventName: "ReceiptChallenged",
      args: { operator: context.operator.address },
      fromBlock,
      toBlock,
      strict: true,
    });
    for (const { args } of logs) {
      const { id, receipt, operation, deadline } = args;
      const known = memory.challenges.get(id);
      if (known?.deadline === deadline) continue;
      memory.challenges.set(id, { id, receipt, operation, deadline, sent: undefined, reported: false });
    }
    fromBlock = toBlock + 1n;
  }
  memory.next = latest + 1n;
}

const isOpen = async (context: Context, address: Address, { id }: Challenge): Promise<boolean> => {
  const call = { address, abi: receiptChallengeAbi, functionName: "challengeOf", args: [id] } as const;
  return (await context.client.readContract(call)).status === OPEN;
};

/** Nonce and fees of the next transaction: those of one that L1 does not take are raised and replace it. */
async function nextTransaction(context: Context, sent: Sent | undefined): Promise<Sent | undefined> {
  const { client, operator, clock } = context;
  const sentMs = clock.nowMs();
  const { maxFeePerGas, maxPriorityFeePerGas } = await client.estimateFeesPerGas();
  if (sent !== undefined) {
    const mined = await client.getTransactionCount({ address: operator.address });
    if (mined <= sent.nonce) {
      if (sentMs - sent.sentMs < RECEIPT_WAIT_MS) return undefined;
      const raise = (fee: bigint, least: bigint): bigint => {
        const raised = (fee * 125n) / 100n + 1n;
        return raised > least ? raised : least;
      };
      return {
        nonce: sent.nonce,
        maxFeePerGas: raise(sent.maxFeePerGas, maxFeePerGas),
        maxPriorityFeePerGas: raise(sent.maxPriorityFeePerGas, maxPriorityFeePerGas),
        sentMs,
      };
    }
  }
  const nonce = await client.getTransactionCount({ address: operator.address, blockTag: "pending" });
  return { nonce, maxFeePerGas, maxPriorityFeePerGas, sentMs };
}

async function send(
  context: Context,
  address: Address,
  challenge: Challenge,
  answer: InclusionAnswer | InvalidityAnswer,
): Promise<void> {
  const { client, operator, config, log } = context;
  const call = toCall(context, challenge, answer);
  const gas = await client.estimateContractGas({ ...call, address, account: operator } as never);
  const transaction = await nextTransaction(context, challenge.sent);
  if (transaction === undefined) return;
  const { sentMs: _sentMs, ...fees } = transaction;
  const serializedTransaction = await operator.signTransaction({
    type: "eip1559",
    chainId: Number(config.deployment.chainId),
    to: address,
    data: encodeFunctionData(call as never),
    gas: (gas * 13n) / 10n,
    ...fees,
  });
  challenge.sent = transaction;
  await client.sendRawTransaction({ serializedTransaction });
  const { functionName } = call;
  log.info(
    { challenge: challenge.id, functionName, hash: keccak256(serializedTransaction) },
    "challenge answered",
  );
}

/** One step towards the answer of a challenge; forgets it when the contract has a verdict. */
async function answer(
  context: Context,
  address: Address,
  challenge: Challenge,
  memory: Memory,
): Promise<void> {
  const { log } = context;
  const { id, receipt, deadline } = challenge;
  // What was not answered in time is over, whoever finalises it.
  if (context.l1.latest > deadline || !(await isOpen(context, address, challenge))) {
    memory.challenges.delete(id);
    return;
  }
  const about = { challenge: id, message: `${receipt.message}`, deadline: `${deadline}` };
  const { signerStatic } = challenge.operation;
  const found = await findReceiptAnswer(context, { receipt, signerStatic });
  if (found === undefined) {
    if (!challenge.reported) {
      log.error(about, "a receipt was challenged, and no block on L1 answers it; looked for again");
    }
    challenge.reported = true;
    return;
  }
  try {
    await send(context, address, challenge, found);
  } catch (error) {
    const revert = revertOf(error);
    if (revert === undefined) throw error;
    log.error({ ...about, revert: revert.name }, "the challenge contract does not take the answer");
  }
}

/** A turn of the loop that answers challenges; undefined when the deployment names no challenge contract. */
export function createAnswering(context: Context): (() => Promise<void>) | undefined {
  const address = context.config.deployment.receiptChallenge;
  if (address === undefined) return undefined;
  const memory: Memory = { challenges: new Map(), next: 0n };
  return async () => {
    await readChallenges(context, address, memory);
    let failure: unknown;
    for (const challenge of [...memory.challenges.values()]) {
      // One that fails keeps no other from its answer.
      await answer(context, address, challenge, memory).catch((error: unknown) => {
        failure ??= error;
      });
    }
    if (failure !== undefined) throw failure;
  };
}
