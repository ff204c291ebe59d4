// A JSON-RPC proxy in front of a chain that can lose things, as networks and nodes do.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What the proxy does with a call: pass it on, swallow it, or pass it on and lose the answer. */
export type Fate = "pass" | "swallow" | "lose-answer";

/** A running proxy. */
export interface RpcProxy {
  readonly url: string;
  close(): void;
}

interface RpcCall {
  readonly id: number;
  readonly method: string;
}

/** Starts a proxy; `fate` decides about each call. A swallowed call fails at the caller. */
export async function startProxy(target: string, fate: (method: string) => Fate): Promise<RpcProxy> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString("utf8");
    const call = JSON.parse(text) as RpcCall;
    const chosen = fate(call.method);
    const answer =
      chosen === "swallow"
        ? undefined
        : await (
            await fetch(target, {
              method: "POST",
              headers: { "content-type": "application/json" },
              body: text,
            })
          ).text();
    response.setHeader("content-type", "application/json");
    const lost = { jsonrpc: "2.0", id: call.id, error: { code: -32_000, message: "lost on the way" } };
    response.end(chosen === "pass" ? answer : JSON.stringify(lost));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
