// The API over a real store, without L1. Proofs are not the point here: the verifier is replaced by one that accepts
// every proof but those marked as bad.

import { orderStatic, signMessage, statementCommitment } from "@catalyze/circuits/reference";
import { orderId } from "@catalyze/circuits/schema";
import { leaseRequestMessage } from "@catalyze/prover";
import { api } from "@catalyze/sdk";
import type { FastifyInstance } from "fastify";
import { verifyTypedData } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createApi } from "../src/api/server.js";
import { sealNextBlock } from "../src/block/sealing.js";
import { createProofChecker } from "../src/broker/verification.js";
import { type Context, reloadLedger, signingDomain } from "../src/core/context.js";
import { ERROR_STATUS } from "../src/errors.js";
import { markDropped } from "../src/store/operations.js";
import { EXPIRY, transfer } from "./support/keys.js";
import { tripleProgram } from "./support/program.js";
import {
  BAD_MARK,
  countingRandom,
  enqueue,
  firstRequests,
  OPERATOR_KEY,
  openWorld,
  operatorAccount,
  PARAMETERS,
  PROGRAM_ID,
  provider,
  requester,
  sha256,
  shapedProof,
  TestClock,
  testOrder,
} from "./support/world.js";

const clock = new TestClock();
const stopping = new AbortController();
let context: Context;
let app: FastifyInstance;

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** Calls a route of the table with values; checks the answer against its schema. */
async function call<Name extends api.RouteName>(
  name: Name,
  input: { path?: string; body?: unknown } = {},
): Promise<Answer<z.output<(typeof api.routes)[Name]["response"]>>> {
  const route: api.Route = api.routes[name];
  const body = input.body === undefined ? undefined : z.encode(route.body!, input.body);
  const response = await app.inject({
    method: route.method,
    url: input.path ?? route.path,
    ...(body === undefined ? {} : { payload: body as object }),
  });
  const json = response.json();
  const value = response.statusCode === 200 ? route.response.parse(json) : json;
  return { status: response.statusCode, body: value as z.output<(typeof api.routes)[Name]["response"]> };
}

async function expectError(answer: Promise<Answer<unknown>>, code: keyof typeof ERROR_STATUS): Promise<void> {
  const { status, body } = await answer;
  expect(api.errorResponse.parse(body)).toMatchObject({ code });
  expect(status).toBe(ERROR_STATUS[code]);
}

const upload = (bytes: Uint8Array, name = sha256(bytes)) =>
  app.inject({
    method: "PUT",
    url: `/v1/artefacts/${name}`,
    headers: { "content-type": "application/octet-stream" },
    payload: Buffer.from(bytes),
  });

function leaseRequest(account: number, key: typeof provider, more: Partial<Record<string, unknown>> = {}) {
  clock.ms += 1;
  const time = BigInt(clock.ms);
  const { r8x, r8y, s } = signMessage(
    key.privateKey,
    leaseRequestMessage(context.operationDomain, account, time),
  );
  return { account, time, signature: { r8x, r8y, s }, programs: [PROGRAM_ID], ...more };
}

const INPUTS = Uint8Array.from([1, 2, 3, 4, 5, 6]);
const ORDER_ID = orderId.encode({ nonce: 1n, requester: 2n });

beforeAll(async () => {
  context = await openWorld(undefined, { clock, random: countingRandom() });
  app = await createApi(context, createProofChecker(context.verify), stopping.signal);
  await enqueue(context, 0n, firstRequests());
  await sealNextBlock(context);
});

afterAll(async () => {
  stopping.abort();
  await app.close();
  await context.driver.close();
});

