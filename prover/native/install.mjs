// Compiles the native parts, the prover and the witness generator: after `npm install` (the root's prepare script)
// and before `npm start` and `npm test`. Plain JavaScript without dependencies, without network. Where no C++ compiler
// is, nothing is said and nothing is missing: snarkjs and the WASM programs do the same work, slower. Never a failure.
import { fileURLToPath } from "node:url";
import { buildNative } from "./build.mjs";
import { buildNativeWitness } from "./witness/build.mjs";

/**
 * Builds what is out of date. Never rejects.
 * @returns {Promise<{ state: "built" | "current" | "unavailable" | "failed", message: string }>} the prover's state;
 * the message says why when there is none, empty otherwise
 */
export async function buildNativeParts() {
  try {
    const { status, message } = await buildNative();
    buildNativeWitness();
    const isThere = status === "built" || status === "current";
    return { state: status, message: isThere ? "" : message };
  } catch (error) {
    // A read-only checkout, a full disk.
    return { state: "failed", message: String(error?.message ?? error) };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { state, message } = await buildNativeParts();
  if (state === "built") console.log("the native prover was compiled");
  if (state === "failed")
    console.log(`the native prover did not compile; snarkjs proves instead.\n${message}`);
}
