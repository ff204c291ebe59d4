// HTTP to the sequencer: every answer bounded in time and size, and checked.
import type { z } from "zod";
import { WorkerError, type WorkerErrorCode } from "./errors.js";
import { errorAnswer } from "./protocol.js";

/** Longest wait for an answer, and largest answer. */
const TIMEOUT_MS = 30_000;
/** Pause between patient posts, and how many there are: ten minutes in all. */
const RETRY_MS = 1_000;
const RETRIES = 600;
const MAXIMUM_ANSWER_BYTES = 64 * 2 ** 20;

/** Talks to one sequencer. */
export interface SequencerClient {
  /** @throws {WorkerError} */
  get<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>>;
  /** `body` may hold bigints, which travel as decimal strings. @throws {WorkerError} */
  post<S extends z.ZodType>(path: string, body: unknown, schema: S): Promise<z.output<S>>;
  /** Like `post`, again and again while the sequencer does not answer: a finished proof is worth waiting. */
  postPatiently<S extends z.ZodType>(path: string, body: unknown, schema: S): Promise<z.output<S>>;
  /** Bytes of an artefact. @throws {WorkerError} */
  artefact(sha256: string): Promise<Uint8Array>;
}

async function readBytes(response: Response, url: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += (part as Uint8Array).length;
    if (length > MAXIMUM_ANSWER_BYTES) {
      throw new WorkerError(
        "WORKER_ANSWER_INVALID",
        `${url} answers with more than ${MAXIMUM_ANSWER_BYTES} bytes`,
      );
    }
    parts.push(part as Uint8Array);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Makes a client. `secret` is shown as bearer token; requests end when `signal` aborts. */
export function createSequencerClient(
  baseUrl: string,
  options: { readonly signal: AbortSignal; readonly secret?: string | undefined },
): SequencerClient {
  const request = async (path: string, init: RequestInit): Promise<Uint8Array> => {
    const url = new URL(path, baseUrl).href;
    const headers = new Headers(init.headers);
    if (options.secret !== undefined) headers.set("authorization", `Bearer ${options.secret}`);
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    let response: Response;
    let bytes: Uint8Array;
    try {
      response = await fetch(url, { ...init, headers, signal });
      bytes = await readBytes(response, url);
    } catch (error) {
      if (error instanceof WorkerError) throw error;
      throw new WorkerError("WORKER_UNREACHABLE", `${url} did not answer: ${String(error)}`, {
        cause: error,
      });
    }
    if (response.ok) return bytes;
    const answer = errorAnswer.safeParse(parseJson(bytes));
    if (answer.success && answer.data.code.startsWith("SEQUENCER_")) {
      throw new WorkerError(answer.data.code as WorkerErrorCode, answer.data.message);
    }
    throw new WorkerError("WORKER_ANSWER_INVALID", `${url} answered with status ${response.status}`);
  };
  const json = async <S extends z.ZodType>(
    path: string,
    init: RequestInit,
    schema: S,
  ): Promise<z.output<S>> => {
    const answer = schema.safeParse(parseJson(await request(path, init)));
    if (answer.success) return answer.data;
    throw new WorkerError("WORKER_ANSWER_INVALID", `${path}: ${answer.error.message}`);
  };
  const post = <S extends z.ZodType>(path: string, body: unknown, schema: S): Promise<z.output<S>> => {
    const text = JSON.stringify(body, (_, item) => (typeof item === "bigint" ? item.toString() : item));
    const headers = { "content-type": "application/json" };
    return json(path, { method: "POST", headers, body: text }, schema);
  };
  return {
    get: (path, schema) => json(path, { method: "GET" }, schema),
    post,
    async postPatiently(path, body, schema) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await post(path, body, schema);
        } catch (error) {
          const unreachable = error instanceof WorkerError && error.code === "WORKER_UNREACHABLE";
          if (!unreachable || options.signal.aborted || attempt >= RETRIES) throw error;
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    },
    artefact: (sha256) => request(`/v1/artefacts/${sha256}`, { method: "GET" }),
  };
}