describe("operations", () => {
  const operation = transfer(2, 0n, 3, 1_000n, { priorityFee: 2n });
  const body = () => ({ operation, signature: requester.sign(operation).signature });

  it("are answered with the operator's signed receipt, the same one again and again", async () => {
    const first = await call("submitOperation", { body: body() });
    expect(first.status).toBe(200);
    const { message, sequence, acceptedBlock, promisedBlock, validUntil, signature, operator } = first.body;
    const valid = await verifyTypedData({
      address: privateKeyToAccount(OPERATOR_KEY).address,
      domain: signingDomain(context),
      types: api.operationReceiptTypes,
      primaryType: "OperationReceipt",
      message: { message, sequence, acceptedBlock, promisedBlock, validUntil },
      signature,
    });
    expect(valid).toBe(true);
    expect(operator).toBe(privateKeyToAccount(OPERATOR_KEY).address.toLowerCase());
    expect((await call("submitOperation", { body: body() })).body).toEqual(first.body);
    expect(context.ledger.mempool.size).toBe(1);
    const { body: account } = await call("getAccount", { path: "/v1/accounts/2" });
    expect(account).toMatchObject({
      amount: 1_000_000n,
      pendingAmount: 998_998n,
      nonce: 0n,
      pendingNonce: 1n,
    });
  });

  it("keep their receipt and show their block once sealed", async () => {
    const before = await call("submitOperation", { body: body() });
    const block = await sealNextBlock(context);
    expect(block?.operations).toHaveLength(1);
    const after = await call("submitOperation", { body: body() });
    expect(after.body).toEqual(before.body);
    const path = `/v1/operations/${before.body.message}`;
    const { body: shown } = await call("getOperation", { path });
    expect(shown).toMatchObject({ status: "sealed", blockNumber: 2n, reason: null });
    expect(shown.operation).toEqual(operation);
    const owner = `/v1/owners/0x${provider.owner.toString(16).padStart(40, "0")}/account`;
    expect((await call("getAccountByOwner", { path: owner })).body).toMatchObject({
      index: 3,
      amount: 1_500n,
    });
  });

  it("are refused with typed errors", async () => {
    const sign = (changed: typeof operation) => ({
      operation: changed,
      signature: requester.sign(changed).signature,
    });
    const next = transfer(2, 1n, 3, 5n);
    const submit = (value: unknown) => call("submitOperation", { body: value });
    await expectError(
      submit({ ...sign(next), operation: { ...next, nonce: 2n } }),
      "SEQUENCER_BAD_SIGNATURE",
    );
    await expectError(submit(sign(transfer(2, 0n, 3, 5n))), "SEQUENCER_NONCE_TOO_LOW");
    await expectError(submit(sign(transfer(2, 65n, 3, 5n))), "SEQUENCER_NONCE_TOO_HIGH");
    await expectError(submit(sign(transfer(2, 1n, 3, 998_999n))), "SEQUENCER_INSUFFICIENT_BALANCE");
    await expectError(submit(sign(transfer(2, 1n, 99, 5n))), "SEQUENCER_ACCOUNT_NOT_FOUND");
    await expectError(submit({ ...sign(next), inputs: sha256(INPUTS) }), "SEQUENCER_REQUEST_MALFORMED");
  });

  it("that were dropped are not accepted again: their message would get a second sequence number", async () => {
    const doomed = transfer(2, 1n, 3, 6n);
    const signed = { operation: doomed, signature: requester.sign(doomed).signature };
    const { body: receipt } = await call("submitOperation", { body: signed });
    await markDropped(context.driver, receipt.message, "INSUFFICIENT_BALANCE", "nothing left");
    await context.exclusive(() => reloadLedger(context));
    await expectError(call("submitOperation", { body: signed }), "SEQUENCER_OPERATION_INVALID");
    const renewed = { ...doomed, expiry: EXPIRY - 1n };
    const accepted = { operation: renewed, signature: requester.sign(renewed).signature };
    const { status, body } = await call("submitOperation", { body: accepted });
    expect([status, body.sequence]).toEqual([200, receipt.sequence + 1n]);
    await markDropped(context.driver, body.message, "INSUFFICIENT_BALANCE", "nothing left");
    await context.exclusive(() => reloadLedger(context));
  });

  it("of a form outside the schema are malformed", async () => {
    const url = "/v1/operations";
    const payloads: unknown[] = [{}, { operation: { kind: "steal" } }, [], "text"];
    for (const payload of payloads) {
      const response = await app.inject({ method: "POST", url, payload: payload as object });
      expect(api.errorResponse.parse(response.json()).code).toMatch(
        /^SEQUENCER_(REQUEST_MALFORMED|MEDIA_TYPE_UNSUPPORTED)$/,
      );
    }
    const huge = { filler: "x".repeat(5 * 2 ** 20) };
    const response = await app.inject({ method: "POST", url, payload: huge });
    expect(response.statusCode).toBe(413);
    expect(response.json().code).toBe("SEQUENCER_BODY_TOO_LARGE");
  });
});

