// HTTP transport to the sequencer: typed by the table of routes, answers checked against their schemas.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { z } from "zod";
import { errorResponse, type RouteName, routes } from "../api/index.js";
import {
  ArtefactMismatchError,
  SequencerRequestError,
  SequencerResponseError,
  SequencerUnreachableError,
} from "../errors/sequencer.js";

type Schema<N extends RouteName, K extends "params" | "query" | "body"> = (typeof routes)[N] extends {
  [P in K]: infer S extends z.ZodType;
}
  ? S
  : never;

/** Answer of a route, as code sees it (bigints, bytes). */
export type RouteResponse<N extends RouteName> = z.output<(typeof routes)[N]["response"]>;
/** Body of a route, as code gives it. */
export type RouteBody<N extends RouteName> = z.output<Schema<N, "body">>;

/** What {@link SequencerTransport.request} takes besides the route's name. */
export interface RouteOptions<N extends RouteName> {
  /** Values of the path's `:name` parameters. */
  readonly params?: Readonly<Record<string, string | number | bigint>> | undefined;
  readonly query?: Readonly<Record<string, string | number | bigint | undefined>> | undefined;
  readonly body?: RouteBody<N> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Talks to one sequencer. */
export interface SequencerTransport {
  readonly url: string;
  /** @throws {SequencerRequestError | SequencerUnreachableError | SequencerResponseError} */
  request<N extends RouteName>(name: N, options?: RouteOptions<N>): Promise<RouteResponse<N>>;
  /** Uploads bytes and gives their SHA-256 (64 hex digits). */
  putArtefact(bytes: Uint8Array, options?: { signal?: AbortSignal | undefined }): Promise<string>;
  /** Fetches bytes by their SHA-256 and checks them. @throws {ArtefactMismatchError} */
  getArtefact(digest: string, options?: { signal?: AbortSignal | undefined }): Promise<Uint8Array>;
}

/** What {@link createSequencerTransport} takes. */
export interface SequencerTransportParameters {
  /** Root of the sequencer's API, such as `http://127.0.0.1:8545`. */
  readonly url: string;
  /** Longest time for one request; default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const NO_BODY_STATUS = 204;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Reads a body; a connection that ends in the middle is a sequencer that is away. */
async function readBody<T>(url: string, signal: AbortSignal | undefined, read: () => Promise<T>): Promise<T> {
  return read().catch((cause: unknown) => {
    if (signal?.aborted) throw signal.reason;
    throw new SequencerUnreachableError({ url, cause });
  });
}

async function throwRequestError(
  response: Response,
  url: string,
  signal: AbortSignal | undefined,
): Promise<never> {
  const parsed = errorResponse.safeParse(parseJson(await readBody(url, signal, () => response.text())));
  if (!parsed.success)
    throw new SequencerResponseError({ url, status: response.status, cause: parsed.error });
  throw new SequencerRequestError({ ...parsed.data, status: response.status, url });
}

function routeUrl(base: string, path: string, options: RouteOptions<RouteName>): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(options.params?.[name] ?? "")),
  );
  const query = Object.entries(options.query ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)] as [string, string]],
  );
  return `${base}${filled}${query.length === 0 ? "" : `?${new URLSearchParams(query)}`}`;
}

/** Makes a transport. Nothing is sent before the first request. */
export function createSequencerTransport(parameters: SequencerTransportParameters): SequencerTransport {
  const base = parameters.url.replace(/\/+$/, "");
  const timeoutMs = parameters.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const doFetch: typeof fetch = parameters.fetch ?? ((...given) => globalThis.fetch(...given));

  async function send(url: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const combined = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    const response = await doFetch(url, { ...init, signal: combined }).catch((cause: unknown) => {
      if (signal?.aborted) throw signal.reason;
      throw new SequencerUnreachableError({ url, cause });
    });
    if (!response.ok) await throwRequestError(response, url, signal);
    return response;
  }

  return {
    url: base,
    async request(name, options = {}) {
      const route: { method: string; path: string; body?: z.ZodType; response: z.ZodType } = routes[name];
      const url = routeUrl(base, route.path, options);
      const init: RequestInit = { method: route.method };
      if (route.body !== undefined) {
        init.headers = { "content-type": "application/json" };
        init.body = JSON.stringify(z.encode(route.body, options.body));
      }
      const response = await send(url, init, options.signal);
      if (response.status === NO_BODY_STATUS)
        throw new SequencerResponseError({ url, status: response.status });
      const text = await readBody(url, options.signal, () => response.text());
      const parsed = route.response.safeParse(parseJson(text));
      if (!parsed.success) {
        throw new SequencerResponseError({ url, status: response.status, cause: parsed.error });
      }
      return parsed.data as RouteResponse<typeof name>;
    },
    async putArtefact(bytes, { signal } = {}) {
      const digest = bytesToHex(sha256(bytes));
      const url = `${base}/v1/artefacts/${digest}`;
      const headers = { "content-type": "application/octet-stream" };
      await send(url, { method: "PUT", headers, body: bytes as Uint8Array<ArrayBuffer> }, signal);
      return digest;
    },
    async getArtefact(digest, { signal } = {}) {
      const url = `${base}/v1/artefacts/${digest}`;
      const response = await send(url, { method: "GET" }, signal);
      const bytes = new Uint8Array(await readBody(url, signal, () => response.arrayBuffer()));
      const given = bytesToHex(sha256(bytes));
      if (given !== digest) throw new ArtefactMismatchError({ expected: digest, given });
      return bytes;
    },
  };
}
