// The transport against a real HTTP server: encoding, typed errors, artefacts, connections that break.
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { afterEach, describe, expect, it } from "vitest";
import {
  ArtefactMismatchError,
  SequencerRequestError,
  SequencerResponseError,
  SequencerUnreachableError,
} from "../errors/sequencer.js";
import { createSequencerTransport } from "./sequencerTransport.js";

let server: Server | undefined;

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const transportTo = async (listener: RequestListener) =>
  createSequencerTransport({ url: await serve(listener), timeoutMs: 5_000 });

const account = {
  index: 4,
  ax: "5",
  ay: "6",
  owner: `0x${"ab".repeat(20)}`,
  amount: "9007199254740993",
  nonce: "1",
  pendingNonce: "2",
  pendingAmount: "7",
  blockNumber: "3",
};

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

describe("createSequencerTransport", () => {
  it("fills the path and reads integers as bigints", async () => {
    const paths: (string | undefined)[] = [];
    const transport = await transportTo((request, response) => {
      paths.push(request.url);
      response.end(JSON.stringify(account));
    });
    const answer = await transport.request("getAccount", { params: { index: 4 } });
    expect(paths).toEqual(["/v1/accounts/4"]);
    expect(answer.amount).toBe(9007199254740993n);
    expect(answer.owner).toBe(BigInt(account.owner));
  });

  it("gives the sequencer's code", async () => {
    const transport = await transportTo((_, response) => {
      response.statusCode = 409;
      response.end(JSON.stringify({ code: "SEQUENCER_NONCE_TOO_LOW", message: "The next nonce is 4" }));
    });
    const error = await transport.request("getInfo").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SequencerRequestError);
    expect(error).toMatchObject({ code: "SEQUENCER_NONCE_TOO_LOW", status: 409 });
  });

  it("refuses answers of another form", async () => {
    const transport = await transportTo((_, response) => response.end('{"index": -1}'));
    await expect(transport.request("getAccount", { params: { index: 4 } })).rejects.toThrow(
      SequencerResponseError,
    );
  });

  it("says when nobody answers, and when an answer breaks off", async () => {
    const closed = createSequencerTransport({ url: "http://127.0.0.1:1", timeoutMs: 5_000 });
    await expect(closed.request("getInfo")).rejects.toThrow(SequencerUnreachableError);
    const transport = await transportTo((_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("{");
      setTimeout(() => response.destroy(), 5);
    });
    await expect(transport.request("getInfo")).rejects.toThrow(SequencerUnreachableError);
  });

  it("uploads by digest and checks what it downloads", async () => {
    const stored = new Map<string, Buffer>();
    const transport = await transportTo((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        if (request.method === "PUT") stored.set(request.url!, Buffer.concat(parts));
        response.end(request.method === "PUT" ? "{}" : stored.get(request.url!));
      });
    });
    const bytes = Uint8Array.of(1, 2, 3);
    const digest = await transport.putArtefact(bytes);
    expect(digest).toBe(bytesToHex(sha256(bytes)));
    expect(await transport.getArtefact(digest)).toEqual(bytes);
    stored.set(`/v1/artefacts/${digest}`, Buffer.from([9]));
    await expect(transport.getArtefact(digest)).rejects.toThrow(ArtefactMismatchError);
  });
});
