// The table of every route with JSON bodies: the one source for server, client and OpenAPI. Besides these:
// `PUT|GET|HEAD /v1/artefacts/:sha256` (application/octet-stream), `GET /v1/events` (text/event-stream), `GET /healthz`,
// `GET /metrics` (Prometheus text), `GET /openapi.json`.
import { z } from "zod";
import { blockResponse, infoResponse, withdrawalsResponse } from "./blocks.js";
import { operationReceipt, operationResponse, submitOperationRequest } from "./operations.js";
import { address, cellIndexText, identifier } from "./primitives.js";
import {
  accountResponse,
  orderResponse,
  orderResultsResponse,
  ordersResponse,
  seedResponse,
  seedsResponse,
} from "./state.js";
import {
  failureReport,
  heartbeatResponse,
  leaseChunkRequest,
  leaseChunkResponse,
  leaseProofRequest,
  leaseProofResponse,
  progressReport,
  proofJobResponse,
  submitProofRequest,
  submitProofResponse,
  submitStatementRequest,
  submitStatementResponse,
} from "./work.js";

/** Declaration of one route. `path` has Fastify's `:name` parameters. */
export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly summary: string;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
}

const decimalText = z.string().regex(/^\d{1,78}$/);
const index = z.object({ index: cellIndexText });
const number = z.object({
  number: z.union([z.literal("latest"), z.string().regex(/^\d{1,12}$/)]),
});
const order = z.object({ id: z.string().regex(/^\d{1,20}$/) });
const job = z.object({ id: identifier });
const done = z.object({ status: z.literal("ok") });

/** Every route with JSON bodies, by name. */
export const routes = {
  getInfo: {
    method: "GET",
    path: "/v1/info",
    summary: "Deployment, programs, fees",
    response: infoResponse,
  },
  getAccount: {
    method: "GET",
    path: "/v1/accounts/:index",
    summary: "Account by cell index",
    params: index,
    response: accountResponse,
  },
  getAccountByOwner: {
    method: "GET",
    path: "/v1/owners/:owner/account",
    summary: "Account by L1 owner",
    params: z.object({ owner: address }),
    response: accountResponse,
  },
  getSeeds: {
    method: "GET",
    path: "/v1/seeds",
    summary: "All seeds",
    response: seedsResponse,
  },
  getSeed: {
    method: "GET",
    path: "/v1/seeds/:index",
    summary: "Seed by cell index",
    params: index,
    response: seedResponse,
  },
  getOrders: {
    method: "GET",
    path: "/v1/orders",
    summary: "Orders, newest first, at most 100",
    query: z.object({ requester: cellIndexText.optional() }),
    response: ordersResponse,
  },
  getOrder: {
    method: "GET",
    path: "/v1/orders/:id",
    summary: "Order by id (nonce and requester packed)",
    params: order,
    response: orderResponse,
  },
  getOrderResults: {
    method: "GET",
    path: "/v1/orders/:id/results",
    summary: "Verified results of an order with their receipts",
    params: order,
    response: orderResultsResponse,
  },
  submitOperation: {
    method: "POST",
    path: "/v1/operations",
    summary: "Submit a signed operation; submitting it again gives the same receipt",
    body: submitOperationRequest,
    response: operationReceipt,
  },
  getOperation: {
    method: "GET",
    path: "/v1/operations/:message",
    summary: "Status of an operation by its message",
    params: z.object({ message: decimalText }),
    response: operationResponse,
  },
  getBlock: {
    method: "GET",
    path: "/v1/blocks/:number",
    summary: "Block by number, or the latest",
    params: number,
    response: blockResponse,
  },
  getWithdrawals: {
    method: "GET",
    path: "/v1/blocks/:number/withdrawals",
    summary: "Withdrawals of a block in order",
    params: number,
    response: withdrawalsResponse,
  },
  leaseProof: {
    method: "POST",
    path: "/v1/proofs/leases",
    summary: "Lease a block to prove",
    body: leaseProofRequest,
    response: leaseProofResponse,
  },
  getProofJob: {
    method: "GET",
    path: "/v1/proofs/:id",
    summary: "Status of a proof job",
    params: job,
    response: proofJobResponse,
  },
  reportProofProgress: {
    method: "POST",
    path: "/v1/proofs/:id/heartbeat",
    summary: "Extend the lease of a proof job",
    params: job,
    body: progressReport,
    response: heartbeatResponse,
  },
  reportProofFailure: {
    method: "POST",
    path: "/v1/proofs/:id/failure",
    summary: "Give a proof job back",
    params: job,
    body: failureReport,
    response: done,
  },
  submitProof: {
    method: "POST",
    path: "/v1/proofs/:id/proof",
    summary: "Post the proof of a block",
    params: job,
    body: submitProofRequest,
    response: submitProofResponse,
  },
  leaseChunk: {
    method: "POST",
    path: "/v1/leases",
    summary: "Lease a chunk of an open order",
    body: leaseChunkRequest,
    response: leaseChunkResponse,
  },
  reportChunkProgress: {
    method: "POST",
    path: "/v1/leases/:id/heartbeat",
    summary: "Report progress on a chunk; does not extend its lease",
    params: job,
    body: progressReport,
    response: heartbeatResponse,
  },
  reportChunkFailure: {
    method: "POST",
    path: "/v1/leases/:id/failure",
    summary: "Give a chunk back",
    params: job,
    body: failureReport,
    response: done,
  },
  submitStatement: {
    method: "POST",
    path: "/v1/statements",
    summary: "Deliver and prove the results of a leased chunk",
    body: submitStatementRequest,
    response: submitStatementResponse,
  },
} as const satisfies Record<string, Route>;

/** Name of a route. */
export type RouteName = keyof typeof routes;
