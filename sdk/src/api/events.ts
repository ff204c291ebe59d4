// Server-sent events of `GET /v1/events`: `event:` is the type, `data:` this JSON.
import { z } from "zod";
import { blockStatus } from "./blocks.js";
import { operationStatus } from "./operations.js";
import { fieldElement, unsigned } from "./primitives.js";
import { chunkStatus } from "./state.js";

/** Something changed. */
export const sequencerEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("block"),
    number: unsigned(40),
    status: blockStatus,
  }),
  z.object({
    type: z.literal("operation"),
    message: fieldElement,
    status: operationStatus,
    blockNumber: unsigned(40).nullable(),
  }),
  z.object({
    type: z.literal("chunk"),
    orderId: unsigned(64),
    chunk: z.number().int(),
    status: chunkStatus,
    phase: z.string().nullable(),
    percentage: z.number().nullable(),
  }),
  z.object({
    type: z.literal("proof"),
    blockNumber: unsigned(40),
    phase: z.string(),
    percentage: z.number(),
  }),
]);
/** Something changed. */
export type SequencerEvent = z.infer<typeof sequencerEvent>;
