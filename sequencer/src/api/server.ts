// The HTTP API: the shared table of routes on Fastify, with one form of error for everything.
import { timingSafeEqual } from "node:crypto";
import { api } from "@catalyze/sdk";
import swagger from "@fastify/swagger";
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from "fastify";
import { validatorCompiler } from "fastify-type-provider-zod";
import { z } from "zod";
import type { ProofChecker } from "../broker/verification.js";
import type { Context } from "../core/context.js";
import { SequencerError } from "../errors.js";
import { JSON_BODY_BYTES } from "../limits.js";
import { addArtefactRoutes } from "./artefacts.js";
import { createHandlers } from "./handlers.js";
import { addEventRoute, addOperatorRoutes } from "./streams.js";

/** Any error as one of the catalogue; unexpected ones say nothing about the inside. */
export function toSequencerError(error: unknown): SequencerError {
  if (error instanceof SequencerError) return error;
  const { code, validation, statusCode, message } = error as Partial<FastifyError>;
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    return new SequencerError("SEQUENCER_BODY_TOO_LARGE", "The body is larger than this route takes");
  }
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
    return new SequencerError("SEQUENCER_MEDIA_TYPE_UNSUPPORTED", "Send application/json");
  }
  if (validation !== undefined || (statusCode !== undefined && statusCode >= 400 && statusCode < 500)) {
    return new SequencerError("SEQUENCER_REQUEST_MALFORMED", message ?? "The request is malformed");
  }
  return new SequencerError("SEQUENCER_INTERNAL", "Something went wrong here; it was logged", {
    cause: error,
  });
}

const toBody = ({ code, message, details }: SequencerError): api.ErrorResponse => ({
  code,
  message,
  ...(details === undefined ? {} : { details: { ...details } }),
});

function addErrorHandling(app: FastifyInstance, context: Context): void {
  app.setErrorHandler((error, request, reply) => {
    const known = toSequencerError(error);
    if (known.status >= 500) context.log.error({ err: error, url: request.url }, known.message);
    return reply.code(known.status).send(toBody(known));
  });
  app.setNotFoundHandler((request, reply) => {
    const message = `There is no ${request.method} ${request.url}`;
    return reply.code(404).send(toBody(new SequencerError("SEQUENCER_ROUTE_NOT_FOUND", message)));
  });
}

const toJsonSchema = (schema: z.ZodType): Record<string, unknown> => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io: "input",
    target: "openapi-3.0",
    unrepresentable: "any",
  });
  return json;
};

/** OpenAPI from the same schemas, as they are on the wire. */
async function addOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: { openapi: "3.0.3", info: { title: "Catalyze sequencer", version: "0.1.0" } },
    transform: ({ schema, url }) => {
      if (schema === undefined) return { schema: {}, url };
      const { params, querystring, body, response, ...rest } = schema as Record<string, unknown>;
      const parts = { params, querystring, body };
      const converted = Object.fromEntries(
        Object.entries(parts).flatMap(([name, part]) =>
          part instanceof z.ZodType ? [[name, toJsonSchema(part)]] : [],
        ),
      );
      const answers = Object.entries((response ?? {}) as Record<string, z.ZodType>).map(
        ([status, part]) => [status, { description: status, ...toJsonSchema(part) }] as const,
      );
      return {
        schema: {
          ...rest,
          ...converted,
          ...(answers.length > 0 ? { response: Object.fromEntries(answers) } : {}),
        },
        url,
      };
    },
  });
  app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
}

/** Workers of the operator show a secret, when one is configured. */
function checkWorkerSecret(context: Context, request: FastifyRequest): void {
  const { workerSecret } = context.config;
  if (workerSecret === undefined) return;
  const given = Buffer.from(request.headers.authorization ?? "");
  const expected = Buffer.from(`Bearer ${workerSecret}`);
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw new SequencerError("SEQUENCER_UNAUTHORISED", "Block-proof workers must show the operator's secret");
}

function addTableRoutes(app: FastifyInstance, context: Context, checker: ProofChecker): void {
  const handlers = createHandlers(context, checker);
  for (const [name, route] of Object.entries(api.routes) as [api.RouteName, api.Route][]) {
    const handler = handlers[name] as (input: object) => Promise<unknown>;
    const { method, path: url, summary, params, query, body, response } = route;
    app.route({
      method,
      url,
      bodyLimit: JSON_BODY_BYTES,
      schema: {
        summary,
        operationId: name,
        tags: [url.split("/")[2]!],
        ...(params === undefined ? {} : { params }),
        ...(query === undefined ? {} : { querystring: query }),
        ...(body === undefined ? {} : { body }),
        response: { 200: response },
      },
      handler: async (request) => {
        if (url.startsWith("/v1/proofs/")) checkWorkerSecret(context, request);
        return handler({ params: request.params, query: request.query, body: request.body });
      },
    });
  }
}

/** Builds the API without listening. Streams end when `signal` aborts. */
export async function createApi(
  context: Context,
  checker: ProofChecker,
  signal: AbortSignal,
): Promise<FastifyInstance> {
  const app = Fastify({ logger: false, bodyLimit: JSON_BODY_BYTES, forceCloseConnections: true });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(
    ({ schema }) =>
      (data) =>
        JSON.stringify(z.encode(schema as unknown as z.ZodType, data)),
  );
  addErrorHandling(app, context);
  await addOpenApi(app);
  addTableRoutes(app, context, checker);
  addArtefactRoutes(app, context);
  addEventRoute(app, context, signal);
  addOperatorRoutes(app, context);
  await app.ready();
  return app;
}
