// The prover worker against the sequencer's API. The program's circuit is a stand-in that computes only y; its proofs are
// real and verified by the sequencer. Block proofs with the real circuit are tested in /test.
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileCircuit } from "@catalyze/circuits/build";
import {
  type ProgramAdapter,
  signMessage,
  statementCommitment,
  statementWords,
} from "@catalyze/circuits/reference";
import { orderId } from "@catalyze/circuits/schema";
import {
  closeProver,
  ensureDevelopmentKey,
  type ProverWorkerOptions,
  readVerificationKey,
  startProverWorker,
  verifyProof,
  type WorkerCircuit,
  type WorkerEvent,
} from "@catalyze/prover";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApi } from "../src/api/server.js";
import { sealNextBlock } from "../src/block/sealing.js";
import { createProofChecker } from "../src/broker/verification.js";
import { programIdOf } from "../src/config.js";
import { submitOperation } from "../src/core/accept.js";
import type { Context } from "../src/core/context.js";
import { insertArtefact, listActiveLeases, listStatements } from "../src/store/work.js";
import { EXPIRY, ROLLUP } from "./support/keys.js";
import { emptyKey, tripleProgram } from "./support/program.js";
import {
  enqueue,
  firstRequests,
  openWorld,
  PARAMETERS,
  provider,
  requester,
  sha256,
  testOrder,
} from "./support/world.js";

const INPUTS = Uint8Array.from([9, 8, 7, 6, 5]);
const SOURCE = `pragma circom 2.2.0;

template WorkerStandIn() {
    signal input words[6];
    signal input commitment;
    signal input z;
    signal output c;
    signal output y;
    signal sums[7];
    sums[6] <== 0;
    for (var i = 5; i >= 0; i--) {
        sums[i] <== sums[i + 1] * z + words[i];
    }
    c <== commitment;
    y <== sums[0];
}

component main { public [z] } = WorkerStandIn();
`;

/** The test program with an input for the stand-in. */
const program: ProgramAdapter = {
  ...tripleProgram,
  circuitInput: ({ statement }) => ({
    words: statementWords(statement),
    commitment: statementCommitment(statement),
  }),
};

const ORDER_ID = orderId.encode({ nonce: 0n, requester: 2n });
let folder: string;
let circuit: WorkerCircuit;
let context: Context;
let app: FastifyInstance;
let url: string;
const stopping = new AbortController();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "catalyze-worker-"));
  const { r1csPath, wasmPath } = await compileCircuit({ name: "worker-stand-in", source: SOURCE });
  const provingKeyPath = await ensureDevelopmentKey({ r1csPath, cacheDirectory: folder, threadCount: 1 });
  const verificationKey = await readVerificationKey(provingKeyPath);
  circuit = { wasmPath, provingKeyPath, verificationKey };
  const programId = programIdOf(verificationKey);
  context = await openWorld(undefined, {
    programs: [{ adapter: program, verificationKey }],
    verifyProof,
    clock: { nowMs: () => Date.now() },
    leaseSeconds: 60,
  });
  app = await createApi(context, createProofChecker(context.verify), stopping.signal);
  url = await app.listen({ port: 0, host: "127.0.0.1" });
  const requests = firstRequests().map((request) =>
    request.kind === "registerSeed" ? { ...request, programId } : request,
  );
  await enqueue(context, 0n, requests);
  await sealNextBlock(context);
  await insertArtefact(context.driver, sha256(INPUTS), INPUTS);
  await insertArtefact(context.driver, sha256(PARAMETERS), PARAMETERS);
  const order = testOrder(0n, INPUTS, { programId, deadline: 4_000_000_000n });
  const operation = {
    kind: "postOrder" as const,
    signer: 2,
    nonce: 0n,
    expiry: EXPIRY,
    fee: 0n,
    priorityFee: 0n,
    order,
  };
  const { signature } = requester.sign(operation);
  await submitOperation(context, { operation, signature, inputs: sha256(INPUTS) });
  await sealNextBlock(context);
});

