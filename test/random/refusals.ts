// What all layers must refuse: broken operations by reference, sequencer, circuit and contract, and blocks whose words,
// inputs or proofs were tampered with by circuit and contract.

import type { CircuitInput } from "@catalyze/circuits/build";
import {
  type BlockHeader,
  blockCircuitInput,
  createBlockDraft,
  getAccount,
  revertBlock,
  type SealedBlock,
  setCell,
  stateRoot,
} from "@catalyze/circuits/reference";
import { challenge } from "@catalyze/circuits/schema";
import { generateWitness, WitnessGenerationError } from "@catalyze/prover";
import { bytesToHex, type Hex, hexToBytes } from "viem";
import { edit } from "../../circuits/test/inputs.js";
import { SequencerError } from "../../sequencer/src/errors.js";
import { admit, authenticate, NO_FEES } from "../../sequencer/src/mempool/admission.js";
import { Mempool } from "../../sequencer/src/mempool/mempool.js";
import { type BlockSubmission, contextOf } from "../support/rollup.js";
import { type Broken, signOperation } from "./operations.js";
import { agree, type Filling, refusalOf, tally, type World } from "./world.js";

const ZERO_PROOF = [0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n] as const;

/** Requires the circuit to have no witness for an input. */
async function refusedByCircuit(world: World, what: string, input: CircuitInput, z: bigint): Promise<void> {
  const programPath = world.parts.block.circuit.wasmPath;
  const found = await generateWitness({ programPath, input: { ...input, z } }).then(
    () => "a witness",
    (error: unknown) => (error instanceof WitnessGenerationError ? "no witness" : String(error)),
  );
  agree(`circuit on ${what}`, "no witness", found);
}

const zOf = ({ parts }: World, block: SealedBlock): bigint =>
  challenge(contextOf(parts, parts.block), block.commitment, block.bytes);

/** Custom error of a submission; undefined when it is accepted. */
export const submissionRefusal = (world: World, blocks: readonly BlockSubmission[]) =>
  refusalOf(world, world.people[0]!.account, {
    ...{ address: world.parts.deployment.rollup, functionName: "submitBlocks", args: [blocks] },
  });

const withoutProof = (block: SealedBlock): BlockSubmission => ({
  ...{ sizeId: 0n, words: bytesToHex(block.bytes), commitment: block.commitment, proof: ZERO_PROOF },
  ...{ statements: [], recorded: 0n, distributions: [] },
});

/** Seals the broken operation on a state in which it is valid, and takes the block back. */
function forced(world: World, header: BlockHeader, broken: Broken, filling: Filling): SealedBlock {
  const { state } = world;
  const { operation } = broken.signed;
  const account = getAccount(state, operation.signer);
  const { rule } = broken;
  const rich = rule === "INSUFFICIENT_BALANCE" ? account.amount + 2_000n : account.amount;
  const nonce = rule.startsWith("NONCE") ? operation.nonce : account.nonce;
  const time = rule === "OPERATION_EXPIRED" ? operation.expiry : header.time;
  setCell(state, operation.signer, { ...account, amount: rich, nonce });
  try {
    const draft = createBlockDraft(state, { ...header, time });
    draft.addOperation(signOperation(world, filling, operation), 1n);
    const block = draft.seal();
    revertBlock(state, block);
    return block;
  } finally {
    setCell(state, operation.signer, account);
  }
}

/** The forced block with the truth put back: the circuit has no witness for it, and the contract another state. */
async function refuseForced(world: World, header: BlockHeader, broken: Broken, filling: Filling) {
  const block = forced(world, header, broken, filling);
  const { rule, signed } = broken;
  const input = blockCircuitInput(block) as CircuitInput;
  const truth: Record<string, Parameters<typeof edit>[1]> = {
    BAD_SIGNATURE: ["operationS.0", signed.signature.s],
    OPERATION_EXPIRED: ["blockTime", header.time],
  };
  await refusedByCircuit(
    world,
    rule,
    edit(input, truth[rule] ?? ["oldRoot", stateRoot(world.state)]),
    zOf(world, block),
  );
  if (truth[rule] !== undefined) return;
  agree(`contract on ${rule}`, "StateRootMismatch", await submissionRefusal(world, [withoutProof(block)]));
}

const FORCED = [
  "INSUFFICIENT_BALANCE",
  "NONCE_TOO_HIGH",
  "NONCE_TOO_LOW",
  "OPERATION_EXPIRED",
  "BAD_SIGNATURE",
];

