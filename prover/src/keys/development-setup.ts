// Development keys straight from an `.r1cs` file: no `.ptau`, all secrets published (see constants.ts).
// The same `.r1cs` always gives the same bytes. Files appear under their name only when they are complete.

import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import {
  computeSetupScalarsNatively,
  isNativeAvailable,
  multiplyGeneratorsNatively,
} from "../backends/native.js";
import { multiplyGenerator } from "../curve/fixed-base-pool.js";
import { SetupError, throwIfAborted } from "../errors.js";
import { readUint256, SCALAR_FIELD_PRIME } from "../field.js";
import { bytesSource, encodeContainerHeader, encodeSectionHeader } from "../files/container.js";
import { publicSignalCount, type R1cs, readR1cs } from "../files/r1cs.js";
import {
  EMPTY_CONTRIBUTIONS_BYTES,
  encodeZkeyHeader,
  encodeZkeyProtocol,
  G1_BYTES,
  G2_BYTES,
  ZKEY_SECTION,
  ZKEY_VERSION,
} from "../files/zkey.js";
import { DEVELOPMENT_ALPHA, DEVELOPMENT_BETA, DEVELOPMENT_DOMAINS, DEVELOPMENT_TAU } from "./constants.js";
import { readFileBytes } from "./read-file.js";
import { computeSetupScalars, domainSizeFor, type Trapdoor } from "./setup-scalars.js";
import { readVerificationKey, type VerificationKey } from "./verification-key.js";

/** Version of what developmentSetup writes: it changes when the bytes for the same `.r1cs` change. */
export const DEVELOPMENT_SETUP_VERSION = 1;

/** Largest evaluation domain: beyond it the scalars don't fit the 32-bit memory of the WASM path comfortably. */
const MAXIMUM_DOMAIN_SIZE = 2 ** 22;
const MAXIMUM_THREADS = 16;

/** The phases of a setup, in order. */
export type SetupPhase = "reading" | "scalars" | "points" | "writing";

/** Progress of a setup. */
export interface SetupProgress {
  readonly phase: SetupPhase;
  /** Share of this phase that is done, 0 to 1. */
  readonly fraction: number;
}