describe("artefacts", () => {
  it("are stored under their hash and nothing else", async () => {
    expect((await upload(PARAMETERS, sha256(INPUTS))).json().code).toBe("SEQUENCER_ARTEFACT_MISMATCH");
    const missing = await app.inject({ url: `/v1/artefacts/${sha256(INPUTS)}` });
    expect(missing.json().code).toBe("SEQUENCER_ARTEFACT_NOT_FOUND");
    expect((await upload(INPUTS)).json()).toEqual({ sha256: sha256(INPUTS), bytes: INPUTS.length });
    expect((await upload(INPUTS)).statusCode).toBe(200);
    const found = await app.inject({ url: `/v1/artefacts/${sha256(INPUTS)}` });
    expect(new Uint8Array(found.rawPayload)).toEqual(INPUTS);
  });
});

describe("orders", () => {
  const post = (order = testOrder(1n, INPUTS), inputs: string | undefined = sha256(INPUTS)) => {
    const common = { signer: 2, nonce: 1n, expiry: EXPIRY, fee: 0n, priorityFee: 0n };
    const plain = { kind: "postOrder" as const, ...common, order };
    const { signature } = requester.sign(plain);
    return call("submitOperation", { body: { operation: plain, signature, ...(inputs && { inputs }) } });
  };

  it("need their program, their inputs and the seed's parameters", async () => {
    await expectError(post(testOrder(1n, INPUTS, { programId: 5n })), "SEQUENCER_PROGRAM_UNKNOWN");
    await expectError(post(testOrder(1n, INPUTS, { chunkSize: 5n })), "SEQUENCER_CHUNK_SIZE_MISMATCH");
    await expectError(post(testOrder(1n, INPUTS, { modes: 2n })), "SEQUENCER_MODE_NOT_ACCEPTED");
    await expectError(post(testOrder(1n, INPUTS), ""), "SEQUENCER_INPUTS_MISSING");
    await expectError(post(testOrder(1n, INPUTS, { inputsRoot: 5n })), "SEQUENCER_INPUTS_MISMATCH");
    await expectError(post(testOrder(1n, INPUTS, { jobCount: 5n })), "SEQUENCER_INPUTS_MISMATCH");
    await expectError(post(), "SEQUENCER_PARAMETERS_MISSING");
    await upload(PARAMETERS);
    const terms = { royalty: 0n, middleware: 500n, burn: 500n, pool: 0n, version: 1n };
    await expectError(post(testOrder(1n, INPUTS, { terms })), "SEQUENCER_ORDER_MISMATCH");
  });

  it("are open after their block", async () => {
    expect((await post()).status).toBe(200);
    const path = `/v1/orders/${ORDER_ID}`;
    expect((await call("getOrder", { path })).body.status).toBe("pending");
    await sealNextBlock(context);
    const { body } = await call("getOrder", { path });
    expect(body).toMatchObject({ status: "open", index: 32_768, amount: 604n });
    expect(body.chunks.map(({ status }) => status)).toEqual(["open", "open"]);
    expect((await call("getOrders", { path: "/v1/orders?requester=2" })).body.orders).toHaveLength(1);
  });
});

