// A prover and a caller of the API for tests on a local chain.
import { signMessage } from "@catalyze/circuits/reference";
import { BLOCK_SIZES } from "@catalyze/circuits/schema";
import { leaseRequestMessage } from "@catalyze/prover";
import { api } from "@catalyze/sdk";
import { z } from "zod";
import { blockSignals, statementSignals } from "../../src/broker/verification.js";
import type { TestKey } from "./keys.js";
import { tripleProgram } from "./program.js";
import { proveStandIn, type StandIn } from "./stand-in.js";

/** Calls a route with values; throws the error's code. */
export async function request<Name extends api.RouteName>(
  url: string,
  name: Name,
  input: { path?: string; body?: unknown } = {},
): Promise<z.output<(typeof api.routes)[Name]["response"]>> {
  const route: api.Route = api.routes[name];
  const response = await fetch(new URL(input.path ?? route.path, url), {
    method: route.method,
    ...(input.body === undefined
      ? {}
      : {
          headers: { "content-type": "application/json" },
          body: JSON.stringify(z.encode(route.body!, input.body)),
        }),
  });
  const json = await response.json();
  if (!response.ok) throw new Error(`${name}: ${JSON.stringify(json)}`);
  return route.response.parse(json) as z.output<(typeof api.routes)[Name]["response"]>;
}

/** Uploads an artefact. */
export async function upload(url: string, sha256: string, bytes: Uint8Array): Promise<void> {
  const headers = { "content-type": "application/octet-stream" };
  const body = Buffer.from(bytes);
  const response = await fetch(new URL(`/v1/artefacts/${sha256}`, url), { method: "PUT", headers, body });
  if (!response.ok) throw new Error(await response.text());
}

/** Leases one waiting block and proves it with the stand-in; undefined when none waits. */
async function leaseAndProve(url: string, circuit: StandIn): Promise<(() => Promise<unknown>) | undefined> {
  const body = { worker: "tester", circuits: ["small"] };
  const { lease } = await request(url, "leaseProof", { body });
  if (lease === null) return undefined;
  const size = BLOCK_SIZES[lease.size]!;
  const proof = await proveStandIn(circuit, blockSignals(lease.context, size, lease.commitment, lease.words));
  const path = `/v1/proofs/${lease.id}/proof`;
  return () => request(url, "submitProof", { path, body: { token: lease.token, proof, provingSeconds: 0 } });
}

/** Proves one waiting block with the stand-in; false when none waits. */
export async function proveOneBlock(url: string, circuit: StandIn): Promise<boolean> {
  const deliver = await leaseAndProve(url, circuit);
  await deliver?.();
  return deliver !== undefined;
}

/** Proves so many waiting blocks and hands the proofs in last first, so that they are ready for L1 together. */
export async function proveBlocks(url: string, circuit: StandIn, count: number): Promise<void> {
  const deliveries: (() => Promise<unknown>)[] = [];
  for (let i = 0; i < count; i++) {
    const deliver = await leaseAndProve(url, circuit);
    if (deliver === undefined) throw new Error(`Only ${i} of ${count} blocks wait for a proof`);
    deliveries.push(deliver);
  }
  for (const deliver of deliveries.reverse()) await deliver();
}

/** Leases, runs, proves and delivers one chunk; false when none is open. */
export async function doOneChunk(
  url: string,
  circuit: StandIn,
  account: number,
  key: TestKey,
  inputs: Uint8Array,
  parameters: Uint8Array,
): Promise<boolean> {
  const info = await request(url, "getInfo");
  const time = BigInt(Date.now());
  const { r8x, r8y, s } = signMessage(
    key.privateKey,
    leaseRequestMessage(info.operationDomain, account, time),
  );
  const programs = info.programs.map(({ programId }) => programId);
  const body = { account, time, signature: { r8x, r8y, s }, programs };
  const { lease } = await request(url, "leaseChunk", { body });
  if (lease === null) return false;
  const first = Number(lease.from);
  const results = tripleProgram.run(parameters, inputs.slice(first, first + Number(lease.count)));
  const statement = {
    domain: lease.statementDomain,
    parametersCommitment: lease.order.parametersCommitment,
    inputsRoot: lease.order.inputsRoot,
    resultsRoot: tripleProgram.resultsRoot(results),
    provider: BigInt(lease.provider),
    from: lease.from,
    count: lease.count,
    price: lease.priceLimit,
  };
  const proof = await proveStandIn(circuit, statementSignals(lease.context, statement));
  await request(url, "submitStatement", {
    body: {
      lease: lease.id,
      token: lease.token,
      statement,
      provider: account,
      results,
      proof,
      provingSeconds: 0,
    },
  });
  return true;
}

/** Repeats `step` until `done` holds. */
export async function until(
  done: () => Promise<boolean>,
  step: () => Promise<unknown> = async () => undefined,
  timeoutMs = 60_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await done())) {
    if (Date.now() > end) throw new Error(`not reached within ${timeoutMs} ms`);
    await step();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
