// Server-sent events, health and metrics.
import { api } from "@catalyze/sdk";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { type Context, rollupState } from "../core/context.js";
import { SequencerError } from "../errors.js";
import { EVENT_LAG_BYTES, EVENT_STREAMS } from "../limits.js";

/** Comment lines keep idle connections open. */
const KEEP_ALIVE_MS = 15_000;

/** Adds `/v1/events`: everything that changes, from now on. */
export function addEventRoute(app: FastifyInstance, context: Context, signal: AbortSignal): void {
  const schema = { tags: ["events"], summary: "Server-sent events: blocks, operations, chunks, proofs" };
  app.get("/v1/events", { schema }, (request, reply) => {
    if (context.events.size >= EVENT_STREAMS) {
      throw new SequencerError("SEQUENCER_OVERLOADED", `${EVENT_STREAMS} event streams are open already`);
    }
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    raw.write(": open\n\n");
    const end = (): void => {
      clearInterval(timer);
      unsubscribe();
      signal.removeEventListener("abort", end);
      raw.end();
    };
    const unsubscribe = context.events.subscribe((event) => {
      const data = JSON.stringify(z.encode(api.sequencerEvent, event));
      raw.write(`event: ${event.type}\ndata: ${data}\n\n`);
      // Who does not keep up is cut off and can ask the API.
      if (raw.writableLength > EVENT_LAG_BYTES) end();
    });
    const timer = setInterval(() => raw.write(": \n\n"), KEEP_ALIVE_MS);
    signal.addEventListener("abort", end);
    request.raw.on("close", end);
  });
}

/** Adds `/healthz` (503 when halted, frozen or shut down) and `/metrics`. */
export function addOperatorRoutes(app: FastifyInstance, context: Context): void {
  app.get("/healthz", { schema: { tags: ["operator"], summary: "Health" } }, async (_request, reply) => {
    const { halted } = context;
    if (halted !== undefined) return reply.code(503).send(halted);
    const state = rollupState(context);
    if (state === "frozen" || state === "ended") {
      const message = `The rollup is ${state}: L1 takes no block any more.`;
      return reply.code(503).send({ code: "SEQUENCER_ROLLUP_CLOSED", message });
    }
    return { status: state === "running" ? "ok" : state, latestBlock: context.ledger.head.number.toString() };
  });
  app.get(
    "/metrics",
    { schema: { tags: ["operator"], summary: "Prometheus metrics" } },
    async (_request, reply) => {
      const { registry } = context.metrics;
      return reply.header("content-type", registry.contentType).send(await registry.metrics());
    },
  );
}
