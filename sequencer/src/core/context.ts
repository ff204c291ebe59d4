// What the parts of one running sequencer share.
import { operationDomain, statementDomain } from "@catalyze/circuits/schema";
import { api } from "@catalyze/sdk";
import type { Logger } from "pino";
import type { PrivateKeyAccount, PublicClient } from "viem";
import { blockLadder, type KnownBlockCircuit } from "../block/ladder.js";
import { l1Time, nextBlockTime } from "../block/timing.js";
import type { Clock, Random } from "../clock.js";
import { type ProgramEntry, programIdOf, type SequencerConfig } from "../config.js";
import { SequencerError, type SequencerErrorCode } from "../errors.js";
import { type AdmissionContext, type FeeSchedule, NO_FEES } from "../mempool/admission.js";
import { type BlockStatus, findSealedBlock, rewindBlocks } from "../store/blocks.js";
import type { SqlDriver } from "../store/driver.js";
import { listBlockStatements } from "../store/work.js";
import type { EventHub } from "./events.js";
import type { Exclusive } from "./exclusive.js";
import { type Ledger, loadLedger } from "./ledger.js";
import type { Metrics } from "./metrics.js";

/** L1 as last seen. */
export interface L1View {
  /** Latest processed block. */
  readonly number: bigint;
  readonly latest: bigint;
  readonly pending: bigint | undefined;
  /** Time of the freeze, 0 for none; undefined before the first look. */
  readonly frozenAt?: bigint | undefined;
  /** End of an announced shutdown, 0 for none. */
  readonly shutdownAt?: bigint | undefined;
  /** Seconds within which L1 requests must be consumed. */
  readonly deadline?: bigint | undefined;
}

/** A program with its id. */
export type KnownProgram = ProgramEntry & { readonly programId: bigint };

/** Shared by all parts. `ledger`, `l1` and `halted` are replaced as things change. */
export interface Context {
  readonly config: SequencerConfig;
  readonly driver: SqlDriver;
  readonly exclusive: Exclusive;
  readonly events: EventHub;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly operator: PrivateKeyAccount;
  readonly client: PublicClient;
  /** The sizes that blocks are sealed with, smallest first. */
  readonly sizes: readonly KnownBlockCircuit[];
  /** The largest size: blocks are packed into it and sealed with the smallest that fits. */
  readonly block: KnownBlockCircuit;
  readonly programs: ReadonlyMap<bigint, KnownProgram>;
  readonly fees: FeeSchedule;
  readonly operationDomain: bigint;
  readonly statementDomain: bigint;
  readonly verify: NonNullable<SequencerConfig["verifyProof"]>;
  /** Says that there may be work now, and ends the sleep of the loops that do it. */
  wake(): void;
  /** Counts the calls of `wake`. */
  changes: number;
  ledger: Ledger;
  l1: L1View;
  /** Why building and submitting stopped; the operator must act. */
  halted: { readonly code: SequencerErrorCode; readonly message: string } | undefined;
}

/** Domains and programs of a configuration. @throws {SequencerError} `SEQUENCER_CONFIG_INVALID` */
export function derivedConfig(config: SequencerConfig) {
  const { deployment } = config;
  const sizes = blockLadder(config.block);
  const programs = new Map<bigint, KnownProgram>();
  for (const entry of config.programs) {
    const programId = programIdOf(entry.verificationKey);
    if (programs.has(programId)) {
      throw new SequencerError(
        "SEQUENCER_CONFIG_INVALID",
        `Program ${entry.adapter.name} has the key of another.`,
      );
    }
    programs.set(programId, { ...entry, programId });
  }
  return {
    programs,
    sizes,
    block: sizes.at(-1)!,
    operationDomain: operationDomain(deployment.chainId, BigInt(deployment.rollup)),
    statementDomain: statementDomain(deployment.chainId, BigInt(deployment.programRegistry)),
    fees: config.fees ?? NO_FEES,
  };
}

/** Time (seconds) of a block sealed now. */
export const blockTime = ({ ledger, l1 }: Context): bigint => nextBlockTime(ledger.head.time, l1Time(l1));

/** Where the rollup stands: after a freeze, or at the end of an announced shutdown, L1 takes no block any more. */
export type RollupState = "running" | "shuttingDown" | "ended" | "frozen";

/** The rollup's state as last seen on L1. */
export function rollupState(context: Context): RollupState {
  const { frozenAt = 0n, shutdownAt = 0n } = context.l1;
  if (frozenAt !== 0n) return "frozen";
  if (shutdownAt === 0n) return "running";
  return blockTime(context) < shutdownAt ? "shuttingDown" : "ended";
}

/** Whether L1 takes blocks. */
export const takesBlocks = (context: Context): boolean => {
  const state = rollupState(context);
  return state === "running" || state === "shuttingDown";
};

/** Time (milliseconds) up to which leases bind: a block sealed now must lie behind the last second of a lease too. */
export const leaseTimeMs = (context: Context): number =>
  Math.min(context.clock.nowMs(), 1_000 * Number(blockTime(context)));

/** What admission needs to know now. */
export const admissionContext = (context: Context): AdmissionContext => ({
  operationDomain: context.operationDomain,
  size: context.block.size,
  time: blockTime(context),
  feeAccount: context.config.feeAccount,
  fees: context.fees,
});

/** EIP-712 domain of the operator's signatures. */
export const signingDomain = ({ config: { deployment } }: Context) =>
  api.operatorDomain(deployment.chainId, deployment.rollup);

/** What a challenge of a proof under `programId` binds. */
export const challengeContext = ({ config: { deployment } }: Context, programId: bigint) => ({
  chainId: deployment.chainId,
  binder: BigInt(deployment.programRegistry),
  programId,
});

/** Stops building and submitting until the operator has acted; reads go on. */
export function halt(context: Context, code: SequencerErrorCode, message: string): void {
  if (context.halted !== undefined) return;
  context.halted = { code, message };
  context.metrics.halted.set(1);
  context.log.fatal({ code }, message);
}

/** Announces a block's new status and with it that of its operations and chunks. */
export async function announceBlock(context: Context, number: bigint, status: BlockStatus): Promise<void> {
  context.events.emit({ type: "block", number, status });
  if (context.events.size === 0) return;
  const block = await findSealedBlock(context.driver, number);
  for (const { message } of block?.operations ?? []) {
    context.events.emit({ type: "operation", message, status, blockNumber: number });
  }
  for (const { orderId, chunk } of await listBlockStatements(context.driver, number)) {
    context.events.emit({ type: "chunk", orderId, chunk, status, phase: null, percentage: null });
  }
}

/** Rebuilds the picture in memory from the store. Only inside `exclusive`. */
export async function reloadLedger(context: Context): Promise<void> {
  context.ledger = await loadLedger(context.driver, context.block.size.depth);
  context.metrics.latestBlock.set(Number(context.ledger.head.number));
  context.metrics.poolOperations.set(context.ledger.mempool.size);
}

/** Takes back every block from `first` on, so that their content is built again. Only inside `exclusive`. */
export async function rewind(context: Context, first: bigint, reason: string): Promise<void> {
  context.log.warn({ firstBlock: first.toString(), reason }, "sealed blocks are taken back");
  await context.driver.transaction((executor) => rewindBlocks(executor, first));
  context.metrics.rewinds.inc();
  await reloadLedger(context);
  context.wake();
}