describe("chunks (proofs are accepted unless marked as bad)", () => {
  let lease: api.ChunkLease;

  function statementOf(source: api.ChunkLease, results: Uint8Array, price = 90n) {
    return {
      domain: source.statementDomain,
      parametersCommitment: source.order.parametersCommitment,
      inputsRoot: source.order.inputsRoot,
      resultsRoot: tripleProgram.resultsRoot(results),
      provider: BigInt(source.provider),
      from: source.from,
      count: source.count,
      price,
    };
  }

  const right = (source: api.ChunkLease): Uint8Array => {
    const first = Number(source.from);
    return tripleProgram.run(PARAMETERS, INPUTS.slice(first, first + Number(source.count)));
  };

  const deliver = (source: api.ChunkLease, more: Record<string, unknown> = {}) => {
    const results = right(source);
    return call("submitStatement", {
      body: {
        lease: source.id,
        token: source.token,
        statement: statementOf(source, results),
        provider: 3,
        results,
        proof: shapedProof(1n),
        provingSeconds: 1,
        ...more,
      },
    });
  };

  it("are leased to who signs, with a lease that the operator signed", async () => {
    const stale = leaseRequest(3, provider);
    await expectError(
      call("leaseChunk", { body: { ...stale, signature: leaseRequest(3, requester).signature } }),
      "SEQUENCER_BAD_SIGNATURE",
    );
    const request = leaseRequest(3, provider);
    const { body } = await call("leaseChunk", { body: request });
    lease = body.lease!;
    expect(lease).toMatchObject({ chunk: 0, from: 0n, count: 4n, priceLimit: 100n, orderId: ORDER_ID });
    const { orderIndex, chunk, since, until, signature, order } = lease;
    expect(until - since).toBe(300n);
    const valid = await verifyTypedData({
      address: privateKeyToAccount(OPERATOR_KEY).address,
      domain: signingDomain(context),
      types: api.leaseTypes,
      primaryType: "Lease",
      message: {
        orderId: ORDER_ID,
        orderIndex,
        orderStatic: orderStatic(order),
        chunk,
        programId: order.programId,
        parametersCommitment: order.parametersCommitment,
        inputsRoot: order.inputsRoot,
        from: 0,
        count: 4,
        provider: lease.provider,
        price: 100n,
        since,
        until,
      },
      signature,
    });
    expect(valid).toBe(true);
    await expectError(call("leaseChunk", { body: request }), "SEQUENCER_LEASE_REQUEST_STALE");
    const old = { ...request, time: BigInt(clock.ms - 60_001) };
    await expectError(call("leaseChunk", { body: old }), "SEQUENCER_LEASE_REQUEST_STALE");
  });

  it("are not leased below the price that the provider asks", async () => {
    const { body } = await call("leaseChunk", { body: leaseRequest(3, provider, { minimumPrice: 101n }) });
    expect(body.lease).toBeNull();
  });

  it("are never queued with wrong results, other parameters, missing bytes, too high a price, or a bad proof", async () => {
    const results = right(lease);
    const wrong = results.map((byte) => byte ^ 1);
    const statement = statementOf(lease, results);
    const changed = (field: object) => deliver(lease, { statement: { ...statement, ...field } });
    await expectError(deliver(lease, { results: wrong }), "SEQUENCER_RESULTS_MISMATCH");
    await expectError(deliver(lease, { results: results.slice(1) }), "SEQUENCER_RESULTS_MISMATCH");
    await expectError(deliver(lease, { results: new Uint8Array() }), "SEQUENCER_RESULTS_MISMATCH");
    await expectError(changed({ parametersCommitment: 5n }), "SEQUENCER_STATEMENT_MISMATCH");
    await expectError(changed({ inputsRoot: 5n }), "SEQUENCER_STATEMENT_MISMATCH");
    await expectError(changed({ domain: 5n }), "SEQUENCER_STATEMENT_MISMATCH");
    await expectError(changed({ from: 4n }), "SEQUENCER_STATEMENT_MISMATCH");
    await expectError(changed({ count: 3n }), "SEQUENCER_STATEMENT_MISMATCH");
    await expectError(changed({ provider: requester.owner }), "SEQUENCER_PROVIDER_MISMATCH");
    await expectError(changed({ price: 101n }), "SEQUENCER_PRICE_ABOVE_LIMIT");
    await expectError(deliver(lease, { provider: 2 }), "SEQUENCER_PROVIDER_MISMATCH");
    await expectError(deliver(lease, { token: "0".repeat(64) }), "SEQUENCER_LEASE_NOT_FOUND");
    await expectError(deliver(lease, { proof: shapedProof(BAD_MARK) }), "SEQUENCER_PROOF_INVALID");
    expect(await sealNextBlock(context)).toBeUndefined();
  });

  it("that are given back stay the provider's until the lease's last second", async () => {
    const mine = (await call("leaseChunk", { body: leaseRequest(3, provider) })).body.lease!;
    expect(mine.chunk).toBe(1);
    const failure = { token: mine.token, reason: "no time" };
    const path = `/v1/leases/${mine.id}/failure`;
    expect((await call("reportChunkFailure", { path, body: failure })).status).toBe(200);
    expect((await call("leaseChunk", { body: leaseRequest(1, operatorAccount) })).body.lease).toBeNull();
    const again = (await call("leaseChunk", { body: leaseRequest(3, provider) })).body.lease!;
    expect(again.chunk).toBe(1);
    await call("reportChunkFailure", {
      path: `/v1/leases/${again.id}/failure`,
      body: { ...failure, token: again.token },
    });
    clock.ms += 301_000;
    context.l1 = { ...context.l1, latest: context.l1.latest + 301n };
    lease = (await call("leaseChunk", { body: leaseRequest(3, provider) })).body.lease!;
    expect(lease.chunk).toBe(0);
  });

  it("are settled only for the holder until the lease ends, then for the first valid proof", async () => {
    const second = (await call("leaseChunk", { body: leaseRequest(1, operatorAccount) })).body.lease!;
    expect(second.chunk).toBe(1);
    expect((await call("leaseChunk", { body: leaseRequest(1, operatorAccount) })).body.lease).toBeNull();
    clock.ms += 301_000;
    // A block sealed now could still have a time within the lease, as long as L1 has not passed it.
    expect((await call("leaseChunk", { body: leaseRequest(1, operatorAccount) })).body.lease?.chunk).toBe(1);
    context.l1 = { ...context.l1, latest: context.l1.latest + 301n };
    const again = (await call("leaseChunk", { body: leaseRequest(1, operatorAccount) })).body.lease!;
    expect(again.chunk).toBe(0);
    await expectError(deliver(lease), "SEQUENCER_CHUNK_LEASED");
    clock.ms += 301_000;
    await expectError(deliver(lease), "SEQUENCER_CHUNK_LEASED");
    context.l1 = { ...context.l1, latest: context.l1.latest + 301n };
    const { body } = await deliver(lease);
    expect(body).toEqual({
      status: "accepted",
      commitment: statementCommitment(statementOf(lease, right(lease))),
    });
    expect((await deliver(lease)).body.status).toBe("duplicate");
    const late = deliver(again, { provider: 1 });
    await expectError(late, "SEQUENCER_CHUNK_ALREADY_SETTLED");
    const rest = deliver(second, { provider: 1 });
    expect((await rest).status).toBe(200);
  });

  it("are settled once, and their receipts name the block", async () => {
    const block = await sealNextBlock(context);
    expect(block?.settlements).toHaveLength(2);
    await expectError(
      deliver(lease, { statement: statementOf(lease, right(lease), 1n) }),
      "SEQUENCER_CHUNK_ALREADY_SETTLED",
    );
    const { body: order } = await call("getOrder", { path: `/v1/orders/${ORDER_ID}` });
    expect(order).toMatchObject({ status: "complete", amount: 0n });
    const { body } = await call("getOrderResults", { path: `/v1/orders/${ORDER_ID}/results` });
    expect(body.settled).toBe(false);
    expect(body.results.map(({ chunk, settlementIndex }) => [chunk, settlementIndex])).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(body.results[0]!.results).toEqual(right(lease));
    expect(body.results[0]!.blockWords).toEqual(block!.bytes);
  });
});

