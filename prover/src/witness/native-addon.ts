// Loads the native witness generator (prover/native/witness), when it was built. Owns its location and its types.

import { createRequire } from "node:module";
import { join } from "node:path";
import { findNativeFile } from "../native-file.js";

/** Statuses of the addon's calls, see prover/native/witness/witness.h. */
export const WITNESS_STATUS = {
  ok: 0,
  unsupported: 1,
  inputMismatch: 2,
  checkFailed: 3,
  outOfMemory: 4,
} as const;

/** An opened program; only the addon looks inside. */
export type NativeProgramHandle = object;

/** What the addon answers. */
export interface NativeAnswer {
  readonly status: number;
  readonly message: string;
}

/** What the addon answers when a program was opened. */
export interface NativeOpenAnswer extends NativeAnswer {
  readonly program?: NativeProgramHandle;
  /** Number of values of a witness. */
  readonly wireCount?: number;
  /** Number of steps of the translated program. */
  readonly stepCount?: number;
}

/** The addon. Both calls work in libuv's threads; the arrays must not change meanwhile. */
export interface NativeWitnessAddon {
  open(wasm: Uint8Array): Promise<NativeOpenAnswer>;
  run(
    program: NativeProgramHandle,
    nameHashes: BigUint64Array,
    valueCounts: Uint32Array,
    values: Uint8Array,
    output: Uint8Array,
    portable: boolean,
  ): Promise<NativeAnswer>;
}

let loaded: { readonly addon: NativeWitnessAddon | undefined } | undefined;

/** The addon, undefined when it was not built or can't be loaded. */
export function loadWitnessAddon(): NativeWitnessAddon | undefined {
  loaded ??= { addon: findAddon() };
  return loaded.addon;
}

function findAddon(): NativeWitnessAddon | undefined {
  const path = findNativeFile(join("native", "witness", "dist"), "catalyze_witness.node");
  if (path === undefined) return undefined;
  try {
    return createRequire(import.meta.url)(path) as NativeWitnessAddon;
  } catch {
    return undefined; // built for another platform or version of Node
  }
}