/** Parameters of developmentSetup. */
export interface DevelopmentSetupParameters {
  /** The constraint system, as circom writes it. */
  readonly r1csPath: string;
  /** Where the proving key goes; replaced atomically. */
  readonly zkeyPath: string;
  /** Worker threads; default: the processors available to this process, at most 16. */
  readonly threadCount?: number;
  readonly onProgress?: (progress: SetupProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Makes a development proving key.
 * @example await developmentSetup({ r1csPath: "block.r1cs", zkeyPath: "block.zkey" })
 * @throws FileFormatError when the `.r1cs` is malformed, SetupError when it is too large or the key can't be
 * written, AbortedError
 */
export async function developmentSetup(
  parameters: DevelopmentSetupParameters,
): Promise<{ verificationKey: VerificationKey }> {
  const { r1csPath, zkeyPath, signal, onProgress } = parameters;
  onProgress?.({ phase: "reading", fraction: 0 });
  const bytes = await readFileBytes(r1csPath);
  const r1cs = await readR1cs(bytesSource(bytes));
  checkSize(r1cs);
  throwIfAborted(signal, "the development setup");

  const trapdoor = {
    tau: DEVELOPMENT_TAU,
    alpha: DEVELOPMENT_ALPHA,
    beta: DEVELOPMENT_BETA,
    delta: developmentDelta(bytes),
  };
  const isNative = process.env.CATALYZE_BACKEND !== "snarkjs" && isNativeAvailable();
  const points = await (isNative ? computeNatively : computePortably)(parameters, r1cs, trapdoor);

  onProgress?.({ phase: "writing", fraction: 0 });
  const circuitHash = createHash("blake2b512")
    .update(`development key ${DEVELOPMENT_SETUP_VERSION}`)
    .update(bytes);
  const sections = keySections(r1cs, points, circuitHash.digest());
  await writeAtomically(zkeyPath, sections, signal);
  onProgress?.({ phase: "writing", fraction: 1 });
  return { verificationKey: await readVerificationKey(zkeyPath) };
}

/** What a key consists of, besides its header. */
interface KeyContent {
  readonly domainSize: number;
  readonly coefficients: Uint8Array;
  /** Points in the order of SetupScalars. */
  readonly g1: Uint8Array;
  readonly g2: Uint8Array;
}

const threadsOf = ({ threadCount }: DevelopmentSetupParameters): number =>
  Math.max(1, threadCount ?? Math.min(availableParallelism(), MAXIMUM_THREADS));

/** With the native prover: the same bytes in a tenth of the time. */
async function computeNatively(
  parameters: DevelopmentSetupParameters,
  r1cs: R1cs,
  { tau, alpha, beta, delta }: Trapdoor,
): Promise<KeyContent> {
  const { onProgress, signal } = parameters;
  onProgress?.({ phase: "scalars", fraction: 0 });
  const domainSize = domainSizeFor(r1cs.header.constraintCount, publicSignalCount(r1cs.header));
  const secrets = [tau, alpha, beta, delta] as const;
  const scalars = await computeSetupScalarsNatively(r1cs, Math.log2(domainSize), secrets, signal);
  onProgress?.({ phase: "points", fraction: 0 });
  const options = { threadCount: threadsOf(parameters), signal };
  const [g1, g2] = await multiplyGeneratorsNatively(scalars[0], scalars[1], options);
  return { domainSize, coefficients: scalars[2], g1, g2 };
}

/** In WASM, with worker threads. */
async function computePortably(
  parameters: DevelopmentSetupParameters,
  r1cs: R1cs,
  trapdoor: Trapdoor,
): Promise<KeyContent> {
  const { onProgress, signal } = parameters;
  onProgress?.({ phase: "scalars", fraction: 0 });
  const scalars = await computeSetupScalars(r1cs, trapdoor, signal);
  onProgress?.({ phase: "points", fraction: 0 });
  const [g1, g2] = await multiplyGenerator(
    [
      { group: "g1", scalars: scalars.g1 },
      { group: "g2", scalars: scalars.g2 },
    ],
    {
      threadCount: threadsOf(parameters),
      signal,
      onProgress: onProgress && ((fraction) => onProgress({ phase: "points", fraction })),
    },
  );
  const { domainSize, coefficients } = scalars;
  return { domainSize, coefficients, g1: new Uint8Array(g1!), g2: new Uint8Array(g2!) };
}

function checkSize(r1cs: R1cs): void {
  const { constraintCount } = r1cs.header;
  const publicSignals = publicSignalCount(r1cs.header);
  if (constraintCount + publicSignals === 0) throw new SetupError("the constraint system is empty");
  if (domainSizeFor(constraintCount, publicSignals) > MAXIMUM_DOMAIN_SIZE) {
    throw new SetupError(
      `${constraintCount} constraints need a domain above 2^22; this setup makes no larger keys`,
    );
  }
}

/**
 * The delta of a circuit: sha256(domain string, bytes of the `.r1cs`) mod r. Never 0 or 1 (gamma): a key with
 * delta = gamma accepts forged proofs.
 * @throws SetupError in the impossible case that the hash gives one of these
 */
export function developmentDelta(r1csBytes: Uint8Array): bigint {
  const digest = createHash("sha256").update(DEVELOPMENT_DOMAINS.delta).update(r1csBytes).digest();
  const delta = readUint256(digest) % SCALAR_FIELD_PRIME;
  if (delta <= 1n)
    throw new SetupError("the hash of this circuit gives an unusable delta; change the circuit");
  return delta;
}

interface KeySection {
  readonly id: number;
  readonly parts: readonly Uint8Array[];
}

function keySections(
  r1cs: R1cs,
  { domainSize, coefficients, g1, g2 }: KeyContent,
  circuitHash: Uint8Array,
): KeySection[] {
  const { wireCount } = r1cs.header;
  const publicSignals = publicSignalCount(r1cs.header);
  const g1Range = (first: number, count: number): Uint8Array =>
    g1.subarray(first * G1_BYTES, (first + count) * G1_BYTES);
  const g2Range = (first: number, count: number): Uint8Array =>
    g2.subarray(first * G2_BYTES, (first + count) * G2_BYTES);
  const constants = 3 * wireCount + domainSize;
  // alpha1, beta1, beta2, gamma2, delta1, delta2
  const points = new Uint8Array(3 * G1_BYTES + 3 * G2_BYTES);
  points.set(g1Range(constants, 2), 0);
  points.set(g2Range(wireCount, 2), 2 * G1_BYTES);
  points.set(g1Range(constants + 2, 1), 2 * G1_BYTES + 2 * G2_BYTES);
  points.set(g2Range(wireCount + 2, 1), 3 * G1_BYTES + 2 * G2_BYTES);
  const counts = { wireCount, publicSignalCount: publicSignals, domainSize };
  const contributions = new Uint8Array(EMPTY_CONTRIBUTIONS_BYTES);
  contributions.set(circuitHash);
  return [
    { id: ZKEY_SECTION.protocol, parts: [encodeZkeyProtocol()] },
    { id: ZKEY_SECTION.header, parts: [encodeZkeyHeader(counts, points)] },
    {
      id: ZKEY_SECTION.publicPoints,
      parts: [g1Range(2 * wireCount, publicSignals + 1)],
    },
    { id: ZKEY_SECTION.coefficients, parts: [coefficients] },
    { id: ZKEY_SECTION.pointsA, parts: [g1Range(0, wireCount)] },
    { id: ZKEY_SECTION.pointsB1, parts: [g1Range(wireCount, wireCount)] },
    { id: ZKEY_SECTION.pointsB2, parts: [g2Range(0, wireCount)] },
    {
      id: ZKEY_SECTION.pointsC,
      parts: [g1Range(2 * wireCount + publicSignals + 1, wireCount - publicSignals - 1)],
    },
    { id: ZKEY_SECTION.pointsH, parts: [g1Range(3 * wireCount, domainSize)] },
    { id: ZKEY_SECTION.contributions, parts: [contributions] },
  ];
}

async function writeAtomically(
  path: string,
  sections: readonly KeySection[],
  signal?: AbortSignal,
): Promise<void> {
  const temporaryPath = `${path}.${process.pid}.${randomBytes(6).toString("hex")}.tmp`;
  let handle: FileHandle | undefined;
  try {
    handle = await open(temporaryPath, "wx", 0o644);
    await writeAll(handle, encodeContainerHeader("zkey", ZKEY_VERSION, sections.length));
    for (const section of sections) {
      throwIfAborted(signal, "the development setup");
      const length = section.parts.reduce((sum, part) => sum + part.byteLength, 0);
      await writeAll(handle, encodeSectionHeader(section.id, length));
      for (const part of section.parts) await writeAll(handle, part);
    }
    await handle.sync();
    await handle.close();
    handle = undefined;
    await rename(temporaryPath, path);
  } catch (error) {
    await handle?.close();
    await rm(temporaryPath, { force: true });
    if (signal?.aborted) throwIfAborted(signal, "the development setup");
    throw new SetupError(`the proving key can't be written to ${path}`, {
      cause: error,
    });
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  const step = 1 << 26;
  for (let position = 0; position < bytes.byteLength; ) {
    const length = Math.min(step, bytes.byteLength - position);
    position += (await handle.write(bytes, position, length)).bytesWritten;
  }
}