afterAll(async () => {
  stopping.abort();
  await app.close();
  await context.driver.close();
  await closeProver();
  await rm(folder, { recursive: true, force: true });
});

/** A promise and what resolves it. */
function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

/** A chunk lease as it travels. */
interface Lease {
  readonly signature: string;
  readonly orderIndex: number;
  readonly since: string;
  readonly until: string;
  readonly order: Record<string, unknown>;
}

/** A sequencer that changes the leases that it gives, but not what it has signed. */
async function changeLeases(change: (lease: Lease) => object) {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const answer = await fetch(new URL(request.url!, url), {
      method: request.method!,
      headers: { "content-type": request.headers["content-type"] ?? "application/json" },
      ...(request.method === "POST" ? { body: Buffer.concat(parts) } : {}),
    });
    let bytes = Buffer.from(await answer.arrayBuffer());
    if (request.url === "/v1/leases" && answer.ok) {
      const { lease } = JSON.parse(bytes.toString()) as { lease: Lease | null };
      bytes = Buffer.from(JSON.stringify({ lease: lease === null ? null : { ...lease, ...change(lease) } }));
    }
    response
      .writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" })
      .end(bytes);
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

/** Runs a worker until an event satisfies `last`. */
async function work(
  options: { circuit: WorkerCircuit; price?: bigint; programs?: ProgramAdapter[] } & Partial<
    Pick<ProverWorkerOptions, "sequencerUrl" | "deployment" | "account">
  >,
  last: (event: WorkerEvent) => boolean,
): Promise<WorkerEvent[]> {
  const events: WorkerEvent[] = [];
  const finished = deferred();
  const worker = startProverWorker({
    sequencerUrl: options.sequencerUrl ?? url,
    roles: ["jobs"],
    deployment: options.deployment,
    account: options.account ?? { index: 3, sign: (message) => signMessage(provider.privateKey, message) },
    programs: options.programs ?? [program],
    circuits: () => options.circuit,
    ...(options.price === undefined ? {} : { price: options.price }),
    onEvent: (event) => {
      events.push(event);
      if (last(event)) finished.resolve();
    },
  });
  await finished.promise;
  await worker.close();
  return events;
}

describe("a worker with the role jobs (stand-in circuit)", () => {
  it("gives a chunk back that it can't prove, and tries again later", async () => {
    const broken = { ...circuit, wasmPath: join(folder, "missing.wasm") };
    const events = await work({ circuit: broken }, ({ type }) => type === "failed");
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(["leased", "failed"]));
    expect(await listActiveLeases(context.driver, Date.now())).toEqual([]);
    expect(await listStatements(context.driver, ORDER_ID)).toEqual([]);
  });

  it("refuses work whose parameters are not those that the order commits to", async () => {
    const other = { ...program, parametersCommitment: () => 5n };
    const events = await work({ circuit, programs: [other] }, ({ type }) => type === "failed");
    const failed = events.find((event) => event.type === "failed");
    expect(failed).toMatchObject({ error: { code: "WORKER_ARTEFACT_MISMATCH" } });
  });

  it("works for no lease that is not the operator's word for this work, price and time", async () => {
    const changes: Record<string, (lease: Lease) => object> = {
      "another signature": ({ signature }) => ({
        signature: `${signature.slice(0, 20)}00${signature.slice(22)}`,
      }),
      "no signature": () => ({ signature: `0x${"00".repeat(65)}` }),
      "another chunk": () => ({ chunk: 1 }),
      "another chunk with its jobs": () => ({ chunk: 1, from: "4", count: "1" }),
      "fewer jobs": () => ({ count: "3" }),
      "another provider": () => ({ provider: `0x${"77".repeat(20)}` }),
      "another price": () => ({ priceLimit: "101" }),
      "another order's price": ({ order }) => ({ priceLimit: "101", order: { ...order, priceLimit: "101" } }),
      "another order": ({ order }) => ({ order: { ...order, nonce: "1" } }),
      "other inputs": ({ order }) => ({ order: { ...order, inputsRoot: "5" } }),
      "another cell": ({ orderIndex }) => ({ orderIndex: orderIndex + 1 }),
      "a longer time": ({ until }) => ({ until: `${BigInt(until) + 1_000n}` }),
      "a time that is over": ({ since }) => ({ until: since, since: `${BigInt(since) - 1n}` }),
    };
    for (const [what, change] of Object.entries(changes)) {
      const proxy = await changeLeases(change);
      const events = await work({ circuit, sequencerUrl: proxy.url }, ({ type }) => type === "failed");
      proxy.close();
      const failed = events.find((event) => event.type === "failed");
      expect(failed, what).toMatchObject({ error: { code: "WORKER_LEASE_INVALID" } });
      expect(
        events.some(({ type }) => type === "progress"),
        what,
      ).toBe(false);
    }
    expect(await listStatements(context.driver, ORDER_ID)).toEqual([]);
  });

  it("believes the sequencer neither rollup, operator nor its own owner when it knows them", async () => {
    const operator = context.operator.address;
    const other = `0x${"77".repeat(20)}` as const;
    const sign = (message: bigint) => signMessage(provider.privateKey, message);
    const tries: Parameters<typeof work>[0][] = [
      { circuit, deployment: { rollup: ROLLUP, operator: () => other } },
      { circuit, deployment: { rollup: other, operator: () => operator } },
      { circuit, account: { index: 3, owner: other, sign } },
    ];
    for (const options of tries) {
      const events = await work(options, ({ type }) => type === "failed");
      const failed = events.find((event) => event.type === "failed");
      expect(failed).toMatchObject({ error: { code: "WORKER_LEASE_INVALID" } });
    }
    const broken = { ...circuit, wasmPath: join(folder, "missing.wasm") };
    const deployment = { rollup: ROLLUP, operator: async () => operator } as const;
    const events = await work({ circuit: broken, deployment }, ({ type }) => type === "failed");
    expect(events.find((event) => event.type === "failed")).not.toMatchObject({
      error: { code: "WORKER_LEASE_INVALID" },
    });
  });

  it("runs, proves and delivers every chunk at its price", async () => {
    let proved = 0;
    const events = await work({ circuit, price: 60n }, ({ type }) => type === "proved" && ++proved === 2);
    expect(events.filter(({ type }) => type === "progress").length).toBeGreaterThan(4);
    const statements = await listStatements(context.driver, ORDER_ID);
    expect(statements.map(({ chunk, statement }) => [chunk, statement.count, statement.price])).toEqual([
      [0, 4n, 60n],
      [1, 1n, 60n],
    ]);
    expect(statements[0]!.results).toEqual(tripleProgram.run(PARAMETERS, INPUTS.slice(0, 4)));
    const block = await sealNextBlock(context);
    expect(block?.settlements).toHaveLength(2);
  });
});

describe("a worker", () => {
  it("needs an account and programs for jobs", () => {
    const options = { sequencerUrl: url, circuits: () => circuit };
    const invalid = expect.objectContaining({ code: "WORKER_SETTINGS_INVALID" });
    expect(() => startProverWorker({ ...options, roles: ["jobs"] })).toThrowError(invalid);
    expect(() => startProverWorker({ ...options, roles: [] })).toThrowError(invalid);
  });

  it("waits longer and longer for a sequencer that does not answer", async () => {
    const pauses: number[] = [];
    const enough = deferred();
    const worker = startProverWorker({
      sequencerUrl: "http://127.0.0.1:9",
      roles: ["blocks"],
      circuits: () => circuit,
      onEvent: (event) => {
        if (event.type !== "waiting") return;
        expect(event.error).toMatchObject({ code: "WORKER_UNREACHABLE" });
        pauses.push(event.pauseMs);
        if (pauses.length === 3) enough.resolve();
      },
    });
    await enough.promise;
    await worker.close();
    expect(pauses).toEqual([600, 1_200, 2_400]);
  });
});

describe("keys", () => {
  it("of different circuits have different ids", () => {
    expect(programIdOf(emptyKey(1))).not.toBe(programIdOf(emptyKey(2)));
  });
});