describe("block proofs (proofs are accepted unless marked as bad)", () => {
  const request = { worker: "tester", circuits: ["small"] };

  it("are leased in order, fenced, and the first valid proof counts", async () => {
    const first = (await call("leaseProof", { body: request })).body.lease!;
    const second = (await call("leaseProof", { body: request })).body.lease!;
    expect([first.blockNumber, second.blockNumber]).toEqual([1n, 2n]);
    expect((await call("leaseProof", { body: { ...request, circuits: ["other"] } })).body.lease).toBeNull();
    const at = (id: string, what: string) => ({ path: `/v1/proofs/${id}/${what}` });
    const beat = { token: first.token, phase: "points", percentage: 40 };
    expect((await call("reportProofProgress", { ...at(first.id, "heartbeat"), body: beat })).status).toBe(
      200,
    );
    clock.ms += 61_000;
    const again = (await call("leaseProof", { body: request })).body.lease!;
    expect(again).toMatchObject({ id: first.id, attempt: 2 });
    await expectError(
      call("reportProofProgress", { ...at(first.id, "heartbeat"), body: beat }),
      "SEQUENCER_LEASE_LOST",
    );
    const proof = (token: string, mark: bigint) => ({ token, proof: shapedProof(mark), provingSeconds: 2 });
    await expectError(
      call("submitProof", { ...at(first.id, "proof"), body: proof(again.token, BAD_MARK) }),
      "SEQUENCER_PROOF_INVALID",
    );
    // The holder's lease went with its bad proof; the first worker's late proof is as good as any.
    const late = await call("submitProof", { ...at(first.id, "proof"), body: proof(first.token, 1n) });
    expect(late.body.status).toBe("accepted");
    const double = await call("submitProof", { ...at(first.id, "proof"), body: proof(again.token, 1n) });
    expect(double.body.status).toBe("duplicate");
    expect((await call("getBlock", { path: "/v1/blocks/1" })).body).toMatchObject({
      status: "proven",
      provingSeconds: 2,
    });
    expect((await call("getBlock", { path: "/v1/blocks/latest" })).body).toMatchObject({
      number: 4n,
      status: "sealed",
    });
  });
});

