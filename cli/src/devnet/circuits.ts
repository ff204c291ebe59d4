// Circuits and development keys of the devnet: compiled and made once, then found in the cache.
import type { CompiledCircuit } from "@catalyze/circuits/build";
import { digitsAdapter } from "@catalyze/circuits/programs";
import { SMALL_BLOCK } from "@catalyze/circuits/schema";
import {
  contractVerificationKey,
  ensureDevelopmentKey,
  readVerificationKey,
  type VerificationKey,
} from "@catalyze/prover";
import { concatBytes, keccak256, numberToBytes } from "viem";
import { compiledScript, keyFolder } from "../root.js";
import { runScript } from "./process.js";

/** Circuit of the exit of one cell, and of the payment of a recorded statement (docs/exit.md). */
export const EXIT_CIRCUIT = "exit";
export const EXIT_SETTLEMENT_CIRCUIT = "exit-settlement";

/** Names of the devnet's circuits. */
export const DEVNET_CIRCUITS = {
  block: SMALL_BLOCK.name,
  program: digitsAdapter.name,
  royaltySplit: "royalty-split",
  exit: EXIT_CIRCUIT,
  exitSettlement: EXIT_SETTLEMENT_CIRCUIT,
} as const;

/** A circuit that is ready to prove with. */
export interface CircuitWithKey {
  readonly circuit: CompiledCircuit;
  /** Path of the development proving key. */
  readonly provingKeyPath: string;
  readonly verificationKey: VerificationKey;
}

/** The devnet's circuits with their development keys. */
export type DevnetCircuits = Readonly<Record<keyof typeof DEVNET_CIRCUITS, CircuitWithKey>>;

const COMPILE_SCRIPT = compiledScript("cli/dist/src/devnet/compile-main.js");
const WORD_BYTES = 32;

/** Compiles circuits, or finds them in the cache. Ends its compilers when the signal aborts. */
export async function compileCircuits(
  names: readonly string[],
  signal?: AbortSignal,
): Promise<readonly CompiledCircuit[]> {
  const output = await runScript("Compiling circuits", COMPILE_SCRIPT, names, signal);
  return JSON.parse(output) as CompiledCircuit[];
}

/** Makes a development key, or finds it in the cache. For local chains only. */
export async function ensureKey(
  circuit: CompiledCircuit,
  options: { readonly signal?: AbortSignal | undefined; readonly onProgress?: (text: string) => void } = {},
): Promise<CircuitWithKey> {
  const { signal, onProgress } = options;
  const provingKeyPath = await ensureDevelopmentKey({
    r1csPath: circuit.r1csPath,
    cacheDirectory: keyFolder(),
    onProgress: ({ phase, fraction }) =>
      onProgress?.(`${circuit.name}: ${phase} ${Math.round(fraction * 100)} %`),
    ...(signal === undefined ? {} : { signal }),
  });
  return { circuit, provingKeyPath, verificationKey: await readVerificationKey(provingKeyPath) };
}

/** The 384 bytes of a key as the contracts take it: delta, then IC_0 … IC_3. */
export function contractKeyBytes(verificationKey: VerificationKey): Uint8Array {
  const { delta, ic } = contractVerificationKey(verificationKey);
  return concatBytes([...delta, ...ic.flat()].map((word) => numberToBytes(word, { size: WORD_BYTES })));
}

/** Id of a program: keccak256 of its key >> 8. */
export const programIdOfVerificationKey = (verificationKey: VerificationKey): bigint =>
  BigInt(keccak256(contractKeyBytes(verificationKey))) >> 8n;
