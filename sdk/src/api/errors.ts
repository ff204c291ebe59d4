// Body of every answer that is not 2xx.
import { z } from "zod";

/** `code` is stable (`SEQUENCER_…`); `message` says what was wrong; `details` names the numbers. */
export const errorResponse = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.string()).optional(),
});
/** Body of every answer that is not 2xx. */
export type ErrorResponse = z.infer<typeof errorResponse>;