describe("the rest", () => {
  it("describes the deployment, the seeds and every route", async () => {
    const { body: info } = await call("getInfo");
    expect(info).toMatchObject({ feeAccount: 1, latestBlock: 4n, latestSettledBlock: 0n });
    expect((await call("getSeeds")).body.seeds).toMatchObject([{ index: 4, artefact: sha256(PARAMETERS) }]);
    const document = (await app.inject({ url: "/openapi.json" })).json();
    for (const { path, method } of Object.values(api.routes)) {
      const documented = path.replaceAll(/:(\w+)/g, "{$1}");
      expect(document.paths[documented]?.[method.toLowerCase()], `${method} ${path}`).toBeDefined();
    }
    expect(JSON.stringify(document.paths["/v1/operations"].post.requestBody)).toContain("priorityFee");
  });

  it("answers unknown paths and things with typed errors", async () => {
    expect((await app.inject({ url: "/v2" })).json().code).toBe("SEQUENCER_ROUTE_NOT_FOUND");
    await expectError(call("getAccount", { path: "/v1/accounts/4" }), "SEQUENCER_ACCOUNT_NOT_FOUND");
    await expectError(call("getSeed", { path: "/v1/seeds/1" }), "SEQUENCER_SEED_NOT_FOUND");
    await expectError(call("getBlock", { path: "/v1/blocks/99" }), "SEQUENCER_BLOCK_NOT_FOUND");
    await expectError(call("getOrder", { path: "/v1/orders/5" }), "SEQUENCER_ORDER_NOT_FOUND");
    await expectError(call("getAccount", { path: "/v1/accounts/x" }), "SEQUENCER_REQUEST_MALFORMED");
  });

  it("is healthy and measured", async () => {
    expect((await app.inject({ url: "/healthz" })).statusCode).toBe(200);
    expect((await app.inject({ url: "/metrics" })).body).toContain("catalyze_latest_block 4");
  });

  it("streams what changes", async () => {
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    const response = await fetch(`${url}/v1/events`);
    const reader = response.body!.getReader();
    await reader.read();
    context.events.emit({ type: "block", number: 9n, status: "settled" });
    const text = new TextDecoder().decode((await reader.read()).value);
    const data = /data: (.*)\n/.exec(text)![1]!;
    expect(api.sequencerEvent.parse(JSON.parse(data))).toEqual({
      type: "block",
      number: 9n,
      status: "settled",
    });
    await reader.cancel();
  });
});
