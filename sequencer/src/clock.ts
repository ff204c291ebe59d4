// The outside world that cores may not reach for: time and randomness, handed in.
import { randomBytes } from "node:crypto";

/** A source of time. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
}

/** The machine's clock. */
export const systemClock: Clock = { nowMs: () => Date.now() };

/** A source of unguessable bytes. */
export type Random = (bytes: number) => Uint8Array;

/** The operating system's randomness. */
export const systemRandom: Random = (bytes) => randomBytes(bytes);

/** `bytes` random bytes as hex. */
export const randomHex = (random: Random, bytes: number): string =>
  Buffer.from(random(bytes)).toString("hex");
