// The main circuit of the digits program, as text for the compiler.
import { HIDDEN } from "./model.js";
import { digitsProgram } from "./reference.js";

/** Name and source of the main circuit; public signals [C, y, z]. Give it to `compileCircuit`. */
export const digitsCircuit = {
  name: digitsProgram.name,
  source: `pragma circom 2.2.0;

include "programs/digits.circom";

component main { public [z] } = Digits(${digitsProgram.chunkDepth}, ${HIDDEN});
`,
} as const;
