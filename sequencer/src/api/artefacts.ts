// Artefacts by SHA-256: inputs of orders and parameters of seeds, as raw bytes.
import { createHash } from "node:crypto";
import { api } from "@catalyze/sdk";
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import type { Context } from "../core/context.js";
import { SequencerError } from "../errors.js";
import { ARTEFACT_BYTES, ARTEFACTS_TOTAL_BYTES } from "../limits.js";
import { artefactBytes, artefactSize, findArtefact, insertArtefact } from "../store/work.js";

const MEDIA_TYPE = "application/octet-stream";
const params = z.object({ sha256: api.sha256Text });
const schema = { params, tags: ["artefacts"] };
type Params = { Params: z.infer<typeof params> };

/** Stores bytes under their hash; storing them again changes nothing. @throws {SequencerError} */
async function storeArtefact(context: Context, sha256: string, data: Uint8Array): Promise<void> {
  const digest = createHash("sha256").update(data).digest("hex");
  if (digest !== sha256) {
    throw new SequencerError(
      "SEQUENCER_ARTEFACT_MISMATCH",
      `The ${data.length} bytes have SHA-256 ${digest}, the path names ${sha256}`,
    );
  }
  await context.exclusive(async () => {
    if ((await artefactSize(context.driver, sha256)) !== undefined) return;
    if ((await artefactBytes(context.driver)) + data.length > ARTEFACTS_TOTAL_BYTES) {
      throw new SequencerError("SEQUENCER_STORE_FULL", "The artefact store is full");
    }
    await insertArtefact(context.driver, sha256, data);
  });
}

function notFound(sha256: string): SequencerError {
  return new SequencerError("SEQUENCER_ARTEFACT_NOT_FOUND", `There is no artefact ${sha256}`);
}

/** Adds the artefact routes. */
export function addArtefactRoutes(app: FastifyInstance, context: Context): void {
  app.addContentTypeParser(
    MEDIA_TYPE,
    { parseAs: "buffer", bodyLimit: ARTEFACT_BYTES },
    (_request, body, done) => done(null, body),
  );
  app.put<Params>(
    "/v1/artefacts/:sha256",
    {
      schema: { ...schema, summary: "Upload an artefact (application/octet-stream)" },
      bodyLimit: ARTEFACT_BYTES,
    },
    async (request): Promise<z.infer<typeof api.artefactResponse>> => {
      const { sha256 } = request.params;
      if (!(request.body instanceof Uint8Array)) {
        throw new SequencerError("SEQUENCER_MEDIA_TYPE_UNSUPPORTED", `Send the bytes as ${MEDIA_TYPE}`);
      }
      await storeArtefact(context, sha256, request.body);
      return { sha256, bytes: request.body.length };
    },
  );
  const answer = async (sha256: string, reply: FastifyReply): Promise<Uint8Array> => {
    const data = await findArtefact(context.driver, sha256);
    if (data === undefined) throw notFound(sha256);
    reply.header("content-type", MEDIA_TYPE).header("cache-control", "public, max-age=31536000, immutable");
    return data;
  };
  app.get<Params>(
    "/v1/artefacts/:sha256",
    { schema: { ...schema, summary: "Download an artefact" }, exposeHeadRoute: false },
    async (request, reply) => reply.send(Buffer.from(await answer(request.params.sha256, reply))),
  );
  app.head<Params>(
    "/v1/artefacts/:sha256",
    { schema: { ...schema, summary: "Whether an artefact is here" } },
    async (request, reply) => {
      const size = await artefactSize(context.driver, request.params.sha256);
      if (size === undefined) throw notFound(request.params.sha256);
      return reply.header("content-type", MEDIA_TYPE).header("content-length", size).send();
    },
  );
}