/** Rule by which the sequencer refuses an operation; "accepted" when it does not. */
function sequencerRule(
  { state, domains, parts }: World,
  { signed }: Broken,
  { time, feeAccount }: BlockHeader,
): string {
  const { operationDomain } = domains;
  const context = { operationDomain, size: parts.size, time, feeAccount, fees: NO_FEES };
  try {
    authenticate(state, signed, context);
    admit(state, new Mempool(), signed, context);
    return "accepted";
  } catch (error) {
    if (!(error instanceof SequencerError)) throw error;
    return error.details?.rule ?? error.code.replace("SEQUENCER_", "");
  }
}

/** Offers a broken operation to reference, sequencer, and where it can be forced in, to circuit and contract. */
export async function refuseBroken(world: World, header: BlockHeader, broken: Broken, filling: Filling) {
  const { rule, signed } = broken;
  let found = "accepted";
  try {
    createBlockDraft(world.state, header).addOperation(signed, 1n);
  } catch (error) {
    found = (error as { code?: string }).code ?? String(error);
  }
  agree(`reference on ${rule} (${signed.operation.kind})`, rule, found);
  // A wrong nonce signs another message; the sequencer checks the signature first, which is good here.
  agree(`sequencer on ${rule} (${signed.operation.kind})`, rule, sequencerRule(world, broken, header));
  const forcible = FORCED.includes(rule);
  if (forcible) await refuseForced(world, header, broken, filling);
  tally(world.refused, `operation ${rule}${forcible ? " (circuit too)" : ""}`);
}

/** Fields of a used operation slot of which any other value is a lie. */
const SIGNED_FIELDS = ["Amount", "Nonce", "Receiver", "Fee", "PriorityFee", "Expiry", "R8x", "S"] as const;

/** Changes one number of the first operation's slot: the circuit has no witness any more. */
export async function refuseTamperedInput(world: World, block: SealedBlock): Promise<void> {
  if (block.operations.length === 0) return;
  const field = world.random.pick(SIGNED_FIELDS);
  const slot = world.random.integer(0, block.operations.length - 1);
  const input = edit(blockCircuitInput(block) as CircuitInput, [
    `operation${field}.${slot}`,
    (old) => old + 1n,
  ]);
  await refusedByCircuit(world, `another ${field} in a slot`, input, zOf(world, block));
  tally(world.refused, "circuit: another number in a slot");
}

/** Byte offsets of the header's last bytes: roots in the heads, then domains, meta and totals in the tails. */
const HEADER_TAMPERINGS = [
  ["StateRootMismatch", 31],
  ["InvalidProof", 63],
  ["InvalidProof", 95],
  ["OperationDomainMismatch", 96 + 30],
  ["StatementDomainMismatch", 96 + 31 + 30],
  ["BlockOutOfOrder", 96 + 2 * 31 + 30],
] as const;

/** Bytes before the words of requests: 3 heads and 4 tails. */
const REQUESTS_OFFSET = 3 * 32 + 4 * 31;

/** A copy of words with one bit changed. */
function flipped(words: Hex, offset: number): Hex {
  const bytes = hexToBytes(words);
  bytes[offset]! ^= 1;
  return bytesToHex(bytes);
}

/** Ways to tamper with a submission, each with the contract's custom error. */
function tamperings(block: SealedBlock, submission: BlockSubmission) {
  const { words, statements, proof, commitment } = submission;
  const list: [error: string, change: Partial<BlockSubmission>][] = [
    ...HEADER_TAMPERINGS.map(([error, offset]): [string, Partial<BlockSubmission>] => [
      error,
      { words: flipped(words, offset) },
    ]),
    ["InvalidProof", { words: flipped(words, hexToBytes(words).length - 1) }],
    ["WordsLengthMismatch", { words: `${words}00` }],
    ["InvalidProof", { commitment: commitment ^ 1n }],
    ["UnknownBlockSize", { sizeId: 1n }],
    ["StatementCountMismatch", { statements: [...statements, { words, proof }] }],
  ];
  const requests = block.requests.length;
  // The lowest byte of the first request's value word.
  const value = REQUESTS_OFFSET + requests * 2 * 32 + 31 + 30;
  if (requests > 0) list.push(["QueueHashMismatch", { words: flipped(words, value) }]);
  const [first, ...rest] = statements;
  if (first !== undefined) {
    // The lowest byte of the statement's results root: a result that was not computed.
    list.push(["InvalidProof", { statements: [{ ...first, words: flipped(first.words, 95) }, ...rest] }]);
    list.push(["StatementCountMismatch", { statements: rest }]);
  }
  return list;
}

/** Changes one bit of a proven block's words, or what comes with them: the contract refuses it. */
export async function refuseTamperedBlock(
  world: World,
  block: SealedBlock,
  submission: BlockSubmission,
): Promise<void> {
  const [error, change] = world.random.pick(tamperings(block, submission));
  const found = await submissionRefusal(world, [{ ...submission, ...change }]);
  agree(`contract on a block with other ${Object.keys(change)}`, error, found);
  tally(world.refused, `block ${error}`);
}
