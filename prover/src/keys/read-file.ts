// Reads a whole file whose size has been checked first.

import { open } from "node:fs/promises";
import { SetupError } from "../errors.js";

const MAXIMUM_BYTES = 2 ** 31 - 1;

/**
 * The bytes of a file of less than 2 GiB.
 * @throws SetupError when it can't be read or is larger
 */
export async function readFileBytes(path: string): Promise<Uint8Array> {
  try {
    const handle = await open(path, "r");
    try {
      const { size } = await handle.stat();
      if (size > MAXIMUM_BYTES) throw new SetupError(`${path} has ${size} bytes; at most 2 GiB are read`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(`${path} can't be read`, { cause: error });
  }
}
