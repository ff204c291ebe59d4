// An RPC node that only passes on to another, and writes down what it was asked: tests show with it that a program needs
// nothing but what a node of L1 gives to everybody.
import { createServer } from "node:http";

/** A running {@link startRecordingRpc}. */
export interface RecordingRpc {
  readonly url: string;
  /** Methods that were called, without repetition. */
  readonly methods: ReadonlySet<string>;
  stop(): Promise<void>;
}

/** Starts one on a free port of this machine. */
export async function startRecordingRpc(target: string): Promise<RecordingRpc> {
  const methods = new Set<string>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString("utf8");
    const calls: unknown = JSON.parse(body);
    for (const { method } of [calls].flat() as { method: string }[]) methods.add(method);
    const headers = { "content-type": "application/json" };
    const answer = await fetch(target, { method: "POST", headers, body });
    response.writeHead(answer.status, headers).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    methods,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
