// Releases what this workspace keeps running between calls.

import { closeBackends } from "./backends/select.js";
import { closePairingCheck } from "./curve/pairing-check.js";
import { closeWitnessThreads } from "./witness/generate.js";

/**
 * Ends all threads and processes of this workspace: witness threads, the verification thread, the backends made by
 * selectBackend. Work in progress is rejected. Everything starts again when it is next needed. Not calling it does
 * not keep a process alive: idle threads and processes end with it.
 */
export async function closeProver(): Promise<void> {
  await Promise.all([closeBackends(), closePairingCheck(), closeWitnessThreads()]);
}
