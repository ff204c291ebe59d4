// Values of the state machine as text, and back.
import { fromJson, type SealedBlock, toJson } from "@catalyze/circuits/reference";

/** A sealed block as text. */
export const encodeSealedBlock = (block: SealedBlock): string =>
  toJson({ ...block, bytes: Buffer.from(block.bytes).toString("hex") });

/** Inverse of {@link encodeSealedBlock}; cells that were absent stay absent. */
export function decodeSealedBlock(text: string): SealedBlock {
  const value = fromJson<Omit<SealedBlock, "bytes"> & { bytes: string }>(text);
  return { ...value, bytes: new Uint8Array(Buffer.from(value.bytes, "hex")) };
}

/** A 64-bit integer column, whatever the driver gives. */
export const toBigint = (value: unknown): bigint => BigInt(value as string | number | bigint);

/** A column that may be null. */
export const orNull = <T>(value: unknown, map: (value: unknown) => T): T | null =>
  value === null || value === undefined ? null : map(value);

/** Bytes of a bytea column as a plain Uint8Array. */
export const toBytes = (value: unknown): Uint8Array => new Uint8Array(value as Uint8Array);
