// Witness generation by the native program where there is one, by the WASM program otherwise.

import { type GenerateWitnessParameters, generateWitness } from "./generate.js";
import { tryGenerateWitnessNative } from "./native-program.js";

/**
 * Computes the witness of a circuit, natively where possible. Parameters, result and errors are generateWitness's.
 * @returns the bytes of a `.wtns` file
 * @throws WitnessInputError, WitnessGenerationError, AbortedError
 */
export async function generateWitnessNative(parameters: GenerateWitnessParameters): Promise<Uint8Array> {
  return (await tryGenerateWitnessNative(parameters)) ?? generateWitness(parameters);
}
