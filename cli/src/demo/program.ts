// The demo's program and data: the digits network on real images that training never saw.
import { digitsAdapter, digitsParameters, inputToBytes, resultFromBytes } from "@catalyze/circuits/programs";
import { readDigits, readDigitsModel, splitDigits } from "@catalyze/circuits/programs/dataset";
import type { TypedProgram } from "@catalyze/sdk";

/** Pixels of an image in, its digit out. */
export type DigitsTypedProgram = TypedProgram<readonly number[], number>;

/** The digits program for the SDK; `programId` pins its verification key. */
export function digitsTypedProgram(programId: bigint): DigitsTypedProgram {
  return { adapter: digitsAdapter, encodeInput: inputToBytes, decodeResult: resultFromBytes, programId };
}

/** Bytes of the trained model. */
export const digitsModelBytes = (): Uint8Array => digitsParameters(readDigitsModel());

/** An image with what its writer meant. */
export interface LabelledImage {
  readonly pixels: readonly number[];
  readonly label: number;
}

/** `count` held-out images, from the `offset`-th on. */
export function heldOutImages(offset: number, count: number): readonly LabelledImage[] {
  return splitDigits(readDigits()).heldOut.slice(offset, offset + count);
}
